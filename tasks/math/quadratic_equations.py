"""Quadratic equations, with whole, fractional, irrational and complex roots."""

import math
import random
from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from ..problem import Problem
from ..prompting import reply
from ..suite import Draft
from .generating import MathSuite, pose, show
from .generating.polynomial import multiply, polynomial
from .generating.surds import Surd

_BOTH = "both roots, the smaller first, separated by a comma,"


class QuadraticEquations(MathSuite):
    """Solve a quadratic equation.

    Levels: 1 `x^2 = c`; 2 monic with positive roots to 20; 3 roots of either sign;
    4 a leading coefficient and larger roots; 5 rational roots; 6 irrational roots;
    7 irrational roots after moving everything to one side; 8 complex roots of such equations.
    """

    name = "quadratic_equations"
    difficulties = range(1, 9)
    default_sizes: ClassVar[Mapping[int, int]] = {2: 93, 3: 137}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        if difficulty == 1:
            return _square(rng)
        if difficulty <= 4:
            return _whole(rng, difficulty)
        if difficulty == 5:
            return _rational(rng)
        return _irrational(rng, difficulty)

    def plausible(self, difficulty: int) -> range:
        return range(1, 51) if difficulty == 1 else range(-9, 10)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        if problem.meta["difficulty"] == 1:
            return super().guess(problem, rng)
        low, high = sorted(rng.sample(self.plausible(problem.meta["difficulty"]), 2))
        return reply(f"{low}, {high}")

    def chance(self, problem: Problem) -> float | None:
        level = problem.meta["difficulty"]
        if level == 1:
            return super().chance(problem)
        if level > 4:
            return 0.0
        numbers = self.plausible(level)
        inside = all(int(root) in numbers for root in problem.answer.split(", "))
        return 1 / math.comb(len(numbers), 2) if inside else 0.0


def _square(rng: random.Random) -> Draft:
    x, shift = rng.randrange(1, 51), rng.choice((0, 0, rng.randrange(-20, 21)))
    sign = "+" if shift > 0 else "-"
    left = f"x^2 {sign} {abs(shift)}" if shift else "x^2"
    question = f"Find the positive x with {left} = {x * x + shift}."
    moved = [f"x^2 = {x * x}"] if shift else []
    return pose(question, x, [*moved, f"{x}*{x} = {x * x}"], key=f"{left}={x * x + shift}")


def _roots(rng: random.Random, size: int, positive: bool) -> tuple[int, int]:
    while True:
        low, high = sorted(rng.randrange(1 if positive else -size, size + 1) for _ in range(2))
        if low != high and low and high:
            return low, high


def _factor(root: int) -> str:
    return f"(x {'-' if root > 0 else '+'} {abs(root)})"


def _whole(rng: random.Random, difficulty: int) -> Draft:
    low, high = _roots(rng, {2: 20, 3: 12, 4: 20}[difficulty], difficulty == 2)
    lead = rng.randrange(2, 12) if difficulty == 4 else 1
    monic = [low * high, -(low + high), 1]
    equation = f"{polynomial([lead * c for c in monic])} = 0"
    steps = [f"divide by {lead}: {polynomial(monic)} = 0"] if lead > 1 else []
    steps.append(f"{low}+{_signed(high)}={low + high}, {low}*{_signed(high)}={low * high}")
    steps.append(f"{_factor(low)}{_factor(high)} = 0")
    return pose(f"Solve {equation}.", f"{low}, {high}", steps, _BOTH, equation)


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def _rational(rng: random.Random) -> Draft:
    while True:
        roots = sorted(Fraction(rng.randrange(-12, 13), rng.randrange(1, 9)) for _ in range(2))
        if roots[0] != roots[1] and 0 not in roots and any(r.denominator > 1 for r in roots):
            break
    (p, q), (r, s) = ((root.numerator, root.denominator) for root in roots)
    coefficients = multiply([-p, q], [-r, s])
    c, b, a = (int(value) for value in coefficients)
    equation = f"{polynomial(coefficients)} = 0"
    steps = _discriminant(a, b, c)
    root = math.isqrt(b * b - 4 * a * c)
    steps.append(f"sqrt({root * root}) = {root}")
    steps += [f"x = ({-b}-{root})/{2 * a}", f"x = ({-b}+{root})/{2 * a}"]
    answer = ", ".join(show(value) for value in roots)
    form = "both roots, the smaller first, as integers or fractions in lowest terms, "
    return pose(f"Solve {equation}.", answer, steps, f"{form}separated by a comma,", equation)


def _discriminant(a: int, b: int, c: int) -> list[str]:
    return [
        f"a={a}, b={b}, c={c}",
        f"b^2 = {b * b}, 4ac = {4 * a * c}",
        f"b^2-4ac = {b * b - 4 * a * c}",
    ]


def _irrational(rng: random.Random, difficulty: int) -> Draft:
    size = {6: 12, 7: 30, 8: 99}[difficulty]
    while True:
        a, b, c = rng.randrange(1, size // 2), rng.randrange(-size, size + 1), 0
        c = rng.choice((-1, 1)) * rng.randrange(1, size + 1)
        inside = b * b - 4 * a * c
        square = inside >= 0 and math.isqrt(inside) ** 2 == inside
        if (inside < 0) == (difficulty == 8) and not square:
            break
    steps, equation = [], f"{polynomial([c, b, a])} = 0"
    if difficulty > 6:
        d, e, f = (rng.choice((-1, 1)) * rng.randrange(1, size) for _ in range(3))
        left, right = polynomial([c + d, b + e, a + f]), polynomial([d, e, f])
        steps, equation = [equation], f"{left} = {right}"
    steps += _discriminant(a, b, c)
    root = Surd.of(abs(inside))
    unit = "i*" if inside < 0 else ""
    steps.append(f"sqrt({inside}) = {unit}{root}")
    low, high = _pair(-b, 2 * a, root, inside < 0)
    steps += [f"x = {low}", f"x = {high}"]
    form = "both roots, separated by a comma,"
    return pose(f"Solve {equation}.", f"{low}, {high}", steps, form, equation, literal=False)


def _pair(top: int, bottom: int, root: Surd, imaginary: bool) -> tuple[str, str]:
    """(top ± root)/bottom in lowest terms, as text."""
    common = math.gcd(top, bottom, root.outside)
    top, bottom, root = top // common, bottom // common, Surd(root.outside // common, root.inside)
    shown = str(root)
    if imaginary:
        shown = "i" if shown == "1" else (f"{shown}*i" if root.inside > 1 else f"{shown}i")
    texts = []
    for sign in "-+":
        body = f"{top} {sign} {shown}" if top else (shown if sign == "+" else f"-{shown}")
        texts.append(body if bottom == 1 else f"({body})/{bottom}")
    return texts[0], texts[1]


load = QuadraticEquations
