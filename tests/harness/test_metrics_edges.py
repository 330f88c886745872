"""The edges of the metrics: refused input, records, shares of 0 and 1, uneven sample counts."""

import dataclasses

import pytest
from assay.harness.metrics import (
    ScoredSample,
    bootstrap_interval,
    clustered_standard_error,
    majority,
    majority_at,
    share_interval,
    summarize,
    wilson_interval,
)


def equal(a: str, b: str) -> bool:
    return a == b


RIGHT, WRONG = ScoredSample("correct", 1.0, "4"), ScoredSample("incorrect", 0.0, "5")


def test_a_record_becomes_a_sample() -> None:
    verdict = {"status": "correct", "score": 1.0, "extracted": "4"}
    record = {"verdict": verdict, "finish_reason": "length", "completion_tokens": 7}
    sample = ScoredSample.of(record)
    assert (sample.status, sample.score, sample.extracted) == ("correct", 1.0, "4")
    assert sample.finish_reason == "length"
    assert sample.tokens["completion"] == 7
    assert sample.tokens["prompt"] is None
    bare = ScoredSample.of({"verdict": {"status": "no_answer", "score": 0.0}})
    assert (bare.extracted, bare.finish_reason) == (None, "stop")


def test_a_sample_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RIGHT.score = 0.0  # type: ignore[misc]


def test_values_and_clusters_must_match() -> None:
    with pytest.raises(ValueError, match="2 values but 1 cluster labels"):
        clustered_standard_error([0.0, 1.0], ["a"])


def test_one_cluster_has_no_standard_error() -> None:
    assert clustered_standard_error([0.0, 1.0], ["a", "a"]) is None
    assert clustered_standard_error([0.0, 1.0], ["a", "b"]) is not None


def test_two_values_have_a_bootstrap_interval_and_one_has_none() -> None:
    assert bootstrap_interval([0.0]) is None
    assert bootstrap_interval([0.0, 1.0]) == (0.0, 1.0)


@pytest.mark.parametrize("n", [0, -1])
def test_an_interval_needs_a_draw(n: int) -> None:
    with pytest.raises(ValueError, match="at least one draw"):
        wilson_interval(0.5, n)


@pytest.mark.parametrize("n", [1, 3, 7, 10, 49, 1000])
def test_bounds_of_none_and_all_are_exact(n: int) -> None:
    assert wilson_interval(0.0, n)[0] == 0.0
    assert wilson_interval(1.0, n)[1] == 1.0
    assert wilson_interval(0.0, n)[1] < 1.0
    assert wilson_interval(1.0, n)[0] > 0.0


@pytest.mark.parametrize("k", [0, 3])
def test_a_majority_needs_enough_samples(k: int) -> None:
    with pytest.raises(ValueError, match=f"maj@{k} of 2 samples"):
        majority_at([RIGHT, WRONG], equal, k)


def test_a_majority_of_nothing_scored_is_none() -> None:
    assert majority([ScoredSample("checker_error", None)], equal) is None


def test_k_is_the_largest_number_of_samples() -> None:
    summary = summarize({"a": [RIGHT], "b": [RIGHT, WRONG, WRONG]}, {"a": equal, "b": equal})
    assert summary.k == 3
    assert list(summary.avg_at) == ["1"]
    assert summary.as_dict()["k"] == 3


def test_no_sample_has_no_share() -> None:
    summary = summarize({"a": []}, {"a": equal})
    assert summary.truncated is None
    assert summary.no_answer is None
    assert summary.accuracy is None


def test_an_interval_of_shares_lies_between_problems_and_samples() -> None:
    assert share_interval([], 0, None) is None
    share = [0.5, 0.5, 0.0, 1.0]
    by_problem, by_sample = wilson_interval(0.5, 4), wilson_interval(0.5, 8)
    assert share_interval(share, 8, None) == by_problem
    # An error of 0.25 / sqrt(1.5) stands for p (1 - p) / error^2 = 6 draws.
    assert share_interval(share, 8, (0.25 / 6) ** 0.5) == pytest.approx(wilson_interval(0.5, 6))
    assert share_interval(share, 8, 1e-6) == by_sample
    assert share_interval(share, 8, 10.0) == by_problem
