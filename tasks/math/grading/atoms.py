"""The atoms of the grammar: numbers, symbols, groups, functions, fractions, matrices."""

from typing import TYPE_CHECKING

from .lexer import FUNCTIONS, Token
from .nodes import Node, UnparsableError, replaced, words
from .notations import BASES

if TYPE_CHECKING:
    from .parser import Parser

_CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "{s": ("s}",), "{": ("}",)}
_CONSTANTS = {"pi": "pi", "infty": "inf", "emptyset": "empty", "varnothing": "empty"}
_SETS = {"R": "reals", "Z": "integers", "N": "naturals", "Q": "rationals", "C": "complexes"}
_MATRICES = words("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array")
_MEASURES = words("dim deg rank ord ker nabla")
_FENCED = {"lfloor": ("rfloor", "floor"), "lceil": ("rceil", "ceil")}


def atom(parser: "Parser") -> Node:
    """One operand. Raises UnparsableError."""
    token = parser.take()
    if token.kind == "num":
        return _number(parser, token)
    if token.kind == "sym":
        return _symbol(parser, str(token.value))
    if token.kind == "cmd":
        return _command(parser, str(token.value))
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
    elif name == "e":
        return ("const", "e")
    elif name == "i":
        return ("const", "i")
    if name == "C" and parser.is_op("(") and _is_choose(parser):
        return _choose(parser)
    return ("sym", name)


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


def _command(parser: "Parser", name: str) -> Node:
    if name in _CONSTANTS:
        return ("const", _CONSTANTS[name])
    if name == "frac":
        top = parser.nested(lambda: argument(parser))
        bottom = parser.nested(lambda: argument(parser))
        return ("div", top, bottom, "frac")
    if name in ("sqrt", "cbrt"):
        return _root(parser, 3 if name == "cbrt" else 2)
    if name in ("binom", "dbinom", "tbinom"):
        if parser.is_op("("):
            parser.take()
            pair = (parser.sum(), parser.expect(",") and parser.sum())
            parser.expect(")")
            return ("fn", "binom", pair)
        top = parser.nested(lambda: argument(parser))
        return ("fn", "binom", (top, parser.nested(lambda: argument(parser))))
    if name in _FENCED:
        closer, function = _FENCED[name]
        inner = parser.nested(parser.sum)
        if parser.take() != Token("cmd", closer, parser.tokens[parser.index - 1].spaced):
            raise UnparsableError(f"an open {name}")
        return ("fn", function, (inner,))
    if name in FUNCTIONS:
        return _function(parser, name)
    if name == "begin":
        return parser.nested(lambda: _environment(parser))
    return _rare_command(parser, name)


def _rare_command(parser: "Parser", name: str) -> Node:
    if name == "mathbb":
        letter = argument(parser)
        if letter[0] == "sym" and letter[1] in _SETS:
            return ("const", _SETS[letter[1]])
        if letter in (("sym", "P"), ("sym", "E")):
            return letter
    elif name == "langle":
        items = [parser.sum()]
        while parser.accept(","):
            items.append(parser.sum())
        if parser.take().value == "rangle":
            return ("seq", "(", ")", tuple(items))
    elif name in ("sum", "prod"):
        return parser.nested(lambda: _repeated(parser, name))
    elif name in _MEASURES:
        if parser.starts_factor():
            parser.nested(parser.factor)
        return ("sym", name)
    elif name == "underline":
        return argument(parser)
    elif name in ("overline", "bar", "tilde", "widehat"):
        inner = argument(parser)
        return ("fn", f"{name}:mark", (inner,))
    raise UnparsableError(f"\\{name}")


def _repeated(parser: "Parser", name: str) -> Node:
    r"""\sum_{k=1}^{n} body, with its limits in either order; the body is one term."""
    limits: dict[str, Node] = {}
    variable = ""
    for _ in range(2):
        mark = parser.expect("_", "^")
        if mark == "^":
            limits[mark] = argument(parser)
            continue
        parser.expect("{")
        token = parser.take()
        if token.kind != "sym":
            raise UnparsableError("a sum without an index")
        variable = str(token.value)
        parser.expect("=")
        limits[mark] = parser.sum()
        parser.expect("}")
    if len(limits) != 2:
        raise UnparsableError("a sum without limits")
    body = parser.nested(parser.term)
    if variable == "i":
        body = replaced(body, ("const", "i"), ("sym", "i"))
    return ("repeat", name, variable, limits["_"], limits["^"], body)


def argument(parser: "Parser") -> Node:
    r"""The argument of \frac and its kin: a group, or a single digit or symbol."""
    if parser.accept("{"):
        node = parser.sum()
        parser.expect("}")
        return node
    token = parser.token
    if token.kind == "num" and isinstance(token.value, int) and token.value > 9:
        # \frac12 takes one digit at a time; put the others back.
        digits = str(token.value)
        parser.tokens[parser.index] = Token("num", int(digits[1:]))
        if digits[1] == "0" and len(digits) > 2:
            raise UnparsableError("digits after \\frac")
        return ("num", int(digits[0]))
    if token.kind not in ("num", "sym", "cmd"):
        raise UnparsableError("an argument is missing")
    return atom(parser)


def _root(parser: "Parser", degree: int) -> Node:
    index: Node = ("num", degree)
    if parser.accept("["):
        index = parser.sum()
        parser.expect("]")
    if parser.is_op("("):
        parser.take()
        inner = parser.nested(parser.sum)
        parser.expect(")")
        return ("root", inner, index)
    return ("root", parser.nested(lambda: _root_argument(parser)), index)


def _root_argument(parser: "Parser") -> Node:
    r"""\sqrt{...} or what stands next: \sqrt13 is the root of 13 in what models write."""
    if parser.accept("{"):
        node = parser.sum()
        parser.expect("}")
        return node
    if parser.token.kind not in ("num", "sym", "cmd"):
        raise UnparsableError("an argument is missing")
    return atom(parser)


def _function(parser: "Parser", name: str) -> Node:
    power: Node | None = None
    base: Node | None = None
    for _ in range(2):
        if parser.is_op("^") and power is None:
            parser.take()
            power = parser.nested(lambda: exponent(parser))
        elif parser.is_op("_") and base is None:
            parser.take()
            base = parser.nested(lambda: argument(parser))
    arguments = parser.nested(lambda: ("list", ",", _arguments(parser)))[2]
    if power == ("neg", ("num", 1)) and name in ("sin", "cos", "tan"):
        name, power = "arc" + name, None
    node: Node = ("fn", name, arguments if base is None else (*arguments, base))
    if base is not None:
        node = ("fn", name + "_base", node[2])
    return node if power is None else ("pow", node, power)


def _arguments(parser: "Parser") -> tuple[Node, ...]:
    if parser.is_op("(", "{", "[", "{s"):
        closing = {"(": ")", "{": "}", "[": "]", "{s": "s}"}[str(parser.take().value)]
        items = [parser.sum()]
        while parser.accept(","):
            items.append(parser.sum())
        parser.expect(closing)
        return tuple(items)
    # Without brackets the function takes factors up to the next function or operator.
    node = parser.signed()
    while parser.starts_factor() and not _is_function(parser):
        if parser.is_op("(", "[", "{s"):
            break
        node = ("mul", (node, parser.factor()))
    if parser.is_op("/") and parser.ahead(1).kind == "num":
        # sin pi/6
        parser.take()
        node = ("div", node, parser.factor())
    return (node,)


def _is_function(parser: "Parser") -> bool:
    return parser.token.kind == "cmd" and parser.token.value in FUNCTIONS


def _environment(parser: "Parser") -> Node:
    name = _environment_name(parser)
    if name == "array" and parser.is_op("{"):
        _environment_name(parser)
    if name not in _MATRICES:
        raise UnparsableError(f"environment {name}")
    rows: list[tuple[Node, ...]] = []
    row: list[Node] = []
    while True:
        row.append(parser.relation())
        if parser.accept("&"):
            continue
        rows.append(tuple(row))
        row = []
        while parser.accept("row"):
            continue
        if parser.token == Token("cmd", "end", parser.token.spaced):
            parser.take()
            break
    if _environment_name(parser) != name:
        raise UnparsableError("environments that do not match")
    if len({len(one) for one in rows}) != 1:
        raise UnparsableError("rows of different lengths")
    node: Node = ("matrix", tuple(rows))
    return ("fn", "det", (node,)) if name in ("vmatrix", "Vmatrix") else node


def _environment_name(parser: "Parser") -> str:
    parser.expect("{")
    parts: list[str] = []
    while not parser.is_op("}"):
        token = parser.take()
        if token.kind == "end" or len(parts) > 30:
            raise UnparsableError("an environment without a name")
        parts.append(str(token.value))
    parser.take()
    return "".join(parts)
