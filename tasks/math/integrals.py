"""Integrals: antiderivatives and definite integrals with exact values."""

import random
import re
from collections.abc import Callable
from fractions import Fraction

from ..problem import Problem
from ..prompting import reply
from ..suite import Draft
from .generating import MathSuite, pose, show
from .generating.polynomial import Coefficients, at, multiply, polynomial

_EXACT = "the exact value, an integer or a fraction in lowest terms,"
_CLOSED = "the exact value"


class Integrals(MathSuite):
    """Integrate exactly.

    Levels: 1 `ax` from 0; 2 linear functions over an interval; 3 the antiderivative of a
    quartic; 4 cubics; 5 exponentials; 6 products of polynomials; 7 reciprocals with their
    logarithms and a polynomial; 8 `P(x) e^(kx)` by parts; 9 `P(x) sin(kx)` by parts.
    """

    name = "integrals"
    difficulties = range(1, 10)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(200)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        if problem.meta["difficulty"] != 3:
            return super().guess(problem, rng)
        return reply(polynomial([0, rng.randrange(1, 10), rng.randrange(1, 10)]))


def _nonzero(rng: random.Random, size: int) -> int:
    return rng.choice((-1, 1)) * rng.randrange(1, size + 1)


def _antiderivative(coefficients: Coefficients) -> Coefficients:
    """The antiderivative that is 0 at 0."""
    return [Fraction(0), *(c / (power + 1) for power, c in enumerate(coefficients))]


def _bracketed(value: Fraction) -> str:
    return f"({show(value)})" if value < 0 else show(value)


def _definite(coefficients: Coefficients, low: int, high: int) -> tuple[Fraction, list[str]]:
    found = _antiderivative(coefficients)
    above, below = at(found, high), at(found, low)
    steps = [f"F = {polynomial(found)}", f"F({high}) = {show(above)}"]
    if low:
        steps.append(f"F({low}) = {show(below)}")
        steps.append(f"{show(above)}-{_bracketed(below)}={show(above - below)}")
    return above - below, steps


def _pose_definite(
    shown: str, low: int, high: int, result: Fraction, steps: list[str], form: str | None = _EXACT
) -> Draft:
    question = f"What is the integral of {shown} from x = {low} to x = {high}?"
    return pose(question, result, steps, form)


def _slope(rng: random.Random) -> Draft:
    a, high = 2 * rng.randrange(1, 25), rng.randrange(1, 21)
    result, steps = _definite([Fraction(0), Fraction(a)], 0, high)
    return _pose_definite(f"{a}x", 0, high, result, steps, None)


def _line(rng: random.Random) -> Draft:
    coefficients = [Fraction(_nonzero(rng, 9)), Fraction(_nonzero(rng, 9))]
    low = rng.randrange(1, 6)
    high = low + rng.randrange(1, 6)
    result, steps = _definite(coefficients, low, high)
    return _pose_definite(polynomial(coefficients), low, high, result, steps)


def _indefinite(rng: random.Random) -> Draft:
    coefficients = [Fraction(_nonzero(rng, 30)) for _ in range(5)]
    found = _antiderivative(coefficients)
    steps = []
    for power, c in enumerate(coefficients):
        monomial = [Fraction(0)] * power + [c]
        steps.append(f"{polynomial(monomial)}: {polynomial(_antiderivative(monomial))}")
    shown = polynomial(coefficients)
    question = f"Find F with F' = {shown} and F(0) = 0."
    return pose(question, polynomial(found), steps, "F as a polynomial in x", literal=False)


def _cubic(rng: random.Random) -> Draft:
    coefficients = [Fraction(_nonzero(rng, 12)) for _ in range(4)]
    low = rng.randrange(-9, 6)
    high = low + rng.randrange(1, 9)
    result, steps = _definite(coefficients, low or 1, high + 1)
    return _pose_definite(polynomial(coefficients), low or 1, high + 1, result, steps)


def _product(rng: random.Random) -> Draft:
    first = [Fraction(_nonzero(rng, 9)) for _ in range(3)]
    second = [Fraction(_nonzero(rng, 9)) for _ in range(3)]
    expanded = multiply(first, second)
    low = rng.randrange(1, 6)
    high = low + rng.randrange(1, 6)
    result, steps = _definite(expanded, low, high)
    shown = f"({polynomial(first)})({polynomial(second)})"
    return _pose_definite(shown, low, high, result, [f"{shown} = {polynomial(expanded)}", *steps])


def _closed(question: str, answer: str, steps: list[str]) -> Draft:
    return pose(question, answer, steps, _CLOSED, literal=False)


def _exponential(rng: random.Random) -> Draft:
    a, k, high = _nonzero(rng, 12), rng.randrange(2, 7), rng.randrange(1, 6)
    c = [Fraction(_nonzero(rng, 9)) for _ in range(2)]
    rest, more = _definite(c, 0, high)
    scale = Fraction(a, k)
    constant = rest - scale
    answer = f"({show(scale)})*e^{k * high} + ({show(constant)})"
    steps = [
        f"{a}*e^({k}x): ({show(scale)})*e^({k}x)",
        f"from 0 to {high}: ({show(scale)})*e^{k * high} - ({show(scale)})",
        *more,
        f"{show(rest)}-({show(scale)})={show(constant)}",
        answer,
    ]
    shown = f"{a}*e^({k}x) + ({polynomial(c)})"
    return _closed(f"What is the integral of {shown} from x = 0 to x = {high}?", answer, steps)


def _logarithm(rng: random.Random) -> Draft:
    a, k, b = _nonzero(rng, 12), rng.randrange(2, 8), rng.randrange(1, 10)
    low = rng.randrange(0, 5)
    high = low + rng.randrange(1, 6)
    c = [Fraction(_nonzero(rng, 9)) for _ in range(4)]
    rest, more = _definite(c, low, high)
    top, bottom = k * high + b, k * low + b
    scale, ratio = Fraction(a, k), Fraction(top, bottom)
    answer = f"({show(scale)})*ln({show(ratio)}) + ({show(rest)})"
    steps = [
        f"{a}/({k}x + {b}): ({show(scale)})*ln({k}x + {b})",
        f"at {high}: ({show(scale)})*ln({top})",
        f"at {low}: ({show(scale)})*ln({bottom})",
        f"difference ({show(scale)})*ln({show(ratio)})",
        *more,
        answer,
    ]
    shown = f"{a}/({k}x + {b}) + ({polynomial(c)})"
    question = f"What is the integral of {shown} from x = {low} to x = {high}?"
    return _closed(question, answer, steps)


def _derivatives(coefficients: Coefficients) -> list[Coefficients]:
    found = [coefficients]
    while len(found[-1]) > 1:
        found.append([power * c for power, c in enumerate(found[-1])][1:])
    return found


def _by_parts(rng: random.Random) -> Draft:
    """sum over j of (-1)^j P^(j) e^(kx) / k^(j+1)."""
    p = [Fraction(_nonzero(rng, 9)) for _ in range(rng.choice((4, 5)))]
    k, high = _nonzero(rng, 5), rng.randrange(1, 4)
    total: Coefficients = [Fraction(0)] * len(p)
    steps = []
    for j, each in enumerate(_derivatives(p)):
        scaled = [c * (-1) ** j / Fraction(k) ** (j + 1) for c in each]
        steps.append(f"part {j + 1}: ({polynomial(scaled)})*e^({k}x)")
        total = [a + b for a, b in zip(total, [*scaled, *[Fraction(0)] * j], strict=True)]
    above, below = at(total, high), at(total, 0)
    answer = f"({show(above)})*e^({k * high}) - ({show(below)})"
    steps += [f"sum: ({polynomial(total)})*e^({k}x)", f"at {high}: ({show(above)})*e^({k * high})"]
    steps += [f"at 0: {show(below)}", answer]
    question = f"What is the integral of ({polynomial(p)})*e^({k}x) from x = 0 to x = {high}?"
    return _closed(question, answer, steps)


def _sine(rng: random.Random) -> Draft:
    """From 0 to pi: sin(k pi) = 0 and cos(k pi) = (-1)^k, so the value is a polynomial in pi."""
    p = [Fraction(_nonzero(rng, 9)) for _ in range(rng.choice((6, 7)))]
    k = rng.randrange(2, 8)
    function = rng.choice(("sin", "cos"))
    cosine: Coefficients = [Fraction(0)] * len(p)
    steps = []
    for j, each in enumerate(_derivatives(p)):
        # Repeated integration by parts: sin -> -cos -> -sin -> cos -> sin.
        turn = (j + (0 if function == "sin" else 1)) % 4
        name, sign = (("cos", -1), ("sin", 1), ("cos", 1), ("sin", -1))[turn]
        scaled = [c * sign / Fraction(k) ** (j + 1) for c in each]
        steps.append(f"part {j + 1}: ({polynomial(scaled)})*{name}({k}x)")
        if name == "cos":
            cosine = [a + b for a, b in zip(cosine, [*scaled, *[Fraction(0)] * j], strict=True)]
    end = (-1) ** k
    value = [c * end for c in cosine]
    value[0] -= cosine[0]
    answer = re.sub(r"(?<=[\d)])pi", "*pi", polynomial(value, "pi"))
    steps += [f"sin(0) = sin({k}*pi) = 0, cos(0) = 1, cos({k}*pi) = {end}"]
    steps += [f"factor of cos({k}x): {polynomial(cosine)}", f"value: {answer}"]
    question = f"What is the integral of ({polynomial(p)})*{function}({k}x) from x = 0 to x = pi?"
    return _closed(question, answer, steps)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _slope,
    2: _line,
    3: _indefinite,
    4: _cubic,
    5: _exponential,
    6: _product,
    7: _logarithm,
    8: _by_parts,
    9: _sine,
}

load = Integrals
