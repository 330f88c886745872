"""A classified answer, and the set of reals that it may be."""

import itertools
from dataclasses import dataclass
from typing import Literal

from ..grammar.nodes import Node, TooBigError, UnparsableError
from ..values.real_sets import RealSet, interval

Kind = Literal[
    "number", "set", "tuple", "real set", "relation", "matrix", "mapping", "ratio", "mod", "base",
    "infinite", "broken",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A classified answer.

    `node` is the expression of a number or the tree of a relation; `items` are the members of
    a set, tuple, matrix row or mapping; `name` is the left side of an assignment; `style` tells
    brackets and separators apart.
    """

    kind: Kind
    node: Node = ("num", 0)
    items: tuple["Answer", ...] = ()
    real_set: RealSet | None = None
    name: Node | None = None
    unit: str = ""
    style: str = ""
    rounded: Node | None = None
    """The decimal after an "approximately equal" sign."""


def as_real_set(answer: Answer) -> RealSet | None:
    """The set of reals that an interval, an inequality or a finite set is; else None."""
    if answer.real_set is not None:
        return answer.real_set
    try:
        if answer.kind == "tuple" and len(answer.items) == 2 and answer.node[0] == "seq":
            return interval(answer.node)
        if answer.kind == "set":
            real_set = RealSet.none()
            for item in answer.items:
                interval_item = item.kind in ("tuple", "real set") and answer.style in (
                    "list",
                    "or",
                )
                part = as_real_set(item) if interval_item else None
                if part is None and item.kind != "number":
                    return None
                part = part or RealSet.point(item.node)
                if interval_item and not real_set.intersect(part).is_empty():
                    return None
                real_set = real_set.union(part)
            return real_set
    except (UnparsableError, TooBigError):
        return None
    return None


def is_hedge(sets: list[RealSet]) -> bool:
    """Whether one part lies inside another, different one."""
    return any(
        not one.same(other) and (one.contains(other) or other.contains(one))
        for one, other in itertools.combinations(sets[:8], 2)
    )
