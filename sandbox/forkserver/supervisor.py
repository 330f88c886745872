"""Watching one program: its CPU time, its wall clock, and orders from the harness."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from . import children, kernel
from .run_watch import RunWatch

_TICK = 0.002
_LONG = 0.1
"""Seconds after which the harness is handed the program's pidfd, to see whether it sleeps."""
_PARALLEL = max(1, len(os.sched_getaffinity(0)))


class Supervisor:
    """Kills a program at its limits or on order, and reports how it ended."""

    def __init__(
        self,
        control: socket.socket,
        harness: int,
        child: children.Child,
        request: dict[str, Any],
        used: float,
        watch: RunWatch | None = None,
    ) -> None:
        """`used` is the CPU time in seconds that the child took before its program came.

        `watch` counts what the kernel does not count for this program.
        """
        self._control, self._harness, self._child = control, harness, child
        self._used = used
        self._whole = self._allowance = used + float(request["cpu_seconds"])
        now = time.monotonic()
        self._backstop = now + float(request["wall_seconds"])
        self._notify_at = now + _LONG if request["watch"] and child.handle >= 0 else float("inf")
        self._why = ""
        self._poll = select.poll()
        for descriptor in (control.fileno(), harness):
            self._poll.register(descriptor, select.POLLIN)
        if child.handle >= 0:
            self._poll.register(child.handle, select.POLLIN)
        self._watch = watch
        if watch is not None:
            watch.register(self._poll)

    def wait(self, patience: float, on_long: Callable[[], None]) -> dict[str, object]:
        """Wait for the program's end; how it ended, as fields of `Ending`.

        `on_long` is called if the program has not ended within `patience` seconds.
        """
        child = self._child
        long_at = time.monotonic() + patience
        while True:
            pause, now = self._pause(), time.monotonic()
            if now >= long_at:
                long_at = float("inf")
                on_long()
            ready = dict(self._poll.poll(min(pause, max((long_at - now) * 1000, _TICK * 1000))))
            if (child.handle in ready or child.handle < 0) and child.ended():
                break
            if self._harness in ready:
                self._leave()
            elif self._control.fileno() in ready:
                self._obey(self._control.recv(4096))
            elif self._watch is not None:
                self._watch.handle(ready)
        _, status, usage = os.wait4(child.pid, 0)
        if self._why == "order" and status != signal.SIGKILL:
            self._why = ""  # it had ended by itself before the order came
        cpu = max(usage.ru_utime + usage.ru_stime - self._used, 0.0)
        return {"status": status, "cpu": cpu, "peak_kb": usage.ru_maxrss, "why": self._why}

    def _pause(self) -> float:
        """Milliseconds to wait for an event; enforces the limits that have been reached."""
        longest = 3.6e6 if self._child.handle >= 0 else _TICK * 1000
        if self._why:
            return min(1000.0, longest)
        if self._watch is not None:
            if self._watch.too_large():
                return self._end("files")
            longest = min(longest, self._watch.pause())
        now = time.monotonic()
        left = min(self._allowance - cpu_seconds(self._child.pid), self._backstop - now)
        if left <= 0:
            return self._end("cpu" if now < self._backstop else "wall")
        if now >= self._notify_at:
            self._notify_at = float("inf")
            socket.send_fds(self._control, [b"L"], [self._child.handle])
        pause: float = max(left * 1000 / _PARALLEL, _TICK * 1000)
        return min(pause, longest, max((self._notify_at - now) * 1000, _TICK * 1000))

    def _end(self, why: str) -> float:
        """Kill the program at a limit; milliseconds to wait for its end."""
        self._why = why
        self._child.kill()
        return 1000.0 if self._child.handle >= 0 else _TICK * 1000

    def _obey(self, order: bytes) -> None:
        if not order:
            self._leave()
        if order == b"K":
            self._why = self._why or "order"
            self._child.kill()
        elif order.startswith(b"C"):
            self._allowance = self._whole
            if len(order) > 1:
                allowed = cpu_seconds(self._child.pid) + float(order[1:])
                self._allowance = min(self._whole, allowed)

    def _leave(self) -> None:
        """The harness is gone: end, and leave nothing behind."""
        self._child.kill()
        os.waitpid(self._child.pid, 0)
        raise SystemExit(0)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far; 0 if it has ended, when `wait4` knows."""
    try:
        return kernel.cpu_seconds(pid)
    except OSError:
        return 0.0
