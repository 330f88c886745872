"""The health of a run: what is counted, when the alarm is raised, and which logs are read."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from assay.harness.adapters.trl import math_reward
from assay.harness.adapters.trl_health import health_callback, watched
from assay.harness.cli import run
from assay.harness.drift import DriftAlarm, PromptGap, prompt_gaps, sampled
from assay.harness.health import LoggedSample, RewardHealth, lines
from assay.harness.health_logs import read_rollouts
from assay.sandbox.errors import UsageError


def _drift(rate: float, prompts: int, rng: random.Random) -> DriftAlarm:
    """One compared sample of each prompt; `rate` of them are overpaid."""
    alarm = DriftAlarm()
    for _ in range(prompts):
        alarm.add([PromptGap(1, int(rng.random() < rate), 0)])
    return alarm


def test_the_rate_of_false_alarms_is_at_most_the_stated_one() -> None:
    """1,000 runs of 400 prompts each, at the worst rate that is still tolerated."""
    rng = random.Random(1)
    alarms = sum(_drift(0.02, 400, rng).alarm_at is not None for _ in range(1000))
    # Of 1,000 runs at 0.1%, more than 5 alarms have a probability below 0.1%.
    assert alarms <= 5


@pytest.mark.parametrize(("rate", "within"), [(0.1, 500), (0.25, 120), (1.0, 4)])
def test_an_exploit_is_found(rate: float, within: int) -> None:
    rng = random.Random(2)
    found = [_drift(rate, within, rng).alarm_at for _ in range(20)]
    assert sum(at is not None for at in found) >= 18


def test_a_late_exploit_is_found_as_soon_and_the_alarm_stays() -> None:
    alarm = _drift(0.0, 20_000, random.Random(3))
    assert alarm.alarm_at is None
    alarm.add([PromptGap(2, 2, 0)] * 10)
    first = alarm.alarm_at
    assert first is not None
    assert alarm.add([PromptGap(2, 0, 0)] * 2_000)
    assert alarm.alarm_at == first
    assert f"alarm after {first} samples" in alarm.message


def test_the_samples_of_a_prompt_are_one_piece_of_evidence() -> None:
    """A wrong gold overpays all 64 samples of its prompt, and is no alarm."""
    wrong_gold = [("bad", 1.0, 0.0)] * 64 + [(None, 0.0, 1.0)] * 3
    gaps = prompt_gaps(wrong_gold)
    assert gaps == [PromptGap(64, 64, 0), *[PromptGap(1, 0, 1)] * 3]
    alarm = DriftAlarm()
    assert not alarm.add(gaps)
    assert (alarm.compared, alarm.overpaid, alarm.underpaid) == (67, 64, 3)


def test_what_has_no_reward_or_no_verdict_is_not_compared() -> None:
    nan, infinite = float("nan"), float("inf")
    rows = [("p", None, 1.0), ("p", 1.0, None), ("p", nan, 0.0), ("p", infinite, 0.0)]
    assert prompt_gaps(rows) == []
    alarm = DriftAlarm()
    alarm.add([PromptGap(0, 0, 0)])
    assert alarm.evidence == 1.0


def test_a_resumed_alarm_goes_on_as_if_it_had_not_stopped() -> None:
    rng = random.Random(4)
    gaps = [PromptGap(3, rng.randrange(4), rng.randrange(2)) for _ in range(40)]
    whole, first, second = DriftAlarm(), DriftAlarm(), DriftAlarm()
    whole.add(gaps)
    first.add(gaps[:7])
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    second.add(gaps[7:])
    assert second.state_dict() == whole.state_dict()


def test_a_policy_of_one_text_is_sampled_like_any_other() -> None:
    chosen = sum(sampled(str(place), "<answer></answer>", 0.2) for place in range(2000))
    assert 300 < chosen < 500


@pytest.mark.parametrize(("false_alarm", "tolerated"), [(0.0, 0.1), (0.1, 1.0)])
def test_rates_that_are_none_are_one_line(false_alarm: float, tolerated: float) -> None:
    with pytest.raises(UsageError, match="both lie between 0 and 1"):
        DriftAlarm(false_alarm, tolerated)


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
    assert (report.overpaid, report.underpaid) == (40, 0)
    assert "pays for 40 of 80" in report.alarm
    assert any(line.startswith("ALARM") for line in lines(report))


def test_a_watched_reward_returns_and_logs_what_the_reward_does() -> None:
    health, logged = RewardHealth(), {}
    reward = watched(math_reward(), health, math_reward(), 0.5)
    texts = [f"\\boxed{{{n}}}" for n in range(20)]
    found = reward(texts, solution=["3"] * 20, prompts=["p"] * 20, log_extra=logged.__setitem__)
    assert found.count(1.0) == 1
    assert logged["assay_math/status"].count("correct") == 1
    report = health.report()
    assert (
        0
        < report.compared
        == sum(sampled(f"1/{row}", text, 0.5) for row, text in enumerate(texts))
        < 20
    )
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
    trainer = _trained(tmp_path, RewardHealth(false_alarm=0.05), stop)
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


def test_the_command_tells_of_an_exploit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [_verl(1.0, f"\\boxed{{5}} {n}", 1) | {"input": f"Q{n}"} for n in range(40)]
    path = _log(tmp_path / "1.jsonl", rows)
    assert run(["health", str(path), "--strict", "math", "--share", "1"]) == 3
    assert "ALARM" in capsys.readouterr().out
    assert run(["health", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status/correct"] == 1.0


def test_our_own_logs_are_read(tmp_path: Path) -> None:
    row = {"problem_id": "p", "suite": "gsm8k", "completion": "4",
           "verdict": {"status": "correct", "score": 1.0}}  # fmt: skip
    (one,) = read_rollouts(_log(tmp_path / "samples.jsonl", [row]))
    assert (one.reward, one.status, one.suite, one.group) == (1.0, "correct", "gsm8k", "p")
    row = {"step": 3, "suite": "modular", "prompt": "q", "completion": "4", "status": "reward",
           "reward": 1.0, "tokens": 9, "strict": 0.0}  # fmt: skip
    (one,) = read_rollouts(_log(tmp_path / "trained.jsonl", [row]))
    assert (one.strict, one.tokens, one.step, one.group) == (0.0, 9, 3, "q")


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
