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
from .completions import Recorded, read_completions
from .evaluation import Job, Run, Settings, TaskSpec, run_jobs
from .results import RunFolder

SHOWN = 3


def score_file(
    spec: TaskSpec,
    path: Path,
    *,
    id_field: str | None = None,
    text_field: str | None = None,
    model_name: str | None = None,
    out: str | Path = "results",
    run_id: str | None = None,
    progress: bool = True,
) -> Run:
    """Verify the completions of a file against a suite and store them as a run.

    Ids are the suite's own, or else all of them the numbers of its problems.
    Raises UsageError for ids that the suite does not have; nothing is written then.
    """
    recorded = read_completions(path, id_field, text_field)
    suite = spec.load()
    resolved = _resolve(suite, recorded)
    counts = Counter(problem.id for problem, _ in resolved)
    problems = list({problem.id: problem for problem, _ in resolved}.values())
    renamed = [replace(one, problem_id=problem.id) for problem, one in resolved]
    model = ReplayModel(path.name, renamed, "file")
    if model_name is not None:
        model.identity = ModelIdentity(name=model_name, backend="replay", seeded=True)
    job = Job(spec, suite, problems, counts)
    settings = Settings(samples=max(counts.values()))
    extra = {"scored_file": path.name}
    return run_jobs(model, [job], settings, out=out, run_id=run_id, progress=progress, extra=extra)


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
    """Whether a number that inspect_ai wrote names a problem by itself, not by its place."""
    place = int(one.problem_id)
    if place == one.row:
        return False  # counted from 0, as lm-eval does, which never writes other ids
    try:
        named = suite.find(one.problem_id)
    except UsageError:
        return False
    return place >= len(suite) or named.id != suite[place].id


@dataclass(frozen=True, slots=True)
class Rescored:
    """A new run beside the old one, and every verdict that changed."""

    run: Run
    changed: list[dict[str, Any]]


class _StoredModel:
    """The completions of a stored run, with their token counts."""

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
            yield Completion(
                request,
                record["completion"],
                prompt_tokens=record.get("prompt_tokens"),
                completion_tokens=record.get("completion_tokens"),
                thinking_tokens=record.get("thinking_tokens"),
                cached_tokens=record.get("cached_tokens"),
                finish_reason=record.get("finish_reason", "stop"),
            )

    def close(self) -> None:
        """Nothing to free."""


def rescore(folder: RunFolder, *, run_id: str | None = None, progress: bool = True) -> Rescored:
    """Verify every stored completion again into a new run; the old one is left as it is.

    Raises UsageError when a suite or one of its problems cannot be found any more.
    """
    manifest = folder.manifest()
    records = {
        (record["suite"], record["problem_id"], record["sample"]): record
        for record in folder.samples()
    }
    if not records:
        raise UsageError(f"run {folder.run_id!r} has no samples to verify")
    jobs = [_stored_job(task, list(records)) for task in manifest["config"]["tasks"]]
    stored = manifest["model"]
    identity = ModelIdentity(
        name=stored["name"], backend=stored["backend"], revision=stored.get("revision"),
        seeded=stored.get("seeded", False), details=stored.get("details", {}),
    )  # fmt: skip
    config = manifest["config"]
    sampling = Sampling(**{**config["sampling"], "stop": tuple(config["sampling"]["stop"])})
    settings = Settings(
        samples=config["samples"], sampling=sampling, seed=config["seed"], limit=config["limit"]
    )
    run = run_jobs(
        _StoredModel(identity, records), [job for job in jobs if job.problems], settings,
        out=folder.path.parent.parent, run_id=run_id or _next_id(folder), progress=progress,
        extra={"rescored_from": folder.run_id},
    )  # fmt: skip
    return Rescored(run, list(_changes(records, run.folder)))


def _stored_job(task: Mapping[str, Any], keys: Sequence[tuple[str, str, int]]) -> Job:
    spec = TaskSpec(task["name"], task["options"])
    suite = spec.load()
    counts: dict[str, int] = {}
    for name, problem_id, sample in keys:
        if name == suite.name:
            counts[problem_id] = max(counts.get(problem_id, 0), sample + 1)
    problems = [suite.find(problem_id) for problem_id in counts]
    return Job(spec, suite, problems, counts)


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
