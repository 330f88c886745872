"""Derivatives of polynomials and elementary functions."""

import random
from fractions import Fraction

from ..problem import Problem
from ..prompting import reply
from ..suite import Draft
from .generating import MathSuite, pose
from .generating.polynomial import polynomial
from .generating.terms import Term, collect, differentiate, text

_FUNCTIONS = ("sin", "cos", "e", "ln")
_X = (Fraction(0), Fraction(1))
_ORDERS = {7: 2, 8: 3, 9: 4}


class Derivatives(MathSuite):
    """Differentiate with respect to x.

    Levels: 1 `ax^2 + bx + c`; 2 polynomials of degree four; 3 sums with sin, cos, e^ and
    ln; 4 the chain rule; 5 the product rule; 6 both, in sums; 7 second, 8 third and
    9 fourth derivatives of products.
    """

    name = "derivatives"
    difficulties = range(1, 10)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            terms = _function(rng, difficulty)
            steps, current = [], terms
            for _ in range(_ORDERS.get(difficulty, 1)):
                results = []
                for term in current:
                    found = differentiate(term)
                    results += found
                    steps.append(f"({term.text()})' = {text(found)}")
                current = collect(results)
                steps.append(f"sum: {text(current)}")
            if len(terms) == 1 and difficulty <= 2:
                steps = steps[:-1]
            # A function that is its own derivative would be answered by copying it.
            if current and current != collect(terms):
                break
        order = {7: "second derivative", 8: "third derivative", 9: "fourth derivative"}
        asked = order.get(difficulty, "derivative")
        question = f"What is the {asked} of {text(terms)} with respect to x?"
        return pose(question, text(current), steps, "the derivative", literal=False)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(polynomial([rng.randrange(-9, 10), rng.randrange(1, 19)]))

    def chance(self, problem: Problem) -> float | None:
        return None


def _coefficients(rng: random.Random, degree: int, size: int) -> tuple[Fraction, ...]:
    low = [Fraction(rng.randrange(-size, size + 1)) for _ in range(degree)]
    return (*low, Fraction(rng.choice((-1, 1)) * rng.randrange(1, size + 1)))


def _monomials(rng: random.Random, degree: int, size: int) -> list[Term]:
    """One term for each power, from the highest."""
    coefficients = _coefficients(rng, degree, size)
    return [
        Term((*[Fraction(0)] * power, coefficients[power]))
        for power in range(degree, -1, -1)
        if coefficients[power]
    ]


def _function(rng: random.Random, difficulty: int) -> list[Term]:
    if difficulty == 1:
        c, b, a = rng.randrange(0, 10), rng.randrange(1, 10), rng.randrange(1, 10)
        return [Term((Fraction(c), Fraction(b), Fraction(a)))]
    if difficulty == 2:
        return _monomials(rng, 4, 9)
    if difficulty == 3:
        kinds = rng.sample(_FUNCTIONS, 3)
        return [*_monomials(rng, 2, 9)[:1], *(Term(_coefficients(rng, 0, 9), k, _X) for k in kinds)]
    kinds = rng.sample(_FUNCTIONS, 3)
    if difficulty in (4, 6):
        degree = 0 if difficulty == 4 else 2
        return [Term(_coefficients(rng, degree, 9), k, _inner(rng, k, 2)) for k in kinds]
    if difficulty == 5:
        return [Term(_coefficients(rng, 1, 9), k, _inner(rng, k, 1)) for k in kinds]
    # ln would leave quotients, which are not differentiated again.
    kinds = rng.sample(_FUNCTIONS[:3], 2)
    return [Term(_coefficients(rng, 2, 9), k, _inner(rng, k, 1)) for k in kinds]


def _inner(rng: random.Random, kind: str, degree: int) -> tuple[Fraction, ...]:
    """A polynomial; one that is positive everywhere, or for positive x, inside ln."""
    if kind != "ln":
        return _coefficients(rng, degree, 6)
    low = [Fraction(rng.randrange(1, 10)), *[Fraction(0)] * (degree - 1)]
    return (*low, Fraction(rng.randrange(2, 7)))


load = Derivatives
