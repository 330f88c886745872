"""What the engine is asked: one completion, and what it is checked against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from ..lookup import Lookup

_OUR_SUITES = Suite.__module__.rpartition(".")[0] + "."


@dataclass(frozen=True, slots=True)
class Job:
    """One completion to check, and exactly one thing to check it against.

    With a task: the problem with this `id`, a `problem` given whole, or a problem of which only
    the `answer` is given. Without one: accepted math `answers`; `cases` of (stdin, stdout) for a
    program; or a `function` by the source of its tests and its name.
    """

    task: str = ""
    completion: str = ""
    id: str | None = None
    problem: Problem | None = None
    answer: str | None = None
    answers: tuple[str, ...] = ()
    cases: tuple[tuple[str, str], ...] = ()
    function: tuple[str, str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """How the task is loaded (data_dir, split, ...), beside the engine's own options."""

    def __post_init__(self) -> None:
        by_task = (self.id is not None) + (self.problem is not None) + (self.answer is not None)
        bare = bool(self.answers) + bool(self.cases) + (self.function is not None)
        if by_task + bare != 1 or (by_task == 1) != bool(self.task):
            raise UsageError(
                "a job needs a task with one of id, problem or answer; or no task, and one of "
                f"answers, cases or function: it has {self._given() or 'none of them'}"
            )

    def _given(self) -> str:
        names = ("task", "id", "problem", "answer", "answers", "cases", "function")
        return ", ".join(name for name in names if getattr(self, name) not in (None, "", ()))


@dataclass(frozen=True, slots=True)
class ResolvedJob:
    """A job whose problem has been found: what a verdict is made of."""

    completion: str
    suite: Suite | None = None
    problem: Problem | None = None
    answers: tuple[str, ...] = ()
    cases: tuple[tuple[str, str], ...] = ()
    function: tuple[str, str] | None = None

    @property
    def runs_program(self) -> bool:
        """Whether the completion is a program that the sandbox runs."""
        by_itself = bool(self.cases) or self.function is not None
        return by_itself or (self.suite is not None and self.suite.runs_programs)

    @property
    def ends_by_itself(self) -> bool:
        """Whether the check has deadlines of its own, as the math verifier has.

        The check of a suite from elsewhere may not: a worker, which can be killed, makes it.
        """
        if self.suite is None:
            return bool(self.answers)
        ours = type(self.suite).__module__.startswith(_OUR_SUITES)
        return ours and self.suite.domain == "math"


def knows(lookup: Lookup, job: Job) -> bool:
    """Whether `check_of` a job with a task takes no time: nothing is loaded, drawn or read."""
    if job.id is None:
        return lookup.knows_for_given(job.task, job.options)
    return lookup.knows(job.task, job.id, job.options)


def check_of(job: Job, lookup: Lookup) -> ResolvedJob:
    """Find the suite and the problem of a job. Raises UsageError for an unknown task or id."""
    if not job.task:
        return ResolvedJob(
            job.completion, answers=job.answers, cases=job.cases, function=job.function
        )
    if job.id is not None:
        suite, problem = lookup.by_id(job.task, job.id, job.options)
    else:
        suite = lookup.for_given(job.task, job.options)
        answer = job.answer or ""
        problem = job.problem or Problem("inline", suite.name, "", answer)
    return ResolvedJob(job.completion, suite, problem)
