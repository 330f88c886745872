"""The engine: jobs in, verdicts out, in order; equal jobs are checked once, known ones not at all.

What makes the verdicts is behind it: this machine (`local`) or a Ray cluster (`cluster`).
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, get_args

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, Verdict
from ..lookup import Lookup
from .fingerprints import key_of
from .jobs import Job, ResolvedJob, check_of, knows
from .local import LocalChecks
from .store import VerdictStore, open_store
from .verdicts import verdict_or_again

Kind = Literal["local", "ray"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HERE_SECONDS = 0.5
"""Processor time of checks in their callers' threads, before workers are started for the rest."""


class Checks(Protocol):
    """What makes verdicts."""

    name: str

    def submit(self, check: ResolvedJob) -> Future[Verdict]: ...
    def prove_programs(self) -> None: ...
    def close(self, patience: float | None = None) -> None: ...


@dataclass(slots=True)
class EngineCounts:
    """Where the verdicts of an engine came from."""

    checked: int = 0
    """Checks that were made."""
    stored: int = 0
    """Verdicts that the store had."""
    shared: int = 0
    """Verdicts of equal jobs, of which only the first was checked."""

    def since(self, before: "EngineCounts") -> "EngineCounts":
        """What has been added to an earlier copy."""
        return EngineCounts(
            self.checked - before.checked, self.stored - before.stored, self.shared - before.shared
        )

    def as_dict(self) -> dict[str, Any]:
        """For a manifest: the counts, and the share that needed no check."""
        asked = self.checked + self.stored + self.shared
        rate = (self.stored + self.shared) / asked if asked else 0.0
        return {
            "checked": self.checked, "stored": self.stored, "shared": self.shared,
            "hit_rate": round(rate, 4),
        }  # fmt: skip


class Engine:
    """Verifies jobs; any thread may call. Close it, or use it as a context manager."""

    def __init__(
        self, checks: Checks, store: VerdictStore | None = None, lookup: Lookup | None = None
    ) -> None:
        self.checks = checks
        self.store = store
        self.lookup = lookup or Lookup()
        self.counts = EngineCounts()
        self._here_seconds = 0.0
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[bytes, Future[Verdict]] = {}
        """By key: the verdicts that are being made."""

    @property
    def name(self) -> str:
        """The kind of engine: local or ray."""
        return self.checks.name

    def submit(self, job: Job) -> Future[Verdict]:
        """Begin a job. Raises UsageError for an unknown task, id or option, or without a sandbox.

        The future never raises for what a model wrote.
        """
        return self.start(self.find(job))

    def find(self, job: Job) -> ResolvedJob:
        """The suite and the problem of a job. Raises UsageError when one is unknown."""
        return check_of(job, self.lookup)

    def knows(self, job: Job) -> bool:
        """Whether `find` takes no time: nothing has to be loaded, drawn or read."""
        return not job.task or knows(self.lookup, job)

    def start(self, check: ResolvedJob) -> Future[Verdict]:
        """Begin a check, unless it is known or running already."""
        return self._started(check, _key(check))

    def map(self, jobs: Iterable[Job]) -> list[Verdict]:
        """The verdicts of jobs, in order. Raises UsageError as `submit` does."""
        return self._all([check_of(job, self.lookup) for job in jobs])

    def verify(
        self, suite: Suite, problems: Sequence[Problem], completions: Sequence[str]
    ) -> list[Verdict]:
        """The verdicts of a suite's problems and completions, in order."""
        pairs = zip(problems, completions, strict=True)
        return self._all([ResolvedJob(text, suite, problem) for problem, text in pairs])

    def begin(self, suite: Suite, problem: Problem, completion: str) -> Future[Verdict]:
        """Begin the check of one completion of a suite's problem."""
        return self.start(ResolvedJob(completion, suite, problem))

    def verify_one(self, suite: Suite, problem: Problem, completion: str) -> Verdict:
        """The verdict of one completion, for a thread that only waits for it.

        The first math answers are checked in the calling thread, for `HERE_SECONDS` in all: a few
        hundred of them take less time than the start of a worker.
        """
        check = ResolvedJob(completion, suite, problem)
        return self._started(check, _key(check), self._begin_here).result()

    def known(self, suite: Suite, problem: Problem, completion: str) -> Verdict | None:
        """The stored verdict of one completion of a suite's problem, if there is one."""
        if self.store is None or not isinstance(completion, str):
            return None
        key = key_of(ResolvedJob(completion, suite, problem))
        found = None if key is None else self.store.get(key)
        if found is not None:
            self.counts.stored += 1
        return found

    def verdict(self, check: ResolvedJob) -> Verdict:
        """One verdict, waited for.

        A math answer is checked in the calling thread, as `verify_math` does, and its verdict is
        not stored: a worker or the store costs as much as the check, which has deadlines of its
        own, and a trainer rarely samples one completion twice.
        """
        if self.checks.name != "local" or not check.ends_by_itself:
            return self.start(check).result()
        self.counts.checked += 1
        return verdict_or_again(check)

    async def verdict_async(self, job: Job, lookup: Lookup | None = None) -> Verdict:
        """One verdict, awaited: the event loop is free meanwhile. Raises UsageError as `submit`.

        `lookup` finds the task in place of the engine's own.
        """
        found_by = lookup or self.lookup
        if not job.task or knows(found_by, job):
            check = check_of(job, found_by)
        else:
            check = await asyncio.to_thread(check_of, job, found_by)
        if check.runs_program:
            await asyncio.to_thread(self.checks.prove_programs)  # the first call runs programs
        return await asyncio.wrap_future(self.start(check))

    def prove(self, tasks: Iterable[str], options: Mapping[str, Any] | None = None) -> None:
        """Load the tasks, and prove the sandbox if one of them runs programs. Raises UsageError."""
        suites = [self.lookup.suite(task, options) for task in tasks]
        if any(suite.runs_programs for suite in suites):
            self.checks.prove_programs()

    def _all(self, checks: Sequence[ResolvedJob]) -> list[Verdict]:
        futures: dict[bytes | int, Future[Verdict]] = {}
        order: list[bytes | int] = []
        for number, check in enumerate(checks):
            key = _key(check)
            name: bytes | int = number if key is None else key
            order.append(name)
            if name in futures:
                self.counts.shared += 1
            else:
                futures[name] = self._started(check, key)
        return [futures[name].result() for name in order]

    def _begin_here(self, check: ResolvedJob) -> Future[Verdict]:
        local = self.checks.name == "local" and check.ends_by_itself
        if not local or self._here_seconds >= HERE_SECONDS:
            return self.checks.submit(check)
        since = time.thread_time()
        made: Future[Verdict] = Future()
        made.set_result(verdict_or_again(check))
        self._here_seconds += time.thread_time() - since
        return made

    def _started(
        self,
        check: ResolvedJob,
        key: bytes | None,
        begin: Callable[[ResolvedJob], Future[Verdict]] | None = None,
    ) -> Future[Verdict]:
        begin = begin or self.checks.submit
        if key is None:
            self.counts.checked += 1
            return begin(check)
        with self._lock:
            running = self._running.get(key)
            if running is not None:
                self.counts.shared += 1
                return running
        known = None if self.store is None else self.store.get(key)
        future: Future[Verdict] = Future()
        future.set_running_or_notify_cancel()  # a caller that goes away does not end it
        if known is not None:
            self.counts.stored += 1
            future.set_result(known)
            return future
        with self._lock:
            self._running[key] = future
            self.counts.checked += 1
        try:
            begin(check).add_done_callback(lambda made: self._made(key, made, future))
        except BaseException as error:
            with self._lock:
                self._running.pop(key, None)
            future.set_exception(error)
            raise
        return future

    def _made(self, key: bytes, made: Future[Verdict], future: Future[Verdict]) -> None:
        error = made.exception()
        if error is None and self.store is not None:
            self.store.put(key, made.result())
        with self._lock:
            self._running.pop(key, None)
        if error is None:
            future.set_result(made.result())
        else:
            future.set_exception(error)

    def flush(self) -> None:
        """Write what the store has not written yet."""
        if self.store is not None:
            self.store.flush()

    def close(self, patience: float | None = None) -> None:
        """End what makes the verdicts, and close the store. Idempotent.

        What has not begun fails; programs that run are waited for, at most `patience` seconds.
        """
        self.checks.close(patience)
        if self.store is not None:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _key(check: ResolvedJob) -> bytes | None:
    return key_of(check) if isinstance(check.completion, str) else None


def open_engine(
    kind: str = "local",
    *,
    workers: int | None = None,
    address: str | None = None,
    cache: bool = True,
    long_programs: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Engine:
    """Open an engine: "local" for this machine, or "ray" for a running cluster.

    `workers`: processes, on each node (default: ASSAY_WORKERS, else one per core). `address`: of
    the cluster (default: RAY_ADDRESS, else "auto"). `cache`: whether the store of verdicts is
    used. `long_programs`: programs that run for long beside the others. `options`: how every task
    is loaded. Raises UsageError for an unknown kind, and for a cluster that does not answer.
    """
    if kind not in KINDS:
        raise UsageError(f"engine {kind!r}: use {' or '.join(KINDS)}")
    if address is not None and kind != "ray":
        raise UsageError(f"a cluster address ({address!r}) is for the engine ray: leave it out")
    checks: Checks
    if kind == "ray":
        from .cluster import ClusterChecks

        checks = ClusterChecks(address, workers)
    else:
        checks = LocalChecks(workers, long_programs)
    return Engine(checks, open_store() if cache else None, Lookup(options))


_shared: dict[str, Engine] = {}
_shared_lock = threading.Lock()


def engine_of(engine: "str | Engine" = "local") -> Engine:
    """The engine itself, or the one of this kind that the callers of this process share."""
    if isinstance(engine, Engine):
        return engine
    if not isinstance(engine, str):
        raise UsageError(f"engine {engine!r}: use {' or '.join(KINDS)}, or an open engine")
    with _shared_lock:
        if engine not in _shared:
            _shared[engine] = open_engine(engine)
        return _shared[engine]


def close_shared() -> None:
    """Close the shared engines; the next call opens new ones."""
    with _shared_lock:
        engines = list(_shared.values())
        _shared.clear()
    for engine in engines:
        engine.close()


def _renew_lock() -> None:
    global _shared_lock
    _shared_lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)
atexit.register(close_shared)
