"""The tokens of one answer with a position, and what the grammar rules ask of each other."""

from collections.abc import Callable
from typing import Protocol

from .lexer import MathToken
from .nodes import MAX_DEPTH, Node, TooBigError, UnparsableError

_END = MathToken("end", "", False)


class TokenStream:
    """Tokens, a position, the depth of the nesting, and which brackets are open."""

    def __init__(self, tokens: list[MathToken]) -> None:
        self.size = len(tokens)
        self.tokens = [*tokens, _END]
        """The tokens with one of kind `end` after the last."""
        self.index = 0
        self.depth = 0
        self.bars = 0
        """How many absolute-value bars are open: inside one, a bar closes."""
        self.braces = False
        """True inside set braces, where a colon means "such that"."""
        self.bracket_opens = True
        """False inside ]a, b[, where a square bracket closes."""

    @property
    def token(self) -> MathToken:
        """The token to be read next; a token of kind `end` after the last."""
        return self.tokens[self.index]

    def ahead(self, offset: int) -> MathToken:
        """The token `offset` places after the next one; before it for a negative offset."""
        place = self.index + offset
        return self.tokens[place] if 0 <= place < self.size else _END

    @property
    def previous(self) -> MathToken:
        """The token read last; a token of kind `end` at the start."""
        return self.ahead(-1)

    def at_end(self) -> bool:
        """Whether every token is read."""
        return self.index == self.size

    def take(self) -> MathToken:
        """Read one token; at the end the position stays."""
        token = self.tokens[self.index]
        if self.index < self.size:
            self.index += 1
        return token

    def is_op(self, *values: str) -> bool:
        """Whether the next token is one of these operators."""
        kind, value, _ = self.tokens[self.index]
        return kind == "op" and value in values

    def is_command(self, *names: str) -> bool:
        """Whether the next token is one of these commands."""
        kind, value, _ = self.tokens[self.index]
        return kind == "cmd" and value in names

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
        if not self.at_end():
            raise UnparsableError(f"cannot read on at {self.token.value!r}")

    def nested(self, inner: Callable[[], Node]) -> Node:
        """Parse one level deeper. Raises TooBigError beyond the cap."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooBigError("nested too deeply")
        node = inner()
        self.depth -= 1
        return node


class GrammarRules(Protocol):
    """The rules that rules in other files call: the grammar is recursive, its files are not."""

    stream: TokenStream

    def relation(self) -> Node:
        """A chain of relations, or what stands alone."""
        ...

    def sum(self) -> Node:
        """Terms with +, -, plus-minus and minus-plus between them."""
        ...

    def term(self) -> Node:
        """Factors with explicit or implicit multiplication, and a unit at the end."""
        ...

    def signed(self) -> Node:
        """A factor that may carry a sign of its own."""
        ...

    def factor(self) -> Node:
        """An atom with its factorials, degrees and powers."""
        ...

    def starts_factor(self) -> bool:
        """Whether the next token can begin a factor without an operator before it."""
        ...

    def atom(self) -> Node:
        """One operand: a number, a symbol, a group, a command."""
        ...

    def exponent(self) -> Node:
        """What ^ takes: a group, or one signed operand."""
        ...
