"""The bootstrap distribution of a mean, exactly, and its BCa interval (Efron 1987).

The mean of n values drawn with replacement has a distribution of its own; resampling only
estimates it. Where the values lie on a lattice (shares of k samples), that distribution is a power
of the polynomial of the values' counts, and is computed in whole numbers, so the interval needs no
seed and has no simulation noise. Where they do not, means are resampled.
"""

import math
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from statistics import NormalDist

FINEST = 64
"""The finest lattice: values that are multiples of 1/FINEST or coarser are exact."""
WORK = 400_000
"""The most multiplications that an exact distribution may take."""
DRAWS = 4_000_000
"""The most draws that resampling may take."""

Distribution = tuple[list[float], list[float]]
"""The values that the mean may take, ascending, and the probability of at most each."""


def bootstrap_interval(
    values: Sequence[float], confidence: float = 0.95, resamples: int = 4000, seed: int = 0
) -> tuple[float, float] | None:
    """The BCa bootstrap interval of the mean; the same for the same values, in any order.

    `resamples` and `seed` matter only for values on no lattice. Falls back to the percentile
    interval where BCa is not defined (all of the distribution on one side); None with fewer than
    two values.
    """
    n = len(values)
    if n < 2:
        return None
    support, below = _exact(values) or _resampled(values, resamples, seed)
    low, high = _bca_levels(values, support, below, confidence)
    return _quantile(support, below, low), _quantile(support, below, high)


def _exact(values: Sequence[float]) -> Distribution | None:
    """The distribution on the values' lattice; None when they have none or it costs too much."""
    parts = [Fraction(value).limit_denominator(FINEST) for value in values]
    if any(abs(float(part) - value) > 1e-12 for part, value in zip(parts, values, strict=True)):
        return None
    step = math.lcm(*(part.denominator for part in set(parts)))
    first = min(int(part * step) for part in parts)
    counts = Counter(int(part * step) - first for part in parts)
    n, most = len(values), max(counts)
    if step > FINEST or n * most * len(counts) > WORK:
        return None
    ways = _power(counts, most, n)
    support = [(first * n + total) / (step * n) for total in range(len(ways))]
    whole = n**n
    return support, [seen / whole for seen in accumulate(ways)]


def _power(counts: Counter[int], most: int, n: int) -> list[int]:
    """The coefficients of (sum of counts[j] x^j)^n, by J. C. P. Miller's recurrence.

    Whole numbers throughout: each division is exact.
    """
    base = counts[0]
    terms = [(j, count) for j, count in sorted(counts.items()) if j > 0]
    found = [base**n]
    for m in range(1, most * n + 1):
        total = sum((j * (n + 1) - m) * count * found[m - j] for j, count in terms if j <= m)
        found.append(total // (m * base))
    return found


def _resampled(values: Sequence[float], resamples: int, seed: int) -> Distribution:
    """The same from means of resamples; at most DRAWS values are drawn."""
    draw = random.Random(seed).choices
    n = len(values)
    ordered = sorted(values)
    count = max(200, min(resamples, DRAWS // n))
    means = sorted(math.fsum(draw(ordered, k=n)) / n for _ in range(count))
    return means, [(i + 1) / count for i in range(count)]


def _bca_levels(
    values: Sequence[float], support: list[float], below: list[float], confidence: float
) -> tuple[float, float]:
    """The two quantile levels, corrected for bias and for acceleration."""
    alpha = (1 - confidence) / 2
    mean = math.fsum(values) / len(values)
    spread = math.fsum((value - mean) ** 2 for value in values)
    slack = 1e-12
    under = bisect_left(support, mean - slack)
    upto = bisect_left(support, mean + slack)
    # Half of what falls on the mean itself counts as below it.
    share = ((below[under - 1] if under else 0.0) + (below[upto - 1] if upto else 0.0)) / 2
    if not 0 < share < 1 or spread == 0:
        return alpha, 1 - alpha
    normal = NormalDist()
    bias = normal.inv_cdf(share)
    # The jackknife of a mean in closed form: leaving x out moves it by (mean - x) / (n - 1).
    acceleration = math.fsum((value - mean) ** 3 for value in values) / (6 * spread**1.5)

    def level(z: float) -> float:
        shifted = bias + (bias + z) / (1 - acceleration * (bias + z))
        return normal.cdf(shifted)

    return level(normal.inv_cdf(alpha)), level(normal.inv_cdf(1 - alpha))


def _quantile(support: list[float], below: list[float], level: float) -> float:
    """The least value that the mean stays at or below with probability `level`."""
    return support[min(bisect_left(below, level), len(support) - 1)]
