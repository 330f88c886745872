"""How the server makes verdicts: in worker processes that can be killed, or in the sandbox.

Math and logic are checked in workers with a hard deadline per check; programs run in the sandbox,
which has deadlines of its own. In both cases only a thread of this process waits. A lane lets
`size` checks run at a time. A check that takes longer than `PATIENCE` moves to one of the lane's
`spare` places and lets the next one begin, so that a few slow checks delay nobody.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, TypedDict

from ..sandbox.defaults import default_sandbox
from ..sandbox.errors import UsageError
from ..tasks import Problem, Verdict
from ..tasks.registry import DOMAINS, names
from ..tasks.verdict import checker_error, wrong
from ..tasks.workers import WorkerError, WorkerMemoryError, WorkerPool, WorkerTimeoutError
from .adapters.ground_truth import CODE_SOURCES, task_of
from .adapters.openrlhf import source_and_info, verdicts_of
from .deprioritize import Deprioritizer
from .lookup import Lookup

CHECK_SECONDS = 60.0
"""Hard deadline of a check in a worker, including the loading of a suite's file."""
PATIENCE = 0.5
"""Seconds after which a running check makes room for the next one."""
WORKER_MEMORY_MB = 8192

Inline = Mapping[str, Any]


class Job(TypedDict, total=False):
    """One check as plain JSON: a completion of a problem, or a row of OpenRLHF."""

    task: str
    id: str | None
    problem: Inline | None
    completion: str
    query: str
    prompt: str
    label: Any


def verdict_of(lookup: Lookup, job: Job) -> Verdict:
    """Check in this thread. Raises UsageError for an unknown task, id or label."""
    if "query" in job:
        return verdicts_of([job["query"]], [job["prompt"]], [job["label"]], lookup)[0]
    given = job.get("problem")
    if given is None:
        suite, problem = lookup.by_id(job["task"], job.get("id") or "")
    else:
        suite = lookup.suite(job["task"])
        meta = dict(given["meta"])
        problem = Problem(given["id"], suite.name, given["prompt"], given["answer"], meta)
    return suite.verify(problem, job["completion"])


@cache
def _lookup(options: str) -> Lookup:
    return Lookup(json.loads(options))


def answer(options: str, job: Job) -> dict[str, Any]:
    """Runs in a worker: the verdict as plain data, or the caller's mistake in one line."""
    try:
        verdict = verdict_of(_lookup(options), job)
    except UsageError as mistake:
        return {"mistake": str(mistake)}
    plain: dict[str, Any] = json.loads(json.dumps(verdict.model_dump(), default=str))
    return {"verdict": plain}


class Workers:
    """Check in processes that are killed at the deadline and replaced when they die."""

    def __init__(self, size: int, options: Mapping[str, Any]) -> None:
        self._options = json.dumps(dict(options), sort_keys=True)
        self._pool = WorkerPool(size, memory_mb=WORKER_MEMORY_MB, preload=__name__)
        self._pool.warm()

    def verdict_of(self, job: Job) -> Verdict:
        """The verdict of a worker, or of a second one when the first died.

        Raises UsageError for an unknown task, id or label.
        """
        try:
            return self._ask(job)
        except WorkerError:
            try:
                return self._ask(job)
            except WorkerError as error:
                return checker_error(f"two workers failed at this check: {error}")

    def _ask(self, job: Job) -> Verdict:
        started = time.monotonic()
        try:
            found = self._pool.call(f"{__name__}:answer", self._options, job, seconds=CHECK_SECONDS)
        except WorkerTimeoutError:
            if time.monotonic() - started < CHECK_SECONDS:
                raise  # the worker did not start in time, which is not the completion's fault
            return wrong("timeout", None, f"the check did not end within {CHECK_SECONDS:g} s")
        except WorkerMemoryError:
            return wrong("memory", None, "the check needed more memory than a worker may have")
        if "mistake" in found:
            raise UsageError(found["mistake"])
        return Verdict.model_validate(found["verdict"])

    def close(self) -> None:
        """End the workers."""
        self._pool.close()


class Lane:
    """Run checks in threads: `size` at a time, and up to `spare` slow ones beside them."""

    def __init__(self, name: str, size: int, spare: int) -> None:
        self._free = asyncio.Semaphore(size)
        self._spare = spare
        self._threads = ThreadPoolExecutor(size + spare, thread_name_prefix=name)

    async def run(self, check: Callable[[], Verdict]) -> Verdict:
        """Wait for a place in order of arrival, then for the check."""
        await self._free.acquire()
        moved = False
        try:
            running = asyncio.get_running_loop().run_in_executor(self._threads, check)
            await asyncio.wait({running}, timeout=PATIENCE)
            if not running.done() and self._spare > 0:
                self._spare -= 1
                moved = True
                self._free.release()
            return await running
        finally:
            if moved:
                self._spare += 1
            else:
                self._free.release()

    def close(self) -> None:
        """Wait for the checks that have started."""
        self._threads.shutdown(wait=True)


class Checks:
    """All checks of a server: programs in one lane, everything else in workers in another.

    With `workers=0` math and logic are checked in threads of this process; then nothing can end
    a check that does not end by itself.
    """

    def __init__(self, options: Mapping[str, Any], workers: int | None, programs: int) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
        size = cores if workers is None else max(workers, 1)
        self.lookup = Lookup(options)
        self._workers = None if workers == 0 else Workers(2 * size, options)
        self._quick = Lane("check", size, size)
        self._programs = Lane("program", 2 * cores, programs)
        self._program_places = 2 * cores + programs
        self._deprioritizer = Deprioritizer()
        self._kinds: dict[str, bool] = {}

    async def verdict_of(self, job: Job) -> Verdict:
        """The verdict of one job. Raises UsageError for an unknown task, id or label."""
        loop = asyncio.get_running_loop()
        task = job.get("task")
        if task in self._kinds:
            program = self._kinds[task]
        else:  # loading a task may read a file or wait for the hub
            program = await loop.run_in_executor(None, _is_program, self.lookup, job)
            if task is not None:
                self._kinds[task] = program
        if program or self._workers is None:
            lane = self._programs if program else self._quick
            return await lane.run(lambda: self._here(job, program))
        workers = self._workers
        return await self._quick.run(lambda: workers.verdict_of(job))

    def _here(self, job: Job, program: bool) -> Verdict:
        """Check in this thread, and once more when the check failed on our side."""
        if program:
            with suppress(UsageError):  # without a sandbox the verdict gives the reason
                default_sandbox(self._program_places)  # one place per program that may run
                self._deprioritizer.watch()
        verdict = verdict_of(self.lookup, job)
        return verdict_of(self.lookup, job) if verdict.score is None else verdict

    def close(self) -> None:
        """Wait for the checks that have started, and end the workers."""
        self._quick.close()
        self._programs.close()
        self._deprioritizer.close()
        if self._workers is not None:
            self._workers.close()


def _is_program(lookup: Lookup, job: Job) -> bool:
    """Whether the check runs a program. Raises UsageError for an unknown task."""
    if "query" not in job:
        return _is_code(lookup, job["task"])
    source, _, info = source_and_info(job["label"])
    task = task_of(source)
    if task is not None:
        return _is_code(lookup, task)
    return source in CODE_SOURCES or info.get("ability") == "code"


def _is_code(lookup: Lookup, task: str) -> bool:
    """Whether a task is in the domain code; built-in suites are not loaded for this."""
    base = task.partition(":")[0]
    for domain in DOMAINS:
        if base in names(domain):
            return domain == "code"
    return lookup.suite(task).domain == "code"
