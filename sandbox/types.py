"""The types that every backend shares: programs, limits, outcomes, channels, sandboxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self

OutcomeStatus = Literal[
    "ok", "nonzero_exit", "signal", "timeout", "memory", "output_limit", "sandbox_error"
]
Level = Literal["namespaces", "landlock", "unsafe"]


@dataclass(frozen=True, slots=True)
class Program:
    """Python source to run as `__main__`, its stdin, and the files beside it.

    `files` maps relative names to contents, written into the private working folder. `preload`
    names third-party libraries that the program may import, kept loaded; without it only the
    standard library is available. `prelude` is trusted source that runs first, in the same
    namespace: definitions only, no secrets. It runs once in the fork-server, and every program
    with the same prelude starts from a copy of that state. If a prelude defines `main`, a program
    without source is a call of `main(exchange)`, and nothing has to be compiled for it.
    """

    source: str
    stdin: str | bytes = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    prelude: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of one run. CPU time decides; the wall clock is the backstop.

    In a channel, the wall clock runs only while a question is open. `processes` counts threads,
    the main thread included: a program may start threads but no processes. Every program sees two
    CPUs, whatever the machine has, so that a default thread pool has the same size everywhere.
    """

    cpu_seconds: float = 2.0
    wall_seconds: float = 10.0
    memory_mb: int = 512
    output_kb: int = 256
    processes: int = 8
    files_mb: int = 16
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `sandbox_error` is our own failure and says nothing about the program."""

    status: OutcomeStatus
    stdout: str = ""
    stderr: str = ""
    exit_code: int | None = None
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    stdout_bytes: bytes = field(default=b"", repr=False)
    """stdout byte for byte; `stdout` shows bytes that are not UTF-8 as U+FFFD."""
    reason: str = ""
    """One sentence: which limit was hit, which signal came, or what failed on our side."""


class Isolation(str):
    """The level of isolation that proved itself, as a string, with what it consists of.

    "namespaces": programs in namespaces or a container of their own. "landlock": among the
    caller's processes, behind Landlock and a seccomp filter. "unsafe": less, which was accepted.
    """

    mechanisms: Mapping[str, str]
    """Mechanism -> "present", or why it is missing."""
    reasons: Mapping[str, str]
    """Each stronger way that was tried -> why it does not work here."""

    def __new__(
        cls, level: Level, mechanisms: Mapping[str, str], reasons: Mapping[str, str] | None = None
    ) -> Self:
        made = super().__new__(cls, level)
        made.mechanisms, made.reasons = dict(mechanisms), dict(reasons or {})
        return made


class ChannelClosed(Exception):  # noqa: N818 (the end of a program is no error)
    """The program has ended or broken the rules of the channel; `outcome` says how it ended."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.status}: {outcome.reason}")
        self.outcome = outcome


class Channel(Protocol):
    """A running program that can be asked questions, one at a time.

    A reply counts only for the open question: bytes that the program sends before it is asked, or
    after it has answered, end the run.
    """

    def ask(self, question: bytes, cpu_seconds: float | None = None) -> bytes:
        """Send one question and wait for its reply.

        `cpu_seconds` bounds this one answer, within the limits of the run.
        Raises ChannelClosed with the Outcome when the program ends, hits a limit or misbehaves.
        """
        ...

    def close(self) -> Outcome:
        """End the program and wait until nothing of it is left. Idempotent.

        The outcome is "ok" if it was still running; else it says how the program had ended.
        """
        ...

    def discard(self) -> None:
        """End the program, for a caller that need not know how it ended. Idempotent.

        Returns at once; the sandbox waits until nothing of it is left before it runs another
        program in that place.
        """
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


class Sandbox(Protocol):
    """A backend. Safe to call from any thread; closing it leaves nothing behind."""

    name: str
    isolation: Isolation
    """The level that proved itself, its mechanisms, and why it is not a stronger one."""

    def run(self, program: Program, limits: Limits | None = None) -> Outcome:
        """Run a program to its end. Never raises for what the program does."""
        ...

    def run_many(self, programs: Sequence[Program], limits: Limits | None = None) -> list[Outcome]:
        """Run programs in parallel; the outcomes come in the order of the programs."""
        ...

    def open_channel(self, program: Program, limits: Limits | None = None) -> Channel:
        """Start `program` and keep it running as a server of questions.

        The program finds the function `serve(answer)` in its globals (injected by the sandbox,
        not importable): calling it hands every question to `answer(bytes) -> bytes` until the
        channel closes. It must be called once, from the main thread. `exchange(reply)` is the
        same in single steps, for a program that asks back in the middle of an answer: it sends a
        reply (None at first) and returns the next question, or raises SystemExit at the end.
        """
        ...

    def close(self) -> None:
        """Stop the backend. Afterwards no process, mount, container or descriptor is left."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...
