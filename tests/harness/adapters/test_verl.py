"""verl's contract, by itself and through verl's own reward manager where verl is installed."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from assay.harness.adapters import ground_truth
from assay.harness.adapters.verl import compute_score, compute_scores, prime_score
from assay.harness.export import export
from assay.sandbox.errors import UsageError
from assay.tasks import Suite, Verdict, load
from assay.tasks.math import verifier
from assay.tasks.verdict import checker_error

TASK = "arithmetic"
QUESTION = {"data_source": "openai/gsm8k", "prompt": [{"content": "How many?"}]}
UNDECIDED = "17"
ADD = "```python\na, b = map(int, input().split())\nprint(a + b)\n```"
CASES = {"inputs": ["1 2\n", "20 22\n"], "outputs": ["3\n", "42\n"]}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, checks_here: None) -> list[str]:
    """Makes every check of a suite fail on our side; the list counts the attempts."""
    tries: list[str] = []

    def fail(self: Suite, problem: object, completion: str) -> object:
        tries.append(completion)
        return checker_error("a worker died")

    monkeypatch.setattr(Suite, "verify", fail)
    return tries


def _row(index: int = 0) -> tuple[dict[str, Any], str]:
    suite = load(TASK)
    problem = suite[index]
    row = {
        "data_source": f"assay/{TASK}",
        "ground_truth": problem.answer,
        "extra_info": {"problem_id": problem.id, "num_turns": None, "rollout_reward_scores": {}},
    }
    return row, suite.gold(problem) or ""


def test_the_keys_are_the_same_whatever_happens(broken: list[str]) -> None:
    row, gold = _row()
    failed = compute_score(solution_str=gold, **row, on_checker_error="nan")
    assert len(broken) == 2, "one retry, and no more"
    assert math.isnan(failed["score"])
    assert failed["checker_error"] == 1.0
    results = [failed] + [
        compute_score("math_dapo", text, "42")
        for text in ("Answer: 42", "Answer: 41", "", "<think>", "x" * 100_000)
    ]
    assert {tuple(result) for result in results} == {tuple(failed)}
    assert [result["score"] for result in results[1:]] == [1.0, 0.0, 0.0, 0.0, 0.0]
    # verl stacks each key of a batch into one array.
    for key in failed:
        column = np.array([result[key] for result in results])
        assert column.shape == (len(results),)
        assert column.dtype != object


@pytest.mark.parametrize(
    ("source", "truth", "info", "right", "wrong"),
    [
        ("openai/gsm8k", "72", {}, "#### 72", "#### 71"),
        ("lighteval/MATH", "\\frac{1}{2}", {}, "\\boxed{0.5}", "\\boxed{0.05}"),
        ("somewhere/mine", "7", {"ability": "math"}, "\\boxed{7}", "7 or 8"),
        ("codecontests", json.dumps(CASES), {}, ADD, "print(3)"),
        ("apps", {k: np.array(v) for k, v in CASES.items()}, {}, ADD, "```python\nprint(3)\n```"),
    ],
)
def test_a_bare_ground_truth_is_verified(
    source: str, truth: Any, info: dict[str, Any], right: str, wrong: str
) -> None:
    assert compute_score(source, right, truth, info)["score"] == 1.0
    assert compute_score(source, wrong, truth, info)["score"] == 0.0


def test_no_accepted_answer_matches_but_one_could_not_be_checked(
    monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    """Our failure is not turned into a 0 by the other answers of the list."""
    plain = verifier.verify_math

    def failing(gold: str, completion: str) -> Verdict:
        return checker_error("a fault") if gold == UNDECIDED else plain(gold, completion)

    monkeypatch.setattr(verifier, "verify_math", failing)
    undecided = compute_score("math", "\\boxed{3}", ["1", UNDECIDED], on_checker_error="nan")
    assert math.isnan(undecided["score"])
    assert compute_score("math", "\\boxed{1}", [UNDECIDED, "1"])["score"] == 1.0


def test_rules_add_a_format_reward() -> None:
    rules = {"correctness": 1.0, "format": 0.5}
    text = "<think>six sevens</think><answer>42</answer>"
    assert compute_score("math", text, "42", rules=rules)["score"] == 1.5
    assert compute_score("math", "\\boxed{42}", "42", rules=rules)["score"] == 1.0
    with pytest.raises(UsageError, match=r"rules\.formt"):
        compute_score("math", text, "42", rules={"formt": 1.0})


@pytest.mark.parametrize(
    ("source", "truth", "info", "message"),
    [
        ("nobody/knows", "42", {}, "no known set"),
        ("assay/countdown", "42", {}, "needs extra_info"),
        ("assay/arithmetic", "42", {"problem_id": "no such id"}, "no problem"),
        ("apps", {"inputs": ["1"], "outputs": []}, {}, "of equal lengths, not 1 and 0"),
    ],
)
def test_a_row_that_cannot_be_verified_is_the_users_mistake(
    source: str, truth: Any, info: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        compute_score(source, "42", truth, info)


def test_threads() -> None:
    row, gold = _row()
    with ThreadPoolExecutor(8) as pool:
        texts = [gold, "no idea"] * 8
        found = list(pool.map(lambda text: compute_score(solution_str=text, **row)["score"], texts))
    assert found == [1.0, 0.0] * 8


def test_every_math_source_is_known_by_its_prefix() -> None:
    assert all(source == source.strip() for source in ground_truth.MATH_SOURCES)
    assert compute_score("AI-MO/aimo-validation-aime", "\\boxed{204}", "204")["score"] == 1.0


def test_with_the_real_reward_manager(tmp_path: Path) -> None:
    pytest.importorskip("verl", reason="verl is not installed")
    from datasets import load_dataset
    from omegaconf import OmegaConf
    from verl.trainer.ppo.reward import load_reward_manager

    from .tiny import tiny_tokenizer

    suite = load(TASK, size=4)
    (path,) = export("verl", [suite], tmp_path)
    rows = list(load_dataset("parquet", data_files=str(path), cache_dir=str(tmp_path))["train"])
    config = OmegaConf.create(
        {
            "reward": {
                "custom_reward_function": {
                    "path": "pkg://assay.harness.adapters.verl",
                    "name": "compute_score",
                    "reward_kwargs": {"rules": {"correctness": 2.0}},
                },
                "reward_manager": {"source": "register", "name": "naive"},
            }
        }
    )
    tokenizer = tiny_tokenizer()
    manager = load_reward_manager(config, tokenizer)
    texts = [suite.gold(suite[0]), "no idea", suite.gold(suite[2]), ""]
    found = [
        manager.loop.run_until_complete(manager.run_single(_data(tokenizer, row, text or "")))
        for row, text in zip(rows, texts, strict=True)
    ]
    assert [one["reward_score"] for one in found] == [2.0, 0.0, 2.0, 0.0]
    assert len({tuple(one["reward_extra_info"]) for one in found}) == 1
    assert [one["reward_extra_info"]["acc"] for one in found] == [1.0, 0.0, 1.0, 0.0]


MANAGERS = {
    "naive": "compute_score", "dapo": "compute_score", "remote": "compute_score",
    "rate_limited": "compute_score_async",
}  # fmt: skip


@pytest.mark.parametrize("name", MANAGERS)
def test_every_manager_gives_the_direct_verdicts(name: str) -> None:
    """The rewards of verl's reward loop equal the scores of the verdicts, `remote` on Ray."""
    pytest.importorskip("verl", reason="verl is not installed")
    ray = pytest.importorskip("ray", reason="ray is not installed")
    from omegaconf import OmegaConf
    from verl.trainer.ppo.reward import load_reward_manager

    from .tiny import tiny_tokenizer

    reward = {
        "num_workers": 1,
        "custom_reward_function": {
            "path": "pkg://assay.harness.adapters.verl", "name": MANAGERS[name],
        },
        "reward_manager": {"source": "register", "name": name},
    }  # fmt: skip
    tokenizer = tiny_tokenizer()
    texts = ["\\boxed{72}", "It is 71.", "", "#### 72", "72 or 73", "<think>72</think>"]
    row = QUESTION | {"reward_model": {"ground_truth": "so\n#### 72"}}
    if name == "remote":
        ray.init(num_cpus=2, include_dashboard=False, ignore_reinit_error=True)
    try:
        manager = load_reward_manager(OmegaConf.create({"reward": reward}), tokenizer)
        found = [
            manager.loop.run_until_complete(
                manager.run_single(_data(tokenizer, row | {"extra_info": {"index": 1}}, text))
            )["reward_score"]
            for text in texts
        ]
    finally:
        if name == "remote":
            ray.shutdown()
    assert found == [verifier.verify_math("72", text).score for text in texts]
    assert found.count(1.0) == 2


@pytest.mark.parametrize(("name", "function"), [("batch", compute_scores), ("prime", prime_score)])
def test_the_older_managers_give_the_direct_verdicts(name: str, function: Any) -> None:
    pytest.importorskip("verl", reason="verl is not installed")
    from verl import DataProto
    from verl.workers.reward_manager import get_reward_manager_cls

    from .tiny import tiny_tokenizer

    tokenizer = tiny_tokenizer()
    texts = ["\\boxed{72}", "It is 71.", "It is \\boxed{72}."]  # PRIME decodes the padding too
    row = QUESTION | {"reward_model": {"ground_truth": "72"}}
    length = max(len(tokenizer(text)["input_ids"]) for text in texts)
    padded = [text.ljust(length) for text in texts]
    data = DataProto.concat([_data(tokenizer, row | {"extra_info": {}}, text) for text in padded])
    manager = get_reward_manager_cls(name)(tokenizer, 0, function)
    assert manager(data).sum(-1).tolist() == [1.0, 0.0, 1.0]


def _data(tokenizer: Any, row: dict[str, Any], text: str) -> Any:
    """A rollout as verl's agent loop passes it to the reward manager."""
    import torch
    from tensordict import TensorDict
    from verl import DataProto

    prompt = tokenizer(row["prompt"][0]["content"])["input_ids"]
    response = tokenizer(text)["input_ids"]
    tensors = {
        "prompts": torch.tensor([prompt]),
        "responses": torch.tensor([response + [0] * 3]),
        "attention_mask": torch.tensor([[1] * (len(prompt) + len(response)) + [0] * 3]),
    }
    others = {key: np.array([row[key]], dtype=object) for key in ("data_source", "reward_model")}
    others["extra_info"] = np.array([row["extra_info"]], dtype=object)
    return DataProto(batch=TensorDict(tensors, batch_size=1), non_tensor_batch=others)
