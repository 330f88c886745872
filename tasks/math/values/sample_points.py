"""Where two expressions in symbols are compared, and why there.

Expressions that are analytic agree everywhere when they agree on one open set, so a few points
in their domain decide. Absolute values, maxima, roundings and roots are made of pieces: there the
points reach every piece that the numbers in the expressions can make. A letter of which a power
of -1 is taken, or a factorial, stands for a whole number: there the points have every parity and
every residue modulo 12.
"""

import itertools
import math
import random
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from ..grammar.nodes import (
    Exact,
    Node,
    TooBigError,
    UndefinedError,
    children,
    contains,
    spelled_out,
    symbols,
)
from .arithmetic import ImpreciseError, is_exact
from .break_points import Point, around_breaks
from .evaluation import Evaluation, precision
from .functions import INTEGER_FUNCTIONS

_COUNTING = frozenset("ijklmnpqKMN")
"""The letters that stand for whole numbers by the habit of mathematics."""
_PIECEWISE = frozenset(("abs", "max", "min", "floor", "ceil", "sgn", "root"))
_FOLDED = frozenset(("arcsin", "arccos", "arctan", "asin", "acos", "atan", "arccot", "arg"))
_PRIMES = (1009, 1013, 1019, 1021, 1031)
"""Denominators that no expression has."""
_MAX_POINTS = 48
_MAX_POINTS_OF_SUMS = 4

_RANGES: tuple[tuple[int, int, int, int], ...] = (
    (0, 1, 0, 1),  # where arcsin and the root of 1 - x^2 are real
    (1, 4, 1, 4),  # where logarithms are positive
    (2, 9, 2, 9),
    (-3, 0, -3, 0),  # all negative
    (0, 9, -9, 0),  # mixed signs, both ways
    (-9, 0, 0, 9),
)
"""Low and high end for the symbols at even places, then for those at odd places."""
_FAR: tuple[tuple[int, int, int, int], ...] = (
    (100, 1_000, 100, 1_000),  # beyond the usual constants
    (-1_000, -100, -1_000, -100),
    (10_000, 100_000, 0, 1),  # of very different size, both ways
    (-1, 0, -100_000, -10_000),
    (10**9, 10**10, -(10**10), -(10**9)),
)


def sample_points(*expressions: Node) -> Iterator[Point]:
    """The points at which these expressions are compared, in the order of their worth."""
    names = tuple(sorted(frozenset().union(*map(symbols, expressions))))
    if not names:
        yield {}
        return
    whole = frozenset().union(*map(_whole_names, expressions))
    yield from _fixed(names, whole)
    yield from _own(names, whole, spelled_out(expressions))
    if whole or any(map(_is_piecewise, expressions)):
        far = itertools.chain(
            _spread(names, whole, _FAR, "far"),
            _beyond_constants(names, whole, expressions),
            around_breaks(names, whole, expressions, _base(names)),
        )
        long = any(contains(one, "repeat") for one in expressions)
        yield from itertools.islice(far, _MAX_POINTS_OF_SUMS if long else _MAX_POINTS)


def rare_points(*expressions: Node) -> Iterator[Point]:
    """Points of many proportions, for expressions that are real on a part of the space only."""
    names = tuple(sorted(frozenset().union(*map(symbols, expressions))))
    whole = frozenset().union(*map(_whole_names, expressions))
    if not whole:
        yield from _proportions(names)
    yield from _spread(names, whole, _FAR, "far")
    yield from itertools.islice(_beyond_constants(names, whole, expressions), 16)
    yield from itertools.islice(around_breaks(names, whole, expressions, _base(names)), 16)


def _whole_names(node: Node) -> frozenset[str]:
    """The symbols that stand for whole numbers: in factorials, limits of sums, powers of -1."""
    found: frozenset[str] = frozenset()
    kind = node[0]
    if kind in ("num", "sym", "const"):
        return found
    if kind == "fn" and node[1] in INTEGER_FUNCTIONS:
        inside = symbols(node)
        if node[1] not in ("floor", "ceil") or all(name[0] in _COUNTING for name in inside):
            found = inside
    elif kind == "repeat":
        found = symbols(node[3]) | symbols(node[4])
    elif kind == "pow" and symbols(node[2]) and _is_negative(node[1]):
        found = symbols(node[2])
    for child in children(node):
        found |= _whole_names(child)
    return found


def _is_negative(node: Node) -> bool:
    if node[0] in ("num", "sym"):
        return False
    if symbols(node):
        return bool(node[0] == "neg")  # (-x)^n
    value = _constant(node)
    return value is not None and bool(value < 0)


def _constant(node: Node) -> Exact | None:
    """The value of a tree without symbols, as a rational number that is near it."""
    if node[0] == "num":
        return node[1]  # type: ignore[no-any-return]
    try:
        with precision(64):
            value = Evaluation({}, 64, True).value(node)
            if is_exact(value):
                return value  # type: ignore[no-any-return]
            number = float(value.mid())
            return Fraction(number).limit_denominator(10**6) if abs(number) < 1e15 else None
    except (UndefinedError, TooBigError, ImpreciseError, OverflowError, ValueError):
        return None


def _is_piecewise(node: Node) -> bool:
    kind = node[0]
    if kind in ("num", "sym", "const"):
        return False
    if kind == "root" or (kind == "fn" and (node[1] in _PIECEWISE or node[1] in _FOLDED)):
        if any(symbols(child) for child in children(node)):
            return True
    elif kind == "pow" and node[2][0] != "num" and symbols(node[1]):
        return True  # a power with a fraction or a letter for its exponent
    elif kind == "pow" and isinstance(node[2][1], Fraction) and symbols(node[1]):
        return True
    return any(_is_piecewise(child) for child in children(node))


def _between(rng: random.Random, low: Exact, high: Exact) -> Fraction:
    part = Fraction(rng.randrange(1, prime := rng.choice(_PRIMES)), prime)
    return low + (high - low) * part


def _whole(rng: random.Random, low: Exact, high: Exact, parity: int) -> int:
    """A whole number of this parity, in the range without its sign, and at least 1."""
    low, high = sorted((abs(int(low)), abs(int(high))))
    return 2 * (rng.randrange(max(1, low), max(high, low + 12) + 1) // 2) + 2 - parity


@lru_cache(maxsize=256)
def _fixed(names: tuple[str, ...], whole: frozenset[str]) -> list[Point]:
    """The points that belong to these symbols whatever the expressions are."""
    rng = random.Random("points/" + "/".join(names))
    found: list[Point] = [{name: rng.randrange(3, 30) for name in names}]
    if whole:
        found = [
            {name: number if name in whole else _between(rng, 0, 4) for name in names}
            for number in (1, 2)
        ]
        for turn in range(12):
            # Each letter runs through the residues of 12 in an order of its own.
            place = itertools.count()
            found.append(
                {
                    name: 1 + (turn * (1, 5, 7, 11)[next(place) % 4] + rng.choice((0, 12))) % 24
                    if name in whole
                    else _between(rng, 0, 4)
                    for name in names
                }
            )
        for turn in range(8):
            # Every pattern of parities of up to three letters, in no other relation.
            found.append(
                {
                    name: _whole(rng, 1, 20, turn >> place % 3 & 1)
                    if name in whole
                    else _between(rng, -3, 3)
                    for place, name in enumerate(names)
                }
            )
        return found
    return found + list(_spread(names, whole, _RANGES, "near"))


def _own(names: tuple[str, ...], whole: frozenset[str], seed: str) -> Iterator[Point]:
    """Points that only these two expressions have: no answer can be made to fit them."""
    rng = random.Random(seed)
    for low, high in ((0, 3), (-5, 5)):
        yield {
            name: rng.randrange(1, 60) if name in whole else _between(rng, low, high)
            for name in names
        }


def _spread(
    names: tuple[str, ...],
    whole: frozenset[str],
    ranges: tuple[tuple[int, int, int, int], ...],
    seed: str,
) -> Iterator[Point]:
    rng = random.Random(f"{seed}/" + "/".join(names))
    for turn, (low, high, other_low, other_high) in enumerate(ranges):
        point: Point = {}
        for place, name in enumerate(names):
            ends = (other_low, other_high) if place % 2 else (low, high)
            if name in whole:
                point[name] = _whole(rng, *ends, turn >> place % 2 & 1)
            else:
                point[name] = _between(rng, *ends)
        yield point


@lru_cache(maxsize=256)
def _proportions(names: tuple[str, ...]) -> list[Point]:
    rng = random.Random("more points/" + "/".join(names))
    scales = (Fraction(1, 10), Fraction(1, 2), Fraction(3), Fraction(20))
    return [
        {name: rng.choice(scales) * Fraction(rng.randrange(1, 1009), 1009) for name in names}
        for _ in range(40)
    ]


def _constants(node: Node) -> set[Exact]:
    """The numbers in a tree, of whole constant parts as well as of their numerals."""
    found: set[Exact] = set()
    if node[0] == "num" or (node[0] not in ("sym", "const") and not symbols(node)):
        value = _constant(node)
        if value is not None:
            found.add(value)
    for child in children(node):
        found |= _constants(child)
    return found


def _size(value: Exact) -> Exact:
    return value if value >= 0 else -value


def _beyond_constants(
    names: tuple[str, ...], whole: frozenset[str], expressions: tuple[Node, ...]
) -> Iterator[Point]:
    """Beyond the largest number of the expressions, to both sides; then at and around each."""
    found = set[Exact]().union(*map(_constants, expressions))
    constants: list[Exact] = sorted(found, key=_size)
    constants = [one for one in constants if 1 < _size(one) < 10**15]
    if not constants:
        return
    top = max(10, math.ceil(_size(constants[-1])))
    if top > 100:
        yield from _spread(names, whole, ((top, 3 * top, top, 3 * top),) * 2, "beyond")
        yield from _spread(names, whole, ((-3 * top, -top, -3 * top, -top),), "below")
        yield from _spread(names, whole, ((top, 3 * top, -3 * top, -top),), "apart")
    for one in constants[-4:]:
        if whole and isinstance(one, int):
            for number in (one, one - 1, one + 1, 2 * one):  # what only a multiple tells
                base = _spread(names, whole, ((1, 20, 1, 20),), f"at {number}")
                yield next(base) | {name: max(1, abs(number)) for name in whole}
        for center in (one, -one):
            ends = (math.floor(center), math.ceil(center + Fraction(1, 2)))
            yield from _spread(names, whole, ((*ends, *ends),), f"around {center}")


def _base(names: tuple[str, ...]) -> Point:
    return next(iter(_spread(names, frozenset(), ((1, 3, 1, 3),), "base")))
