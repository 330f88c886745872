"""Verdicts without generation: score another tool's completions, rescore a stored run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite
from .backends.contract import Completion, ModelIdentity, Request, Sampling
from .backends.replay import ReplayModel
from .checking import EngineChoice, opened_engine
from .completions import Recorded, read_completions
from .evaluation import EvalSettings, Run, TaskPlan, TaskSpec, run_plans
from .evaluation.problem_lines import StoredPrompts
from .evaluation.reuse import completion_of
from .results import RunFolder

SHOWN = 3


def score_file(
    spec: TaskSpec,
    path: Path,
    *,
    fields: tuple[str | None, str | None] = (None, None),
    model_name: str | None = None,
    out: str | Path = "results",
    run_id: str | None = None,
    progress: bool = True,
    engine: EngineChoice = "local",
) -> Run:
    """Verify the completions of a file against a suite and store them as a run.

    `fields` names the fields of the problem's id and of the completion (the usual names when
    None); `model_name` is who wrote them (the file's name when None). The ids are the suite's
    own, or all of them are the numbers of its problems. `engine` makes the verdicts.
    Raises UsageError for ids that the suite does not have; nothing is written then.
    """
    recorded = read_completions(path, *fields)
    suite = spec.load()
    resolved = _resolve(suite, recorded)
    counts = Counter(problem.id for problem, _ in resolved)
    problems = list({problem.id: problem for problem, _ in resolved}.values())
    renamed = [replace(one, problem_id=problem.id) for problem, one in resolved]
    model = ReplayModel(path.name, renamed, "file")
    if model_name is not None:
        model.identity = ModelIdentity(name=model_name, backend="replay", seeded=True)
    plan = TaskPlan(spec, suite, problems, counts)
    settings = EvalSettings(
        samples=max(counts.values()), out=Path(out), run_id=run_id, progress=progress
    )
    with opened_engine(engine) as checking:
        return run_plans(model, [plan], settings, {"scored_file": path.name}, checking)


def _resolve(suite: Suite, recorded: Sequence[Recorded]) -> list[tuple[Problem, Recorded]]:
    """The problem of each completion. Raises UsageError naming ids that the suite lacks."""
    counted = all(one.row is not None and 0 <= one.row < len(suite) for one in recorded)
    if counted and recorded[0].counted and not any(_own_id(suite, one) for one in recorded):
        return [(suite[one.row or 0], one) for one in recorded]
    resolved: list[tuple[Problem, Recorded]] = []
    unknown: list[Recorded] = []
    for one in recorded:
        try:
            resolved.append((suite.find(one.problem_id), one))
        except UsageError:
            unknown.append(one)
    if not unknown:
        return resolved
    if counted:
        return [(suite[one.row or 0], one) for one in recorded]
    shown = ", ".join(f"{one.problem_id!r} ({one.where})" for one in unknown[:SHOWN])
    raise UsageError(
        f"task {suite.name!r} split {suite.split!r} lacks {len(unknown)} of the "
        f"{len(recorded)} ids, as {shown}; its ids look like {suite[0].id!r}"
    )


def _own_id(suite: Suite, one: Recorded) -> bool:
    """Whether a number that inspect_ai wrote is a problem's id, not its position."""
    place = int(one.problem_id)
    if place == one.row:
        return False  # counted from 0: lm-eval, which writes positions only
    try:
        named = suite.find(one.problem_id)
    except UsageError:
        return False
    return place >= len(suite) or named.id != suite[place].id


@dataclass(frozen=True, slots=True)
class Rescored:
    """The new run, and every verdict that changed."""

    run: Run
    changed: list[dict[str, Any]]


class _StoredModel:
    """The completions of a stored run, with their token counts."""

    recorded = True

    def __init__(self, identity: ModelIdentity, records: Mapping[Any, Mapping[str, Any]]) -> None:
        self.identity = identity
        self._records = records

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield the stored completion of each request."""
        for request in requests:
            key = (request.suite.name, request.problem.id, request.sample)
            record = self._records.get(key)
            if record is None:
                yield Completion(request, "", finish_reason="error", error="never generated")
                continue
            yield completion_of(request, record)

    def close(self) -> None:
        """Nothing to free."""


def rescore(
    folder: RunFolder,
    *,
    run_id: str | None = None,
    progress: bool = True,
    engine: EngineChoice = "local",
) -> Rescored:
    """Verify every stored completion again into a new run; the old run is left as it is.

    `engine` makes the verdicts; those that its store has are not made again.
    Raises UsageError when a suite or one of its problems cannot be found any more.
    """
    manifest = folder.manifest()
    records = {
        (record["suite"], record["problem_id"], record["sample"]): record
        for record in folder.samples()
    }
    if not records:
        raise UsageError(f"run {folder.run_id!r} has no samples to verify")
    config = manifest["config"]
    asked = StoredPrompts.of(folder)
    plans = [_stored_plan(task, list(records), asked) for task in config["tasks"]]
    stored = manifest["model"]
    identity = ModelIdentity(
        name=stored["name"], backend=stored["backend"], revision=stored.get("revision"),
        seeded=stored.get("seeded", False), details=stored.get("details", {}),
    )  # fmt: skip
    settings = EvalSettings(
        samples=config["samples"],
        sampling=Sampling(**{**config["sampling"], "stop": tuple(config["sampling"]["stop"])}),
        seed=config["seed"],
        limit=config["limit"],
        out=folder.path.parent.parent,
        run_id=run_id or _next_id(folder),
        progress=progress,
    )
    model = _StoredModel(identity, records)
    found = [plan for plan in plans if plan.problems]
    with opened_engine(engine) as checking:
        run = run_plans(model, found, settings, {"rescored_from": folder.run_id}, checking)
    return Rescored(run, list(_changes(records, run.folder)))


def _stored_plan(
    task: Mapping[str, Any], keys: Sequence[tuple[str, str, int]], asked: StoredPrompts
) -> TaskPlan:
    spec = TaskSpec(task["name"], task["options"])
    suite = spec.load()
    counts: dict[str, int] = {}
    for name, problem_id, sample in keys:
        if name == suite.name:
            counts[problem_id] = max(counts.get(problem_id, 0), sample + 1)
    problems = [suite.find(problem_id) for problem_id in counts]
    return TaskPlan(spec, suite, problems, counts, asked)


def _next_id(folder: RunFolder) -> str:
    number = 1
    while (folder.path.parent / f"{folder.run_id}.rescored-{number}").exists():
        number += 1
    return f"{folder.run_id}.rescored-{number}"


def _changes(records: Mapping[Any, Mapping[str, Any]], new: RunFolder) -> Iterator[dict[str, Any]]:
    for record in new.samples():
        key = (record["suite"], record["problem_id"], record["sample"])
        before, after = records[key]["verdict"], record["verdict"]
        if before["status"] != after["status"]:
            yield {
                "suite": key[0], "problem_id": key[1], "sample": key[2],
                "before": before["status"], "after": after["status"], "reason": after["reason"],
            }  # fmt: skip
