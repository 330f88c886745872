"""The sign-flip permutation test and its special case, McNemar's.

Under no difference each problem's difference is as likely to have the opposite sign. Averages of
a few samples lie on a lattice, so the distribution over all 2^n sign patterns is computed exactly
by the shift algorithm (Streitberg & Roehmel 1986); elsewhere signs are drawn.

Exact tests of counts are conservative: at 30 problems the exact test at 5% rejects a true null
hypothesis in 1% to 3% of cases. The mid-p value, P(more extreme) + P(as extreme) / 2, comes
close to 5% and stayed below it wherever Fagerland, Lydersen & Laake (2013, doi:
10.1186/1471-2288-13-91) and `benchmarks/comparison_calibration.py` looked.
"""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
FINEST = 4096
"""The largest denominator tried: samples of one model times samples of the other."""
MOST_STEPS = 50_000_000
"""Beyond this many additions for the exact distribution, signs are drawn at random."""
AT_ONCE = 1000


def mcnemar(only_a: int, only_b: int, mid: bool = False) -> float:
    """Two-sided exact McNemar test: under no difference the discordant pairs are fair coin flips.

    Source: McNemar 1947; the exact form is the binomial test on min(b, c) of b + c. `mid` gives
    the mid-p value, which counts tables as likely as the observed one half.
    """
    discordant = only_a + only_b
    if discordant == 0:
        return 1.0
    fewer = min(only_a, only_b)
    tie: float = math.comb(discordant, fewer) / 2**discordant  # of exact integers, rounded once
    p_value = min(1.0, 2 * _lower_tail(tie, fewer, discordant))
    if not mid:
        return p_value
    return p_value - (tie / 2 if only_a == only_b else tie)


def _lower_tail(last: float, k: int, n: int) -> float:
    """P(X <= k) of n fair coin flips, from `last` = P(X = k) downwards while terms count."""
    terms = [last]
    while k > 0 and terms[-1] > 1e-20 * last:
        terms.append(terms[-1] * k / (n - k + 1))
        k -= 1
    return math.fsum(terms)


def permutation_p_value(
    differences: Vector, resamples: int = 10_000, seed: int = 0, mid: bool = False
) -> float:
    """Two-sided sign-flip permutation test that the mean of `differences` (n,) is 0.

    Exact where the differences are multiples of one small step, as averages of a few samples
    are; otherwise Monte Carlo with the observed pattern counted in (Phipson & Smyth 2010), so
    that p is never 0. `mid` counts the patterns that are as extreme as the observed one half.
    """
    moved = differences[differences != 0]
    if moved.size == 0:
        return 1.0
    magnitudes = np.abs(moved)
    if np.all(magnitudes == magnitudes[0]):
        # Equal steps: the sum is a binomial count, so the exact test costs nothing at any n.
        return mcnemar(int((moved > 0).sum()), int((moved < 0).sum()), mid)
    steps = _whole_steps(moved)
    if steps is not None and _cost(steps) <= MOST_STEPS:
        beyond, tied = _exact(steps)
    else:
        beyond, tied = _drawn(moved, resamples, seed)
    return min(1.0, beyond + (tied / 2 if mid else tied))


def _whole_steps(values: Vector) -> NDArray[np.int64] | None:
    """The values as multiples of their common step; None where there is no such small step."""
    common = 1
    for value in np.unique(np.abs(values)):
        fraction = Fraction(float(value)).limit_denominator(FINEST)
        common = math.lcm(common, fraction.denominator)
        if common > FINEST:
            return None
    scaled = values * common
    steps = np.rint(scaled)
    fits = np.allclose(scaled, steps, rtol=0.0, atol=1e-6)
    return steps.astype(np.int64) if fits else None


def _cost(steps: NDArray[np.int64]) -> int:
    return int(steps.size * np.abs(steps).sum())


def _exact(steps: NDArray[np.int64]) -> tuple[float, float]:
    """P(|sum| > observed) and P(|sum| = observed) over all sign patterns.

    The sum of all signed steps is 2 * (sum of those drawn positive) - total; the distribution
    of the drawn sum is built step by step.
    """
    sizes = np.abs(steps)
    total = int(sizes.sum())
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    reached = 0
    for size in map(int, sizes):
        shifted = chance[: reached + 1] / 2
        chance[: reached + 1] = shifted
        chance[size : reached + size + 1] += shifted
        reached += size
    sums = np.abs(2 * np.arange(total + 1) - total)
    observed = abs(int(steps.sum()))
    return float(chance[sums > observed].sum()), float(chance[sums == observed].sum())


def _drawn(moved: Vector, resamples: int, seed: int) -> tuple[float, float]:
    """The same two probabilities from `resamples` random sign patterns and the observed one."""
    magnitudes = np.abs(moved)
    observed = abs(float(moved.sum()))
    tolerance = 1e-9 * max(1.0, observed)
    rng = np.random.default_rng(seed)
    beyond, tied = 0, 1
    for start in range(0, resamples, AT_ONCE):
        count = min(AT_ONCE, resamples - start)
        signs = rng.integers(0, 2, size=(count, moved.size)) * 2 - 1
        sums = np.abs(signs @ magnitudes)
        beyond += int(np.sum(sums > observed + tolerance))
        tied += int(np.sum(np.abs(sums - observed) <= tolerance))
    return beyond / (resamples + 1), tied / (resamples + 1)
