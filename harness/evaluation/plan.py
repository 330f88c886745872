"""What an evaluation covers: the problems of each task and the samples wanted of each."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, load
from ...tasks.episode import EpisodeSuite
from ..backends.contract import Message, Request
from ..records import encode
from .prompts import PromptSettings, PromptStyle, style_of
from .selection import chosen

SampleKey = tuple[str, str, int]
"""(suite, problem id, sample number): what identifies a record."""
PLAIN = PromptStyle()


class Style(Protocol):
    """What is sent for a problem."""

    @property
    def prefill(self) -> str:
        """The beginning of the answer, which the model continues."""
        ...

    def messages(self, problem: Problem) -> tuple[Message, ...]:
        """The conversation; empty for the problem's prompt alone."""
        ...


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A suite by name, with the options it is loaded with."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Suite:
        """The suite. Raises UsageError for an unknown name or option."""
        return load(self.name, **self.options)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of each task a run covers."""

    samples: int = 1
    limit: int | None = None
    """A stratified sample of this many problems."""
    first: int | None = None
    """The first problems of the task."""
    limit_seed: int = 0


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """The problems of one suite that a run covers."""

    spec: TaskSpec
    suite: Suite
    problems: list[Problem]
    samples: Mapping[str, int]
    """Number of samples wanted, by problem id."""
    style: Style = PLAIN
    """How a problem becomes the messages that are sent."""

    def requests(self, seed: int, done: set[SampleKey]) -> Iterator[Request]:
        """The requests that are not done yet, in order."""
        for problem in self.problems:
            for sample in range(self.samples[problem.id]):
                if (self.suite.name, problem.id, sample) not in done:
                    yield self.request(problem, sample, seed)

    def request(self, problem: Problem, sample: int, seed: int) -> Request:
        """The request for one sample, with a seed of its own."""
        own = sample_seed(seed, self.suite.name, problem.id, sample)
        messages = self.style.messages(problem)
        tools = (
            tuple(self.suite.world(problem, own).tools)
            if isinstance(self.suite, EpisodeSuite)
            else ()
        )
        return Request(self.suite, problem, sample, own, self.style.prefill, messages, tools)

    def size(self) -> int:
        """The number of samples in all."""
        return sum(self.samples[problem.id] for problem in self.problems)


def plan_task(
    task: str | TaskSpec | Suite,
    samples: int = 1,
    limit: int | None = None,
    *,
    extent: Extent | None = None,
    prompts: PromptSettings | None = None,
) -> TaskPlan:
    """`samples` of each of `limit` problems of a task, or as `extent` says.

    Raises UsageError for an unknown task or option, a suite without end, and prompts that cannot
    be made.
    """
    if isinstance(task, Suite):
        spec, suite = TaskSpec(task.name, {"split": task.split}), task
    else:
        spec = TaskSpec(task) if isinstance(task, str) else task
        suite = spec.load()
    much = Extent(samples, limit) if extent is None else extent
    problems = chosen(suite, much.limit, much.first, much.limit_seed)
    counts = {problem.id: much.samples for problem in problems}
    if prompts is not None and isinstance(suite, EpisodeSuite):
        _refuse_examples(suite, prompts)
    if prompts is None or prompts == PromptSettings():
        return TaskPlan(spec, suite, problems, counts)
    style = style_of(prompts, suite, lambda split: load_split(spec, suite, split))
    for problem in problems:
        style.messages(problem)  # a template that fails does so before anything is written
    return TaskPlan(spec, suite, problems, counts, style)


def load_split(spec: TaskSpec, suite: Suite, split: str) -> Suite:
    """Another split of the same suite. Raises UsageError when there is none."""
    if split == suite.split:
        return suite
    try:
        return TaskSpec(spec.name, {**spec.options, "split": split}).load()
    except UsageError as error:
        raise UsageError(
            f"--fewshot takes examples from split {split!r} of {suite.name}: {error}; "
            "give --fewshot-split or --fewshot-file"
        ) from error


def _refuse_examples(suite: Suite, prompts: PromptSettings) -> None:
    """Raises UsageError for settings that make sense for a single answer only."""
    for flag, given in (("--fewshot", prompts.fewshot), ("--prefill", prompts.prefill)):
        if given:
            raise UsageError(f"{flag} is for tasks of one answer; {suite.name} is played in turns")


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


def prompt_hash(request: Request) -> str:
    """16 hex digits that tell two prompts apart: of the text, or of all messages where several."""
    messages = request.conversation()
    alone = messages == (Message("user", request.problem.prompt),) and not request.prefix
    alone = alone and not request.tools
    tools = [one.schema() for one in request.tools]
    data = (
        request.problem.prompt.encode("utf-8", "surrogatepass")
        if alone
        else encode([*[[one.role, one.content] for one in messages], request.prefix, *tools])
    )
    return hashlib.sha256(data).hexdigest()[:16]


def suite_hash(problems: Iterable[Problem]) -> str:
    """sha256 over the ids, prompts and answers that a run covers."""
    digest = hashlib.sha256()
    for problem in problems:
        for text in (problem.id, problem.prompt, problem.answer):
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
