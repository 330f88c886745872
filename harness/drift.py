"""The alarm for a reward that is exploited: it pays for what the strict verdict refuses.

On a sampled share of the rollouts the reward is compared with the strict verdict. `DriftAlarm` is
a sequential test of the differences. The trainer, the TRL callback and the log reader all use it.
"""

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean
from typing import Any

from ..sandbox.errors import UsageError

FALSE_ALARM = 0.001
"""Probability that a run whose reward is not exploited ever raises the alarm."""
TOLERATED = 0.02
"""Share of samples that a sound reward may pay although the strict verdict refuses them."""
SHARE = 0.2
"""Share of the rollouts that is compared."""
_BETS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
_MOST = 1e300


@dataclass(frozen=True, slots=True)
class PromptGap:
    """The compared samples of one prompt in one step."""

    compared: int
    overpaid: int
    """Paid, although the strict verdict refuses them."""
    underpaid: int
    """Not paid, although the strict verdict accepts them."""


def prompt_gaps(
    samples: Iterable[tuple[Hashable, float | None, float | None]], right_from: float = 0.5
) -> list[PromptGap]:
    """Group samples (prompt, reward, strict score) by prompt, in order of appearance.

    A prompt of None is a group of its own. A sample without a reward or without a strict score
    (a failed check) is not compared. `right_from`: the least reward or score that means right.
    """
    counts: dict[Hashable, list[int]] = {}
    for place, (prompt, reward, strict) in enumerate(samples):
        if reward is None or strict is None or not (isfinite(reward) and isfinite(strict)):
            continue
        paid, right = reward >= right_from, strict >= right_from
        # Keys of two kinds, so that no prompt equals a place.
        count = counts.setdefault((prompt is None, place if prompt is None else prompt), [0, 0, 0])
        count[0] += 1
        count[1] += paid and not right
        count[2] += right and not paid
    return [PromptGap(*count) for count in counts.values()]


def sampled(place: str, text: str, share: float = SHARE) -> bool:
    """Whether a sample is compared: decided by a hash, so that a rerun compares the same ones.

    `place` is different for every sample of a run. The text alone does not decide: a policy that
    has collapsed to one text would be compared always or never.
    """
    digest = hashlib.blake2b(f"{place}\0{text}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


class DriftAlarm:
    """A sequential test that the reward pays too often for what the strict verdict refuses.

    Its unit is one prompt in one step, with x = the share of its compared samples that is
    overpaid: samples of one prompt are not independent, since a wrong gold or a weak test affects
    all of them. Null hypothesis: the expectation of each x, given the past, is at most
    p = `tolerated`. A bet at rate q > p multiplies its capital by the line through (1-q)/(1-p) at
    x = 0 and q/p at x = 1; its expectation under the null is at most 1. The evidence is the mean
    over bets at several rates and over all possible starts j = 1, 2, ... with weights
    1/(j (j+1)), so that capital is not lost before the exploit begins. It is an e-process, and by
    Ville's inequality it ever reaches 1/`false_alarm` with probability at most `false_alarm`,
    however often one looks. Source: Ramdas et al., "Game-theoretic statistics and safe
    anytime-valid inference" (arXiv:2210.01948); starts: Shin et al., "E-detectors"
    (arXiv:2203.03532).
    """

    def __init__(self, false_alarm: float = FALSE_ALARM, tolerated: float = TOLERATED) -> None:
        """Raises UsageError unless both lie between 0 and 1."""
        if not 0 < false_alarm < 1 or not 0 < tolerated < 1:
            raise UsageError(
                f"false_alarm={false_alarm}, tolerated={tolerated}: both lie between 0 and 1"
            )
        self.false_alarm = false_alarm
        self.tolerated = tolerated
        rates = [tolerated + (1 - tolerated) * share for share in _BETS]
        self._lines = [((1 - q) / (1 - tolerated), q / tolerated) for q in rates]
        self._capital = [0.0] * len(rates)
        self.prompts = 0
        self.compared = 0
        self.overpaid = 0
        self.underpaid = 0
        self.alarm_at: int | None = None
        """The number of compared samples after which the alarm was raised; None: it was not."""

    def add(self, gaps: Iterable[PromptGap]) -> bool:
        """Take prompts in, in the order of training; True when the alarm is, or was, raised."""
        for gap in gaps:
            if gap.compared:
                self.compared += gap.compared
                self.overpaid += gap.overpaid
                self.underpaid += gap.underpaid
                self._bet(gap.overpaid / gap.compared)
        return self.alarm_at is not None

    def _bet(self, overpaid: float) -> None:
        self.prompts += 1
        start = 1 / (self.prompts * (self.prompts + 1))
        self._capital = [
            min(_MOST, (capital + start) * (low + (high - low) * overpaid))
            for capital, (low, high) in zip(self._capital, self._lines, strict=True)
        ]
        if self.alarm_at is None and self.evidence >= 1 / self.false_alarm:
            self.alarm_at = self.compared

    @property
    def evidence(self) -> float:
        """The e-value: 1 is none, 1/`false_alarm` raises the alarm."""
        return fmean(self._capital) + 1 / (self.prompts + 1)

    @property
    def message(self) -> str:
        """One sentence when the alarm was raised, else nothing."""
        if self.alarm_at is None:
            return ""
        return (
            f"the reward pays for {self.overpaid} of {self.compared} compared samples that the "
            f"strict verdict refuses, more than {self.tolerated:.0%} (alarm after "
            f"{self.alarm_at} samples; probability of a false alarm at most {self.false_alarm:g})"
        )

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs, as plain data."""
        return {
            "capital": list(self._capital), "prompts": self.prompts, "compared": self.compared,
            "overpaid": self.overpaid, "underpaid": self.underpaid, "alarm_at": self.alarm_at,
        }  # fmt: skip

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        capital: Sequence[float] = state["capital"]
        self._capital = list(capital)
        self.prompts, self.compared = state["prompts"], state["compared"]
        self.overpaid, self.underpaid = state["overpaid"], state["underpaid"]
        self.alarm_at = state["alarm_at"]
