"""Make the verdict of one check, in this process or in a worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, Verdict, load
from ...tasks.verdict import checker_error
from .jobs import ResolvedJob


@dataclass(frozen=True, slots=True)
class Sent:
    """A check as another process gets it: the suite by its name and options."""

    completion: str
    task: str | None
    options: Mapping[str, Any]
    problem: Problem | None
    answers: tuple[str, ...]
    cases: tuple[tuple[str, str], ...]
    function: tuple[str, str] | None

    def received(self) -> ResolvedJob:
        """The check again. Raises UsageError where the task cannot be loaded."""
        suite = None if self.task is None else _suite(self.task, self.options)
        problem = self.problem
        return ResolvedJob(self.completion, suite, problem, self.answers, self.cases, self.function)


Answer = tuple[str, float | None, str | None, str, float, dict[str, Any]]
"""A verdict as a worker returns it, field by field."""
WORKER_TARGET = f"{__name__}:verdict_in_worker"


def verdict_of(check: ResolvedJob) -> Verdict:
    """Check in this thread; never raises for what a model wrote."""
    if check.suite is not None and check.problem is not None:
        return check.suite.verify(check.problem, check.completion)
    if check.function is not None:
        from ...tasks.code.verifier import verify_function

        return verify_function(check.completion, *check.function)
    if check.cases:
        from ...tasks.code.verifier import verify_stdio

        return verify_stdio(check.completion, list(check.cases))
    return verify_any(check.answers, check.completion)


def verdict_or_again(check: ResolvedJob) -> Verdict:
    """Check in this thread, once more where the first check failed on our side."""
    found = verdict_of(check)
    return verdict_of(check) if found.score is None else found


@cache
def _math_verifier() -> ModuleType:
    """Imported when a math answer is first checked: it takes long."""
    return import_module("...tasks.math.verifier", __package__)


def verify_any(answers: tuple[str, ...], completion: str) -> Verdict:
    """The math verdict against several accepted answers: correct when one of them matches.

    Where none matches, a `checker_error` is passed on, so that our failure never becomes a 0.
    """
    verifier = _math_verifier()
    verdicts = []
    for answer in answers:
        verdict: Verdict = verifier.verify_math(answer, completion)
        if verdict.correct:
            return verdict
        verdicts.append(verdict)
    return next((verdict for verdict in verdicts if verdict.score is None), verdicts[0])


def sendable(check: ResolvedJob) -> Sent | None:
    """The check for another process; None when that could not load the suite."""
    task: str | None = None
    options: Mapping[str, Any] = {}
    if check.suite is not None:
        if check.suite.loaded_as is None:
            return None
        task, options = check.suite.loaded_as
    return Sent(
        check.completion, task, options, check.problem, check.answers, check.cases, check.function
    )


_suites: dict[str, Suite] = {}


def _suite(name: str, options: Mapping[str, Any]) -> Suite:
    key = repr((name, sorted(options.items())))
    if key not in _suites:
        _suites[key] = load(name, **options)
    return _suites[key]


def verdict_in_worker(sent: Sent) -> Answer:
    """Runs in a worker."""
    try:
        check = sent.received()
    except UsageError as mistake:  # the caller could load it: a file has gone meanwhile
        return fields_of(checker_error(f"a worker cannot load the task {sent.task!r}: {mistake}"))
    return fields_of(verdict_of(check))


def fields_of(verdict: Verdict) -> Answer:
    """A verdict as plain fields."""
    return (
        verdict.status, verdict.score, verdict.extracted, verdict.reason, verdict.seconds,
        verdict.meta,
    )  # fmt: skip


def verdict_from(answer: Answer) -> Verdict:
    """The verdict that a worker returned."""
    status, score, extracted, reason, seconds, meta = answer
    return Verdict(
        status=status, score=score, extracted=extracted, reason=reason, seconds=seconds, meta=meta
    )
