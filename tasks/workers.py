"""Warm worker processes for checks that must end: killed at a deadline, then replaced.

A worker is `python -c` with two pipes: no multiprocessing (user scripts need no `__main__`
guard), no signals in the caller (any thread may call). It runs *trusted* functions named as
"module:function" on plain JSON data; only the data may be hostile. A worker that overruns its
wall-clock deadline is killed; one whose parent ends reads end-of-file and exits. After `fork` a
child starts its own.

A call with `cpu_seconds` runs in a fork of the warm worker, which the kernel ends when it has used
so much processor time (see `forks`). What it can do then depends on neither the load of the machine
nor on the checks before it, and the worker stays warm when it overruns.
"""

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from typing import IO, Any

from . import forks

_HEADER = 4
_START_SECONDS = 60.0
"""How long a worker may take to start on a busy machine; no deadline of a check counts it."""
_LOOK_SECONDS = 0.05
"""How long a caller waits for one cold worker before it looks for a ready one."""
_BOOT = (
    "import sys; sys.path[:] = {path!r}; from {module} import _serve; "
    "_serve({memory_mb}, {preload!r})"
)


class WorkerError(RuntimeError):
    """The check could not be made: the worker died or failed. Our failure, not the model's."""


class WorkerTimeoutError(WorkerError):
    """The function did not finish before its deadline, and was killed."""


class WorkerStallError(WorkerError):
    """The wall clock ran out before the function had its processor time: the machine is busy."""


class WorkerStartError(WorkerError):
    """No worker could be started in time."""


class WorkerMemoryError(WorkerError):
    """The function asked for more memory than a worker may have."""


class _Worker:
    """One child process and its pipes. Used by one thread at a time."""

    def __init__(self, memory_mb: int, preload: str) -> None:
        boot = _BOOT.format(path=sys.path, module=__name__, memory_mb=memory_mb, preload=preload)
        environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", boot],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self.ready = False
        self.timed_out = False
        """Whether the fork that ran the last call was ended, and the worker lives on."""
        self.born = time.monotonic()
        self._received = bytearray()

    def start(self, deadline: float) -> None:
        """Wait until the process can serve. Raises WorkerStartError past the deadline."""
        if self.ready:
            return
        try:
            self._read(deadline)
        except WorkerTimeoutError as error:
            raise WorkerStartError("the worker was still starting") from error
        self.ready = True

    def call(
        self, target: str, arguments: list[Any], deadline: float, cpu_seconds: float | None
    ) -> Any:
        """Run one function. Raises WorkerTimeoutError, WorkerMemoryError or WorkerError."""
        assert self.process.stdin is not None
        body = json.dumps([target, arguments, cpu_seconds]).encode("ascii")
        try:
            _write_frame(self.process.stdin, body)
        except (OSError, ValueError) as error:
            raise WorkerError("the worker is gone") from error
        kind, value = json.loads(self._read(deadline))
        if kind == "memory":
            raise WorkerMemoryError(value)
        if kind == "timeout":
            self.timed_out = True
            raise WorkerTimeoutError(value)
        if kind == "error":
            raise WorkerError(value)
        return value

    def _read(self, deadline: float) -> bytes:
        """The next frame. What came of it before the deadline is kept for the next attempt."""
        self._fill(_HEADER, deadline)
        size = int.from_bytes(self._received[:_HEADER], "big")
        self._fill(_HEADER + size, deadline)
        body = bytes(self._received[_HEADER : _HEADER + size])
        del self._received[: _HEADER + size]
        return body

    def _fill(self, size: int, deadline: float) -> None:
        """Receive until `size` bytes have arrived."""
        assert self.process.stdout is not None
        handle = self.process.stdout.fileno()
        with selectors.DefaultSelector() as ready:
            ready.register(handle, selectors.EVENT_READ)
            while len(self._received) < size:
                left = deadline - time.monotonic()
                if left <= 0 or not ready.select(left):
                    if time.monotonic() >= deadline:
                        raise WorkerTimeoutError("the check ran past its deadline")
                    continue
                piece = os.read(handle, min(size - len(self._received), 1 << 16))
                if not piece:
                    raise WorkerError("the worker died")
                self._received += piece

    def kill(self) -> None:
        """End the process with its forks, and reap it. Idempotent."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # a write that was under way when the worker died
                    continue
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def forget(self) -> None:
        """Drop our ends of the pipes in a forked child; the process is the parent's."""
        self.process.returncode = 0  # or the child would wait for a process it does not own
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class WorkerPool:
    """Killable workers, started when first needed and reused while they behave.

    At most `size` run at a time; further callers wait their turn, and waiting does not count
    against the deadline of their check; nor does the start of a worker. `preload` is a module that
    a worker imports before it counts as started; its `warm_up`, if it has one, is part of that.
    """

    def __init__(self, size: int | None = None, memory_mb: int = 1024, preload: str = "") -> None:
        self._preload = preload
        self._size = size or max(1, min(8, os.cpu_count() or 1))
        self._memory_mb = memory_mb
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)
        atexit.register(self.close)

    def _reset(self) -> None:
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._size)

    def _after_fork(self) -> None:
        for worker in self._idle:
            worker.forget()
        self._reset()

    def call(
        self,
        target: str,
        *arguments: Any,
        seconds: float = 1.5,
        cpu_seconds: float | None = None,
    ) -> Any:
        """Run `module:function` on JSON data in a worker and return its JSON result.

        `seconds` is the wall time that the function may take once a worker is ready. With
        `cpu_seconds` it runs in a fork of the worker and may use so much processor time; `seconds`
        is then the backstop. Raises WorkerTimeoutError past the deadline, WorkerStallError past
        the backstop, WorkerMemoryError past the memory limit, WorkerStartError when no worker
        comes up, WorkerError for any failure of the worker itself.
        """
        if cpu_seconds is not None and forks.forks_here():
            return self._call_in_fork(target, list(arguments), seconds, cpu_seconds)
        with self._slots:
            worker = self._ready()
            try:
                result = worker.call(
                    target, list(arguments), time.monotonic() + seconds, cpu_seconds
                )
            except WorkerTimeoutError as error:
                if worker.timed_out:
                    worker.timed_out = False
                    self._keep(worker)
                    raise
                worker.kill()
                self.warm()
                if cpu_seconds is not None:
                    raise WorkerStallError("the machine is too busy for the check") from error
                raise
            except BaseException:
                # Also an interrupt: a worker that still computes must not serve the next check.
                worker.kill()
                raise
            self._keep(worker)
            return result

    def _call_in_fork(
        self, target: str, arguments: list[Any], seconds: float, cpu_seconds: float
    ) -> Any:
        """The same in a fork of this process, which is a worker itself."""
        forks.prepare(self._preload)
        body = forks.answer_of_a_fork(target, arguments, cpu_seconds, seconds, self._memory_mb)
        kind, value = json.loads(body)
        if kind == "ok":
            return value
        raise _FAILURES[kind](value)

    def _ready(self) -> _Worker:
        """A worker that can serve at once; a cold one is left for whichever is ready first."""
        last = time.monotonic() + 2 * _START_SECONDS
        while True:
            worker = self._get()
            try:
                # A worker started long ago may have been ready for as long, unnoticed.
                worker.start(time.monotonic() + _LOOK_SECONDS)
                return worker
            except WorkerStartError:
                if time.monotonic() >= worker.born + _START_SECONDS:
                    worker.kill()
                else:
                    self._keep(worker)
                if time.monotonic() >= last:
                    raise
            except BaseException:
                worker.kill()
                raise

    def _keep(self, worker: _Worker) -> None:
        with self._lock:
            self._idle.append(worker)

    def warm(self) -> None:
        """Start one worker without waiting for it; nothing where this process forks itself."""
        if forks.forks_here():
            return
        with self._lock:
            if not self._idle:
                self._idle.append(self._start())

    def _get(self) -> _Worker:
        with self._lock:
            self._idle.sort(key=lambda worker: worker.ready)
            while self._idle:
                worker = self._idle.pop()
                if worker.process.poll() is None:
                    return worker
                worker.kill()
        return self._start()

    def _start(self) -> _Worker:
        try:
            return _Worker(self._memory_mb, self._preload)
        except OSError as error:
            raise WorkerError(f"no worker could be started: {error}") from error

    def close(self) -> None:
        """Kill the idle workers. A later call starts new ones."""
        with self._lock:
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.kill()


_FAILURES: dict[str, type[WorkerError]] = {
    "memory": WorkerMemoryError, "timeout": WorkerTimeoutError, "stall": WorkerStallError,
    "error": WorkerError,
}  # fmt: skip


def _write_frame(pipe: IO[bytes], body: bytes) -> None:
    pipe.write(len(body).to_bytes(_HEADER, "big") + body)
    pipe.flush()


def _serve(memory_mb: int, preload: str) -> None:
    """The worker's loop: a request, its answer, until the parent closes the pipe."""
    forks.limit_memory(memory_mb)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    # What a library prints must not enter the pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.set_int_max_str_digits(20_000)
    forks.prepare(preload)
    _write_frame(replies, b'["ready", null]')
    while header := requests.read(_HEADER):
        target, arguments, cpu_seconds = json.loads(requests.read(int.from_bytes(header, "big")))
        if cpu_seconds is None:
            _write_frame(replies, forks.answer(target, arguments))
        else:
            _write_frame(replies, forks.answer_of_a_fork(target, arguments, cpu_seconds))
