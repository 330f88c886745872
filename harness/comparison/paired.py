"""Compare two models on the same problems: the difference, its error, and three tests of it.

The unit is the problem. Several samples of one problem are averaged first, which is the
clustered standard error for clusters of equal size (Miller 2024, arXiv:2411.00640, section 4);
problems that themselves come in clusters (one passage, many questions) are handled by `clusters`.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, harmonic_mean

import numpy as np
from numpy.typing import NDArray

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from .signs import mcnemar, permutation_p_value

Vector = NDArray[np.float64]
FEW_PAIRS = 5
"""With fewer differing pairs than this a normal approximation is meaningless."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval."""

    low: float
    high: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """The comparison of models A and B on their common problems."""

    problems: int
    clusters: int
    mean_a: float
    mean_b: float
    difference: float
    """mean_a - mean_b, in [-1, 1]."""
    standard_error: float
    """Clustered standard error of the difference."""
    interval: Interval
    bootstrap: Interval
    only_a: int
    """Problems that A solves (mean score >= 0.5) and B does not."""
    only_b: int
    t_p_value: float
    mcnemar_p_value: float | None
    """Exact McNemar; None when a score is not 0 or 1."""
    permutation_p_value: float
    mid_p_value: float
    """The mid-p value of the permutation test: see `signs`."""

    @property
    def p_value(self) -> float:
        """The p-value that decides: the permutation test's mid-p, which assumes no distribution."""
        return self.mid_p_value

    def separated(self, alpha: float = 0.05) -> bool:
        """Whether the models differ at level `alpha`; otherwise they are tied."""
        return self.p_value < alpha


@dataclass(frozen=True, slots=True)
class PairedTest:
    """The difference of two models with its interval and one p-value: cheap, for many pairs."""

    problems: int
    difference: float
    interval: Interval
    p_value: float


def bootstrap_interval(
    differences: Vector, confidence: float = 0.95, resamples: int = 4000, seed: int = 0
) -> Interval:
    """Percentile bootstrap interval of the mean of `differences` (n,), problems resampled."""
    rng = np.random.default_rng(seed)
    means = np.empty(resamples)
    for start in range(0, resamples, 500):
        count = min(500, resamples - start)
        rows = rng.integers(0, differences.size, size=(count, differences.size))
        means[start : start + count] = differences[rows].mean(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(low), float(high), confidence)


def _cluster_sums(centred: Vector, clusters: Sequence[Hashable] | None) -> Vector:
    if clusters is None:
        return centred
    totals: dict[Hashable, float] = {}
    for value, cluster in zip(centred, clusters, strict=True):
        totals[cluster] = totals.get(cluster, 0.0) + float(value)
    return np.array(list(totals.values()))


def difference_interval(
    differences: Vector,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    samples: float = 1.0,
) -> tuple[float, Interval, float]:
    """Standard error, interval and t-test p-value of the mean of paired `differences` (n,).

    `samples` is the number of samples that each difference averages over. The standard error is
    cluster-robust with the G/(G-1) correction. With one sample a problem and no clusters the
    interval is the adjusted Wald interval of Bonett & Price (2012). Otherwise it is the wider of
    Student's t and of the same adjustment for averages (`_adjusted`): t alone collapses to a
    point where all problems differ alike. Raises UsageError without scipy (extra `stats`).
    """
    n = differences.size
    mean = float(differences.mean())
    sums = _cluster_sums(differences - mean, clusters)
    groups = sums.size
    if groups < 2:
        return float("nan"), Interval(-1.0, 1.0, confidence), 1.0
    error = float(np.sqrt(groups / (groups - 1) * np.sum(sums**2)) / n)
    student = require("scipy.stats", "stats").t
    if error == 0.0:
        p_value = 1.0 if mean == 0 else 0.0
    else:
        p_value = float(2 * student.sf(abs(mean) / error, groups - 1))
    binary = clusters is None and np.isin(differences, (-1.0, 0.0, 1.0)).all()
    if binary and samples == 1:
        quantile = NormalDist().inv_cdf(0.5 + confidence / 2)
        low, high = _adjusted(differences, clusters, quantile, 1.0)
    else:
        quantile = float(student.ppf(0.5 + confidence / 2, groups - 1))
        low, high = _adjusted(differences, clusters, quantile, samples)
        low, high = min(low, mean - quantile * error), max(high, mean + quantile * error)
    return error, Interval(max(-1.0, low), min(1.0, high), confidence), p_value


def _adjusted(
    differences: Vector, clusters: Sequence[Hashable] | None, quantile: float, samples: float
) -> tuple[float, float]:
    """The Wald interval after two pseudo-observations, one for each side.

    Bonett & Price (2012) add one pair that only A and one that only B solves, differences of +1
    and -1. An average over k samples varies less by sqrt(k), so +-1/sqrt(k) are added; with
    clusters, two clusters of the mean size.
    """
    sums = _cluster_sums(differences, clusters)
    sizes = _cluster_sums(np.ones_like(differences), clusters)
    size = differences.size / sums.size
    total = differences.size + 2 * size
    mean = float(differences.sum()) / total
    pseudo = size / math.sqrt(samples) * np.array([1.0, -1.0]) - size * mean
    residuals = np.concatenate([sums - sizes * mean, pseudo])
    half = quantile * float(np.sqrt(np.sum(residuals**2))) / total
    return mean - half, mean + half


def compare_scores(
    scores_a: Mapping[str, Sequence[float]],
    scores_b: Mapping[str, Sequence[float]],
    clusters: Mapping[str, Hashable] | None = None,
    seed: int = 0,
) -> PairedComparison:
    """Compare two models on the problems that both have scores for.

    `scores_*` map a problem to the scores of its samples, each in [0, 1]; `clusters` maps a
    problem to its cluster. Raises UsageError when there is no common problem, and without scipy.
    """
    common = [key for key in scores_a if scores_a[key] and scores_b.get(key)]
    if not common:
        raise UsageError("the two runs have no problem in common, so nothing can be compared")
    a = np.array([np.mean(scores_a[key]) for key in common])
    b = np.array([np.mean(scores_b[key]) for key in common])
    differences = a - b
    labels = [clusters[key] for key in common] if clusters else None
    samples = mean_samples([min(len(scores_a[key]), len(scores_b[key])) for key in common])
    error, interval, t_p_value = difference_interval(differences, labels, samples=samples)
    sums = differences if labels is None else _cluster_sums(differences, labels)
    binary = bool(np.isin(a, (0.0, 1.0)).all() and np.isin(b, (0.0, 1.0)).all())
    only_a = int(np.sum((a >= 0.5) & (b < 0.5)))
    only_b = int(np.sum((b >= 0.5) & (a < 0.5)))
    return PairedComparison(
        problems=len(common),
        clusters=sums.size,
        mean_a=float(a.mean()),
        mean_b=float(b.mean()),
        difference=float(differences.mean()),
        standard_error=error,
        interval=interval,
        bootstrap=bootstrap_interval(differences, seed=seed),
        only_a=only_a,
        only_b=only_b,
        t_p_value=t_p_value,
        mcnemar_p_value=mcnemar(only_a, only_b) if binary else None,
        permutation_p_value=permutation_p_value(sums, seed=seed),
        mid_p_value=permutation_p_value(sums, seed=seed, mid=True),
    )


MANY_PROBLEMS = 200
"""From here on the t-test and the permutation test agree to the third digit."""


def quick_test(
    scores_a: Mapping[str, Sequence[float]], scores_b: Mapping[str, Sequence[float]]
) -> PairedTest | None:
    """The paired test on common problems without a bootstrap; None without a common problem."""
    common = [key for key in scores_a if scores_a[key] and scores_b.get(key)]
    if not common:
        return None
    return quick_test_of(
        np.array([np.mean(scores_a[key]) - np.mean(scores_b[key]) for key in common]),
        mean_samples([min(len(scores_a[key]), len(scores_b[key])) for key in common]),
    )


def mean_samples(counts: Sequence[int]) -> float:
    """The harmonic mean of the numbers of samples: the one that the variance goes by."""
    return harmonic_mean(counts)


def quick_test_of(differences: Vector, samples: float = 1.0) -> PairedTest:
    """The paired test of the differences (n,) of n > 0 problems, fast enough for many pairs.

    `samples` is the number of samples that each difference averages over.
    The p-value is the permutation test's mid-p where all differences are of one size or there
    are fewer than MANY_PROBLEMS problems, and the t-test's beyond.
    """
    _, interval, t_p_value = difference_interval(differences, samples=samples)
    moved = np.abs(differences[differences != 0])
    one_size = moved.size == 0 or bool(np.all(moved == moved[0]))
    if one_size or differences.size < MANY_PROBLEMS:
        p_value = permutation_p_value(differences, mid=True)
    else:
        p_value = t_p_value
    return PairedTest(differences.size, float(differences.mean()), interval, p_value)
