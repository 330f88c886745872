"""Equality of expressions: exact rationals, then high precision at random points.

Two expressions are equal when they agree at every point where both are real (or, with i in
them, complex). One disagreement decides against; agreement is confirmed at a precision that
covers every cancellation the evaluation could have hidden.
"""

import random
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ..grammar.nodes import (
    Exact,
    Node,
    TooBigError,
    UndefinedError,
    children,
    contains,
    sorted_tree,
    symbols,
)
from .evaluation import MAX_PRECISION, Evaluation
from .functions import INTEGER_FUNCTIONS

DIGITS = 40
_COUNTING = frozenset("ijklmnpqKMN")
"""The letters that stand for whole numbers by the habit of mathematics."""
_PRIMES = (1009, 1013, 1019, 1021, 1031)


class UndecidedError(ValueError):
    """No point could decide."""


def same_value(first: Node, second: Node) -> bool:
    """Whether two expressions have the same value at every point.

    Raises TooBigError or UndecidedError when nothing could be evaluated.
    """
    if first == second:
        return True
    names = sorted(symbols(first) | symbols(second))
    real = bool(names) and not (_has_i(first) or _has_i(second))
    whole = _needs_whole(first, names) or _needs_whole(second, names)
    agreed = 0
    for point in points(tuple(names), whole):
        verdict = _agree(first, second, point, real)
        if verdict is False:
            return False
        agreed += verdict is True
        if not names:
            break
    if names and agreed < 3:
        for point in more_points(tuple(names)):
            verdict = _agree(first, second, point, real)
            if verdict is False:
                return False
            agreed += verdict is True
            if agreed >= 3:
                break
    if agreed < (3 if names else 1):
        if sorted_tree(first) == sorted_tree(second):
            return True
        raise UndecidedError("the expressions have no common value to compare")
    return True


def _has_i(node: Node) -> bool:
    return contains(node, "const", "i") or contains(node, "fn", "cis")


def _needs_whole(node: Node, names: list[str]) -> bool:
    """Whether the symbols stand for whole numbers: factorials, or floor of n, k, m."""
    if node[0] == "fn" and node[1] in INTEGER_FUNCTIONS and symbols(node):
        rounds = node[1] in ("floor", "ceil")
        return not rounds or all(name[0] in _COUNTING for name in names)
    if node[0] == "repeat" and symbols(node[3]) | symbols(node[4]):
        return True
    return any(_needs_whole(child, names) for child in children(node))


@lru_cache(maxsize=256)
def points(names: tuple[str, ...], whole: bool) -> list[dict[str, Exact]]:
    """Points for these symbols: small whole numbers, positive and negative fractions."""
    if not names:
        return [{}]
    rng = random.Random("points/" + "/".join(names))
    found: list[dict[str, Exact]] = []
    for _ in range(6 if whole else 3):
        found.append({name: rng.randrange(3, 30) for name in names})
    if whole:
        # min, floor and their kin: also points where the symbols stand far apart.
        found += [{name: rng.randrange(1, 12) for name in names} for _ in range(6)]
        return found
    for low, high in ((0, 1), (1, 4), (2, 9), (-3, 0), (-9, 9)):
        prime = rng.choice(_PRIMES)
        found.append(
            {name: Fraction(rng.randrange(low * prime + 1, high * prime), prime) for name in names}
        )
    return found


@lru_cache(maxsize=256)
def more_points(names: tuple[str, ...]) -> list[dict[str, Exact]]:
    """Points of many proportions, for expressions that are real on a part of the space only."""
    rng = random.Random("more points/" + "/".join(names))
    scales = (Fraction(1, 10), Fraction(1, 2), Fraction(3), Fraction(20))
    return [
        {name: rng.choice(scales) * Fraction(rng.randrange(1, 1009), 1009) for name in names}
        for _ in range(40)
    ]


def value_at(node: Node, point: dict[str, Exact], real: bool, digits: int) -> tuple[Any, Any]:
    """(value, evaluation). Raises UndefinedError, TooBigError."""
    evaluation = Evaluation(point, digits, real)
    try:
        return evaluation.value(node), evaluation
    except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
        if isinstance(error, TooBigError | UndefinedError):
            raise
        raise UndefinedError(str(error)) from error


def _agree(first: Node, second: Node, point: dict[str, Exact], real: bool) -> bool | None:
    """True, False, or None where one of the two has no value."""
    digits = DIGITS
    for _ in range(3):
        try:
            a, left = value_at(first, point, real, digits)
            b, right = value_at(second, point, real, digits)
        except UndefinedError:
            return None
        except TooBigError:
            if point:
                return None
            raise
        if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
            return bool(a == b)
        largest = max(left.largest, right.largest)
        smallest = min(left.smallest, right.smallest)
        left.smallest = right.smallest = smallest
        difference = abs(left.approximate(a) - left.approximate(b))
        if difference != 0 and left.mp.mag(difference) * 0.30103 > largest + 10 - digits:
            return False
        largest, smallest = max(largest, left.largest), min(smallest, left.smallest)
        # Equal so far. Anything lost below the precision would be of this many digits:
        needed = largest - smallest + 2 * DIGITS + _literal_digits(first, second)
        if digits >= needed:
            return True
        if needed > MAX_PRECISION:
            raise TooBigError("the precision needed is beyond the caps")
        # A cancellation to zero leaves noise at the precision: it grows no further than twice.
        digits = needed if digits == DIGITS else needed + DIGITS
        if digits > MAX_PRECISION:
            raise TooBigError("the precision needed is beyond the caps")
        last_needed = needed
    # What kept shrinking with the precision is zero.
    return bool(last_needed)


def _literal_digits(*nodes: Node) -> int:
    longest = 0
    for node in nodes:
        if node[0] == "num":
            value = Fraction(node[1])
            bits = value.numerator.bit_length() + value.denominator.bit_length()
            longest = max(longest, int(bits * 0.30103) + 1)
        for child in children(node):
            longest = max(longest, _literal_digits(child))
    return longest
