"""Holm, rank sets and power against statsmodels."""

from pathlib import Path

import numpy as np
import pytest
from assay.harness.comparison import (
    compare_scores,
    holm,
    minimum_detectable_effect,
    power_of_paired_test,
    rank_sets,
)
from assay.harness.comparison.runs import compare_runs
from assay.harness.evaluation import TaskSpec, evaluate
from assay.harness.results import open_run
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower


def test_holm_is_that_of_statsmodels() -> None:
    p_values = np.random.default_rng(0).uniform(0, 0.2, 25).tolist()
    theirs = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(theirs.tolist(), abs=1e-12)


@pytest.mark.parametrize(("effect", "n"), [(0.02, 100), (0.1, 50), (0.05, 1000)])
def test_power_is_that_of_statsmodels(effect: float, n: int) -> None:
    theirs = TTestPower().power(effect / 0.5, n, 0.05)
    assert power_of_paired_test(effect, 0.5, n) == pytest.approx(theirs, abs=1e-6)


def test_minimum_detectable_effect_is_that_of_statsmodels() -> None:
    theirs = TTestPower().solve_power(nobs=200, alpha=0.05, power=0.8) * 0.5
    assert minimum_detectable_effect(0.5, 200) == pytest.approx(theirs, rel=1e-4)


def test_models_that_no_test_separates_share_a_rank() -> None:
    rng = np.random.default_rng(5)
    rates = {"good": 0.9, "fair": 0.5, "fair too": 0.5, "bad": 0.1}
    scores = {
        model: {str(i): [float(rng.random() < rate)] for i in range(300)}
        for model, rate in rates.items()
    }
    models = list(rates)
    comparisons = {
        (a, b): compare_scores(scores[a], scores[b])
        for i, a in enumerate(models)
        for b in models[i + 1 :]
    }
    ranks = rank_sets(models, comparisons)
    assert {model: str(rank) for model, rank in ranks.items()} == {
        "good": "1",
        "fair": "2–3",
        "fair too": "2–3",
        "bad": "4",
    }


def test_models_that_answered_alike_could_still_differ(tmp_path: Path) -> None:
    """Equal answers on 20 problems do not mean that any difference would have been detected."""
    spec = TaskSpec("arithmetic", {"size": 20, "difficulty": 1})
    for run_id in ("a", "b"):
        evaluate("oracle", [spec], out=tmp_path, run_id=run_id, progress=False)
    found = compare_runs(open_run("a", tmp_path), open_run("b", tmp_path))["arithmetic"]
    assert found.result.difference == 0.0
    assert 0.1 < found.detectable < 0.5
    assert "tie" in found.verdict
