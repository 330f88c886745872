"""Checks on this machine: worker processes for math and logic, the sandbox for programs.

A program is checked by a thread of this process, which waits for the sandbox; the sandbox has
processes and deadlines of its own. Everything else goes to worker processes. A suite that workers
could not load (one made by hand) is checked in a thread.
"""

import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from ...sandbox.defaults import default_sandbox
from ...sandbox.errors import UsageError
from ...tasks import Verdict
from ...tasks.verdict import checker_error, wrong
from ...tasks.workers import WorkerError, WorkerMemoryError, WorkerStartError, WorkerTimeoutError
from ..deprioritize import Deprioritizer
from .jobs import ResolvedJob
from .lane import Lane
from .processes import ProcessPool
from .verdicts import WORKER_TARGET, sendable, verdict_from, verdict_or_again
from .worker_process import WorkerSettings

CPU_SECONDS = 60.0
"""Processor time of a check in a worker, including the loading of a suite's file."""
VARIABLE = "ASSAY_WORKERS"
_CGROUP = Path("/sys/fs/cgroup/cpu.max")


def cores() -> int:
    """The cores that this process may use: its affinity, within the quota of its container."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = _CGROUP.read_text().split()
        count = min(count or 1, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # no quota, or "max"
        pass
    return max(1, count or 1)


def worker_count(given: int | None) -> int:
    """The number of workers: as given, else ASSAY_WORKERS, else one per core. Raises UsageError."""
    said = os.environ.get(VARIABLE, "").strip()
    if given is None and said:
        if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= 1024:
            raise UsageError(f"{VARIABLE}={said!r}: use a whole number from 1 to 1024")
        return int(said)
    if given is not None and given < 1:
        raise UsageError(f"workers {given}: use at least 1")
    return cores() if given is None else given


class LocalChecks:
    """Makes verdicts with the processes of this machine. Any thread may call."""

    name = "local"

    def __init__(self, workers: int | None = None, long_programs: int = 0) -> None:
        """`long_programs` that run for long may run beside those that run at a time.

        Raises UsageError for a bad number of workers.
        """
        self.workers = worker_count(workers)
        self._pool = ProcessPool(self.workers, 2, WorkerSettings(preload=f"{__package__}.verdicts"))
        self._places = 2 * self.workers + long_programs
        self._long_programs = long_programs
        self._programs = Lane("program", self.workers, self.workers + long_programs)
        self._threads = Lane("check", self.workers)
        self._deprioritizer: Deprioritizer | None = None
        self._lock = threading.Lock()

    def submit(self, check: ResolvedJob) -> Future[Verdict]:
        """Begin a check; one that fails on our side is made once more.

        Raises UsageError when programs cannot run here at all.
        """
        verdict: Future[Verdict] = Future()
        verdict.set_running_or_notify_cancel()  # a caller that goes away does not end it
        if check.runs_program:
            self.prove_programs()
            self._in_lane(self._programs, check, verdict)
        elif (sent := sendable(check)) is not None:
            try:
                self._in_worker(sent, verdict, again=True)
            except WorkerStartError as error:
                raise UsageError(f"no check can be made here: {error}") from error
        else:
            self._in_lane(self._threads, check, verdict)
        return verdict

    def prove_programs(self) -> None:
        """Open the shared sandbox, which proves itself once. Raises UsageError with the remedy."""
        places = self._places if self._long_programs else None
        default_sandbox(places)  # one place per program that may run
        if self._long_programs:
            with self._lock:
                if self._deprioritizer is None:
                    self._deprioritizer = Deprioritizer()
            self._deprioritizer.watch()

    def _in_lane(self, lane: Lane, check: ResolvedJob, verdict: Future[Verdict]) -> None:
        _pass_on(lane.submit(partial(verdict_or_again, check)), verdict, lambda found: found)

    def _in_worker(self, sent: object, verdict: Future[Verdict], again: bool) -> None:
        def done(answered: "Future[object]") -> None:
            found = _verdict_of_answer(answered)
            if found.score is None and again:
                try:
                    self._in_worker(sent, verdict, again=False)
                except WorkerError:  # closed meanwhile
                    verdict.set_result(found)
            else:
                verdict.set_result(found)

        self._pool.submit(WORKER_TARGET, sent, CPU_SECONDS).add_done_callback(done)

    def close(self, patience: float | None = None) -> None:
        """End the workers; wait at most `patience` seconds for running programs. Idempotent."""
        self._pool.close()
        self._programs.close(patience)
        self._threads.close(patience)
        if self._deprioritizer is not None:
            self._deprioritizer.close()


def _verdict_of_answer(answered: "Future[object]") -> Verdict:
    """The verdict that a worker's answer, or its failure, amounts to."""
    try:
        return verdict_from(answered.result())  # type: ignore[arg-type]
    except WorkerTimeoutError:
        return wrong("timeout", None, f"the check used {CPU_SECONDS:g} s of processor time")
    except WorkerMemoryError:
        return wrong("memory", None, "the check needed more memory than a worker may have")
    except WorkerError as error:
        return checker_error(f"the check failed in its worker: {error}")


def _pass_on(
    found: Future[Verdict], verdict: Future[Verdict], change: Callable[[Verdict], Verdict]
) -> None:
    def done(future: Future[Verdict]) -> None:
        error = future.exception()
        if error is None:
            verdict.set_result(change(future.result()))
        else:
            verdict.set_exception(error)

    found.add_done_callback(done)
