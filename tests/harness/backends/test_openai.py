"""The OpenAI backend against a faulty server: no sample is lost or duplicated."""

import gc
import importlib.util
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from assay.harness.backends import load_model
from assay.harness.backends.contract import Completion, Request, Sampling
from assay.harness.evaluation import TaskSpec, evaluate
from assay.harness.leaderboard.build import build_leaderboard
from assay.sandbox.errors import UsageError
from assay.tasks import Problem

# Under importlib mode test folders are not packages: the helper is loaded by its path.
_spec = importlib.util.spec_from_file_location(
    "fake_server", Path(__file__).with_name("fake_server.py")
)
assert _spec is not None
assert _spec.loader is not None
fake: ModuleType = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fake)


class _Named:
    name = "named"


def _requests(count: int, samples: int = 1, prompt: str = "question") -> Iterator[Request]:
    for number in range(count):
        problem = Problem(str(number), "named", f"{prompt} {number}", "answer")
        for sample in range(samples):
            yield Request(_Named(), problem, sample, seed=sample)  # type: ignore[arg-type]


def _ask(url: str, requests: Iterator[Request], **options: Any) -> list[Completion]:
    model = load_model("openai/some-model", base_url=url, **options)
    return list(model.generate(requests, Sampling(max_tokens=16)))


def _keys(completions: list[Completion]) -> Counter[tuple[str, int]]:
    return Counter((c.request.problem.id, c.request.sample) for c in completions)


def test_every_request_is_answered_once_with_its_own_text() -> None:
    with fake.fake_server() as server:
        completions = _ask(server.url, _requests(50, samples=2), concurrency=16)
        assert server.most_in_air <= 16
    assert len(_keys(completions)) == 100
    for completion in completions:
        assert completion.text == f"echo: {completion.request.problem.prompt}"
        assert completion.completion_tokens == 5
        assert completion.finish_reason == "stop"


def test_thirty_percent_faults_lose_and_double_nothing() -> None:
    with fake.fake_server(faults=0.3, hang_seconds=1.5) as server:
        completions = _ask(server.url, _requests(120), concurrency=32, timeout=1.0)
    assert _keys(completions) == Counter({(str(i), 0): 1 for i in range(120)})
    assert [c.error for c in completions if c.error] == []


def test_n_samples_in_one_request() -> None:
    with fake.fake_server() as server:
        completions = _ask(server.url, _requests(5, samples=4), samples_per_request=4)
        assert len(server.bodies) == 5
    assert len(_keys(completions)) == 20
    assert all(c.completion_tokens == 5 for c in completions)


def test_the_completions_endpoint() -> None:
    with fake.fake_server() as server:
        completions = _ask(server.url, _requests(3), endpoint="completions")
        assert "prompt" in server.bodies[0]
    assert {c.text for c in completions} == {f"echo: question {i}" for i in range(3)}


def test_reasoning_that_is_sent_apart_is_kept_as_a_thought() -> None:
    with fake.fake_server() as server:
        completion = _ask(server.url, _requests(1, prompt="think"))[0]
    assert completion.text == "<think>\nhm\n</think>\necho: think 0"


def test_a_context_overflow_is_the_ending_of_that_request_only() -> None:
    with fake.fake_server() as server:
        completion = _ask(server.url, _requests(1, prompt="overflow"))[0]
    assert completion.finish_reason == "context_overflow"
    assert "longer than the context" in (completion.error or "")


def test_tokens_are_shared_by_length_and_the_prompt_is_paid_once() -> None:
    texts = iter(["a" * 30, "b" * 10])
    with fake.fake_server() as server:
        server.said = lambda body: next(texts)
        first, second = _ask(server.url, _requests(1, samples=2), samples_per_request=2)
    assert (first.completion_tokens, second.completion_tokens) == (8, 2)
    assert (first.prompt_tokens, second.prompt_tokens) == (3, 0)


def test_an_uncounted_thought_is_estimated_by_its_length() -> None:
    with fake.fake_server() as server:
        server.said = lambda body: "<think>123456789</think>" + "answer"
        completion = _ask(server.url, _requests(1))[0]
    assert completion.completion_tokens == 5
    assert completion.thinking_tokens == 4


def test_an_empty_completion_is_an_ending() -> None:
    with fake.fake_server() as server:
        server.said = lambda body: ""
        completion = _ask(server.url, _requests(1))[0]
    assert (completion.text, completion.finish_reason, completion.error) == ("", "empty", None)


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_a_prefix_is_sent_to_be_continued(endpoint: str) -> None:
    problem = Problem("0", "named", "question", "answer")
    request = Request(_Named(), problem, 0, 0, prefix="so far")  # type: ignore[arg-type]
    with fake.fake_server() as server:
        _ask(server.url, iter([request]), endpoint=endpoint)
        body = server.bodies[0]
    if endpoint == "completions":
        assert body["prompt"] == "questionso far"
    else:
        assert body["messages"][1] == {"role": "assistant", "content": "so far"}
        assert body["continue_final_message"] is True
        assert body["add_generation_prompt"] is False


@pytest.mark.parametrize("fault", ["latin-1", "null", "garbage", "empty"])
def test_an_answer_that_stays_damaged_is_an_error_of_that_request(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "FAULTS", [fault])
    with fake.fake_server(faults=1.0) as server:
        completion = _ask(server.url, _requests(1), retries=1)[0]
    assert completion.finish_reason == "error"
    assert "gave up after 2 tries" in (completion.error or "")
    assert "\n" not in (completion.error or "")


def test_a_key_is_in_no_file_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    key = "sk-secret-1234567890"
    monkeypatch.setenv("MY_KEY", key)
    spec = TaskSpec("arithmetic", {"size": 3, "difficulty": 1})
    with fake.fake_server() as server:
        server.said = lambda body: "I do not know"
        model = load_model("openai/some-model", base_url=server.url, key_env="MY_KEY")
        evaluate(model, [spec], out=tmp_path, run_id="keyed", progress=False)
        build_leaderboard(tmp_path)
        assert server.keys == {f"Bearer {key}"}, "the key was sent"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 6
    assert [path.name for path in files if key.encode() in path.read_bytes()] == []
    said = capfd.readouterr()
    assert key not in said.out + said.err


def test_an_unknown_model_is_one_line() -> None:
    with fake.fake_server() as server:
        model = load_model("openai/unknown", base_url=server.url)
        with pytest.raises(UsageError, match="knows no model 'unknown'"):
            list(model.generate(_requests(3), Sampling()))


def test_a_bad_key_is_one_line_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "bad-key")
    with fake.fake_server() as server:
        model = load_model("openai/some-model", base_url=server.url)
        with pytest.raises(UsageError, match="refused the key in \\$OPENAI_API_KEY") as refusal:
            list(model.generate(_requests(3), Sampling()))
    assert "bad-key" not in str(refusal.value) + repr(model.identity)


def test_what_many_requests_meet_at_once_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "bad-key")
    with fake.fake_server() as server, pytest.raises(UsageError):
        _ask(server.url, _requests(50), concurrency=32)
    gc.collect()
    assert capfd.readouterr().err == ""


def test_nobody_listening_is_one_line() -> None:
    with fake.fake_server() as server:
        url = server.url
    with pytest.raises(UsageError, match="is the server up"):
        _ask(url, _requests(3), retries=0)


@pytest.mark.parametrize(
    ("spec", "options", "message"),
    [
        ("openai/", {}, "openai/NAME"),
        ("openai/x", {"base_url": "localhost:1"}, "http://"),
        ("openai/x", {"base_url": "http://localhost:1", "concurrency": 0}, "concurrency 0: use 1"),
        ("openai/x", {"base_url": "http://localhost:1", "endpoint": "chats"}, "'chats'"),
        ("openai/x", {"base_url": "http://localhost:1", "timeout": "inf"}, "timeout 'inf'"),
        ("openai/x", {"base_url": "http://localhost:1", "retries": -1}, "retries -1: use 0"),
        ("openai/x", {"base_url": "http://"}, "it must name a host"),
        ("openai/x", {"base_url": "http://[bad"}, "it is no address"),
        ("openai/x", {"base_url": "http://127.0.0.1:99999/v1"}, "it is no address"),
        ("openai/x", {"base_url": "http://a b/v1"}, "it must name a host"),
        ("openai/x", {"headers": {"bad name": "1"}}, "leave out spaces"),
        ("openai/x", {"server": "nope"}, "--server 'nope': use one of openai, azure"),
        ("openai/x", {"request": {"messages": []}}, "'messages' cannot be set"),
        ("openai/x", {"server": "azure"}, "give its address with --base-url"),
    ],
)
def test_bad_options_are_one_line(spec: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_model(spec, **options)


def test_no_key_for_the_cloud_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        load_model("openai/some-model")


def test_leaving_early_ends_the_thread() -> None:
    with fake.fake_server() as server:
        model = load_model("openai/some-model", base_url=server.url, concurrency=4)
        completions = model.generate(_requests(1000), Sampling())
        next(iter(completions))
        completions.close()  # type: ignore[attr-defined]
        assert len(server.bodies) < 1000
