"""Solve rates with early stopping: exact errors, the command, resuming, rows that train reads."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from assay.harness import cli
from assay.harness.backends.contract import Completion, ModelIdentity, Request, Sampling
from assay.harness.curation import CurationLimits, curate, design, item_of, rate_interval
from assay.harness.evaluation import EvalSettings
from assay.harness.training.mixture import Mixture
from assay.harness.training.settings import MixEntry
from assay.sandbox.errors import UsageError
from assay.tasks import load

SMALL = CurationLimits(most=32, error=0.05)


class Uneven:
    """Solves problem i of a suite with a probability of i / 10, by the seed of the request."""

    identity = ModelIdentity(name="uneven", backend="test", seeded=True)
    asked = 0

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        for request in requests:
            Uneven.asked += 1
            rate = int(request.problem.id.rpartition("-")[2]) % 11 / 10
            right = random.Random(request.seed).random() < rate
            text = request.suite.gold(request.problem) if right else "<answer>nothing</answer>"
            yield Completion(request, text, 3, 5, finish_reason="stop")

    def close(self) -> None:
        pass


def test_the_error_is_exact_and_kept() -> None:
    rule = design(SMALL)
    assert rule.worst() <= SMALL.error
    rng = random.Random(0)
    for rate in (0.0, 0.15, 0.2, 0.5, 0.9):
        told = rule.characteristic(rate)
        assert told.hard + told.useful + told.easy == pytest.approx(1)
        differing, samples, tries = 0, 0, 2000
        for _ in range(tries):
            outcomes = [rng.random() < rate for _ in range(SMALL.most)]
            item = item_of("p", outcomes, rule)
            assert item is not None
            samples += item.samples
            differing += item.verdict != SMALL.verdict(sum(outcomes), SMALL.most)
        assert differing / tries == pytest.approx(told.differs, abs=0.012)
        assert samples / tries == pytest.approx(told.samples, rel=0.05)
    assert rule.characteristic(0.0).samples < SMALL.most / 2


@pytest.mark.parametrize(
    ("limits", "named"),
    [({"low": 0.9}, "--low 0.9"), ({"batch": 65}, "--batch 65"), ({"error": 0.5}, "--error 0.5")],
)
def test_limits_that_cannot_be_met_are_named(limits: dict[str, float], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        CurationLimits(**limits)  # type: ignore[arg-type]


def test_the_interval_holds_at_every_time_at_once() -> None:
    rng, outside = random.Random(1), 0
    for _ in range(150):
        rate, right = rng.random(), 0
        for samples in range(1, 41):
            right += rng.random() < rate
            low, high = rate_interval(right, samples)
            if not low <= rate <= high:
                outside += 1
                break
    assert outside / 150 <= 0.05
    assert rate_interval(0, 16)[0] == 0.0
    assert rate_interval(16, 16)[1] == 1.0


def test_problems_are_told_apart_and_a_stopped_curation_goes_on(tmp_path: Path) -> None:
    suite = load("arithmetic", difficulty=4, size=11)
    settings = EvalSettings(out=tmp_path, run_id="c", progress=False)

    class Interrupted(Uneven):
        def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
            for number, one in enumerate(super().generate(requests, sampling)):
                if number == 30:
                    raise KeyboardInterrupt
                yield one

    Uneven.asked = 0
    with pytest.raises(KeyboardInterrupt):
        curate(Interrupted(), suite, SMALL, settings)
    resumed = settings.model_copy(update={"resume": True})
    curation = curate(Uneven(), suite, SMALL, resumed)
    verdicts = {item.problem: item.verdict for item in curation.items}
    assert len(verdicts) == 11
    assert verdicts[suite[0].id] == "hard"
    assert verdicts[suite[5].id] == "useful"
    assert verdicts[suite[10].id] == "easy"
    assert curation.samples <= Uneven.asked < 0.75 * 11 * SMALL.most
    again = curate(Uneven(), suite, SMALL, resumed)  # everything is stored
    assert again.items == curation.items
    fresh = curate(Uneven(), suite, SMALL, EvalSettings(out=tmp_path / "b", progress=False))
    assert fresh.items == curation.items  # whatever was asked in which run


@pytest.mark.parametrize("kind", ["trl", "verl", "jsonl"])
def test_rows_have_rates_and_verdicts_and_training_reads_them(kind: str, tmp_path: Path) -> None:
    line = ["curate", "arithmetic", "--model", "random", "--size", "6", "--split", "train",
            "--out", str(tmp_path), "--quiet", "--most", "8", "--format", kind,
            "--low", "0", "--high", "1", "--error", "0.4"]  # fmt: skip
    assert cli.run(line) == 0
    told = json.loads((tmp_path / "arithmetic-train.json").read_text())
    assert sum(told["verdicts"].values()) == 6
    ending = "parquet" if kind == "verl" else "jsonl"
    path = tmp_path / f"arithmetic-train-all.{ending}"
    mixture = Mixture([MixEntry(suite="arithmetic", rows=str(path))], 0)
    drawn = {item.problem.id for item in mixture.draw(6)}
    assert drawn == {problem.id for problem in load("arithmetic", split="train", size=6)}
    if kind == "jsonl":
        rows = [json.loads(row) for row in path.read_text().splitlines()]
        assert all(row["solve_rate_low"] <= row["solve_rate"] <= row["solve_rate_high"]
                   for row in rows)  # fmt: skip
        with pytest.raises(UsageError, match="row 1 names no problem of it"):
            Mixture([MixEntry(suite="fractions", rows=str(path))], 0)


def test_one_task_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["curate", "arithmetic,fractions", "--model", "random"]) == 2
    assert "one at a time" in capsys.readouterr().err
    assert cli.run(["curate", "arithmetic", "--model", "random", "--error", "0.7"]) == 2
    assert "--error 0.7" in capsys.readouterr().err
