"""Lights out: pressing a lamp switches it and its neighbours; switch all of them off."""

import math
import random
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from ..arguments import Arguments
from ..episode import Tool, World, tool
from ..problem import Problem
from .playing.search import Meta, Moves, SearchPuzzle, SearchWorld, State

BOARDS = ((3, 3, 2), (3, 3, 4), (3, 4, 5), (3, 4, 7), (4, 5, 8))
"""Rows, columns and presses. On these boards every set of presses has its own effect."""


class LightsOut(SearchPuzzle):
    """Switch off a board of 3 x 3 by 2 presses (level 1), or of 4 x 5 by 8 presses (level 5).

    Difficulty: larger boards, more presses, fewer spare presses.
    """

    name = "lights_out"
    default_sizes: ClassVar[Mapping[int, int]] = {1: 17, 2: 49}

    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str]:
        rows, columns, presses = BOARDS[difficulty - 1]
        lights = 0
        for cell in rng.sample(range(rows * columns), presses):
            lights ^= _effect(rows, columns, cell)
        text = (
            f"A board has {rows} rows and {columns} columns of lamps. To press a lamp switches it "
            "and its neighbours above, below, left and right: those that are on go off, those "
            "that are off go on. Switch all lamps off. Rows are numbered from the top, columns "
            "from the left, both from 1. # is on, . is off:"
        )
        return {"rows": rows, "columns": columns, "lights": lights}, text

    def move_tool(self, meta: Meta) -> Tool:
        row = {"type": "integer", "minimum": 1, "maximum": meta["rows"]}
        column = {"type": "integer", "minimum": 1, "maximum": meta["columns"]}
        return tool("press", "Press one lamp.", row=row, column=column)

    def initial(self, meta: Meta) -> State:
        return meta["lights"]  # type: ignore[no-any-return]

    def moves(self, meta: Meta, state: State) -> Moves:
        assert isinstance(state, int)
        rows, columns = meta["rows"], meta["columns"]
        return [
            (_press(columns, cell), state ^ _effect(rows, columns, cell))
            for cell in range(rows * columns)
        ]

    def solved(self, meta: Meta, state: State) -> bool:
        return state == 0

    def show(self, meta: Meta, state: State) -> str:
        assert isinstance(state, int)
        rows, columns = meta["rows"], meta["columns"]
        lines = (
            " ".join(".#"[state >> (row * columns + column) & 1] for column in range(columns))
            for row in range(rows)
        )
        return "\n".join(lines)

    def distance(self, meta: Meta, state: State) -> float:
        assert isinstance(state, int)
        return state.bit_count()

    def shortest(self, meta: Meta) -> list[Arguments] | None:
        """The only set of presses that does it, which linear algebra over GF(2) gives."""
        rows, columns = meta["rows"], meta["columns"]
        presses = _presses(rows, columns, meta["lights"])
        return [_press(columns, cell) for cell in range(rows * columns) if presses >> cell & 1]

    def hopeless(self, problem: Problem, world: World) -> bool | None:
        """Whether more presses are needed than are left: the only set of them is known."""
        assert isinstance(world, SearchWorld)
        best = self.shortest({**problem.meta, "lights": world.state})
        return bool(len(best or ()) > problem.meta["budget"] - world.moves)

    def chance(self, problem: Problem) -> float | None:
        """The random player's chance: the number of wrong cells is all that counts of a state."""
        size = problem.meta["rows"] * problem.meta["columns"]
        spread = [0.0] * (size + 1)
        spread[problem.meta["optimum"]] = 1.0
        won = 0.0
        for _ in range(problem.meta["budget"]):
            after = [0.0] * (size + 1)
            for wrong, share in enumerate(spread):
                if share:
                    after[wrong - 1] += share * wrong / size
                    if wrong < size:
                        after[wrong + 1] += share * (size - wrong) / size
            won += after[0]
            after[0] = 0.0
            spread = after
        return math.fsum([won])


def _press(columns: int, cell: int) -> Arguments:
    return {"row": cell // columns + 1, "column": cell % columns + 1}


@cache
def _effect(rows: int, columns: int, cell: int) -> int:
    """The lamps that a press switches, as bits."""
    row, column = divmod(cell, columns)
    near = [(row, column), (row - 1, column), (row + 1, column), (row, column - 1),
            (row, column + 1)]  # fmt: skip
    return sum(1 << (r * columns + c) for r, c in near if 0 <= r < rows and 0 <= c < columns)


@cache
def _basis(rows: int, columns: int) -> tuple[tuple[int, int], ...]:
    """Reduced effects with the presses that give them, each with a leading lamp of its own."""
    found: list[tuple[int, int]] = []
    for cell in range(rows * columns):
        lamps, presses = _effect(rows, columns, cell), 1 << cell
        for known, by in found:
            if lamps >> (known.bit_length() - 1) & 1:
                lamps, presses = lamps ^ known, presses ^ by
        if not lamps:
            raise ValueError(f"two sets of presses have one effect on a {rows} x {columns} board")
        found.append((lamps, presses))
    return tuple(found)


def _presses(rows: int, columns: int, lights: int) -> int:
    """The presses that switch off exactly these lamps, as bits."""
    presses = 0
    for known, by in _basis(rows, columns):
        if lights >> (known.bit_length() - 1) & 1:
            lights, presses = lights ^ known, presses ^ by
    return presses


load = LightsOut
