"""`grid`: any JSON(L) file of puzzles whose answer is a grid of whole numbers.

    load("grid", path="puzzles.jsonl", question_field="puzzle", answer_field="solution")

Where a question is itself a grid (a list of rows) it is shown as JSON.
"""

import json
from typing import Any

from ...sandbox.errors import UsageError
from ..suite import Suite
from .reading.rows import pick, read_rows
from .reading.suite import Item, QuestionSuite
from .reasoning.answers import parse_grid


def as_grid(value: Any, where: str) -> str:
    """The grid as compact JSON, from rows or from text. Raises UsageError."""
    grid = parse_grid(value if isinstance(value, str) else json.dumps(value))
    if grid is None:
        raise UsageError(f"{where}: the answer is not a grid of whole numbers")
    return json.dumps(grid, separators=(",", ":"))


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    answer_field: str | None = None,
    instruction: str = "Solve the puzzle.",
    id_field: str | None = None,
    size: int | None = None,
) -> Suite:
    """The puzzles of `path`, each after `instruction`. Raises UsageError naming file and field."""
    items = []
    for where, row in read_rows("grid", path, size):
        question = pick(row, question_field, ("question", "puzzle", "input", "quizzes"), where)
        answer = pick(row, answer_field, ("answer", "solution", "output", "solutions"), where)
        shown = question if isinstance(question, str) else json.dumps(question)
        own = (str(row[id_field]),) if id_field else ()
        items.append(Item(f"{instruction}\n{shown}", as_grid(answer, where), "grid", (), own))
    return QuestionSuite("grid", split, items)
