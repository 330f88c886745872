"""Run the battery against a checker and record where it was wrong."""

import random
import time
from collections.abc import Callable, Sequence

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from .battery import Case, cases_for
from .binding import Checker
from .report import Finding, Kind, TaskReport, excerpt

SLOW_SECONDS = 5.0
Check = Callable[[Problem, str], float | None]


def audit_suite(
    suite: Suite,
    checker: Checker | None = None,
    name: str = "assay",
    problems: int = 20,
    seed: int = 0,
) -> TaskReport:
    """Audit `checker` on the first `problems` problems of a suite; the suite's own when None.

    A third party's checker is given (prompt, answer, completion). Raises UsageError when there
    is nothing to audit.
    """
    if problems < 1:
        raise UsageError(f"--problems {problems}: use at least 1")

    def own(problem: Problem, completion: str) -> float | None:
        return suite.verify(problem, completion).score

    def theirs(problem: Problem, completion: str) -> float | None:
        assert checker is not None
        return checker(problem.prompt, problem.answer, completion)

    report = TaskReport(checker=name, task=suite.name)
    rng = random.Random(seed)
    for index in range(min(problems, len(suite))):
        report.problems += 1
        for case in cases_for(suite, index, rng):
            _try(report, suite[index], case, own if checker is None else theirs)
    return report


def _try(report: TaskReport, problem: Problem, case: Case, check: Check) -> None:
    started = time.perf_counter()
    raised, score = "", None
    try:
        score = check(problem, case.completion)
    except (Exception, SystemExit) as error:  # what a checker raises is a finding
        raised = f"{type(error).__name__}: {error}"[:300]
    seconds = time.perf_counter() - started
    report.checks += 1
    report.slowest = max(report.slowest, seconds)
    for kind, detail in _mistakes(case, score, raised, seconds):
        report.findings.append(
            Finding(
                kind=kind,
                problem=problem.id,
                case=case.name,
                answer=excerpt(problem.answer),
                completion=excerpt(case.completion),
                detail=detail,
                seconds=seconds,
            )
        )


def _mistakes(
    case: Case, score: float | None, raised: str, seconds: float
) -> list[tuple[Kind, str]]:
    found: list[tuple[Kind, str]] = []
    if raised:
        found.append(("raised", raised))
    elif score is None:
        found.append(("no_verdict", "the checker returned no score"))
    elif case.correct is False and score > 0:
        found.append(("false_positive", f"scored {score}"))
    elif case.correct is True and score < 1:
        found.append(("false_negative", f"scored {score}"))
    if seconds > SLOW_SECONDS:
        found.append(("slow", f"took {seconds:.1f} s"))
    return found


def audit(
    suites: Sequence[Suite],
    checker: Checker | None = None,
    name: str = "assay",
    problems: int = 20,
    seed: int = 0,
) -> list[TaskReport]:
    """Audit a checker on several suites, in order."""
    return [audit_suite(suite, checker, name, problems, seed) for suite in suites]
