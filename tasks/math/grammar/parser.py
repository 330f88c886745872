"""A recursive-descent parser of mathematical answers: the whole text or nothing."""

from collections.abc import Callable

from ..grading import unit_phrases
from . import atoms
from .lexer import Token, tokenize
from .nodes import MAX_DEPTH, MAX_TEXT, Node, TooBigError, UnparsableError

RELATIONS = {"=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!=", "~": "~", "in": "in",
             "===": "="}  # fmt: skip
_SEPARATORS = ("or", ";", "and", ",", "row", "->")
_EXTREMES = (("cmd", "max"), ("cmd", "min"))
_END = Token("end", "", False)


def parse(text: str, grouping: bool = True) -> Node:
    """The tree of clean text. Raises UnparsableError, TooBigError; never builds a value."""
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
        parser.expect_end()
    except RecursionError as error:
        raise TooBigError("nested too deeply") from error
    return tree


class Parser:
    """The token list, a position, and the depth of the nesting."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.bars = 0
        """How many absolute-value bars are open: inside one, a bar closes."""
        self.braces = False
        """True inside set braces, where a colon means "such that"."""
        self.bracket_opens = True
        """False inside ]a, b[, where a square bracket closes."""

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.index] if self.index < len(self.tokens) else _END

    def ahead(self, offset: int) -> Token:
        """A later token."""
        place = self.index + offset
        return self.tokens[place] if place < len(self.tokens) else _END

    def take(self) -> Token:
        """Read one token."""
        token = self.token
        self.index += 1
        return token

    def is_op(self, *values: str) -> bool:
        """Whether the next token is one of these operators."""
        return self.token.kind == "op" and self.token.value in values

    def accept(self, *values: str) -> bool:
        """Read the next token if it is one of these operators."""
        if self.is_op(*values):
            self.index += 1
            return True
        return False

    def expect(self, *values: str) -> str:
        """Read one of these operators. Raises UnparsableError."""
        if not self.is_op(*values):
            raise UnparsableError(f"expected {values[0]!r} before {self.token.value!r}")
        return str(self.take().value)

    def expect_end(self) -> None:
        """Raises UnparsableError when tokens are left."""
        if self.index < len(self.tokens):
            raise UnparsableError(f"cannot read on at {self.token.value!r}")

    def nested(self, inner: Callable[[], Node]) -> Node:
        """Parse one level deeper. Raises TooBigError beyond the cap."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooBigError("nested too deeply")
        node = inner()
        self.depth -= 1
        return node

    def alternatives(self) -> Node:
        """Items joined by comma, semicolon, or, and; one item stands for itself."""
        items = [self.relation()]
        between: list[str] = []
        while self.is_op(*_SEPARATORS):
            seen = {str(self.take().value)}
            while self.is_op(*_SEPARATORS):
                seen.add(str(self.take().value))
            if self.token is _END or self.is_op(")", "]", "s}", "}"):
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
        label = self._label()
        first: Node | None = None
        if label is None or not self.is_op("=", ":"):
            if label is not None:
                raise UnparsableError("words")
            if self.is_op("~", "="):
                self.take()
            first = self.union()
        else:
            self.take()
            first = self.union()
        links: list[tuple[str, Node]] = []
        while self.token.kind == "op" and self.token.value in RELATIONS:
            op = RELATIONS[self.take().value]
            links.append((op, self.union()))
        if self.token.kind == "cmd" and self.token.value in ("pmod", "bmod", "pmodulo"):
            raise UnparsableError("modulus")
        node: Node = ("rel", first, tuple(links)) if links else first
        return ("named", label, node) if label is not None else node

    def _label(self) -> str | None:
        """Words before an equals sign ("Area ="), a label rather than mathematics."""
        start = self.index
        words: list[str] = []
        while self.token.kind in ("word", "text"):
            words.append(str(self.take().value))
        if words and self.is_op("=", ":"):
            return " ".join(words)
        following = self.ahead(1)
        if self.token[:2] in _EXTREMES and following.kind == "op" and following.value == "=":
            return str(self.take().value)
        self.index = start
        return None

    def union(self) -> Node:
        """Set operations between sets; a single operand stands for itself."""
        node = self.ratio()
        while self.is_op("cup", "cap", "setminus"):
            op = self.take().value
            node = ("join", op, node, self.ratio())
        return node

    def ratio(self) -> Node:
        """a : b : c, else a sum."""
        items = [self.sum()]
        while self.is_op(":") and not self.braces:
            self.take()
            items.append(self.sum())
        return items[0] if len(items) == 1 else ("ratio", tuple(items))

    def sum(self) -> Node:
        """Terms with +, -, plus-minus and minus-plus between them."""
        items: list[Node] = []
        if self.is_op("pm", "mp"):
            sign = 1 if self.take().value == "pm" else -1
            items.append(("pm", sign, self.term()))
        else:
            items.append(self.term())
        while self.is_op("+", "-", "pm", "mp"):
            op = self.take().value
            term = self.term()
            if op == "-":
                term = ("neg", term)
            elif op != "+":
                term = ("pm", 1 if op == "pm" else -1, term)
            items.append(term)
        node = items[0] if len(items) == 1 else ("add", tuple(items))
        return self._modulus(node)

    def _modulus(self, node: Node) -> Node:
        opened = self.is_op("(") and self.ahead(1)[:2] == ("cmd", "pmod")
        if opened:
            self.take()
        if self.token.kind == "cmd" and self.token.value in ("pmod", "bmod"):
            self.take()
            node = ("mod", node, self.nested(self.term))
            if opened:
                self.expect(")")
        return node

    def term(self) -> Node:
        """Factors with explicit or implicit multiplication, and a unit at the end."""
        if self.is_op("-"):
            self.take()
            return ("neg", self.nested(self.term))
        if self.is_op("+"):
            self.take()
            return self.nested(self.term)
        node = self.factor()
        while True:
            if self.is_op("*"):
                self.take()
                node = unit_phrases.times(node, self.signed(), explicit=True)
            elif self.is_op("/"):
                if unit_phrases.is_per_unit(self):
                    return unit_phrases.measured(self, node)
                self.take()
                node = ("div", node, self.signed())
            elif self.is_op("%"):
                self.take()
                node = ("div", node, ("num", 100))
            elif self.token.kind in ("word", "text") or unit_phrases.is_letter_unit(self):
                return unit_phrases.measured(self, node)
            elif self.starts_factor():
                node = unit_phrases.times(node, self.factor())
            else:
                return node

    def signed(self) -> Node:
        """A factor that may carry a sign of its own: 2 * -3."""
        if self.accept("-"):
            return ("neg", self.nested(self.signed))
        if self.accept("+"):
            return self.nested(self.signed)
        return self.factor()

    def starts_factor(self) -> bool:
        """Whether the next token can begin a factor without an operator before it."""
        token = self.token
        if token.kind == "op":
            if token.value == "|":
                return self.bars == 0
            if token.value == "(" and self.ahead(1)[:2] == ("cmd", "pmod"):
                return False
            if token.value == "[":
                return self.bracket_opens and not atoms.closes_outward(self)
            return token.value in ("(", "{", "{s")
        if token.kind == "num":
            # Two numbers side by side are never a product; a number after a symbol is odd.
            previous = self.tokens[self.index - 1]
            if token.spaced and previous.kind == "num":
                # 2^3 5^2, but never two bare numbers
                return self.ahead(1)[:2] == ("op", "^") and self.ahead(-2)[:2] == ("op", "^")
            return previous.value in (")", "}", "!") or (previous.kind == "sym" and token.spaced)
        if token.kind == "cmd":
            return token.value not in ("pmod", "bmod", "end", "rfloor", "rceil", "rangle", "choose")
        return token.kind == "sym"

    def factor(self) -> Node:
        """An atom with its factorials, degrees and powers."""
        node = atoms.atom(self)
        while True:
            if self.is_op("!"):
                self.take()
                name = "factorial2" if self.accept("!") else "factorial"
                node = ("fn", name, (node,))
            elif self.is_op("^"):
                self.take()
                if self.is_op("circ") or (
                    self.is_op("{") and self.ahead(1) == ("op", "circ", self.ahead(1).spaced)
                ):
                    node = self._degrees(node)
                else:
                    node = ("pow", node, self.nested(lambda: atoms.exponent(self)))
            elif self.is_op("circ"):
                self.take()
                node = ("unit", node, "degree")
            elif self.is_op("'"):
                raise UnparsableError("a prime")
            else:
                return node

    def _degrees(self, node: Node) -> Node:
        if self.accept("{"):
            self.take()
            self.expect("}")
        else:
            self.take()
        name = "degree"
        if self.token.kind in ("sym", "text", "word") and self.token.value in ("C", "F"):
            name = "celsius" if self.take().value == "C" else "fahrenheit"
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
