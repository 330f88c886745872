"""A classified answer, and the set of reals that it may be."""

import itertools
from dataclasses import dataclass
from typing import Literal

from .nodes import Node, TooBigError, UnparsableError
from .regions import Region, interval

Kind = Literal[
    "number", "set", "tuple", "region", "relation", "matrix", "mapping", "ratio", "mod", "base",
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
    region: Region | None = None
    name: Node | None = None
    unit: str = ""
    style: str = ""
    rounded: Node | None = None
    """The decimal after an "approximately equal" sign."""


def as_region(answer: Answer) -> Region | None:
    """The set of reals that an interval, an inequality or a finite set is; else None."""
    if answer.region is not None:
        return answer.region
    try:
        if answer.kind == "tuple" and len(answer.items) == 2 and answer.node[0] == "seq":
            return interval(answer.node)
        if answer.kind == "set":
            region = Region.none()
            for item in answer.items:
                interval_item = item.kind in ("tuple", "region") and answer.style in ("list", "or")
                part = as_region(item) if interval_item else None
                if part is None and item.kind != "number":
                    return None
                part = part or Region.point(item.node)
                if interval_item and not region.intersect(part).is_empty():
                    return None
                region = region.union(part)
            return region
    except (UnparsableError, TooBigError):
        return None
    return None


def is_hedge(regions: list[Region]) -> bool:
    """Whether one part lies inside another, different one."""
    return any(
        not one.same(other) and (one.contains(other) or other.contains(one))
        for one, other in itertools.combinations(regions[:8], 2)
    )
