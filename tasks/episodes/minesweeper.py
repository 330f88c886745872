"""Minesweeper without luck: every board can be opened by reasoning alone."""

import math
import random
from collections.abc import Iterator
from typing import Any

from ..arguments import Arguments
from ..episode import Call, GeneratedEpisodes, IllegalActionError, World, tool
from ..problem import Problem
from ..suite import Draft
from ..verdict import Verdict, correct, wrong

BOARDS = ((3, 3, 2), (4, 4, 3), (5, 5, 5), (6, 6, 8), (7, 7, 9))
"""Rows, columns and mines, by level."""
FEW = 16
"""Closed cells from which on the number of all mines is reasoned with."""
Cell = tuple[int, int]


class MinesweeperWorld(World):
    """The mines, and the cells that are open."""

    def __init__(self, meta: Any) -> None:
        self._meta = meta
        self._mines = frozenset(map(tuple, meta["mines"]))
        self.opened: set[Cell] = set(map(tuple, meta["opened"]))
        self.struck = False
        row = {"type": "integer", "minimum": 1, "maximum": meta["rows"]}
        column = {"type": "integer", "minimum": 1, "maximum": meta["columns"]}
        self.tools = [tool("open", "Open one cell.", row=row, column=column)]

    def act(self, name: str, arguments: Arguments) -> str:
        """Open a cell."""
        cell = arguments["row"] - 1, arguments["column"] - 1
        if cell in self.opened:
            raise IllegalActionError("That cell is open already.")
        self.moves += 1
        if cell in self._mines:
            self.struck = self.over = True
            return "A mine. The game is lost."
        self.opened.add(cell)
        self.over = not self.closed_safe()
        shown = board(self._meta, self.opened)
        return f"{shown}\nAll safe cells are open." if self.over else shown

    def closed_safe(self) -> list[Cell]:
        """The safe cells that are still closed."""
        return [c for c in _cells(self._meta) if c not in self._mines and c not in self.opened]

    def closed(self) -> list[Cell]:
        """All closed cells."""
        return [cell for cell in _cells(self._meta) if cell not in self.opened]


class Minesweeper(GeneratedEpisodes):
    """Open the safe cells of a board of 3 x 3 with 2 mines (level 1) to 7 x 7 with 9 (level 5).

    Difficulty: larger boards with more mines.
    """

    name = "minesweeper"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        rows, columns, count = BOARDS[difficulty - 1]
        while True:
            meta: dict[str, Any] = {"rows": rows, "columns": columns}
            cells = _cells(meta)
            mines = set(rng.sample(cells, count))
            meta["mines"] = sorted(map(list, mines))
            start = rng.choice([cell for cell in cells if cell not in mines])
            opened = {start} | (
                {*_near(meta, start)} if not mines & {*_near(meta, start)} else set()
            )
            meta["opened"] = sorted(map(list, opened))
            safe = len(cells) - count - len(opened)
            if safe >= 2 and len(reasoned(meta)) == safe:
                break
        meta |= {"optimum": safe, "budget": safe}
        prompt = (
            f"Board {rng.randrange(10**6):06}, of {rows} rows and {columns} columns, hides {count} "
            "mines. A number tells how "
            "many of the up to 8 cells around it hold a mine; ? is a closed cell. Open all cells "
            "without a mine, and none with one; it can be done by reasoning alone. Rows are "
            "numbered from the top, columns from the left, both from 1.\n\n"
            f"{board(meta, opened)}\n\n{safe} cells are to be opened."
        )
        answer = " ".join(f"{row + 1},{column + 1}" for row, column in sorted(mines))
        return Draft(prompt, answer, meta)

    def world(self, problem: Problem, seed: int) -> MinesweeperWorld:
        return MinesweeperWorld(problem.meta)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, MinesweeperWorld)
        if world.struck:
            return wrong("incorrect", None, f"a mine was opened at move {world.moves}")
        if world.closed_safe():
            return wrong("incorrect", None, f"{len(world.closed_safe())} safe cells stayed closed")
        return correct(None, f"all safe cells were opened in {world.moves} moves")

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        """The cells in an order in which each is known to be safe by what is open before."""
        return [_open(cell) for cell in reasoned(problem.meta)]

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        assert isinstance(world, MinesweeperWorld)
        return _open(rng.choice(world.closed()))

    def chance(self, problem: Problem) -> float | None:
        """All safe cells come before the first mine in a random order of the closed cells."""
        mines = len(problem.meta["mines"])
        return 1.0 / math.comb(problem.meta["optimum"] + mines, mines)

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """The closed cell whose open neighbours show the smallest numbers."""
        assert isinstance(world, MinesweeperWorld)
        meta = problem.meta

        def risk(cell: Cell) -> float:
            numbers = [number(meta, one) for one in _near(meta, cell) if one in world.opened]
            return max(numbers, default=2)

        return _open(min(world.closed(), key=risk))


def _open(cell: Cell) -> Call:
    return Call("open", {"row": cell[0] + 1, "column": cell[1] + 1})


def _cells(meta: Any) -> list[Cell]:
    return [(row, column) for row in range(meta["rows"]) for column in range(meta["columns"])]


def _near(meta: Any, cell: Cell) -> list[Cell]:
    return [
        (row, column)
        for row in range(max(0, cell[0] - 1), min(meta["rows"], cell[0] + 2))
        for column in range(max(0, cell[1] - 1), min(meta["columns"], cell[1] + 2))
        if (row, column) != cell
    ]


def number(meta: Any, cell: Cell) -> int:
    """The mines around a cell."""
    return sum(list(one) in meta["mines"] for one in _near(meta, cell))


def board(meta: Any, opened: set[Cell]) -> str:
    """The board as it is seen."""
    rows = (
        " ".join(
            str(number(meta, (row, column))) if (row, column) in opened else "?"
            for column in range(meta["columns"])
        )
        for row in range(meta["rows"])
    )
    return "\n".join(rows)


def reasoned(meta: Any) -> list[Cell]:
    """The cells that reasoning opens, in order: it knows the numbers of open cells alone.

    A fact is a set of closed cells and the number of mines in it: one for each open cell, and,
    when few cells are left, one for the whole board. Of two facts of which one lies in the other,
    the difference is a fact.
    """
    opened = set(map(tuple, meta["opened"]))
    numbers = {cell: number(meta, cell) for cell in opened}
    order: list[Cell] = []
    while True:
        closed = {cell for cell in _cells(meta) if cell not in opened}
        facts: set[Fact] = set()
        if len(closed) <= FEW:
            facts.add((frozenset(closed), len(meta["mines"])))
        for cell in opened:
            around = frozenset(one for one in _near(meta, cell) if one in closed)
            facts.add((around, numbers[cell]))
        safe = sorted(_safe(facts))
        if not safe:
            return order
        for cell in safe:
            order.append(cell)
            opened.add(cell)
            numbers[cell] = number(meta, cell)


Fact = tuple[frozenset[Cell], int]


def _safe(facts: set[Fact]) -> set[Cell]:
    """The cells that the facts prove safe."""
    for _ in range(3):
        found = {cell for cells, mines in facts if mines == 0 for cell in cells}
        if found:
            return found
        facts = facts | set(_differences(facts))
    return {cell for cells, mines in facts if mines == 0 for cell in cells}


def _differences(facts: set[Fact]) -> Iterator[Fact]:
    listed = sorted(facts, key=lambda fact: len(fact[0]))
    for at, (small, few) in enumerate(listed):
        for large, many in listed[at + 1 :]:
            if small and small < large:
                yield large - small, many - few
    whole = [(cells, mines) for cells, mines in facts if len(cells) == mines]
    for mined, _ in whole:
        for cells, mines in facts:
            if cells & mined and not cells <= mined:
                yield cells - mined, mines - len(cells & mined)


load = Minesweeper
