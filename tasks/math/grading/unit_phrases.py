"""The words after a number: a unit, a scale, or no unit at all."""

from fractions import Fraction

from ..grammar.nodes import Node, UnparsableError
from ..grammar.token_stream import TokenStream
from .units import CANONICAL, LETTERS, SCALES, unit_of

_LETTER_UNITS = frozenset(("sym", letter) for letter in LETTERS)


def is_per_unit(stream: TokenStream) -> bool:
    """Whether the slash that comes next divides units."""
    following = stream.ahead(1)
    if following.kind in ("word", "text"):
        return True
    before = stream.previous
    return (
        before.kind in ("word", "text") and following.kind == "sym" and following.value in LETTERS
    )


def is_letter_unit(stream: TokenStream) -> bool:
    """Whether a letter after a number begins a unit that goes on: 1.2 g cm^-3."""
    token = stream.token
    if not token.spaced or token[:2] not in _LETTER_UNITS:
        return False
    before, after = stream.previous, stream.ahead(1)
    return before.kind == "num" and after.kind == "word" and after.value in CANONICAL


def measured(stream: TokenStream, node: Node) -> Node:
    """The words after a number. Raises UnparsableError when they are no unit."""
    phrase: list[str] = []
    scale = 1
    while True:
        token = stream.token
        per = not phrase and is_letter_unit(stream)
        per = per or (bool(phrase) and phrase[-1] == "/" and token.kind == "sym")
        per = per or (token.kind == "sym" and bool(phrase) and phrase[-1].endswith(("of", "for")))
        per = per or (bool(phrase) and token.spaced and token[:2] in _LETTER_UNITS)
        if token.kind in ("word", "text") or per:
            word = str(stream.take().value)
            if word.casefold() in SCALES and not phrase:
                scale *= SCALES[word.casefold()]
                continue
            phrase.append(word)
            if stream.is_op("^"):
                phrase[-1] += _unit_power(stream)
        elif stream.is_op("/") and (
            is_per_unit(stream) or (phrase and stream.ahead(1)[:2] in _LETTER_UNITS)
        ):
            stream.take()
            phrase.append("/")
        elif phrase and stream.is_op("*") and stream.ahead(1).kind in ("word", "text"):
            stream.take()
        else:
            break
    if scale != 1:
        node = times(node, ("num", scale))
    if not phrase:
        return node
    name = unit_of(" ".join(phrase))
    if name is None:
        raise UnparsableError(f"words after a value: {' '.join(phrase)[:60]!r}")
    if name == "percent":
        return ("div", node, ("num", 100))
    return ("unit", node, name)


def _unit_power(stream: TokenStream) -> str:
    stream.take()
    braced = stream.accept("{")
    minus = "-" if stream.accept("-") else ""
    token = stream.take()
    if braced:
        stream.expect("}")
    if token.kind == "op" and token.value == "circ":
        return ""
    if token.kind != "num" or token.value not in (1, 2, 3, 4):
        raise UnparsableError("power of a unit")
    return f"^{minus}{token.value}"


def times(first: Node, second: Node, explicit: bool = False) -> Node:
    """A product; a whole number and a proper fraction beside it are a mixed number."""
    if second[0] == "unit" and not explicit:
        mixed = times(first, second[1])
        if mixed[0] == "num":
            return ("unit", mixed, second[2])
    if first[0] == "unit" and first[2] == "degree" and second[0] == "num":
        raise UnparsableError("degrees, then a number")
    items = (*first[1], second) if first[0] == "mul" else (first, second)
    if (
        not explicit
        and len(items) == 2
        and first[0] == "num"
        and isinstance(first[1], int)
        and second[0] == "div"
        and second[1][0] == second[2][0] == "num"
        and isinstance(second[1][1], int)
        and isinstance(second[2][1], int)
        and 0 < second[1][1] < second[2][1]
        and len(second) == 4
    ):
        # 3\frac{1}{2} is a mixed number: the mark in the fourth place says it was \frac.
        return ("num", first[1] + Fraction(second[1][1], second[2][1]))
    return ("mul", items)
