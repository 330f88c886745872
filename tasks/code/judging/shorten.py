"""Values and messages as the log shows them: short, whatever they are.

What is rendered is bounded, not only what is kept: a list that holds itself sixty times over has
2**60 parts and few objects.
"""

import re
from typing import Any

MAX_TEXT = 400
MOST_BITS = 2_000
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")
"""Of an object in memory: another one in every run."""
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset({", "})"),
    dict: ("{", "}"),
}  # fmt: skip


class FullError(Exception):
    """Enough is rendered."""


def shorten(value: Any, limit: int = MAX_TEXT) -> str:
    """The repr of a value, cut to `limit` characters, without making more of it than that."""
    if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) > 200:
        return f"a {type(value).__name__} of {len(value)}"
    text = _Text(limit)
    try:
        text.add_value(value)
    except FullError:
        pass
    except Exception as error:
        return f"a {type(value).__name__} without a repr ({type(error).__name__})"
    return _ADDRESS.sub(">", "".join(text.parts)[:limit])


def message_of(error: BaseException) -> str:
    """The message of an exception, if it has one that can be had."""
    try:
        return str(error)[:MAX_TEXT]
    except Exception:
        return ""


class _Text:
    """A text that is made only as far as it is kept."""

    def __init__(self, limit: int) -> None:
        self.parts: list[str] = []
        self._left = limit
        self._inside: set[int] = set()

    def add(self, text: str) -> None:
        """Add a piece. Raises FullError when there is no room for more."""
        self.parts.append(text)
        self._left -= len(text)
        if self._left < 0:
            raise FullError

    def add_value(self, value: Any) -> None:
        """Add the repr of a value, part by part."""
        kind = type(value)
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            self.add(f"an int of {value.bit_length()} bits")
        elif kind in (str, bytes, bytearray):
            self.add(repr(value[: self._left + 1]))
        elif kind in _BRACKETS:
            self._add_container(value, kind)
        elif hasattr(kind, "__dataclass_fields__"):
            self._add_fields(value, kind)
        else:
            self.add(repr(value))

    def _add_container(self, value: Any, kind: type) -> None:
        left, right = _BRACKETS[kind]
        if not value and kind in (set, frozenset):
            self.add(f"{kind.__name__}()")
            return
        if id(value) in self._inside:
            self.add(f"{left}...{right}")
            return
        self._inside.add(id(value))
        self.add(left)
        for number, item in enumerate(value.items() if kind is dict else value):
            self.add(", " if number else "")
            if kind is dict:
                self.add_value(item[0])
                self.add(": ")
                item = item[1]
            self.add_value(item)
        self.add(",)" if kind is tuple and len(value) == 1 else right)
        self._inside.discard(id(value))

    def _add_fields(self, value: Any, kind: type) -> None:
        fields = vars(value) if hasattr(value, "__dict__") else {}
        if id(value) in self._inside or not fields:
            self.add(kind.__name__ + "(...)")
            return
        self._inside.add(id(value))
        self.add(kind.__name__ + "(")
        for number, (name, part) in enumerate(fields.items()):
            self.add(f"{', ' if number else ''}{name}=")
            self.add_value(part)
        self.add(")")
        self._inside.discard(id(value))
