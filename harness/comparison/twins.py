"""How much better a model does on published problems than on their twins.

Twins are the same problems with other numbers (`gsm8k_twins`), or, for generated suites, problems
of the same level from another seed. A model that has learned to solve such problems does equally
well on both; a gap is what it remembers of the published ones.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import load
from ..results import RunFolder
from .paired import PairedComparison, compare_scores
from .runs import Scores, scores_of

_GENERATED = re.compile(r"(.+-d\d+)-s(-?\d+)-(\d+)")


def twin_gaps(published: RunFolder, fresh: RunFolder) -> dict[str, PairedComparison]:
    """By suite: the scores on published problems (A) and on their twins (B), paired.

    `fresh` may be the same run, where it holds both. Raises UsageError where there are no twins.
    """
    before, after = _by_problem(published), _by_problem(fresh)
    pairs = _renumbered(fresh, before, after) | _reseeded(before, after)
    if not pairs:
        raise UsageError(
            f"runs {published.run_id!r} and {fresh.run_id!r} hold no problems and their twins: "
            "sit gsm8k and gsm8k_twins, or a generated suite with two seeds (--suite-seed)"
        )
    return {suite: compare_scores(*pair) for suite, pair in pairs.items()}


def _by_problem(folder: RunFolder) -> dict[str, Scores]:
    """suite -> problem -> scores."""
    return {
        suite: {key.rpartition("@")[0]: values for key, values in problems.items()}
        for suite, problems in scores_of(folder).items()
    }


def _renumbered(
    fresh: RunFolder, before: Mapping[str, Scores], after: Mapping[str, Scores]
) -> dict[str, tuple[Scores, Scores]]:
    """Twins that name their problem."""
    known = {
        problem: scores for problems in before.values() for problem, scores in problems.items()
    }
    found: dict[str, tuple[Scores, Scores]] = {}
    for task in fresh.manifest()["config"]["tasks"]:
        suite = str(task["name"])
        if not suite.endswith("_twins") or suite not in after:
            continue
        twins = {
            str(problem.meta["twin_of"]): after[suite][problem.id]
            for problem in _loaded(task)
            if problem.id in after[suite] and problem.meta.get("twin_of") in known
        }
        if twins:
            found[suite] = {problem: known[problem] for problem in twins}, twins
    return found


def _loaded(task: Mapping[str, Any]) -> Sequence[Any]:
    return load(str(task["name"]), **task["options"])


def _reseeded(
    before: Mapping[str, Scores], after: Mapping[str, Scores]
) -> dict[str, tuple[Scores, Scores]]:
    """Problems of one level from two seeds, paired by their places."""
    found: dict[str, tuple[Scores, Scores]] = {}
    for suite in before.keys() & after.keys():
        old, new = _places(before[suite]), _places(after[suite])
        if old.keys() & new.keys():
            common = [key for key in old if key in new and old[key][0] != new[key][0]]
            if common:
                found[suite] = (
                    {key: before[suite][old[key][1]] for key in common},
                    {key: after[suite][new[key][1]] for key in common},
                )
    return found


def _places(scores: Scores) -> dict[str, tuple[str, str]]:
    """Level and place -> seed and id, for the problems of a generated suite."""
    matches = [match for match in map(_GENERATED.fullmatch, scores) if match is not None]
    matches.sort(key=lambda match: (match[1], match[2], int(match[3])))
    counts: dict[tuple[str, str], int] = {}
    found: dict[str, tuple[str, str]] = {}
    for match in matches:
        place = counts[match[1], match[2]] = counts.get((match[1], match[2]), -1) + 1
        found.setdefault(f"{match[1]}-{place}", (match[2], match[0]))
    return found
