"""Whether a program's reply is an expected value, without building what the program sent.

The host compares here, under no limit of its own, so the cost must follow from the expected
value: a reply that is larger, or whose keys all collide in a hash table, is never unpacked.
"""

import base64
import struct
from collections.abc import Iterator
from typing import Any

from .codec import Unpacker, no_rebuild
from .notation import MalformedError, Tree
from .shorten import shorten

MAX_SHOWN = 1_000
_NUMBERED = frozenset({"l", "s", "d", "od", "C", "dd", "q", "B", "a"})
_HASHED = frozenset({"s", "f", "d", "od", "C", "dd"})


def same_tree(tree: Tree, want: Any, tuples_are_lists: bool = False) -> bool:
    """Whether a tree is that of `want`: as Python's ==, but True is not 1, a tuple no list.

    `tuples_are_lists` is for benchmarks whose values are JSON and compared by Python's ==: a
    tuple stands for a list, True for 1, and a scalar of numpy for its number.
    """
    try:
        return _Comparison(tree, tuples_are_lists).same(tree, want)
    except (MalformedError, TypeError, ValueError, IndexError, RecursionError, OverflowError):
        return False  # no value at all, and so not the wanted one


def shown(tree: Tree) -> str:
    """A short text for the value of a tree; a large one is only described."""
    parts = sum(1 for _, _ in zip(_nodes(tree), range(MAX_SHOWN + 1), strict=False))
    if parts > MAX_SHOWN:
        return "a value with more than a thousand parts"
    try:
        return shorten(Unpacker(no_rebuild).unpack(tree), 300)
    except MalformedError:
        return "an object that is not plain data"
    except (ValueError, RecursionError):
        return "a value too large to show"


def _nodes(tree: Tree) -> Iterator[Tree]:
    """Every tree within a tree, in the order in which containers are numbered."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if type(node) is list:
            stack.extend(reversed(node))


class _Comparison:
    """One reply, with its containers by number."""

    def __init__(self, tree: Tree, tuples_are_lists: bool) -> None:
        self._as_json = tuples_are_lists
        self._sequences: dict[Any, tuple[str, ...]] = {
            list: ("l", "t") if tuples_are_lists else ("l",),
            tuple: ("t",),
        }
        self._containers: list[Tree] = [
            node
            for node in _nodes(tree)
            if type(node) is list and node and type(node[0]) is str and node[0] in _NUMBERED
        ]

    def same(self, tree: Tree, want: Any) -> bool:
        if type(tree) is list and tree[0] == "r":
            tree = self._containers[tree[1]]
        kind = type(want)
        if kind in self._sequences:
            return (
                type(tree) is list
                and tree[0] in self._sequences[kind]
                and len(tree) == len(want) + 1
                and all(map(self.same, tree[1:], want))
            )
        if kind is dict:
            return self._same_dict(tree, want)
        if kind in (set, frozenset):
            return self._same_set(tree, want)
        got = _scalar(_number_of(tree) if self._as_json else tree)
        if self._as_json and kind in _NUMBERS and type(got) in _NUMBERS:
            return bool(got == want)
        if kind is bool or type(got) is bool:
            return got is want
        if kind in (int, float):
            return type(got) in (int, float) and bool(got == want)
        return type(got) is kind and bool(got == want)

    def _same_dict(self, tree: Tree, want: dict[Any, Any]) -> bool:
        if type(tree) is not list or tree[0] != "d" or len(tree) != 2 * len(want) + 1:
            return False
        keys = [_scalar(key) for key in tree[1::2]]
        if not all(key in want for key in keys) or len(set(keys)) != len(want):
            return False
        return all(self.same(value, want[key]) for key, value in zip(keys, tree[2::2], strict=True))

    def _same_set(self, tree: Tree, want: Any) -> bool:
        tag = "s" if type(want) is set else "f"
        if type(tree) is not list or tree[0] != tag or len(tree) != len(want) + 1:
            return False
        items = [_scalar(item) for item in tree[1:]]
        return all(item in want for item in items) and len(set(items)) == len(want)


_NUMBERS = (bool, int, float)
_FORMATS = {
    "b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I",
    "u8": "Q", "f2": "e", "f4": "f", "f8": "d",
}  # fmt: skip
"""By numpy's name of a type of numbers: that of `struct`."""


def _number_of(tree: Tree) -> Tree:
    """The number in a scalar of numpy; any other tree as it is."""
    if type(tree) is not list or tree[0] != "ns" or tree[1][1:] not in _FORMATS:
        return tree
    order = ">" if tree[1][0] == ">" else "<"
    try:
        return struct.unpack(order + _FORMATS[tree[1][1:]], base64.b64decode(tree[2]))[0]
    except struct.error:
        raise MalformedError("a number of another size") from None


def _scalar(tree: Tree) -> Any:
    """The value of a tree that holds no hash table. Raises MalformedError."""
    for node in _nodes(tree):
        if type(node) is list and node and type(node[0]) is str and node[0] in _HASHED:
            raise MalformedError("a table in place of a plain value")
    return Unpacker(no_rebuild).unpack(tree)
