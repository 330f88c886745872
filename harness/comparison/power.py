"""How small a difference a paired comparison of a given size can detect."""

import math
from statistics import NormalDist

from ...sandbox.extras import require


def power_of_paired_test(
    effect: float, deviation: float, problems: int, alpha: float = 0.05
) -> float:
    """The power of the two-sided paired t-test.

    `effect` is the true mean difference, `deviation` the standard deviation of the per-problem
    differences. Raises ValueError for fewer than 2 problems or a deviation that is not positive,
    UsageError without scipy.
    """
    if problems < 2 or not deviation > 0:
        raise ValueError(f"{problems} problems with deviation {deviation}: needs >= 2 and > 0")
    freedom = problems - 1
    shift = effect / deviation * math.sqrt(problems)
    stats = require("scipy.stats", "stats")
    quantile = stats.t.ppf(1 - alpha / 2, freedom)
    return float(stats.nct.sf(quantile, freedom, shift) + stats.nct.cdf(-quantile, freedom, shift))


def minimum_detectable_effect(
    deviation: float, problems: int, alpha: float = 0.05, power: float = 0.8
) -> float:
    """The smallest true difference that is detected with probability `power`.

    0 when the deviation is 0. Raises UsageError without scipy.
    """
    if deviation == 0.0:
        return 0.0
    normal = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
    upper = normal * deviation / math.sqrt(problems)
    # Start at the large-sample answer: far from it the noncentral t loses precision.
    while power_of_paired_test(upper, deviation, problems, alpha) < power:
        upper *= 1.25

    def gap(effect: float) -> float:
        return power_of_paired_test(effect, deviation, problems, alpha) - power

    return float(require("scipy.optimize", "stats").brentq(gap, 0.0, upper, xtol=1e-6))
