"""The parsed form of an answer, the caps on it, and the ways in which it can be refused.

A node is a tuple whose first entry names its kind:

    ("num", n)  ("sym", name)  ("const", name)  ("add", items)  ("mul", items)  ("neg", a)
    ("div", a, b)  ("pow", a, b)  ("root", a, n)  ("fn", name, args)  ("pm", sign, a)
    ("base", digits, base)  ("mod", a, m)  ("ratio", items)
    ("seq", open, close, items)  ("list", separator, items)  ("matrix", rows)
    ("rel", first, ((op, node), ...))  ("join", op, a, b)  ("given", set, condition)
    ("repeat", "sum" | "prod", index, from, to, body)
    ("words", text)  ("unit", a, name)  ("named", label, a)
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

Node = tuple[Any, ...]
Exact = int | Fraction

MAX_TEXT = 20_000
MAX_TOKENS = 3_000
MAX_DEPTH = 40
MAX_DIGITS = 10_000


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set: how the tables of names are written."""
    return frozenset(text.split())


class UnparsableError(ValueError):
    """The text is not mathematics of the grammar; it can still be compared as text."""


class TooBigError(ValueError):
    """A value or a computation is beyond the caps."""


class UndefinedError(ValueError):
    """The expression has no (real) value at this point."""


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    kind = node[0]
    if kind in _LEAVES:
        return ()
    if kind in _LISTS:
        return tuple(node[_LISTS[kind]])
    if kind == "rel":
        return (node[1], *(part for _, part in node[2]))
    if kind == "matrix":
        return tuple(one for row in node[1] for one in row)
    return tuple(one for one in node[1:] if isinstance(one, tuple))


_LEAVES = frozenset(("num", "sym", "const", "base", "words"))
_LISTS = {"add": 1, "mul": 1, "ratio": 1, "fn": 2, "list": 2, "seq": 3}


def kinds_in(node: Node) -> set[str]:
    """The kinds of all nodes of the tree."""
    found = {node[0]}
    for child in children(node):
        if child[0] in _LEAVES:
            found.add(child[0])
        else:
            found |= kinds_in(child)
    return found


def symbols(node: Node) -> frozenset[str]:
    """The names of the free symbols."""
    if node[0] == "sym":
        return frozenset((node[1],))
    if node[0] in _LEAVES:
        return _NO_NAMES
    below = _NO_NAMES
    for child in children(node):
        below |= symbols(child)
    return below - {node[2]} if node[0] == "repeat" else below


_NO_NAMES: frozenset[str] = frozenset()


def contains(node: Node, kind: str, name: str | None = None) -> bool:
    """Whether a node of this kind (and first entry) occurs in the tree."""
    if node[0] == kind and (name is None or node[1] == name):
        return True
    if node[0] in _LEAVES:
        return False
    return any(contains(child, kind, name) for child in children(node))


def mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with each node right below it changed; rows and lists of nodes are kept."""
    return tuple(
        change(entry)
        if isinstance(entry, tuple) and entry and isinstance(entry[0], str)
        else tuple(change(one) if isinstance(one, tuple) else one for one in entry)
        if isinstance(entry, tuple)
        else entry
        for entry in node
    )


def replaced(node: Node, old: Node, new: Node) -> Node:
    """The tree with one subtree in the place of another."""
    if node == old:
        return new
    return mapped(node, lambda entry: replaced(entry, old, new))


def _with_index(node: Node, index: str) -> Node:
    """The body of a sum with "#" for its index, in subscripts too."""
    if node[0] == "sym":
        stem, line, below = node[1].partition("_")
        stem = "#" if stem == index and not line else stem
        return ("sym", stem + line + re.sub(rf"(?<![A-Za-z]){index}(?![A-Za-z])", "#", below))
    return mapped(node, lambda entry: _with_index(entry, index))


def spelled_out(node: Any) -> str:
    """The tree as text, to order and to tell apart; integers of any length."""
    try:
        return repr(node)
    except ValueError:  # Python spells no integer of more than 4,300 digits in decimals
        return repr(to_data(node))


def sorted_tree(node: Node) -> Node:
    """The tree with the operands of sums and products in one order."""
    if node[0] in _LEAVES:
        return node
    if node[0] in ("add", "mul"):
        return (node[0], tuple(sorted((sorted_tree(one) for one in node[1]), key=spelled_out)))
    if node[0] == "repeat":
        body = sorted_tree(_with_index(node[5], node[2]))
        return (*node[:2], "#", sorted_tree(node[3]), sorted_tree(node[4]), body)
    return mapped(node, sorted_tree)


def to_data(node: Any) -> Any:
    """The node as JSON data; fractions become ["frac", p, q] with decimal strings."""
    if isinstance(node, tuple):
        return [to_data(entry) for entry in node]
    if isinstance(node, (int, Fraction)) and not isinstance(node, bool):
        fraction = Fraction(node)
        return {"p": hex(fraction.numerator), "q": hex(fraction.denominator)}
    return node


def from_data(data: Any) -> Any:
    """The inverse of `to_data`."""
    if isinstance(data, list):
        return tuple(from_data(entry) for entry in data)
    if isinstance(data, dict):
        return Fraction(int(data["p"], 16), int(data["q"], 16))
    return data
