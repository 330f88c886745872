"""What stored runs say of each problem: too easy, too hard, or solved by the wrong models."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..results import RunFolder
from .checks import ProofRow
from .subject import Subject

FEWEST_SAMPLES = 8
FEWEST_RUNS = 4
SURE = 0.01
"""Probability, over all problems of a task, of calling a sound one inverted."""


@dataclass
class History:
    """Right and all samples of one problem, by run."""

    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    @property
    def right(self) -> int:
        return sum(right for right, _ in self.counts.values())

    @property
    def samples(self) -> int:
        return sum(samples for _, samples in self.counts.values())


def run_folders(folder: Path) -> list[RunFolder]:
    """The stored runs below a folder of results."""
    places = folder / "runs" if (folder / "runs").is_dir() else folder
    return [
        RunFolder(path) for path in sorted(places.iterdir()) if (path / "samples.jsonl").is_file()
    ] if places.is_dir() else []  # fmt: skip


def read_histories(runs: Iterable[RunFolder], suite: str) -> dict[str, History]:
    """The history of every problem of a suite in these runs."""
    found: dict[str, History] = defaultdict(History)
    for run in runs:
        for record in run.samples():
            score = record["verdict"]["score"]
            if record["suite"] == suite and score is not None:
                count = found[record["problem_id"]].counts[run.run_id]
                count[0] += score == 1
                count[1] += 1
    return dict(found)


def check_histories(subject: Subject, histories: Mapping[str, History]) -> list[ProofRow]:
    """Rows of the three checks, for the problems that have enough samples."""
    strength = _strengths(histories)
    known = [one for one in subject.problems if one.id in histories]
    rows = []
    for problem in known:
        history = histories[problem.id]
        if history.samples >= FEWEST_SAMPLES:
            rate = history.right / history.samples
            figures = {"right": history.right, "samples": history.samples}
            told = f"{history.right} of {history.samples} samples are right"
            easy, hard = rate == 1, rate == 0
            rows.append(
                ProofRow("too_easy", problem.id, easy, told if easy else "", figures=figures)
            )
            rows.append(
                ProofRow("too_hard", problem.id, hard, told if hard else "", figures=figures)
            )
        if len(history.counts) >= FEWEST_RUNS:
            rows.append(_inverted(problem.id, history, strength, len(known)))
    return rows


def _strengths(histories: Mapping[str, History]) -> dict[str, float]:
    """Share of right samples of each run, over all its problems."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for history in histories.values():
        for run, (right, samples) in history.counts.items():
            totals[run][0] += right
            totals[run][1] += samples
    return {run: right / samples for run, (right, samples) in totals.items() if samples}


def _inverted(
    problem: str, history: History, strength: Mapping[str, float], problems: int
) -> ProofRow:
    """Fisher's exact test, one-sided: the weaker half of the runs solves it more often."""
    order = sorted(history.counts, key=lambda run: (strength[run], run))
    half = len(order) // 2
    weak, strong = order[:half], order[-half:]
    if strength[weak[-1]] >= strength[strong[0]]:
        return ProofRow("inverted", problem, False)
    a, n = (sum(history.counts[run][place] for run in weak) for place in (0, 1))
    b, m = (sum(history.counts[run][place] for run in strong) for place in (0, 1))
    chance = at_least(a, n, a + b, n + m)
    failed = chance < SURE / problems
    told = f"weaker runs {a} of {n}, stronger runs {b} of {m} (p = {chance:.1e})" if failed else ""
    return ProofRow("inverted", problem, failed, told, figures={"p": chance})


def at_least(hits: int, draws: int, right: int, everything: int) -> float:
    """P(X >= hits) of the hypergeometric distribution."""
    ways = sum(
        math.comb(right, k) * math.comb(everything - right, draws - k)
        for k in range(hits, min(draws, right) + 1)
        if draws - k <= everything - right
    )
    return ways / math.comb(everything, draws)
