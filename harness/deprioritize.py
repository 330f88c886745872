"""Lower the priority of sandboxed programs that have run for long.

The scheduler shares the processors evenly, so a few endless programs would take most of them
from the many that end in milliseconds. A program that has used `GRACE` seconds of CPU time gets
the lowest priority and only what the others leave. Verdicts do not change, because programs are
limited by CPU time. Best effort: on Linux, for programs that are our own child processes.
"""

import os
import threading
from pathlib import Path

from ..sandbox.defaults import default_sandbox

GRACE = 0.5
LOWEST = 19
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Deprioritizer:
    """Looks for long-running programs every `pause` seconds while any run, until closed."""

    def __init__(self, pause: float = 0.25) -> None:
        self._pause = pause
        self._lowered: set[int] = set()
        self._busy = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="deprioritize", daemon=True)
        self._thread.start()

    def watch(self) -> None:
        """Start looking: a program may be running."""
        self._busy.set()

    def close(self) -> None:
        """Stop. Idempotent."""
        self._closed = True
        self._busy.set()
        self._thread.join()

    def _run(self) -> None:
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
    """The programs of these servers: the leaders of a session of their own among what is below."""
    below = [pid for server in servers for pid in children(server)]
    below += [pid for inner in below for pid in children(inner)]
    return [pid for pid in below if leads_session(pid)]


def leads_session(pid: int) -> bool:
    """Whether a process is the first of its session, as every program is."""
    try:
        return os.getsid(pid) == pid
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """The child processes of a process; none where the kernel does not list them."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def used(pid: int) -> float:
    """CPU seconds that a process has used; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def lower(pid: int) -> None:
    """Give a process, and its session where sessions are scheduled, the lowest priority."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST)
        Path(f"/proc/{pid}/autogroup").write_text(str(LOWEST))
    except OSError:  # it has ended, or the kernel has no autogroups
        return
