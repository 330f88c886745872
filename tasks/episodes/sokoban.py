"""Sokoban: push boxes onto their marks; a box can be pushed, never pulled."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from ..episode import Tool, tool
from .playing.search import Meta, Moves, SearchPuzzle, State

SIZES = ((5, 5, 1, 1), (5, 6, 1, 3), (6, 6, 2, 3), (6, 7, 2, 5), (7, 7, 2, 7))
"""Rows, columns, boxes and inner walls, by level."""
STEPS = ((3, 10), (6, 16), (8, 24), (12, 34), (16, 44))
"""The fewest and the most moves of a shortest solution, by level."""
WAYS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
Cell = tuple[int, int]


class Sokoban(SearchPuzzle):
    """Push one box in a room of 5 x 5 (level 1), or 2 boxes in a walled room of 7 x 7 (level 5).

    Difficulty: larger rooms, more boxes and walls, longer solutions, fewer spare moves.
    """

    name = "sokoban"
    default_sizes: ClassVar[Mapping[int, int]] = {1: 150}
    spare = (12, 12, 12, 12, 12)

    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str] | None:
        rows, columns, boxes, walls = SIZES[difficulty - 1]
        inner = [(r, c) for r in range(1, rows - 1) for c in range(1, columns - 1)]
        chosen = rng.sample(inner, walls + 2 * boxes + 1)
        player, rest = chosen[0], chosen[1:]
        meta = {
            "rows": rows, "columns": columns, "player": list(player),
            "boxes": sorted(map(list, rest[:boxes])),
            "marks": sorted(map(list, rest[boxes : 2 * boxes])),
            "walls": sorted(map(list, rest[2 * boxes :])),
        }  # fmt: skip
        if self.lost(meta, self.initial(meta)):
            return None
        text = (
            "You are in a room with boxes. You walk up, down, left or right; walking into a box "
            "pushes it one cell on, if that cell is free of walls and boxes. Push every box onto "
            "a mark. A box that is in a corner away from the marks is stuck, and all is lost. "
            "# is a wall, @ you, $ a box, . a mark, * a box on a mark, + you on a mark:"
        )
        return meta, text

    def move_tool(self, meta: Meta) -> Tool:
        way = {"type": "string", "enum": list(WAYS)}
        return tool("walk", "Walk one cell, pushing a box that stands there.", direction=way)

    def initial(self, meta: Meta) -> State:
        return tuple(meta["player"]), frozenset(map(tuple, meta["boxes"]))

    def moves(self, meta: Meta, state: State) -> Moves:
        assert isinstance(state, tuple)
        (row, column), boxes = state
        found = []
        for name, (down, right) in WAYS.items():
            at = row + down, column + right
            if _walled(meta, at):
                continue
            if at in boxes:
                behind = at[0] + down, at[1] + right
                if _walled(meta, behind) or behind in boxes:
                    continue
                found.append(({"direction": name}, (at, boxes - {at} | {behind})))
            else:
                found.append(({"direction": name}, (at, boxes)))
        return found

    def solved(self, meta: Meta, state: State) -> bool:
        assert isinstance(state, tuple)
        return bool(sorted(map(list, state[1])) == meta["marks"])

    def lost(self, meta: Meta, state: State) -> bool:
        assert isinstance(state, tuple)
        return any(list(box) not in meta["marks"] and _cornered(meta, box) for box in state[1])

    def show(self, meta: Meta, state: State) -> str:
        assert isinstance(state, tuple)
        player, boxes = state
        lines = []
        for row in range(meta["rows"]):
            cells = ((row, column) for column in range(meta["columns"]))
            lines.append("".join(_letter(meta, cell, player, boxes) for cell in cells))
        return "\n".join(lines)

    def distance(self, meta: Meta, state: State) -> float:
        assert isinstance(state, tuple)
        player, boxes = state
        away = [
            min(abs(box[0] - row) + abs(box[1] - column) for row, column in meta["marks"])
            for box in boxes
        ]
        waiting = [box for box, far in zip(boxes, away, strict=True) if far]
        walk = min((abs(b[0] - player[0]) + abs(b[1] - player[1]) for b in waiting), default=0)
        return float(10.0 * sum(away) + walk)

    def fits(self, difficulty: int, optimum: int) -> bool:
        least, most = STEPS[difficulty - 1]
        return least <= optimum <= most


def _walled(meta: Meta, cell: Cell) -> bool:
    row, column = cell
    inside = 0 < row < meta["rows"] - 1 and 0 < column < meta["columns"] - 1
    return not inside or [row, column] in meta["walls"]


def _cornered(meta: Meta, cell: Cell) -> bool:
    """Whether walls stand beside a cell both ways, so that a box in it stays there."""
    row, column = cell
    upright = _walled(meta, (row - 1, column)) or _walled(meta, (row + 1, column))
    return upright and (_walled(meta, (row, column - 1)) or _walled(meta, (row, column + 1)))


def _letter(meta: Meta, cell: Cell, player: Cell, boxes: frozenset[Cell]) -> str:
    if _walled(meta, cell):
        return "#"
    marked = list(cell) in meta["marks"]
    if cell in boxes:
        return "*" if marked else "$"
    if cell == player:
        return "+" if marked else "@"
    return "." if marked else " "


load = Sokoban
