"""Compares the rewards of a callable with the strict verdict while it trains, and raises the alarm.

Only for `reward.source = "module:function"`: with "verdict" the reward is the strict verdict.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import fmean

from ..drift import DriftAlarm, prompt_gaps, sampled
from . import distributed
from .distributed import Ranks
from .experience import Group, ScoredCompletion
from .reward_pool import RewardPool
from .reward_worker import RewardRequest
from .settings import AlarmSettings, GrpoSettings


@contextmanager
def open_strict_check(config: GrpoSettings) -> "Iterator[StrictCheck | None]":
    """The check of a configuration; None where there is nothing to compare with."""
    if config.reward.source == "verdict" or not config.alarm.share:
        yield None
        return
    with RewardPool(engine=config.engine) as pool:
        yield StrictCheck(config.alarm, pool)


class StrictCheck:
    """Makes the strict verdict on a sampled share of the completions; holds the alarm."""

    def __init__(self, settings: AlarmSettings, pool: RewardPool) -> None:
        """Raises UsageError for rates that are not between 0 and 1."""
        self.settings = settings
        self.alarm = DriftAlarm(settings.false_alarm, settings.tolerated)
        self.pool = pool

    def compare(self, groups: Sequence[Group], step: int, ranks: Ranks) -> dict[str, float]:
        """Verify the sampled completions, and give the metrics of the step.

        Every process takes in the comparisons of all of them, so that all raise the alarm at once.
        """
        chosen = self._chosen(groups, step, ranks)
        futures = [
            self.pool.submit(
                RewardRequest(group.item.spec, group.item.problem, one.text, self.pool.source)
            )
            for group, one in chosen
        ]
        for (_, one), future in zip(chosen, futures, strict=True):
            one.strict = future.result().score
        gaps = prompt_gaps(
            (number, one.outcome.score, one.strict)
            for number, group in enumerate(groups)
            for one in group.completions
        )
        own = {f"{ranks.rank:06}/{number:06}": gap for number, gap in enumerate(gaps)}
        self.alarm.add(gap for _, gap in sorted(distributed.merge(own, ranks).items()))
        return self._metrics([one.strict for _, one in chosen if one.strict is not None])

    def _chosen(
        self, groups: Sequence[Group], step: int, ranks: Ranks
    ) -> list[tuple[Group, ScoredCompletion]]:
        return [
            (group, one)
            for number, group in enumerate(groups)
            for sample, one in enumerate(group.completions)
            if sampled(f"{step}/{ranks.rank}/{number}/{sample}", one.text, self.settings.share)
        ]

    def _metrics(self, strict: Sequence[float]) -> dict[str, float]:
        found: dict[str, float] = {
            "alarm/evidence": self.alarm.evidence,
            "alarm/compared": self.alarm.compared,
            "alarm/overpaid": self.alarm.overpaid,
            "alarm/underpaid": self.alarm.underpaid,
            "alarm/raised": float(self.alarm.alarm_at is not None),
        }
        if strict:
            found["strict"] = fmean(strict)
        return found
