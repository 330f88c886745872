"""Whether a program sleeps, seen from outside through /proc."""

import os
import re

_CPU_FIELDS = slice(11, 13)  # utime and stime, counted from the state
_PID = re.compile(rb"^Pid:\s+(\d+)", re.MULTILINE)


class SleepWatch:
    """Looks at a process from time to time and tells whether it waits for something.

    A process that could run but gets no processor does not count as asleep: a busy machine must
    not make programs look idle.
    """

    def __init__(self, pidfd: int) -> None:
        """Takes over the descriptor."""
        self._pidfd = pidfd
        self._last: bytes | None = None

    def asleep(self) -> bool:
        """Whether no thread wanted a processor, now and at the last look, nor used one between."""
        before, self._last = self._last, self._look()
        return self._last is not None and self._last == before

    def _look(self) -> bytes | None:
        """The CPU time used so far, if every thread waits or is stopped; else None."""
        try:
            with open(f"/proc/self/fdinfo/{self._pidfd}", "rb") as file:
                found = _PID.search(file.read())
            if found is None:
                return None
            folder = f"/proc/{int(found[1])}"
            with open(f"{folder}/stat", "rb") as file:
                used = b" ".join(file.read().rpartition(b")")[2].split()[_CPU_FIELDS])
            for thread in os.listdir(f"{folder}/task"):
                with open(f"{folder}/task/{thread}/stat", "rb") as file:
                    if file.read().rpartition(b")")[2].split()[0] not in (b"S", b"T", b"t", b"D"):
                        return None
        except OSError:  # it has ended, or /proc shows us nothing
            return None
        return used

    def close(self) -> None:
        """Close the descriptor; idempotent."""
        pidfd, self._pidfd = self._pidfd, -1
        if pidfd >= 0:
            os.close(pidfd)
