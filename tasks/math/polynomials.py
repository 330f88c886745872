"""Polynomials: evaluate and expand."""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from ..problem import Problem
from ..prompting import reply
from ..suite import Draft
from .generating import MathSuite, pose, show
from .generating.polynomial import Coefficients, add, at, multiply, polynomial

_EXPANDED = "the expanded polynomial"


class Polynomials(MathSuite):
    """Evaluate or expand a polynomial.

    Levels: 1 evaluate `ax + b`; 2 evaluate a quadratic; 3 expand `(x + a)(x + b)`;
    4 expand `(ax + b)(cx + d)`; 5 evaluate a cubic at a fraction; 6 expand three factors;
    7 a difference of products; 8 a power; 9 products of cubics less a power.
    """

    name = "polynomials"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {3: 160}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        if difficulty in (1, 2, 5):
            return _evaluate(rng, difficulty)
        return _expand(rng, difficulty)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        if problem.meta["difficulty"] in (1, 2, 5):
            return super().guess(problem, rng)
        degree = 2 if problem.meta["difficulty"] <= 4 else 3
        coefficients = [rng.randrange(-9, 10) for _ in range(degree)]
        return reply(polynomial([*coefficients, rng.randrange(1, 10)]))

    def chance(self, problem: Problem) -> float | None:
        return super().chance(problem) if problem.meta["difficulty"] in (1, 2, 5) else None


def _nonzero(rng: random.Random, size: int) -> int:
    return rng.choice((-1, 1)) * rng.randrange(1, size + 1)


def _evaluate(rng: random.Random, difficulty: int) -> Draft:
    if difficulty == 1:
        coefficients, x = (
            [rng.randrange(1, 10), rng.randrange(2, 10)],
            Fraction(rng.randrange(0, 10)),
        )
    elif difficulty == 2:
        coefficients = [_nonzero(rng, 9), _nonzero(rng, 9), _nonzero(rng, 5)]
        x = Fraction(rng.randrange(-9, 10))
    else:
        coefficients = [_nonzero(rng, 20) for _ in range(4)]
        x = Fraction(_nonzero(rng, 12), rng.choice((2, 3, 4, 5, 6)))
    steps = []
    for power in range(len(coefficients) - 1, -1, -1):
        value = coefficients[power] * x**power
        factor = f"*({show(x)}){f'^{power}' if power > 1 else ''}" if power else ""
        if factor:
            steps.append(f"{coefficients[power]}{factor} = {show(value)}")
    terms = [coefficients[p] * x**p for p in range(len(coefficients) - 1, -1, -1)]
    result = at(coefficients, x)
    steps.append(f"{' + '.join(_bracketed(term) for term in terms)} = {show(result)}")
    form = None if x.denominator == 1 else "an integer or a fraction in lowest terms"
    question = f"What is {polynomial(coefficients)} at x = {show(x)}?"
    return pose(question, result, steps, form)


def _bracketed(value: Fraction) -> str:
    return f"({show(value)})" if value < 0 else show(value)


def _factor(rng: random.Random, size: int, lead: int, degree: int = 1) -> Coefficients:
    low = [Fraction(_nonzero(rng, size)) for _ in range(degree)]
    return [*low, Fraction(rng.randrange(1, lead + 1))]


def _product(factors: Sequence[Coefficients]) -> tuple[Coefficients, list[str]]:
    """The product, with each partial product written out."""
    result, steps = list(factors[0]), []
    for factor in factors[1:]:
        before = result
        partial: Coefficients = [Fraction(0)]
        for power in range(len(factor) - 1, -1, -1):
            monomial = [Fraction(0)] * power + [factor[power]]
            line = multiply(before, monomial)
            steps.append(f"{_in_brackets(monomial)}({polynomial(before)}) = {polynomial(line)}")
            partial = add(partial, line)
        result = partial
        steps.append(f"sum: {polynomial(result)}")
    return result, steps


def _in_brackets(coefficients: Coefficients) -> str:
    text = polynomial(coefficients)
    return f"({text})" if text.startswith("-") else text


def _shown(factors: Sequence[Coefficients]) -> str:
    return "".join(f"({polynomial(factor)})" for factor in factors)


def _expand(rng: random.Random, difficulty: int) -> Draft:
    if difficulty in (3, 4, 6):
        lead = {3: 1, 4: 9, 6: 5}[difficulty]
        factors = [_factor(rng, 9, lead) for _ in range(3 if difficulty == 6 else 2)]
        result, steps = _product(factors)
        shown = _shown(factors)
    elif difficulty in (7, 9):
        degree = 2 if difficulty == 7 else 3
        first = [_factor(rng, 12, 6, degree), _factor(rng, 12, 6, degree)]
        second = [_factor(rng, 9, 4, degree - 1)] * 2
        left, steps = _product(first)
        right, more = _product(second)
        result = add(left, [-value for value in right])
        shown = f"{_shown(first)} - ({polynomial(second[0])})^2"
        steps = [*steps, *more, f"difference: {polynomial(result)}"]
    else:
        factor, power = _factor(rng, 6, 4, rng.choice((1, 2))), rng.randrange(4, 6)
        power = power if len(factor) == 2 else 3
        result, steps = _product([factor] * power)
        shown = f"({polynomial(factor)})^{power}"
    return pose(f"Expand {shown}.", polynomial(result), steps, _EXPANDED, shown)


load = Polynomials
