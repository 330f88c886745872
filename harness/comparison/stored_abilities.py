"""Abilities of stored runs, and the problems that speak against the model or the gold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...sandbox.errors import UsageError
from ..results import RunFolder
from .ability import Array, connected_runs, fit_abilities, inverted_p_values
from .multiplicity import holm
from .runs import scores_of


@dataclass(frozen=True, slots=True)
class RunAbility:
    """One run's ability, in log-odds on a problem of mean easiness."""

    run_id: str
    model: str
    problems: int
    solved: float
    """The share of correct samples."""
    ability: float
    """+-inf for a run that solved all or none."""
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class DoubtedProblem:
    """A problem that weak runs solve and strong runs fail more often than chance allows."""

    suite: str
    problem: str
    p_value: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class AbilityGroup:
    """Runs that shared problems link; abilities of different groups have no common scale."""

    runs: list[RunAbility]
    problems: int
    unsolved: list[str]
    """Problems (suite/problem) that at least two runs sat and none solved."""
    doubted: list[DoubtedProblem]


def stored_abilities(folders: Sequence[RunFolder]) -> list[AbilityGroup]:
    """The groups of linked runs, largest first, each with its runs by ability.

    Raises UsageError when no run has a scored sample, and without scipy (extra `stats`).
    """
    names, solved_RC, tried_RC = _counts(folders)
    if not names:
        raise UsageError("no run has a scored sample, so no ability can be told")
    groups = []
    for members in connected_runs(tried_RC):
        rows = np.flatnonzero(tried_RC[:, members].sum(axis=1))
        groups.append(
            _group(
                [folders[i] for i in members],
                [names[row] for row in rows],
                solved_RC[rows][:, members],
                tried_RC[rows][:, members],
            )
        )
    return sorted(groups, key=lambda group: -len(group.runs))


def _counts(folders: Sequence[RunFolder]) -> tuple[list[tuple[str, str]], Array, Array]:
    """The problems (suite, problem), and what each run solved of each and whether it sat it.

    The unit is the problem: samples of one problem are averaged and count as one try, because a
    run's samples of a problem agree with each other more than the model allows.
    """
    found = [
        {
            (suite, problem): scores
            for suite, problems in scores_of(folder).items()
            for problem, scores in problems.items()
        }
        for folder in folders
    ]
    names = sorted({name for one in found for name in one})
    rows = {name: row for row, name in enumerate(names)}
    solved, tried = np.zeros((len(names), len(found))), np.zeros((len(names), len(found)))
    for column, one in enumerate(found):
        for name, scores in one.items():
            solved[rows[name], column] = sum(score == 1.0 for score in scores) / len(scores)
            tried[rows[name], column] = 1.0
    return names, solved, tried


def _group(
    folders: list[RunFolder], names: list[tuple[str, str]], solved_RC: Array, tried_RC: Array
) -> AbilityGroup:
    sat_by_two = (tried_RC > 0).sum(axis=1) >= 2
    unsolved = [
        f"{suite}/{problem}"
        for (suite, problem), solved, enough in zip(
            names, solved_RC.sum(axis=1), sat_by_two, strict=True
        )
        if enough and solved == 0
    ]
    fit = fit_abilities(solved_RC, tried_RC)
    runs = [
        RunAbility(
            run_id=folder.run_id,
            model=str(folder.manifest()["model"]["name"]),
            problems=int((tried > 0).sum()),
            solved=float(solved.sum() / tried.sum()),
            ability=float(ability),
            standard_error=None if np.isnan(error) else float(error),
        )
        for folder, solved, tried, ability, error in zip(
            folders, solved_RC.T, tried_RC.T, fit.abilities_C, fit.errors_C, strict=True
        )
    ]
    doubted = _doubted(names, inverted_p_values(solved_RC, tried_RC, fit.abilities_C))
    return AbilityGroup(sorted(runs, key=lambda run: -run.ability), len(names), unsolved, doubted)


def _doubted(names: list[tuple[str, str]], p_values_R: Array) -> list[DoubtedProblem]:
    """Those below 0.05 after Holm's correction over all problems, the least likely first."""
    told = [(name, float(p)) for name, p in zip(names, p_values_R, strict=True) if np.isfinite(p)]
    adjusted = holm([p for _, p in told])
    found = [
        DoubtedProblem(suite, problem, p, corrected)
        for ((suite, problem), p), corrected in zip(told, adjusted, strict=True)
        if corrected < 0.05
    ]
    return sorted(found, key=lambda one: one.p_value)
