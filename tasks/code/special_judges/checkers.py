"""Checkers: the programs that decide on an output where many outputs are right.

Two conventions. Python checkers, as Open R1 publishes them, get the arguments `input.txt
correct_output.txt solution_output.txt` and print 1 or 0. C++ checkers, and Python ones that say so,
follow testlib: the arguments are `input output answer`, and the exit code decides.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ....sandbox.compiler import CompilationError, compile_cpp, native_program
from ....sandbox.errors import UsageError
from ....sandbox.types import Limits, Outcome, Sandbox
from ....sandbox.types import Program as SandboxProgram
from ..judging.names import parsed
from ..judging.sandbox_registry import imported_libraries, program_sandbox
from .testlib_header import headers_for

CHECKER_LIMITS = Limits(
    cpu_seconds=10.0, wall_seconds=30.0, memory_mb=1024, output_kb=256, files_mb=64
)
_INPUT, _OUTPUT, _ANSWER = "input.txt", "solution_output.txt", "correct_output.txt"
_PRINTING = (_INPUT, _ANSWER, _OUTPUT)
_TESTLIB = (_INPUT, _OUTPUT, _ANSWER)
_ACCEPTS = frozenset({"1", "1.0", "ok", "yes", "true", "accepted"})
_CPP = re.compile(r"^\s*#\s*include\b", re.MULTILINE)
_EXIT_CODES = {1: "wrong answer", 2: "presentation error", 7: "points", 8: "unexpected end of file"}
_FAILS = 3


class SpecialJudgeError(Exception):
    """The checker gives no decision; `ours` where the sandbox failed."""

    def __init__(self, reason: str, ours: bool = False) -> None:
        super().__init__(reason)
        self.ours = ours


@dataclass(frozen=True, slots=True)
class Checker:
    """The source of a checker, and known outputs `(input, expected, output, is_right)`."""

    source: str
    known: tuple[tuple[str, str, str, bool], ...] = ()
    row_field: str = "checker"
    """The field of the row that it comes from, for messages."""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What a C++ source includes by name (`testlib.h`), where the task carries it."""
    exit_code_decides: bool = False
    """Whether a Python checker follows testlib: `input output answer`, and 0 accepts."""
    right_programs: tuple[str, ...] = ()
    """Python programs known to be right: the checker must accept what they print."""
    wrong_programs: tuple[str, ...] = ()
    """Python programs known to be wrong: the checker must not accept all that all of them print."""

    @property
    def is_cpp(self) -> bool:
        """Whether the source is C++."""
        return _CPP.search(self.source) is not None

    @property
    def digest(self) -> str:
        """What identifies the checker and its known outputs."""
        content = (
            self.source, self.known, sorted(self.headers.items()), self.exit_code_decides,
            self.right_programs, self.wrong_programs,
        )  # fmt: skip
        return hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class JudgeDecision:
    """Whether a checker accepts an output, and what it says about it."""

    accepted: bool
    comment: str = ""


def why_not_runnable(checker: Checker) -> str | None:
    """Why a checker cannot be run at all, or None; a C++ source is compiled for it."""
    try:
        if checker.is_cpp:
            _image(checker)
        else:
            parsed(checker.source)
    except SyntaxError as error:
        return f"does not compile: {error.msg}"
    except CompilationError as error:
        return f"does not compile: {error}"
    except UsageError as error:
        return f"cannot be compiled: {error}"
    return None


def accepts(
    checker: Checker, given: str, expected: str, printed: str, sandbox: Sandbox | None = None
) -> bool:
    """Whether the checker accepts one output. Raises CheckerFailedError, as `decide` does."""
    return decide(checker, given, expected, printed, sandbox).accepted


def decide(
    checker: Checker, given: str, expected: str, printed: str, sandbox: Sandbox | None = None
) -> JudgeDecision:
    """What the checker says of one output; one that it cannot read is not accepted.

    Raises CheckerFailedError where it meets a limit, is killed, blames the task (testlib's exit
    code 3) or does not compile, and where the sandbox fails.
    """
    files = {_INPUT: given, _OUTPUT: printed, _ANSWER: expected}
    outcome = (sandbox or program_sandbox()).run(_program(checker, files), CHECKER_LIMITS)
    if outcome.status not in ("ok", "nonzero_exit"):
        ours = outcome.status == "sandbox_error"
        raise SpecialJudgeError(f"it did not end well ({_why(outcome)})", ours)
    if checker.is_cpp or checker.exit_code_decides:
        return _by_exit_code(outcome)
    words = outcome.stdout.split()
    says_so = bool(words) and words[0].lower().rstrip(":.") in _ACCEPTS
    return JudgeDecision(outcome.status == "ok" and says_so, _first_line(outcome.stdout))


def _program(checker: Checker, files: Mapping[str, str]) -> SandboxProgram:
    if checker.is_cpp:
        return native_program(_image(checker), _TESTLIB, files)
    names = _TESTLIB if checker.exit_code_decides else _PRINTING
    arguments = f"import sys\nsys.argv = ['checker.py', {', '.join(map(repr, names))}]\n"
    libraries = imported_libraries(checker.source)
    return SandboxProgram(arguments + checker.source, files=files, preload=libraries)


def _image(checker: Checker) -> bytes:
    return compile_cpp(checker.source, headers_for(checker.source, checker.headers))


def _by_exit_code(outcome: Outcome) -> JudgeDecision:
    comment = _first_line(outcome.stderr or outcome.stdout)
    if outcome.exit_code == _FAILS:
        raise SpecialJudgeError(f"it blames the task: {comment or 'exit code 3'}")
    if outcome.exit_code == 0:
        return JudgeDecision(True, comment)
    name = _EXIT_CODES.get(outcome.exit_code or -1)
    return JudgeDecision(False, comment or name or f"exit code {outcome.exit_code}")


def _why(outcome: Outcome) -> str:
    return outcome.reason.rstrip(".") or outcome.status


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
