"""Read the stored runs of a results folder: what each sat, how far it came, and what is damaged.

A run that cannot be read is named with the reason, and the others are still read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...sandbox.errors import UsageError
from ..metrics import ScoredSample
from ..results import RunFolder
from .cost import price_from

Groups = dict[str, list[ScoredSample]]
"""problem (its id and the hash of its prompt) -> its samples, in order."""
REFUSALS = ("refusal", "content_filter")
"""Endings of a completion by which the model or its server refuses to answer."""
State = Literal["finished", "unfinished", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a run that a reader of the leaderboard must know."""

    run: str
    """The name of the run's folder."""
    message: str
    shown: bool = False
    """Whether the run is on the leaderboard in spite of it."""


class _Model(BaseModel):
    name: str
    revision: str | None = None
    price: dict[str, Any] | None = None
    details: dict[str, Any] | None = None


class _Task(BaseModel):
    name: str
    options: dict[str, Any] = {}
    problems: int | None = None


class _Config(BaseModel):
    tasks: list[_Task] = []
    samples: int = 1
    seed: int | None = None
    sampling: dict[str, Any] = {}


class _Manifest(BaseModel):
    """The part of a manifest that the leaderboard needs."""

    model_config = ConfigDict(extra="ignore")

    model: _Model
    config: _Config = Field(default_factory=_Config)
    started: str = ""


@dataclass(slots=True)
class RunData:
    """The data of one run, or of several pooled runs, for the leaderboard."""

    folder: RunFolder
    manifest: dict[str, Any]
    suites: dict[str, Groups] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    votes: dict[str, dict[str, float]] = field(default_factory=dict)
    """suite -> k -> maj@k under the suite's own equality, from `summary.json`."""
    state: State = "finished"
    done: int = 0
    """Samples that are stored."""
    wanted: int | None = None
    """Samples that the run was to have; None when the manifest does not say."""
    damaged: int = 0
    """Lines of `samples.jsonl` that are not records."""
    reason: str = ""
    """Why the run is not finished."""
    bundle: str = ""
    """The SHA-256 of the bundle that it comes from; empty for a run that was stored here."""

    @property
    def run_id(self) -> str:
        """The name of the run."""
        return self.folder.run_id

    @property
    def model(self) -> str:
        """The name of the model."""
        return str(self.manifest["model"]["name"])

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the run."""
        found: dict[str, Any] = self.manifest.get("config", {})
        return found


def read_runs(out: Path) -> tuple[list[RunData], list[Notice]]:
    """Every run under `out` by id, and a notice of each that is damaged or doubtful."""
    runs: list[RunData] = []
    notices: list[Notice] = []
    owners: dict[str, str] = {}
    for path in _folders(out):
        try:
            run = read_run(RunFolder(path))
        except UsageError as error:
            notices.append(Notice(path.name, str(error)))
            continue
        own = str(run.manifest.get("run_id", path.name))
        # The folder that is named after the id is the run; the other one is its copy.
        if own != path.name and (own in owners or (path.parent / own).is_dir()):
            notices.append(Notice(path.name, f"holds the run {own!r}, which {own} holds already"))
            continue
        if own in owners:
            notices.append(
                Notice(path.name, f"holds the run {own!r}, which {owners[own]} holds already")
            )
            continue
        owners[own] = path.name
        runs.append(run)
        notices += _doubts(run)
    return runs, notices


def _folders(out: Path) -> list[Path]:
    runs = out / "runs"
    if not runs.is_dir():
        return []
    return sorted(path for path in runs.iterdir() if path.is_dir() and path.name[0] != ".")


def _doubts(run: RunData) -> list[Notice]:
    """Damaged lines, and suites that this version does not have."""
    from ...tasks.registry import options_of

    found = []
    if run.damaged:
        lines = "line is" if run.damaged == 1 else "lines are"
        message = f"{run.damaged} {lines} damaged in {run.folder.samples_path} and left out"
        found.append(Notice(run.run_id, message, shown=True))
    gone = []
    for suite in run.suites:
        try:
            options_of(suite)
        except UsageError:
            gone.append(suite)
    if gone:
        message = (
            f"sat {', '.join(map(repr, gone))}, which this version does not have: its stored "
            "scores are shown, but its problems cannot be checked"
        )
        found.append(Notice(run.run_id, message, shown=True))
    return found


def read_run(folder: RunFolder) -> RunData:
    """Read a stored run. Raises UsageError when it is malformed or of another version."""
    if not folder.manifest_path.exists():
        raise UsageError(f"{folder.manifest_path} is missing")
    data = RunData(folder, folder.manifest())
    try:
        manifest = _Manifest.model_validate(data.manifest)
    except ValidationError as error:
        first = error.errors()[0]
        field_name = ".".join(map(str, first["loc"]))
        raise UsageError(f"{folder.manifest_path}: {field_name}: {first['msg']}") from error
    if manifest.model.price:
        price_from(manifest.model.price, str(folder.manifest_path))
    try:
        summary = folder.summary()
        _read_samples(data)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error
    by_suite = _numbers(summary or {})
    for suite in data.suites:
        one = by_suite.get(suite) or {}
        data.domains[suite] = one.get("domain") or _domain(suite)
        data.votes[suite] = one.get("maj_at") or {}
    _judge_state(data, manifest.config, summary)
    return data


def _read_samples(data: RunData) -> None:
    """Read the samples, each once; lines that are not records are counted and left out."""
    seen = set()
    read = 0
    for record in data.folder.samples():
        read += 1
        key = record["suite"], record["problem_id"], record["sample"]
        if key in seen:
            continue
        seen.add(key)
        problem = f"{record['problem_id']}@{record.get('prompt_hash')}"
        scored = ScoredSample.of(record)
        data.suites.setdefault(record["suite"], {}).setdefault(problem, []).append(scored)
    data.done = len(seen)
    if data.folder.samples_path.exists():
        with data.folder.samples_path.open("rb") as file:
            data.damaged = sum(line.endswith(b"\n") for line in file) - read


def _domain(suite: str) -> str:
    from ...tasks.registry import DOMAINS, names

    base = suite.partition(":")[0]
    return next((domain for domain in DOMAINS if base in names(domain)), "other")


def _numbers(summary: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The numbers by suite of a summary."""
    found = summary.get("suites")
    return found if isinstance(found, dict) else {}


def _judge_state(data: RunData, config: _Config, summary: Mapping[str, Any] | None) -> None:
    """Whether the run is finished, how much of it is missing, and why."""
    if summary is not None:
        stored = sum(one.get("samples") or 0 for one in _numbers(summary).values())
        data.wanted = max(data.done, stored) + int(summary.get("missing") or 0)
        missing = data.wanted - data.done
        last = (summary.get("errors") or {}).get("last") or ""
        if missing:
            why = f": {last}" if last else ""
            data.reason = f"{missing} of {data.wanted} samples are missing{why}"
    else:
        sizes = [task.problems for task in config.tasks]
        if sizes and None not in sizes:
            data.wanted = config.samples * sum(size or 0 for size in sizes)
        of = "" if data.wanted is None else f" of {data.wanted}"
        if data.wanted is None or data.done < data.wanted:
            data.reason = f"stopped after {data.done}{of} samples"
    if not data.done:
        data.state = "failed"
        data.reason = data.reason or "it has no samples"
    elif data.reason:
        data.state = "unfinished"


def outcome_counts(groups: Iterable[Groups]) -> dict[str, int]:
    """How many samples came out how: the status of the verdict, or `refused`."""
    found = Counter(
        _outcome(sample) for one in groups for samples in one.values() for sample in samples
    )
    return dict(sorted(found.items()))


def _outcome(sample: ScoredSample) -> str:
    """`refused` where the model or its server would not answer."""
    refused = sample.finish_reason in REFUSALS and sample.status == "no_answer"
    return "refused" if refused else sample.status
