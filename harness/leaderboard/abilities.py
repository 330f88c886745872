"""The abilities of entries that sat different problems, and what each problem says about itself.

Both are for the page's own sections: they never decide a rank.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...sandbox.extras import require
from ..comparison.linked import Attempts, LinkedFit, fit_linked
from ..metrics import ScoredSample
from .groups import Entry, entries_of, tasks_of
from .runs import RunData

PROBLEM_KEYS = (
    "problem", "hash", "sat", "solved", "easiness", "p", "holm", "agreed", "answer", "p_agreed",
)  # fmt: skip
"""The fields of one problem, in the order of its list."""
FEWEST = 3
"""Entries that must agree on a wrong answer."""
LEVEL = 0.05
LONGEST = 200
"""Characters of an answer that are kept."""
Agreement = tuple[int, str, float]
"""How many entries give one wrong answer, the answer, and p that they are so able by chance."""


def abilities_of(runs: Sequence[RunData]) -> dict[str, Any]:
    """`abilities`: one Rasch fit per group of linked entries; `problems`: task -> its problems.

    Unfinished entries are left out. A problem is a list in the order of `PROBLEM_KEYS`: its id,
    the hash of its prompt, how many entries sat it, the sum of the shares of their samples that
    solved it, its easiness, the p-value (also after Holm's correction) that so weak entries
    solved it, and how many entries agree on which wrong answer, with its p-value.
    """
    tasks = tasks_of(runs)
    finished = [e for e in entries_of([r for r in runs if r.suites], tasks) if e.finished]
    found = fit_linked([_attempts(entry) for entry in finished])
    problems: dict[str, list[list[Any]]] = {}
    for linked in found:
        agreed = _agreements(linked, [finished[run] for run in linked.runs])
        for task, one in _problems(linked, agreed):
            problems.setdefault(task, []).append(one)
    return {
        "abilities": [_group(one, [finished[run].id for run in one.runs]) for one in found],
        "problem_keys": PROBLEM_KEYS,
        "problems": problems,
    }


def _attempts(entry: Entry) -> Attempts:
    return {
        (task, problem): kept
        for task in entry.tasks
        for problem, samples in entry.problems(task).items()
        if (kept := [sample.score for sample in samples if sample.score is not None])
    }


def _group(linked: LinkedFit, entries: Sequence[str]) -> dict[str, Any]:
    """The entries by ability; an ability is None for an entry that solved all or none."""
    rows: list[dict[str, Any]] = [
        {
            "entry": entry,
            "ability": float(ability) if np.isfinite(ability) else None,
            "error": float(error) if np.isfinite(error) else None,
            "problems": int(tried.sum()),
            "solved": float(solved.sum() / tried.sum()),
        }
        for entry, ability, error, tried, solved in zip(
            entries, linked.fit.abilities_C, linked.fit.errors_C,
            linked.tried_RC.T, linked.solved_RC.T, strict=True,
        )
    ]  # fmt: skip
    ends = {True: np.inf, False: -np.inf}
    order = {
        one["entry"]: ends[one["solved"] == 1] if one["ability"] is None else one["ability"]
        for one in rows
    }
    rows.sort(key=lambda one: (-order[one["entry"]], one["entry"]))
    return {"entries": rows, "problems": len(linked.problems)}


def _problems(
    linked: LinkedFit, agreed: Mapping[tuple[str, str], Agreement]
) -> list[tuple[str, list[Any]]]:
    columns = zip(
        linked.problems, linked.tried_RC.sum(axis=1), linked.solved_RC.sum(axis=1),
        linked.fit.easiness_R, linked.p_values_R, linked.p_holm_R, strict=True,
    )  # fmt: skip
    found = []
    for (task, problem), sat, solved, easiness, p, holm in columns:
        name, _, digest = problem.rpartition("@")
        numbers = [float(x) if np.isfinite(x) else None for x in (easiness, p, holm)]
        agreement = agreed.get((task, problem), (0, None, None))
        found.append((task, [name, digest, int(sat), float(solved), *numbers, *agreement]))
    return found


# ---- wrong answers on which able entries agree ----------------------------------------------
def _agreements(linked: LinkedFit, entries: Sequence[Entry]) -> dict[tuple[str, str], Agreement]:
    """(task, problem) -> the wrong answer that most give, where those who give it are able.

    That weak entries agree speaks of a common mistake; that they are abler than those who answer
    otherwise speaks against the gold. p is of the rank-sum test of their abilities; under a right
    gold abler entries give a wrong answer less often, so the test is conservative.
    """
    given: dict[tuple[str, str], dict[str, list[float]]] = {}
    rest: dict[tuple[str, str], list[float]] = {}
    for entry, ability in zip(entries, linked.fit.abilities_C.tolist(), strict=True):
        for task in entry.tasks:
            for problem, samples in entry.problems(task).items():
                text, correct = _answer(samples) or ("", True)
                if correct:
                    rest.setdefault((task, problem), []).append(ability)
                else:
                    given.setdefault((task, problem), {}).setdefault(text, []).append(ability)
    found = {}
    for key, answers in given.items():
        text, agreeing = max(answers.items(), key=lambda item: (len(item[1]), item[0]))
        others = [
            *rest.get(key, []),
            *(a for t, some in answers.items() if t != text for a in some),
        ]
        if len(agreeing) >= FEWEST and len(agreeing) > len(others) > 0:
            test = require("scipy.stats", "stats").mannwhitneyu(
                agreeing, others, alternative="greater"
            )
            if test.pvalue < LEVEL:
                found[key] = (len(agreeing), text[:LONGEST], float(test.pvalue))
    return found


def _answer(samples: Sequence[ScoredSample]) -> tuple[str, bool] | None:
    """The answer that most samples give, and whether it is correct; None without an answer."""
    given = Counter(
        (sample.extracted.strip(), sample.correct)
        for sample in samples
        if sample.extracted is not None
    )
    return given.most_common(1)[0][0] if given else None
