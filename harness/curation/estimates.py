"""The solve rate of a problem from samples that were stopped by their own outcomes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .rule import StoppingRule

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class CuratedItem:
    """One problem with its verdict; `right` and `samples` are those that decided it."""

    problem: str
    verdict: str
    right: int
    samples: int
    low: float
    high: float
    """An interval that holds the true rate with 95%, whenever sampling stopped."""

    @property
    def rate(self) -> float:
        """The observed solve rate."""
        return self.right / self.samples


def item_of(problem: str, outcomes: Sequence[bool], rule: StoppingRule) -> CuratedItem | None:
    """The verdict at the first look that decides; None where more samples are needed."""
    for look in rule.looks:
        if look > len(outcomes):
            return None
        right = sum(outcomes[:look])
        verdict = rule.decide(right, look)
        if verdict is not None:
            low, high = rate_interval(right, look)
            return CuratedItem(problem, verdict, right, look, low, high)
    return None


def rate_interval(right: int, samples: int, alpha: float = ALPHA) -> tuple[float, float]:
    """A confidence interval for a rate that holds at every time at once.

    The rates whose likelihood is not `alpha` times below that of a uniform mixture of rates:
    by Ville's inequality the truth is ever outside with a probability of at most `alpha`.
    """
    log_mixture = -math.log(samples + 1) - _log_ways(right, samples)

    def held(rate: float) -> bool:
        return _log_likelihood(rate, right, samples) >= log_mixture + math.log(alpha)

    best = right / samples
    return _edge(held, best, 0.0), _edge(held, best, 1.0)


def _edge(held: Callable[[float], bool], inside: float, outside: float) -> float:
    if held(outside):
        return outside
    for _ in range(30):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if held(middle) else (inside, middle)
    return outside


def _log_ways(right: int, samples: int) -> float:
    return math.lgamma(samples + 1) - math.lgamma(right + 1) - math.lgamma(samples - right + 1)


def _log_likelihood(rate: float, right: int, samples: int) -> float:
    wrong = samples - right
    if (rate == 0 and right) or (rate == 1 and wrong):
        return -math.inf
    return (right * math.log(rate) if right else 0.0) + (
        wrong * math.log1p(-rate) if wrong else 0.0
    )
