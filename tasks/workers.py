"""Warm worker processes for checks that must end: killed at a deadline, then replaced.

A worker is `python -c` with two pipes: no multiprocessing (user scripts need no `__main__`
guard), no signals (any thread may call). It runs *trusted* functions named as
"module:function" on plain JSON data; only the data may be hostile. A worker that overruns is
killed; one whose parent ends reads end-of-file and exits. After `fork` a child starts its own.
"""

import atexit
import importlib
import json
import math
import os
import selectors
import subprocess
import sys
import threading
import time
from typing import IO, Any

_HEADER = 4
_MAX_REPLY = 16 * 1024 * 1024
_START_SECONDS = 20.0
_LOOK_SECONDS = 0.05
"""How long a caller waits for one cold worker before it looks for a ready one."""
_BOOT = (
    "import sys; sys.path[:] = {path!r}; from {module} import _serve; "
    "_serve({memory_mb}, {preload!r})"
)


class WorkerError(RuntimeError):
    """The check could not be made: the worker died or failed. Our failure, not the model's."""


class WorkerTimeoutError(WorkerError):
    """The function did not finish before the deadline; its worker was killed."""


class WorkerStartError(WorkerError):
    """No worker was ready in time. The one that starts is kept for the next check."""


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
        self.born = time.monotonic()

    def start(self, deadline: float) -> None:
        """Wait until the process can serve. Raises WorkerStartError past the deadline."""
        if self.ready:
            return
        try:
            self._read(deadline)
        except WorkerTimeoutError as error:
            raise WorkerStartError("the worker was still starting") from error
        self.ready = True

    def call(self, target: str, arguments: list[Any], deadline: float) -> Any:
        """Run one function. Raises WorkerTimeoutError, WorkerMemoryError or WorkerError."""
        assert self.process.stdin is not None
        body = json.dumps([target, arguments]).encode("ascii")
        try:
            _write_frame(self.process.stdin, body)
        except (OSError, ValueError) as error:
            raise WorkerError("the worker is gone") from error
        kind, value = json.loads(self._read(deadline))
        if kind == "memory":
            raise WorkerMemoryError(value)
        if kind == "error":
            raise WorkerError(value)
        return value

    def _read(self, deadline: float) -> bytes:
        size = int.from_bytes(self._take(_HEADER, deadline), "big")
        return self._take(size, deadline)

    def _take(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        handle = self.process.stdout.fileno()
        pieces: list[bytes] = []
        with selectors.DefaultSelector() as ready:
            ready.register(handle, selectors.EVENT_READ)
            while size > 0:
                left = deadline - time.monotonic()
                if left <= 0 or not ready.select(left):
                    if time.monotonic() >= deadline:
                        raise WorkerTimeoutError("the check ran past its deadline")
                    continue
                piece = os.read(handle, min(size, 1 << 16))
                if not piece:
                    raise WorkerError("the worker died")
                pieces.append(piece)
                size -= len(piece)
        return b"".join(pieces)

    def kill(self) -> None:
        """End the process and reap it. Idempotent."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # a write that was under way when the worker died
                    continue
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
    against the deadline of their check. `preload` is a module that a worker imports before it
    counts as started; its `warm_up`, if it has one, runs while the worker waits for its first
    request.
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
        self, target: str, *arguments: Any, seconds: float = 1.5, within: float = math.inf
    ) -> Any:
        """Run `module:function` on JSON data in a worker and return its JSON result.

        `seconds` is what the function may take, `within` that and the start of a cold worker.
        Raises WorkerTimeoutError past the deadline, WorkerStartError when a cold worker left the
        function less than its time, WorkerMemoryError past the memory limit, WorkerError for any
        failure of the worker itself.
        """
        with self._slots:
            last = time.monotonic() + within
            worker = self._ready(last)
            try:
                deadline = time.monotonic() + seconds
                result = worker.call(target, list(arguments), min(deadline, last))
            except BaseException as error:
                # Also an interrupt: a worker that still computes must not serve the next check.
                worker.kill()
                if isinstance(error, WorkerTimeoutError):
                    self.warm()
                    if last < deadline:
                        raise WorkerStartError("the worker started late") from error
                raise
            self._keep(worker)
            return result

    def _ready(self, last: float) -> _Worker:
        """A worker that can serve at once; a cold one is left for whichever is ready first."""
        while True:
            worker = self._get()
            end = worker.born + _START_SECONDS
            try:
                # A worker started long ago may have been ready for as long, unnoticed.
                worker.start(min(last, time.monotonic() + _LOOK_SECONDS))
                return worker
            except WorkerStartError:
                if time.monotonic() >= end:
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
        """Start one worker without waiting for it."""
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


def _write_frame(pipe: IO[bytes], body: bytes) -> None:
    pipe.write(len(body).to_bytes(_HEADER, "big") + body)
    pipe.flush()


def _limit_memory(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no rlimit; the deadline still holds
        return
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(memory_mb: int, preload: str) -> None:
    """The worker's loop: a request, its answer, until the parent closes the pipe."""
    _limit_memory(memory_mb)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    # What a library prints must not enter the pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.set_int_max_str_digits(20_000)
    module = importlib.import_module(preload) if preload else None
    _write_frame(replies, b'["ready", null]')
    if warm_up := getattr(module, "warm_up", None):
        warm_up()
    while header := requests.read(_HEADER):
        target, arguments = json.loads(requests.read(int.from_bytes(header, "big")))
        _write_frame(replies, _answer(target, arguments))


def _answer(target: str, arguments: list[Any]) -> bytes:
    try:
        module, _, name = target.partition(":")
        result = getattr(importlib.import_module(module), name)(*arguments)
        body = json.dumps(["ok", result]).encode("ascii")
        if len(body) > _MAX_REPLY:
            raise ValueError("the reply is too long")
        return body
    except MemoryError:
        return b'["memory", "the check needed more memory than a worker may have"]'
    except (Exception, RecursionError) as error:
        message = f"{type(error).__name__}: {str(error)[:500]}"
        return json.dumps(["error", message]).encode("ascii")
