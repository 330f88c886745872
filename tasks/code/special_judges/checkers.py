"""Checkers in Python, run in the sandbox, and trusted only once they have proved themselves.

A checker is a script with the arguments `input.txt correct_output.txt solution_output.txt`. It
accepts by printing 1 (or OK, YES, true) and ending with exit code 0, or rejects by anything else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ....sandbox.types import Limits, Sandbox
from ....sandbox.types import Program as SandboxProgram
from ...verdict import Verdict, checker_error, correct, wrong
from ..extraction.program import program_of
from ..judging.names import parsed
from ..judging.outcomes import STATUS_OF_OUTCOME
from ..judging.sandbox_registry import imported_libraries, program_sandbox
from ..verifier import STDIO_LIMITS

CHECKER_LIMITS = Limits(cpu_seconds=10.0, wall_seconds=60.0, memory_mb=1024, output_kb=256)
_FILES = ("input.txt", "correct_output.txt", "solution_output.txt")
_ARGUMENTS = f"import sys\nsys.argv = ['checker.py', {', '.join(map(repr, _FILES))}]\n"
_ACCEPTS = frozenset({"1", "1.0", "ok", "yes", "true", "accepted"})
_CPP = re.compile(r"^\s*#\s*include\b", re.MULTILINE)


class CheckerFailedError(Exception):
    """The checker gives no verdict: the task's fault."""


@dataclass(frozen=True, slots=True)
class Checker:
    """The source of a checker, and known outputs `(input, expected, output, is_right)`."""

    source: str
    known: tuple[tuple[str, str, str, bool], ...] = ()


def accepts(
    checker: Checker, given: str, expected: str, printed: str, sandbox: Sandbox | None = None
) -> bool:
    """Whether the checker accepts one output; one that it cannot read is not accepted.

    Raises CheckerFailedError where it meets a limit or the sandbox fails.
    """
    files = dict(zip(_FILES, (given, expected, printed), strict=True))
    program = SandboxProgram(
        source=_ARGUMENTS + checker.source, files=files,
        preload=imported_libraries(checker.source),
    )  # fmt: skip
    outcome = (sandbox or program_sandbox()).run(program, CHECKER_LIMITS)
    if outcome.status not in ("ok", "nonzero_exit"):
        raise CheckerFailedError(f"the checker did not end well: {outcome.reason}")
    words = outcome.stdout.split()
    return outcome.status == "ok" and bool(words) and words[0].lower().rstrip(":.") in _ACCEPTS


def why_not_trusted(checker: Checker, cases: Sequence[tuple[str, str]]) -> str | None:
    """Why a checker may not decide, or None.

    It must accept the expected output of the first case and every known right output, and
    reject an empty output and every known wrong one.
    """
    if _CPP.search(checker.source):
        return "the checker is C++, and only Python checkers can be run"
    try:
        parsed(checker.source)
    except SyntaxError as error:
        return f"the checker does not compile: {error.msg}"
    return _proved(checker, tuple(cases[:1]))


@lru_cache(maxsize=4096)
def _proved(checker: Checker, cases: tuple[tuple[str, str], ...]) -> str | None:
    known = [(given, expected, expected, True) for given, expected in cases]
    known += [(given, expected, "", False) for given, expected in cases if expected.strip()]
    for given, expected, printed, is_right in (*known, *checker.known):
        try:
            accepted = accepts(checker, given, expected, printed)
        except CheckerFailedError as error:
            return str(error)
        if accepted != is_right:
            verb = "rejects a right" if is_right else "accepts a wrong"
            return f"the checker {verb} output: {printed[:60]!r}"
    return None


def verify_with_checker(
    completion: str,
    cases: Sequence[tuple[str, str]],
    checker: Checker,
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
) -> Verdict:
    """Verify a program whose outputs a checker decides; `cases` are (input, expected output).

    A checker that has not proved itself gives `checker_error`.
    """
    program = program_of(completion)
    if program.source is None:
        return wrong(program.status, None, f"No program to run: {program.how}.")
    if not cases:
        return checker_error("there are no cases to run")
    reason = why_not_trusted(checker, cases)
    if reason is not None:
        return checker_error(reason)
    box = sandbox or program_sandbox()
    libraries = imported_libraries(program.source)
    for index, (given, expected) in enumerate(cases):
        run = SandboxProgram(source=program.source, stdin=given, preload=libraries)
        outcome = box.run(run, limits or STDIO_LIMITS)
        meta = {"cases": len(cases), "passed": index, "fraction": index / len(cases)}
        if outcome.status == "sandbox_error":
            return checker_error(f"the sandbox failed: {outcome.reason}")
        if outcome.status != "ok":
            why = outcome.reason or outcome.status
            reason = f"The program did not end well in case {index + 1}: {why}."
            return wrong(STATUS_OF_OUTCOME[outcome.status], program.source, reason, **meta)
        try:
            accepted = accepts(checker, given, expected, outcome.stdout, box)
        except CheckerFailedError as error:
            return checker_error(f"{error}, in case {index + 1}")
        if not accepted:
            reason = f"The checker rejects the output of case {index + 1}."
            return wrong("incorrect", program.source, reason, **meta)
    meta = {"cases": len(cases), "passed": len(cases), "fraction": 1.0}
    reason = f"The checker accepts all {len(cases)} outputs ({program.how})."
    return correct(program.source, reason, **meta)
