"""What kind of answer a tree is: number, set, tuple, region, relation, matrix, ..."""

import itertools
from dataclasses import dataclass, replace
from typing import Literal

from .equality import UndecidedError, same_value
from .nodes import (
    Node,
    TooBigError,
    UndefinedError,
    UnparsableError,
    children,
    contains,
    kinds_in,
    symbols,
)
from .regions import Region, interval, region_of_relation

Kind = Literal[
    "number", "set", "tuple", "region", "relation", "matrix", "mapping", "ratio", "mod", "base",
    "infinite", "broken",
]  # fmt: skip
MAX_ITEMS = 400
_INEQUALITIES = frozenset(("<", ">", "<=", ">=", "!="))


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


def classify(node: Node) -> Answer:
    """The answer that a tree states. Raises UnparsableError, TooBigError."""
    kind = node[0]
    if kind == "named":
        return classify(node[2])
    if kind == "unit":
        return replace(classify(node[1]), unit=node[2])
    if kind == "list":
        return _listed(node)
    if kind == "seq":
        return _bracketed(node)
    if kind == "matrix":
        rows = tuple(
            Answer("tuple", items=tuple(classify(item) for item in row)) for row in node[1]
        )
        return Answer("matrix", items=rows)
    if kind == "rel":
        return _related(node)
    if kind == "join":
        return _joined(node)
    if kind == "given":
        return _given(node)
    if kind == "ratio":
        parts = tuple(classify(item) for item in node[1])
        if any(part.kind not in ("number", "set") for part in parts):
            raise UnparsableError("a ratio of what are no numbers")
        return Answer("ratio", items=parts)
    if kind == "mod":
        return Answer("mod", items=(classify(node[1]), classify(node[2])))
    if kind == "base":
        return Answer("base", node=node)
    return _valued(node)


def _valued(node: Node) -> Answer:
    if node[0] == "num":
        return Answer("number", node=node)
    if node == ("const", "empty"):
        return Answer("set", style="{")
    if node == ("const", "reals"):
        return Answer("region", region=Region.all())
    if node[0] == "const" and node[1] in ("integers", "naturals", "rationals", "complexes"):
        raise UnparsableError("a set of numbers by name")
    if _is_infinite(node):
        return Answer("infinite", node=node)
    inside = kinds_in(node)
    if "pm" in inside:
        values = tuple(Answer("number", node=one) for one in _signs(node))
        return Answer("set", items=values, style="pm")
    if node[0] == "pow" and node[2] == ("sym", "T") and node[1][0] in ("matrix", "seq"):
        return _transposed(node[1])
    if "matrix" in inside:
        if contains(node, "fn", "det"):
            return _valued(_without_determinants(node))
        rows = matrix_rows(node)
        return Answer(
            "matrix",
            items=tuple(Answer("tuple", items=tuple(map(classify, row))) for row in rows),
        )
    if node[0] == "mul" and len(node[1]) == 2 and node[1][1][0] == "seq":
        label = node[1][0]
        if label[0] == "sym" and label[1][0].isupper() and node[1][1][1] == "(":
            return replace(classify(node[1][1]), name=label)  # the point P(1, 2)
    if inside & {"seq", "list", "rel", "matrix"}:
        raise UnparsableError("a structure inside an expression")
    return Answer("number", node=node, unit=_inner_unit(node) if "unit" in inside else "")


def _transposed(node: Node) -> Answer:
    """A matrix or a row vector with the T of transposition."""
    if node[0] == "matrix":
        return classify(("matrix", tuple(zip(*node[1], strict=True))))
    answer = classify(node)
    if answer.kind == "matrix":
        columns = zip(*(row.items for row in answer.items), strict=True)
        return Answer("matrix", items=tuple(Answer("tuple", items=one) for one in columns))
    if answer.kind != "tuple":
        raise UnparsableError("the transpose of what is no matrix")
    return Answer("matrix", items=tuple(Answer("tuple", items=(one,)) for one in answer.items))


def matrix_rows(node: Node) -> list[list[Node]]:
    """The entries of sums and multiples of matrices. Raises UnparsableError for other uses."""
    if node[0] == "matrix":
        return [list(row) for row in node[1]]
    if node[0] == "neg":
        return [[("neg", one) for one in row] for row in matrix_rows(node[1])]
    if node[0] == "div" and not contains(node[2], "matrix"):
        return [[("div", one, node[2]) for one in row] for row in matrix_rows(node[1])]
    if node[0] == "mul":
        matrices = [one for one in node[1] if contains(one, "matrix")]
        factors = tuple(one for one in node[1] if not contains(one, "matrix"))
        rows = matrix_rows(matrices[0])
        for other in matrices[1:]:
            rows = _matrix_product(rows, matrix_rows(other))
        return [[("mul", (*factors, one)) for one in row] for row in rows] if factors else rows
    if node[0] == "pow" and node[1][0] == "matrix" and node[2] in (("num", 2), ("num", 3)):
        rows = matrix_rows(node[1])
        squared = _matrix_product(rows, rows)
        return squared if node[2] == ("num", 2) else _matrix_product(squared, rows)
    if node[0] == "add":
        terms = [matrix_rows(one) for one in node[1]]
        shapes = {(len(rows), len(rows[0])) for rows in terms}
        if len(shapes) == 1:
            return [
                [("add", entries) for entries in zip(*rows, strict=True)]
                for rows in zip(*terms, strict=True)
            ]
    raise UnparsableError("a matrix inside an expression")


def _without_determinants(node: Node) -> Node:
    """The tree with each determinant multiplied out. Raises UnparsableError."""
    if node[0] == "fn" and node[1] == "det":
        if len(node[2]) != 1:
            raise UnparsableError("a determinant of several arguments")
        rows = matrix_rows(node[2][0])
        if len(rows) != len(rows[0]) or len(rows) > 4:
            raise UnparsableError("the determinant of no small square")
        return _determinant(rows)
    return tuple(
        _without_determinants(entry)
        if isinstance(entry, tuple) and entry and isinstance(entry[0], str)
        else tuple(_without_determinants(one) if isinstance(one, tuple) else one for one in entry)
        if isinstance(entry, tuple)
        else entry
        for entry in node
    )


def _determinant(rows: list[list[Node]]) -> Node:
    """By the first row."""
    if len(rows) == 1:
        return rows[0][0]
    terms: list[Node] = []
    for column, entry in enumerate(rows[0]):
        minor = [row[:column] + row[column + 1 :] for row in rows[1:]]
        term: Node = ("mul", (entry, _determinant(minor)))
        terms.append(("neg", term) if column % 2 else term)
    return ("add", tuple(terms))


def _matrix_product(first: list[list[Node]], second: list[list[Node]]) -> list[list[Node]]:
    """Entries of a product, as trees. Raises UnparsableError when the shapes do not fit."""
    if len(first[0]) != len(second) or max(len(first), len(second), len(second[0])) > 6:
        raise UnparsableError("a product of matrices that do not fit")
    columns = list(zip(*second, strict=True))
    return [
        [("add", tuple(("mul", pair) for pair in zip(row, one, strict=True))) for one in columns]
        for row in first
    ]


def _inner_unit(node: Node) -> str:
    """The one unit that the terms of a sum carry; "" when there are none or several."""
    found: set[str] = set()

    def walk(one: Node) -> None:
        if one[0] == "unit":
            found.add(one[2])
        elif one[0] != "fn":
            for child in children(one):
                walk(child)

    walk(node)
    if len(found) > 1:
        raise UnparsableError("several units")
    return found.pop() if found else ""


def _is_infinite(node: Node) -> bool:
    if node[0] in ("neg", "pm"):
        return _is_infinite(node[-1])
    return bool(node == ("const", "inf"))


def _signs(node: Node) -> list[Node]:
    """The two expressions of one with plus-minus signs, which all switch together."""
    return [_signed(node, 1), _signed(node, -1)]


def _signed(node: Node, sign: int) -> Node:
    if node[0] == "pm":
        inner = _signed(node[2], sign)
        return inner if node[1] * sign > 0 else ("neg", inner)
    return tuple(
        _signed(entry, sign)
        if isinstance(entry, tuple) and entry and isinstance(entry[0], str)
        else tuple(_signed(one, sign) for one in entry)
        if isinstance(entry, tuple)
        else entry
        for entry in node
    )


def _listed(node: Node) -> Answer:
    parts = node[2]
    if len(parts) > MAX_ITEMS:
        raise TooBigError("too many items")
    relations = [one for one in parts if one[0] == "rel"]
    if any(op in _INEQUALITIES for one in relations for op, _ in one[2]):
        return _region_list(node[1], parts)
    items = [classify(one) for one in parts]
    if any(item.kind == "broken" for item in items):
        return Answer("broken")
    names = [item.name for item in items]
    if all(name is not None for name in names) and len(set(names)) == len(names):
        if not _same_letter(names):
            return Answer("mapping", items=tuple(items))
    elif len(parts) == 2 and any(item.kind == "relation" for item in items):
        return Answer("set", items=tuple(items), style="system")
    return Answer("set", items=_flat(items), style="list" if node[1] != "or" else "or")


def _same_letter(names: list[Node | None]) -> bool:
    """x_1, x_2, x_3: one unknown with several values."""
    stems = {name[1].partition("_")[0] if name and name[0] == "sym" else "" for name in names}
    return len(stems) == 1 and "" not in stems


def _flat(items: list[Answer]) -> tuple[Answer, ...]:
    found: list[Answer] = []
    for item in items:
        if item.kind == "set" and item.style in ("list", "pm") and item.items:
            found += item.items
        else:
            found.append(replace(item, name=None) if item.name is not None else item)
    return tuple(found)


def _region_list(separator: str, parts: tuple[Node, ...]) -> Answer:
    regions: list[Region] = []
    names: set[str] = set()
    first = parts[0]
    for one in parts:
        if first[0] == "rel" and first[2][0][0] == "!=" and one[0] != "rel":
            one = ("rel", first[1], (("!=", one),))  # x != 0, 2
        answer = classify(one)
        if answer.region is not None:
            regions.append(answer.region)
            names.add(answer.style)
        elif answer.kind == "number":
            regions.append(Region.point(answer.node))
        elif answer.kind == "relation" and all(part[0] == "rel" for part in parts):
            items = tuple(classify(part) for part in parts)
            return Answer("set", items=items, style="system")
        else:
            raise UnparsableError("a condition beside an inequality")
    if len(names) > 1:
        return Answer("set", items=tuple(classify(part) for part in parts), style="system")
    name = next(iter(names), "")
    if _is_hedge(regions):
        # "n >= 2 or n >= 3" offers two answers: the parts of one answer do not overlap so.
        return Answer("broken")
    union, meet = regions[0], regions[0]
    for region in regions[1:]:
        union, meet = union.union(region), meet.intersect(region)
    excluded = first[0] == "rel" and first[2][0][0] == "!="
    points = not excluded and any(one[0] != "rel" or one[2][0][0] == "=" for one in parts)
    if separator == "or" or points or (separator == "," and meet.is_empty()):
        return Answer("region", region=union, style=name)
    return Answer("region", region=meet, style=name)


def _bracketed(node: Node) -> Answer:
    _, opening, closing, parts = node
    if len(parts) > MAX_ITEMS:
        raise TooBigError("too many items")
    if opening == "{":
        return Answer("set", items=_flat([classify(one) for one in parts]), style="{")
    infinite = [one for one in parts if _is_infinite(one)]
    if infinite or (opening, closing) in (("(", "]"), ("[", ")")):
        if len(parts) != 2:
            raise UnparsableError("an interval of more than two ends")
        return Answer("region", region=interval(node))
    items = tuple(classify(one) for one in parts)
    if any(item.kind == "broken" for item in items):
        return Answer("broken")
    rows = all(item.kind == "tuple" and item.style == "[" for item in items)
    if opening == "[" and items and rows and len({len(item.items) for item in items}) == 1:
        return Answer("matrix", items=items)
    if all(item.name is not None for item in items):
        return Answer("mapping", items=items)
    doubled = [place for place, item in enumerate(items) if item.style == "pm"]
    if opening == "(" and len(doubled) == 1 and items[doubled[0]].kind == "set":
        (place,) = doubled
        tuples = [
            replace(
                Answer("tuple", style=opening), items=(*items[:place], one, *items[place + 1 :])
            )
            for one in items[place].items
        ]
        return Answer("set", items=tuple(tuples), style="pm")  # (±1, 0) is two points
    return Answer("tuple", items=items, style=opening, node=node)


def _joined(node: Node) -> Answer:
    first, second = classify(node[2]), classify(node[3])
    if first.kind == "set" and second.kind == "set" and node[1] == "cup":
        return Answer("set", items=first.items + second.items, style="{")
    left, right = as_region(first), as_region(second)
    if left is None or right is None:
        raise UnparsableError("a union of what are no sets")
    if node[1] == "cup":
        return Answer("region", region=left.union(right))
    return Answer(
        "region", region=left.intersect(right if node[1] == "cap" else right.complement())
    )


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


def _is_hedge(regions: list[Region]) -> bool:
    """Whether one part lies inside another, different one."""
    return any(
        not one.same(other) and (one.contains(other) or other.contains(one))
        for one, other in itertools.combinations(regions[:8], 2)
    )


def _given(node: Node) -> Answer:
    inner, condition = node[1], node[2]
    if inner[0] == "rel" and inner[2][0][0] == "in":
        if inner[2][0][1] != ("const", "reals"):
            raise UnparsableError("a set that is not of reals")
        inner = inner[1]
    answer = classify(condition)
    if inner[0] != "sym" or answer.kind not in ("region", "relation", "set"):
        raise UnparsableError("a set by a condition")
    return answer


def _related(node: Node) -> Answer:
    first, links = node[1], node[2]
    ops = {op for op, _ in links}
    if "in" in ops:
        if len(links) != 1:
            raise UnparsableError("a chain of memberships")
        answer = replace(classify(links[0][1]), name=None)
        named = first[0] == "sym" and answer.kind in ("tuple", "region")
        region = as_region(answer) if named else None
        if region is None:
            return answer
        return Answer("region", region=region, style=str(first[1]).casefold())
    if "~" in ops:
        return _rounded(first, links)
    if ops <= _INEQUALITIES:
        if ops == {"!="} and len(links) == 1 and contains(links[0][1], "pm"):
            parts = tuple(("rel", first, (("!=", one),)) for one in _signs(links[0][1]))
            return _region_list("and", parts)
        region = region_of_relation(node)
        if region is not None:
            return Answer("region", region=region, style=_bounded(node))
        return Answer("relation", node=node)
    if ops != {"="}:
        raise UnparsableError("equations and inequalities in one chain")
    return _equated([first, *(part for _, part in links)], node)


def _bounded(node: Node) -> str:
    """The unknown that a chain of inequalities bounds; "" for the value of a function."""
    names = [one for one in (node[1], *(part for _, part in node[2])) if one[0] == "sym"]
    return str(names[0][1]).casefold() if names else ""


def _rounded(first: Node, links: tuple[tuple[str, Node], ...]) -> Answer:
    """The exact part of "x = sqrt 2 ~ 1.414", with the decimal beside it."""
    exact: list[tuple[str, Node]] = []
    for op, part in links:
        if op == "~":
            answer = classify(("rel", first, tuple(exact))) if exact else classify(first)
            if is_name(first) and not exact:
                return classify(("rel", first, (("=", part),)))
            return replace(answer, rounded=part)
        exact.append((op, part))
    raise UnparsableError("no approximation")


def _equated(parts: list[Node], node: Node) -> Answer:
    if not is_name(parts[0]) and is_name(parts[-1]) and len(parts) == 2:
        parts = parts[::-1]
    name = parts[0] if is_name(parts[0]) else None
    values = parts[1:] if name is not None else parts
    if name is not None and name[0] == "seq":
        answer = classify(values[-1])
        if answer.kind == "tuple" and len(answer.items) == len(name[3]):
            named = tuple(
                replace(item, name=one) for item, one in zip(answer.items, name[3], strict=True)
            )
            return Answer("mapping", items=named, style="tuple")
        return answer
    if name is None and len(parts) == 2 and any(symbols(part) for part in parts):
        return Answer("relation", node=node)
    if not _consistent(values):
        return Answer("broken")
    answer = replace(classify(values[-1]), name=name)
    if len(parts) > 2 and answer.kind == "number" and all(part[0] == "sym" for part in parts[:-1]):
        # x = y = 1 is the value 1, and (1, 1).
        return replace(answer, items=tuple(replace(answer, name=one) for one in parts[:-1]))
    return answer


def _consistent(values: list[Node]) -> bool:
    """Whether a chain of equalities holds: `41 = 42` states nothing."""
    for one, other in itertools.pairwise(values):
        if symbols(one) or symbols(other):
            continue
        try:
            if not same_value(one, other):
                return False
        except (TooBigError, UndecidedError, UndefinedError):
            return False
    return True


def is_name(node: Node) -> bool:
    """Whether a left side only names what is asked for: x, f(x), a + b, |AB|, (x, y)."""
    if node[0] == "sym":
        return True
    if node[0] == "mul":
        first, *rest = node[1]
        if first[0] == "pow" and first[2] == ("neg", ("num", 1)):
            first = first[1]  # the inverse of f
        return first[0] == "sym" and all(
            one[0] in ("sym", "num", "join") or is_name(one) for one in rest
        )
    if node[0] == "add":
        return all(is_name(one) for one in node[1])
    if node[0] == "fn":
        return bool(symbols(node)) and all(is_name(one) for one in node[2])
    if node[0] == "div":
        return is_name(node[1]) and is_name(node[2])
    if node[0] == "ratio":
        return all(is_name(one) for one in node[1])
    if node[0] == "seq" and node[1] == "(":
        return all(one[0] == "sym" for one in node[3])
    if node[0] == "matrix":
        return all(len(row) == 1 and row[0][0] == "sym" for row in node[1])
    return False
