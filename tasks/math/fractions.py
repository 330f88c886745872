"""Fractions: simplify, compute, mixed numbers, repeating decimals, continued fractions."""

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose, show

_FORM = "an integer or a fraction in lowest terms"


class Fractions(MathSuite):
    """Compute with fractions, to lowest terms.

    Levels: 1 simplify; 2 multiply; 3 add unlike fractions; 4 divide mixed numbers; 5 sums
    of mixed numbers; 6 fractions of fractions; 7 repeating decimals; 8 continued fractions
    with eight and 9 with twelve levels.
    """

    name = "fractions"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 105}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(1, 20)


def _proper(rng: random.Random, size: int) -> Fraction:
    bottom = rng.randrange(2, size + 1)
    return Fraction(rng.randrange(1, bottom), bottom)


def _reduction(top: int, bottom: int) -> str:
    common = math.gcd(top, bottom)
    return f"{top}/{bottom} = {show(Fraction(top, bottom))}, divided by {common}"


def _simplify(rng: random.Random) -> Draft:
    value, scale = _proper(rng, 9), rng.randrange(2, 10)
    top, bottom = value.numerator * scale, value.denominator * scale
    steps = [f"{top}/{scale}={value.numerator}", f"{bottom}/{scale}={value.denominator}"]
    return pose(f"Simplify {top}/{bottom}.", value, steps, "the fraction in lowest terms")


def _times(rng: random.Random) -> Draft:
    a, b = _proper(rng, 12), _proper(rng, 12)
    top, bottom = a.numerator * b.numerator, a.denominator * b.denominator
    steps = [f"{a.numerator}*{b.numerator}={top}", f"{a.denominator}*{b.denominator}={bottom}"]
    return pose(f"What is ({a}) * ({b})?", a * b, [*steps, _reduction(top, bottom)], _FORM)


def _sum_steps(a: Fraction, b: Fraction) -> list[str]:
    common = math.lcm(a.denominator, b.denominator)
    first, second = a * common, b * common
    return [
        f"common denominator {common}",
        f"{show(a)} = {first}/{common}, {show(b)} = {second}/{common}",
        f"{first}+{second}={first + second}",
        _reduction(int(first + second), common),
    ]


def _plus(rng: random.Random) -> Draft:
    a, b = _proper(rng, 15), _proper(rng, 15)
    return pose(f"What is {a} + {b}?", a + b, _sum_steps(a, b), _FORM)


def _mixed(rng: random.Random, size: int) -> tuple[Fraction, str]:
    whole, part = rng.randrange(1, size), _proper(rng, size)
    return whole + part, f"{whole} {part}"


def _divide_mixed(rng: random.Random) -> Draft:
    (a, first), (b, second) = _mixed(rng, 13), _mixed(rng, 13)
    top, bottom = a.numerator * b.denominator, a.denominator * b.numerator
    steps = [
        f"{first} = {show(a)}",
        f"{second} = {show(b)}",
        f"({show(a)})/({show(b)}) = ({show(a)})*({b.denominator}/{b.numerator})",
        f"{a.numerator}*{b.denominator}={top}, {a.denominator}*{b.numerator}={bottom}",
        _reduction(top, bottom),
    ]
    question = f"Divide the mixed number {first} by the mixed number {second}."
    return pose(question, a / b, steps, _FORM)


def _mixed_sum(rng: random.Random) -> Draft:
    parts = [_mixed(rng, 21) for _ in range(4)]
    steps = [f"{text} = {show(value)}" for value, text in parts]
    total = parts[0][0]
    for value, _ in parts[1:]:
        steps.append(f"{show(total)}+{show(value)}={show(total + value)}")
        total += value
    listed = ", ".join(text for _, text in parts)
    return pose(f"Add the mixed numbers {listed}.", total, steps, _FORM)


def _repeating(rng: random.Random) -> Draft:
    """A repeating decimal, times another: 0.1(36) means 0.1363636..."""
    shown, values, steps = [], [], []
    for _ in range(2):
        start, block = rng.randrange(0, 100), rng.randrange(1, 999)
        if len(set(f"{block:03}")) == 1:
            block += 1
        value = Fraction(start, 100) + Fraction(block, 999 * 100)
        text = f"0.{start:02}({block:03})"
        steps.append(f"100x = {start} + {block}/999 for x = {text}")
        steps.append(f"{text} = {start * 999 + block}/99900 = {show(value)}")
        shown.append(text)
        values.append(value)
    result = values[0] + values[1]
    steps.append(f"{show(values[0])}+{show(values[1])}={show(result)}")
    question = (
        f"Digits in brackets repeat without end. What is {shown[0]} + {shown[1]} as a fraction?"
    )
    return pose(question, result, steps, _FORM)


def _nested(rng: random.Random) -> Draft:
    a, b, c, d, e, f = (_proper(rng, 20) for _ in range(6))
    left, right = (a + b) / c, d + e * f
    steps = [
        f"{a}+{b}={show(a + b)}",
        f"({show(a + b)})/({c})={show(left)}",
        f"({e})*({f})={show(e * f)}",
        f"{d}+{show(e * f)}={show(right)}",
        f"{show(left)}*{right.denominator}={show(left * right.denominator)}",
        f"{show(left * right.denominator)}/{right.numerator}={show(left / right)}",
        f"({show(left)})/({show(right)})={show(left / right)}",
    ]
    question = f"What is (({a} + {b}) / ({c})) / ({d} + ({e}) * ({f}))?"
    return pose(question, left / right, steps, _FORM)


def _continued(rng: random.Random, depth: int, size: int) -> Draft:
    digits = [rng.randrange(2, size) for _ in range(depth)]
    value, steps = Fraction(digits[-1]), []
    for digit in reversed(digits[:-1]):
        inverse = 1 / value
        steps.append(f"1/({show(value)})={show(inverse)}")
        steps.append(f"{digit}+{show(inverse)}={show(digit + inverse)}")
        value = digit + inverse
    text = str(digits[-1])
    for digit in reversed(digits[:-1]):
        text = f"{digit} + 1/({text})" if " " in text else f"{digit} + 1/{text}"
    return pose(f"What is {text}?", value, steps, _FORM)


def _eight_levels(rng: random.Random) -> Draft:
    return _continued(rng, 8, 20)


def _twelve_levels(rng: random.Random) -> Draft:
    return _continued(rng, 12, 40)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _simplify,
    2: _times,
    3: _plus,
    4: _divide_mixed,
    5: _mixed_sum,
    6: _nested,
    7: _repeating,
    8: _eight_levels,
    9: _twelve_levels,
}

load = Fractions
