"""Sets of real numbers: unions of intervals and points with exact ends."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, Self

from ..grammar.nodes import Node, TooBigError, UndefinedError, UnparsableError, symbols
from .equality import UndecidedError, order

MAX_ENDS = 100
_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!=", "=": "="}


def _order(first: Node, second: Node) -> int:
    """-1, 0, 1. Raises UnparsableError when an end is no real number."""
    try:
        return order(first, second)
    except (UndefinedError, UndecidedError) as error:
        raise UnparsableError("an end that is no real number") from error


@dataclass(frozen=True, slots=True)
class RealSet:
    """Ends in order, and membership of each gap and end: gap, end, gap, end, ..., gap."""

    ends: tuple[Node, ...]
    inside: tuple[bool, ...]

    @classmethod
    def all(cls) -> Self:
        """The real line."""
        return cls((), (True,))

    @classmethod
    def none(cls) -> Self:
        """The empty set."""
        return cls((), (False,))

    @classmethod
    def point(cls, end: Node) -> Self:
        """One number. Raises UnparsableError when it is not real."""
        _order(end, ("num", 0))
        return cls((end,), (False, True, False))

    @classmethod
    def ray(cls, end: Node, op: str) -> Self:
        """All x with `x op end`."""
        _order(end, ("num", 0))
        less, equal, more = (
            op in ("<", "<=", "!="),
            op in ("<=", ">=", "="),
            op in (">", ">=", "!="),
        )
        return cls((end,), (less, equal, more))

    def is_empty(self) -> bool:
        """Whether nothing is inside."""
        return not any(self.inside)

    def union(self, other: "RealSet") -> "RealSet":
        """What is in either."""
        return self._combine(other, lambda a, b: a or b)

    def intersect(self, other: "RealSet") -> "RealSet":
        """What is in both."""
        return self._combine(other, lambda a, b: a and b)

    def contains(self, other: "RealSet") -> bool:
        """Whether all of the other is inside."""
        return self.intersect(other).same(other)

    def complement(self) -> "RealSet":
        """What is outside."""
        return RealSet(self.ends, tuple(not one for one in self.inside))

    def _combine(self, other: "RealSet", op: Callable[[bool, bool], bool]) -> "RealSet":
        if len(self.ends) + len(other.ends) > MAX_ENDS:
            raise TooBigError("a set of too many intervals")
        ends: list[Node] = []
        for end in sorted((*self.ends, *other.ends), key=cmp_to_key(_order)):
            if not ends or _order(ends[-1], end) != 0:
                ends.append(end)
        first, second = self._spread(ends), other._spread(ends)
        inside = [op(a, b) for a, b in zip(first, second, strict=True)]
        return RealSet(tuple(ends), tuple(inside)).canonical()

    def _spread(self, ends: list[Node]) -> list[bool]:
        """Membership over a finer list of ends."""
        spread: list[bool] = [self.inside[0]]
        place = 0
        for end in ends:
            if place < len(self.ends) and _order(self.ends[place], end) == 0:
                spread += [self.inside[2 * place + 1], self.inside[2 * place + 2]]
                place += 1
            else:
                spread += [self.inside[2 * place]] * 2
        return spread

    def canonical(self) -> "RealSet":
        """Without ends at which nothing changes."""
        ends: list[Node] = []
        inside: list[bool] = [self.inside[0]]
        for index, end in enumerate(self.ends):
            here, after = self.inside[2 * index + 1], self.inside[2 * index + 2]
            if not (inside[-1] == here == after):
                ends.append(end)
                inside += [here, after]
        return RealSet(tuple(ends), tuple(inside))

    def same(self, other: "RealSet") -> bool:
        """Whether both hold the same numbers."""
        first, second = self.canonical(), other.canonical()
        return first.inside == second.inside and all(
            _order(a, b) == 0 for a, b in zip(first.ends, second.ends, strict=True)
        )


def interval(node: Node) -> RealSet:
    """The set of reals of a bracketed pair. Raises UnparsableError when it is none."""
    _, opening, closing, (low, high) = node
    real_set = RealSet.all()
    if low != ("neg", ("const", "inf")):
        real_set = RealSet.ray(_finite(low), ">=" if opening == "[" else ">")
    if high not in (("const", "inf"), ("add", (("const", "inf"),))):
        real_set = real_set.intersect(RealSet.ray(_finite(high), "<=" if closing == "]" else "<"))
    if real_set.is_empty():
        raise UnparsableError("an interval whose ends are in the wrong order")
    return real_set


def _finite(end: Node) -> Node:
    if symbols(end):
        raise UnparsableError("an interval with a parameter")
    return end


def real_set_of_relation(node: Node) -> RealSet | None:
    """The numbers that satisfy a chain of inequalities in one symbol; None for others."""
    first, links = node[1], node[2]
    parts: list[Any] = [_unknown(one) for one in (first, *(part for _, part in links))]
    names = [index for index, part in enumerate(parts) if part[0] == "sym"]
    others = [part for part in parts if part[0] != "sym"]
    if len(names) != 1 or any(symbols(part) for part in others):
        return None
    real_set = RealSet.all()
    for index, (op, _) in enumerate(links):
        left, right = parts[index], parts[index + 1]
        if left[0] == "sym":
            side = _ray(right, op)
        elif right[0] == "sym":
            side = _ray(left, _FLIP[op])
        else:
            return None
        real_set = real_set.intersect(side)
    return real_set


def _unknown(node: Node) -> Node:
    """f(x) as one unknown, so that 0 < f(x) < 1 bounds it."""
    if node[0] == "mul" and len(node[1]) == 2 and all(one[0] == "sym" for one in node[1]):
        return ("sym", "f(x)") if node[1][0][1] in ("f", "g", "h") else node
    return node


def _ray(end: Node, op: str) -> RealSet:
    if end in (("const", "inf"), ("neg", ("const", "inf"))):
        return RealSet.all()
    try:
        return RealSet.ray(end, op)
    except TooBigError as error:
        raise UnparsableError("an end beyond the caps") from error
