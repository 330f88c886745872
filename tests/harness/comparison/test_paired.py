"""The paired tests against statsmodels and scipy on the same tables."""

import numpy as np
import pytest
import statsmodels.api as sm
from assay.harness.comparison import (
    compare_scores,
    difference_interval,
    mcnemar,
    permutation_p_value,
    quick_test,
)
from assay.sandbox.errors import UsageError
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as sm_mcnemar


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (1, 0), (5, 12), (30, 31), (2, 40)])
def test_mcnemar_is_that_of_statsmodels(only_a: int, only_b: int) -> None:
    theirs = sm_mcnemar(np.array([[10, only_a], [only_b, 10]]), exact=True).pvalue
    assert mcnemar(only_a, only_b) == pytest.approx(min(1.0, theirs), abs=1e-12)


def test_standard_error_and_t_test_are_those_of_scipy() -> None:
    differences = np.random.default_rng(1).uniform(-1, 1, 57)
    error, interval, p_value = difference_interval(differences)
    theirs = stats.ttest_1samp(differences, 0.0)
    low, high = theirs.confidence_interval(0.95)
    assert error == pytest.approx(stats.sem(differences), rel=1e-12)
    assert p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    # The interval is never narrower than Student's t, and little wider away from the edges.
    assert interval.low <= low
    assert interval.high >= high
    assert interval.high - interval.low < 1.05 * (high - low)


def test_the_interval_of_one_sample_a_problem_is_that_of_bonett_and_price() -> None:
    # With the two pseudo-pairs 9 of 22 are solved by A alone and 2 by B alone.
    differences = np.array([1.0] * 8 + [-1.0] + [0.0] * 11)
    _, interval, _ = difference_interval(differences)
    half = 1.959964 * np.sqrt((11 / 22 - (7 / 22) ** 2) / 22)
    assert (interval.low, interval.high) == pytest.approx((7 / 22 - half, 7 / 22 + half), rel=1e-6)


@pytest.mark.parametrize("samples", [1, 4, 64])
@pytest.mark.parametrize("clusters", [None, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]])
@pytest.mark.parametrize("value", [-1.0, 0.0, 0.5, 1.0])
def test_problems_that_differ_alike_do_not_make_the_interval_a_point(
    samples: int, clusters: list[int] | None, value: float
) -> None:
    _, interval, _ = difference_interval(np.full(10, value), clusters, samples=samples)
    assert interval.low < interval.high
    assert interval.low <= value <= interval.high + 1e-9 or abs(value) == 1.0


def test_the_interval_covers_at_the_edges() -> None:
    # At rates 0.99 and 0.01 all 20 problems differ alike in two draws of three.
    gain, loss, n = 0.99 * 0.99, 0.01 * 0.01, 20
    covered = 0.0
    for only_a in range(n + 1):
        for only_b in range(n + 1 - only_a):
            differences = np.zeros(n)
            differences[:only_a], differences[n - only_b :] = 1.0, -1.0
            _, interval, _ = difference_interval(differences)
            if interval.low <= 0.98 <= interval.high:
                covered += stats.multinomial.pmf(
                    [only_a, only_b, n - only_a - only_b], n, [gain, loss, 1 - gain - loss]
                )
    assert covered > 0.94


def test_more_samples_a_problem_make_a_narrower_interval() -> None:
    widths = []
    for samples in (1, 4, 64):
        _, interval, _ = difference_interval(np.full(10, 0.25), samples=samples)
        widths.append(interval.high - interval.low)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 2 * widths[2]


def test_clustered_error_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(12), rng.integers(1, 9, 12))
    differences = rng.normal(size=clusters.size) + rng.normal(size=12)[clusters]
    fit = sm.OLS(differences, np.ones_like(differences)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}
    )
    # statsmodels also multiplies by (n - 1) / (n - k); with k = 1 that is 1.
    error, _, _ = difference_interval(differences, clusters.tolist())
    assert error == pytest.approx(fit.bse[0], rel=1e-9)


def test_exact_permutation_is_that_of_scipy() -> None:
    differences = np.array([0.5, -0.25, 0.75, 0.125, 0.0, -0.5, 1.0, 0.25])
    theirs = stats.permutation_test(
        (differences,), lambda x: x.mean(), permutation_type="samples", n_resamples=np.inf
    )
    assert permutation_p_value(differences) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_monte_carlo_permutation_agrees_with_the_t_test_on_many_problems() -> None:
    differences = np.random.default_rng(3).uniform(-1, 1.08, 400)
    theirs = stats.ttest_1samp(differences, 0.0).pvalue
    assert permutation_p_value(differences) == pytest.approx(theirs, abs=0.02)


def test_same_seed_same_numbers_and_swapping_the_models_flips_the_sign() -> None:
    rng = np.random.default_rng(4)
    a = {str(i): rng.integers(0, 2, 4).tolist() for i in range(80)}
    b = {str(i): rng.integers(0, 2, 4).tolist() for i in range(80)}
    first, again, swapped = compare_scores(a, b), compare_scores(a, b), compare_scores(b, a)
    assert first == again
    assert swapped.difference == pytest.approx(-first.difference)
    assert swapped.p_value == pytest.approx(first.p_value, abs=0.02)


def test_only_common_problems_count() -> None:
    comparison = compare_scores({"1": [1.0], "2": [0.0], "3": [1.0]}, {"2": [0.0], "3": [0.0]})
    assert comparison.problems == 2
    assert comparison.only_a == 1


def test_no_common_problem_is_a_user_mistake() -> None:
    with pytest.raises(UsageError, match="no problem in common"):
        compare_scores({"1": [1.0]}, {"2": [1.0]})


def test_identical_models_are_tied() -> None:
    scores = {str(i): [float(i % 2)] for i in range(50)}
    comparison = compare_scores(scores, scores)
    assert comparison.p_value == 1.0
    assert not comparison.separated()
    assert comparison.interval.low < 0 < comparison.interval.high


def test_the_quick_test_says_what_the_full_comparison_says() -> None:
    rng = np.random.default_rng(6)
    for samples in (1, 3):
        a = {str(i): rng.integers(0, 2, samples).tolist() for i in range(90)}
        b = {str(i): rng.integers(0, 2, samples).tolist() for i in range(10, 120)}
        full, quick = compare_scores(a, b), quick_test(a, b)
        assert quick is not None
        assert quick.problems == full.problems == 80
        assert quick.difference == full.difference
        assert quick.interval == full.interval
        assert quick.p_value == pytest.approx(full.p_value, abs=0.03)
    assert quick_test({"1": [1.0]}, {"2": [1.0]}) is None
