"""Compare two stored runs, suite by suite and as a whole."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ...sandbox.errors import UsageError
from ..results import RunFolder
from .multiplicity import holm
from .paired import FEW_PAIRS, PairedComparison, compare_scores
from .power import minimum_detectable_effect

Scores = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The comparison of two runs on one suite."""

    result: PairedComparison
    p_holm: float
    detectable: float
    """The smallest true difference that this many problems detect with 80% power."""

    @property
    def verdict(self) -> str:
        """The conclusion in one sentence."""
        if self.p_holm < 0.05:
            better = "A" if self.result.difference > 0 else "B"
            return f"{better} is better"
        return (
            "a tie: the difference is not separated from chance "
            f"(a difference of {self.detectable:.1%} would be detected 4 times in 5)"
        )


def scores_of(folder: RunFolder) -> dict[str, Scores]:
    """suite -> problem -> scores of its samples; samples without a verdict are left out."""
    found: dict[str, Scores] = {}
    seen: Counter[tuple[str, str, int]] = Counter()
    for record in folder.samples():
        key = (record["suite"], record["problem_id"], record["sample"])
        seen[key] += 1
        score = record["verdict"]["score"]
        if seen[key] == 1 and score is not None:
            # The prompt's hash is part of the problem: another prompt is another problem.
            problem = f"{record['problem_id']}@{record['prompt_hash']}"
            found.setdefault(record["suite"], {}).setdefault(problem, []).append(float(score))
    return found


def pooled(scores: dict[str, Scores]) -> Scores:
    """All suites as one; each problem's name begins with its suite."""
    return {
        f"{suite}/{problem}": values
        for suite, problems in scores.items()
        for problem, values in problems.items()
    }


def compare_runs(a: RunFolder, b: RunFolder) -> dict[str, RunComparison]:
    """Compare on each common suite, and on all of them together when there are several.

    p-values are Holm-corrected over the suites. Raises UsageError when nothing is in common, and
    without scipy, which the extra `stats` installs.
    """
    scores_a, scores_b = scores_of(a), scores_of(b)
    pairs = {
        suite: (scores_a[suite], scores_b[suite])
        for suite in scores_a
        if set(scores_a[suite]) & set(scores_b.get(suite, {}))
    }
    if not pairs:
        raise UsageError(
            f"runs {a.run_id!r} and {b.run_id!r} have no problem in common, "
            "so nothing can be compared"
        )
    results = {suite: compare_scores(*pair) for suite, pair in pairs.items()}
    adjusted = dict(zip(results, holm([r.p_value for r in results.values()]), strict=True))
    if len(results) > 1:
        all_a = pooled({suite: pair[0] for suite, pair in pairs.items()})
        all_b = pooled({suite: pair[1] for suite, pair in pairs.items()})
        results["all"] = compare_scores(all_a, all_b)
        adjusted["all"] = results["all"].p_value
        pairs["all"] = (all_a, all_b)
    return {
        name: RunComparison(result, adjusted[name], _detectable(*pairs[name]))
        for name, result in results.items()
    }


def _detectable(a: Scores, b: Scores) -> float:
    differences = [float(np.mean(a[key]) - np.mean(b[key])) for key in a if key in b]
    if len(differences) < 2:
        return 1.0
    if np.count_nonzero(differences) < FEW_PAIRS:
        # Few differences give no usable estimate of the deviation, but it is not 0.
        differences += [1.0, -1.0]
    return min(1.0, minimum_detectable_effect(float(np.std(differences, ddof=1)), len(differences)))
