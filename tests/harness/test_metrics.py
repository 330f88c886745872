"""The numbers against brute force, scipy, statsmodels and published values."""

import itertools
import math
import random

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from assay.harness.bootstrap import _exact, bootstrap_interval
from assay.harness.metrics import (
    ScoredSample,
    clustered_standard_error,
    majority,
    pass_at_k,
    summarize,
    wilson_interval,
)
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

RIGHT = ScoredSample("correct", 1.0, "4")
WRONG = ScoredSample("incorrect", 0.0, "5")
NONE = ScoredSample("no_answer", 0.0)
BROKEN = ScoredSample("checker_error", None)


def same(first: str, second: str) -> bool:
    return float(first) == float(second)


@pytest.mark.parametrize(("n", "c", "k"), [(5, 2, 1), (5, 2, 3), (6, 0, 2), (6, 6, 6), (4, 1, 4)])
def test_pass_at_k_is_the_share_of_subsets_with_a_correct_sample(n, c, k):
    flags = [1] * c + [0] * (n - c)
    subsets = list(itertools.combinations(flags, k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


def test_pass_at_k_against_the_product_form_of_the_paper():
    # Chen et al. 2021, figure 3: 1 - prod(1 - k / arange(n - c + 1, n + 1))
    for n, c, k in [(200, 3, 10), (200, 57, 100), (100, 1, 100)]:
        paper = 1.0 if n - c < k else 1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1))
        assert pass_at_k(n, c, k) == pytest.approx(paper)


@pytest.mark.parametrize(("n", "c", "k"), [(5, 6, 1), (5, -1, 1), (5, 1, 6), (5, 1, 0)])
def test_pass_at_k_refuses_what_is_not_defined(n, c, k):
    with pytest.raises(ValueError, match="not defined"):
        pass_at_k(n, c, k)


def test_majority_votes_over_equal_answers_not_equal_strings():
    votes = [ScoredSample("incorrect", 0.0, "5")] * 2 + [
        ScoredSample("correct", 1.0, "4"),
        ScoredSample("correct", 1.0, "4.0"),
        ScoredSample("correct", 1.0, "4.00"),
    ]
    assert majority(votes, same) == 1.0
    assert majority(votes, str.__eq__) == 0.0


def test_majority_ties_abstentions_and_broken_checks():
    assert majority([RIGHT, WRONG], same) == 0.5
    assert majority([RIGHT, NONE, NONE, NONE], same) == 1.0
    assert majority([NONE, NONE], same) == 0.0
    assert majority([BROKEN, RIGHT], same) == 1.0
    assert majority([BROKEN], same) is None


def test_clustered_standard_error_against_statsmodels():
    rng = random.Random(3)
    clusters = [g for g in range(40) for _ in range(rng.randint(1, 6))]
    base = [rng.random() for _ in range(40)]
    values = [float(rng.random() < base[g]) for g in clusters]
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(clusters)}
    )
    assert clustered_standard_error(values, clusters) == pytest.approx(fit.bse[0])


def test_clusters_of_one_give_the_ordinary_standard_error():
    values = [0.0, 1.0, 1.0, 0.25, 0.0, 1.0]
    assert clustered_standard_error(values, range(6)) == pytest.approx(scipy.stats.sem(values))
    assert clustered_standard_error([1.0, 0.0], ["a", "a"]) is None


@given(st.integers(1, 3000), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_against_statsmodels(n, data, confidence):
    hits = data.draw(st.integers(0, n))
    expected = proportion_confint(hits, n, alpha=1 - confidence, method="wilson")
    assert wilson_interval(hits / n, n, confidence) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("n", [20, 200])
def test_bootstrap_against_scipy_bca(n):
    rng = np.random.default_rng(1)
    values = rng.beta(0.5, 2.0, size=n)  # skewed, so that BCa differs from percentile
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=20_000, rng=np.random.default_rng(2)
    ).confidence_interval
    ours = bootstrap_interval(values.tolist(), resamples=20_000)
    width = theirs.high - theirs.low
    assert ours[0] == pytest.approx(theirs.low, abs=0.04 * width)
    assert ours[1] == pytest.approx(theirs.high, abs=0.04 * width)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=5), st.sampled_from([1, 2, 4]))
def test_the_exact_distribution_is_that_of_all_resamples(counts, k):
    values = [min(count, k) / k for count in counts]
    means = sorted(sum(one) / len(values) for one in itertools.product(values, repeat=len(values)))
    support, below = _exact(values)
    for mean, share in zip(support, below, strict=True):
        seen = sum(one <= mean + 1e-9 for one in means) / len(means)
        assert share == pytest.approx(seen, abs=1e-12)


@pytest.mark.parametrize(("n", "k"), [(60, 1), (150, 4)])
def test_the_exact_interval_is_what_scipy_s_resamples_approach(n, k):
    rng = np.random.default_rng(5)
    values = rng.binomial(k, 0.15, size=n) / k
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=40_000, rng=np.random.default_rng(2)
    ).confidence_interval
    ours = bootstrap_interval(values.tolist())
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1.01 / (n * k))


def test_bootstrap_is_deterministic_and_survives_constant_data():
    values = [0.0, 1.0, 1.0, 0.0, 1.0]
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval([1.0] * 8) == (1.0, 1.0)
    assert bootstrap_interval([1.0]) is None


def test_summary_leaves_out_and_counts_checker_errors():
    problems = {"a": [RIGHT, BROKEN], "b": [WRONG, RIGHT], "c": [BROKEN, BROKEN]}
    summary = summarize(problems, dict.fromkeys(problems, same))
    assert summary.accuracy == pytest.approx(0.75)
    assert summary.checker_errors == 3
    assert summary.problems == 3
    assert summary.samples == 6
    assert summary.pass_at == {"1": pytest.approx(0.75)}


def test_summary_of_several_samples():
    problems = {"a": [RIGHT, WRONG, RIGHT, NONE], "b": [WRONG, WRONG, NONE, RIGHT]}
    summary = summarize(problems, dict.fromkeys(problems, same))
    assert summary.pass_at["1"] == pytest.approx(3 / 8)
    assert summary.pass_at["2"] == pytest.approx((1 - 1 / 6 + 1 - 3 / 6) / 2)
    assert summary.pass_at["4"] == 1.0
    assert summary.avg_at == {"1": 0.5, "2": 0.25, "4": pytest.approx(3 / 8)}
    assert summary.maj_at == {"1": 0.375, "2": 0.625, "4": 0.5}
    assert summary.maj_at["1"] == summary.accuracy
    assert summary.standard_error == pytest.approx(scipy.stats.sem([0.5, 0.25]))
    assert summary.no_answer == pytest.approx(2 / 8)


def test_one_sample_each_gives_the_textbook_wilson_interval():
    problems = {str(i): [RIGHT if i < 30 else WRONG] for i in range(40)}
    summary = summarize(problems, dict.fromkeys(problems, same))
    assert summary.wilson == pytest.approx(proportion_confint(30, 40, method="wilson"))


def test_identical_samples_do_not_narrow_the_interval():
    once = {str(i): [RIGHT if i % 3 else WRONG] for i in range(40)}
    often = {key: samples * 16 for key, samples in once.items()}
    first = summarize(once, dict.fromkeys(once, same))
    second = summarize(often, dict.fromkeys(often, same))
    assert second.standard_error == pytest.approx(first.standard_error)
    assert second.wilson == pytest.approx(first.wilson)
    assert second.bootstrap == pytest.approx(first.bootstrap)


def test_summary_counts_tokens_and_truncation():
    cut = ScoredSample("truncated", 0.0, None, "length", {"completion": 10, "prompt": 3})
    done = ScoredSample("correct", 1.0, "1", "stop", {"completion": 4, "prompt": None})
    summary = summarize({"a": [cut], "b": [done]}, {"a": same, "b": same})
    assert summary.tokens == {"prompt": 3, "completion": 14, "thinking": 0, "cached": 0}
    assert summary.truncated == 0.5
    assert summary.mean_completion_tokens == 7.0


def test_summary_of_nothing_scored():
    summary = summarize({"a": [BROKEN]}, {"a": same})
    assert summary.accuracy is None
    assert summary.wilson is None
    assert not math.isnan(summary.checker_errors)
