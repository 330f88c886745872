"""Decimals as roundings: 1.414 of the root of 2, 13.9% of 5/36, 12,000 of 12,345."""

from fractions import Fraction

from ..grammar.nodes import Node, TooBigError, UndefinedError, symbols
from ..values.equality import UndecidedError, is_close, order

_LOOSE = 0.05
"""Relative difference between a value and an approximation that is no plain decimal."""


def is_rounding(exact: Node, decimal: Node) -> bool:
    """Whether a decimal is a constant, rounded or cut off at the decimal's last place."""
    if symbols(exact) or symbols(decimal):
        return True  # nothing to compare
    if decimal[0] == "unit":
        decimal = decimal[1]
    place = last_place(decimal)
    if place is None:
        return is_close(exact, decimal, _LOOSE)
    half: Node = ("num", place / 2)
    try:
        above = order(exact, ("add", (decimal, ("neg", half)))) >= 0
        below = order(exact, ("add", (decimal, half))) <= 0
        return (above and below) or _is_cut_off(exact, decimal, place)
    except (UndefinedError, UndecidedError, TooBigError):
        return False


def _is_cut_off(exact: Node, decimal: Node, place: Fraction) -> bool:
    if order(decimal, ("num", 0)) < 0:
        exact, decimal = ("neg", exact), ("neg", decimal)
    ends = order(decimal, exact), order(exact, ("add", (decimal, ("num", place))))
    return ends[0] <= 0 and ends[1] < 0


def last_place(node: Node) -> Fraction | None:
    """The value of a 1 at the last place of a decimal; None for what is no decimal.

    The zeros at the end of a whole number may be rounded ones.
    """
    if node[0] in ("neg", "unit", "named"):
        return last_place(node[2] if node[0] == "named" else node[1])
    if node[0] == "div" and node[2] == ("num", 100) and len(node) == 3:
        place = last_place(node[1])
        return None if place is None else place / 100
    if node[0] == "mul" and len(node[1]) == 2 and (power := _power_of_ten(node[1][1])):
        place = last_place(node[1][0])
        return None if place is None else place * power
    if node[0] != "num":
        return None
    value = Fraction(node[1])
    if value == 0:
        return Fraction(1)
    place = Fraction(1)
    while value % (place * 10) == 0 and place < abs(value):
        place *= 10
    while value % place != 0:
        place /= 10
        if place.denominator > 10**60:
            return None
    return place


def _power_of_ten(node: Node) -> Fraction | None:
    if node[0] != "pow" or node[1] != ("num", 10):
        return None
    exponent = node[2][1] if node[2][0] == "neg" else node[2]
    if exponent[0] != "num" or not isinstance(exponent[1], int) or exponent[1] > 300:
        return None
    return Fraction(10) ** (-exponent[1] if node[2][0] == "neg" else exponent[1])
