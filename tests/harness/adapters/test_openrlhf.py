"""OpenRLHF's contract, by itself and through its own rollout executor where it is installed."""

import asyncio
import importlib.util
import json
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from assay.harness.adapters.checker_errors import CheckerFailedError
from assay.harness.adapters.openrlhf import openrlhf_reward, response_of, reward_func
from assay.harness.health_logs import read_rollouts
from assay.sandbox.errors import UsageError
from assay.tasks import Suite, load
from assay.tasks.verdict import checker_error

from .serving import Serve

TASK = "arithmetic"
REWARD_FILE = "from assay.harness.adapters.openrlhf import reward_func\n"
NAN_FILE = (
    "from assay.harness.adapters.openrlhf import openrlhf_reward\n"
    'reward_func = openrlhf_reward(on_checker_error="nan")\n'
)


def _rows(texts: list[str | None]) -> tuple[list[str], list[str], list[str]]:
    """Queries, prompts and labels; None stands for the gold."""
    suite = load(TASK)
    prompts, queries, labels = [], [], []
    for index, text in enumerate(texts):
        problem = suite[index]
        prompt = f"<|user|>{problem.prompt}<|assistant|>"
        prompts.append(prompt)
        queries.append(f"{prompt}{suite.gold(problem) if text is None else text}<|end|>")
        labels.append(json.dumps({"task": TASK, "problem_id": problem.id}))
    return queries, prompts, labels


def _fail(self: Suite, problem: object, completion: str) -> object:
    return checker_error("a worker died")


def test_rewards_scores_and_logs_of_a_batch() -> None:
    answer = reward_func(*_rows([None, "no idea", None]))
    assert set(answer) == {"rewards", "scores", "extra_logs"}
    assert answer["rewards"].tolist() == answer["scores"].tolist() == [1.0, 0.0, 1.0]
    assert all(
        isinstance(v, torch.Tensor) and v.shape == (3,) for v in answer["extra_logs"].values()
    )


def test_a_checker_error_is_worth_what_the_user_chose(
    monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    monkeypatch.setattr(Suite, "verify", _fail)
    answer = openrlhf_reward(on_checker_error="nan")(*_rows([None]))
    assert math.isnan(answer["rewards"][0])
    assert math.isnan(answer["scores"][0])
    assert answer["extra_logs"]["checker_error"].tolist() == [1.0]
    assert openrlhf_reward()(*_rows([None]))["rewards"].tolist() == [0.5]
    with pytest.raises(CheckerFailedError, match="a worker died"):
        openrlhf_reward(on_checker_error="raise")(*_rows([None]))


def test_a_log_is_written_that_health_reads(tmp_path: Path) -> None:
    reward = openrlhf_reward(log=tmp_path / "rewards.jsonl")
    for _ in range(2):
        reward(["Q 4", "Q 5"], ["Q", "Q"], ["4", "4"])
    found = read_rollouts(tmp_path / "rewards.jsonl", "math", 1.0)
    assert [(one.reward, one.strict) for one in found] == [(1.0, 1.0), (0.0, 0.0)] * 2
    assert {one.status for one in found} == {"correct", "incorrect"}


def test_labels_of_any_dataset_are_math_answers() -> None:
    answer = reward_func(
        ["1+1=<answer>2</answer>", "1+1=<answer>3</answer>"], ["1+1="] * 2, ["2", 2]
    )
    assert answer["rewards"].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("query", "prompt", "response"),
    [
        ("<s>ask me</s>", "<s>ask me", ""),
        ("<|user|>Q<|assistant|>42<|im_end|>\n", "<|user|>Q<|assistant|>", "42"),
        ("<s> Q: 1 + 1 =  2<eos><pad><pad>", "<s>Q: 1 + 1 =", "  2"),
        ("ask ask", "ask", " ask"),
        ("<|im_end|> inside stays<|im_end|>", "", "<|im_end|> inside stays"),
    ],
)
def test_the_response_is_what_follows_the_prompt(query: str, prompt: str, response: str) -> None:
    assert response_of(query, prompt) == response


def test_mistakes_of_the_caller() -> None:
    with pytest.raises(UsageError, match="does not contain its prompt"):
        response_of("something else", "prompt")
    with pytest.raises(UsageError, match="must have one length"):
        reward_func(["a"], ["a"], [])


def test_the_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    # As OpenRLHF does it: outside of any package.
    path = tmp_path / "reward.py"
    path.write_text(REWARD_FILE)
    spec = importlib.util.spec_from_file_location("reward_func", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = asyncio.run(asyncio.to_thread(module.reward_func, *_rows([None])))
    assert found["rewards"].tolist() == [1.0]


def _execute(endpoint: str, text: str | None, index: int = 0) -> dict[str, Any]:
    """One rollout of the real executor; its engine returns `text`, or the gold for None."""
    agent = pytest.importorskip("openrlhf.utils.agent", reason="OpenRLHF is not installed")
    from .tiny import tiny_tokenizer

    tokenizer = tiny_tokenizer()
    suite = load(TASK)
    problem = suite[index]
    reply = tokenizer(suite.gold(problem) if text is None else text)["input_ids"]

    class Engine:
        async def generate(self, *args: Any, **kwargs: Any) -> Any:
            token_ids = [*reply, tokenizer.eos_token_id]
            output = SimpleNamespace(token_ids=token_ids, finish_reason="stop", logprobs=None)
            return SimpleNamespace(outputs=[output])

    sampling = SimpleNamespace(max_tokens=512, logprobs=None)
    chat = [{"role": "user", "content": problem.prompt}]
    prompt = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    label = json.dumps({"task": TASK, "problem_id": problem.id})
    executor = agent.SingleTurnAgentExecutor(endpoint)
    return asyncio.run(executor.execute(prompt, label, sampling, 4096, tokenizer, Engine()))


@pytest.fixture(params=["file", "http"])
def endpoint(request: pytest.FixtureRequest, tmp_path: Path, serve: Serve) -> Callable[[], str]:
    """The address of the reward: a file, or a running server."""

    def make() -> str:
        if request.param == "http":
            return f"{serve()}/get_reward?checker_error=nan"
        (tmp_path / "reward.py").write_text(NAN_FILE)
        return str(tmp_path / "reward.py")

    return make


def test_the_real_executor_gets_the_rewards(endpoint: Callable[[], str]) -> None:
    pytest.importorskip("openrlhf.utils.agent", reason="OpenRLHF is not installed")
    where = endpoint()
    for text, value in ((None, 1.0), ("no idea", 0.0)):
        output = _execute(where, text)
        # The samples generator makes one tensor of what came.
        assert torch.tensor([output["reward"]]).flatten().tolist() == [value]
        assert torch.tensor([output["scores"]]).flatten().tolist() == [value]
        assert "checker_error" in output["extra_logs"]


def test_the_real_executor_gets_nan_for_a_checker_error(
    endpoint: Callable[[], str], monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    pytest.importorskip("openrlhf.utils.agent", reason="OpenRLHF is not installed")
    monkeypatch.setattr(Suite, "verify", _fail)
    output = _execute(endpoint(), None)
    assert torch.tensor([output["scores"]]).isnan().all()
    # Dynamic filtering keeps a group only if its mean lies inside a range.
    mean = torch.tensor([output["scores"]]).mean().item()
    assert not 0.0 < mean < 1.0
