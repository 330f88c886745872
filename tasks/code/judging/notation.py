"""The notation in which values cross: what a tree is, its limits, and how a kind is described."""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

MAX_DEPTH = 600
MAX_NODES = 3_000_000
MAX_JSON_INT_BITS = 8_000
DEEP_RECURSION = 6_000
"""The recursion limit under which a value of `MAX_DEPTH` levels can be packed and read."""

Tree = Any
"""None, bool, int, float, str, or a list whose first item is a tag."""

SCALARS = frozenset({type(None), bool, int, float, str})


class MalformedError(ValueError):
    """What came is not a value in this notation."""


class TooLargeError(ValueError):
    """A value that has too many parts, or is nested too deeply, to be sent."""


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_decode = json.JSONDecoder().raw_decode


def dumps(tree: Tree) -> bytes:
    """The bytes of a tree."""
    return _encode(tree).encode("ascii")


def loads(data: bytes) -> Tree:
    """The tree in these bytes. Raises MalformedError."""
    try:
        text = data.decode("ascii")
        tree, end = _decode(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not a message: {type(error).__name__}") from None
    if end != len(text):
        raise MalformedError("not a message: more than one")
    return tree


class Writing(Protocol):
    """What writes values: a `codec.Packer`, as the tables of kinds see it."""

    def pack(self, value: Any, depth: int = 0) -> Tree: ...
    def foreign(self, value: Any, depth: int) -> Tree: ...
    def items(self, head: list[Any], values: Iterable[Any], depth: int) -> list[Any]: ...
    def pairs(self, head: list[Any], mapping: Any, depth: int) -> list[Any]: ...


class UnpackerView(Protocol):
    """What reads values: a `codec.Unpacker`, as the tables of kinds see it."""

    def value(self, tree: Tree) -> Any: ...
    def items(self, trees: Iterable[Tree]) -> list[Any]: ...
    def pairs(self, mapping: Any, trees: list[Tree]) -> None: ...


Write = Callable[[Any, Any, int], Tree]
"""Writes a value: (writing, value, depth) -> its tag and parts."""
Read = Callable[[Any, list[Any]], Any]
"""Reads a value that has no number: (reading, tree) -> the value."""


class ObjectKind(NamedTuple):
    """How an object with a number is read: made empty, numbered, then filled."""

    make: Callable[[list[Any]], Any]
    """A new, empty object for a tree."""
    fill: Callable[[Any, Any, list[Any]], None]
    """Gives an object exactly the content of a tree: (reading, object, tree)."""
