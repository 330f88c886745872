"""Checks that wait for a program, in threads: a few at a time, and slow ones beside them."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from ...tasks import Verdict

PATIENCE = 0.5
"""Seconds after which a running check makes room for the next one."""
_LOOK = 0.1


class Lane:
    """Run checks in threads: `size` at a time, and up to `spare` slow ones beside them.

    A check that takes longer than `PATIENCE` moves to a spare place and lets the next one begin,
    so that a few slow checks delay nobody. Threads start when there is something to do; a child
    of a fork starts its own.
    """

    def __init__(self, name: str, size: int, spare: int = 0) -> None:
        self._name, self._size, self._spare = name, size, spare
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._waiting: deque[tuple[Callable[[], Verdict], Future[Verdict]]] = deque()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._running: dict[int, float] = {}
        """By thread: since when its check has been running."""
        self._slow: set[int] = set()
        self._watcher: threading.Thread | None = None
        self._closed = False

    def submit(self, check: Callable[[], Verdict]) -> Future[Verdict]:
        """Queue a check; they begin in order."""
        future: Future[Verdict] = Future()
        future.set_running_or_notify_cancel()  # a caller that goes away does not end it
        with self._changed:
            if self._closed:
                raise RuntimeError("the lane is closed")
            self._waiting.append((check, future))
            self._staff()
            self._changed.notify()
        return future

    def _staff(self) -> None:
        """Start a thread where a check could begin and no thread is free. Needs the lock."""
        busy = len(self._running)
        most = self._size + self._spare
        if self._room() and busy + len(self._waiting) > len(self._threads) < most:
            thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._threads.append(thread)
            thread.start()
        if self._spare and self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name=self._name, daemon=True)
            self._watcher.start()

    def _room(self) -> bool:
        return len(self._running) - len(self._slow) < self._size

    def _work(self) -> None:
        me = threading.get_ident()
        while True:
            with self._changed:
                while not (self._waiting and self._room()) and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                check, future = self._waiting.popleft()
                self._running[me] = time.monotonic()
            try:
                future.set_result(check())
            except BaseException as error:
                future.set_exception(error)
            finally:
                with self._changed:
                    del self._running[me]
                    self._slow.discard(me)
                    self._changed.notify()

    def _watch(self) -> None:
        """Move checks that take long to spare places; ends when nothing is left to do."""
        while True:
            with self._changed:
                if not self._running and not self._waiting:
                    self._watcher = None
                    return
                now = time.monotonic()
                for thread, since in self._running.items():
                    if now - since > PATIENCE and len(self._slow) < self._spare:
                        self._slow.add(thread)
                if self._waiting:
                    self._staff()
                    self._changed.notify()
            time.sleep(_LOOK)

    def close(self, patience: float | None = None) -> None:
        """Drop what has not begun; wait at most `patience` seconds for what has. Idempotent."""
        until = None if patience is None else time.monotonic() + patience
        with self._changed:
            self._closed = True
            left, self._waiting = list(self._waiting), deque()
            self._changed.notify_all()
        for _, future in left:
            future.set_exception(RuntimeError("the lane was closed"))
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(None if until is None else max(0.0, until - time.monotonic()))
