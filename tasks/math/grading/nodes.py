"""The parsed form of an answer, the caps on it, and the ways in which it can be refused.

A node is a tuple whose first entry names its kind:

    ("num", n)  ("sym", name)  ("const", name)  ("add", items)  ("mul", items)  ("neg", a)
    ("div", a, b)  ("pow", a, b)  ("root", a, n)  ("fn", name, args)  ("pm", sign, a)
    ("base", digits, base)  ("mod", a, m)  ("ratio", items)
    ("seq", open, close, items)  ("list", separator, items)  ("matrix", rows)
    ("rel", first, ((op, node), ...))  ("join", op, a, b)  ("given", set, condition)
    ("words", text)  ("unit", a, name)  ("named", label, a)
"""

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


def children(node: Node) -> list[Node]:
    """The nodes directly below."""
    found: list[Node] = []
    for entry in node[1:]:
        _collect(entry, found)
    return found


def _collect(entry: Any, found: list[Node]) -> None:
    if isinstance(entry, tuple):
        if entry and isinstance(entry[0], str) and entry[0] in KINDS:
            found.append(entry)
        else:
            for inner in entry:
                _collect(inner, found)


KINDS = frozenset(
    [
        "num",
        "sym",
        "const",
        "add",
        "mul",
        "neg",
        "div",
        "pow",
        "root",
        "fn",
        "pm",
        "base",
        "mod",
        "ratio",
        "seq",
        "list",
        "matrix",
        "rel",
        "join",
        "given",
        "words",
        "unit",
        "named",
        "big",
    ]
)


def symbols(node: Node) -> frozenset[str]:
    """The names of the free symbols."""
    if node[0] == "sym":
        return frozenset((node[1],))
    below: frozenset[str] = frozenset()
    for child in children(node):
        below |= symbols(child)
    return below


def contains(node: Node, kind: str, name: str | None = None) -> bool:
    """Whether a node of this kind (and first entry) occurs in the tree."""
    if node[0] == kind and (name is None or node[1] == name):
        return True
    return any(contains(child, kind, name) for child in children(node))


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
