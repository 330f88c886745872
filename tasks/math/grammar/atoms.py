"""The atoms of the grammar: numbers, symbols, groups, functions, fractions, matrices."""

from typing import TYPE_CHECKING

from ..grading.notations import BASES
from . import commands
from .lexer import Token
from .nodes import Node, UnparsableError

if TYPE_CHECKING:
    from .parser import Parser


_CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "{s": ("s}",), "{": ("}",)}


def atom(parser: "Parser") -> Node:
    """One operand. Raises UnparsableError."""
    token = parser.take()
    if token.kind == "num":
        return _number(parser, token)
    if token.kind == "sym":
        return _symbol(parser, str(token.value))
    if token.kind == "cmd":
        return commands.command(parser, str(token.value))
    if token.kind == "text" and len(token.value) == 1:
        return ("sym", token.value)
    if token.kind == "op":
        if token.value in _CLOSERS:
            return parser.nested(lambda: group(parser, str(token.value)))
        if token.value == "]":
            return parser.nested(lambda: _open_interval(parser))
        if token.value in ("|", "||"):
            return parser.nested(lambda: _bars(parser, str(token.value)))
    raise UnparsableError(f"cannot begin with {token.value!r}")


def exponent(parser: "Parser") -> Node:
    """What ^ takes: a group, or one signed operand (2^-3, 2^10, x^n)."""
    if parser.accept("-"):
        return ("neg", exponent(parser))
    if parser.accept("+"):
        return exponent(parser)
    node = atom(parser)
    if parser.is_op("^"):
        parser.take()
        return ("pow", node, parser.nested(lambda: exponent(parser)))
    if parser.is_op("!"):
        parser.take()
        return ("fn", "factorial", (node,))
    return node


def _number(parser: "Parser", token: Token) -> Node:
    if isinstance(token.value, str):
        return ("base", token.value[:-2], token.value[-2:])
    if parser.is_op("_"):
        parser.take()
        base = _base_text(parser)
        return ("base", str(token.value), base)
    return ("num", token.value)


def _base_text(parser: "Parser") -> str:
    braced = parser.accept("{")
    token = parser.take()
    value = BASES.get(str(token.value).strip(), str(token.value))
    if braced:
        parser.expect("}")
    if not value.isdigit() or len(value) > 2:
        raise UnparsableError("base")
    return value


def _symbol(parser: "Parser", name: str) -> Node:
    while parser.is_op("'"):
        parser.take()
        name += "'"
    if parser.is_op("_"):
        parser.take()
        name += "_" + _subscript(parser)
    if (argument := _value_of_a_function(parser, name)) is not None:
        return ("sym", f"{name}({argument})")
    if name == "e":
        return ("const", "e")
    elif name == "i":
        return ("const", "i")
    if name == "C" and parser.is_op("(") and _is_choose(parser):
        return _choose(parser)
    return ("sym", name)


def _value_of_a_function(parser: "Parser", name: str) -> str | None:
    """The number n of f(n), or of any name's value at 0, which no product would be written as."""
    if not parser.is_op("("):
        return None
    number, closing = parser.ahead(1), parser.ahead(2)
    if number.kind != "num" or (closing.kind, closing.value) != ("op", ")"):
        return None
    if number.value != 0 and name.rstrip("'") not in _FUNCTIONS:
        return None
    for _ in range(3):
        parser.take()
    return str(number.value)


_FUNCTIONS = frozenset("fghFGH")


def _is_choose(parser: "Parser") -> bool:
    shape = [parser.ahead(offset).kind for offset in range(1, 4)]
    return (
        shape[0] in ("num", "sym") and shape[2] in ("num", "sym") and (parser.ahead(2).value == ",")
    )


def _choose(parser: "Parser") -> Node:
    parser.expect("(")
    top = parser.sum()
    parser.expect(",")
    bottom = parser.sum()
    parser.expect(")")
    return ("fn", "binom", (top, bottom))


def _subscript(parser: "Parser") -> str:
    """The subscript as a name: every token of the group, or one token."""
    if not parser.accept("{"):
        return str(parser.take().value)
    parts: list[str] = []
    depth = 1
    while depth:
        token = parser.take()
        if token.kind == "end":
            raise UnparsableError("an open brace")
        depth += (token.value == "{") - (token.value == "}")
        if depth:
            parts.append(str(token.value))
    return "".join(parts)


def group(parser: "Parser", opening: str) -> Node:
    """What stands in brackets: a value, a tuple, an interval, a set."""
    braces, parser.braces = parser.braces, opening in ("{s", "{")
    # In set braces a bar means "such that" wherever it could also open an absolute value.
    such_that = opening == "{" and parser.token.kind == "sym" and parser.ahead(1).value == "|"
    bars, parser.bars = parser.bars, int(opening == "{s" or such_that)
    if parser.is_op(*_CLOSERS[opening]):
        closing = str(parser.take().value)
        parser.bars, parser.braces = bars, braces
        if opening == "{s" or (opening == "{" and closing == "}"):
            return ("seq", "{", "}", ())
        raise UnparsableError("empty brackets")
    items = [parser.relation()]
    while parser.is_op(",", ";", "or", "and"):
        parser.take()
        if len(items) > 1 and parser.is_op(*_CLOSERS[opening]):
            break  # a comma after the last entry
        items.append(parser.relation())
    if opening == "[" and len(items) == 2 and closes_outward(parser):
        parser.take()
        parser.bars, parser.braces = bars, braces
        return ("seq", "[", ")", tuple(items))
    if opening in ("{", "(") and len(items) == 1 and parser.token.value == "choose":
        parser.take()
        items = [("fn", "binom", (items[0], parser.relation()))]
    condition = _condition(parser) if opening in ("{s", "{") and len(items) == 1 else None
    closing = parser.expect(*_CLOSERS[opening])
    parser.bars, parser.braces = bars, braces
    if condition is not None:
        return ("given", items[0], condition)
    return _close(opening, closing, items)


def closes_outward(parser: "Parser") -> bool:
    """Whether the bracket of [a, b[ comes next: the open end in the French way."""
    after = parser.ahead(1)
    return parser.is_op("[") and (after.kind == "end" or after.value in ("cup", "cap", ",", ")"))


def _close(opening: str, closing: str, items: list[Node]) -> Node:
    if opening == "{s" or (opening == "{" and len(items) > 1):
        return ("seq", "{", "}", tuple(items))
    if len(items) == 1:
        if opening == "[" and items[0][0] == "seq" and closing == "]":
            return ("seq", "[", "]", tuple(items))
        if opening == "(" and closing != ")":
            raise UnparsableError("brackets that do not match")
        if opening == "[" and closing != "]":
            raise UnparsableError("brackets that do not match")
        return items[0]
    return ("seq", opening, closing, tuple(items))


def _condition(parser: "Parser") -> Node | None:
    r"""The part of {x | condition} or {x : condition}."""
    if not parser.is_op("|", ":"):
        return None
    parser.take()
    conditions = [parser.relation()]
    joins: set[str] = set()
    while parser.is_op(",", "and", "or"):
        joins.add("or" if parser.take().value == "or" else "and")
        conditions.append(parser.relation())
    if len(joins) > 1:
        raise UnparsableError("a condition with both and, or")
    return conditions[0] if not joins else ("list", joins.pop(), tuple(conditions))


def _open_interval(parser: "Parser") -> Node:
    parser.bracket_opens = False
    first = parser.sum()
    parser.expect(",", ";")
    second = parser.sum()
    parser.bracket_opens = True
    closing = parser.expect("[", "]")
    return ("seq", "(", ")" if closing == "[" else "]", (first, second))


def _bars(parser: "Parser", bar: str) -> Node:
    parser.bars += 1
    inner = parser.sum()
    parser.expect(bar)
    parser.bars -= 1
    return ("fn", "abs", (inner,))
