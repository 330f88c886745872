"""The numbers of a run, from its stored records."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ...tasks import Problem
from ..metrics import ScoredSample, summarize
from ..results import RunFolder
from .endings import counted
from .plan import TaskPlan


def summarize_run(folder: RunFolder, plans: Sequence[TaskPlan]) -> dict[str, Any]:
    """The numbers by suite, and how many samples are missing; a repeated sample counts once."""
    records: dict[str, dict[str, dict[int, ScoredSample]]] = {}
    for record in folder.samples():
        by_problem = records.setdefault(record["suite"], {})
        scored = ScoredSample.of(record)
        by_problem.setdefault(record["problem_id"], {}).setdefault(record["sample"], scored)
    suites = {}
    missing = 0
    for plan in plans:
        found = records.get(plan.suite.name, {})
        missing += plan.size() - sum(len(samples) for samples in found.values())
        endings = Counter(
            scored.finish_reason for group in found.values() for scored in group.values()
        )
        suites[plan.suite.name] = _suite_numbers(plan, found) | {"endings": counted(endings)}
    return {"suites": suites, "missing": missing}


def _suite_numbers(plan: TaskPlan, found: dict[str, dict[int, ScoredSample]]) -> dict[str, Any]:
    by_id = {problem.id: problem for problem in plan.problems}
    groups = {
        key: [samples[number] for number in sorted(samples)] for key, samples in found.items()
    }

    def same(problem: Problem) -> Callable[[str, str], bool]:
        # The votes among more samples compare again what those among fewer compared.
        return cache(lambda first, second: plan.suite.same_answer(problem, first, second))

    numbers = summarize(groups, {key: same(by_id[key]) for key in groups if key in by_id})
    return {"domain": plan.suite.domain, "split": plan.suite.split, **numbers.as_dict()}
