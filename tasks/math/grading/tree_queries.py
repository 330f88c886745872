"""What a tree looks like: a name, an infinity, a unit inside, the signs of plus-minus."""

import itertools

from ..grammar.nodes import (
    Node,
    TooBigError,
    UndefinedError,
    UnparsableError,
    children,
    mapped,
    symbols,
)
from ..values.equality import UndecidedError, same_value


def inner_unit(node: Node) -> str:
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


def is_infinite(node: Node) -> bool:
    """Whether a tree is infinity, with a sign or without."""
    if node[0] in ("neg", "pm"):
        return is_infinite(node[-1])
    return bool(node == ("const", "inf"))


def both_signs(node: Node) -> list[Node]:
    """The two expressions of one with plus-minus signs, which all switch together."""
    return [_signed(node, 1), _signed(node, -1)]


def _signed(node: Node, sign: int) -> Node:
    if node[0] == "pm":
        inner = _signed(node[2], sign)
        return inner if node[1] * sign > 0 else ("neg", inner)
    return mapped(node, lambda entry: _signed(entry, sign))


def same_letter(names: list[Node | None]) -> bool:
    """x_1, x_2, x_3: one unknown with several values."""
    stems = {name[1].partition("_")[0] if name and name[0] == "sym" else "" for name in names}
    return len(stems) == 1 and "" not in stems


def bounded_name(node: Node) -> str:
    """The unknown that a chain of inequalities bounds; "" for the value of a function."""
    names = [one for one in (node[1], *(part for _, part in node[2])) if one[0] == "sym"]
    return str(names[0][1]).casefold() if names else ""


def is_consistent(values: list[Node], identities: bool = False) -> bool:
    """Whether a chain of equalities holds: `41 = 42` states nothing.

    With `identities` it must hold at every point too.
    """
    for one, other in itertools.pairwise(values):
        if not identities and (symbols(one) or symbols(other)):
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
