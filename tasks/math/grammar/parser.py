"""A recursive-descent parser of mathematical answers: the whole text or nothing."""

import re

from ..grading import unit_phrases
from . import atoms
from .lexer import MathToken, read_number, tokenize
from .nodes import MAX_TEXT, Node, TooBigError, UnparsableError
from .token_stream import TokenStream

RELATIONS = {"=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!=", "~": "~", "in": "in",
             "===": "="}  # fmt: skip
_SEPARATORS = ("or", ";", "and", ",", "row", "->")
_EXTREMES = (("cmd", "max"), ("cmd", "min"))
_NUMBER = re.compile(r"(-?)([0-9]{1,4000}(?:\.[0-9]{1,4000})?)")
"""What most answers are; the grammar comes to the same tree by way of every rule."""


def parse(text: str, grouping: bool = True) -> Node:
    """The tree of clean text. Raises UnparsableError, TooBigError; never builds a value."""
    if (number := _NUMBER.fullmatch(text)) is not None:
        leaf = ("num", read_number(number[2]))
        return ("neg", leaf) if number[1] else leaf
    if len(text) > MAX_TEXT:
        raise TooBigError(f"longer than {MAX_TEXT} characters")
    if text.count("||") == 1:
        text = text.replace("||", "| |")  # the bars of ||x| - 1| are no norm
    tokens = tokenize(text, grouping)
    if not tokens:
        raise UnparsableError("empty")
    try:
        parser = Parser(tokens)
        tree = parser.alternatives()
        parser.stream.expect_end()
    except RecursionError as error:
        raise TooBigError("nested too deeply") from error
    return tree


class Parser:
    """The grammar rules of lists, relations, sums, products and powers."""

    def __init__(self, tokens: list[MathToken]) -> None:
        self.stream = TokenStream(tokens)

    def atom(self) -> Node:
        """One operand: a number, a symbol, a group, a command."""
        return atoms.atom(self)

    def exponent(self) -> Node:
        """What ^ takes: a group, or one signed operand."""
        return atoms.exponent(self)

    def alternatives(self) -> Node:
        """Items joined by comma, semicolon, or, and; one item stands for itself."""
        stream = self.stream
        items = [self.relation()]
        between: list[str] = []
        while stream.is_op(*_SEPARATORS):
            seen = {str(stream.take().value)}
            while stream.is_op(*_SEPARATORS):
                seen.add(str(stream.take().value))
            if stream.at_end() or stream.is_op(")", "]", "s}", "}"):
                break
            mark = next(one for one in _SEPARATORS if one in seen)
            between.append("," if mark == "row" else mark)
            items.append(self.relation())
        if len(items) == 1:
            return items[0]
        if set(between) == {"->"}:
            return items[-1]
        separator = next(one for one in _SEPARATORS if one in between)
        return ("list", separator, tuple(_grouped(items, between, separator)))

    def relation(self) -> Node:
        """A chain of relations, or what stands alone."""
        stream = self.stream
        label = self._label()
        first: Node | None = None
        if label is None or not stream.is_op("=", ":"):
            if label is not None:
                raise UnparsableError("words")
            if stream.is_op("~", "="):
                stream.take()
            first = self.union()
        else:
            stream.take()
            first = self.union()
        if first[0] == "sym" and stream.accept("|->"):
            first, label = ("rel", ("mul", (("sym", "f"), first)), (("=", self.union()),)), None
        links: list[tuple[str, Node]] = []
        while stream.token.kind == "op" and stream.token.value in RELATIONS:
            op = RELATIONS[stream.take().value]
            links.append((op, self.union()))
        if stream.is_command("pmod", "bmod", "pmodulo"):
            raise UnparsableError("modulus")
        node: Node = ("rel", first, tuple(links)) if links else first
        return ("named", label, node) if label is not None else node

    def _label(self) -> str | None:
        """Words before an equals sign ("Area ="), a label rather than mathematics."""
        stream = self.stream
        start = stream.index
        words: list[str] = []
        while stream.token.kind in ("word", "text"):
            words.append(str(stream.take().value))
        if words and stream.is_op("=", ":"):
            return " ".join(words)
        following = stream.ahead(1)
        if stream.token[:2] in _EXTREMES and following.kind == "op" and following.value == "=":
            return str(stream.take().value)
        stream.index = start
        return None

    def union(self) -> Node:
        """Set operations between sets; a single operand stands for itself."""
        node = self.ratio()
        while self.stream.is_op("cup", "cap", "setminus"):
            op = self.stream.take().value
            node = ("join", op, node, self.ratio())
        return node

    def ratio(self) -> Node:
        """a : b : c, else a sum."""
        stream = self.stream
        items = [self.sum()]
        while stream.is_op(":") and not stream.braces:
            stream.take()
            items.append(self.sum())
        return items[0] if len(items) == 1 else ("ratio", tuple(items))

    def sum(self) -> Node:
        """Terms with +, -, plus-minus and minus-plus between them."""
        stream = self.stream
        items: list[Node] = []
        if stream.is_op("pm", "mp"):
            sign = 1 if stream.take().value == "pm" else -1
            items.append(("pm", sign, self.term()))
        else:
            items.append(self.term())
        while stream.is_op("+", "-", "pm", "mp"):
            op = stream.take().value
            term = self.term()
            if op == "-":
                term = ("neg", term)
            elif op != "+":
                term = ("pm", 1 if op == "pm" else -1, term)
            items.append(term)
        node = items[0] if len(items) == 1 else ("add", tuple(items))
        return self._modulus(node)

    def _modulus(self, node: Node) -> Node:
        stream = self.stream
        opened = stream.is_op("(") and stream.ahead(1)[:2] == ("cmd", "pmod")
        if opened:
            stream.take()
        if stream.is_command("pmod", "bmod"):
            stream.take()
            node = ("mod", node, stream.nested(self.term))
            if opened:
                stream.expect(")")
        return node

    def term(self) -> Node:
        """Factors with explicit or implicit multiplication, and a unit at the end."""
        stream = self.stream
        if stream.is_op("-"):
            stream.take()
            return ("neg", stream.nested(self.term))
        if stream.is_op("+"):
            stream.take()
            return stream.nested(self.term)
        node = self.factor()
        while True:
            if stream.is_op("*"):
                stream.take()
                node = unit_phrases.times(node, self.signed(), explicit=True)
            elif stream.is_op("/"):
                if unit_phrases.is_per_unit(stream):
                    return unit_phrases.measured(stream, node)
                stream.take()
                node = ("div", node, self.signed())
            elif stream.is_op("%"):
                stream.take()
                node = ("div", node, ("num", 100))
            elif stream.token.kind in ("word", "text") or unit_phrases.is_letter_unit(stream):
                return unit_phrases.measured(stream, node)
            elif self.starts_factor():
                node = unit_phrases.times(node, self.factor())
            else:
                return node

    def signed(self) -> Node:
        """A factor that may carry a sign of its own: 2 * -3."""
        stream = self.stream
        if stream.accept("-"):
            return ("neg", stream.nested(self.signed))
        if stream.accept("+"):
            return stream.nested(self.signed)
        return self.factor()

    def starts_factor(self) -> bool:
        """Whether the next token can begin a factor without an operator before it."""
        stream = self.stream
        token = stream.token
        if token.kind == "op":
            if token.value == "|":
                return stream.bars == 0
            if token.value == "(" and stream.ahead(1)[:2] == ("cmd", "pmod"):
                return False
            if token.value == "[":
                return stream.bracket_opens and not atoms.closes_outward(stream)
            return token.value in ("(", "{", "{s")
        if token.kind == "num":
            # Two numbers side by side are never a product; a number after a symbol is odd.
            previous = stream.previous
            if token.spaced and previous.kind == "num":
                # 2^3 5^2, but never two bare numbers
                return all(stream.ahead(place)[:2] == ("op", "^") for place in (1, -2))
            return previous.value in (")", "}", "!") or (previous.kind == "sym" and token.spaced)
        if token.kind == "cmd":
            return token.value not in ("pmod", "bmod", "end", "rfloor", "rceil", "rangle", "choose")
        return token.kind == "sym"

    def factor(self) -> Node:
        """An atom with its factorials, degrees and powers."""
        stream = self.stream
        node = self.atom()
        while True:
            if stream.is_op("!"):
                stream.take()
                name = "factorial2" if stream.accept("!") else "factorial"
                node = ("fn", name, (node,))
            elif stream.is_op("^"):
                stream.take()
                if stream.is_op("circ") or (
                    stream.is_op("{") and stream.ahead(1) == ("op", "circ", stream.ahead(1).spaced)
                ):
                    node = self._degrees(node)
                else:
                    node = ("pow", node, stream.nested(self.exponent))
            elif stream.is_op("circ"):
                stream.take()
                node = ("unit", node, "degree")
            elif stream.is_op("'"):
                raise UnparsableError("a prime")
            else:
                return node

    def _degrees(self, node: Node) -> Node:
        stream = self.stream
        if stream.accept("{"):
            stream.take()
            stream.expect("}")
        else:
            stream.take()
        name = "degree"
        if stream.token.kind in ("sym", "text", "word") and stream.token.value in ("C", "F"):
            name = "celsius" if stream.take().value == "C" else "fahrenheit"
        return ("unit", node, name)


def _grouped(items: list[Node], between: list[str], separator: str) -> list[Node]:
    """x=1,y=2; x=3,y=4 is two pairs: groups of one length between the stronger separators."""
    if separator not in ("or", ";", "and") or "," not in between:
        return items
    groups: list[list[Node]] = [[items[0]]]
    for mark, item in zip(between, items[1:], strict=True):
        if mark == separator:
            groups.append([item])
        else:
            groups[-1].append(item)
    named = all(item[0] == "rel" for item in items)
    if separator == "and":
        # "x = 1, y = 2 and z = 3" is one list; the groups of "and" name the same unknowns.
        names = [[item[1] for item in group] for group in groups]
        named = named and all(one == names[0] for one in names)
    if len({len(group) for group in groups}) != 1 or not (named or separator == ";"):
        return items
    return [("seq", "(", ")", tuple(group)) for group in groups]
