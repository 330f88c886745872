"""The health of a reinforcement learning run: what its rewards look like, and whether they drift.

`RewardHealth` takes batches of rollouts and gives one report: the share of samples without a
reward, of each status, reward by suite, lengths of right and wrong answers, groups whose rewards
are all equal, repeated texts. On a sampled share it compares the reward given with the strict
verdict, and raises the alarm of `drift` when the reward is exploited.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from .drift import FALSE_ALARM, TOLERATED, DriftAlarm, prompt_gaps


@dataclass(frozen=True, slots=True)
class LoggedSample:
    """One sample from a trainer's log; None for what the log does not say."""

    reward: float | None
    text: str = ""
    status: str | None = None
    suite: str | None = None
    group: str | None = None
    """What the samples of one prompt share."""
    strict: float | None = None
    """The score of the strict verdict, where it was made."""
    tokens: int | None = None
    step: int | None = None
    """The training step, where the log tells it."""

    @property
    def rewarded(self) -> bool:
        """Whether there is a reward to learn from: not None, and not NaN."""
        return self.reward is not None and math.isfinite(self.reward)

    @property
    def length(self) -> int:
        """In tokens, or in characters where the tokens are not known."""
        return len(self.text) if self.tokens is None else self.tokens


@dataclass(slots=True)
class HealthReport:
    """What the rollouts look like; shares lie in [0, 1]."""

    rollouts: int = 0
    without_reward: float = 0.0
    statuses: dict[str, float] = field(default_factory=dict)
    reward: float | None = None
    reward_by_suite: dict[str, float] = field(default_factory=dict)
    length_of_right: float | None = None
    length_of_wrong: float | None = None
    equal_groups: float | None = None
    """Share of the groups whose rewards are all equal, from which nothing is learned."""
    repeated: float = 0.0
    """Share of the texts that have occurred before."""
    compared: int = 0
    """Samples of the whole run that were compared with the strict verdict, like the next two."""
    overpaid: int = 0
    """Paid, although the strict verdict refuses them."""
    underpaid: int = 0
    """Not paid, although the strict verdict accepts them."""
    alarm: str = ""
    """One sentence when the reward is exploited."""

    def metrics(self, prefix: str = "health/") -> dict[str, float]:
        """The numbers under flat names, for a trainer's log."""
        named: dict[str, float | None] = {
            "without_reward": self.without_reward, "reward": self.reward,
            "length_of_right": self.length_of_right, "length_of_wrong": self.length_of_wrong,
            "equal_groups": self.equal_groups, "repeated": self.repeated,
            "overpaid": self.overpaid / self.compared if self.compared else None,
            "underpaid": self.underpaid / self.compared if self.compared else None,
            "alarm": float(bool(self.alarm)),
        }  # fmt: skip
        named |= {f"status/{name}": share for name, share in self.statuses.items()}
        named |= {f"reward/{name}": value for name, value in self.reward_by_suite.items()}
        return {f"{prefix}{name}": value for name, value in named.items() if value is not None}


class RewardHealth:
    """Collects rollouts, and keeps the alarm and the seen texts over the whole run."""

    def __init__(
        self,
        false_alarm: float = FALSE_ALARM,
        tolerated: float = TOLERATED,
        right_from: float = 0.5,
    ) -> None:
        self.right_from = right_from
        """The least reward that says that a sample is right."""
        self.alarm = DriftAlarm(false_alarm, tolerated)
        self._texts: set[bytes] = set()
        self._step: list[LoggedSample] = []
        self._repeated = 0
        self._counted = 0

    def add(self, rollouts: Sequence[LoggedSample]) -> None:
        """Take rollouts in, in the order in which they were rewarded.

        Those of one prompt in one step belong in one call: they are one unit of the alarm.
        """
        for rollout in rollouts:
            self._step.append(rollout)
            if rollout.text:
                digest = hashlib.blake2b(rollout.text.encode("utf-8", "replace"), digest_size=12)
                self._repeated += digest.digest() in self._texts
                self._counted += 1
                self._texts.add(digest.digest())
        self.alarm.add(
            prompt_gaps(
                (
                    (None if one.group is None else (one.step, one.group), one.reward, one.strict)
                    for one in rollouts
                ),
                self.right_from,
            )
        )

    def report(self, clear: bool = True) -> HealthReport:
        """The report of the rollouts since the last one; the alarm is of the whole run."""
        rows = self._step
        rewarded = [row for row in rows if row.rewarded]
        made = HealthReport(
            rollouts=len(rows),
            without_reward=_share(len(rows) - len(rewarded), len(rows)),
            statuses=_shares(row.status for row in rows if row.status is not None),
            reward=_mean(row.reward for row in rewarded),
            reward_by_suite=_by_suite(rewarded),
            length_of_right=_mean(row.length for row in rewarded if _value(row) >= self.right_from),
            length_of_wrong=_mean(row.length for row in rewarded if _value(row) < self.right_from),
            equal_groups=_equal_groups(rewarded),
            repeated=_share(self._repeated, self._counted),
            compared=self.alarm.compared,
            overpaid=self.alarm.overpaid,
            underpaid=self.alarm.underpaid,
            alarm=self.alarm.message,
        )
        if clear:
            self._step, self._repeated, self._counted = [], 0, 0
        return made


def lines(report: HealthReport) -> Iterator[str]:
    """The report for people."""
    yield f"rollouts            {report.rollouts}"
    yield f"without a reward    {report.without_reward:.1%}"
    for name, share in report.statuses.items():
        yield f"  {name:<18}{share:.1%}"
    yield f"mean reward         {_told(report.reward)}"
    for name, value in report.reward_by_suite.items():
        yield f"  {name:<18}{value:.3f}"
    yield f"length of right     {_told(report.length_of_right)}"
    yield f"length of wrong     {_told(report.length_of_wrong)}"
    yield f"all-equal groups    {_told(report.equal_groups)}"
    yield f"repeated texts      {report.repeated:.1%}"
    yield (
        f"compared            {report.compared}, {report.overpaid} overpaid, "
        f"{report.underpaid} underpaid"
    )
    if report.alarm:
        yield f"ALARM: {report.alarm}"


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _value(row: LoggedSample) -> float:
    return 0.0 if row.reward is None else row.reward


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: Any) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return fmean(known) if known else None


def _shares(names: Any) -> dict[str, float]:
    counts = Counter(names)
    return {name: count / counts.total() for name, count in counts.most_common()}


def _by_suite(rows: Sequence[LoggedSample]) -> dict[str, float]:
    found: Mapping[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.suite is not None:
            found[row.suite].append(_value(row))
    return {name: fmean(values) for name, values in sorted(found.items())}


def _equal_groups(rows: Sequence[LoggedSample]) -> float | None:
    groups: Mapping[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.group is not None:
            groups[row.group].append(_value(row))
    several = [values for values in groups.values() if len(values) > 1]
    return _share(sum(len(set(v)) == 1 for v in several), len(several)) if several else None
