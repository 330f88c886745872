"""Systems of linear equations with exactly one solution."""

import random
from dataclasses import dataclass
from fractions import Fraction

from ..suite import Draft
from .generating import MathSuite, pose, show


@dataclass(frozen=True, slots=True)
class _Level:
    unknowns: int
    coefficients: int
    solution: int
    denominators: int = 1


_LEVELS = {
    2: _Level(2, 3, 9),
    3: _Level(2, 12, 12),
    4: _Level(2, 12, 20, denominators=9),
    5: _Level(3, 6, 9),
    6: _Level(3, 12, 20, denominators=6),
    7: _Level(4, 9, 20),
    8: _Level(5, 12, 20, denominators=4),
}
_NAMES = ("x", "y", "z", "w", "v")


class LinearSystems(MathSuite):
    """Solve a system of linear equations.

    Levels: 1 a sum and a difference; 2 two unknowns with small coefficients; 3 larger
    ones; 4 fractional solutions; 5 three unknowns; 6 three with fractions; 7 four;
    8 five with fractions.
    """

    name = "linear_systems"
    difficulties = range(1, 9)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _easy(rng) if difficulty == 1 else _general(rng, _LEVELS[difficulty])

    def plausible(self, difficulty: int) -> range:
        return range(30) if difficulty == 1 else range(-9, 10)


def _easy(rng: random.Random) -> Draft:
    y, x = sorted((rng.randrange(0, 30), rng.randrange(0, 30)))
    steps = [f"2x = {x + y}+{x - y} = {2 * x}", f"x = {x}", f"y = {x + y}-{x} = {y}"]
    question = f"Solve x + y = {x + y}, x - y = {x - y}."
    return pose(question, f"({x}, {y})", steps, "(x, y)")


def _equation(row: list[int], total: int) -> str:
    pieces: list[str] = []
    for name, coefficient in zip(_NAMES, row, strict=False):
        if coefficient:
            size = "" if abs(coefficient) == 1 else str(abs(coefficient))
            sign = "-" if coefficient < 0 else "+"
            lead = sign if sign == "-" else ""
            pieces.append(f"{sign} {size}{name}" if pieces else f"{lead}{size}{name}")
    return f"{' '.join(pieces)} = {total}"


def _general(rng: random.Random, level: _Level) -> Draft:
    n = level.unknowns
    while True:
        solution = [
            Fraction(rng.randrange(-level.solution, level.solution + 1), d)
            for d in (rng.randrange(1, level.denominators + 1) for _ in range(n))
        ]
        rows = [_row(rng, level, solution) for _ in range(n)]
        matrix = [[Fraction(c) for c in row] for row in rows]
        steps = _eliminate(matrix)
        if steps is not None:
            break
    system = ", ".join(_equation(row[:-1], row[-1]) for row in rows)
    form = f"({', '.join(_NAMES[:n])})"
    if level.denominators > 1:
        form += " in integers or fractions in lowest terms"
    answer = f"({', '.join(show(value) for value in solution)})"
    return pose(f"Solve {system}.", answer, steps, form, system)


def _row(rng: random.Random, level: _Level, solution: list[Fraction]) -> list[int]:
    """Whole coefficients and the total that the solution gives, cleared of fractions."""
    size = level.coefficients
    while True:
        row = [Fraction(rng.randrange(-size, size + 1)) for _ in solution]
        if sum(1 for c in row if c) >= min(2, len(row)):
            break
    total = sum((c * x for c, x in zip(row, solution, strict=True)), Fraction(0))
    scale = total.denominator
    return [int(c * scale) for c in [*row, total]]


def _eliminate(matrix: list[list[Fraction]]) -> list[str] | None:
    """Gauss-Jordan elimination in place, as written steps; None for a singular matrix."""
    n, steps = len(matrix), []
    for column in range(n):
        pivot = next((r for r in range(column, n) if matrix[r][column]), None)
        if pivot is None:
            return None
        if pivot != column:
            matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
            steps.append(f"swap rows {column + 1}, {pivot + 1}")
        lead = matrix[column][column]
        matrix[column] = [value / lead for value in matrix[column]]
        steps.append(f"row {column + 1}: {_listed(matrix[column])}")
        for r in range(n):
            if r != column and matrix[r][column]:
                factor = matrix[r][column]
                matrix[r] = [v - factor * p for v, p in zip(matrix[r], matrix[column], strict=True)]
                steps.append(f"row {r + 1}: {_listed(matrix[r])}")
    return steps + [f"{name} = {show(row[-1])}" for name, row in zip(_NAMES, matrix, strict=False)]


def _listed(row: list[Fraction]) -> str:
    return " ".join(show(value) for value in row)


load = LinearSystems
