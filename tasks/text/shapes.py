"""What a suite says about the form of its answers."""

from typing import Any, Protocol


class Shape(Protocol):
    """A kind of answer: a choice, yes or no, a map from people to kinds, a path, an expression."""

    def read(self, text: str) -> Any | None:
        """The value that `text` states; None unless the text is, whole, an answer of this kind."""
        ...

    # A shape may also define `offers_another(value, rest) -> bool`: whether the rest of the line
    # that states `value` names another answer; and `closes = True`: the last sentence of a
    # response is an answer without any mark, because the shape reads no other sentence; and
    # `closing(text, before) -> str | None`: the answer that a closing sentence without any mark
    # states, where the shape reads other sentences too.
