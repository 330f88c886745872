"""The health of a run: what is counted, when the alarm is raised, and which logs are read."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from assay.harness.adapters.trl import math_reward
from assay.harness.adapters.trl_health import health_callback, watched
from assay.harness.cli import run
from assay.harness.health import DriftTest, LoggedSample, RewardHealth, lines
from assay.harness.health_logs import read_rollouts, sampled
from assay.sandbox.errors import UsageError


def _drift(rate: float, count: int, rng: random.Random) -> DriftTest:
    test = DriftTest()
    for _ in range(count):
        test.add(rng.random() >= rate)
    return test


def test_the_rate_of_false_alarms_is_at_most_the_stated_one() -> None:
    """500 runs of 500 comparisons each, at the worst rate that is still tolerated."""
    rng = random.Random(1)
    alarms = sum(_drift(0.02, 500, rng).alarm_at is not None for _ in range(500))
    # Of 500 runs at a rate of 1%, more than 13 alarms have a probability below 0.1%.
    assert alarms <= 13


@pytest.mark.parametrize(("rate", "within"), [(0.1, 600), (0.25, 120), (1.0, 6)])
def test_a_drift_is_found(rate: float, within: int) -> None:
    rng = random.Random(2)
    found = [_drift(rate, within, rng).alarm_at for _ in range(20)]
    assert sum(at is not None for at in found) >= 18


def test_agreement_never_raises_the_alarm_and_an_alarm_stays() -> None:
    test = _drift(0.0, 5_000, random.Random(3))
    assert test.alarm_at is None
    for _ in range(400):
        test.add(False)
    first = test.alarm_at
    assert first is not None
    for _ in range(2_000):
        assert test.add(True)
    assert test.alarm_at == first


@pytest.mark.parametrize(("false_alarm", "tolerated"), [(0.0, 0.1), (0.1, 1.0)])
def test_rates_that_are_none_are_one_line(false_alarm: float, tolerated: float) -> None:
    with pytest.raises(UsageError, match="both lie between 0 and 1"):
        DriftTest(false_alarm, tolerated)


def test_what_is_counted() -> None:
    health = RewardHealth()
    health.add(
        [
            LoggedSample(1.0, "right", "correct", "a", "p", tokens=10),
            LoggedSample(0.0, "wrong one", "incorrect", "a", "p", tokens=30),
            LoggedSample(0.0, "wrong", "no_answer", "b", "q", tokens=50),
            LoggedSample(0.0, "wrong", "no_answer", "b", "q", tokens=40),
            LoggedSample(None, "lost", "checker_error", "b", "q"),
            LoggedSample(float("nan"), "lost", "checker_error", "b", "q"),
        ]
    )
    report = health.report()
    assert report.without_reward == pytest.approx(2 / 6)
    assert report.statuses == pytest.approx(
        {"no_answer": 1 / 3, "checker_error": 1 / 3, "correct": 1 / 6, "incorrect": 1 / 6}
    )
    assert report.reward_by_suite == {"a": 0.5, "b": 0.0}
    assert (report.length_of_right, report.length_of_wrong) == (10, 40)
    assert report.equal_groups == 0.5
    assert report.repeated == pytest.approx(2 / 6)
    assert report.metrics()["health/status/correct"] == pytest.approx(1 / 6)
    assert health.report().rollouts == 0


def test_a_reward_that_pays_for_what_is_wrong_raises_the_alarm() -> None:
    health = RewardHealth()
    lenient = watched(lambda completions, **_: [1.0] * len(completions), health, math_reward(), 1.0)
    for step in range(10):
        texts = [f"\\boxed{{{step % 2}}} {n}" for n in range(8)]
        assert lenient(texts, solution=["1"] * 8) == [1.0] * 8
    report = health.report()
    assert report.compared == 80
    assert report.disagreed == 40
    assert "disagree on 40 of 80" in report.alarm
    assert any(line.startswith("ALARM") for line in lines(report))


def test_a_watched_reward_returns_and_logs_what_the_reward_does() -> None:
    health, logged = RewardHealth(), {}
    reward = watched(math_reward(), health, math_reward(), 0.5)
    texts = [f"\\boxed{{{n}}}" for n in range(20)]
    found = reward(texts, solution=["3"] * 20, prompts=["p"] * 20, log_extra=logged.__setitem__)
    assert found.count(1.0) == 1
    assert logged["assay_math/status"].count("correct") == 1
    report = health.report()
    assert 0 < report.compared == sum(sampled(text, 0.5) for text in texts) < 20
    assert report.statuses["correct"] == 0.05
    assert report.equal_groups == 0.0
    assert report.alarm == ""


def _trained(tmp_path: Path, health: RewardHealth, stop: bool) -> Any:
    trl = pytest.importorskip("trl", reason="TRL is not installed")
    from datasets import Dataset

    from .adapters.tiny import tiny_model, tiny_tokenizer

    tokenizer = tiny_tokenizer()
    trainer = trl.GRPOTrainer(
        model=tiny_model(tokenizer),
        reward_funcs=watched(
            lambda completions, **_: [1.0] * len(completions), health, math_reward("gold"), 1.0
        ),
        args=trl.GRPOConfig(
            output_dir=str(tmp_path), max_steps=3, per_device_train_batch_size=8,
            num_generations=4, max_completion_length=4, report_to="none", use_cpu=True,
            save_strategy="no", logging_steps=1, disable_tqdm=True, bf16=False,
        ),
        train_dataset=Dataset.from_list([{"prompt": f"{n}+1", "gold": str(n)} for n in range(8)]),
        processing_class=tokenizer,
        callbacks=[health_callback(health, stop_on_alarm=stop)],
    )  # fmt: skip
    trainer.train()
    return trainer


@pytest.mark.parametrize("stop", [False, True])
def test_a_run_of_trl_reports_its_health_and_stops(stop: bool, tmp_path: Path) -> None:
    trainer = _trained(tmp_path, RewardHealth(), stop)
    logs = [entry for entry in trainer.state.log_history if "health/alarm" in entry]
    assert logs[0]["health/alarm"] == 1.0
    assert logs[0]["health/reward"] == 1.0
    assert trainer.state.global_step == (1 if stop else 3)


def _log(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _verl(score: float, output: str, step: int) -> dict[str, Any]:
    """A row as verl writes it into `trainer.rollout_data_dir`."""
    return {"input": "Q", "output": output, "gts": "4", "score": score, "step": step,
            "status": "correct" if score else "incorrect"}  # fmt: skip


def test_logs_of_verl_are_read_in_the_order_of_their_steps(tmp_path: Path) -> None:
    for step in (10, 2):
        rows = [_verl(1.0, f"\\boxed{{4}} {step}", step), _verl(0.0, f"\\boxed{{5}} {step}", step)]
        _log(tmp_path / f"{step}.jsonl", rows)
    found = read_rollouts(tmp_path, "math", 1.0)
    assert [one.text[-2:].strip() for one in found] == ["2", "2", "10", "10"]
    assert [one.strict for one in found] == [one.reward for one in found] == [1.0, 0.0, 1.0, 0.0]
    assert run(["health", str(tmp_path), "--strict", "math", "--share", "1"]) == 0


def test_the_command_tells_of_a_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _log(tmp_path / "1.jsonl", [_verl(1.0, f"\\boxed{{5}} {n}", 1) for n in range(40)])
    assert run(["health", str(path), "--strict", "math", "--share", "1"]) == 3
    assert "ALARM" in capsys.readouterr().out
    assert run(["health", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status/correct"] == 1.0


def test_our_own_logs_are_read(tmp_path: Path) -> None:
    row = {"problem_id": "p", "suite": "gsm8k", "completion": "4",
           "verdict": {"status": "correct", "score": 1.0}}  # fmt: skip
    (one,) = read_rollouts(_log(tmp_path / "samples.jsonl", [row]))
    assert (one.reward, one.status, one.suite, one.group) == (1.0, "correct", "gsm8k", "p")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rollout"),
        ([{"output": "4"}], "no reward: one of score, reward"),
        ([{"score": 1.0}], "no text: one of output"),
        ([{"score": "high", "output": "4"}], "'high' is no number"),
    ],
)
def test_what_is_no_log_is_one_line(rows: list[Any], message: str, tmp_path: Path) -> None:
    path = _log(tmp_path / "log.jsonl", rows)
    with pytest.raises(UsageError, match=message) as mistake:
        read_rollouts(path)
    assert "\n" not in str(mistake.value)


def test_mistakes_of_the_command_are_one_line(tmp_path: Path) -> None:
    path = _log(tmp_path / "log.jsonl", [{"score": 1.0, "output": "4"}])
    assert run(["health", str(path), "--strict", "harsh"]) == 2
    assert run(["health", str(path), "--share", "0"]) == 2
    assert run(["health", str(path), "--strict", "math", "--share", "1"]) == 2
    assert run(["health", str(tmp_path / "none.jsonl")]) == 2
