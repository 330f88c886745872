"""Compare two models problem by problem, and stop as soon as the answer is known.

Tests by betting (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by
betting", J. R. Stat. Soc. B 86): whoever bets a fixed share of the capital on each next
difference cannot expect to gain while the mean difference is m. The average capital of many such
bettors exceeds 1/alpha with probability at most alpha, at any time (Ville's inequality), so one
may look after every problem. Problems must come in random order.
"""

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sandbox.errors import UsageError

Array = NDArray[np.float64]
SHARES = np.array([0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9])
"""What the bettors stake, as shares of the largest bet that cannot ruin them."""
MEANS = np.linspace(-1.0, 1.0, 401)
"""The mean differences that the confidence sequence tells apart."""


@dataclass(frozen=True, slots=True)
class SequentialResult:
    """Where a sequential comparison stands after `problems` differences."""

    problems: int
    difference: float
    """The mean difference so far, A minus B."""
    low: float
    high: float
    """A confidence sequence: it holds the truth at all times with probability 1 - alpha."""
    e_value: float
    """The capital against "no difference": evidence, comparable at any time; 1 is none."""
    decision: str
    """`A`, `B`, `tie` (within the margin), or `undecided`."""


class SequentialComparison:
    """The capital of the bettors against every mean in MEANS."""

    def __init__(self, alpha: float = 0.05, margin: float | None = None) -> None:
        """`margin`: with a confidence sequence inside +-margin the models are tied; None: never.

        Raises UsageError unless 0 < alpha < 1 and 0 < margin < 1.
        """
        for name, value in (("alpha", alpha), ("margin", margin)):
            if value is not None and not 0 < value < 1:
                raise UsageError(f"{name} is {value}; give a number between 0 and 1")
        self.alpha = alpha
        self.margin = margin
        self.problems = 0
        self.total = 0.0
        # A bet on "more" loses most at a difference of -1, a bet on "less" at +1.
        more_MS = SHARES / np.maximum(1 + MEANS, 1e-9)[:, None]
        less_MS = -SHARES / np.maximum(1 - MEANS, 1e-9)[:, None]
        self._bets_MB = np.concatenate([more_MS, less_MS], axis=1)
        self._log_capital_MB = np.zeros_like(self._bets_MB)

    def add(self, difference: float) -> SequentialResult:
        """Take the next difference, A minus B, in [-1, 1]. Raises UsageError beyond."""
        if not -1 <= difference <= 1:
            raise UsageError(f"a difference of scores is in [-1, 1], not {difference}")
        self.problems += 1
        self.total += difference
        gain_MB = self._bets_MB * (difference - MEANS)[:, None]
        self._log_capital_MB += np.log1p(np.maximum(gain_MB, -1 + 1e-12))
        return self.result()

    def result(self) -> SequentialResult:
        """Where the comparison stands."""
        log_capital_M = np.logaddexp.reduce(self._log_capital_MB, axis=1)
        log_capital_M -= np.log(self._log_capital_MB.shape[1])
        held = MEANS[log_capital_M < -np.log(self.alpha)]
        mean = self.total / self.problems if self.problems else 0.0
        low, high = (float(held[0]), float(held[-1])) if held.size else (mean, mean)
        e_value = float(np.exp(min(700.0, log_capital_M[MEANS.size // 2])))
        return SequentialResult(
            self.problems, mean, low, high, e_value, self._decision(low, high, e_value)
        )

    def _decision(self, low: float, high: float, e_value: float) -> str:
        if e_value >= 1 / self.alpha:
            return "A" if self.total > 0 else "B"
        if self.margin is not None and -self.margin < low and high < self.margin:
            return "tie"
        return "undecided"


def shuffled_by_stratum(strata: Mapping[str, Hashable], seed: int = 0) -> list[str]:
    """The problems in random order, every stretch with the strata in their shares.

    Each problem gets a random place within its stratum, spread evenly over the whole.
    """
    chance = random.Random(seed)
    members: dict[Hashable, list[str]] = {}
    for problem, stratum in sorted(strata.items()):
        members.setdefault(stratum, []).append(problem)
    places: list[tuple[float, float, str]] = []
    for problems in members.values():
        chance.shuffle(problems)
        places += [
            ((i + chance.random()) / len(problems), chance.random(), problem)
            for i, problem in enumerate(problems)
        ]
    return [problem for _, _, problem in sorted(places)]


def replay(
    differences: Sequence[float], alpha: float = 0.05, margin: float | None = None
) -> SequentialResult:
    """Take differences in order until the comparison is decided or they end."""
    comparison = SequentialComparison(alpha, margin)
    for difference in differences:
        result = comparison.add(difference)
        if result.decision != "undecided":
            return result
    return comparison.result()
