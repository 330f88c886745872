"""Canaries: harmless programs that must fail, run at every start to prove that limits hold."""

from collections.abc import Callable
from dataclasses import dataclass

from .types import Limits, Outcome, Program, Sandbox

_LIMITS = Limits(cpu_seconds=2, wall_seconds=20, memory_mb=64)


@dataclass(frozen=True, slots=True)
class Check:
    """One canary or attack, and whether the backend withstood it."""

    name: str
    family: str
    passed: bool
    said: str = ""


_CANARIES: tuple[tuple[str, str, Callable[[Outcome], bool]], ...] = (
    ("memory", "x = bytearray(1 << 28); print('HARM')", lambda o: o.status == "memory"),
    ("fork", "import os; os.fork(); print('HARM')", lambda o: o.status == "nonzero_exit"),
    (
        "network",
        "import socket; socket.create_connection(('127.0.0.1', 9), 1); print('HARM')",
        lambda o: o.status == "nonzero_exit" and "refused" not in o.stderr,
    ),
    ("files", "open('/etc/passwd'); print('HARM')", lambda o: o.status == "nonzero_exit"),
    ("plain", "print(6 * 7)", lambda o: o.stdout == "42\n"),
)


def canaries(sandbox: Sandbox) -> list[Check]:
    """Check that memory, processes, network and files are limited, and that programs run."""
    checks = []
    for name, source, holds in _CANARIES:
        outcome = sandbox.run(Program(source), _LIMITS)
        passed = holds(outcome) and "HARM" not in outcome.stdout
        said = "" if passed else f"{outcome.status}: {outcome.reason} {outcome.stderr[-200:]}"
        checks.append(Check(name, "canary", passed, said.strip()))
    return checks
