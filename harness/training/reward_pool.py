"""Computes rewards in worker processes during generation.

A thread per worker sends it one completion at a time and waits up to the timeout. A worker that
hangs or dies is replaced. Its completion has no reward: training drops and counts it, and never
uses 0 instead.
"""

import contextlib
import json
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .reward_worker import RewardRequest, load_callable

NO_REWARD = ("none", "raised", "hung", "died", "not_finite", "checker_error")
"""Statuses that carry no reward."""


@dataclass(frozen=True, slots=True)
class RewardOutcome:
    """The result for one completion; `score` is None exactly when there is no reward."""

    status: str
    score: float | None
    reason: str
    seconds: float


class RewardPool:
    """Worker processes that reward completions. Close it to stop them."""

    def __init__(self, source: str = "verdict", workers: int | None = None, timeout: float = 60):
        """Raises UsageError when `source` names no callable."""
        if source != "verdict":
            sys.path.insert(0, os.getcwd())
            try:
                load_callable(source)
            finally:
                sys.path.remove(os.getcwd())
        self.source = source
        self.timeout = timeout
        self.workers = workers or os.cpu_count() or 1
        self.busy_seconds = 0.0
        """Worker time spent on checks since the pool opened."""
        self._queue: queue.Queue[tuple[RewardRequest, Future[RewardOutcome]] | None] = queue.Queue()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(self.workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, request: RewardRequest) -> Future[RewardOutcome]:
        """Queue one completion; the future never raises for what the reward does."""
        future: Future[RewardOutcome] = Future()
        self._queue.put((request, future))
        return future

    def close(self) -> None:
        """Stop the workers and wait until they have ended."""
        self._closing.set()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _work(self) -> None:
        worker: _Worker | None = None
        while (item := self._queue.get()) is not None:
            request, future = item
            if self._closing.is_set():
                future.cancel()
                continue
            if worker is None or worker.exited():
                worker = _Worker()
            started = time.perf_counter()
            outcome = worker.ask(request, self.timeout)
            if outcome.status in ("hung", "died"):
                worker.kill()
                worker = None
            with self._lock:
                self.busy_seconds += time.perf_counter() - started
            future.set_result(outcome)
        if worker is not None:
            worker.dismiss()


class _Worker:
    def __init__(self) -> None:
        module = f"{__package__}.reward_worker"
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            # Ctrl-C signals the whole terminal group; only the trainer handles it.
            start_new_session=True,
        )

    def exited(self) -> bool:
        return self.process.poll() is not None

    def ask(self, request: RewardRequest, timeout: float) -> RewardOutcome:
        started = time.perf_counter()
        line = b""
        try:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            payload = pickle.dumps(request)
            self.process.stdin.write(struct.pack("<I", len(payload)) + payload)
            self.process.stdin.flush()
            descriptor = self.process.stdout.fileno()
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            while not line.endswith(b"\n"):
                left = started + timeout - time.perf_counter()
                if left <= 0 or not poll.poll(left * 1000):
                    return RewardOutcome("hung", None, f"no answer within {timeout:g} s", timeout)
                chunk = os.read(descriptor, 65536)
                if not chunk:
                    raise BrokenPipeError
                line += chunk
        except (BrokenPipeError, OSError):
            code = self.process.wait()
            seconds = time.perf_counter() - started
            return RewardOutcome("died", None, f"the reward worker ended with code {code}", seconds)
        reply = json.loads(line)
        seconds = time.perf_counter() - started
        return RewardOutcome(reply["status"], reply["score"], reply["reason"], seconds)

    def dismiss(self) -> None:
        """Let the worker close its own sandbox and exit; kill it if it does not."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # unsent bytes to an ended worker
                    stream.close()


def _environment() -> dict[str, str]:
    """The parent's import path, so that the worker finds `assay`, and one thread."""
    roots = [str(Path(entry).resolve()) if entry else os.getcwd() for entry in sys.path]
    return os.environ | {"PYTHONPATH": os.pathsep.join(roots), "OMP_NUM_THREADS": "1"}
