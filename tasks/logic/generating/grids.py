"""Latin squares and sudokus: filling, emptying, solving and checking them."""

import json
import math
import random
from collections.abc import Iterator, Sequence
from functools import cache

from ...attempts import Attempt, attempt
from ...problem import Problem
from ...prompting import reply
from ..shapes import LogicShape
from ..shapes.grid import NumberGrid
from .base import LogicSuite
from .solving import Clause, Cnf, solving

Grid = list[list[int]]
"""Rows of numbers 1..n; 0 is an empty cell."""
_ENOUGH = 60
"""Draws without a new square after which the attempts end."""
Box = tuple[int, int]
"""Rows and columns of a box; (1, n) makes boxes the rows, which is a Latin square."""


@cache
def units(n: int, box: Box) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the rows, columns and boxes as groups of cells that must differ."""
    tall, wide = box
    rows = [tuple((r, c) for c in range(n)) for r in range(n)]
    columns = [tuple((r, c) for r in range(n)) for c in range(n)]
    boxes = [
        tuple((top + i, left + j) for i in range(tall) for j in range(wide))
        for top in range(0, n, tall)
        for left in range(0, n, wide)
    ]
    return tuple(dict.fromkeys((*rows, *columns, *boxes)))


def filled(rng: random.Random, n: int, box: Box) -> Grid:
    """Fill a grid at random, the cell with the fewest choices first; restart when stuck."""
    tall, wide = box
    everything = (1 << n) - 1
    while True:
        grid = [[0] * n for _ in range(n)]
        rows, columns, boxes = [0] * n, [0] * n, [0] * n
        empty = [(r, c, r // tall * (n // wide) + c // wide) for r in range(n) for c in range(n)]
        rng.shuffle(empty)
        while empty:
            r, c, b = cell = max(
                empty, key=lambda at: (rows[at[0]] | columns[at[1]] | boxes[at[2]]).bit_count()
            )
            free = everything & ~(rows[r] | columns[c] | boxes[b])
            if not free:
                break
            bit = rng.choice([1 << k for k in range(n) if free >> k & 1])
            grid[r][c] = bit.bit_length()
            rows[r] |= bit
            columns[c] |= bit
            boxes[b] |= bit
            empty.remove(cell)
        if not empty:
            return grid


def variable(n: int, row: int, column: int, value: int) -> int:
    """Return the variable for "this cell holds this value"."""
    return (row * n + column) * n + value


@cache
def grid_clauses(n: int, box: Box) -> list[Clause]:
    """Return the clauses that every full grid satisfies."""
    cnf = Cnf()
    for row in range(n):
        for column in range(n):
            cnf.exactly_one([variable(n, row, column, k) for k in range(1, n + 1)])
    for unit in units(n, box):
        for value in range(1, n + 1):
            cnf.exactly_one([variable(n, row, column, value) for row, column in unit])
    return cnf.clauses


def dig(rng: random.Random, full: Grid, box: Box, blanks: int) -> Grid:
    """Empty up to `blanks` cells, as long as `full` stays the only solution."""
    n = len(full)
    cells = [(r, c) for r in range(n) for c in range(n)]
    given = {cell: variable(n, *cell, full[cell[0]][cell[1]]) for cell in cells}
    grid = [list(row) for row in full]
    with solving(grid_clauses(n, box)) as solver:
        solver.add_clause([-literal for literal in given.values()])
        for cell in rng.sample(cells, len(cells)):
            if n * n - len(given) == blanks:
                break
            literal = given.pop(cell)
            if solver.solve(assumptions=list(given.values())):
                given[cell] = literal
            else:
                grid[cell[0]][cell[1]] = 0
    return grid


def grid_text(grid: Grid) -> str:
    """Write one row per line, `_` for an empty cell."""
    return "\n".join(" ".join(str(value) if value else "_" for value in row) for row in grid)


def grid_json(grid: Grid) -> str:
    """Write the grid as compact JSON: `[[1,2],[2,1]]`."""
    return "[" + ",".join("[" + ",".join(map(str, row)) + "]" for row in grid) + "]"


def fault_in(answer: Sequence[Sequence[int]], puzzle: Grid, box: Box) -> str | None:
    """Say which rule of the puzzle is broken; None when all are kept."""
    n = len(puzzle)
    if len(answer) != n or any(len(row) != n for row in answer):
        return f"the grid does not have {n} rows of {n} numbers"
    for r in range(n):
        for c in range(n):
            if not 1 <= answer[r][c] <= n:
                return f"row {r + 1} column {c + 1} holds {answer[r][c]}, not 1 to {n}"
            if puzzle[r][c] not in (0, answer[r][c]):
                return f"row {r + 1} column {c + 1} was given as {puzzle[r][c]}"
    for unit in units(n, box):
        if len({answer[r][c] for r, c in unit}) != n:
            r, c = unit[0]
            return f"a row, column or box from row {r + 1} column {c + 1} holds a number twice"
    return None


def solving_steps(puzzle: Grid, solution: Grid, box: Box) -> list[str]:
    """Return steps that fill in the cells, forced cells first where there are any."""
    n = len(puzzle)
    grid = [list(row) for row in puzzle]
    peers: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for unit in units(n, box):
        for cell in unit:
            peers.setdefault(cell, set()).update(unit)
    lines = []
    empty = [(r, c) for r in range(n) for c in range(n) if not grid[r][c]]
    while empty:
        choices = {}
        for cell in empty:
            taken = {grid[r][c] for r, c in peers[cell]}
            choices[cell] = [k for k in range(1, n + 1) if k not in taken]
        cell = min(empty, key=lambda cell: len(choices[cell]))
        r, c = cell
        value = solution[r][c]
        options = f" of {' '.join(map(str, choices[cell]))}" if len(choices[cell]) > 1 else ""
        lines.append(f"r{r + 1}c{c + 1} {value}{options}")
        grid[r][c] = value
        empty.remove(cell)
    return lines


def solution(puzzle: Grid, box: Box) -> Grid | None:
    """Return a full grid that keeps the rules and the given cells, or None."""
    n = len(puzzle)
    given = [variable(n, r, c, puzzle[r][c]) for r in range(n) for c in range(n) if puzzle[r][c]]
    with solving(grid_clauses(n, box)) as solver:
        if not solver.solve(assumptions=given):
            return None
        true = {literal for literal in solver.get_model() if literal > 0}
    return [
        [k for c in range(n) for k in range(1, n + 1) if variable(n, r, c, k) in true]
        for r in range(n)
    ]


class GridRules:
    """A square to complete; `meta` holds the puzzle (0 is empty) and the size of a box."""

    def shape(self, problem: Problem) -> LogicShape:
        return NumberGrid(len(problem.meta["puzzle"]))

    def fault(self, problem: Problem, value: Sequence[Sequence[int]]) -> str | None:
        """Say in one sentence which rule is broken; None when all are kept."""
        return fault_in(value, problem.meta["puzzle"], tuple(problem.meta["box"]))

    def steps(self, problem: Problem) -> list[str]:
        """Return the cells in an order in which they can be filled in."""
        box = tuple(problem.meta["box"])
        return solving_steps(problem.meta["puzzle"], json.loads(problem.answer), box)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """Fill every empty cell with a random number."""
        puzzle: Sequence[Sequence[int]] = problem.meta["puzzle"]
        n = len(puzzle)
        return reply(grid_json([[cell or rng.randint(1, n) for cell in row] for row in puzzle]))

    def chance(self, problem: Problem) -> float | None:
        puzzle = problem.meta["puzzle"]
        return math.pow(len(puzzle), -sum(row.count(0) for row in puzzle))

    def wrong(self, problem: Problem) -> str | None:
        puzzle = problem.meta["puzzle"]
        grid: Grid = json.loads(problem.answer)
        row = next(r for r, cells in enumerate(puzzle) if 0 in cells)
        column = list(puzzle[row]).index(0)
        grid[row][column] = grid[row][column] % len(grid) + 1
        return reply(grid_json(grid))


class GridSuite(GridRules, LogicSuite):
    """A generated square to complete."""

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """Squares whose rows are right, since each holds its missing numbers in some order."""
        puzzle: Grid = problem.meta["puzzle"]
        tried: set[str] = set()
        in_vain = 0
        while in_vain < _ENOUGH:
            text = grid_json([_filled_row(row, rng) for row in puzzle])
            made = None if text in tried else self.try_answer(problem, text)
            tried.add(text)
            in_vain = 0 if made is not None else in_vain + 1
            if made is not None:
                yield made

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        """The numbers of each column, and of each box where there are boxes."""
        puzzle: Grid = problem.meta["puzzle"]
        n, box = len(puzzle), (problem.meta["box"][0], problem.meta["box"][1])
        try:
            grid = json.loads(answer)
        except (ValueError, RecursionError):
            return None
        rows = grid if isinstance(grid, list) else []
        if len(rows) != n or not all(_is_row(row, n) for row in rows):
            return None
        works = ["".join(str(rows[r][c]) for r, c in unit) for unit in units(n, box)[n:]]
        wanted = f"1 to {n} in each"
        return attempt(answer, [" ".join(works)], wanted, fault_in(rows, puzzle, box) is None)


def _filled_row(row: list[int], rng: random.Random) -> list[int]:
    missing = [k for k in range(1, len(row) + 1) if k not in row]
    rng.shuffle(missing)
    return [value or missing.pop() for value in row]


def _is_row(row: object, n: int) -> bool:
    return isinstance(row, list) and len(row) == n and all(type(x) is int for x in row)
