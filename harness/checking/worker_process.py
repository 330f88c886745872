"""One worker process as the pool sees it: start it, send it calls, read its replies, end it."""

import contextlib
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from ...tasks.workers import WorkerError, WorkerStartError

_HEADER = 4
_READ = 1 << 16
_BOOT = (
    "import sys; sys.path[:] = {path!r}; from {module} import serve; serve({settings!r}, {life})"
)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What the workers of a pool are like."""

    memory_mb: int = 8192
    """Address space that a worker may use."""
    preload: str = ""
    """A module that a worker imports before its first call."""
    shows_output: bool = False
    """Whether what a call prints goes to stderr; otherwise it is dropped."""
    current_folder: bool = False
    """Whether modules of the current folder may be imported, as by `python -m`."""


class WorkerProcess:
    """A child process with its pipes; used by one thread at a time, except `interrupt`."""

    START_SECONDS = 60.0
    """How long a worker may take to start on a busy machine; no deadline of a call counts it."""

    def __init__(self, settings: WorkerSettings) -> None:
        """Raises WorkerStartError when the process cannot be started."""
        life, self._lifeline = os.pipe()
        plain = (settings.memory_mb, settings.preload, settings.shows_output)
        module = f"{__package__}.worker"
        path = _import_path(settings.current_folder)
        boot = _BOOT.format(path=path, module=module, settings=plain, life=life)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", boot],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if settings.shows_output else subprocess.DEVNULL,
                env=os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"},
                pass_fds=(life,),
                start_new_session=True,  # Ctrl-C is for the caller alone
            )
        except OSError as error:
            os.close(self._lifeline)
            raise WorkerStartError(f"no worker could be started: {error}") from error
        finally:
            os.close(life)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._requests = self.process.stdin.fileno()
        self._replies = self.process.stdout.fileno()
        self._received = bytearray()
        self.ready = False
        """Whether it has finished starting."""

    def send(self, calls: list[tuple[str, Any, float]]) -> None:
        """Send a batch of (function, argument, processor seconds).

        A worker that is gone is noticed by `receive`. Raises what cannot be pickled.
        """
        body = pickle.dumps(calls, pickle.HIGHEST_PROTOCOL)
        view = memoryview(len(body).to_bytes(_HEADER, "big") + body)
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._requests, view) :]

    def receive(self, seconds: float) -> list[tuple[str, Any]] | None:
        """The (kind, value) of each reply that arrives within `seconds`; None at its end."""
        poll = select.poll()
        poll.register(self._replies, select.POLLIN)
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if not poll.poll(max(0.0, left) * 1000):
                return []
            piece = os.read(self._replies, _READ)
            if not piece:
                return None
            self._received += piece
            if found := self._whole():
                return found

    def _whole(self) -> list[tuple[str, Any]]:
        """The replies that have arrived whole, without the one that says the worker is ready."""
        found: list[tuple[str, Any]] = []
        start = 0
        while len(self._received) - start >= _HEADER:
            body = start + _HEADER
            end = body + int.from_bytes(self._received[start:body], "big")
            if len(self._received) < end:
                break
            found.append(pickle.loads(self._received[body:end]))
            start = end
        del self._received[:start]
        if found and not self.ready:
            self.ready = True
            found.pop(0)
        return found

    def exited(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def wait(self) -> int:
        """How the process ended; it closes its pipe only when it ends."""
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.interrupt()
            return self.process.wait()

    def interrupt(self) -> None:
        """End the process and its forks, from any thread."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the process, reap it, close the pipes. Idempotent."""
        self.interrupt()
        self.process.wait()
        self._close()

    def forget(self) -> None:
        """Close our ends in a forked child; the process is the parent's."""
        self.process.returncode = 0  # or the child would wait for a process it does not own
        self._close()

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


def _import_path(current_folder: bool) -> list[str]:
    """The caller's import path, with its current folder by name."""
    path = [entry or os.getcwd() for entry in sys.path]
    return [os.getcwd(), *path] if current_folder else path


__all__ = ["WorkerError", "WorkerProcess", "WorkerSettings"]
