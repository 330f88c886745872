"""What a suite says about the form of its answers."""

from typing import Any, Protocol


class Shape(Protocol):
    """A kind of answer: a choice, yes or no, a map from people to kinds, a path, an expression."""

    def read(self, text: str) -> Any | None:
        """The value that `text` states; None unless the text is, whole, an answer of this kind."""
        ...
