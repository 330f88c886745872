"""Exact arithmetic expressions: drawn, shown with the fewest parentheses, worked out."""

import math
import random
from dataclasses import dataclass
from fractions import Fraction

from .base import show

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
_LEAF = 3


@dataclass(frozen=True, slots=True)
class Node:
    """Two expressions and the operator between them."""

    op: str
    left: "Expression"
    right: "Expression"


Expression = Node | Fraction


def apply(op: str, left: Fraction, right: Fraction) -> Fraction:
    """The value of one operation. Raises ZeroDivisionError."""
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    return left * right if op == "*" else left / right


def value(expression: Expression) -> Fraction:
    """The exact value. Raises ZeroDivisionError."""
    if isinstance(expression, Fraction):
        return expression
    return apply(expression.op, value(expression.left), value(expression.right))


def _binding(expression: Expression) -> int:
    if isinstance(expression, Node):
        return _PRECEDENCE[expression.op]
    if expression < 0:
        return 0
    return _LEAF if expression.denominator == 1 else _PRECEDENCE["/"]


def text(expression: Expression) -> str:
    """The expression with only the parentheses it needs, in Python's and sympy's grammar."""
    if isinstance(expression, Fraction):
        return show(expression)
    mine = _PRECEDENCE[expression.op]
    left, right = text(expression.left), text(expression.right)
    fraction = isinstance(expression.left, Fraction) and expression.left.denominator != 1
    if _binding(expression.left) < mine or (fraction and mine == 2):
        left = f"({left})"
    # The right side needs them at equal strength too: a - (b - c), a / (b * c).
    keeps = expression.op == "+" or (
        isinstance(expression.right, Node) and expression.op == expression.right.op == "*"
    )
    if _binding(expression.right) < mine or (_binding(expression.right) == mine and not keeps):
        right = f"({right})"
    return f"{left} {expression.op} {right}"


def work(expression: Expression) -> list[str]:
    """The operations one at a time, innermost and leftmost first: `3*4=12`."""
    lines: list[str] = []

    def reduce(part: Expression) -> Fraction:
        if isinstance(part, Fraction):
            return part
        left, right = reduce(part.left), reduce(part.right)
        result = apply(part.op, left, right)
        lines.extend(_operation(part.op, left, right, result))
        return result

    reduce(expression)
    return lines


def _operation(op: str, left: Fraction, right: Fraction, result: Fraction) -> list[str]:
    first, second = _operand(left), _operand(right)
    line = f"{first}{op}{second}={show(result)}"
    whole = left.denominator == right.denominator == 1
    if op == "*" and whole and min(abs(left), abs(right)) >= 10:
        return [*partial_products(int(left), int(right)), line]
    if op in "+-" and not whole:
        common = _common(left, right)
        over = f"({left * common}{op}{_operand(right * common)})/{common}"
        return [f"{first}{op}{second}={over}={show(result)}"]
    return [line]


def _operand(number: Fraction) -> str:
    return f"({show(number)})" if number < 0 or number.denominator != 1 else show(number)


def _common(left: Fraction, right: Fraction) -> int:
    return math.lcm(left.denominator, right.denominator)


def partial_products(left: int, right: int) -> list[str]:
    """Long multiplication: one product for each digit of the right factor."""
    a, b = abs(left), abs(right)
    lines, total = [], 0
    for place, digit in enumerate(reversed(str(b))):
        factor = int(digit) * 10**place
        if factor:
            lines.append(f"{a}*{factor}={a * factor}")
            if total:
                lines.append(f"{total}+{a * factor}={total + a * factor}")
            total += a * factor
    return lines


def column_sum(a: int, b: int) -> list[str]:
    """Column addition of two whole numbers, from the right: `7+8=15, write 5 carry 1`."""
    lines, carry, place = [], 0, 0
    length = max(len(str(a)), len(str(b)))
    while place < length:
        x, y = a // 10**place % 10, b // 10**place % 10
        total = x + y + carry
        sums = f"{x}+{y}+{carry}={total}" if carry else f"{x}+{y}={total}"
        carry, last = total // 10, place == length - 1
        lines.append(f"{sums}, write {total % 10} carry 1" if carry and not last else sums)
        place += 1
    return [*lines, f"{a}+{b}={a + b}"]


def column_difference(a: int, b: int) -> list[str]:
    """Column subtraction of whole numbers a >= b, from the right, with borrows."""
    lines, borrow = [], 0
    for place in range(len(str(a))):
        x, y = a // 10**place % 10 - borrow, b // 10**place % 10
        borrow = int(x < y)
        lines.append(f"{x + 10}-{y}={x + 10 - y}, borrow 1" if borrow else f"{x}-{y}={x - y}")
    return [*lines, f"{a}-{b}={a - b}"]


def draw_expression(rng: random.Random, ops: int, operators: str, leaf: range) -> Expression:
    """An expression of whole numbers with `ops` operations; every division in it is exact."""
    if ops == 0:
        return Fraction(rng.choice(leaf))
    op = rng.choice(operators)
    split = rng.randrange(ops)
    right = draw_expression(rng, ops - 1 - split, operators, leaf)
    if op == "/":
        divisor = value(right)
        if divisor > 1:
            # The dividend is made to fit, from operations of its own where there are any.
            fitting = _divisible(rng, split, operators, leaf, divisor)
            return Node("/", fitting, right)
        op = "+"
    return Node(op, draw_expression(rng, split, operators, leaf), right)


def _divisible(
    rng: random.Random, ops: int, operators: str, leaf: range, divisor: Fraction
) -> Expression:
    """An expression whose value is a multiple of `divisor`."""
    if ops == 0:
        return divisor * rng.randrange(2, 10)
    inner = draw_expression(rng, ops - 1, operators, leaf)
    missing = -value(inner) % divisor
    return Node("+", inner, missing + divisor * rng.randrange(1, 10))


def draw_fractions(rng: random.Random, ops: int, operators: str, leaf: range) -> Expression:
    """An expression over fractions with `ops` operations; nothing in it divides by zero."""
    if ops == 0:
        return Fraction(rng.choice(leaf), rng.choice(leaf))
    split = rng.randrange(ops)
    left = draw_fractions(rng, split, operators, leaf)
    right = draw_fractions(rng, ops - 1 - split, operators, leaf)
    op = rng.choice(operators)
    return Node("+" if op == "/" and value(right) == 0 else op, left, right)
