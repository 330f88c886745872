"""Run the battery against a checker and record what it gets wrong."""

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from ...tasks.episode import EpisodeSuite
from .answer_format import AnswerFormat, in_format
from .battery import BatteryCase, cases_for
from .environments import SuiteEnvironment
from .episodes import EpisodeAuditor
from .guard import CheckerDiedError, CheckerHungError, GuardedChecker
from .mining import mine
from .probing import Prober, telling
from .programs import cases_gold, in_fence
from .report import Finding, Kind, TaskReport, excerpt
from .signatures import Checker

HUNG_SECONDS = 30.0
"""A checker that has not answered by then is killed."""
SEARCH = 2_000
"""Completions that are tried on each probed problem beside the battery and the probes."""
SLOWER = 10
"""A program takes so many times as long to check as an answer: the search tries fewer."""
Check = Callable[[Problem, str], float | None]


def audit_suite(
    suite: Suite,
    checker: Checker | None = None,
    name: str = "assay",
    problems: int = 20,
    seed: int = 0,
    answer_format: AnswerFormat = "tags",
    search: int = SEARCH,
) -> TaskReport:
    """Audit `checker`, or the suite's own when None, on the first `problems` problems of a suite.

    A `checker` is called with (prompt, answer, completion) in a process that is killed when it
    hangs; answers are written in `answer_format`. It is also probed for known weaknesses, and
    `search` completions are tried on each probed problem. A checker of programs gets the cases as
    its answer, `{"inputs": [...], "outputs": [...]}`, and programs in ```python blocks; a tenth of
    `search` is tried there. A suite of episodes is attacked in play too. Raises UsageError for
    `problems` below 1, and for a checker of a suite of episodes.
    """
    guarded = _guarded(suite, checker, problems)

    def check(problem: Problem, completion: str) -> float | None:
        if guarded is None:
            return suite.verify(problem, completion).score
        if suite.domain == "code":
            gold = cases_gold(problem) or problem.answer
            return guarded(problem.prompt, gold, in_fence(completion))
        return guarded(problem.prompt, problem.answer, in_format(completion, answer_format))

    report, rng = TaskReport(checker=name, task=suite.name), random.Random(seed)
    try:
        for index in range(min(problems, len(suite))):
            report.problems += 1
            for case in cases_for(suite, index, rng):
                _try(report, suite[index], case, check)
        if checker is not None and guarded is not None:
            audited = list(suite[: report.problems])
            prober = Prober(suite, guarded, mine(checker), report)
            if suite.domain == "code":
                prober.run_programs(audited, rng, search // SLOWER)
            else:
                prober.run(telling(audited), answer_format, rng, search)
    finally:
        if guarded is not None:
            guarded.close()
    return _attacked_in_play(suite, problems, report)


def _attacked_in_play(suite: Suite, problems: int, report: TaskReport) -> TaskReport:
    """The report with what the attacks on a suite of episodes found."""
    if isinstance(suite, EpisodeSuite):
        EpisodeAuditor(lambda: SuiteEnvironment(suite, problems), report).run(problems)
    return report


def _guarded(suite: Suite, checker: Checker | None, problems: int) -> GuardedChecker | None:
    if problems < 1:
        raise UsageError(f"--problems {problems}: use at least 1")
    if checker is not None and isinstance(suite, EpisodeSuite):
        raise UsageError(
            f"task {suite.name!r} is played in turns, and a checker reads single answers: audit an "
            "environment of yours with --environment module:class"
        )
    return None if checker is None else GuardedChecker(checker, HUNG_SECONDS)


def _try(report: TaskReport, problem: Problem, case: BatteryCase, check: Check) -> None:
    started, delayed = time.perf_counter(), _delays()
    failed: tuple[Kind, str] | None = None
    score = None
    try:
        score = check(problem, case.completion)
    except CheckerHungError as error:
        failed = ("hung", str(error))
    except CheckerDiedError as error:
        failed = ("raised", str(error))
    except Exception as error:  # our own checker raised, which is a finding too
        failed = ("raised", f"{type(error).__name__}: {error}"[:300])
    seconds = max(time.perf_counter() - started - (_delays() - delayed), 0.0)
    report.checks += 1
    report.slowest = max(report.slowest, seconds)
    for kind, detail in _mistakes(case, score, failed, seconds):
        report.findings.append(
            Finding(
                kind=kind,
                problem=problem.id,
                case=case.name,
                answer=excerpt(problem.answer),
                completion=excerpt(case.completion),
                detail=detail,
                seconds=seconds,
                score=score,
            )
        )


def _delays() -> float:
    """Seconds that this thread has waited for a processor so far; 0 where the kernel has no count.

    They are subtracted, so that a checker is not called slow because the machine was busy.
    """
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _mistakes(
    case: BatteryCase, score: float | None, failed: tuple[Kind, str] | None, seconds: float
) -> list[tuple[Kind, str]]:
    found = [] if failed is None else [failed]
    if failed is not None:
        return found
    if score is None:
        found.append(("no_verdict", "the checker returned no score"))
    elif case.correct is False and score > 0:
        found.append(("false_positive", f"scored {score}"))
    elif case.correct is True and score < 1:
        found.append(("false_negative", f"scored {score}"))
    if seconds > case.seconds:
        found.append(("slow", f"took {seconds:.1f} s"))
    return found


def audit(
    suites: Sequence[Suite],
    checker: Checker | None = None,
    name: str = "assay",
    problems: int = 20,
    seed: int = 0,
    answer_format: AnswerFormat = "tags",
    search: int = SEARCH,
) -> list[TaskReport]:
    """Audit a checker on several suites, in order."""
    return [
        audit_suite(suite, checker, name, problems, seed, answer_format, search) for suite in suites
    ]
