"""Games that make a target from numbers: every expression that follows the rules is right."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from ...problem import Problem
from ...prompting import reply
from ..shapes import LogicShape
from ..shapes.expression import (
    Expression,
    ExpressionError,
    Tree,
    combine,
    numbers_in,
    parse,
    value_of,
    write,
)
from .base import LogicSuite

OPERATIONS = "+-*/"


class NumberRules:
    """The rules; `meta` holds `numbers` and `target`, and an answer may end in `= target`."""

    use_all: ClassVar[bool]
    """Whether each number must be used exactly once, or may be left out."""

    def shape(self, problem: Problem) -> LogicShape:
        return Expression(problem.meta["target"])

    def fault(self, problem: Problem, value: Tree) -> str | None:
        """Say in one sentence what is wrong with an expression; None when it makes the target."""
        target = problem.meta["target"]
        try:
            result = value_of(value)
        except ExpressionError as error:
            return str(error)
        spare = Counter(numbers_in(value))
        spare.subtract(problem.meta["numbers"])
        for number, count in sorted(spare.items()):
            if count > 0:
                return f"{number} is used more often than it is there"
            if count < 0 and self.use_all:
                return f"{number} is not used as often as it is there"
        return None if result == target else f"it makes {result}, not {target}"

    def steps(self, problem: Problem) -> list[str]:
        """Return the operations of the gold, one per line."""
        lines: list[str] = []
        value_of(parse(problem.answer), lines)
        return lines

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """Combine all numbers in the given order, left to right, by random operations."""
        numbers = problem.meta["numbers"]
        return reply(in_order(numbers, [rng.choice(OPERATIONS) for _ in numbers[1:]]))

    def chance(self, problem: Problem) -> float | None:
        first, *others = problem.meta["numbers"]
        ways: dict[Fraction, int] = {Fraction(first): 1}
        for number in others:
            longer: dict[Fraction, int] = {}
            for value, count in ways.items():
                for op in OPERATIONS:
                    result = combine(op, value, Fraction(number))
                    if result is not None:
                        longer[result] = longer.get(result, 0) + count
            ways = longer
        hits = ways.get(Fraction(problem.meta["target"]), 0)
        return hits * math.pow(len(OPERATIONS), -len(others))

    def wrong(self, problem: Problem) -> str | None:
        """Return a legal expression with another value, close to the target."""
        numbers, target = problem.meta["numbers"], problem.meta["target"]
        texts = [in_order(numbers, [op] * (len(numbers) - 1)) for op in "+-*"]
        others = [text for text in texts if value_of(parse(text)) != target]
        return reply(min(others, key=lambda text: abs(value_of(parse(text)) - target)))


class NumberGame(NumberRules, LogicSuite):
    """A generated number game."""


def in_order(numbers: Sequence[int], operations: Sequence[str]) -> str:
    """Write `((a+b)*c)-d` with only the parentheses that it needs."""
    tree: Tree = numbers[0]
    for op, number in zip(operations, numbers[1:], strict=True):
        tree = (op, tree, number)
    return write(tree)
