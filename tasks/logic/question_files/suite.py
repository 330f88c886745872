"""The suite of a question file, with answers of any kind in `kinds`."""

import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar

from ....sandbox.errors import UsageError
from ...problem import Problem
from ...prompting import ask, reply
from ...suite import Domain, StoredSuite
from ...verdict import Verdict
from ..shapes import LogicShape, verdict_on
from ..shapes.plain_text import key
from ..shapes.text import number
from .kinds import KINDS, Known, difference, pooled, right_values, shape_of
from .rows import limited

FORMS = {
    "choice": "the letter of the right option",
    "letters": "the letters of all right options",
    "number": "the number",
    "list": "the items in order, separated by commas,",
    "set": "the items, separated by commas,",
    "words": "the words in order, separated by spaces,",
    "grid": "the grid as a JSON list of rows",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One question as a file states it; `kind` is one of `kinds.KINDS`."""

    question: str
    answer: str
    kind: str
    options: Sequence[str] = ()
    own_ids: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


class QuestionSuite(StoredSuite):
    """Questions with one right answer each, read from a file.

    Ids are `<suite>-<split>-<row>`; `find` also takes the row number and the file's own ids
    where they are unambiguous.
    """

    domain: ClassVar[Domain] = "logic"

    def __init__(
        self, name: str, split: str, items: Iterable[Item], size: int | None = None
    ) -> None:
        """Keep at most `size` items. Raises UsageError for a bad size or a duplicate id."""
        self.name = name
        self._own: dict[str, str] = {}
        problems = []
        for row, item in enumerate(limited(name, items, size)):
            problem = self._problem(row, split, item)
            problems.append(problem)
            for own in item.own_ids:
                if self._own.setdefault(own, problem.id) != problem.id:
                    raise UsageError(f"suite {name!r} split {split!r} has the id {own!r} twice")
        super().__init__(problems, split)
        self._answers: dict[str, set[str]] = {}
        for problem in problems:
            self._answers.setdefault(problem.meta["kind"], set()).add(problem.answer)
        self._known = {kind: pooled(kind, answers) for kind, answers in self._answers.items()}

    def _problem(self, row: int, split: str, item: Item) -> Problem:
        if item.kind not in KINDS:
            raise UsageError(f"kind {item.kind!r}: use one of {', '.join(KINDS)}")
        problem_id = f"{self.name.replace(':', '-')}-{split}-{row}"
        meta = {"row": row, "kind": item.kind, **item.meta}
        form = FORMS.get(item.kind)
        if item.options:
            meta["options"] = list(item.options)
            if item.kind == "word" and len(item.options) > 1:
                form = " or ".join([", ".join(item.options[:-1]), item.options[-1]])
        if item.kind == "table":
            form = f"the table as a JSON list of rows [{', '.join(meta['header'])}]"
        return Problem(problem_id, self.name, ask(item.question.strip(), form), item.answer, meta)

    def shape(self, problem: Problem) -> LogicShape:
        """Return the shape of the answers to this question."""
        return shape_of(problem.meta["kind"], self._known_of(problem))

    def _known_of(self, problem: Problem) -> Known:
        pool = self._known.get(problem.meta["kind"], frozenset())
        return Known(problem.answer, problem.meta, problem.prompt, pool)

    def check(self, problem: Problem, completion: str) -> Verdict:
        kind = problem.meta["kind"]
        right = right_values(kind, self._known_of(problem))
        return verdict_on(completion, self.shape(problem), lambda v: difference(kind, v, right))

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer)

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        value = self.shape(problem).read(first)
        same = value is not None and value == self.shape(problem).read(second)
        return same or first.strip() == second.strip()

    def _is_right(self, problem: Problem, answer: str) -> bool:
        right = right_values(problem.meta["kind"], self._known_of(problem))
        return self.shape(problem).read(answer) in right

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(rng.choice(self._pool(problem)))

    def chance(self, problem: Problem) -> float | None:
        pool = self._pool(problem)
        return sum(self._is_right(problem, answer) for answer in pool) / len(pool)

    def _pool(self, problem: Problem) -> list[str]:
        """Return what guesses are drawn from: the options, or the file's answers of this kind."""
        options: list[str] = list(problem.meta.get("options", ()))
        letters = [chr(ord("A") + i) for i in range(len(options))]
        if problem.meta["kind"] == "letters":
            return ["".join(pair) for pair in combinations(letters, 2)]
        if problem.meta["kind"] == "choice":
            return letters
        if options:
            return options
        kind = problem.meta["kind"]
        return sorted(self._answers[kind])

    def wrong(self, problem: Problem) -> str | None:
        for answer in [*self._pool(problem), *_near_misses(problem)]:
            if not self._is_right(problem, answer):
                return reply(answer)
        return None

    def find(self, problem_id: str) -> Problem:
        found = {self._own[problem_id]} if problem_id in self._own else set()
        if re.fullmatch(r"\d{1,9}", problem_id) and int(problem_id) < len(self):
            found.add(self[int(problem_id)].id)
        if len(found) > 1:
            raise UsageError(
                f"suite {self.name!r}: {problem_id!r} is both a row number and an id of the file; "
                f"use an id like {self[0].id!r}"
            )
        return super().find(found.pop() if found else problem_id)


def _near_misses(problem: Problem) -> list[str]:
    """Return wrong answers of the same kind as the gold."""
    kind, gold = problem.meta["kind"], problem.answer
    if kind == "grid":
        grid = json.loads(gold)
        return [json.dumps([[grid[0][0] + 1, *grid[0][1:]], *grid[1:]])]
    if kind == "table":
        table = json.loads(gold)
        rows = table["rows"]
        last = rows[-1][-1]
        rows[-1][-1] = rows[0][-1] if rows[0][-1] != last else f"not {last}"
        return [json.dumps(rows)]
    value = number(gold)
    if value is not None:
        return [str(value + 1)]
    words = gold.split()
    return [" ".join(words[::-1]), f"not {key(gold)}"]
