"""Games that make a target from numbers: every expression that follows the rules is right."""

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import ClassVar

from ...attempts import Attempt
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
    reductions,
    value_of,
    write,
)
from .base import LogicSuite

OPERATIONS = "+-*/"
LIMIT = 999
"""Values of the intended solutions, on the way too."""
_ENOUGH = 60
"""Draws without a new value after which the attempts end."""


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

    def operations(self, difficulty: int) -> str:
        """The operations of intended solutions, more often the more often they stand here."""
        return OPERATIONS

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """All numbers joined at random, one expression for each value."""
        numbers, operations = problem.meta["numbers"], self.operations(problem.meta["difficulty"])
        values: set[int] = set()
        in_vain = 0
        while in_vain < _ENOUGH:
            made = combined(rng, numbers, operations)
            tried = None
            if made is not None and made[0] not in values:
                values.add(made[0])
                tried = self.try_answer(problem, write(made[1]))
            if tried is None:
                in_vain += 1
            else:
                in_vain = 0
                yield tried

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        """The expression after each operation: `6-(8-4)=6-4=2`."""
        try:
            tree = parse(answer)
            value_of(tree)
        except ExpressionError:
            return None
        wanted = f", want {problem.meta['target']}?"
        return Attempt(answer, reductions(tree) + wanted, self.fault(problem, tree) is None)


def combined(
    rng: random.Random, numbers: Sequence[int], operations: str
) -> tuple[int, Tree] | None:
    """Join all numbers two by two through whole positive values; None when it fails."""
    pool: list[tuple[int, Tree]] = [(number, number) for number in numbers]
    while len(pool) > 1:
        (first, left), (second, right) = (pool.pop(rng.randrange(len(pool))) for _ in range(2))
        op = rng.choice(operations)
        if first < second:
            (first, left), (second, right) = (second, right), (first, left)
        if op == "/" and (second == 1 or first % second):
            op = "-"
        if op == "-" and first == second:
            op = "+"
        if op == "*" and (second == 1 or first * second > LIMIT):
            op = "+"
        value = {"+": first + second, "-": first - second, "*": first * second,
                 "/": first // second}[op]  # fmt: skip
        pool.append((value, (op, left, right)))
    return pool[0] if 1 < pool[0][0] <= LIMIT else None


def in_order(numbers: Sequence[int], operations: Sequence[str]) -> str:
    """Write `((a+b)*c)-d` with only the parentheses that it needs."""
    tree: Tree = numbers[0]
    for op, number in zip(operations, numbers[1:], strict=True):
        tree = (op, tree, number)
    return write(tree)
