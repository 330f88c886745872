"""`grid`: puzzles whose answer is a grid or a table, from any JSON(L), CSV or Parquet file.

    load("grid", path="puzzles.jsonl", question_field="puzzle", answer_field="solution")

A grid of whole numbers is a list of rows, text with one row per line, or all digits of a square
in one string, as in sudoku files. A table of words is ZebraLogic's `{"header", "rows"}`, a list of
rows or a list of objects. A question that is itself a grid (a list of rows) is shown as JSON.
"""

import json
import math
from typing import Any

from ...sandbox.errors import UsageError
from ..suite import Suite
from .question_files.fields import QUESTIONS, declared_fields, literal
from .question_files.rows import pick, read_rows
from .question_files.suite import Item, QuestionSuite
from .question_files.tables import as_table, is_masked
from .shapes.grid import NumberGrid

PUZZLES = ("puzzle", "puzzles", "quizzes", "quiz", "question", "input", "grid", "board", *QUESTIONS)
SOLUTIONS = ("answer", "solution", "solutions", "output", "target", "gold", "label", "answers")


def as_grid(value: Any, where: str) -> str:
    """Write a grid (rows, text or the digits of a square) as JSON. Raises UsageError."""
    grid = _square(value) or NumberGrid().read(
        value if isinstance(value, str) else json.dumps(value)
    )
    if grid is None:
        raise UsageError(f"{where}: the answer is not a grid of whole numbers")
    return json.dumps(grid, separators=(",", ":"))


def _square(value: Any) -> list[list[int]] | None:
    """The rows of `1234341221434321`; None for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    side = math.isqrt(len(text))
    if side < 2 or side * side != len(text) or not (text.isascii() and text.isdigit()):
        return None
    return [[int(cell) for cell in text[r * side : (r + 1) * side]] for r in range(side)]


def answer_of(value: Any, where: str) -> tuple[str, str]:
    """Return (kind, answer) of a solution. Raises UsageError unless it is a grid or a table."""
    value = literal(value)
    rows = value if isinstance(value, list) else []
    words = any(isinstance(row, dict) for row in rows) or any(
        isinstance(cell, str) and not cell.strip().lstrip("-").isdigit()
        for row in rows if isinstance(row, list) for cell in row
    )  # fmt: skip
    table = as_table(value) if words or isinstance(value, dict) else None
    if table is not None:
        if is_masked(table):
            raise UsageError(f"{where}: the solution is blanked out; this copy has no answers")
        return "table", table
    if rows and all(isinstance(row, list) for row in rows):
        value = [[int(c) if isinstance(c, str) and c.isdigit() else c for c in row] for row in rows]
    return "grid", as_grid(value, where)


def shown_puzzle(value: Any) -> str:
    """Write the question as text: a grid as JSON, the digits of a square as rows."""
    value = literal(value)
    if not isinstance(value, str):
        return json.dumps(value)
    text = value.strip()
    side = math.isqrt(len(text))
    if side > 1 and side * side == len(text) and set(text) <= set("0123456789._*"):
        return "\n".join(" ".join(text[r * side : (r + 1) * side]) for r in range(side))
    return value


def item_of(question: Any, answer: Any, where: str, instruction: str, own: tuple[str, ...]) -> Item:
    """Make one puzzle, with the instruction before it. Raises UsageError."""
    kind, gold = answer_of(answer, where)
    meta = {"header": json.loads(gold)["header"]} if kind == "table" else {}
    return Item(f"{instruction}\n{shown_puzzle(question)}", gold, kind, (), own, meta)


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    answer_field: str | None = None,
    instruction: str = "Solve the puzzle.",
    id_field: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load the puzzles of `path`, with `instruction` before each. Raises UsageError."""
    items = []
    for where, row in read_rows("grid", path):
        names: list[str | None] = [*declared_fields(row, question_field)] or [None]
        parts = [literal(pick(row, name, PUZZLES, where)) for name in names]
        question = parts[0] if len(parts) == 1 else "\n".join(map(shown_puzzle, parts))
        answer = pick(row, answer_field, SOLUTIONS, where)
        own = (str(pick(row, id_field, (), where)),) if id_field else ()
        items.append(item_of(question, answer, where, instruction, own))
    return QuestionSuite("grid", split, items, size)
