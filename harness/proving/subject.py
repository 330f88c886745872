"""The task under proof: its suite, the problems that are looked at, and what they share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...tasks import Problem, Suite

MOST_SHARED = 0.5
"""A line that stands in more than this share of the prompts belongs to the task."""
FEWEST = 4
"""Prompts that are needed to tell the task's own lines from a problem's."""


@dataclass
class Subject:
    """A suite and the problems of it that a proof looks at."""

    suite: Suite
    problems: Sequence[Problem]
    seed: int = 0
    golds: dict[str, str | None] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    """What checks found out once about all prompts together."""

    @property
    def name(self) -> str:
        return self.suite.name

    def gold(self, problem: Problem) -> str | None:
        """The reference answer as a completion, made once."""
        if problem.id not in self.golds:
            self.golds[problem.id] = self.suite.gold(problem)
        return self.golds[problem.id]

    @cached_property
    def shared_lines(self) -> frozenset[str]:
        """Lines of most prompts: instructions, and the solved examples before a question."""
        if len(self.problems) < FEWEST:
            return frozenset()
        seen = Counter(line for problem in self.problems for line in {*lines_of(problem.prompt)})
        return frozenset(
            line for line, count in seen.items() if count > MOST_SHARED * len(self.problems)
        )

    def own_text(self, problem: Problem) -> str:
        """The part of a prompt that is not the task's own."""
        kept = problem.prompt[self._shared_start :].split("\n")
        return "\n".join(
            line for line in kept if is_drawing(line) or line.strip() not in self.shared_lines
        ).strip()

    @cached_property
    def _shared_start(self) -> int:
        """Characters with which all prompts begin, whole lines only: solved examples."""
        if len(self.problems) < FEWEST:
            return 0
        first, last = min(prompts := [p.prompt for p in self.problems]), max(prompts)
        pairs = enumerate(zip(first, last, strict=False))
        common = next((at for at, (one, two) in pairs if one != two), min(len(first), len(last)))
        return first.rfind("\n", 0, common) + 1


def is_drawing(line: str) -> bool:
    """Whether a line is of marks alone, as a row of a board: its spaces mean something."""
    return bool(line.strip()) and not any(map(str.isalnum, line))


def lines_of(text: str) -> list[str]:
    """The lines that say something, without the space around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]
