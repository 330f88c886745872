"""The interpreter's side of the `python` tool: this text runs inside the sandbox.

The code that it runs may change all of it; that is harmless, since what it sends is shown to the
model and read as nothing else.
"""

import ast
import io
import linecache
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

MOST = 200_000
"""Characters of output that are kept."""
CALL_SECONDS = 60
"""Of waiting in one call: code that sleeps ends with a TimeoutError, and keeps its variables."""


class Output(io.TextIOBase):
    """Keeps the beginning of what is printed."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        """Keep what still has room."""
        if self.size < MOST:
            self.parts.append(text[: MOST - self.size])
        self.size += len(text)
        return len(text)


class Namespace:
    """Runs pieces of code one after the other in one namespace."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self.count = 0

    def run(self, source: str) -> str:
        """What the code prints, then the value of a last expression or the traceback."""
        output = Output()
        sys.stdout = sys.stderr = output
        name = f"<cell {self.count}>"
        self.count += 1
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            signal.alarm(CALL_SECONDS)
            self._execute(source, name)
        except BaseException as error:  # an exit too ends the cell only
            output.write(self._trace(error))
        finally:
            signal.alarm(0)
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        text = "".join(output.parts)
        left_out = output.size - len(text)
        return text + (f"\n... ({left_out} more characters)" if left_out > 0 else "")

    def _execute(self, source: str, name: str) -> None:
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), self.space)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.space)
            if value is not None:
                self.space["_"] = value
                print(repr(value))

    def _trace(self, error: BaseException) -> str:
        """The traceback without the frames of this text."""
        trace = error.__traceback__
        while trace is not None and not trace.tb_frame.f_code.co_filename.startswith("<cell"):
            trace = trace.tb_next
        return "".join(traceback.format_exception(type(error), error, trace, limit=20))


def _waited(number: int, frame: object) -> None:
    raise TimeoutError(f"a call may take {CALL_SECONDS} s")


def main(exchange: Callable[[bytes | None], bytes]) -> None:
    """Run each question's code and answer with its output, until the channel closes."""
    interpreter = Namespace()
    signal.signal(signal.SIGALRM, _waited)
    reply: bytes | None = None
    while True:
        source = exchange(reply).decode("utf-8", "surrogatepass")
        reply = interpreter.run(source).encode("utf-8", "backslashreplace")
