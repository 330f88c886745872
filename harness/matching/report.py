"""The table of a match: accuracy, false verdicts by kind, disagreements, effect on training."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..metrics import wilson_interval
from .cases import LabelledCompletion
from .run import Played

CLUSTERS = 30
"""Patterns of disagreement that are listed."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a grader is wrong on labelled cases."""

    right: int
    cases: int
    false_positives: int
    wrong_cases: int
    """Cases whose answer is wrong."""
    false_negatives: int
    right_cases: int

    @property
    def accuracy(self) -> float:
        """The share of right grades."""
        return self.right / self.cases if self.cases else 0.0

    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval of the accuracy."""
        return wilson_interval(self.accuracy, self.cases) if self.cases else (0.0, 1.0)


@dataclass(slots=True)
class Line:
    """One grader in the table."""

    name: str
    about: str
    failed: str
    asked: int
    labelled: Rates
    unseen: Rates
    """On cases that no author of this grader is known to have seen."""
    by_kind: dict[str, Rates]
    difference: tuple[float, float, float] | None
    """Accuracy less that of the first grader, paired, with its 95% interval."""
    endings: dict[str, int]
    ran_code: int
    wrote: int
    under_load: tuple[int, int] | None
    seconds: float
    """Median of one grade."""
    groups_turned: tuple[int, int] | None
    """Groups with a completion whose advantage has another sign than by the first grader."""
    reward_moved: float | None
    """Share of what it and the first grader pay that only one of the two pays."""


@dataclass(slots=True)
class Cluster:
    """Cases on which the same graders accept and the others do not."""

    accept: tuple[str, ...]
    refuse: tuple[str, ...]
    cases: int
    labelled_right: int
    labelled_wrong: int
    kinds: dict[str, int]
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """A match as data."""

    cases: int
    labelled: int
    sets: dict[str, int]
    """Cases by provenance."""
    left_out: dict[str, int]
    lines: list[Line]
    clusters: list[Cluster]

    def as_json(self) -> dict[str, Any]:
        """As plain data, for `--json` and the file."""
        return asdict(self)


def report(
    cases: Sequence[LabelledCompletion], played: Sequence[Played], about: Mapping[str, str],
    left_out: Mapping[str, int],
) -> Report:  # fmt: skip
    """The table of a match; the first grader that played is what the others are compared with."""
    able = [one for one in played if one.grades]
    lines = [_line(cases, one, able[0], about.get(one.name, "")) for one in played]
    return Report(
        len(cases), sum(case.expected is not None for case in cases),
        dict(Counter(case.provenance for case in cases)), dict(left_out), lines,
        _clusters(cases, [one for one in able if not one.failed]),
    )  # fmt: skip


def rates(cases: Sequence[LabelledCompletion], played: Played) -> Rates:
    """The rates on the labelled cases among these that it was asked."""
    seen = [
        (case.expected, played.grades[case.key].accepted)
        for case in cases
        if case.expected is not None and case.key in played.grades
    ]
    positives = sum(paid for expected, paid in seen if not expected)
    negatives = sum(not paid for expected, paid in seen if expected)
    right_cases = sum(bool(expected) for expected, _ in seen)
    return Rates(
        len(seen) - positives - negatives, len(seen), positives, len(seen) - right_cases,
        negatives, right_cases,
    )  # fmt: skip


def _line(cases: Sequence[LabelledCompletion], one: Played, first: Played, about: str) -> Line:
    kinds: dict[str, list[LabelledCompletion]] = defaultdict(list)
    for case in cases:
        if case.expected is not None:
            kinds[case.kind].append(case)
    seconds = sorted(grade.seconds for grade in one.grades.values())
    turned, moved = _training(cases, one, first)
    return Line(
        one.name, about, one.failed, len(one.grades), rates(cases, one),
        rates([case for case in cases if one.name not in case.known_to], one),
        {kind: rates(some, one) for kind, some in sorted(kinds.items())},
        _difference(cases, one, first),
        dict(Counter(grade.ending for grade in one.grades.values())),
        len(one.ran_code), len(one.wrote), one.under_load,
        round(seconds[len(seconds) // 2], 5) if seconds else 0.0, turned, moved,
    )  # fmt: skip


def _difference(
    cases: Sequence[LabelledCompletion], one: Played, first: Played
) -> tuple[float, float, float] | None:
    if one is first:
        return None
    import numpy as np

    from ..comparison import difference_interval

    both = [
        (case.key, case.expected)
        for case in {case.key: case for case in cases}.values()
        if case.expected is not None and case.key in one.grades and case.key in first.grades
    ]
    if len(both) < 2:
        return None
    gaps = np.array([
        float(one.grades[key].accepted == right) - float(first.grades[key].accepted == right)
        for key, right in both
    ])  # fmt: skip
    _, interval, _ = difference_interval(gaps)
    return float(gaps.mean()), interval.low, interval.high


def _training(
    cases: Sequence[LabelledCompletion], one: Played, first: Played
) -> tuple[tuple[int, int] | None, float | None]:
    """What another grader would do to GRPO on the cases that come in groups."""
    groups: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        if case.group is not None and case.key in one.grades and case.key in first.grades:
            groups[case.group].append(case.key)
    several = [keys for keys in groups.values() if len(keys) > 1]
    if not several or one is first:
        return None, None
    turned, moved, paid = 0, 0.0, 0.0
    for keys in several:
        mine = [float(one.grades[key].accepted) for key in keys]
        theirs = [float(first.grades[key].accepted) for key in keys]
        turned += _signs(mine) != _signs(theirs)
        moved += sum(abs(a - b) for a, b in zip(mine, theirs, strict=True))
        paid += sum(mine) + sum(theirs)
    return (turned, len(several)), moved / paid if paid else 0.0


def _signs(rewards: Sequence[float]) -> list[int]:
    """The sign of each completion's advantage, its reward less the group's mean."""
    mean = sum(rewards) / len(rewards)
    return [(reward > mean) - (reward < mean) for reward in rewards]


def _clusters(cases: Sequence[LabelledCompletion], able: Sequence[Played]) -> list[Cluster]:
    """The patterns of disagreement, the most frequent first."""
    found: dict[tuple[bool, ...], list[LabelledCompletion]] = defaultdict(list)
    for case in cases:
        pattern = tuple(one.grades[case.key].accepted for one in able if case.key in one.grades)
        if len(pattern) == len(able) and len(set(pattern)) > 1:
            found[pattern].append(case)
    largest = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:CLUSTERS]
    return [_cluster(able, pattern, some) for pattern, some in largest]


def _cluster(
    able: Sequence[Played], pattern: Sequence[bool], some: Sequence[LabelledCompletion]
) -> Cluster:
    names = [one.name for one in able]
    shortest = sorted(some, key=lambda case: (len(case.completion), case.completion))[:EXAMPLES]
    return Cluster(
        tuple(name for name, paid in zip(names, pattern, strict=True) if paid),
        tuple(name for name, paid in zip(names, pattern, strict=True) if not paid),
        len(some), sum(case.expected is True for case in some),
        sum(case.expected is False for case in some),
        dict(Counter(case.kind for case in some).most_common(5)),
        [{"gold": case.gold[:120], "completion": case.completion[-200:],
          "expected": case.expected} for case in shortest],
    )  # fmt: skip
