"""Arithmetic as a model writes it: a bounded parser, exact values, no `eval`.

    sum     = product (("+" | "-") product)*
    product = atom (("*" | "/") atom)*
    atom    = whole number | "(" sum ")" | "\\frac{" sum "}{" sum "}"

A sign before a number is not part of it: in these games it would be one more operation.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from .plain_text import prose, typed, unwrapped, without_lead

MAX_LENGTH = 400
MAX_DEPTH = 30
Tree = int | tuple[str, "Tree", "Tree"]

_TOKEN = re.compile(r"\\[dt]?frac|[0-9]{1,9}|[-+*/(){}]")
_SPELLINGS = (
    ("\\left", ""), ("\\right", ""), ("\\times", "*"), ("\\cdot", "*"), ("\\div", "/"),
    ("\\,", ""), ("\\;", ""), ("\\!", ""), ("**", "^"),
    ("×", "*"), ("·", "*"), ("⋅", "*"), ("∗", "*"), ("x", "*"), ("X", "*"), ("÷", "/"),
    ("−", "-"), ("–", "-"), ("[", "("), ("]", ")"),
)  # fmt: skip


class ExpressionError(ValueError):
    """The text is not such an expression; the message says where it goes wrong."""


def parse(text: str) -> Tree:
    """The tree of an expression. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression of {len(text)} characters is too long")
    for spelling, plain in _SPELLINGS:
        text = text.replace(spelling, plain)
    tokens: list[str] = []
    position = 0
    while position < len(text):
        if text[position] in " \t\n":
            position += 1
            continue
        mark = _TOKEN.match(text, position)
        if mark is None:
            raise ExpressionError(f"{text[position]!r} has no place in an expression")
        if tokens and tokens[-1].isdigit() and mark[0].isdigit():
            raise ExpressionError("two numbers stand side by side")
        tokens.append(mark[0])
        position = mark.end()
    parser = _Parser(tokens)
    tree = parser.sum(0)
    if parser.peek():
        raise ExpressionError(f"{parser.peek()!r} stands where the expression should end")
    return tree


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise ExpressionError(f"{wanted or 'a number'!r} is missing")
        self.position += 1
        return token

    def sum(self, depth: int) -> Tree:
        tree = self.product(depth)
        while self.peek() in ("+", "-"):
            tree = (self.take(), tree, self.product(depth))
        return tree

    def product(self, depth: int) -> Tree:
        tree = self.atom(depth)
        while self.peek() in ("*", "/"):
            tree = (self.take(), tree, self.atom(depth))
        return tree

    def atom(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise ExpressionError("the parentheses nest too deep")
        token = self.take()
        if token.isdigit():
            return int(token)
        if token == "(":
            tree = self.sum(depth + 1)
            self.take(")")
            return tree
        if token.startswith("\\"):
            return ("/", self.braced(depth), self.braced(depth))
        raise ExpressionError(f"{token!r} stands where a number should")

    def braced(self, depth: int) -> Tree:
        self.take("{")
        tree = self.sum(depth + 1)
        self.take("}")
        return tree


def numbers_in(tree: Tree) -> list[int]:
    """The numbers of the expression, left to right."""
    if isinstance(tree, int):
        return [tree]
    return numbers_in(tree[1]) + numbers_in(tree[2])


def value_of(tree: Tree, steps: list[str] | None = None) -> Fraction:
    """The exact value; each operation is added to `steps`. Raises ExpressionError for x/0."""
    if isinstance(tree, int):
        return Fraction(tree)
    op, left, right = tree
    first, second = value_of(left, steps), value_of(right, steps)
    value = combine(op, first, second)
    if value is None:
        raise ExpressionError("it divides by zero")
    if steps is not None:
        steps.append(f"{_shown(first)}{op}{_shown(second)}={value}")
    return value


def combine(op: str, first: Fraction, second: Fraction) -> Fraction | None:
    """One operation; None for a division by zero."""
    if op == "+":
        return first + second
    if op == "-":
        return first - second
    if op == "*":
        return first * second
    return first / second if second else None


def _shown(value: Fraction) -> str:
    return str(value) if value.denominator == 1 and value >= 0 else f"({value})"


def reductions(tree: "Reduced") -> str:
    """The expression after each operation: `=6-4=2` for 6-(8-4). Raises ExpressionError for x/0."""
    text = ""
    while isinstance(tree, tuple):
        tree = _reduced(tree)
        text += f"={write(tree)}"
    return text


Reduced = int | Fraction | tuple[str, "Reduced", "Reduced"]
"""A tree in which values may stand that no number of the grammar is."""


def _reduced(tree: Reduced) -> Reduced:
    """The tree with its first operation on two numbers done."""
    if not isinstance(tree, tuple):
        return tree
    op, left, right = tree
    if isinstance(left, tuple):
        return (op, _reduced(left), right)
    if isinstance(right, tuple):
        return (op, left, _reduced(right))
    value = combine(op, Fraction(left), Fraction(right))
    if value is None:
        raise ExpressionError("it divides by zero")
    return value


def write(tree: Reduced, parent: str = "", on_right: bool = False) -> str:
    """The expression with the parentheses that it needs."""
    if not isinstance(tree, tuple):
        return _shown(Fraction(tree)) if parent else str(tree)
    op, left, right = tree
    text = f"{write(left, op)}{op}{write(right, op, True)}"
    if op in "+-":
        needed = parent in ("*", "/") or (parent == "-" and on_right)
    else:
        needed = parent == "/" and on_right
    return f"({text})" if needed else text


_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(.*)\1", re.DOTALL)
_NAMED = re.compile(
    r"(?:(?:the|an?|one) )?(?:possible |valid )?(?:expression|solution|way|equation)"
    r"(?: to (?:make|get) [0-9]+)? ?(?:is|:) ?:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, read as its tree; `= target` may follow it, or `target =` come before."""

    target: int | None = None

    closes: ClassVar[bool] = True

    @property
    def form(self) -> str:
        return f"an expression (only '= {self.target}' may follow it)"

    def read(self, text: str) -> Tree | None:
        """The tree of the expression."""
        if len(text) > 2 * MAX_LENGTH:
            return None
        line = unwrapped(typed(text).replace("\\*", "*"))
        if emphasis := _EMPHASIS.fullmatch(line):
            line = emphasis[2].strip()
        line = without_lead(line).strip(" .`$*_")
        if named := _NAMED.match(line):
            line = unwrapped(line[named.end() :])
        sides = [side.strip() for side in line.split("=")]
        if len(sides) == 2:
            wanted = str(self.target)
            sides = [side for side in sides if prose(side) != wanted]
        if len(sides) != 1:
            return None
        try:
            return parse(sides[0])
        except ExpressionError:
            return None
