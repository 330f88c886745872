"""What kind of answer a tree is: number, set, tuple, real set, relation, matrix, ..."""

import itertools
from dataclasses import replace

from ..grading.answers import Answer, as_real_set, is_hedge
from ..grading.tree_queries import (
    both_signs,
    bounded_name,
    inner_unit,
    is_consistent,
    is_infinite,
    is_name,
    same_letter,
)
from ..grammar.nodes import (
    Node,
    TooBigError,
    UnparsableError,
    contains,
    kinds_in,
    symbols,
)
from ..values.matrices import matrix_rows, without_determinants
from ..values.real_sets import RealSet, interval, real_set_of_relation
from .roundings import is_rounding, last_place

MAX_ITEMS = 400
_INEQUALITIES = frozenset(("<", ">", "<=", ">=", "!="))


def classify(node: Node) -> Answer:
    """The answer that a tree states. Raises UnparsableError, TooBigError."""
    kind = node[0]
    if kind == "num":
        return Answer("number", node=node)
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
        return Answer("real set", real_set=RealSet.all())
    if node[0] == "const" and node[1] in ("integers", "naturals", "rationals", "complexes"):
        raise UnparsableError("a set of numbers by name")
    if is_infinite(node):
        return Answer("infinite", node=node)
    inside = kinds_in(node)
    if "pm" in inside:
        values = tuple(Answer("number", node=one) for one in both_signs(node))
        return Answer("set", items=values, style="pm")
    if node[0] == "pow" and node[2] == ("sym", "T") and node[1][0] in ("matrix", "seq"):
        return _transposed(node[1])
    if "matrix" in inside:
        if contains(node, "fn", "det"):
            return _valued(without_determinants(node))
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
    return Answer("number", node=node, unit=inner_unit(node) if "unit" in inside else "")


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


def _listed(node: Node) -> Answer:
    parts = node[2]
    if len(parts) > MAX_ITEMS:
        raise TooBigError("too many items")
    relations = [one for one in parts if one[0] == "rel"]
    if any(op in _INEQUALITIES for one in relations for op, _ in one[2]):
        return _real_set_list(node[1], parts)
    items = [classify(one) for one in parts]
    if any(item.kind == "broken" for item in items):
        return Answer("broken")
    names = [item.name for item in items]
    if all(name is not None for name in names) and len(set(names)) == len(names):
        if not same_letter(names):
            return Answer("mapping", items=tuple(items))
    elif len(parts) == 2 and any(item.kind == "relation" for item in items):
        return Answer("set", items=tuple(items), style="system")
    return Answer("set", items=_flat(items), style="list" if node[1] != "or" else "or")


def _flat(items: list[Answer]) -> tuple[Answer, ...]:
    found: list[Answer] = []
    for item in items:
        if item.kind == "set" and item.style in ("list", "pm") and item.items:
            found += item.items
        else:
            found.append(replace(item, name=None) if item.name is not None else item)
    return tuple(found)


def _real_set_list(separator: str, parts: tuple[Node, ...]) -> Answer:
    sets: list[RealSet] = []
    names: set[str] = set()
    first = parts[0]
    for one in parts:
        if first[0] == "rel" and first[2][0][0] == "!=" and one[0] != "rel":
            one = ("rel", first[1], (("!=", one),))  # x != 0, 2
        answer = classify(one)
        if answer.real_set is not None:
            sets.append(answer.real_set)
            names.add(answer.style)
        elif answer.kind == "number":
            sets.append(RealSet.point(answer.node))
        elif answer.kind == "relation" and all(part[0] == "rel" for part in parts):
            items = tuple(classify(part) for part in parts)
            return Answer("set", items=items, style="system")
        else:
            raise UnparsableError("a condition beside an inequality")
    if len(names) > 1:
        return Answer("set", items=tuple(classify(part) for part in parts), style="system")
    name = next(iter(names), "")
    if is_hedge(sets):
        # "n >= 2 or n >= 3" offers two answers: the parts of one answer do not overlap so.
        return Answer("broken")
    union, meet = sets[0], sets[0]
    for real_set in sets[1:]:
        union, meet = union.union(real_set), meet.intersect(real_set)
    excluded = first[0] == "rel" and first[2][0][0] == "!="
    points = not excluded and any(one[0] != "rel" or one[2][0][0] == "=" for one in parts)
    if separator == "or" or points or (separator == "," and meet.is_empty()):
        return Answer("real set", real_set=union, style=name)
    return Answer("real set", real_set=meet, style=name)


def _bracketed(node: Node) -> Answer:
    _, opening, closing, parts = node
    if len(parts) > MAX_ITEMS:
        raise TooBigError("too many items")
    if opening == "{":
        return Answer("set", items=_flat([classify(one) for one in parts]), style="{")
    infinite = [one for one in parts if is_infinite(one)]
    if infinite or (opening, closing) in (("(", "]"), ("[", ")")):
        if len(parts) != 2:
            raise UnparsableError("an interval of more than two ends")
        return Answer("real set", real_set=interval(node))
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
    left, right = as_real_set(first), as_real_set(second)
    if left is None or right is None:
        raise UnparsableError("a union of what are no sets")
    if node[1] == "cup":
        return Answer("real set", real_set=left.union(right))
    return Answer(
        "real set", real_set=left.intersect(right if node[1] == "cap" else right.complement())
    )


def _given(node: Node) -> Answer:
    inner, condition = node[1], node[2]
    if inner[0] == "rel" and inner[2][0][0] == "in":
        if inner[2][0][1] != ("const", "reals"):
            raise UnparsableError("a set that is not of reals")
        inner = inner[1]
    answer = classify(condition)
    if inner[0] != "sym" or answer.kind not in ("real set", "relation", "set"):
        raise UnparsableError("a set by a condition")
    return answer


def _related(node: Node) -> Answer:
    first, links = node[1], node[2]
    ops = {op for op, _ in links}
    if "in" in ops:
        if len(links) != 1:
            raise UnparsableError("a chain of memberships")
        answer = replace(classify(links[0][1]), name=None)
        named = first[0] == "sym" and answer.kind in ("tuple", "real set")
        real_set = as_real_set(answer) if named else None
        if real_set is None:
            return answer
        return Answer("real set", real_set=real_set, style=str(first[1]).casefold())
    if "~" in ops:
        return _rounded(first, links)
    if ops <= _INEQUALITIES:
        if ops == {"!="} and len(links) == 1 and contains(links[0][1], "pm"):
            parts = tuple(("rel", first, (("!=", one),)) for one in both_signs(links[0][1]))
            return _real_set_list("and", parts)
        real_set = real_set_of_relation(node)
        if real_set is not None:
            return Answer("real set", real_set=real_set, style=bounded_name(node))
        return Answer("relation", node=node)
    if ops != {"="}:
        raise UnparsableError("equations and inequalities in one chain")
    return _equated([first, *(part for _, part in links)], node)


def _rounded(first: Node, links: tuple[tuple[str, Node], ...]) -> Answer:
    """The exact part of "x = sqrt 2 ~ 1.414", with the decimal beside it if it is none itself.

    Two values of which the second is no rounding of the first contradict each other.
    """
    exact: list[tuple[str, Node]] = []
    for place, (op, part) in enumerate(links):
        if op != "~":
            exact.append((op, part))
            continue
        if is_name(first) and not exact:
            return classify(("rel", first, (("=", part), *links[place + 1 :])))
        answer = classify(("rel", first, tuple(exact))) if exact else classify(first)
        if answer.kind != "number":
            return answer
        if not all(is_rounding(answer.node, other) for _, other in links[place:]):
            return Answer("broken")
        return answer if last_place(answer.node) is not None else replace(answer, rounded=part)
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
    if name is None and symbols(parts[-1]) and not is_consistent(values, True):
        # Each equality of (x-1)/2 = y/3 = z is a condition of its own.
        pairs = [("rel", one, (("=", other),)) for one, other in itertools.pairwise(parts)]
        items = tuple(Answer("relation", node=pair) for pair in pairs)
        return Answer("set", items=items, style="system")
    if not is_consistent(values):
        return Answer("broken")
    answer = replace(classify(values[-1]), name=name)
    if len(parts) > 2 and answer.kind == "number" and all(part[0] == "sym" for part in parts[:-1]):
        # x = y = 1 is the value 1, and (1, 1).
        return replace(answer, items=tuple(replace(answer, name=one) for one in parts[:-1]))
    return answer
