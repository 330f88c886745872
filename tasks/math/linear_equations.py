"""Linear equations in one unknown."""

import math
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from ..attempts import Attempt, attempt
from ..problem import Problem
from ..suite import Draft
from .generating import MathSuite, pose, show
from .generating.polynomial import linear


@dataclass(frozen=True, slots=True)
class _Term:
    """factor * (x_factor * x + constant) / divisor."""

    factor: int
    x_factor: int
    constant: int
    divisor: int = 1

    def text(self) -> str:
        inner = linear(self.x_factor, self.constant)
        if self.divisor != 1:
            body = f"({inner})/{self.divisor}"
            return body if self.factor == 1 else f"{self.factor}{body}"
        return inner if self.factor == 1 else f"{self.factor}({inner})"

    def total(self) -> tuple[Fraction, Fraction]:
        scale = Fraction(self.factor, self.divisor)
        return scale * self.x_factor, scale * self.constant


@dataclass(frozen=True, slots=True)
class _Level:
    left: int
    right: int
    size: int
    brackets: bool = True
    divisors: bool = False
    whole: bool = True


_SHORT = re.compile(r"Solve for x: (-?\d*)x( [+-] \d+)? = (-?\d+)\n")
_SHORT_X = re.compile(r"Solve for x: x ")
_LEVELS = {
    3: _Level(1, 1, 9, brackets=False),
    4: _Level(1, 1, 9),
    5: _Level(2, 1, 9),
    6: _Level(2, 2, 12, whole=False),
    7: _Level(2, 2, 12, divisors=True, whole=False),
    8: _Level(3, 3, 30, divisors=True, whole=False),
    9: _Level(5, 5, 99, divisors=True, whole=False),
}


class LinearEquations(MathSuite):
    """Solve a linear equation for x.

    Levels: 1 `x + a = b`; 2 `ax + b = c`; 3 x on both sides; 4 one bracket a side; 5 more
    brackets; 6 answers that are fractions; 7 brackets over divisors; 8 three and 9 five
    terms on each side with larger numbers.
    """

    name = "linear_equations"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 88}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        if difficulty == 1:
            return _one_step(rng)
        if difficulty == 2:
            return _two_steps(rng)
        return _general(rng, _LEVELS[difficulty])

    def plausible(self, difficulty: int) -> range:
        return range(19) if difficulty <= 2 else range(-9, 10)

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """Values of x, substituted on the left; none where x stands on both sides."""
        if _SHORT.match(problem.prompt) is None:
            return
        steps = _SHORT_X.match(problem.prompt) is not None
        span = range(19) if steps else range(10)
        for x in rng.sample(span, len(span)):
            tried = self.try_answer(problem, str(x))
            assert tried is not None
            yield tried

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        match = _SHORT.match(problem.prompt)
        if match is None or re.fullmatch(r"-?\d{1,9}", answer) is None:
            return None
        a, b = int(match[1] or 1), int((match[2] or "0").replace(" ", ""))
        x, wanted = int(answer), int(match[3])
        works = [f"{a}*{x}={a * x}"] if match[1] else []
        if b:
            works.append(f"{a * x}{b:+}={a * x + b}")
        return attempt(answer, works, match[3], a * x + b == wanted)


def _pose(equation: str, solution: Fraction, steps: list[str], whole: bool = True) -> Draft:
    form = None if whole else "x, an integer or a fraction in lowest terms,"
    return pose(f"Solve for x: {equation}", solution, steps, form, equation)


def _one_step(rng: random.Random) -> Draft:
    a, x = rng.randrange(1, 10), rng.randrange(0, 10)
    if rng.random() < 0.5:
        return _pose(f"x + {a} = {x + a}", Fraction(x), [f"x = {x + a} - {a}", f"x = {x}"])
    x += a
    return _pose(f"x - {a} = {x - a}", Fraction(x), [f"x = {x - a} + {a}", f"x = {x}"])


def _two_steps(rng: random.Random) -> Draft:
    a, x, b = rng.randrange(2, 10), rng.randrange(0, 10), rng.randrange(-9, 10)
    c = a * x + b
    equation = f"{linear(a, b)} = {c}"
    move = [f"{a}x = {c} {'-' if b > 0 else '+'} {abs(b)}"] if b else []
    return _pose(equation, Fraction(x), [*move, f"{a}x = {c - b}", f"x = {x}"])


def _nonzero(rng: random.Random, size: int) -> int:
    return rng.choice((-1, 1)) * rng.randrange(1, size + 1)


def _term(rng: random.Random, level: _Level) -> _Term:
    factor = rng.randrange(2, min(level.size, 12) + 1) if level.brackets else 1
    x_factor = _nonzero(rng, level.size if not level.brackets else max(3, level.size // 4))
    divisor = rng.randrange(2, 10) if level.divisors and rng.random() < 0.6 else 1
    if math.gcd(factor, divisor) > 1:
        factor = 1
    return _Term(factor, x_factor, _nonzero(rng, level.size), divisor)


def _sums(terms: list[_Term]) -> tuple[Fraction, Fraction]:
    totals = [term.total() for term in terms]
    zero = Fraction(0)
    return sum((t[0] for t in totals), zero), sum((t[1] for t in totals), zero)


def _general(rng: random.Random, level: _Level) -> Draft:
    while True:
        left = [_term(rng, level) for _ in range(level.left)]
        right = [_term(rng, level) for _ in range(level.right)]
        (a, b), (c, d) = _sums(left), _sums(right)
        if a == c:
            continue
        if level.whole:
            # A last constant on the right side makes the drawn x the solution.
            x = Fraction(rng.randrange(-9, 10))
            extra = (a - c) * x + b - d
        else:
            x, extra = (d - b) / (a - c), Fraction(0)
        if x.denominator <= 10**9:
            break
    if not level.brackets:
        right, d = [_Term(1, right[0].x_factor, right[0].constant + int(extra))], d + extra
        extra = Fraction(0)
    sides = [_side(left), _side(right)]
    if extra:
        sides[1] += f" {'-' if extra < 0 else '+'} {show(abs(extra))}"
        d += extra
    steps = [f"left: {linear(a, b)}", f"right: {linear(c, d)}"]
    steps += [f"{linear(a - c, Fraction(0))} = {show(d - b)}", f"x = {show(x)}"]
    steps = [*(_expansion(term) for term in [*left, *right] if level.brackets), *steps]
    return _pose(" = ".join(sides), x, steps, level.whole)


def _side(terms: list[_Term]) -> str:
    texts = [term.text() for term in terms]
    return " + ".join([texts[0], *(f"({t})" if t.startswith("-") else t for t in texts[1:])])


def _expansion(term: _Term) -> str:
    return f"{term.text()} = {linear(*term.total())}"


load = LinearEquations
