"""The objects that the tests and the program both hold, kept alike by telling what changed.

Each side remembers the content that the other side knows. With every message it sends the new
content of the objects that differ from it, so that an object changed in one call, or between
two calls, is changed on both sides, as it would be in one interpreter.
"""

import array
import collections
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from .codec import (  # not in the sandbox: there these texts stand before this one
    ObjectTable,
    Packer,
    Unpacker,
)
from .known_values import (
    known_foreign,
)
from .notation import (
    MalformedError,
    Tree,
    Write,
    dumps,
)

MOST_SHARED = 200
"""Objects that can change and stay shared from one call to the next; with more a call begins
anew."""
LARGEST_SHARED = 20_000
"""Items of the shared objects altogether; likewise."""
WriterOf = Callable[[Any], "Write | None"]
"""How an object with a number is written, on one side."""


class _Pairs(NamedTuple):
    """What a dictionary holds."""

    keys: list[Any]
    values: list[Any]
    factory: Any


class SharedObjects(ObjectTable):
    """A table of objects together with the content of each that the other side knows."""

    def __init__(self) -> None:
        super().__init__()
        self._contents: list[Any] = []
        self.waiting: set[int] = set()
        """Numbers of objects whose known content they have not taken on yet."""

    def remember(self) -> None:
        """The other side knows the objects as they are now."""
        waiting, known = self.waiting, self._contents
        self._contents = [
            known[number] if number in waiting else content_of(value)
            for number, value in enumerate(self.objects)
        ]

    def complete(self) -> None:
        """The other side knows the objects that were added last, too."""
        self._contents += map(content_of, self.objects[len(self._contents) :])

    def postpone(self, number: int, content: Any) -> None:
        """The other side knows this content; the object itself takes it on later."""
        self.waiting.add(number)
        self._contents[number] = content_of(content)

    def is_large(self) -> bool:
        """Whether to start a new table rather than continue this one."""
        changing = sum(not isinstance(one, tuple) for one in self.objects)
        if changing > MOST_SHARED or len(self.objects) > LARGEST_SHARED:
            return True
        return sum(map(_size, self._contents)) > LARGEST_SHARED

    def changes(self, packer: Packer, writer_of: WriterOf) -> list[Tree]:
        """The number and new content of each object that changed, in turn."""
        found: list[Tree] = []
        for number, known in enumerate(self._contents):
            value = self.objects[number]
            if number not in self.waiting and not is_content(value, known):
                write = writer_of(value)
                if write is not None:
                    found += [number, write(packer, value, 0)]
        return found


def changed_numbers(changes: Any, table: ObjectTable) -> list[int]:
    """The numbers of a list of changes. Raises MalformedError."""
    if type(changes) is not list or len(changes) % 2:
        raise MalformedError("changes in no known form")
    numbers = changes[::2]
    if not all(type(one) is int and 0 <= one < len(table.objects) for one in numbers):
        raise MalformedError("a change of nothing")
    return numbers


def apply_changes(changes: list[Tree], unpacker: Unpacker) -> None:
    """Give objects the content that the other side says they have. Raises MalformedError."""
    for number, content in zip(changes[::2], changes[1::2], strict=True):
        unpacker.refill(unpacker.table.objects[number], content)


def content_of(value: Any) -> Any:
    """A shallow copy of what an object holds, for `is_content`; None if it cannot change."""
    if isinstance(value, tuple):
        return None
    if isinstance(value, list):
        return list(list.__iter__(value))
    if isinstance(value, dict):
        # No new dictionary: that could ask the program or the tests for hashes.
        kind: Any = next(one for one in (collections.OrderedDict, dict) if isinstance(value, one))
        factory = getattr(value, "default_factory", None)
        return _Pairs(list(kind.keys(value)), list(kind.values(value)), factory)
    if isinstance(value, set):
        return set.copy(value)
    if isinstance(value, collections.deque):
        return list(value)
    if isinstance(value, bytearray | array.array):
        return bytes(value)
    module = type(value).__module__
    if module.startswith("pandas"):
        return _frame_text(value)
    if hasattr(value, "dtype"):
        return value.ravel().tolist() if value.dtype.hasobject else (value.tobytes(), value.shape)
    if module == "_io":
        return value.getvalue(), value.tell()
    return fields_of(value)


def fields_of(value: Any) -> dict[str, Any]:
    """The attributes of an instance, whether they are in `__dict__` or in slots."""
    found = dict(vars(value)) if hasattr(value, "__dict__") else {}
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found.setdefault(name, getattr(value, name))
    return found


def _frame_text(value: Any) -> Any:
    """All of a frame or series as text; of one with foreign objects only which they are."""
    try:
        packer = Packer(known_foreign)
        return dumps(packer.pack(value))
    except (TypeError, ValueError):
        return [id(one) for one in value.to_numpy().ravel()]


def is_content(value: Any, known: Any) -> bool:
    """Whether an object still holds exactly the parts it held."""
    new = content_of(value)
    if type(new) is dict:
        return len(new) == len(known) and all(map(_same_pair, new.items(), known.items()))
    if type(new) is _Pairs:
        same = new.factory is known.factory and _same_parts(new.keys, known.keys)
        return same and _same_parts(new.values, known.values)
    if type(new) is list:
        return _same_parts(new, known)
    return bool(new == known)


def _same_parts(new: list[Any], known: list[Any]) -> bool:
    return len(new) == len(known) and all(map(operator.is_, new, known))


def _same_pair(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return one[0] is other[0] and one[1] is other[1]


def _size(content: Any) -> int:
    if content is None:
        return 0
    if type(content) in (tuple, _Pairs):
        content = content[0]
    return len(content)


def replace_content(target: Any, content: Any) -> None:
    """Give an object the content of another of its kind."""
    if isinstance(target, list | bytearray | array.array):
        target[:] = content
    elif isinstance(target, dict | set | collections.deque):
        target.clear()
        add = target.extend if isinstance(target, collections.deque) else target.update
        add(content)
    elif type(target).__module__.startswith("pandas"):
        target._update_inplace(content)
    elif hasattr(target, "dtype"):
        target[...] = content
    elif type(target).__module__ == "_io":
        target.seek(0)
        target.truncate()
        target.write(content.getvalue())
        target.seek(content.tell())
    elif hasattr(target, "__dict__"):
        vars(target).clear()
        vars(target).update(vars(content))
    else:
        for name, part in fields_of(content).items():
            object.__setattr__(target, name, part)
