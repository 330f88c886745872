"""The health of a reinforcement learning run: what its rewards look like, and whether they drift.

`RewardHealth` takes batches of rollouts and gives one report: the share of samples without a
reward, of each status, reward by suite, lengths of right and wrong answers, groups whose rewards
are all equal, repeated texts. On a sampled share it compares the reward given with the strict
verdict and raises an alarm when they drift apart.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from ..sandbox.errors import UsageError

FALSE_ALARM = 0.01
"""Probability that a run whose rewards agree as they should ever raises the alarm."""
TOLERATED = 0.02
"""Share of disagreements that is no drift."""


class DriftTest:
    """A sequential test that the reward and the strict verdict disagree too often.

    The null hypothesis: each comparison disagrees with probability at most `tolerated`, whatever
    came before. Against it the test bets at several rates q > `tolerated`; the mean of the products
    of q/p (disagrees) and (1-q)/(1-p) (agrees), p = `tolerated`, is an e-process: under the null
    its expectation never exceeds 1, so by Ville's inequality it ever reaches 1/`false_alarm` with
    probability at most `false_alarm`, however often one looks. Source: Ramdas et al.,
    "Game-theoretic statistics and safe anytime-valid inference" (arXiv:2210.01948).
    """

    def __init__(self, false_alarm: float = FALSE_ALARM, tolerated: float = TOLERATED) -> None:
        if not 0 < false_alarm < 1 or not 0 < tolerated < 1:
            raise UsageError(
                f"false_alarm={false_alarm}, tolerated={tolerated}: both lie between 0 and 1"
            )
        self.false_alarm = false_alarm
        self.tolerated = tolerated
        rest = 1 - tolerated
        self._rates = [tolerated + rest * share for share in (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)]
        self._logs = [0.0] * len(self._rates)
        self.compared = 0
        self.disagreed = 0
        self.alarm_at: int | None = None
        """The number of comparisons after which the alarm was raised; None when it was not."""

    def add(self, agrees: bool) -> bool:
        """Take one comparison in; True when the alarm is, or was, raised."""
        self.compared += 1
        self.disagreed += not agrees
        p = self.tolerated
        for place, q in enumerate(self._rates):
            self._logs[place] += math.log((1 - q) / (1 - p) if agrees else q / p)
        if self.alarm_at is None and self.log_evidence >= -math.log(self.false_alarm):
            self.alarm_at = self.compared
        return self.alarm_at is not None

    @property
    def log_evidence(self) -> float:
        """The logarithm of the e-value."""
        most = max(self._logs)
        return most + math.log(fmean(math.exp(value - most) for value in self._logs))


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
    disagreed: int = 0
    alarm: str = ""
    """One sentence when the reward and the strict verdict have drifted apart."""

    def metrics(self, prefix: str = "health/") -> dict[str, float]:
        """The numbers under flat names, for a trainer's log."""
        named: dict[str, float | None] = {
            "without_reward": self.without_reward, "reward": self.reward,
            "length_of_right": self.length_of_right, "length_of_wrong": self.length_of_wrong,
            "equal_groups": self.equal_groups, "repeated": self.repeated,
            "disagreed": self.disagreed / self.compared if self.compared else None,
            "alarm": float(bool(self.alarm)),
        }  # fmt: skip
        named |= {f"status/{name}": share for name, share in self.statuses.items()}
        named |= {f"reward/{name}": value for name, value in self.reward_by_suite.items()}
        return {f"{prefix}{name}": value for name, value in named.items() if value is not None}


class RewardHealth:
    """Collects rollouts, and keeps the drift test and the seen texts over the whole run."""

    def __init__(
        self,
        false_alarm: float = FALSE_ALARM,
        tolerated: float = TOLERATED,
        right_from: float = 0.5,
    ) -> None:
        self.right_from = right_from
        """The least reward that says that a sample is right."""
        self.drift = DriftTest(false_alarm, tolerated)
        self._texts: set[bytes] = set()
        self._step: list[LoggedSample] = []
        self._repeated = 0
        self._counted = 0

    def add(self, rollouts: Sequence[LoggedSample]) -> None:
        """Take rollouts in, in the order in which they were rewarded."""
        for rollout in rollouts:
            self._step.append(rollout)
            if rollout.text:
                digest = hashlib.blake2b(rollout.text.encode("utf-8", "replace"), digest_size=12)
                self._repeated += digest.digest() in self._texts
                self._counted += 1
                self._texts.add(digest.digest())
            if rollout.strict is not None and rollout.rewarded:
                paid = _value(rollout) >= self.right_from
                self.drift.add(paid == (rollout.strict >= self.right_from))

    def report(self, clear: bool = True) -> HealthReport:
        """The report of the rollouts since the last one; the drift test is of the whole run."""
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
            compared=self.drift.compared,
            disagreed=self.drift.disagreed,
            alarm=self._alarm(),
        )
        if clear:
            self._step, self._repeated, self._counted = [], 0, 0
        return made

    def _alarm(self) -> str:
        test = self.drift
        if test.alarm_at is None:
            return ""
        return (
            f"the reward and the strict verdict disagree on {test.disagreed} of {test.compared} "
            f"compared samples, more than {test.tolerated:.0%} (alarm after {test.alarm_at}; "
            f"probability of a false one at most {test.false_alarm:g})"
        )


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
    yield f"compared            {report.compared}, {report.disagreed} disagree"
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
