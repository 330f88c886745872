"""Published puzzles without answers: every answer that follows the rules is right."""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, overload

from ....sandbox.errors import UsageError
from ...problem import Problem
from ...prompting import reply
from ...suite import Domain, Suite
from ...verdict import Verdict
from ..shapes import LogicShape, verdict_on
from .rows import limited


class PuzzleSuite(Suite):
    """The puzzles of a file, each solved when its problem is first requested.

    Ids are `<suite>-<split>-<row>`; `find` also takes the row number alone.
    """

    domain: ClassVar[Domain] = "logic"

    def __init__(
        self, name: str, split: str, rows: Sequence[tuple[str, Any]], size: int | None = None
    ) -> None:
        """Keep at most `size` of `rows`, pairs of (place, puzzle). Raises UsageError."""
        if not rows:
            raise UsageError(f"suite {name!r} split {split!r} has no puzzles")
        self.name, self.split = name, split
        self._rows = limited(name, rows, size)
        self._made = lru_cache(maxsize=4096)(self._make)

    @abstractmethod
    def posed(self, puzzle: Any, where: str) -> tuple[str, str, Mapping[str, Any]]:
        """Return prompt, a right answer and meta of a puzzle. Raises UsageError if it has none."""

    @abstractmethod
    def shape(self, problem: Problem) -> LogicShape:
        """Return the shape of the answers to this puzzle."""

    @abstractmethod
    def fault(self, problem: Problem, value: Any) -> str | None:
        """Say in one sentence what is wrong with a value; None when it is right."""

    def _make(self, index: int) -> Problem:
        where, puzzle = self._rows[index]
        prompt, answer, meta = self.posed(puzzle, where)
        own_id = f"{self.name.replace(':', '-')}-{self.split}-{index}"
        return Problem(own_id, self.name, prompt, answer, {"row": index, **meta})

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> list[Problem]: ...
    def __getitem__(self, index: int | slice) -> Problem | list[Problem]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._made(index % len(self))

    def find(self, problem_id: str) -> Problem:
        prefix = re.escape(f"{self.name.replace(':', '-')}-{self.split}-")
        found = re.fullmatch(rf"(?:{prefix})?(\d{{1,9}})", problem_id)
        if found is None or int(found[1]) >= len(self):
            raise UsageError(
                f"suite {self.name!r} split {self.split!r} has no problem {problem_id!r}; "
                f"its rows are 0 to {len(self) - 1}"
            )
        return self[int(found[1])]

    def gold(self, problem: Problem) -> str | None:
        return reply(problem.answer)

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verdict_on(completion, self.shape(problem), lambda v: self.fault(problem, v))

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        value = self.shape(problem).read(first)
        same = value is not None and value == self.shape(problem).read(second)
        return same or first.strip() == second.strip()
