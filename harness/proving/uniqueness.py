"""Is the answer the only one? Options that say the same, and puzzles with a second solution."""

import re
from collections.abc import Sequence
from typing import Any

from ...tasks import Problem
from ...tasks.logic.generating.grids import grid_clauses, variable
from ...tasks.logic.generating.solving import solving
from .checks import ProofRow, shown
from .deciders import different, value_of
from .subject import Subject

_LABEL = re.compile(r"^\s*\(?([A-Z])[).:]\s*")


def check_unique(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether a second answer is as right as the reference; None where that cannot be asked."""
    options, grid, box = (problem.meta.get(key) for key in ("options", "puzzle", "box"))
    if isinstance(options, list) and all(isinstance(one, str) for one in options):
        if len(options) < 2:
            return None
        fault = _same_options(options, problem.answer)
    elif isinstance(grid, list) and _is_grid(grid) and isinstance(box, list):
        fault = _second_filling(grid, (int(box[0]), int(box[1])))
    else:
        return None
    return ProofRow("ambiguous", problem.id, bool(fault), fault)


def _same_options(options: Sequence[str], answer: str) -> str:
    """Two options that say the same where one of them is the right one."""
    texts = [" ".join(_LABEL.sub("", option).split()).strip(" .") for option in options]
    place = (
        ord(answer.strip()[:1] or " ") - ord("A") if re.fullmatch(r"\W*[A-Z]\W*", answer) else -1
    )
    rights = [place] if 0 <= place < len(texts) else [
        index for index, text in enumerate(options) if text.strip() == answer.strip()
    ]  # fmt: skip
    for right in rights[:1]:
        for index, text in enumerate(texts):
            if index == right or not text:
                continue
            if text == texts[right] or _equal_values(text, texts[right]):
                return f"option {index + 1} says the same as the right one: {shown(text, 60)}"
    return ""


def _equal_values(one: str, two: str) -> bool:
    return value_of(one) is not None and different(one, two) is False


def _is_grid(grid: Any) -> bool:
    return isinstance(grid, list) and all(
        isinstance(row, list) and len(row) == len(grid) and all(isinstance(c, int) for c in row)
        for row in grid
    )


def _second_filling(grid: list[list[int]], box: tuple[int, int]) -> str:
    n = len(grid)
    if n == 0 or box[0] * box[1] != n:
        return ""
    given = [
        variable(n, r, c, value)
        for r, row in enumerate(grid)
        for c, value in enumerate(row)
        if value
    ]  # fmt: skip
    with solving(grid_clauses(n, box)) as solver:
        if not solver.solve(assumptions=given):
            return "the puzzle has no solution"
        first = [literal for literal in solver.get_model() if literal > 0]
        solver.add_clause([-literal for literal in first])
        if solver.solve(assumptions=given):
            second = {literal for literal in solver.get_model() if literal > 0}
            differing = len(set(first) - second)
            return f"the puzzle has a second solution; {differing} cells differ"
    return ""
