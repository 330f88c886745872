"""Polynomials in one unknown as lists of coefficients, lowest power first."""

from collections.abc import Sequence
from fractions import Fraction

from .base import show

Coefficients = list[Fraction]


def multiply(first: Sequence[Fraction | int], second: Sequence[Fraction | int]) -> Coefficients:
    """The product."""
    product = [Fraction(0)] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            product[i + j] += Fraction(a) * b
    return product


def add(first: Sequence[Fraction | int], second: Sequence[Fraction | int]) -> Coefficients:
    """The sum."""
    length = max(len(first), len(second))
    padded = [[*side, *[0] * (length - len(side))] for side in (first, second)]
    return [Fraction(a) + b for a, b in zip(*padded, strict=True)]


def at(coefficients: Sequence[Fraction | int], x: Fraction | int) -> Fraction:
    """The value at x, by Horner's rule."""
    result = Fraction(0)
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def polynomial(coefficients: Sequence[Fraction | int], x: str = "x") -> str:
    """As text, highest power first: `3x^2 - x + 1/2`."""
    pieces: list[str] = []
    for power in range(len(coefficients) - 1, -1, -1):
        coefficient = Fraction(coefficients[power])
        if coefficient == 0:
            continue
        sign = "-" if coefficient < 0 else "+"
        body = _term(abs(coefficient), power, x)
        pieces.append(f"{sign} {body}" if pieces else f"{'-' if sign == '-' else ''}{body}")
    return " ".join(pieces) or "0"


def _term(size: Fraction, power: int, x: str) -> str:
    if power == 0:
        return show(size)
    variable = x if power == 1 else f"{x}^{power}"
    if size == 1:
        return variable
    return f"{show(size)}{variable}" if size.denominator == 1 else f"({show(size)}){variable}"


def linear(slope: Fraction | int, constant: Fraction | int, x: str = "x") -> str:
    """`slope x + constant` as text."""
    return polynomial([constant, slope], x)
