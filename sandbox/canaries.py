"""Canaries: harmless programs that must fail, run at every start to prove that limits hold."""

from collections.abc import Callable
from dataclasses import dataclass

from .types import Limits, Outcome, Program, Sandbox

_LIMITS = Limits(cpu_seconds=2, wall_seconds=20, memory_mb=64, files_mb=16, processes=8)


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """One canary or attack, and whether the backend withstood it."""

    name: str
    family: str
    passed: bool
    said: str = ""


_FILES = f"""
import os
for path in ("/etc/passwd", "/proc/self/environ", {__file__!r}):
    try:
        os.open(path, os.O_RDONLY)
    except OSError:
        continue
    print("HARM", path)
raise SystemExit(1)
"""
_THREADS = """
import threading
end = threading.Event()
try:
    for _ in range(2 * 8):
        threading.Thread(target=end.wait).start()
    print("HARM")
finally:
    end.set()
"""
_DISK = """
import time
for n in range(5):
    with open(str(n), "wb") as file:
        file.write(bytes(4 << 20))
for n in range(100):  # where files are counted from outside, a busy machine counts late
    time.sleep(0.05)
    with open(f"more{n % 4}", "wb") as file:
        file.write(bytes(1 << 20))
print("HARM")
"""
FILES = "files"
"""The canary that decides whether any program is run at all."""
_CANARIES: tuple[tuple[str, str, Callable[[Outcome], bool]], ...] = (
    ("memory", "x = bytearray(1 << 28); print('HARM')", lambda o: o.status == "memory"),
    ("fork", "import os; os.fork(); print('HARM')", lambda o: o.status == "nonzero_exit"),
    (
        "network",
        "import socket; socket.create_connection(('127.0.0.1', 9), 1); print('HARM')",
        lambda o: o.status == "nonzero_exit" and "refused" not in o.stderr,
    ),
    (FILES, _FILES, lambda o: o.status == "nonzero_exit"),
    ("threads", _THREADS, lambda o: o.status == "nonzero_exit"),
    ("disk", _DISK, lambda o: o.status == "nonzero_exit"),
    ("plain", "print(6 * 7)", lambda o: o.stdout == "42\n"),
)


def canaries(sandbox: Sandbox) -> list[CanaryResult]:
    """Check that what a program may use and reach is limited, and that programs run.

    Memory, processes, threads, the network, the caller's files and the space for files.
    """
    checks = []
    for name, source, holds in _CANARIES:
        outcome = sandbox.run(Program(source), _LIMITS)
        passed = holds(outcome) and "HARM" not in outcome.stdout
        said = "" if passed else f"{outcome.status}: {outcome.reason} {outcome.stderr[-200:]}"
        checks.append(CanaryResult(name, "canary", passed, said.strip()))
    return checks
