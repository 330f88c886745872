"""The `python` tool: an interpreter in the sandbox that keeps its state between calls.

An interpreter occupies a process, so only some of them are open at a time. The one that waited
longest gives its place up; when it is called again, its earlier calls are made again first.
"""

import threading
from collections import OrderedDict
from pathlib import Path

from ..sandbox import default_sandbox
from ..sandbox.types import Channel, ChannelClosed, Limits, Program, Sandbox
from .acting import IllegalActionError, Tool

LIMITS = Limits(cpu_seconds=600.0, wall_seconds=300.0, memory_mb=512, output_kb=256)
"""Of one interpreter; the wall clock runs while code runs."""
CPU_SECONDS = 5.0
"""Of one call."""
MOST_OPEN = 48
"""Interpreters that are open at a time in one process."""
_PRELUDE = (Path(__file__).parent / "interpreter_side.py").read_text(encoding="utf-8")
_ENDS = {
    "timeout": "it took too long", "memory": "it used too much memory",
    "output_limit": "it wrote too much", "signal": "it crashed", "nonzero_exit": "it ended itself",
    "ok": "it ended itself",
}  # fmt: skip
PYTHON = Tool(
    "python",
    "Run Python code in an interpreter that keeps its variables between calls. Gives what the "
    "code prints and the value of its last expression. Standard library only, no network.",
    {
        "type": "object", "required": ["code"], "additionalProperties": False,
        "properties": {"code": {"type": "string", "maxLength": 200_000}},
    },
    aside=True,
)  # fmt: skip


class Interpreter:
    """One interpreter, opened at the first call; after a crash the next call opens another."""

    def __init__(
        self,
        sandbox: Sandbox | None = None,
        limits: Limits = LIMITS,
        cpu_seconds: float = CPU_SECONDS,
    ) -> None:
        self._sandbox, self._limits, self._cpu_seconds = sandbox, limits, cpu_seconds
        self._channel: Channel | None = None
        self._cells: list[bytes] = []
        """The code that made the present state."""
        self._lock = threading.Lock()

    def run(self, code: str) -> str:
        """What the code prints and gives. Raises IllegalActionError when it ends the interpreter.

        Raises RuntimeError for a failure of the sandbox, which is ours.
        """
        source = code.encode("utf-8", "surrogatepass")
        with self._lock:
            if self._channel is None:
                self._open()
            reply = self._ask(source)
            self._cells.append(source)
        return reply.decode("utf-8", "replace") or "(no output)"

    def close(self) -> None:
        """End the interpreter. Idempotent."""
        _open.drop(self)
        with self._lock:
            self._cells = []
            self._end()

    def rest(self) -> bool:
        """Give the process up until the next call; False while a call is under way."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._end()
        finally:
            self._lock.release()
        return True

    def _open(self) -> None:
        """Begin, with the state that the earlier calls had made."""
        _open.take(self)
        sandbox = self._sandbox or default_sandbox()
        self._channel = sandbox.open_channel(Program("", prelude=_PRELUDE), self._limits)
        for cell in list(self._cells):
            self._ask(cell)

    def _ask(self, source: bytes) -> bytes:
        assert self._channel is not None
        try:
            return self._channel.ask(source, self._cpu_seconds)
        except ChannelClosed as end:
            self._channel, self._cells = None, []
            outcome = end.outcome
            if outcome.status == "sandbox_error":
                raise RuntimeError(f"the sandbox failed: {outcome.reason}") from None
            raise IllegalActionError(
                f"The interpreter was ended: {_ENDS[outcome.status]}. Its variables are lost; the "
                f"next call starts another. A call may use {self._cpu_seconds:g} s of CPU time."
            ) from None

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.discard()
            self._channel = None


class _Open:
    """The interpreters that hold a process, the one that was opened first in front."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Interpreter, None] = OrderedDict()

    def take(self, new: Interpreter) -> None:
        """Make room for one more."""
        with self._lock:
            self._held.pop(new, None)
            for old in list(self._held):
                if len(self._held) < MOST_OPEN:
                    break
                if old.rest():
                    del self._held[old]
            self._held[new] = None

    def drop(self, old: Interpreter) -> None:
        """Forget one that is closed."""
        with self._lock:
            self._held.pop(old, None)


_open = _Open()
