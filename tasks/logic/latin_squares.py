"""Latin squares to complete; each has one solution."""

import random
from typing import ClassVar

from ..prompting import ask
from ..suite import Draft
from .generating.grids import GridSuite, dig, filled, grid_json, grid_text

SIZES = (4, 4, 5, 5, 6, 6, 7, 8, 9, 10)
BLANKS = (4, 7, 11, 14, 19, 23, 32, 42, 54, 68)


class LatinSquares(GridSuite):
    """Complete a 4x4 square with 4 empty cells (level 1), or a 10x10 square with 68 (level
    10).

    Difficulty: the size of the square and the number of empty cells.
    """

    name = "latin_squares"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        n = SIZES[difficulty - 1]
        box = (1, n)
        full = filled(rng, n, box)
        puzzle = dig(rng, full, box, BLANKS[difficulty - 1])
        question = (
            f"Fill in the Latin square: each row and column holds 1 to {n} once.\n"
            f"{grid_text(puzzle)}"
        )
        meta = {"puzzle": puzzle, "box": [1, n]}
        return Draft(ask(question, "the square as a JSON list of rows"), grid_json(full), meta)


load = LatinSquares
