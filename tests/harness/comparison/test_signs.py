"""The sign-flip test against enumeration of every pattern, scipy and statsmodels."""

import itertools

import numpy as np
import pytest
from assay.harness.comparison import mcnemar, permutation_p_value
from assay.harness.comparison.signs import _cost, _drawn, _whole_steps
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as sm_mcnemar
from statsmodels.stats.descriptivestats import sign_test


def _enumerated(differences: np.ndarray, mid: bool) -> float:
    patterns = np.array(list(itertools.product((-1, 1), repeat=differences.size)))
    sums = np.abs(patterns @ np.abs(differences))
    observed = abs(differences.sum())
    beyond = np.mean(sums > observed + 1e-9)
    tied = np.mean(np.abs(sums - observed) <= 1e-9)
    return float(beyond + (tied / 2 if mid else tied))


@pytest.mark.parametrize("mid", [False, True])
@pytest.mark.parametrize(("samples_a", "samples_b"), [(1, 1), (4, 4), (3, 5), (2, 16)])
def test_every_sign_pattern_is_counted(samples_a: int, samples_b: int, mid: bool) -> None:
    rng = np.random.default_rng(samples_a * 100 + samples_b)
    for _ in range(10):
        a = rng.binomial(samples_a, 0.6, 11) / samples_a
        b = rng.binomial(samples_b, 0.4, 11) / samples_b
        expected = _enumerated(a - b, mid) if np.any(a != b) else 1.0
        assert permutation_p_value(a - b, mid=mid) == pytest.approx(expected, abs=1e-12)


def test_many_problems_with_several_samples_are_exact_and_agree_with_the_t_test() -> None:
    rng = np.random.default_rng(2)
    differences = (rng.binomial(4, 0.55, 400) - rng.binomial(4, 0.5, 400)) / 4
    steps = _whole_steps(differences)
    assert steps is not None
    mid = permutation_p_value(differences, mid=True)
    assert mid == permutation_p_value(differences, seed=7, mid=True)
    assert mid == pytest.approx(stats.ttest_1samp(differences, 0.0).pvalue, rel=0.2)


def test_a_small_p_value_is_not_stopped_by_the_number_of_draws() -> None:
    """Holm multiplies by the number of pairs: a floor of 1/10001 would hide clear differences."""
    differences = np.tile([0.25, 0.5, 0.75, 1.0], 30)
    assert permutation_p_value(differences) == pytest.approx(2.0**-119, rel=1e-9)


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (3, 3), (0, 5), (7, 12), (40, 61)])
def test_mid_p_of_mcnemar_is_its_definition(only_a: int, only_b: int) -> None:
    n, low = only_a + only_b, min(only_a, only_b)
    exact = sm_mcnemar(np.array([[9, only_a], [only_b, 9]]), exact=True).pvalue
    expected = exact - stats.binom.pmf(low, n, 0.5) if only_a != only_b else 1.0
    if 0 < n == 2 * low:
        expected = 1.0 - stats.binom.pmf(low, n, 0.5) / 2
    assert mcnemar(only_a, only_b, mid=True) == pytest.approx(expected, abs=1e-12)


def test_equal_steps_are_the_sign_test_of_statsmodels() -> None:
    differences = np.array([0.5] * 14 + [-0.5] * 5 + [0.0] * 6)
    assert permutation_p_value(differences) == pytest.approx(sign_test(differences)[1], abs=1e-12)


def test_values_on_no_lattice_are_drawn_and_agree_with_scipy() -> None:
    differences = np.random.default_rng(5).uniform(-0.7, 1.0, 12)
    assert _whole_steps(differences) is None
    theirs = stats.permutation_test(
        (differences,), lambda x: x.mean(), permutation_type="samples", n_resamples=np.inf
    )
    assert permutation_p_value(differences, 20_000) == pytest.approx(theirs.pvalue, abs=0.015)


def test_drawn_and_exact_agree_where_both_can_be_had() -> None:
    rng = np.random.default_rng(8)
    differences = (rng.binomial(3, 0.6, 60) - rng.binomial(3, 0.5, 60)) / 3
    moved = differences[differences != 0]
    steps = _whole_steps(moved)
    assert steps is not None
    assert _cost(steps) < 1e6
    beyond, tied = _drawn(moved, 20_000, seed=1)
    assert beyond + tied == pytest.approx(permutation_p_value(differences), abs=0.015)
    assert beyond + tied / 2 == pytest.approx(permutation_p_value(differences, mid=True), abs=0.015)
