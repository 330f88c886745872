"""Sliding tiles: bring numbered tiles into order by sliding them into the gap."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from ..episode import Tool, tool
from .playing.search import Meta, Moves, SearchPuzzle, State

BOARDS = ((2, 2), (2, 3), (2, 3), (3, 3), (3, 3))
SLIDES = ((4, 6), (6, 12), (12, 18), (8, 12), (12, 16))
"""The fewest and the most slides of a shortest solution, by level."""


class SlidingTiles(SearchPuzzle):
    """Order 3 tiles on a 2 x 2 board (level 1), or 8 tiles that are 12 to 16 slides away (level 5).

    Difficulty: larger boards, longer solutions, fewer spare slides.
    """

    name = "sliding_tiles"
    default_sizes: ClassVar[Mapping[int, int]] = {1: 56, 2: 50, 3: 90, 4: 150}

    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str]:
        rows, columns = BOARDS[difficulty - 1]
        goal = [*range(1, rows * columns), 0]
        meta = {"rows": rows, "columns": columns, "goal": goal}
        if difficulty == 1:  # the splits share the few boards by the goal as well
            rng.shuffle(goal)
        state: State = tuple(goal)
        before: State = None
        for _ in range(rng.randint(*SLIDES[difficulty - 1])):
            options = [one for _, one in self.moves(meta, state) if one != before]
            before, state = state, rng.choice(options)
        assert isinstance(state, tuple)
        meta["start"] = list(state)
        text = (
            f"A board of {rows} rows and {columns} columns holds tiles numbered from 1, and a gap, "
            "shown as _. A tile beside the gap can slide into it. Bring the tiles into this order:"
            f"\n\n{self.show(meta, tuple(goal))}\n\nThe board is now:"
        )
        return meta, text

    def move_tool(self, meta: Meta) -> Tool:
        most = meta["rows"] * meta["columns"] - 1
        tile = {"type": "integer", "minimum": 1, "maximum": most}
        return tool("slide", "Slide a tile into the gap beside it.", tile=tile)

    def initial(self, meta: Meta) -> State:
        return tuple(meta["start"])

    def moves(self, meta: Meta, state: State) -> Moves:
        assert isinstance(state, tuple)
        gap, columns = state.index(0), meta["columns"]
        row, column = divmod(gap, columns)
        found = []
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= r < meta["rows"] and 0 <= c < columns:
                after = list(state)
                at = r * columns + c
                after[gap], after[at] = after[at], 0
                found.append(({"tile": state[at]}, tuple(after)))
        return found

    def solved(self, meta: Meta, state: State) -> bool:
        assert isinstance(state, tuple)
        return bool(list(state) == meta["goal"])

    def show(self, meta: Meta, state: State) -> str:
        assert isinstance(state, tuple)
        columns = meta["columns"]
        rows = (state[at : at + columns] for at in range(0, len(state), columns))
        return "\n".join(" ".join(str(tile) if tile else "_" for tile in row) for row in rows)

    def distance(self, meta: Meta, state: State) -> float:
        assert isinstance(state, tuple)
        columns = meta["columns"]
        total = 0
        for at, tile in enumerate(state):
            if tile:
                due = meta["goal"].index(tile)
                total += abs(at // columns - due // columns) + abs(at % columns - due % columns)
        return total

    def fits(self, difficulty: int, optimum: int) -> bool:
        least, most = SLIDES[difficulty - 1]
        return least <= optimum <= most


load = SlidingTiles
