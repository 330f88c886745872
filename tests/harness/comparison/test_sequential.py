"""The sequential comparison: its promise at every time, and what it saves."""

import numpy as np
import pytest
from assay.harness.comparison.sequential import (
    SequentialComparison,
    replay,
    shuffled_by_stratum,
)
from assay.sandbox.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st


def drawn(rng: np.random.Generator, gain: float, loss: float, n: int) -> list[float]:
    return rng.choice([1.0, -1.0, 0.0], size=n, p=[gain, loss, 1 - gain - loss]).tolist()


def test_equal_models_are_rarely_separated_however_often_one_looks() -> None:
    rng = np.random.default_rng(0)
    wrong = sum(replay(drawn(rng, 0.2, 0.2, 200)).decision != "undecided" for _ in range(80))
    assert wrong <= 9  # a rate of 5% gives more than 9 of 80 once in 150 times


def test_the_confidence_sequence_holds_the_truth_at_all_times() -> None:
    rng = np.random.default_rng(1)
    lost = 0
    for _ in range(30):
        comparison = SequentialComparison()
        results = [comparison.add(d) for d in drawn(rng, 0.3, 0.1, 250)]
        lost += any(not result.low <= 0.2 <= result.high for result in results)
    assert lost <= 4


def test_a_large_difference_is_decided_early_and_for_the_right_model() -> None:
    rng = np.random.default_rng(2)
    results = [replay(drawn(rng, 0.4, 0.1, 1000)) for _ in range(20)]
    assert {result.decision for result in results} == {"A"}
    assert np.mean([result.problems for result in results]) < 150


def test_a_margin_ends_the_comparison_of_equal_models() -> None:
    rng = np.random.default_rng(3)
    result = replay(drawn(rng, 0.05, 0.05, 5000), margin=0.05)
    assert result.decision == "tie"
    assert result.problems < 5000
    assert -0.05 < result.low <= 0 <= result.high < 0.05


def test_constant_differences_decide_without_an_error() -> None:
    result = replay([1.0] * 50)
    assert result.decision == "A"
    assert result.problems < 12
    assert replay([0.0] * 300).decision == "undecided"
    assert replay([0.0] * 300, margin=0.1).decision == "tie"


@given(st.dictionaries(st.text(max_size=4), st.sampled_from("abc"), max_size=40), st.integers())
def test_a_shuffle_keeps_every_problem_and_the_shares(strata: dict[str, str], seed: int) -> None:
    order = shuffled_by_stratum(strata, seed)
    assert sorted(order) == sorted(strata)
    assert order == shuffled_by_stratum(strata, seed)
    half = order[: len(order) // 2]
    for stratum in "abc":
        whole = sum(label == stratum for label in strata.values())
        part = sum(strata[problem] == stratum for problem in half)
        assert abs(part - whole / 2) <= 3


@pytest.mark.parametrize("value", [1.5, -2.0, float("nan")])
def test_a_difference_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(UsageError, match="in \\[-1, 1\\]"):
        SequentialComparison().add(value)


def test_a_margin_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError, match=r"margin is 0; give"):
        SequentialComparison(margin=0)
