"""The game of 24 as published with Tree of Thoughts (Yao et al. 2023, arXiv:2305.10601).

Reads `24.csv`, whose column `Puzzles` holds the numbers, or any CSV or JSON(L) file with such a
column (`path`). The file has no answers: an expression is right when it uses each number exactly
once and makes 24. The paper's 100 puzzles start at row 900.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, ClassVar

from ...sandbox.errors import UsageError
from ..prompting import ask
from ..sources import find_file, from_hub
from ..suite import Suite
from .generating.number_games import OPERATIONS, NumberRules
from .question_files.puzzles import PuzzleSuite
from .question_files.rows import Located, pick, read_rows
from .shapes.expression import Tree, combine, write

FILES = ("game24/24.csv", "24.csv")
HUB_ID = "nlile/24-game"
FIELDS = ("Puzzles", "puzzle", "numbers", "nums", "input", "question")
MOST_NUMBERS = 6


def _join(
    values: list[tuple[Fraction, Tree]], target: int, failed: set[tuple[Fraction, ...]]
) -> Tree | None:
    """Return an expression of all values that makes the target, or None."""
    if len(values) == 1:
        return values[0][1] if values[0][0] == target else None
    state = tuple(sorted(value for value, _ in values))
    if state in failed:
        return None
    for i, j in combinations(range(len(values)), 2):
        rest = [value for k, value in enumerate(values) if k not in (i, j)]
        for op, (one, left), (two, right) in (
            *((op, values[i], values[j]) for op in OPERATIONS),
            *((op, values[j], values[i]) for op in "-/"),
        ):
            made = combine(op, one, two)
            if made is None:
                continue
            found = _join([*rest, (made, (op, left, right))], target, failed)
            if found is not None:
                return found
    failed.add(state)
    return None


def solved(numbers: Sequence[int], target: int) -> str | None:
    """Return an expression that uses each number once and makes the target, or None.

    Exact rational arithmetic over every way to join the numbers two by two.
    """
    tree = _join([(Fraction(number), number) for number in sorted(numbers)], target, set())
    return None if tree is None else write(tree)


class Game24(NumberRules, PuzzleSuite):
    """Four numbers and the target 24."""

    use_all: ClassVar[bool] = True

    def posed(self, puzzle: Any, where: str) -> tuple[str, str, Mapping[str, Any]]:
        numbers, target = puzzle
        answer = solved(numbers, target)
        if answer is None:
            raise UsageError(f"{where}: {target} cannot be made from {numbers}")
        question = (
            f"Make {target} from {', '.join(map(str, numbers))} with + - * / and parentheses, "
            "using each number exactly once."
        )
        return ask(question, "the expression"), answer, {"numbers": numbers, "target": target}


def numbers_of(row: Mapping[str, Any], where: str) -> list[int]:
    """Read the numbers of a row, from text (`1 1 4 6`) or a list. Raises UsageError."""
    value = pick(row, None, FIELDS, where)
    found = [str(part) for part in value] if isinstance(value, list) else str(value).split()
    found = [part for text in found for part in re.split(r"[\s,;]+", text.strip("[]()")) if part]
    if not 2 <= len(found) <= MOST_NUMBERS or not all(
        part.isascii() and part.isdigit() and len(part) <= 6 for part in found
    ):
        raise UsageError(f"{where}: {value!r} is not 2 to {MOST_NUMBERS} whole numbers")
    return [int(part) for part in found]


def _rows(data_dir: str | None, path: str | None) -> list[Located]:
    file = find_file("game24", FILES, data_dir) if path is None else path
    if file is not None:
        return list(read_rows("game24", str(file)))
    return [
        (f"{HUB_ID}: row {n}", row) for n, row in enumerate(from_hub("game24", HUB_ID, "train"))
    ]


def load(
    split: str = "test",
    data_dir: str | None = None,
    path: str | None = None,
    target: int = 24,
    size: int | None = None,
) -> Suite:
    """Load the puzzles of the published file, or of the file at `path`. Raises UsageError."""
    if split != "test":
        raise UsageError(f"split {split!r} of 'game24': use test")
    if not isinstance(target, int) or isinstance(target, bool):
        raise UsageError(f"target {target!r} of 'game24': use a whole number")
    rows = [(where, (numbers_of(row, where), target)) for where, row in _rows(data_dir, path)]
    return Game24("game24", split, rows, size)
