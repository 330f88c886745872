"""Abilities by group of linked runs, and how surprising each problem's solvers are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .ability import AbilityFit, Array, connected_runs, fit_abilities, inverted_p_values
from .multiplicity import holm

Attempts = dict[tuple[str, str], list[float]]
"""(suite or task, problem) -> the scores of one run's samples."""


@dataclass(frozen=True, slots=True)
class LinkedFit:
    """The fit of runs that shared problems link; C indexes `runs`, R indexes `problems`."""

    runs: list[int]
    problems: list[tuple[str, str]]
    solved_RC: Array
    """The share of correct samples."""
    tried_RC: Array
    """1 where the run sat the problem."""
    fit: AbilityFit
    p_values_R: Array
    """How surprising it is that so weak runs solved the problem; NaN where nothing can be said."""
    p_holm_R: Array
    """The same after Holm's correction over the problems of the group."""


def fit_linked(attempts: Sequence[Attempts]) -> list[LinkedFit]:
    """One Rasch fit for each group of linked runs, the largest group first.

    A group's estimates depend on its own runs alone. Runs without attempts are in no group.
    Raises UsageError without scipy (extra `stats`).
    """
    names, solved_RC, tried_RC = _counts(attempts)
    found = []
    for members in connected_runs(tried_RC) if names else []:
        rows = np.flatnonzero(tried_RC[:, members].sum(axis=1))
        if rows.size:
            problems = [names[row] for row in rows]
            found.append(
                _fit(members, problems, solved_RC[rows][:, members], tried_RC[rows][:, members])
            )
    return sorted(found, key=lambda one: (-len(one.runs), one.runs))


def _counts(attempts: Sequence[Attempts]) -> tuple[list[tuple[str, str]], Array, Array]:
    """The problems, and what each run solved of each and whether it sat it.

    The unit is the problem: samples of one problem are averaged and count as one try, because a
    run's samples of a problem agree with each other more than the model allows.
    """
    names = sorted({name for one in attempts for name in one})
    rows = {name: row for row, name in enumerate(names)}
    solved, tried = np.zeros((len(names), len(attempts))), np.zeros((len(names), len(attempts)))
    for column, one in enumerate(attempts):
        for name, scores in one.items():
            solved[rows[name], column] = sum(score == 1.0 for score in scores) / len(scores)
            tried[rows[name], column] = 1.0
    return names, solved, tried


def _fit(
    runs: list[int], problems: list[tuple[str, str]], solved_RC: Array, tried_RC: Array
) -> LinkedFit:
    fit = fit_abilities(solved_RC, tried_RC)
    p_values_R = inverted_p_values(solved_RC, tried_RC, fit.abilities_C)
    told = np.isfinite(p_values_R)
    corrected_R = np.full(p_values_R.size, np.nan)
    corrected_R[told] = holm(p_values_R[told].tolist())
    return LinkedFit(runs, problems, solved_RC, tried_RC, fit, p_values_R, corrected_R)
