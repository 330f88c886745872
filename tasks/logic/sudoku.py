"""Sudokus from 4x4 to 9x9; each has one solution."""

import random
from typing import ClassVar

from ..prompting import ask
from ..suite import Draft
from .generating.grids import GridSuite, dig, filled, grid_json, grid_text

SIZES = ((4, 2, 2), (4, 2, 2), (4, 2, 2), (6, 2, 3), (6, 2, 3), (6, 2, 3), (8, 2, 4),
         (9, 3, 3), (9, 3, 3), (9, 3, 3))  # fmt: skip
"""Side, rows of a box, columns of a box."""
BLANKS = (3, 6, 9, 12, 17, 22, 30, 40, 48, 57)


class Sudoku(GridSuite):
    """Solve a 4x4 sudoku with 3 empty cells (level 1) to a 9x9 sudoku with about 56 (level
    10).

    Difficulty: the size of the grid and the number of empty cells, as many as leave one
    solution.
    """

    name = "sudoku"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        n, tall, wide = SIZES[difficulty - 1]
        full = filled(rng, n, (tall, wide))
        puzzle = dig(rng, full, (tall, wide), BLANKS[difficulty - 1])
        question = (
            f"Fill in the sudoku: each row, column and {tall}x{wide} box (rows x columns) holds "
            f"1 to {n} once.\n{grid_text(puzzle)}"
        )
        meta = {"puzzle": puzzle, "box": [tall, wide]}
        return Draft(ask(question, "the grid as a JSON list of rows"), grid_json(full), meta)


load = Sudoku
