"""Programs that have run for long give way to those that just began.

A program that will run to its limit and one that ends in milliseconds are alike at the start.
The scheduler shares the processor evenly among them, so that a few endless ones take most of
it. Lowering the priority of each once it has used `GRACE` seconds of processor time leaves
them what the others do not need. Verdicts do not change: programs are limited by processor
time. Best effort: on Linux, for programs that are processes of ours.
"""

import os
import threading
from pathlib import Path

from ..sandbox.defaults import default_sandbox

GRACE = 0.5
LOWEST = 19
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Yielding:
    """Lowers long programs every `pause` seconds while there are any, until it is closed."""

    def __init__(self, pause: float = 0.25) -> None:
        self._pause = pause
        self._lowered: set[int] = set()
        self._busy = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="yielding", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Programs may be running: watch them."""
        self._busy.set()

    def close(self) -> None:
        """Stop watching. Idempotent."""
        self._closed = True
        self._busy.set()
        self._thread.join()

    def _watch(self) -> None:
        while self._busy.wait() and not self._closed:
            servers: list[int] = getattr(default_sandbox(), "server_pids", list)()
            if not servers:
                self._busy.clear()
                self._lowered.clear()
            for pid in programs(servers):
                if pid not in self._lowered and used(pid) > GRACE:
                    self._lowered.add(pid)
                    lower(pid)
            threading.Event().wait(self._pause)


def programs(servers: list[int]) -> list[int]:
    """What runs for these servers; each has one process, and that one starts the programs."""
    return [pid for server in servers for inner in children(server) for pid in children(inner)]


def children(pid: int) -> list[int]:
    """The processes that a process started; none where the kernel does not tell."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def used(pid: int) -> float:
    """Seconds of processor time that a process has used; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def lower(pid: int) -> None:
    """Give a process the lowest priority, and its session too where sessions are scheduled."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST)
        Path(f"/proc/{pid}/autogroup").write_text(str(LOWEST))
    except OSError:  # it has ended, or the kernel has no such thing
        return
