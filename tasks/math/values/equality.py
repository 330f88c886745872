"""Equality and order of expressions: exact rationals, then balls at points of the space.

Two expressions are equal when they agree at every point where both are real (or, with i in
them, complex). Balls that do not overlap decide against, surely. Balls that overlap say "not
different by more than this": the precision grows until that is far less than anything which
values of this size, at the points tried, could differ by. What cannot be brought so far within
the caps is undecided.
"""

import contextlib
from fractions import Fraction
from typing import Any

from flint import arb

from ..grammar.nodes import (
    Node,
    TooBigError,
    UndefinedError,
    children,
    contains,
    replaced,
    sorted_tree,
    symbols,
)
from .arithmetic import ImpreciseError, as_ball, is_exact, magnitude
from .break_points import Point
from .caps import MAX_PRECISION_BITS
from .evaluation import Evaluation, precision
from .sample_points import rare_points, sample_points

_BITS = 256
_CONFIRMED = 3
"""At this many points the agreement is shown to the last significant digit."""


class UndecidedError(ValueError):
    """No point could decide."""


def same_value(first: Node, second: Node) -> bool:
    """Whether two expressions have the same value at every point.

    Raises TooBigError or UndecidedError when nothing could be evaluated.
    """
    if first == second:
        return True
    pair = _Pair((first, second))
    if pair.agrees():
        return True
    if pair.differs:
        return False
    if sorted_tree(first) == sorted_tree(second):
        return True
    raise UndecidedError("the expressions have no common value to compare")


def constant_ratio(first: Node, second: Node) -> int | None:
    """The sign of the constant c with first = c * second at every point; None without one."""
    names = symbols(first)
    if not names or names != symbols(second):
        return None
    start = _ratio_at_first(first, second)
    if start is None:
        return None
    point, sign = start
    here: list[Node] = [_at(node, point) for node in (first, second)]
    # a / b = c  where  a * second(point) = b * first(point)
    pair = _Pair((("mul", (first, here[1])), ("mul", (second, here[0]))))
    return sign if pair.agrees() else None


def order(first: Node, second: Node) -> int:
    """-1, 0 or 1 for two constants. Raises UndefinedError, UndecidedError, TooBigError."""
    if first == second:
        return 0
    values = _settled_at((first, second), {}, True, True)
    if values is None:
        raise UndecidedError("the two are too near to be told apart")
    a, b = values
    return (a > b) - (a < b) if is_exact(a) and is_exact(b) else _ball_order(a, b)


def nearly_order(first: Node, second: Node) -> int:
    """The order of two constants, 0 when they differ by less than 2^-128 of their size."""
    a, b = (as_ball(value_at(one, {})) for one in (first, second))
    with precision(2 * _BITS):
        difference = a - b
        if abs(difference) < (1 + abs(a)) * arb(2) ** -128:
            return 0
    return _ball_order(a, b)


def whole_value(node: Node) -> int | None:
    """The value of a constant that is a whole number; else None. Raises TooBigError."""
    try:
        values = _settled_at((node,), {}, True, False)
    except UndefinedError:
        return None
    return values[0] if values is not None and isinstance(values[0], int) else None


def is_close(first: Node, second: Node, tolerance: float) -> bool:
    """Whether two constants differ by at most `tolerance` times the first."""
    if symbols(first) or symbols(second):
        return False
    try:
        with precision(_BITS):
            evaluation = Evaluation({}, _BITS, True, last_try=True)
            a, b = (
                evaluation.arithmetic.real_ball(evaluation.value(one)) for one in (first, second)
            )
            return not abs(a - b) > abs(a) * arb(tolerance)
    except (UndefinedError, ImpreciseError):
        return False


def value_at(node: Node, point: Point, bits: int = 2 * _BITS) -> Any:
    """The real value: exact, or a ball. Raises UndefinedError, TooBigError."""
    with precision(bits):
        try:
            value = Evaluation(point, bits, True, last_try=True).value(node)
        except ImpreciseError as error:
            raise UndefinedError(str(error)) from error
        return value


class _Pair:
    """Two expressions that are compared point by point."""

    def __init__(self, nodes: tuple[Node, Node]) -> None:
        self.nodes = nodes
        self.names = symbols(nodes[0]) | symbols(nodes[1])
        self.real = bool(self.names) and not any(map(_has_i, nodes))
        self.differs = False
        self._agreed = 0

    def agrees(self) -> bool:
        """Whether no point tells them apart, and enough points say that they agree."""
        enough = _CONFIRMED if self.names else 1
        for point in sample_points(*self.nodes):
            if not self._holds(point):
                return False
        if self.names and self._agreed < enough:
            for point in rare_points(*self.nodes):
                if not self._holds(point):
                    return False
                if self._agreed >= enough:
                    break
        return self._agreed >= enough

    def _holds(self, point: Point) -> bool:
        try:
            values = _settled_at(self.nodes, point, self.real, self._agreed < _CONFIRMED)
        except UndefinedError:
            return True
        except TooBigError:
            if point:
                return True
            raise
        if values is None:
            return True
        a, b = values
        same = a == b if is_exact(a) and is_exact(b) else _ball_order(a, b) == 0
        self._agreed += same
        self.differs = not same
        return same


def _ball_order(a: Any, b: Any) -> int:
    """0 where two balls overlap, else -1 or 1 (of complex ones: 1)."""
    with precision(MAX_PRECISION_BITS):
        difference = as_ball(a) - as_ball(b)
        if difference.contains(0):
            return 0
        return -1 if isinstance(difference, arb) and difference < 0 else 1


def _settled_at(
    nodes: tuple[Node, ...], point: Point, real: bool, confirm: bool
) -> list[Any] | None:
    """The values: two that overlap agree to the last bit that counts. None when undecided.

    Without `confirm` an overlap at the first precision is agreement enough. Raises
    UndefinedError, TooBigError.
    """
    bits = _BITS
    for turn in range(6):
        if bits > MAX_PRECISION_BITS:
            raise TooBigError("the precision needed is beyond the caps")
        with precision(bits):
            evaluation = Evaluation(point, bits, real, last_try=turn > 0)
            arithmetic = evaluation.arithmetic
            overlap: int | None = 0
            values: list[Any] = []
            with contextlib.suppress(ImpreciseError):
                values = [evaluation.value(node) for node in nodes]
                overlap = _overlap(values)
            target = 128 + 3 * (arithmetic.high - arithmetic.low) + _literal_bits(nodes)
            if values and (overlap is None or not confirm or overlap < -target):
                return values
        bits = max(bits + bits // 2, target + arithmetic.high + 64)
        if turn and values and overlap is not None:
            bits += overlap + target
    return None


def _overlap(values: list[Any]) -> int | None:
    """The binary exponent of what two values may differ by; None if they are told apart."""
    if len(values) == 1 or all(map(is_exact, values)):
        return None
    difference = as_ball(values[0]) - as_ball(values[1])
    if not difference.contains(0):
        return None
    size = magnitude(difference)
    return -(10**9) if size is None else size


def _has_i(node: Node) -> bool:
    return contains(node, "const", "i") or contains(node, "fn", "cis")


def _literal_bits(nodes: tuple[Node, ...]) -> int:
    longest = 0
    for node in nodes:
        if node[0] == "num":
            value = Fraction(node[1])
            longest = max(longest, value.numerator.bit_length() + value.denominator.bit_length())
        longest = max(longest, _literal_bits(children(node)))
    return longest


def _ratio_at_first(first: Node, second: Node) -> tuple[Point, int] | None:
    """The first point where neither is zero, and the sign of the quotient there."""
    for point in sample_points(first, second):
        try:
            a, b = (value_at(one, point) for one in (first, second))
        except (UndefinedError, TooBigError):
            continue
        signs = [_sign(one) for one in (a, b)]
        if signs == [0, 0]:
            continue
        return (point, signs[0] * signs[1]) if 0 not in signs else None
    return None


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _at(node: Node, point: Point) -> Node:
    """The tree with numbers for its symbols."""
    for name, value in point.items():
        node = replaced(node, ("sym", name), ("num", value))
    return node
