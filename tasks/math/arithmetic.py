"""Arithmetic: from one-digit sums to long chains of exact fractions."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose
from .generating.expressions import (
    Expression,
    column_difference,
    column_sum,
    draw_expression,
    draw_fractions,
    text,
    value,
    work,
)

_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class _Level:
    ops: int
    operators: str
    leaf: range
    fractions: bool = False


_LEVELS = {
    1: _Level(1, "+-", range(10)),
    2: _Level(1, "+-", range(10, 100)),
    3: _Level(4, "+-", range(10, 100)),
    4: _Level(3, "+-**", range(2, 21)),
    5: _Level(3, "+-*", range(2, 100)),
    6: _Level(4, "+-*/", range(2, 100)),
    7: _Level(3, "+-", range(1, 13), fractions=True),
    8: _Level(4, "+-*/", range(1, 16), fractions=True),
    9: _Level(5, "+-*/", range(100, 1000)),
    10: _Level(6, "+-*/", range(1, 31), fractions=True),
    11: _Level(8, "+-*/", range(100, 10000)),
    12: _Level(12, "+-*/", range(100, 10000)),
}


class Arithmetic(MathSuite):
    """Work out an expression exactly.

    Levels: 1 one-digit `+ -` with no negative result; 2 two-digit `+ -`; 3 chains;
    4 products; 5 parentheses; 6 exact division; 7 sums of fractions; 8 all operations on
    fractions; 9 three-digit numbers; 10 longer fractions; 11 and 12 eight and twelve
    operations on numbers of up to four digits.
    """

    name = "arithmetic"
    difficulties = range(1, len(_LEVELS) + 1)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 76}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        level = _LEVELS[difficulty]
        make = draw_fractions if level.fractions else draw_expression
        while True:
            expression = make(rng, level.ops, level.operators, level.leaf)
            result = value(expression)
            size = max(abs(result.numerator), result.denominator)
            if size < 10**_MAX_DIGITS and (difficulty > 2 or result >= 0):
                break
        form = None if result.denominator == 1 else "the fraction in lowest terms"
        if level.fractions:
            form = "an integer or a fraction in lowest terms"
        shown = text(expression)
        return pose(f"What is {shown}?", result, _steps(expression, difficulty), form, shown)

    def plausible(self, difficulty: int) -> range:
        return {1: range(19), 2: range(199)}.get(difficulty, range(-1000, 1001))


def _steps(expression: Expression, difficulty: int) -> list[str]:
    if difficulty != 2 or isinstance(expression, Fraction):
        return work(expression)
    a, b = int(value(expression.left)), int(value(expression.right))
    return column_sum(a, b) if expression.op == "+" else column_difference(a, b)


load = Arithmetic
