"""Programs that read stdin and print: running the cases, and comparing what was printed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ....sandbox.types import Limits, Outcome, Program, Sandbox
from .sandbox_registry import imported_libraries


@dataclass(frozen=True, slots=True)
class StdioCase:
    """One input and the outputs that count as right; the first is the published one."""

    given: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """How outputs are compared: exactly, unless the benchmark declares otherwise.

    `tolerance` is the absolute or relative error allowed to numbers; `numbers` lets a line of
    numbers differ in notation alone (3.0 and 3), and lines in the spaces before them. `decimals`
    is the error allowed to a number whose expected text has a decimal point.
    """

    tolerance: float | None = None
    numbers: bool = False
    decimals: float | None = None


EXACT_LINES = Compare()
"""Line by line, without trailing whitespace."""


def run_cases(
    sandbox: Sandbox, source: str, cases: Sequence[StdioCase], limits: Limits, stop_early: bool
) -> list[Outcome]:
    """One fresh process per case, in order; after a case that ends badly none, if `stop_early`.

    The expected outputs stay on the host.
    """
    libraries = imported_libraries(source)
    if not stop_early:
        programs = [Program(source=source, stdin=case.given, preload=libraries) for case in cases]
        return list(sandbox.run_many(programs, limits))
    outcomes = []
    for case in cases:
        program = Program(source=source, stdin=case.given, preload=libraries)
        outcome = sandbox.run(program, limits)
        outcomes.append(outcome)
        if outcome.status != "ok":
            break
    return outcomes


def compare_output(printed: str, expected: Sequence[str], compare: Compare) -> bool:
    """Whether what was printed is one of the expected outputs."""
    got = _lines(printed)
    for text in expected:
        want = _lines(text)
        if got == want:
            return True
        if compare.tolerance is not None and _close(got, want, compare.tolerance):
            return True
        if compare.decimals is not None and _close(got, want, compare.decimals, ".eE"):
            return True
        if compare.numbers and len(got) == len(want) and all(map(_same_numbers, got, want)):
            return True
    return False


def _same_numbers(got: str, want: str) -> bool:
    """Whether two lines are equal, or are decimal numbers of equal values."""
    if got.strip() == want.strip():
        return True
    try:
        ours, theirs = ([Decimal(token) for token in line.split()] for line in (got, want))
        return len(ours) == len(theirs) > 0 and ours == theirs
    except InvalidOperation:
        return False


def _lines(text: str) -> list[str]:
    """Lines without trailing whitespace, and without empty lines at the end."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _close(got: list[str], want: list[str], tolerance: float, marks: str = "") -> bool:
    """Whether all words are equal or near; with `marks`, only near numbers that have one."""
    if len(got) != len(want):
        return False
    return all(
        len(ours := one.split()) == len(theirs := other.split())
        and all(_close_token(a, b, tolerance, marks) for a, b in zip(ours, theirs, strict=True))
        for one, other in zip(got, want, strict=True)
    )


def _close_token(got: str, want: str, tolerance: float, marks: str) -> bool:
    if got == want:
        return True
    if marks and not any(mark in want for mark in marks):
        return False
    try:
        ours, theirs = float(got), float(want)
    except ValueError:
        return False
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return False
    return math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance)
