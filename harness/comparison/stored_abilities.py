"""Abilities of stored runs, and the problems that speak against the model or the gold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...sandbox.errors import UsageError
from ..results import RunFolder
from .linked import Attempts, LinkedFit, fit_linked
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
    groups = fit_linked([_attempts(folder) for folder in folders])
    if not groups:
        raise UsageError("no run has a scored sample, so no ability can be told")
    return [_group(one, [folders[run] for run in one.runs]) for one in groups]


def _attempts(folder: RunFolder) -> Attempts:
    return {
        (suite, problem): scores
        for suite, problems in scores_of(folder).items()
        for problem, scores in problems.items()
    }


def _group(linked: LinkedFit, folders: list[RunFolder]) -> AbilityGroup:
    sat_R, solved_R = linked.tried_RC.sum(axis=1), linked.solved_RC.sum(axis=1)
    unsolved = [
        f"{suite}/{problem}"
        for (suite, problem), sat, solved in zip(linked.problems, sat_R, solved_R, strict=True)
        if sat >= 2 and solved == 0
    ]
    runs = [
        RunAbility(
            run_id=folder.run_id,
            model=str(folder.manifest()["model"]["name"]),
            problems=int(tried.sum()),
            solved=float(solved.sum() / tried.sum()),
            ability=float(ability),
            standard_error=None if np.isnan(error) else float(error),
        )
        for folder, solved, tried, ability, error in zip(
            folders, linked.solved_RC.T, linked.tried_RC.T,
            linked.fit.abilities_C, linked.fit.errors_C, strict=True,
        )
    ]  # fmt: skip
    runs.sort(key=lambda run: -run.ability)
    return AbilityGroup(runs, len(linked.problems), unsolved, _doubted(linked))


def _doubted(linked: LinkedFit) -> list[DoubtedProblem]:
    """Those below 0.05 after Holm's correction over all problems, the least likely first."""
    found = [
        DoubtedProblem(suite, problem, float(p), float(corrected))
        for (suite, problem), p, corrected in zip(
            linked.problems, linked.p_values_R, linked.p_holm_R, strict=True
        )
        if corrected < 0.05
    ]
    return sorted(found, key=lambda one: one.p_value)
