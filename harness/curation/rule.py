"""When to stop sampling a problem: its place among "hard", "useful" and "easy" is decided.

A problem is useful for reinforcement learning when its solve rate is above `low` and below `high`:
a group of samples that are all right, or all wrong, has no gradient. With `most` samples the
verdict is that of the observed rate. The rule stops earlier where the rest would hardly change
the verdict: where its probability under the Beta(1/2, 1/2) posterior of the rate is at least a
level. The level is the lowest at which, whatever the true solve rate is, the verdict differs from
that of all samples with a probability of at most `error`. That probability, the probability of
each verdict and the expected number of samples are computed exactly, by going through all paths
(stochastic curtailment; Jennison & Turnbull 2000, "Group Sequential Methods", chapter 10).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...sandbox.errors import UsageError

Array = NDArray[np.float64]
VERDICTS = ("hard", "useful", "easy")
RATES = np.linspace(0.0, 1.0, 201)
"""The true solve rates at which the error is computed."""
LEVELS = 1 - np.geomspace(0.3, 1e-4, 60)
"""The levels among which the lowest that keeps the error is chosen."""


@dataclass(frozen=True, slots=True)
class CurationLimits:
    """What is decided, and how many samples it may take."""

    low: float = 0.2
    high: float = 0.8
    most: int = 64
    batch: int = 4
    """Samples between two looks."""
    error: float = 0.05
    """The largest probability, over all true rates, of another verdict than `most` samples give."""

    def __post_init__(self) -> None:
        """Raises UsageError for limits that cannot be met."""
        if not 0 <= self.low < self.high <= 1:
            raise UsageError(f"--low {self.low} --high {self.high}: need 0 <= low < high <= 1")
        if not 1 <= self.batch <= self.most <= 1024:
            raise UsageError(
                f"--batch {self.batch} --most {self.most}: need 1 <= batch <= most <= 1024"
            )
        if not 0 < self.error < 0.5:
            raise UsageError(f"--error {self.error}: give a number between 0 and 0.5")

    def verdict(self, right: int, samples: int) -> str:
        """The verdict of the observed rate."""
        rate = right / samples
        return "hard" if rate <= self.low else "easy" if rate >= self.high else "useful"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """What the rule does with problems of one true solve rate."""

    rate: float
    hard: float
    useful: float
    easy: float
    samples: float
    """Expected number."""
    differs: float
    """Probability of another verdict than that of all samples."""


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """The decision at each count of right samples at each look."""

    limits: CurationLimits
    level: float
    looks: tuple[int, ...]
    decisions: tuple[tuple[str | None, ...], ...]
    """For each look, by the number of right samples; None goes on."""

    def decide(self, right: int, samples: int) -> str | None:
        """The verdict after so many samples; None where sampling goes on."""
        if samples not in self.looks:
            return None
        return self.decisions[self.looks.index(samples)][right]

    def characteristic(self, rate: float) -> Characteristic:
        """What the rule does at a true solve rate, exactly."""
        row = _Paths(self.limits, self.looks, np.array([rate])).totals(self.decisions)[:, 0]
        hard, useful, easy, samples, differs = (float(value) for value in row)
        return Characteristic(rate, hard, useful, easy, samples, differs)

    def worst(self) -> float:
        """The largest probability, over RATES, of another verdict than that of all samples."""
        return float(_Paths(self.limits, self.looks, RATES).totals(self.decisions)[4].max())


@lru_cache(maxsize=32)
def design(limits: CurationLimits) -> StoppingRule:
    """The rule that stops earliest among those that keep the error."""
    looks = (*range(limits.batch, limits.most, limits.batch), limits.most)
    surest = [_surest(limits, look) for look in looks]
    paths = _Paths(limits, looks, RATES)
    few, many = 0, len(LEVELS)
    while few < many:  # the error falls as the level rises, so the first that keeps it is sought
        middle = (few + many) // 2
        decisions = _decisions(surest, LEVELS[middle])
        worst = paths.totals(decisions)[4].max()
        few, many = (few, middle) if worst <= limits.error else (middle + 1, many)
    level = float(LEVELS[few]) if few < len(LEVELS) else 1.0
    return StoppingRule(limits, level, looks, _decisions(surest, level))


def _surest(limits: CurationLimits, samples: int) -> list[tuple[str, float]]:
    """By right samples: the verdict of all samples that is most probable, and how probable."""
    left = limits.most - samples
    found = []
    for right in range(samples + 1):
        chance = dict.fromkeys(VERDICTS, 0.0)
        for more in range(left + 1):
            verdict = limits.verdict(right + more, limits.most)
            chance[verdict] += _beta_binomial(more, left, right + 0.5, samples - right + 0.5)
        best = max(VERDICTS, key=chance.__getitem__)
        found.append((best, 1.0 if left == 0 else chance[best]))
    return found


def _beta_binomial(count: int, of: int, a: float, b: float) -> float:
    log = (
        math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
        + _log_beta(count + a, of - count + b) - _log_beta(a, b)
    )  # fmt: skip
    return math.exp(log)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _decisions(
    surest: list[list[tuple[str, float]]], level: float
) -> tuple[tuple[str | None, ...], ...]:
    *early, last = surest
    return (
        *(tuple(v if chance >= level else None for v, chance in look) for look in early),
        tuple(verdict for verdict, _ in last),
    )


class _Paths:
    """All sequences of samples at some true rates, added up by right samples at each look."""

    def __init__(self, limits: CurationLimits, looks: tuple[int, ...], rates: Array) -> None:
        self._looks = looks
        self._batches = [
            _binomial(look - before, rates)
            for before, look in zip((0, *looks), looks, strict=False)
        ]
        self._finals = [_finals(limits, look, rates) for look in looks]
        self._rates = len(rates)

    def totals(self, decisions: tuple[tuple[str | None, ...], ...]) -> Array:
        """By true rate: P(hard), P(useful), P(easy), the expected samples, P(differs)."""
        totals = np.zeros((5, self._rates))
        going = np.ones((1, self._rates))  # P(not stopped yet, so many right)
        parts = zip(self._looks, decisions, self._batches, self._finals, strict=True)
        for look, decided, batch, final in parts:
            going = _after(going, batch)
            for index, verdict in enumerate(VERDICTS):
                here = np.array([[one == verdict] for one in decided])
                mass = np.where(here, going, 0.0)
                totals[index] += mass.sum(axis=0)
                totals[3] += mass.sum(axis=0) * look
                totals[4] += (mass * (1 - final[index])).sum(axis=0)
            going = np.where([[one is None] for one in decided], going, 0.0)
        return totals


def _after(going: Array, more: Array) -> Array:
    """The distribution of the right samples after another batch."""
    found = np.zeros((len(going) + len(more) - 1, going.shape[1]))
    for count, chance in enumerate(more):
        found[count : count + len(going)] += going * chance
    return found


def _binomial(samples: int, rates: Array) -> Array:
    """P(so many right of `samples`), by right samples and true rate."""
    counts = np.arange(samples + 1)[:, None]
    ways = np.array([[float(math.comb(samples, k))] for k in range(samples + 1)])
    return ways * rates**counts * (1 - rates) ** (samples - counts)


def _finals(limits: CurationLimits, samples: int, rates: Array) -> Array:
    """P(each verdict of all samples | right samples so far, true rate)."""
    left = limits.most - samples
    upto = np.vstack([np.zeros((1, len(rates))), np.cumsum(_binomial(left, rates), axis=0)])
    found = np.zeros((len(VERDICTS), samples + 1, len(rates)))
    verdicts = [limits.verdict(right, limits.most) for right in range(limits.most + 1)]
    for right in range(samples + 1):
        reached = verdicts[right : right + left + 1]
        hard, useful = reached.count("hard"), reached.count("useful")
        found[0, right] = upto[hard]
        found[1, right] = upto[hard + useful] - upto[hard]
        found[2, right] = upto[-1] - upto[hard + useful]
    return found
