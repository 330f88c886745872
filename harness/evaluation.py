"""Run models on suites: requests -> completions -> verdicts -> durable records -> numbers.

Verification overlaps generation: while the model works, threads wait for the checks of what it
has answered. Every record is written whole before the next; what is missing after a crash, a
Ctrl-C or a failed request is exactly what `resume` asks the model for again.
"""

import hashlib
import itertools
import os
import platform
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm import tqdm

from ..sandbox import isolation_in_use
from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite, Verdict, load
from .backends import load_model
from .backends.contract import Completion, Model, Request, Sampling
from .metrics import Scored, summarize
from .results import RunFolder, SampleWriter, create_run, new_run_id, open_run, write_json

PACKAGES = ("assay", "torch", "transformers", "sympy", "numpy", "openai")
Key = tuple[str, str, int]
"""(suite, problem id, sample): what a record is of."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A suite by name with the options it is loaded with."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Suite:
        """The suite. Raises UsageError."""
        return load(self.name, **self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides the content of a run, and must be equal to resume it."""

    samples: int = 1
    sampling: Sampling = field(default_factory=Sampling)
    seed: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: where it is stored and its numbers by suite."""

    folder: RunFolder
    summary: dict[str, Any]

    @property
    def run_id(self) -> str:
        return self.folder.run_id

    @property
    def accuracy(self) -> dict[str, float | None]:
        """Accuracy by suite."""
        return {name: numbers["accuracy"] for name, numbers in self.summary["suites"].items()}


@dataclass(frozen=True, slots=True)
class Job:
    """The problems of one suite that a run covers."""

    spec: TaskSpec
    suite: Suite
    problems: list[Problem]
    samples: Mapping[str, int]
    """Samples wanted of each problem id."""

    def requests(self, seed: int, done: set[Key]) -> Iterator[Request]:
        """The requests that are still to be answered, in order."""
        for problem in self.problems:
            for sample in range(self.samples[problem.id]):
                if (self.suite.name, problem.id, sample) not in done:
                    own = sample_seed(seed, self.suite.name, problem.id, sample)
                    yield Request(self.suite, problem, sample, own)

    def size(self) -> int:
        return sum(self.samples[problem.id] for problem in self.problems)


def sample_seed(seed: int, suite: str, problem_id: str, sample: int) -> int:
    """The seed of one sample: 63 bits of a hash, so that no two samples share one."""
    text = f"{seed}/{suite}/{problem_id}/{sample}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


def prompt_hash(problem: Problem) -> str:
    """16 hex digits that tell two prompts apart."""
    return hashlib.sha256(problem.prompt.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def suite_hash(problems: Iterable[Problem]) -> str:
    """sha256 over the ids, prompts and answers that a run covers."""
    digest = hashlib.sha256()
    for problem in problems:
        for text in (problem.id, problem.prompt, problem.answer):
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def make_job(task: str | TaskSpec | Suite, settings: Settings) -> Job:
    """The job of one task. Raises UsageError for an unknown task or a bad limit."""
    if settings.samples < 1:
        raise UsageError(f"--samples {settings.samples}: use at least 1")
    if settings.limit is not None and settings.limit < 1:
        raise UsageError(f"--limit {settings.limit}: use at least 1")
    if isinstance(task, Suite):
        spec, suite = TaskSpec(task.name, {"split": task.split}), task
    else:
        spec = TaskSpec(task) if isinstance(task, str) else task
        suite = spec.load()
    problems = list(itertools.islice(suite, settings.limit))
    return Job(spec, suite, problems, {problem.id: settings.samples for problem in problems})


def evaluate(
    model: Model | str,
    suites: Sequence[str | TaskSpec | Suite],
    samples: int = 1,
    *,
    sampling: Sampling | None = None,
    seed: int = 0,
    limit: int | None = None,
    out: str | Path = "results",
    run_id: str | None = None,
    resume: bool = False,
    workers: int | None = None,
    progress: bool = True,
) -> Run:
    """Sample a model on suites, verify, store under `out/runs/run_id`, and summarise.

    `model` is a backend, or a name that `load_model` opens. `workers` bounds the checks under
    way at once. Raises UsageError for a user's mistake (then nothing is left half-written) and
    KeyboardInterrupt after a clean stop.
    """
    settings = Settings(samples=samples, sampling=sampling or Sampling(), seed=seed, limit=limit)
    jobs = [make_job(task, settings) for task in suites]
    opened = load_model(model) if isinstance(model, str) else model
    try:
        return run_jobs(
            opened, jobs, settings, out=out, run_id=run_id, resume=resume, workers=workers,
            progress=progress,
        )  # fmt: skip
    finally:
        if opened is not model:
            opened.close()


def run_jobs(
    model: Model,
    jobs: Sequence[Job],
    settings: Settings,
    *,
    out: str | Path = "results",
    run_id: str | None = None,
    resume: bool = False,
    workers: int | None = None,
    progress: bool = True,
    extra: Mapping[str, Any] | None = None,
) -> Run:
    """Run prepared jobs; `extra` goes into the manifest. See `evaluate`."""
    if not jobs:
        raise UsageError("there is no task to run: name at least one")
    names = [job.suite.name for job in jobs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"task {name!r} is named twice")
    config = _config(model, jobs, settings)
    isolation = _isolation(jobs)
    folder = _folder(config, model, out, run_id, resume, {"sandbox": isolation, **(extra or {})})
    started = perf_counter()
    with SampleWriter(folder) as writer:
        done = {_key(record) for record in folder.samples()}
        recorder = _Recorder(writer, jobs, done, progress)
        try:
            failures = _drive(model, jobs, settings, recorder, workers or _default_workers())
        finally:
            recorder.close()
    summary = summarize_run(folder, jobs)
    summary |= {"errors": failures, "seconds": round(perf_counter() - started, 3)}
    write_json(folder.summary_path, summary)
    return Run(folder, summary)


def summarize_run(folder: RunFolder, jobs: Sequence[Job]) -> dict[str, Any]:
    """The numbers of a run from its records; a sample recorded twice counts once."""
    records: dict[str, dict[str, dict[int, Scored]]] = {}
    for record in folder.samples():
        by_problem = records.setdefault(record["suite"], {})
        scored = Scored.of(record)
        by_problem.setdefault(record["problem_id"], {}).setdefault(record["sample"], scored)
    suites = {}
    missing = 0
    for job in jobs:
        found = records.get(job.suite.name, {})
        missing += job.size() - sum(len(samples) for samples in found.values())
        suites[job.suite.name] = _suite_numbers(job, found)
    return {"suites": suites, "missing": missing}


def _suite_numbers(job: Job, found: dict[str, dict[int, Scored]]) -> dict[str, Any]:
    by_id = {problem.id: problem for problem in job.problems}
    groups = {
        key: [samples[number] for number in sorted(samples)] for key, samples in found.items()
    }

    def same(problem: Problem) -> Any:
        return lambda first, second: job.suite.same_answer(problem, first, second)

    numbers = summarize(groups, {key: same(by_id[key]) for key in groups if key in by_id})
    return {"domain": job.suite.domain, "split": job.suite.split, **numbers.as_dict()}


def _config(model: Model, jobs: Sequence[Job], settings: Settings) -> dict[str, Any]:
    """What two runs must share to be one run: compared field by field on resume."""
    identity = asdict(model.identity)
    return {
        "model": identity["name"],
        "revision": identity["revision"],
        "tasks": [
            {
                "name": job.suite.name,
                "options": {key: str(v) if isinstance(v, Path) else v
                            for key, v in job.spec.options.items()},
                "problems": len(job.problems),
                "hash": suite_hash(job.problems),
            }
            for job in jobs
        ],
        "samples": settings.samples,
        "sampling": {**asdict(settings.sampling), "stop": list(settings.sampling.stop)},
        "seed": settings.seed,
        "limit": settings.limit,
    }  # fmt: skip


def _folder(
    config: dict[str, Any],
    model: Model,
    out: str | Path,
    run_id: str | None,
    resume: bool,
    extra: Mapping[str, Any],
) -> RunFolder:
    if resume:
        if run_id is None:
            raise UsageError("--resume needs --run-id: which run to resume")
        folder = open_run(run_id, out)
        _refuse_other_config(folder, config)
        return folder
    manifest = {
        "config": config,
        "model": asdict(model.identity),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "hardware": hardware(),
        **extra,
    }
    return create_run(out, run_id or new_run_id(model.identity.name), manifest)


def _isolation(jobs: Sequence[Job]) -> dict[str, Any] | None:
    """What will stand between the programs and the machine; None when no job runs programs.

    Raises UsageError here, before anything is generated, where no sandbox works.
    """
    return isolation_in_use() if any(job.suite.domain == "code" for job in jobs) else None


def _refuse_other_config(folder: RunFolder, config: dict[str, Any]) -> None:
    stored = folder.manifest().get("config", {})
    differing = [key for key in config if stored.get(key) != config[key]]
    if differing:
        told = "; ".join(f"{key}: {_brief(stored.get(key))} there, {_brief(config[key])} now"
                         for key in differing)  # fmt: skip
        raise UsageError(f"run {folder.run_id!r} was started with another configuration: {told}")


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def hardware() -> dict[str, Any]:
    """The machine in a few words: system, processor, cores, accelerators (if torch is loaded)."""
    torch = sys.modules.get("torch")
    accelerators = []
    if torch is not None and torch.cuda.is_available():
        accelerators = [
            torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())
        ]
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "accelerators": accelerators,
    }


def _default_workers() -> int:
    # Most checks wait for a process of the sandbox, so a few more threads than cores pay.
    return 2 * (os.cpu_count() or 1)


def _key(record: Mapping[str, Any]) -> Key:
    return record["suite"], record["problem_id"], record["sample"]


def _drive(
    model: Model,
    jobs: Sequence[Job],
    settings: Settings,
    recorder: "_Recorder",
    workers: int,
) -> dict[str, Any]:
    """Generate, verify and record until nothing is left; what failed to generate, counted."""
    requests = itertools.chain.from_iterable(
        job.requests(settings.seed, recorder.done) for job in jobs
    )
    failed, last = 0, ""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="verify")
    under_way: set[Future[None]] = set()
    completions = model.generate(requests, settings.sampling)
    try:
        for completion in completions:
            if completion.finish_reason == "error":
                failed, last = failed + 1, completion.error or "unknown"
                recorder.skip(completion)
                continue
            under_way.add(pool.submit(recorder.verify, completion))
            under_way = _settle(under_way, keep=4 * workers)
        _settle(under_way, keep=0)
    finally:
        closing = getattr(completions, "close", None)
        if closing is not None:
            closing()
        # What was generated is verified and kept, also after a Ctrl-C.
        pool.shutdown(wait=True)
    return {"count": failed, "last": last}


def _settle(under_way: set[Future[None]], keep: int) -> set[Future[None]]:
    """Wait until at most `keep` checks are under way; raises what a check raised."""
    while len(under_way) > keep:
        finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for check in finished:
            check.result()
    return under_way


class _Recorder:
    """Verifies completions, writes their records, and keeps one bar a suite."""

    def __init__(
        self, writer: SampleWriter, jobs: Sequence[Job], done: set[Key], progress: bool
    ) -> None:
        self.done = done
        self._writer = writer
        self._lock = threading.Lock()
        self._tallies = {
            job.suite.name: _Tally(job, sum(key[0] == job.suite.name for key in done), progress)
            for job in jobs
        }

    def verify(self, completion: Completion) -> None:
        """Check one completion and write its record."""
        request = completion.request
        verdict = request.suite.verify(request.problem, completion.text)
        if completion.finish_reason == "length" and verdict.status == "no_answer":
            verdict = verdict.model_copy(update={"status": "truncated"})
        self._writer.append(record_of(completion, verdict))
        with self._lock:
            self._tallies[request.suite.name].add(completion, verdict)

    def skip(self, completion: Completion) -> None:
        """A request that failed: no record, so that it is asked again on resume."""
        with self._lock:
            self._tallies[completion.request.suite.name].fail()

    def close(self) -> None:
        """Close the bars."""
        for tally in self._tallies.values():
            tally.close()


class _Tally:
    """The live numbers of one suite; its bar appears with its first sample."""

    def __init__(self, job: Job, done: int, progress: bool) -> None:
        self.job = job
        self.done = done
        self.progress = progress
        self.scored = self.correct = self.tokens = self.failed = 0
        self.started = perf_counter()
        self._bar: tqdm[Any] | None = None

    def add(self, completion: Completion, verdict: Verdict) -> None:
        self.scored += verdict.score is not None
        self.correct += verdict.correct
        self.tokens += completion.completion_tokens or 0
        bar = self._show()
        bar.update()
        if bar.n == bar.total:
            bar.close()

    def fail(self) -> None:
        self.failed += 1
        self._show()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _show(self) -> "tqdm[Any]":
        if self._bar is None:
            self.started = perf_counter()
            self._bar = tqdm(
                total=self.job.size(), initial=self.done, desc=self.job.suite.name,
                disable=not self.progress, unit="sample", dynamic_ncols=True,
            )  # fmt: skip
        shown: dict[str, Any] = {}
        if self.scored:
            shown["accuracy"] = f"{self.correct / self.scored:.1%}"
        if self.tokens:
            shown["tok/s"] = f"{self.tokens / (perf_counter() - self.started):.0f}"
        if self.failed:
            shown["failed"] = self.failed
        self._bar.set_postfix(shown, refresh=False)
        return self._bar


def record_of(completion: Completion, verdict: Verdict) -> dict[str, Any]:
    """One line of `samples.jsonl`. It holds no timing, so that equal runs are equal files."""
    request = completion.request
    return {
        "suite": request.suite.name,
        "problem_id": request.problem.id,
        "sample": request.sample,
        "prompt_hash": prompt_hash(request.problem),
        "completion": completion.text,
        "finish_reason": completion.finish_reason,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        "thinking_tokens": completion.thinking_tokens,
        "cached_tokens": completion.cached_tokens,
        "verdict": verdict.model_dump(mode="json", exclude={"seconds"}),
    }
