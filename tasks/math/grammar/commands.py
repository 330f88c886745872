r"""LaTeX commands: fractions, roots, functions, sums, matrices."""

from typing import TYPE_CHECKING

from . import atoms
from .lexer import FUNCTIONS, Token
from .nodes import Node, UnparsableError, replaced, words

if TYPE_CHECKING:
    from .parser import Parser

_CONSTANTS = {"pi": "pi", "infty": "inf", "emptyset": "empty", "varnothing": "empty"}
_SETS = {"R": "reals", "Z": "integers", "N": "naturals", "Q": "rationals", "C": "complexes"}
_MATRICES = words("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array")
_MEASURES = words("dim deg rank ord ker nabla")
_FENCED = {"lfloor": ("rfloor", "floor"), "lceil": ("rceil", "ceil")}


def command(parser: "Parser", name: str) -> Node:
    """What a command and its arguments state. Raises UnparsableError."""
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
    return atoms.atom(parser)


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
    return atoms.atom(parser)


def _function(parser: "Parser", name: str) -> Node:
    power: Node | None = None
    base: Node | None = None
    for _ in range(2):
        if parser.is_op("^") and power is None:
            parser.take()
            power = parser.nested(lambda: atoms.exponent(parser))
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
