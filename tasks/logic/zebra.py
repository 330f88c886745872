"""Zebra puzzles: who lives in which house with what?"""

import math
import random
from collections.abc import Sequence
from typing import Any, ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from .generating.answers import parse_json, tidy
from .generating.base import LogicSuite
from .generating.houses import CATEGORIES, Clue, check_text, clue_text, puzzle, subject
from .generating.names import listing

SIZES = ((2, 2), (3, 2), (3, 3), (4, 3), (4, 4), (5, 4), (5, 5), (6, 5), (6, 6), (7, 6))
"""Houses, and things that differ between them."""
ONE_CELL_UP_TO = 3


class Zebra(LogicSuite):
    """2 houses with 2 things each (level 1) up to 7 houses with 6 (level 10).

    The dial: the number of houses and of things that differ between them, thus of tables
    (houses! to the power of things). Up to level 3 one value is asked for, then the table.
    No clue can be left out.
    """

    name = "zebra"
    difficulties: ClassVar[range] = range(1, 11)
    answer_cap: ClassVar[int] = 8000

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

    def fault(self, problem: Problem, answer: str) -> str | None:
        meta = problem.meta
        if "options" in meta:
            if answer.casefold() not in [option.casefold() for option in meta["options"]]:
                return "the answer is not one of the values"
            right = answer.casefold() == problem.answer.casefold()
            return None if right else "another value is right"
        rows = _rows(answer, meta["columns"])
        if rows is None:
            return f"the answer is not a JSON list of rows of {len(meta['columns'])} values"
        if len(rows) != len(meta["table"]):
            return f"there are {len(meta['table'])} houses, not {len(rows)}"
        for number, (row, right) in enumerate(zip(rows, meta["table"], strict=True), start=1):
            if row != [value.casefold() for value in right]:
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

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        rows = _rows(tidy(first), problem.meta["columns"])
        if "options" in problem.meta or rows is None:
            return super().same_answer(problem, first, second)
        return rows == _rows(tidy(second), problem.meta["columns"])


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


def _rows(answer: str, columns: Sequence[str]) -> list[list[str]] | None:
    """The table as rows, folded; reads lists of rows, of objects, or an object by house."""
    table = parse_json(answer)
    if isinstance(table, dict):
        keys = [str(key).casefold().removeprefix("house").strip() for key in table]
        if keys != [str(number) for number in range(1, len(keys) + 1)]:
            return None
        table = list(table.values())
    if not isinstance(table, list):
        return None
    rows = []
    for row in table:
        if isinstance(row, dict):
            folded = {str(key).casefold(): value for key, value in row.items()}
            row = [folded.get(column) for column in columns] if len(folded) == len(row) else None
            if row is None or len(folded) != len(columns):
                return None
        if not isinstance(row, list) or len(row) != len(columns):
            return None
        if not all(isinstance(value, str) for value in row):
            return None
        rows.append([tidy(value).casefold() for value in row])
    return rows


load = Zebra
