"""TRL's contract, by itself and inside a real GRPOTrainer of three steps."""

import asyncio
import inspect
import json
import math
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from assay.harness.adapters.trl import TrlReward, math_reward, trl_reward
from assay.harness.export import export
from assay.harness.rewards import RewardRules
from assay.sandbox.errors import UsageError
from assay.tasks import load
from assay.tasks.verdict import checker_error

TASK = "arithmetic"


def _columns(count: int = 4) -> dict[str, list[Any]]:
    """Rows as TRL passes them; every second answer is right."""
    suite = load(TASK)
    problems = [suite[index] for index in range(count)]
    texts = [
        suite.gold(problem) if row % 2 == 0 else "I do not know"
        for row, problem in enumerate(problems)
    ]
    return {
        "prompts": [[{"role": "user", "content": problem.prompt}] for problem in problems],
        "completions": [[{"role": "assistant", "content": text}] for text in texts],
        "completion_ids": [[1] * len(text or "") for text in texts],
        "task": [TASK] * count,
        "problem_id": [problem.id for problem in problems],
    }


def _break(reward: TrlReward, problem_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = reward.lookup.suite(TASK)
    plain = suite.check
    monkeypatch.setattr(
        suite,
        "check",
        lambda problem, text: (
            checker_error("a worker died") if problem.id == problem_id else plain(problem, text)
        ),
    )


def test_one_value_a_completion_in_order_and_none_where_the_checker_failed(
    monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    reward, columns = trl_reward(TASK), _columns(5)
    _break(reward, columns["problem_id"][2], monkeypatch)
    assert reward(**columns) == [1.0, 0.0, None, 0.0, 1.0]


def test_plain_text_and_typed_content_are_read_as_well() -> None:
    columns = _columns(2)
    texts = [messages[0]["content"] for messages in columns["completions"]]
    plain = {
        "prompts": [messages[0]["content"] for messages in columns["prompts"]],
        "completions": texts,
    }
    assert trl_reward(TASK)(**plain) == [1.0, 0.0]
    parts = [[{"role": "assistant", "content": [{"type": "text", "text": t}]}] for t in texts]
    assert trl_reward(TASK)(**columns | {"completions": parts}) == [1.0, 0.0]


def test_only_the_assistants_text_counts() -> None:
    """A gold in a message that the model did not write earns nothing."""
    columns = _columns(1)
    gold = load(TASK).gold(load(TASK)[0])
    call = {"role": "assistant", "content": None, "tool_calls": [{"type": "function"}]}
    said = {"role": "assistant", "content": "I do not know"}
    answered = {"role": "assistant", "content": gold}
    rollouts = {
        "a tool's message last": ([call, {"role": "tool", "content": gold}], "no_answer"),
        "a user's message last": ([said, {"role": "user", "content": gold}], "no_answer"),
        "a system message last": ([said, {"role": "system", "content": gold}], "no_answer"),
        "a call without text last": ([{"role": "tool", "content": gold}, call], "no_answer"),
        "nothing": ([], "no_answer"),
        "the answer before another turn": ([answered, {"role": "user", "content": "Sure?"}],
                                           "no_answer"),
        "an answer after the tool": ([call, {"role": "tool", "content": "4"}, answered], "correct"),
    }  # fmt: skip
    for name, (messages, status) in rollouts.items():
        logged: dict[str, Any] = {}
        value = trl_reward(TASK)(
            **columns | {"completions": [messages]}, log_extra=logged.__setitem__
        )
        assert value == [float(status == "correct")], name
        assert logged[f"assay_{TASK}/status"] == [status], name
    tool_last = [[{"role": "tool", "content": "\\boxed{4}"}]]
    assert math_reward()(completions=tool_last, solution=["4"]) == [0.0]


def test_several_tasks_are_told_apart_by_their_column() -> None:
    first, second = load(TASK), load("knights_and_knaves")
    rows = [(first, first[0]), (second, second[3]), (first, first[1])]
    values = trl_reward(TASK, "knights_and_knaves")(
        prompts=[problem.prompt for _, problem in rows],
        completions=[suite.gold(problem) or "" for suite, problem in rows],
        task=[suite.name for suite, _ in rows],
        problem_id=[problem.id for _, problem in rows],
    )
    assert values == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"problem_id": ["no such id"] * 4}, "no problem"),
        ({"task": ["bbh"] * 4}, "is not one of"),
        ({"problem_id": None, "prompts": ["never asked"] * 4}, "problem_id"),
    ],
)
def test_a_row_that_names_no_problem_is_the_users_mistake(
    change: dict[str, Any], message: str
) -> None:
    columns = {key: value for key, value in (_columns() | change).items() if value is not None}
    with pytest.raises(UsageError, match=message):
        trl_reward(TASK)(**columns)


def test_mistakes_are_refused_when_the_reward_is_made() -> None:
    with pytest.raises(UsageError, match="unknown task"):
        trl_reward("arithmetics")
    with pytest.raises(UsageError, match="at least one"):
        trl_reward()


def test_length_and_format_reach_the_reward() -> None:
    rules = RewardRules(max_tokens=10, overlong_buffer=4)
    columns = _columns(2) | {"completion_ids": [[1] * 8, [1] * 11]}
    assert trl_reward(TASK, rules=rules)(**columns) == [0.5, -1.0]


def test_math_reward_reads_the_answers_of_any_dataset() -> None:
    columns = {
        "completions": [[{"role": "assistant", "content": text}] for text in
                        ("\\boxed{\\frac{2}{4}}", "\\boxed{3}", "7 or 8")],
        "solution": ["1/2", "4", "7"],
    }  # fmt: skip
    logged: dict[str, Any] = {}
    reward = pickle.loads(pickle.dumps(math_reward()))
    assert reward(**columns, log_extra=logged.__setitem__) == [1.0, 0.0, 0.0]
    assert logged["assay_math/status"] == ["correct", "incorrect", "incorrect"]
    shaped = math_reward("gold", RewardRules(max_tokens=10, overlong_buffer=4))
    assert shaped(["\\boxed{1}"], completion_ids=[[0] * 8], gold=[1]) == [0.5]
    with pytest.raises(UsageError, match="no column 'gold' but solution"):
        shaped(**columns)


def test_math_reward_reads_a_whole_dataset_when_it_is_made() -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    good = datasets.Dataset.from_dict({"gold": ["1", "so\n#### 2"]})
    assert math_reward("gold", dataset=good).column == "gold"
    with pytest.raises(UsageError, match="no column 'solution' but gold"):
        math_reward(dataset=good)
    bad = datasets.Dataset.from_dict({"gold": ["1", None]})
    with pytest.raises(UsageError, match=r"row 1, column 'gold': .* NoneType .* missing"):
        math_reward("gold", dataset=bad)


def test_it_is_picklable_and_named() -> None:
    reward = pickle.loads(pickle.dumps(trl_reward(TASK, seed=0)))
    assert reward.__name__ == "assay_arithmetic"
    assert reward(**_columns()) == [1.0, 0.0, 1.0, 0.0]


def test_threads_share_one_reward() -> None:
    reward, columns = trl_reward(TASK), _columns(6)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: reward(**columns), range(12)))
    assert found == [[1.0, 0.0, 1.0, 0.0, 1.0, 0.0]] * 12


def test_the_asynchronous_reward_leaves_the_event_loop_free() -> None:
    reward = trl_reward(TASK, asynchronous=True)
    assert inspect.iscoroutinefunction(type(reward).__call__)

    async def together() -> list[list[float | None]]:
        return await asyncio.gather(*(reward(**_columns()) for _ in range(3)))

    assert asyncio.run(together()) == [[1.0, 0.0, 1.0, 0.0]] * 3


def test_a_spawned_process_can_use_it(tmp_path: Path) -> None:
    (tmp_path / "reward.pickle").write_bytes(pickle.dumps(trl_reward(TASK)))
    (tmp_path / "columns.json").write_text(json.dumps(_columns()))
    script = (
        "import json, pickle\n"
        "reward = pickle.load(open('reward.pickle', 'rb'))\n"
        "print(reward(**json.load(open('columns.json'))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "[1.0, 0.0, 1.0, 0.0]", done.stderr


@pytest.mark.parametrize("asynchronous", [False, True])
def test_three_steps_of_grpo(
    asynchronous: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    trl = pytest.importorskip("trl", reason="TRL is not installed")
    import torch
    from datasets import Dataset

    from .tiny import tiny_model, tiny_tokenizer

    suite = load(TASK, size=4)
    (path,) = export("trl", [suite], tmp_path)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    reward = trl_reward(TASK, asynchronous=asynchronous)
    broken = suite[1].id
    _break(reward, broken, monkeypatch)
    seen: list[list[float]] = []

    class ScriptedTrainer(trl.GRPOTrainer):  # type: ignore[misc, name-defined]
        """Replaces every second completion by the gold, because a random model is never right."""

        def _calculate_rewards(
            self, inputs: Any, prompts: Any, completions: Any, ids: Any
        ) -> torch.Tensor:
            assert completions[0][0]["role"] == "assistant"
            for row, line in enumerate(inputs):
                if row % 2 == 0:
                    gold = suite.gold(suite.find(line["problem_id"]))
                    completions[row] = [{"role": "assistant", "content": gold}]
            rewards = super()._calculate_rewards(inputs, prompts, completions, ids)
            expected = [
                math.nan if line["problem_id"] == broken else float(row % 2 == 0)
                for row, line in enumerate(inputs)
            ]
            seen.append(rewards[:, 0].tolist())
            assert torch.equal(rewards[:, 0].isnan(), torch.tensor(expected).isnan())
            assert (
                rewards[:, 0].nan_to_num(5).tolist()
                == torch.tensor(expected).nan_to_num(5).tolist()
            )
            return rewards  # type: ignore[no-any-return]

    tokenizer = tiny_tokenizer()
    model = tiny_model(tokenizer)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    trainer = ScriptedTrainer(
        model=model,
        reward_funcs=reward,
        args=trl.GRPOConfig(
            output_dir=str(tmp_path / "run"),
            max_steps=3,
            per_device_train_batch_size=4,
            num_generations=2,
            max_completion_length=6,
            learning_rate=1e-2,
            report_to="none",
            use_cpu=True,
            save_strategy="no",
            logging_steps=1,
            disable_tqdm=True,
            bf16=False,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
    )
    trainer.train()
    assert trainer.state.global_step == 3
    assert len(seen) == 3
    # Four problems in three steps: the one whose check failed was met once or twice, and skipped.
    met = [values for values in seen if any(map(math.isnan, values))]
    assert 1 <= len(met) <= 2
    assert all(sum(map(math.isnan, values)) == 2 for values in met)
    logs = [
        entry for entry in trainer.state.log_history if "rewards/assay_arithmetic/mean" in entry
    ]
    assert [entry["rewards/assay_arithmetic/mean"] for entry in logs] == [0.5] * 3
    errors = sorted(entry["assay_arithmetic/checker_errors"] for entry in logs)
    assert errors == [0.0] * (3 - len(met)) + [0.5] * len(met)
    after = list(model.parameters())
    assert all(torch.isfinite(parameter).all() for parameter in after)
    assert any(not torch.equal(old, new) for old, new in zip(before, after, strict=True))
