"""Where the pieces of an expression begin: the points on both sides of each break.

A break that is linear or quadratic in a symbol is solved for. Of any other, as in
`max(0, sin x - 0.9999)`, the least and the greatest values are searched for on an interval around
zero: a piece that begins anywhere there holds one of them.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from ..grammar.nodes import Exact, Node, TooBigError, UndefinedError, children, symbols
from .arithmetic import ImpreciseError, is_exact
from .evaluation import Evaluation, precision

Point = dict[str, Exact]
_MAX_BREAKS = 8
_GRID = 48
_WIDTH = 4
"""The extremes are searched for between minus and plus this number."""
_HALVINGS = 40


def around_breaks(
    names: tuple[str, ...],
    whole: frozenset[str],
    expressions: tuple[Node, ...],
    base: Point,
) -> Iterator[Point]:
    """On both sides of each place where one symbol makes a piece begin."""
    base = base | dict.fromkeys(whole, 5)
    hinges = list(dict.fromkeys(itertools.chain.from_iterable(map(_hinges, expressions))))
    for name in names:
        breaks: set[Fraction] = set()
        for hinge in hinges[:_MAX_BREAKS]:
            if name not in symbols(hinge):
                continue
            found = _zeros(hinge, name, base)
            breaks |= found
            if not found and name not in whole and _is_curved(hinge):
                for value in _extremes(hinge, name, base):
                    yield {**base, name: value}
        ordered = sorted(breaks)[:_MAX_BREAKS]
        for value in _sides(ordered):
            if name in whole:
                yield {**base, name: max(1, math.floor(value))}
            else:
                yield {**base, name: value}


def _sides(breaks: list[Fraction]) -> Iterator[Fraction]:
    """A point in each gap, and close to each break."""
    for one in breaks:
        yield one + Fraction(1, 1009)
        yield one - Fraction(1, 1013)
    for one, other in itertools.pairwise(breaks):
        yield one + (other - one) * Fraction(500, 1009)
    if breaks:
        yield breaks[0] - 1 - abs(breaks[0]) / 3
        yield breaks[-1] + 1 + abs(breaks[-1]) / 3


def _hinges(node: Node) -> list[Node]:
    """Expressions at whose zeros a piece begins."""
    found: list[Node] = []
    if node[0] == "fn" and node[1] in ("abs", "sgn"):
        found.append(node[2][0])
    elif node[0] == "fn" and node[1] in ("max", "min"):
        found += [("add", (a, ("neg", b))) for a, b in itertools.combinations(node[2][:4], 2)]
    elif node[0] == "fn" and node[1] in ("floor", "ceil"):
        found += [("add", (node[2][0], ("num", step))) for step in (-2, -1, 0, 1)]
    elif node[0] == "root" or (node[0] == "pow" and node[2][0] != "num"):
        inner = node[1]
        found.append(inner[1] if inner[0] == "pow" else inner)
    for child in children(node):
        found += _hinges(child)
    return found


def _zeros(hinge: Node, name: str, base: Point) -> set[Fraction]:
    """Where an expression that is linear or quadratic in one symbol is zero, nearly."""
    values: list[Fraction] = []
    for place in range(4):
        try:
            with precision(64):
                value = Evaluation({**base, name: place}, 64, True).value(hinge)
                values.append(
                    Fraction(value)
                    if is_exact(value)
                    else Fraction(float(value.mid())).limit_denominator(10**6)
                )
        except (UndefinedError, TooBigError, ImpreciseError, OverflowError, ValueError):
            return set()
    first, second, third, fourth = values
    square = (third - 2 * second + first) / 2
    slope = second - first - square
    if abs(first + 3 * slope + 9 * square - fourth) > abs(fourth) / 1000:
        return set()
    if square == 0:
        return {-first / slope} if slope else set()
    inside = slope * slope - 4 * square * first
    if inside < 0:
        return {-slope / (2 * square)}
    root = Fraction(math.isqrt(int(inside * 10**12)), 10**6)
    return {(-slope + root) / (2 * square), (-slope - root) / (2 * square)}


def _is_curved(node: Node) -> bool:
    """Whether an expression holds a function, as sin: no polynomial tells where it is zero."""
    powers = node[0] == "pow" and bool(symbols(node[2]))
    return node[0] == "fn" or powers or any(_is_curved(child) for child in children(node))


def _extremes(hinge: Node, name: str, base: Point) -> list[Fraction]:
    """Where an expression is least and greatest, each time it turns in an interval around zero."""

    def height(place: Fraction) -> float:
        try:
            with precision(64):
                value = Evaluation({**base, name: place}, 64, True).value(hinge)
                return float(value) if is_exact(value) else float(value.mid())
        except (UndefinedError, TooBigError, ImpreciseError, OverflowError, ValueError):
            return math.nan

    places = [Fraction(2 * _WIDTH * step, _GRID) - _WIDTH for step in range(_GRID + 1)]
    heights = [height(place) for place in places]
    found = []
    for left, here, right in zip(range(_GRID), range(1, _GRID), range(2, _GRID + 1), strict=False):
        if heights[here] > max(heights[left], heights[right]):
            found.append(_peak(height, places[left], places[right], 1))
        elif heights[here] < min(heights[left], heights[right]):
            found.append(_peak(height, places[left], places[right], -1))
    return found[:_MAX_BREAKS]


def _peak(
    height: Callable[[Fraction], float], low: Fraction, high: Fraction, sign: int
) -> Fraction:
    """The place of the one extreme between two places, by halving."""
    for _ in range(_HALVINGS):
        third = (high - low) / 3
        if sign * height(low + third) < sign * height(high - third):
            low += third
        else:
            high -= third
        low, high = (Fraction(one).limit_denominator(10**12) for one in (low, high))
    return (low + high) / 2
