"""Run untrusted programs: `open_sandbox(name)` opens a backend, `run` returns an `Outcome`."""

from .defaults import default_sandbox, isolation_in_use, open_sandbox
from .errors import UsageError
from .types import Channel, ChannelClosed, Isolation, Limits, Outcome, Program, Sandbox

__all__ = [
    "Channel",
    "ChannelClosed",
    "Isolation",
    "Limits",
    "Outcome",
    "Program",
    "Sandbox",
    "UsageError",
    "default_sandbox",
    "isolation_in_use",
    "open_sandbox",
]
