"""What the harness and a fork-server exchange: a request, and how the run ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class ServerGoneError(OSError):
    """The fork-server has died, never came up, or does not answer."""


@dataclass
class RunRequest:
    """One program with its limits, as plain values that can be sent to a server."""

    source: bytes
    limits: Mapping[str, float]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    prelude: bytes = b""


@dataclass
class Ending:
    """How a run ended, in numbers. `outcomes.conclude` turns it into an Outcome."""

    status: int = 0
    """The wait status of the program's process."""
    cpu: float = 0.0
    wall: float = 0.0
    peak_kb: int = 0
    why: str = ""
    """What ended it: "" (it ended by itself), "cpu", "wall", "output", "memory", "files", "closed",
    "protocol", or "answer" for the CPU limit of a single answer."""
    report: str = ""
    """"R" once the confinement was complete and the program started; else what failed before."""
    stdout: bytes = b""
    stderr: bytes = b""
    detail: str = ""
