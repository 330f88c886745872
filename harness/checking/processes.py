"""Warm worker processes that take calls in batches, and are killed when a call does not end.

Each worker belongs to one thread of the pool. It gets a few calls at a time, so that a short check
does not cost a wake-up of two processes, and answers each of them as soon as it is done. The kernel
ends a worker whose call has used up its processor time; what a call may take is therefore the same
on a busy machine. A worker that dies is replaced: its call is made once more elsewhere, and the
calls behind it are made as if nothing had happened.
"""

import os
import signal
import threading
import time
from collections import deque
from concurrent.futures import Future, InvalidStateError
from typing import Any

from ...tasks.workers import (
    WorkerError,
    WorkerMemoryError,
    WorkerStallError,
    WorkerStartError,
    WorkerTimeoutError,
)
from .worker_process import WorkerProcess, WorkerSettings

PATIENCE = 0.5
"""Seconds after which a call that is still running holds up no other call."""
MOST_AT_ONCE = 32
"""Calls that a worker is given at a time, at most."""
ATTEMPTS = 2
"""Workers that may die of a call before it fails."""


class PendingCall:
    """One call of a trusted function, and the future of its result."""

    __slots__ = ("argument", "attempts", "cpu_seconds", "future", "target", "wall_seconds")

    def __init__(self, target: str, argument: Any, cpu_seconds: float, wall_seconds: float) -> None:
        self.target = target
        self.argument = argument
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self.attempts = 0
        self.future: Future[Any] = Future()
        self.future.set_running_or_notify_cancel()  # a caller that goes away does not end it

    def succeed(self, value: Any) -> None:
        """Give the result; the first one counts."""
        try:
            self.future.set_result(value)
        except InvalidStateError:
            return

    def fail(self, error: BaseException) -> None:
        """Give the failure, unless there is a result."""
        try:
            self.future.set_exception(error)
        except InvalidStateError:
            return


CLOSED = "the pool of workers was closed"


class ProcessPool:
    """Up to `size` workers, and up to `spare` more while some are held up by a long call.

    Workers start when there is something to do. A child of a fork starts its own.
    """

    def __init__(
        self, size: int, spare: int = 0, settings: WorkerSettings | None = None, name: str = "check"
    ) -> None:
        self.size = size
        self._spare = spare
        self._settings = settings or WorkerSettings()
        self._name = name
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _reset(self) -> None:
        self._waiting: deque[PendingCall] = deque()
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._workers: set[WorkerProcess] = set()
        self._free = 0
        """Threads that wait for calls."""
        self._held = 0
        """Threads whose worker is held up by a long call."""
        self._closed = False
        self.fault = ""
        """Why no worker can start here, once that is known; it is not tried again."""
        self.started = 0
        """Workers started so far."""
        self.busy_seconds = 0.0
        """Wall time that workers have spent on calls."""

    def _after_fork(self) -> None:
        for worker in self._workers:
            worker.forget()
        self._reset()

    def submit(
        self, target: str, argument: Any, cpu_seconds: float, wall_seconds: float = 600.0
    ) -> Future[Any]:
        """Call `module:function` with one argument in a worker.

        The future raises WorkerTimeoutError past the processor time, WorkerStallError past the
        wall time (counted from when the call begins), WorkerMemoryError past the memory limit, and
        WorkerError when the function raises or two workers die of it. Raises WorkerStartError
        where workers cannot start at all.
        """
        call = PendingCall(target, argument, cpu_seconds, wall_seconds)
        with self._changed:
            if self._closed:
                raise WorkerError(CLOSED)
            if self.fault:
                raise WorkerStartError(self.fault)
            self._waiting.append(call)
            self._staff()
            self._changed.notify()
        return call.future

    def _staff(self) -> None:
        """Start a thread where calls wait and none is free. The caller holds the lock."""
        most = self.size + min(self._spare, self._held)
        if self._free < len(self._waiting) and len(self._threads) < most:
            thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._threads.add(thread)
            thread.start()

    def _take(self) -> list[PendingCall]:
        """The next calls of one worker; none when the pool is closed or it is one too many."""
        with self._changed:
            self._free += 1
            while not self._waiting and not self._closed and not self._one_too_many():
                self._changed.wait()
            self._free -= 1
            if not self._waiting and not self._closed:
                self._threads.discard(threading.current_thread())
                return []
            share = len(self._waiting) // (2 * max(1, len(self._threads)))
            count = min(len(self._waiting), max(1, min(share, MOST_AT_ONCE)))
            return [self._waiting.popleft() for _ in range(count)]

    def _one_too_many(self) -> bool:
        """Whether there are more workers than are to be, as when one is no longer held up."""
        return len(self._threads) > self.size + min(self._spare, self._held)

    def _give_back(self, calls: list[PendingCall]) -> None:
        """Let other workers make these calls, before any other; none does once it is closed."""
        with self._changed:
            if not self._closed:
                self._waiting.extendleft(reversed(calls))
                self._staff()
                self._changed.notify_all()
                return
        for call in calls:
            call.fail(WorkerError(CLOSED))

    def _work(self) -> None:
        """The thread of one worker."""
        worker: WorkerProcess | None = None
        while calls := self._take():
            started = time.perf_counter()
            try:
                if worker is None or worker.exited():
                    worker = self._replace(worker)
                worker.send([(one.target, one.argument, one.cpu_seconds) for one in calls])
                keep = self._receive(worker, calls)
            except WorkerStartError as error:
                keep = False
                with self._changed:
                    self.fault = str(error)
                    calls += self._waiting
                    self._waiting.clear()
                for call in calls:
                    call.fail(error)
            except WorkerError as error:
                keep = False
                for call in calls:
                    call.fail(error)
            except Exception as error:  # such as an argument that cannot be sent
                keep = False
                for call in calls:
                    call.fail(WorkerError(f"{type(error).__name__}: {error}"))
            if worker is not None and not keep:
                self._dismiss(worker)
                worker = None
            with self._changed:
                self.busy_seconds += time.perf_counter() - started
        if worker is not None:
            self._dismiss(worker)

    def _replace(self, old: WorkerProcess | None) -> WorkerProcess:
        if old is not None:
            self._dismiss(old)
        worker = WorkerProcess(self._settings)
        with self._changed:
            self.started += 1
            if not self._closed:
                self._workers.add(worker)
                return worker
        worker.kill()  # `close` did not know of it
        raise WorkerError(CLOSED)

    def _dismiss(self, worker: WorkerProcess) -> None:
        worker.kill()
        with self._changed:
            self._workers.discard(worker)

    def _receive(self, worker: WorkerProcess, calls: list[PendingCall]) -> bool:
        """Settle the calls of a batch; whether the worker may take another."""
        place, lent = 0, False
        since = time.monotonic()
        try:
            while place < len(calls):
                current = calls[place]
                waited = time.monotonic() - since
                if waited > current.wall_seconds + (0 if worker.ready else worker.START_SECONDS):
                    current.fail(WorkerStallError(f"no answer within {current.wall_seconds:g} s"))
                    self._rest(calls[place + 1 :], lent)
                    return False
                left = current.wall_seconds - waited
                ready = worker.ready
                replies = worker.receive(max(0.01, left if lent else min(left, PATIENCE)))
                if worker.ready and not ready:
                    since = time.monotonic()  # until now it was starting
                if replies is None:
                    self._after_death(worker, calls[place:], lent)
                    return False
                for kind, value in replies:
                    _settle(calls[place], kind, value)
                    place += 1
                    since = time.monotonic()
                if (
                    not replies
                    and worker.ready
                    and not lent
                    and since + PATIENCE < time.monotonic()
                ):
                    lent = True
                    self._hold(1, calls[place + 1 :])
            return True
        finally:
            if lent:
                self._hold(-1, [])

    def _hold(self, change: int, behind: list[PendingCall]) -> None:
        """A worker is held up, or is so no longer; those behind the long call go elsewhere."""
        with self._changed:
            self._held += change
            self._changed.notify_all()
        if behind or change > 0:
            self._give_back(behind)

    def _rest(self, calls: list[PendingCall], lent: bool) -> None:
        if not lent:
            self._give_back(calls)

    def _after_death(self, worker: WorkerProcess, calls: list[PendingCall], lent: bool) -> None:
        """Settle the call that a worker died of, or have it made again."""
        first, behind = calls[0], calls[1:]
        code = worker.wait()
        if not worker.ready and not self._closed:
            raise WorkerStartError(f"a worker ended with code {code} as it started")
        first.attempts += 1
        if code == -signal.SIGPROF:
            first.fail(WorkerTimeoutError("the check used up its processor time"))
        elif first.attempts < ATTEMPTS and not self._closed:
            behind = [first, *behind] if not lent else behind
            if lent:
                self._give_back([first])
        else:
            first.fail(WorkerError(f"the worker ended with code {code}"))
        self._rest(behind, lent)

    def close(self) -> None:
        """Kill the workers; calls that wait or run fail. Idempotent."""
        with self._changed:
            self._closed = True
            left, self._waiting = list(self._waiting), deque()
            workers, threads = list(self._workers), list(self._threads)
            self._changed.notify_all()
        for call in left:
            call.fail(WorkerError(CLOSED))
        for worker in workers:
            worker.interrupt()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()


def _settle(call: PendingCall, kind: str, value: Any) -> None:
    if kind == "ok":
        call.succeed(value)
    elif kind == "memory":
        call.fail(WorkerMemoryError(value))
    else:
        call.fail(WorkerError(value))
