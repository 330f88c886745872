r"""LaTeX commands: fractions, roots, functions, sums, matrices."""

from .lexer import FUNCTIONS, MathToken
from .nodes import Node, UnparsableError, replaced, words
from .token_stream import GrammarRules

_CONSTANTS = {"pi": "pi", "infty": "inf", "emptyset": "empty", "varnothing": "empty"}
_SETS = {"R": "reals", "Z": "integers", "N": "naturals", "Q": "rationals", "C": "complexes"}
_MATRICES = words("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array")
_MEASURES = words("dim deg rank ord ker nabla")
_FENCED = {"lfloor": ("rfloor", "floor"), "lceil": ("rceil", "ceil")}


def command(parser: GrammarRules, name: str) -> Node:
    """What a command and its arguments state. Raises UnparsableError."""
    stream = parser.stream
    if name in _CONSTANTS:
        return ("const", _CONSTANTS[name])
    if name == "frac":
        top = stream.nested(lambda: argument(parser))
        bottom = stream.nested(lambda: argument(parser))
        return ("div", top, bottom, "frac")
    if name in ("sqrt", "cbrt"):
        return _root(parser, 3 if name == "cbrt" else 2)
    if name in ("binom", "dbinom", "tbinom"):
        if stream.is_op("("):
            stream.take()
            pair = (parser.sum(), stream.expect(",") and parser.sum())
            stream.expect(")")
            return ("fn", "binom", pair)
        top = stream.nested(lambda: argument(parser))
        return ("fn", "binom", (top, stream.nested(lambda: argument(parser))))
    if name in _FENCED:
        closer, function = _FENCED[name]
        inner = stream.nested(parser.sum)
        if stream.take() != MathToken("cmd", closer, stream.previous.spaced):
            raise UnparsableError(f"an open {name}")
        return ("fn", function, (inner,))
    if name in FUNCTIONS:
        return _function(parser, name)
    if name == "begin":
        return stream.nested(lambda: _environment(parser))
    return _rare_command(parser, name)


def _rare_command(parser: GrammarRules, name: str) -> Node:
    stream = parser.stream
    if name == "mathbb":
        letter = argument(parser)
        if letter[0] == "sym" and letter[1] in _SETS:
            return ("const", _SETS[letter[1]])
        if letter in (("sym", "P"), ("sym", "E")):
            return letter
    elif name == "langle":
        items = [parser.sum()]
        while stream.accept(","):
            items.append(parser.sum())
        if stream.take().value == "rangle":
            return ("seq", "(", ")", tuple(items))
    elif name in ("sum", "prod"):
        return stream.nested(lambda: _repeated(parser, name))
    elif name in _MEASURES:
        if parser.starts_factor():
            stream.nested(parser.factor)
        return ("sym", name)
    elif name == "underline":
        return argument(parser)
    elif name in ("overline", "bar", "tilde", "widehat"):
        inner = argument(parser)
        if inner[0] == "num":
            raise UnparsableError(f"a mark over a number: \\{name}")
        return ("fn", f"{name}:mark", (inner,))
    elif name in ("vec", "hat", "overrightarrow"):
        inner = argument(parser)
        if inner[0] == "num" and inner[1] != 0:  # but for the zero vector
            raise UnparsableError(f"a mark over a number: \\{name}")
        return inner
    raise UnparsableError(f"\\{name}")


def _repeated(parser: GrammarRules, name: str) -> Node:
    r"""\sum_{k=1}^{n} body, with its limits in either order; the body is one term."""
    stream = parser.stream
    limits: dict[str, Node] = {}
    variable = ""
    for _ in range(2):
        mark = stream.expect("_", "^")
        if mark == "^":
            limits[mark] = argument(parser)
            continue
        stream.expect("{")
        token = stream.take()
        if token.kind != "sym":
            raise UnparsableError("a sum without an index")
        variable = str(token.value)
        stream.expect("=")
        limits[mark] = parser.sum()
        stream.expect("}")
    if len(limits) != 2:
        raise UnparsableError("a sum without limits")
    body = stream.nested(parser.term)
    if variable == "i":
        body = replaced(body, ("const", "i"), ("sym", "i"))
    return ("repeat", name, variable, limits["_"], limits["^"], body)


def argument(parser: GrammarRules) -> Node:
    r"""The argument of \frac and its kin: a group, or a single digit or symbol."""
    stream = parser.stream
    if stream.accept("{"):
        node = parser.sum()
        stream.expect("}")
        return node
    token = stream.token
    if token.kind == "num" and isinstance(token.value, int) and token.value > 9:
        # \frac12 takes one digit at a time; put the others back.
        digits = str(token.value)
        stream.tokens[stream.index] = MathToken("num", int(digits[1:]))
        if digits[1] == "0" and len(digits) > 2:
            raise UnparsableError("digits after \\frac")
        return ("num", int(digits[0]))
    if token.kind not in ("num", "sym", "cmd"):
        raise UnparsableError("an argument is missing")
    return parser.atom()


def _root(parser: GrammarRules, degree: int) -> Node:
    stream = parser.stream
    index: Node = ("num", degree)
    if stream.accept("["):
        index = parser.sum()
        stream.expect("]")
    if stream.is_op("("):
        stream.take()
        inner = stream.nested(parser.sum)
        stream.expect(")")
        return ("root", inner, index)
    return ("root", stream.nested(lambda: _root_argument(parser)), index)


def _root_argument(parser: GrammarRules) -> Node:
    r"""\sqrt{...} or what stands next: \sqrt13 is the root of 13 in what models write."""
    stream = parser.stream
    if stream.accept("{"):
        node = parser.sum()
        stream.expect("}")
        return node
    if stream.token.kind not in ("num", "sym", "cmd"):
        raise UnparsableError("an argument is missing")
    return parser.atom()


def _function(parser: GrammarRules, name: str) -> Node:
    stream = parser.stream
    power: Node | None = None
    base: Node | None = None
    for _ in range(2):
        if stream.is_op("^") and power is None:
            stream.take()
            power = stream.nested(parser.exponent)
        elif stream.is_op("_") and base is None:
            stream.take()
            base = stream.nested(lambda: argument(parser))
    arguments = stream.nested(lambda: ("list", ",", _arguments(parser)))[2]
    if power == ("neg", ("num", 1)) and name in ("sin", "cos", "tan"):
        name, power = "arc" + name, None
    node: Node = ("fn", name, arguments if base is None else (*arguments, base))
    if base is not None:
        node = ("fn", name + "_base", node[2])
    return node if power is None else ("pow", node, power)


def _arguments(parser: GrammarRules) -> tuple[Node, ...]:
    stream = parser.stream
    if stream.is_op("(", "{", "[", "{s"):
        closing = {"(": ")", "{": "}", "[": "]", "{s": "s}"}[str(stream.take().value)]
        items = [parser.sum()]
        while stream.accept(","):
            items.append(parser.sum())
        stream.expect(closing)
        return tuple(items)
    # Without brackets the function takes factors up to the next function or operator.
    node = parser.signed()
    while parser.starts_factor() and not _is_function(parser):
        if stream.is_op("(", "[", "{s"):
            break
        node = ("mul", (node, parser.factor()))
    if stream.is_op("/") and stream.ahead(1).kind == "num":
        # sin pi/6
        stream.take()
        node = ("div", node, parser.factor())
    return (node,)


def _is_function(parser: GrammarRules) -> bool:
    return parser.stream.token.kind == "cmd" and parser.stream.token.value in FUNCTIONS


def _environment(parser: GrammarRules) -> Node:
    stream = parser.stream
    name = _environment_name(parser)
    if name == "array" and stream.is_op("{"):
        _environment_name(parser)
    if name not in _MATRICES:
        raise UnparsableError(f"environment {name}")
    rows: list[tuple[Node, ...]] = []
    row: list[Node] = []
    while True:
        row.append(parser.relation())
        if stream.accept("&"):
            continue
        rows.append(tuple(row))
        row = []
        while stream.accept("row"):
            continue
        if stream.token == MathToken("cmd", "end", stream.token.spaced):
            stream.take()
            break
    if _environment_name(parser) != name:
        raise UnparsableError("environments that do not match")
    if len({len(one) for one in rows}) != 1:
        raise UnparsableError("rows of different lengths")
    node: Node = ("matrix", tuple(rows))
    return ("fn", "det", (node,)) if name in ("vmatrix", "Vmatrix") else node


def _environment_name(parser: GrammarRules) -> str:
    stream = parser.stream
    stream.expect("{")
    parts: list[str] = []
    while not stream.is_op("}"):
        token = stream.take()
        if token.kind == "end" or len(parts) > 30:
            raise UnparsableError("an environment without a name")
        parts.append(str(token.value))
    stream.take()
    return "".join(parts)
