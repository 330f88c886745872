"""Calls in a thread that lives as long as this process.

The kernel tells a process of the death of its parent when the thread ends that forked it.
"""

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
_lock = threading.Lock()
_calls: "queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] | None" = None


def call(function: Callable[[], T]) -> T:
    """What the function returns or raises in that thread."""
    global _calls
    with _lock:
        if _calls is None:
            _calls = queue.SimpleQueue()
            threading.Thread(target=_run, args=(_calls,), name="starter", daemon=True).start()
        future: Future[T] = Future()
        _calls.put((function, future))
    return future.result()


def _run(calls: "queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]]") -> None:
    while True:
        function, future = calls.get()
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)
        del function, future


def _forget() -> None:
    """A child of a fork has no such thread yet."""
    global _lock, _calls
    _lock, _calls = threading.Lock(), None


os.register_at_fork(after_in_child=_forget)
