"""Sample a model on the problems of a task until each one's verdict is decided.

A round asks for the next batch of samples of every open problem. All samples are those of one
stored run, so a stopped curation goes on from there, and other limits use what is stored.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from ...tasks import Suite
from ..backends.contract import Model
from ..checking import Engine
from ..evaluation import EvalSettings, Run, TaskPlan, TaskSpec, plan_task, run_plans
from ..results import open_run
from .estimates import CuratedItem, item_of
from .rule import CurationLimits, StoppingRule, design

SPARE = 2
"""Batches that are asked for beside `most`, for samples that no checker could judge."""


@dataclass(frozen=True, slots=True)
class Curation:
    """The verdicts on a task."""

    suite: Suite
    rule: StoppingRule
    items: list[CuratedItem]
    unjudged: list[str]
    """Problems without a verdict: requests failed, or the checker did."""
    run: Run

    @property
    def samples(self) -> int:
        """The samples that decided the verdicts."""
        return sum(item.samples for item in self.items)


def curate(
    model: Model,
    task: str | TaskSpec | Suite,
    limits: CurationLimits | None = None,
    settings: EvalSettings | None = None,
    engine: Engine | None = None,
) -> Curation:
    """Decide for every problem whether it is hard, useful or easy for a model.

    `settings` say how completions are sampled, and where the run is stored; with a temperature of
    0 all samples of a problem are the same. Raises UsageError for a user's mistake, and
    KeyboardInterrupt after a clean stop.
    """
    settings = settings or EvalSettings()
    rule = design(limits or CurationLimits())
    extent = settings.extent()
    plan = plan_task(task, extent=extent, prompts=settings.prompts)
    outcomes = _stored(settings) if settings.resume else {}
    with settings.opened() if engine is None else nullcontext(engine) as checking:
        while True:
            wanted = {
                problem.id: _wanted(outcomes.get(problem.id, []), rule) for problem in plan.problems
            }
            run = _round(model, plan, wanted, settings, checking)
            settings = settings.model_copy(update={"resume": True, "run_id": run.run_id})
            before, outcomes = outcomes, _stored(settings)
            enough = all(
                _wanted(found, rule) == wanted[problem] for problem, found in outcomes.items()
            )
            if enough or outcomes == before:
                break
    items, unjudged = [], []
    for problem in plan.problems:
        item = item_of(problem.id, _scored(outcomes.get(problem.id, [])), rule)
        if item is None:
            unjudged.append(problem.id)
        else:
            items.append(item)
    return Curation(plan.suite, rule, items, unjudged, run)


def _round(
    model: Model, plan: TaskPlan, wanted: Mapping[str, int], settings: EvalSettings, engine: Engine
) -> Run:
    round_plan = TaskPlan(plan.spec, plan.suite, plan.problems, wanted, plan.style)
    most = settings.model_copy(update={"samples": max(wanted.values())})
    return run_plans(model, [round_plan], most, {"curation": True}, engine)


def _stored(settings: EvalSettings) -> dict[str, list[bool | None]]:
    """The outcomes of every problem in the order of the samples; None has no score."""
    folder = open_run(str(settings.run_id), settings.out)
    found: dict[str, dict[int, bool | None]] = defaultdict(dict)
    for record in folder.samples():
        score = record["verdict"]["score"]
        found[record["problem_id"]][record["sample"]] = None if score is None else score == 1
    return {
        problem: [samples[number] for number in sorted(samples)]
        for problem, samples in found.items()
    }


def _scored(outcomes: Sequence[bool | None]) -> list[bool]:
    return [one for one in outcomes if one is not None]


def _wanted(outcomes: Sequence[bool | None], rule: StoppingRule) -> int:
    """How many samples a problem should have after the next round."""
    scored = _scored(outcomes)
    unscored = len(outcomes) - len(scored)
    if item_of("", scored, rule) is not None or unscored > SPARE * rule.limits.batch:
        return len(outcomes)
    following = next((look for look in rule.looks if look > len(scored)), rule.limits.most)
    return max(len(outcomes), following + unscored)
