"""Budget forcing with a model whose every token is a word, so that budgets can be counted."""

from collections.abc import Iterable, Iterator

import pytest
from assay.harness.backends.contract import Completion, ModelIdentity, Request, Sampling
from assay.harness.backends.forcing import BudgetForced
from assay.harness.backends.oracle import OracleModel
from assay.harness.backends.thoughts import estimated_thinking, thought_of
from assay.sandbox.errors import UsageError
from assay.tasks import Problem


class _Named:
    name = "named"


class Talker:
    """Thinks `words` words after each start or "Wait", then ends; answers once a thought is over.

    Problem "loud" thinks a hundred words; problem "down" always fails.
    """

    continues = True
    identity = ModelIdentity(name="talker", backend="test", details={"size": "small"})

    def __init__(self, words: int = 5) -> None:
        self.words = words
        self.calls: list[tuple[str, int]] = []
        self.closed = False

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        for request in requests:
            self.calls.append((request.prefix, sampling.max_tokens))
            if request.problem.id == "down":
                yield Completion(request, "", finish_reason="error", error="503")
                continue
            answering = "</think>" in request.prefix
            count = 100 if request.problem.id == "loud" else self.words
            said = ["answer", "42"] if answering else ["hm"] * count
            assert answering or "</think>" in sampling.stop
            kept = said[: sampling.max_tokens]
            whole = len(kept) == len(said)
            text = " ".join(kept)
            yield Completion(
                request, text, 10, len(kept), finish_reason="stop" if whole else "length"
            )

    def close(self) -> None:
        self.closed = True


def _requests(*ids: str) -> list[Request]:
    problems = [Problem(name, "named", name, "42") for name in ids]
    return [Request(_Named(), problem, 0, 0) for problem in problems]  # type: ignore[arg-type]


def _one(forced: BudgetForced, name: str, max_tokens: int = 60) -> Completion:
    (completion,) = forced.generate(_requests(name), Sampling(max_tokens=max_tokens))
    return completion


def test_an_ended_thought_waits_as_often_as_asked() -> None:
    completion = _one(BudgetForced(Talker(), waits=2, thinking_tokens=40), "a")
    assert completion.text.count("Wait") == 2
    assert completion.text.endswith("</think>\n\nanswer 42")
    assert completion.thinking_tokens == 15
    assert completion.completion_tokens == 17
    assert completion.prompt_tokens == 40, "every step sends the prompt"
    assert completion.finish_reason == "stop"
    assert completion.request.prefix == ""


def test_a_long_thought_is_closed_at_its_budget() -> None:
    talker = Talker()
    completion = _one(BudgetForced(talker, waits=3, thinking_tokens=16), "loud")
    assert completion.thinking_tokens == 16
    assert "Wait" not in completion.text
    assert completion.text.endswith("answer 42")
    assert talker.calls[0] == ("", 16)


def test_waiting_never_exceeds_the_budget() -> None:
    for budget in range(5, 40):
        completion = _one(BudgetForced(Talker(words=4), waits=50, thinking_tokens=budget), "a")
        assert completion.thinking_tokens is not None
        assert completion.thinking_tokens <= budget
        assert completion.completion_tokens is not None
        assert completion.completion_tokens <= 60


def test_many_requests_keep_their_own_drafts_and_failures() -> None:
    names = ["a", "loud", "down", "b"]
    forced = BudgetForced(Talker(), waits=1, thinking_tokens=20)
    found = {c.request.problem.id: c for c in forced.generate(_requests(*names), Sampling())}
    assert set(found) == set(names)
    assert found["down"].finish_reason == "error"
    assert found["down"].request.prefix == ""
    assert found["loud"].thinking_tokens == 20
    assert found["a"].text == found["b"].text


def test_a_server_that_answers_at_once_is_cut_at_the_thought() -> None:
    class Apart(Talker):
        def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
            for completion in super().generate(requests, sampling):
                text = completion.text
                if "</think>" not in completion.request.prefix:
                    text = f"<think>\n{text}\n</think>\nhasty"
                yield Completion(completion.request, text, 10, 5)

    completion = _one(BudgetForced(Apart(), waits=1, thinking_tokens=30), "a")
    assert "hasty" not in completion.text
    assert completion.text.count("</think>") == 1


def test_the_identity_tells_the_budget_and_closing_closes_the_model() -> None:
    talker = Talker()
    forced = BudgetForced(talker, waits=2, thinking_tokens=40)
    assert forced.identity.name == "talker (thought 40, waits 2)"
    assert forced.identity.details["model"] == "talker"
    assert forced.identity.details["size"] == "small"
    forced.close()
    assert talker.closed


def test_what_cannot_be_forced_is_one_line() -> None:
    with pytest.raises(UsageError, match="'oracle' cannot continue its own text"):
        BudgetForced(OracleModel(), 1, 10)
    with pytest.raises(UsageError, match="--waits -1"):
        BudgetForced(Talker(), -1, 10)
    with pytest.raises(UsageError, match="--think-tokens 0"):
        BudgetForced(Talker(), 0, 0)
    with pytest.raises(UsageError, match="leaves nothing of --max-tokens 10"):
        _one(BudgetForced(Talker(), 0, 10), "a", max_tokens=10)


@pytest.mark.parametrize(
    ("text", "opened", "thought"),
    [
        ("<think>a</think>b", False, "<think>a</think>"),
        ("a</think>b", False, "a</think>"),
        ("a <think>b", False, "<think>b"),
        ("ab", False, None),
        ("ab", True, "ab"),
        ("", True, None),
        ("<think>a</think>b<think>c</think>d", False, "<think>a</think>b<think>c</think>"),
    ],
)
def test_the_thought_of_a_completion(text: str, opened: bool, thought: str | None) -> None:
    assert thought_of(text, opened) == thought


def test_estimates_need_a_count_and_a_thought() -> None:
    assert estimated_thinking("<think>1</think>", 9) == 9
    assert estimated_thinking("<think>1</think>" + "x" * 16, 10) == 5
    assert estimated_thinking("plain", 9) is None
    assert estimated_thinking("<think>", None) is None
