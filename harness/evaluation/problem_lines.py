"""What a run folder keeps of each problem, so that its samples can be read without the data."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...tasks import Problem
from ..backends.contract import Message, Request
from ..results import RunFolder, append_problems
from .plan import TaskPlan, prompt_hash


def keep_problems(
    folder: RunFolder, plans: Sequence[TaskPlan], settings: Mapping[str, Any], hide: bool
) -> None:
    """Write the problems of `plans` that the folder lacks.

    Each line holds what is sent, the gold (only its hash where `hide`), and `settings`, which
    are the request's. Raises UsageError when the folder cannot be written.
    """
    known = {(line["suite"], line["problem_id"]) for line in folder.problems()}
    append_problems(folder, _lines(plans, known, settings, hide))


def _lines(
    plans: Sequence[TaskPlan],
    known: set[tuple[str, str]],
    settings: Mapping[str, Any],
    hide: bool,
) -> Iterator[dict[str, Any]]:
    for plan in plans:
        for problem in plan.problems:
            if (plan.suite.name, problem.id) not in known:
                request = plan.request(problem, 0, 0)
                yield _line(request, hide) | {"settings": settings}


def _line(request: Request, hide: bool) -> dict[str, Any]:
    problem = request.problem
    line: dict[str, Any] = {
        "suite": request.suite.name,
        "problem_id": problem.id,
        "prompt_hash": prompt_hash(request),
        "messages": [{"role": one.role, "content": one.content} for one in request.conversation()],
    }
    if request.prefix:
        line["prefix"] = request.prefix
    if request.tools:
        line["tools"] = [one.schema() for one in request.tools]
    if hide:
        digest = hashlib.sha256(problem.answer.encode("utf-8", "surrogatepass"))
        return line | {"answer_hash": digest.hexdigest()}
    return line | {"answer": problem.answer}


def covered(folder: RunFolder, plans: Sequence[TaskPlan]) -> list[str]:
    """What the folder's problems lack in `plans`, one text for each task; empty when nothing."""
    asked = {
        (plan.suite.name, problem.id): prompt_hash(plan.request(problem, 0, 0))
        for plan in plans
        for problem in plan.problems
    }
    lost: dict[str, int] = {}
    changed: dict[str, int] = {}
    for line in folder.problems():
        now = asked.get((line["suite"], line["problem_id"]))
        if now is None:
            lost[line["suite"]] = lost.get(line["suite"], 0) + 1
        elif now != line["prompt_hash"]:
            changed[line["suite"]] = changed.get(line["suite"], 0) + 1
    return [
        *(f"tasks: {count} problems of {name} there, not now" for name, count in lost.items()),
        *(f"prompts of {name}: {count} differ" for name, count in changed.items()),
    ]


@dataclass(frozen=True, slots=True)
class StoredPrompts:
    """What a stored run sent, for a run that verifies its completions again."""

    known: Mapping[tuple[str, str], tuple[Message, ...]]
    prefill: str = ""

    @classmethod
    def of(cls, folder: RunFolder) -> "StoredPrompts":
        """The prompts that the folder keeps; none for a run stored before they were kept."""
        return cls({
            (line["suite"], line["problem_id"]): tuple(
                Message(one["role"], one["content"]) for one in line.get("messages", [])
            )
            for line in folder.problems()
        })  # fmt: skip

    def messages(self, problem: Problem) -> tuple[Message, ...]:
        """The conversation that was sent; empty where it is not known."""
        return self.known.get((problem.suite, problem.id), ())
