"""Verify programs: `verify_function` against tests that call it, `verify_stdio` against cases.

The program runs in one sandbox and can only be asked to call something with plain data, or be
fed stdin. The tests run in another; see `judging`. A verdict of 1 needs every case to pass on
the judge's side, in code that the program never met.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.types import ChannelClosed, Limits, Outcome, Sandbox
from ..verdict import Status, Verdict, checker_error, correct, wrong
from .extraction.assembly import futures_first
from .extraction.program import Extracted, program_of
from .judging.failures import IN_DOUBT, is_broken, missing_name, reason_of, status_of
from .judging.literal_tests import LiteralTests
from .judging.notation import MalformedError
from .judging.outcomes import STATUS_OF_OUTCOME, ended
from .judging.sandbox_registry import imported_libraries, is_installed, judges, program_sandbox
from .judging.session import (
    BadProgramError,
    JudgeFailedError,
    JudgeTask,
    ProgramChannel,
    UnexpectedQuestionError,
)
from .judging.stdio import EXACT_LINES, Compare, StdioCase, compare_output, run_cases
from .judging.test_analysis import BrokenTestsError, TestFacts, analyse_tests

FUNCTION_LIMITS = Limits(cpu_seconds=6.0, wall_seconds=30.0, memory_mb=1024, output_kb=1024)
STDIO_LIMITS = Limits(cpu_seconds=6.0, wall_seconds=60.0, memory_mb=1024, output_kb=16_384)

LIBRARIES = ("mpmath", "numpy", "pandas", "scipy", "sympy")
"""What tests may import beyond the standard library without being told so by `preload`."""

_CPU_ONE_BY_ONE, _WALL_ONE_BY_ONE = 0.5, 5.0
"""Seconds of CPU for one answer, and of the wall clock in all, where calls are asked again."""

_LEAST_ONE_BY_ONE = 0.5
"""Seconds of the verdict's time, less than which are too few to ask again."""


@dataclass(frozen=True, slots=True)
class FunctionOptions:
    """What few tests need: an interpreter of their own, and further libraries."""

    fresh_judge: bool = False
    """Give the tests an interpreter that no other tests use, for those that patch modules."""
    preload: tuple[str, ...] = ()
    """Libraries that both sides may import besides those of `LIBRARIES`."""


def verify_function(
    completion: str,
    tests: str,
    entry_point: str,
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
    *,
    prompt: str = "",
    setup: str = "",
    options: FunctionOptions = FunctionOptions(),
) -> Verdict:
    """Verify a completion that must define `entry_point` against tests that call it.

    `tests` is Python: assert statements, a `check(candidate)` function (HumanEval), TestCase
    classes or `test...` functions. `prompt` is the trusted code that a completion may continue
    and whose helpers the tests may use; `setup` is trusted code run before either side.
    Both sides may import those of `LIBRARIES` that the tests or the program import, if they are
    installed. The verdict is there within `limits.wall_seconds` and a second.
    Raises nothing for what a model wrote; broken tests give `checker_error`.
    """
    started = time.perf_counter()
    verdict = _function_verdict(
        completion, (tests, prompt, setup), entry_point, (sandbox, limits, options)
    )
    return verdict.model_copy(update={"seconds": time.perf_counter() - started})


def _function_verdict(
    completion: str,
    texts: tuple[str, str, str],
    entry_point: str,
    how: tuple[Sandbox | None, Limits | None, FunctionOptions],
) -> Verdict:
    tests, prompt, setup = texts
    sandbox, limits, options = how
    fresh = options.fresh_judge
    runnable = _runnable(prompt)
    try:
        known = analyse_tests(tests, runnable, setup, entry_point)
    except BrokenTestsError as error:
        return checker_error(str(error))
    program = program_of(completion, entry_point, prompt)
    if program.source is None:
        return wrong(program.status, None, f"No program to run: {program.how}.")
    preload = _libraries(options.preload, known.libraries, program.source)
    job = JudgeTask(
        tests, runnable, setup, entry_point, known.wanted, known.modules,
        known.check, known.functions, preload
    )  # fmt: skip
    box, limits = sandbox or program_sandbox(), limits or FUNCTION_LIMITS
    try:
        return _judged(job, known, program, (box, limits, fresh), known.literal)
    except UnexpectedQuestionError:
        return _judged(job, known, program, (box, limits, fresh), None)


def _judged(
    job: JudgeTask,
    known: TestFacts,
    program: Extracted,
    how: tuple[Sandbox, Limits, bool],
    literal: LiteralTests | None,
) -> Verdict:
    """The verdict of one run of the program. May raise UnexpectedQuestionError."""
    sandbox, limits, fresh = how
    assert program.source is not None
    channel = None
    try:
        channel = ProgramChannel(sandbox, limits, job.preload)
        ahead = literal.question if literal else b""
        try:
            reply = channel.load(program.source, job.setup, known.declared, ahead)
        except ChannelClosed as error:
            if literal is None or error.outcome.status == "sandbox_error":
                raise
            left = channel.deadline - time.monotonic()
            meta = _one_by_one(job, known, program, (sandbox, limits, fresh), literal.cases, left)
            return ended(error.outcome, program.source, meta)
        if job.entry_point not in channel.names:
            reason = f"The program does not define {job.entry_point!r} once it has run."
            return wrong("rejected", program.source, reason)
        if literal and channel.names[job.entry_point] != "function":
            raise UnexpectedQuestionError
        if literal and literal.accepts(reply):
            account = literal.account()
        else:
            account = _account(job, channel, fresh)
    except BadProgramError as error:
        return wrong(error.status, program.source, error.sentence)
    except ChannelClosed as error:
        return ended(error.outcome, program.source, {})
    except MalformedError as error:
        return wrong("rejected", program.source, f"The program sent {error}.")
    except JudgeFailedError as error:
        return _judge_failed(error, program.source)
    except UsageError as error:
        return checker_error(f"the libraries that the tests import: {error}")
    finally:
        if channel is not None:
            channel.discard()
    return _verdict_of(account, program, known)


def _account(job: JudgeTask, channel: ProgramChannel, fresh: bool) -> dict[str, Any]:
    """The judge's account. Raises JudgeFailedError.

    Another run of the program then would be a second chance for one that fails by chance.
    """
    try:
        return judges().run(job, channel, fresh)
    except UnexpectedQuestionError:
        raise JudgeFailedError("it asked something else than its text shows") from None


def _one_by_one(
    job: JudgeTask, known: TestFacts, program: Extracted, how: tuple[Sandbox, Limits, bool],
    cases: int, left: float,
) -> dict[str, Any]:  # fmt: skip
    """How far a program comes that ended while it was asked everything at once: `Verdict.meta`.

    Nothing of the verdict depends on it. The calls before the one that ends the program took
    next to no time, so each gets little now, and all of them no more than is left of the time.
    """
    sandbox, limits, fresh = how
    assert program.source is not None
    if left < _LEAST_ONE_BY_ONE:
        return {}
    limits = replace(limits, wall_seconds=min(left, _WALL_ONE_BY_ONE))
    channel = None
    try:
        channel = ProgramChannel(sandbox, limits, job.preload, _CPU_ONE_BY_ONE)
        channel.load(program.source, job.setup, known.declared)
        if job.entry_point not in channel.names:
            return {}
        account = judges().run(job, channel, fresh, alone=True)
    except (BadProgramError, ChannelClosed, MalformedError, JudgeFailedError, UsageError):
        return {}
    finally:
        if channel is not None:
            channel.discard()
    stray = account["stray"]
    passed = min(account["passed"], cases - 1)
    return {
        "cases": cases,
        "passed": passed,
        "fraction": passed / cases,
        "failures": account["failures"] + ([stray] if stray else []),
        "calls": account["calls"],
        "extraction": program.how,
    }


def _libraries(given: tuple[str, ...], imported: tuple[str, ...], source: str) -> tuple[str, ...]:
    """The libraries that both sides of a check find warm."""
    wanted = {*given, *(name for name in imported if name in LIBRARIES and is_installed(name))}
    wanted.update(imported_libraries(source))
    if "pandas" in wanted:
        wanted.add("numpy")
    return tuple(sorted(wanted))


def _runnable(prompt: str) -> str:
    """The prompt as code: one that stops at a signature gets a body."""
    if not prompt.strip():
        return ""
    tail = prompt.rstrip().rpartition("\n")[2]
    if tail.endswith(":"):
        margin = len(tail) - len(tail.lstrip())
        return prompt.rstrip() + "\n" + " " * (margin + 4) + "pass\n"
    return prompt


def _verdict_of(account: dict[str, Any], program: Extracted, known: TestFacts) -> Verdict:
    """The verdict from the judge's account of the cases."""
    if not (account["passed"] or account["failed"] or account["stray"]) and (
        account["asserted"] or known.decides == "raise"
    ):
        account["passed"] = 1  # all of it is one case: nothing in it is told apart
    closed, stray = account.pop("closed"), account["stray"]
    total = account["passed"] + account["failed"] + (stray is not None)
    meta = {
        "cases": total,
        "passed": account["passed"],
        "fraction": account["passed"] / total if total else 0.0,
        "failures": account["failures"] + ([stray] if stray else []),
        "calls": account["calls"],
        "extraction": program.how,
    }
    if closed is not None:
        return ended(closed.outcome, program.source, meta)
    failures = meta["failures"]
    if not failures:
        if not account["calls"]:
            return _in_doubt("the tests never ask the program anything", meta)
        if total == 0 and not known.decides:
            return _in_doubt("the tests assert nothing", meta)
        if total == 0:
            reason = "What the program returned led the tests around every assertion."
            return wrong("incorrect", program.source, reason, **meta)
        reason = f"All {total} test cases pass ({program.how})."
        return correct(program.source, reason, **meta)
    first = failures[0]
    broken = next((one for one in failures if is_broken(one, known.demanded)), None)
    if broken is not None:
        what = f"{broken['error']}: {broken['message']}"
        if broken["error"] != "UndecidedComparisonError":
            return _in_doubt(f"the tests themselves fail: {what}", meta)
        reason = f"Nothing but the program vouches for its objects: {broken['message']}."
        return wrong("incorrect", program.source, reason, **meta, **{IN_DOUBT: what})
    absent = next(filter(None, (missing_name(one, known.demanded) for one in failures)), None)
    if absent is not None:
        reason = f"The program does not define {absent!r}, which the tests use."
        return wrong("incorrect", program.source, reason, **meta, **{IN_DOUBT: reason})
    return wrong(status_of(first), program.source, reason_of(first, meta), **meta)


def _judge_failed(error: JudgeFailedError, source: str | None) -> Verdict:
    """The judge itself ended: the tests' fault, unless the program's values led it there."""
    if error.calls and error.outcome is not None and error.outcome.status in ("timeout", "memory"):
        status = STATUS_OF_OUTCOME[error.outcome.status]
        reason = "The tests did not come to an end on the values that the program returned"
        return wrong(status, source, f"{reason} ({error.outcome.reason}).")
    why = f"the judge ended while it ran the tests: {error}"
    ours = error.outcome is not None and error.outcome.status == "sandbox_error"
    return checker_error(why) if ours else _in_doubt(why, {})


def _in_doubt(why: str, meta: dict[str, Any]) -> Verdict:
    """A failure of the tests, unless they do well with a program that is right."""
    return checker_error(why, **meta, **{IN_DOUBT: why})


def verify_stdio(
    completion: str,
    cases: Sequence[tuple[str, str]],
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
    *,
    compare: Compare = EXACT_LINES,
    header: str = "",
    any_of: Sequence[Sequence[str]] | None = None,
    stop_early: bool = True,
) -> Verdict:
    """Verify a program that reads stdin and prints: `cases` are (input, expected output).

    Outputs are compared line by line without trailing whitespace, or as `compare` says.
    `any_of` gives, per case, further outputs that count. `header` is trusted code
    that runs before the program. With `stop_early` the cases after the first failure are not run.
    """
    started = time.perf_counter()
    program = program_of(completion)
    if program.source is None:
        verdict = wrong(program.status, None, f"No program to run: {program.how}.")
    elif not cases:
        verdict = checker_error("there are no cases to run")
    else:
        todo = [
            StdioCase(given, (expected, *(any_of[index] if any_of else ())))
            for index, (given, expected) in enumerate(cases)
        ]
        box = sandbox or program_sandbox()
        source = futures_first([header], program.source) if header else program.source
        results = run_cases(box, source, todo, limits or STDIO_LIMITS, stop_early)
        verdict = _stdio_verdict(program, todo, results, compare)
    return verdict.model_copy(update={"seconds": time.perf_counter() - started})


def _stdio_verdict(
    program: Extracted, cases: list[StdioCase], outcomes: list[Outcome], compare: Compare
) -> Verdict:
    failures: list[dict[str, Any]] = []
    passed = 0
    status: Status = "incorrect"
    reason = ""
    for index, (case, outcome) in enumerate(zip(cases, outcomes, strict=False)):
        if outcome.status == "sandbox_error":
            return checker_error(f"the sandbox failed: {outcome.reason}")
        if outcome.status == "ok" and compare_output(outcome.stdout, case.expected, compare):
            passed += 1
            continue
        note = {
            "case": index, "status": outcome.status, "input": case.given[:400],
            "got": outcome.stdout[:400], "expected": case.expected[0][:400],
            "stderr": outcome.stderr[-400:],
        }  # fmt: skip
        if not failures:
            status, reason = _stdio_reason(index, outcome)
        failures.append(note)
    meta = {
        "cases": len(cases), "passed": passed, "fraction": passed / len(cases),
        "failures": failures[:50], "extraction": program.how,
    }  # fmt: skip
    if passed == len(cases):
        text = f"The output is right in all {passed} cases ({program.how})."
        return correct(program.source, text, **meta)
    return wrong(status, program.source, reason, **meta)


def _stdio_reason(index: int, outcome: Outcome) -> tuple[Status, str]:
    if outcome.status == "ok":
        return "incorrect", f"The output of case {index + 1} is not the expected one."
    last = outcome.stderr.strip().rpartition("\n")[2][:200]
    why = outcome.reason or outcome.status
    return (
        STATUS_OF_OUTCOME[outcome.status],
        f"The program did not end well in case {index + 1}: {why}"
        + (f" ({last})." if last else "."),
    )
