"""What an evaluation covers: the problems of each task and the samples wanted of each."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, load
from ..backends.contract import Request

SampleKey = tuple[str, str, int]
"""(suite, problem id, sample number): what identifies a record."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A suite by name, with the options it is loaded with."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Suite:
        """The suite. Raises UsageError for an unknown name or option."""
        return load(self.name, **self.options)


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """The problems of one suite that a run covers."""

    spec: TaskSpec
    suite: Suite
    problems: list[Problem]
    samples: Mapping[str, int]
    """Number of samples wanted, by problem id."""

    def requests(self, seed: int, done: set[SampleKey]) -> Iterator[Request]:
        """The requests that are not done yet, in order."""
        for problem in self.problems:
            for sample in range(self.samples[problem.id]):
                if (self.suite.name, problem.id, sample) not in done:
                    own = sample_seed(seed, self.suite.name, problem.id, sample)
                    yield Request(self.suite, problem, sample, own)

    def size(self) -> int:
        """The number of samples in all."""
        return sum(self.samples[problem.id] for problem in self.problems)


def plan_task(task: str | TaskSpec | Suite, samples: int = 1, limit: int | None = None) -> TaskPlan:
    """`samples` of each of the first `limit` problems of a task.

    Raises UsageError for an unknown task or option.
    """
    if isinstance(task, Suite):
        spec, suite = TaskSpec(task.name, {"split": task.split}), task
    else:
        spec = TaskSpec(task) if isinstance(task, str) else task
        suite = spec.load()
    problems = list(itertools.islice(suite, limit))
    return TaskPlan(spec, suite, problems, {problem.id: samples for problem in problems})


def refuse_repeated(plans: Sequence[TaskPlan]) -> None:
    """Raises UsageError when there is no task, or one is named twice."""
    if not plans:
        raise UsageError("there is no task to run: name at least one")
    names = [plan.suite.name for plan in plans]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"task {name!r} is named twice")


def sample_seed(seed: int, suite: str, problem_id: str, sample: int) -> int:
    """The seed of one sample: 63 bits of a hash, so that no two samples share one."""
    text = f"{seed}/{suite}/{problem_id}/{sample}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


def prompt_hash(problem: Problem) -> str:
    """16 hex digits that tell two prompts apart."""
    return hashlib.sha256(problem.prompt.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def suite_hash(problems: Iterable[Problem]) -> str:
    """sha256 over the ids, prompts and answers that a run covers."""
    digest = hashlib.sha256()
    for problem in problems:
        for text in (problem.id, problem.prompt, problem.answer):
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
