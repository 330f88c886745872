"""Verdicts by a checker, which decides only once it has proved itself on known outputs."""

import hashlib
import threading
from collections.abc import Sequence
from typing import Any

from ....sandbox.types import Limits, Outcome, Sandbox
from ...verdict import Status, Verdict, checker_error, correct, wrong
from ..extraction.program import Extracted, program_of
from ..judging.outcomes import STATUS_OF_OUTCOME
from ..judging.sandbox_registry import program_sandbox
from ..judging.stdio import EXACT_LINES, StdioCase, compare_output, run_cases
from ..verifier import STDIO_LIMITS
from .checkers import Checker, SpecialJudgeError, decide, why_not_runnable

_SHOWN = 400
_MOST_PROOFS = 4096
_MOST_PROGRAMS = 3
_lock = threading.Lock()
_proofs: dict[str, str | None] = {}


def why_not_trusted(
    checker: Checker,
    cases: Sequence[tuple[str, str]],
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
) -> str | None:
    """Why a checker may not decide, or None.

    It must accept the expected output of every case, every known right output and what the known
    right programs print; and reject an empty output (where the expected one is not), every known
    wrong output, and something of what the known wrong programs print. Each is asked once. Raises
    CheckerFailedError where the sandbox fails.
    """
    reason = why_not_runnable(checker)
    if reason is not None:
        return reason
    content = repr((checker.digest, list(cases))).encode("utf-8", "surrogatepass")
    key = hashlib.sha256(content).hexdigest()
    with _lock:
        if key in _proofs:
            return _proofs[key]
    box = sandbox or program_sandbox()
    reason = _disproved_by_outputs(checker, cases, box)
    reason = reason or _disproved_by_programs(checker, cases, box, limits or STDIO_LIMITS)
    with _lock:
        if len(_proofs) >= _MOST_PROOFS:
            _proofs.clear()
        _proofs[key] = reason
    return reason


def _disproved_by_outputs(
    checker: Checker, cases: Sequence[tuple[str, str]], sandbox: Sandbox
) -> str | None:
    known = [(given, expected, expected, True) for given, expected in cases]
    known += [(given, expected, "", False) for given, expected in cases[:1] if expected.strip()]
    for given, expected, printed, is_right in (*known, *checker.known):
        try:
            decision = decide(checker, given, expected, printed, sandbox)
        except SpecialJudgeError as error:
            if error.ours:
                raise
            return f"{error}, on the output {printed[:60]!r}"
        if decision.accepted != is_right:
            verb = "rejects a right" if is_right else "accepts a wrong"
            return f"{verb} output: {printed[:60]!r}"
    return None


def _disproved_by_programs(
    checker: Checker, cases: Sequence[tuple[str, str]], box: Sandbox, limits: Limits
) -> str | None:
    """Why what known programs print speaks against the checker, or None.

    A program that a contest has judged wrong may still be right in these cases, so the wrong ones
    count only together, and only if they print something else than the expected outputs.
    """
    todo = [StdioCase(given, (expected,)) for given, expected in cases]
    for source in checker.right_programs[:_MOST_PROGRAMS]:
        for case, outcome in zip(todo, run_cases(box, source, todo, limits, False), strict=True):
            if outcome.status == "ok" and not _accepted(checker, case, outcome, box):
                return f"rejects what a known right program prints: {outcome.stdout[:60]!r}"
    found_out, differ = False, False
    for source in checker.wrong_programs[:_MOST_PROGRAMS]:
        for case, outcome in zip(todo, run_cases(box, source, todo, limits, False), strict=True):
            found_out |= outcome.status != "ok" or not _accepted(checker, case, outcome, box)
            differ |= not compare_output(outcome.stdout, case.expected, EXACT_LINES)
    if len(checker.wrong_programs) > 1 and differ and not found_out:
        return "accepts all that known wrong programs print"
    return None


def _accepted(checker: Checker, case: StdioCase, outcome: Outcome, box: Sandbox) -> bool:
    try:
        return decide(checker, case.given, case.expected[0], outcome.stdout, box).accepted
    except SpecialJudgeError as error:
        if error.ours:
            raise
        return False


def verify_with_checker(
    completion: str,
    cases: Sequence[tuple[str, str]],
    checker: Checker,
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
) -> Verdict:
    """Verify a program whose outputs a checker decides; `cases` are (input, expected output).

    A checker that has not proved itself gives `checker_error`. One that fails on an output of the
    program, though it judged the expected output of that case, has met a wrong output.
    """
    program = program_of(completion)
    if program.source is None:
        return wrong(program.status, None, f"No program to run: {program.how}.")
    if not cases:
        return checker_error("there are no cases to run")
    box = sandbox or program_sandbox()
    try:
        reason = why_not_trusted(checker, cases, box, limits)
    except SpecialJudgeError as error:
        return checker_error(f"the sandbox failed: {error}")
    if reason is not None:
        return checker_error(f"the checker (field {checker.row_field!r}) {_sentence(reason)}")
    todo = [StdioCase(given, (expected,)) for given, expected in cases]
    outcomes = run_cases(box, program.source, todo, limits or STDIO_LIMITS, stop_early=True)
    return _verdict(program, todo, outcomes, checker, box)


def _sentence(reason: str) -> str:
    return f"failed: {reason}" if reason.startswith("it ") else reason


def _verdict(
    program: Extracted,
    cases: list[StdioCase],
    outcomes: list[Outcome],
    checker: Checker,
    box: Sandbox,
) -> Verdict:
    for index, (case, outcome) in enumerate(zip(cases, outcomes, strict=False)):
        meta: dict[str, Any] = {
            "cases": len(cases), "passed": index, "fraction": index / len(cases),
            "extraction": program.how,
        }  # fmt: skip
        if outcome.status == "sandbox_error":
            return checker_error(f"the sandbox failed: {outcome.reason}", **meta)
        note = {
            "case": index, "status": outcome.status, "input": case.given[:_SHOWN],
            "got": outcome.stdout[:_SHOWN], "stderr": outcome.stderr[-_SHOWN:],
        }  # fmt: skip
        meta["failures"] = [note]
        if outcome.status != "ok":
            why = outcome.reason or outcome.status
            reason = f"The program did not end well in case {index + 1}: {why}."
            status: Status = STATUS_OF_OUTCOME[outcome.status]
            return wrong(status, program.source, reason, **meta)
        try:
            decision = decide(checker, case.given, case.expected[0], outcome.stdout, box)
        except SpecialJudgeError as error:
            if error.ours:
                return checker_error(f"the sandbox failed: {error}", **meta)
            reason = (
                f"The checker judges the expected output of case {index + 1}, but not this one: "
                f"{error}."
            )
            return wrong("incorrect", program.source, reason, **meta)
        if not decision.accepted:
            note["checker"] = decision.comment
            says = f": {decision.comment}" if decision.comment not in ("", "0") else ""
            reason = f"The checker rejects the output of case {index + 1}{says.rstrip('.')}."
            return wrong("incorrect", program.source, reason, **meta)
    total = len(cases)
    meta = {"cases": total, "passed": total, "fraction": 1.0, "extraction": program.how}
    reason = f"The checker accepts all {total} outputs ({program.how})."
    return correct(program.source, reason, **meta)
