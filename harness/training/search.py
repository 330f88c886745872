"""Search in text: attempts that are checked line by line, written for a corpus and read again.

    <think>
    6+5+1=11+1=12, want 2? no
    wait, 6-5+1=1+1=2, want 2? yes
    </think>
    <answer>6-5+1</answer>

A base model that has read such traces knows how to check an attempt. Whether it acts on "no" is
a matter of habit, which the shares of the kinds below set, and which reinforcement learning can
change.
"""

import random
import re
from dataclasses import dataclass
from itertools import islice

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from ...tasks.attempts import Attempt
from ...tasks.prompting import reply
from .settings import SearchSettings

WAIT = "wait, "
_THINK = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.S)
_LINE = re.compile(
    r"(?P<wait>wait, )?(?P<text>(?P<answer>.+?)(?::| ?=).*?)(?:\? (?P<mark>yes|no))?"
)


def write_search(
    suite: Suite, problem: Problem, rng: random.Random, settings: SearchSettings
) -> tuple[str, str]:
    """A completion and its kind: direct, hasty, resigned or retried.

    `direct` answers at once; `hasty` tries one answer without a verdict; `resigned` says whether
    its one attempt is right and gives it in any case; `retried` goes on until an attempt is
    right or its patience ends. Raises UsageError for a problem without attempts.
    """
    tried = list(islice(suite.attempts(problem, rng), settings.patience))
    if not tried:
        raise UsageError(
            f"suite {suite.name!r} has no attempts for {problem.id}: use another suite or level "
            "with corpus.search, or leave corpus.search out"
        )
    shares = {"direct": settings.direct, "hasty": settings.hasty, "resigned": settings.resigned,
              "retried": settings.retried}  # fmt: skip
    kind = rng.choices(list(shares), list(shares.values()))[0]
    if kind == "direct":
        return reply(tried[0].answer), kind
    if kind == "hasty":
        return reply(tried[0].answer, [tried[0].text.removesuffix("?")]), kind
    last = 0
    while kind == "retried" and not tried[last].right and last + 1 < len(tried):
        last += 1
    lines = [(WAIT if i else "") + marked(one) for i, one in enumerate(tried[: last + 1])]
    return reply(tried[last].answer, lines), kind


def marked(attempt: Attempt) -> str:
    """The line of an attempt with its true verdict."""
    return f"{attempt.text} {'yes' if attempt.right else 'no'}"


@dataclass(frozen=True, slots=True)
class WrittenAttempt:
    """An attempt as a model wrote it, checked again."""

    answer: str
    waits: bool
    """Whether it begins with "wait"."""
    mark: str | None
    """The verdict that it gives itself: yes, no, or none."""
    worked: bool
    """Whether its written check is the true one."""
    right: bool
    """Whether its answer solves the problem."""


def read_search(suite: Suite, problem: Problem, completion: str) -> list[WrittenAttempt]:
    """The attempts of a completion's thought; lines of another form are left out."""
    match = _THINK.search(completion)
    found = []
    for line in match[1].split("\n") if match else []:
        parts = _LINE.fullmatch(line.strip())
        truth = None if parts is None else suite.try_answer(problem, parts["answer"])
        if parts is None or truth is None:
            continue
        worked = parts["text"].removesuffix("?") == truth.text.removesuffix("?")
        waits = parts["wait"] is not None
        found.append(WrittenAttempt(truth.answer, waits, parts["mark"], worked, truth.right))
    return found
