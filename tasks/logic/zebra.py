"""Zebra puzzles: who lives in which house with what?"""

import math
import random
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from .generating.base import LogicSuite
from .generating.houses import CATEGORIES, Clue, check_text, clue_text, puzzle, subject
from .generating.names import listing
from .shapes import LogicShape
from .shapes.choice import Choice
from .shapes.grid import WordTable
from .shapes.plain_text import key

SIZES = ((2, 2), (3, 2), (3, 3), (4, 3), (4, 4), (5, 4), (5, 5), (6, 5), (6, 6), (7, 6))
"""Houses, and things that differ between them."""
ONE_CELL_UP_TO = 3


class Zebra(LogicSuite):
    """Solve a puzzle of 2 houses with 2 attributes (level 1) to 7 houses with 6 attributes
    (level 10).

    Difficulty: more houses and attributes. Levels 1 to 3 ask for one value, the others for the
    whole table. All clues are needed.
    """

    name = "zebra"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        houses, things = SIZES[difficulty - 1]
        # The names first; colors need long phrases, which the easiest level does without.
        others = [c for c in CATEGORIES if c != "name" and (difficulty > 1 or c != "color")]
        columns = ["name", *rng.sample(others, things - 1)]
        table, clues = puzzle(rng, houses, columns, difficulty)
        values = {c: sorted(row[i] for row in table) for i, c in enumerate(columns)}
        lines = listing([f"{c} ({', '.join(values[c])})" for c in columns])
        told = " ".join(clue_text(clue) for clue in clues)
        opening = f"Houses 1 to {houses} in a row, left to right. Each has its own {lines}. {told}"
        meta: dict[str, Any] = {"table": table, "columns": columns, "clues": clues}
        if difficulty > ONE_CELL_UP_TO:
            form = f"a JSON list with a row [{', '.join(columns)}] for each house in order"
            rows = [f"[{', '.join(_quoted(value) for value in row)}]" for row in table]
            return Draft(ask(opening, form), f"[{', '.join(rows)}]", meta)
        house, column, known = _asked(rng, table, clues)
        of = subject(columns[known], table[house][known])
        meta |= {"options": values[columns[column]], "house": house + 1}
        question = f"{opening} What is the {columns[column]} of {of}?"
        return Draft(ask(question), table[house][column], meta)

    def shape(self, problem: Problem) -> LogicShape:
        meta = problem.meta
        if "options" not in meta:
            return WordTable(tuple(meta["columns"]), numbered="house")
        return Choice(tuple(meta["options"]), *_sentences(problem.prompt))

    def fault(self, problem: Problem, value: Any) -> str | None:
        meta = problem.meta
        if "options" in meta:
            return None if value == problem.answer else "another value is right"
        if len(value) != len(meta["table"]):
            return f"there are {len(meta['table'])} houses, not {len(value)}"
        for number, (row, right) in enumerate(zip(value, meta["table"], strict=True), start=1):
            if list(row) != [key(cell) for cell in right]:
                return f"house {number} is not so"
        return None

    def steps(self, problem: Problem) -> list[str]:
        table = problem.meta["table"]
        lines = [f"{number}: {' '.join(row)}" for number, row in enumerate(table, start=1)]
        at = {value: number for number, row in enumerate(table, start=1) for value in row}
        return [*lines, *(check_text(clue, at) for clue in problem.meta["clues"])]

    def guess(self, problem: Problem, rng: random.Random) -> str:
        if "options" in problem.meta:
            return reply(rng.choice(problem.meta["options"]))
        columns = [list(column) for column in zip(*problem.meta["table"], strict=True)]
        mixed = [rng.sample(sorted(column), len(column)) for column in columns]
        rows = [f"[{', '.join(map(_quoted, row))}]" for row in zip(*mixed, strict=True)]
        return reply(f"[{', '.join(rows)}]")

    def chance(self, problem: Problem) -> float | None:
        houses = len(problem.meta["table"])
        if "options" in problem.meta:
            return 1 / houses
        return math.pow(math.factorial(houses), -len(problem.meta["columns"]))

    def wrong(self, problem: Problem) -> str | None:
        if "options" in problem.meta:
            options = problem.meta["options"]
            return reply(options[(options.index(problem.answer) + 1) % len(options)])
        table = [list(row) for row in problem.meta["table"]]
        table[0][-1], table[1][-1] = table[1][-1], table[0][-1]
        rows = [f"[{', '.join(map(_quoted, row))}]" for row in table]
        return reply(f"[{', '.join(rows)}]")


_VERBS = {
    "pet": ("has", "owns"), "drink": ("drinks",), "job": ("is",), "sport": ("plays",),
    "fruit": ("eats",), "color": ("lives in", "owns"), "name": ("is",),
}  # fmt: skip


_QUESTION = re.compile(r"What is the (\w+) of (.+)\?")


def _sentences(prompt: str) -> tuple[str, tuple[str, ...]]:
    """What an answer is, and sentences that answer the question, `{}` for the answer."""
    asked = _QUESTION.search(prompt)
    if asked is None:
        return "answer", ()
    column, of = asked.groups()
    says = [f"the {column} of {of} is {{}}", f"the {column} is {{}}", f"{of}'s {column} is {{}}"]
    says += [f"{of} {verb} {{}}" for verb in _VERBS[column]]
    if column == "name":
        says.append(f"{{}} is {of}")
    elif column != "job":
        says.append(f"{of} is {subject(column, '{}')}")
    return column, tuple(says)


def _asked(
    rng: random.Random, table: Sequence[Sequence[str]], clues: Sequence[Clue]
) -> tuple[int, int, int]:
    """House, column asked for, column told: a pair that no clue gives away if there is one."""
    things = range(len(table[0]))
    told = [{clue[2], clue[4]} for clue in clues if clue[0] == "same"]
    triples = [(h, i, k) for h in range(len(table)) for i in things for k in things if i != k]
    hidden = [(h, i, k) for h, i, k in triples if {table[h][i], table[h][k]} not in told]
    return rng.choice(hidden or triples)


def _quoted(value: str) -> str:
    return f'"{value}"'


load = Zebra
