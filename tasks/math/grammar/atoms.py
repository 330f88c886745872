"""The atoms of the grammar: numbers, symbols, groups, functions, fractions, matrices."""

from ..grading.rewrites import BASES
from .commands import command
from .lexer import MathToken
from .nodes import Node, UnparsableError
from .token_stream import GrammarRules, TokenStream

_CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "{s": ("s}",), "{": ("}",)}


def atom(parser: GrammarRules) -> Node:
    """One operand. Raises UnparsableError."""
    stream = parser.stream
    token = stream.take()
    if token.kind == "num":
        return _number(parser, token)
    if token.kind == "sym":
        return _symbol(parser, str(token.value))
    if token.kind == "cmd":
        return command(parser, str(token.value))
    if token.kind == "text" and len(token.value) == 1:
        return ("sym", token.value)
    if token.kind == "op":
        if token.value in _CLOSERS:
            return stream.nested(lambda: group(parser, str(token.value)))
        if token.value == "]":
            return stream.nested(lambda: _open_interval(parser))
        if token.value in ("|", "||"):
            return stream.nested(lambda: _bars(parser, str(token.value)))
    raise UnparsableError(f"cannot begin with {token.value!r}")


def exponent(parser: GrammarRules) -> Node:
    """What ^ takes: a group, or one signed operand (2^-3, 2^10, x^n)."""
    stream = parser.stream
    if stream.accept("-"):
        return ("neg", parser.exponent())
    if stream.accept("+"):
        return parser.exponent()
    node = parser.atom()
    if stream.is_op("^"):
        stream.take()
        return ("pow", node, stream.nested(parser.exponent))
    if stream.is_op("!"):
        stream.take()
        return ("fn", "factorial", (node,))
    return node


def _number(parser: GrammarRules, token: MathToken) -> Node:
    if isinstance(token.value, str):
        return ("base", token.value[:-2], token.value[-2:])
    if parser.stream.is_op("_"):
        parser.stream.take()
        base = _base_text(parser)
        return ("base", str(token.value), base)
    return ("num", token.value)


def _base_text(parser: GrammarRules) -> str:
    stream = parser.stream
    braced = stream.accept("{")
    token = stream.take()
    value = BASES.get(str(token.value).strip(), str(token.value))
    if braced:
        stream.expect("}")
    if not value.isdigit() or len(value) > 2:
        raise UnparsableError("base")
    return value


def _symbol(parser: GrammarRules, name: str) -> Node:
    stream = parser.stream
    while stream.is_op("'"):
        stream.take()
        name += "'"
    if stream.is_op("_"):
        stream.take()
        name += "_" + _subscript(parser)
    if (argument := _value_of_a_function(parser, name)) is not None:
        return ("sym", f"{name}({argument})")
    if name == "e":
        return ("const", "e")
    elif name == "i":
        return ("const", "i")
    if name == "C" and stream.is_op("(") and _is_choose(parser):
        return _choose(parser)
    return ("sym", name)


def _value_of_a_function(parser: GrammarRules, name: str) -> str | None:
    """The number n of f(n), or of any name's value at 0, which no product would be written as."""
    stream = parser.stream
    if not stream.is_op("("):
        return None
    number, closing = stream.ahead(1), stream.ahead(2)
    if number.kind != "num" or (closing.kind, closing.value) != ("op", ")"):
        return None
    if number.value != 0 and name.rstrip("'") not in _FUNCTIONS:
        return None
    for _ in range(3):
        stream.take()
    return str(number.value)


_FUNCTIONS = frozenset("fghFGH")


def _is_choose(parser: GrammarRules) -> bool:
    shape = [parser.stream.ahead(offset).kind for offset in range(1, 4)]
    return (
        shape[0] in ("num", "sym")
        and shape[2] in ("num", "sym")
        and (parser.stream.ahead(2).value == ",")
    )


def _choose(parser: GrammarRules) -> Node:
    stream = parser.stream
    stream.expect("(")
    top = parser.sum()
    stream.expect(",")
    bottom = parser.sum()
    stream.expect(")")
    return ("fn", "binom", (top, bottom))


def _subscript(parser: GrammarRules) -> str:
    """The subscript as a name: every token of the group, or one token."""
    stream = parser.stream
    if not stream.accept("{"):
        return str(stream.take().value)
    parts: list[str] = []
    depth = 1
    while depth:
        token = stream.take()
        if token.kind == "end":
            raise UnparsableError("an open brace")
        depth += (token.value == "{") - (token.value == "}")
        if depth:
            parts.append(str(token.value))
    return "".join(parts)


def group(parser: GrammarRules, opening: str) -> Node:
    """What stands in brackets: a value, a tuple, an interval, a set."""
    stream = parser.stream
    braces, stream.braces = stream.braces, opening in ("{s", "{")
    # In set braces a bar means "such that" wherever it could also open an absolute value.
    such_that = opening == "{" and stream.token.kind == "sym" and stream.ahead(1).value == "|"
    bars, stream.bars = stream.bars, int(opening == "{s" or such_that)
    if stream.is_op(*_CLOSERS[opening]):
        closing = str(stream.take().value)
        stream.bars, stream.braces = bars, braces
        if opening == "{s" or (opening == "{" and closing == "}"):
            return ("seq", "{", "}", ())
        raise UnparsableError("empty brackets")
    items = [parser.relation()]
    while stream.is_op(",", ";", "or", "and"):
        stream.take()
        if len(items) > 1 and stream.is_op(*_CLOSERS[opening]):
            break  # a comma after the last entry
        items.append(parser.relation())
    if opening == "[" and len(items) == 2 and closes_outward(stream):
        stream.take()
        stream.bars, stream.braces = bars, braces
        return ("seq", "[", ")", tuple(items))
    if opening in ("{", "(") and len(items) == 1 and stream.token.value == "choose":
        stream.take()
        items = [("fn", "binom", (items[0], parser.relation()))]
    condition = _condition(parser) if opening in ("{s", "{") and len(items) == 1 else None
    closing = stream.expect(*_CLOSERS[opening])
    stream.bars, stream.braces = bars, braces
    if condition is not None:
        return ("given", items[0], condition)
    return _close(opening, closing, items)


def closes_outward(stream: TokenStream) -> bool:
    """Whether the bracket of [a, b[ comes next: the open end in the French way."""
    after = stream.ahead(1)
    return stream.is_op("[") and (after.kind == "end" or after.value in ("cup", "cap", ",", ")"))


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


def _condition(parser: GrammarRules) -> Node | None:
    r"""The part of {x | condition} or {x : condition}."""
    stream = parser.stream
    if not stream.is_op("|", ":"):
        return None
    stream.take()
    conditions = [parser.relation()]
    joins: set[str] = set()
    while stream.is_op(",", "and", "or"):
        joins.add("or" if stream.take().value == "or" else "and")
        conditions.append(parser.relation())
    if len(joins) > 1:
        raise UnparsableError("a condition with both and, or")
    return conditions[0] if not joins else ("list", joins.pop(), tuple(conditions))


def _open_interval(parser: GrammarRules) -> Node:
    stream = parser.stream
    stream.bracket_opens = False
    first = parser.sum()
    stream.expect(",", ";")
    second = parser.sum()
    stream.bracket_opens = True
    closing = stream.expect("[", "]")
    return ("seq", "(", ")" if closing == "[" else "]", (first, second))


def _bars(parser: GrammarRules, bar: str) -> Node:
    stream = parser.stream
    stream.bars += 1
    inner = parser.sum()
    stream.expect(bar)
    stream.bars -= 1
    return ("fn", "abs", (inner,))
