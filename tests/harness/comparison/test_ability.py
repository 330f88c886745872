"""Abilities against the published fits of two classic tests and against planted truth."""

import numpy as np
import pytest
from assay.harness.comparison.ability import connected_runs, fit_abilities, inverted_p_values

PATTERNS = np.array([[int(bit) for bit in f"{i:05b}"] for i in range(32)], float)
# Counts of the 32 response patterns of five items (Bock & Lieberman 1970, Psychometrika 35).
LSAT_6 = [3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15,
          10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298]  # fmt: skip
LSAT_7 = [12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28,
          7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308]  # fmt: skip


def test_the_rasch_fit_of_lsat_6_is_the_published_one() -> None:
    fit = fit_abilities(PATTERNS, np.ones_like(PATTERNS), np.array(LSAT_6, float))
    assert fit.log_likelihood == pytest.approx(-2466.94, abs=0.005)
    assert fit.slopes_C == pytest.approx(0.755, abs=0.001)


def test_the_2pl_fit_of_lsat_7_is_the_published_one() -> None:
    fit = fit_abilities(
        PATTERNS, np.ones_like(PATTERNS), np.array(LSAT_7, float), common_slope=False
    )
    assert fit.log_likelihood == pytest.approx(-2658.81, abs=0.01)
    assert fit.slopes_C == pytest.approx([0.988, 1.081, 1.707, 0.765, 0.736], abs=0.003)


def sat(rng: np.random.Generator, abilities: list[float], problems: int, samples: int) -> tuple:
    """Runs that each sit half of the problems, with some in common with the next run."""
    easiness = rng.normal(size=problems)
    chance = 1 / (1 + np.exp(-(1.3 * easiness[:, None] + np.array(abilities))))
    tried = np.full((problems, len(abilities)), float(samples))
    for run in range(len(abilities)):
        tried[run % 2 :: 2, run] = samples if run % 3 == 0 else 0
    return rng.binomial(tried.astype(int), chance).astype(float), tried


def test_planted_abilities_are_found_within_their_errors() -> None:
    rng = np.random.default_rng(3)
    truth = [-2.0, -1.0, 0.0, 0.7, 2.5]
    scores = []
    for _ in range(20):
        solved, tried = sat(rng, truth, 400, 2)
        fit = fit_abilities(solved, tried)
        scores.append((fit.abilities_C - truth) / fit.errors_C)
    deviations = np.array(scores)
    assert abs(deviations.mean()) < 0.35
    assert 0.75 < np.sqrt((deviations**2).mean()) < 1.3


def test_more_samples_of_a_problem_do_not_outrun_the_grid() -> None:
    rng = np.random.default_rng(4)
    easiness = rng.normal(size=300)
    chance = 1 / (1 + np.exp(-(easiness[:, None] + np.array([-1.0, 0.0, 1.0]))))
    tried = np.full((300, 3), 256.0)
    fit = fit_abilities(rng.binomial(256, chance).astype(float), tried)
    gaps = np.diff(fit.abilities_C)
    assert gaps == pytest.approx([1.0, 1.0], abs=0.05)


def test_runs_without_a_shared_problem_stand_apart() -> None:
    tried = np.array([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]], float)
    assert connected_runs(tried) == [[0, 1], [2, 3]]


def test_a_run_that_solves_all_has_no_finite_ability() -> None:
    solved = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0]], float)
    fit = fit_abilities(solved, np.ones_like(solved))
    assert fit.abilities_C[0] == np.inf
    assert fit.abilities_C[2] == -np.inf
    assert np.isnan(fit.errors_C[0])
    ends = fit_abilities(solved[:, [0, 2]], np.ones((3, 2)))
    assert ends.abilities_C.tolist() == [np.inf, -np.inf]


def test_a_problem_with_a_wrong_gold_is_the_most_doubtful() -> None:
    rng = np.random.default_rng(5)
    truth = np.linspace(-3, 3, 12)
    chance = 1 / (1 + np.exp(-(rng.normal(size=200)[:, None] + truth)))
    chance[17] = 1 - 1 / (1 + np.exp(-truth))  # the strong fail what the weak solve
    tried = np.full(chance.shape, 4.0)
    solved = rng.binomial(4, chance).astype(float)
    p_values = inverted_p_values(solved, tried, truth)
    assert int(np.nanargmin(p_values)) == 17
    assert p_values[17] < 1e-5


@pytest.mark.parametrize("runs", [7, 40])  # counted one by one; by moments
def test_p_values_of_sound_problems_are_uniform_or_larger(runs: int) -> None:
    rng = np.random.default_rng(6)
    abilities = rng.normal(size=runs)
    chance = 1 / (1 + np.exp(-(rng.normal(size=3000)[:, None] + abilities)))
    solved = rng.binomial(1, chance).astype(float)
    p_values = inverted_p_values(solved, np.ones_like(solved), abilities)
    told = p_values[np.isfinite(p_values)]
    assert told.size > 2000
    for level in (0.01, 0.05, 0.2):
        assert (told <= level).mean() < level + 3 * np.sqrt(level / told.size)
    # A discrete test of seven runs has less size; one of forty has all of it.
    assert runs == 7 or (told <= 0.2).mean() > 0.17
