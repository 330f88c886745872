"""Letting go of what has not been used for a while, in a thread that exists only until then."""

import contextlib
import threading
from collections.abc import Callable


class Expiry:
    """Calls `look` from time to time; it says in how many seconds again, or None for no more."""

    def __init__(self, look: Callable[[], float | None], name: str) -> None:
        self._look, self._name = look, name
        self.reset()

    def reset(self) -> None:
        """Start over, in a forked copy that has no thread."""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._asked = False

    def begin(self, seconds: float) -> None:
        """Start looking, first in `seconds`, unless it has been started."""
        with self._lock:
            self._asked = True
            if self._thread is not None or self._ended.is_set():
                return
            thread = threading.Thread(
                target=self._run, args=(seconds,), name=self._name, daemon=True
            )
            with contextlib.suppress(RuntimeError):  # this process is ending
                thread.start()
                self._thread = thread

    def _run(self, first: float) -> None:
        pause = first
        while not self._ended.wait(pause):
            with self._lock:
                self._asked = False
            again = self._look()
            with self._lock:
                if again is None and not self._asked:
                    self._thread = None
                    return
            pause = first if again is None else again

    def end(self) -> None:
        """Stop, and wait for a look in progress. Idempotent."""
        self._ended.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
