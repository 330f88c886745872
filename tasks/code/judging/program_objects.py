"""What the judge is told of the program's own objects: values where it can be, handles elsewhere.

This text runs beside the program, which may rewrite all of it. It holds nothing that the program
must not know, and what it says is read as data.
"""

import collections
import enum
import itertools
import operator
from collections.abc import Callable
from typing import Any

from .codec import (  # not in the sandbox: there these texts stand before this one
    Packer,
)
from .known_values import (
    known_writer,
)
from .notation import (
    TooLargeError,
    Tree,
    Write,
)
from .plain_values import (
    OBJECT_WRITERS,
)
from .shared_objects import (
    fields_of,
)

CHUNK = 256
MAX_HANDLES = 20_000
MAX_MESSAGE = 2_000
CONSTRUCT = "__new__"
"""The method that a call of a class under test asks for: its instance arrives as an object."""
_VIEWS = {type({}.keys()): "dk", type({}.values()): "dv", type({}.items()): "di"}
_EXACT: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__int__),
    (float, float.__float__),
    (complex, complex.__complex__),
    (str, str.__str__),
)
_BASES: tuple[tuple[type, Write], ...] = (
    (collections.Counter, OBJECT_WRITERS[collections.Counter]),
    (collections.OrderedDict, OBJECT_WRITERS[collections.OrderedDict]),
    (collections.defaultdict, OBJECT_WRITERS[collections.defaultdict]),
    (collections.deque, OBJECT_WRITERS[collections.deque]),
    (dict, lambda packer, value, depth: packer.pairs(["d"], dict(dict.items(value)), depth)),
    (list, lambda packer, value, depth: packer.items(["l"], list.__iter__(value), depth)),
    (set, lambda packer, value, depth: packer.items(["s"], set.__iter__(value), depth)),
    (bytearray, OBJECT_WRITERS[bytearray]),
)
"""Whose subclasses arrive as their base's value."""
_PLAIN_EQUALITY = frozenset(
    kind.__eq__ for kind in (int, float, complex, str, bytes, tuple, list, dict, set, frozenset)
)


class MethodName(str):
    """The name of a method of an object, in place of the method itself."""


class ProgramObjects:
    """The handles of one program, and how its values are written."""

    def __init__(self) -> None:
        self.handles: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.declared: frozenset[str] = frozenset()
        self.callbacks: dict[int, int] = {}
        """By the identity of a stand-in for a function of the tests: the number of that one."""
        self.told: set[int] | None = set()
        """Handles that the judge has a description of; None where it gets all of them again."""

    def hold(self, value: Any) -> int:
        """The number of a new handle."""
        number = self.numbers.get(id(value))
        if number is not None:
            return number
        if len(self.handles) >= MAX_HANDLES:
            raise TooLargeError("too many objects that are not plain data")
        self.handles.append(value)
        self.numbers[id(value)] = len(self.handles) - 1
        return len(self.handles) - 1

    def writer_of(self, value: Any) -> Write | None:
        """How an object with a number is written, if it has one."""
        found = OBJECT_WRITERS.get(type(value))
        if found is not None:
            return found
        known = known_writer(value)
        if known is not None:
            return known[0] if known[1] else None
        for base, write in _BASES:
            if isinstance(value, base):
                return write
        return self.write_instance

    def foreign(self, packer: Packer, value: Any, depth: int) -> Tree:
        """What is not an exact known value: its base value, or a handle."""
        kind = type(value)
        name = kind.__name__
        if kind is MethodName:
            return ["m", str(value)]
        if isinstance(value, enum.Enum):
            if name in self.declared:
                return ["e", name, value.name]
            if not isinstance(value, int | str):
                return self.handle(value, kind)
        found = known_writer(value)
        if found is not None:
            write, numbered = found
            return packer.numbered(value, write, depth) if numbered else write(packer, value, depth)
        for plain, exact in _EXACT:
            if isinstance(value, plain):
                return packer.pack(exact(value), depth)
        if isinstance(value, bytes):
            return packer.pack(b"".join([value]), depth)
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            head = ["N", name, [str(one) for one in kind._fields]]
            return packer.tuple_like(head, value, depth)
        if isinstance(value, tuple):
            return packer.tuple_like(["t"], value, depth)
        if isinstance(value, frozenset):
            return packer.items(["f"], value, depth)
        for base, write in _BASES:
            if isinstance(value, base):
                return packer.numbered(value, write, depth)
        return self.object_tree(packer, value, depth)

    def object_tree(self, packer: Packer, value: Any, depth: int) -> Tree:
        """Views, iterators, callables and instances."""
        kind = type(value)
        if kind in _VIEWS:
            return packer.items([_VIEWS[kind]], value, depth)
        if hasattr(kind, "__next__"):
            return ["it", self.chunk(packer, value, depth, None)]
        if isinstance(value, BaseException):
            return ["E", *described(value)]
        if id(value) in self.callbacks:
            return ["k", self.callbacks[id(value)]]
        if kind.__name__ in self.declared:
            return packer.numbered(value, self.write_instance, depth)
        return self.handle(value, kind)

    def write_instance(self, packer: Packer, value: Any, depth: int) -> Tree:
        """An instance of a class that the tests declare, or that they passed."""
        return packer.pairs(["O", type(value).__name__], fields_of(value), depth)

    def handle(self, value: Any, kind: type) -> Tree:
        """A handle, and a description of what it is where the judge has none."""
        number = self.hold(value)
        if self.told is not None:
            if number in self.told:
                return ["h", number]
            self.told.add(number)
        sort = sort_of(value)
        label = getattr(value, "__name__", None) if sort != "object" else None
        label = str(label or kind.__name__)[:100]
        described_kind = value if sort == "class" else kind
        return ["h", number, label, sort, class_names(described_kind), *_traits(value, kind)]

    def chunk(self, packer: Packer, iterator: Any, depth: int, held: int | None) -> Tree:
        """The next items: [items, handle if there may be more, exception if one ended it]."""
        items: list[Any] = []
        try:
            for item in itertools.islice(iterator, CHUNK):
                items.append(item)
        except BaseException as error:
            return [packer.items([], items, depth), None, described(error)]
        if len(items) == CHUNK and held is None:
            held = self.hold(iterator)
        return [packer.items([], items, depth), held if len(items) == CHUNK else None, None]


def sort_of(value: Any) -> str:
    """Whether something is a class, a function (whatever can be called), or an object."""
    if isinstance(value, type):
        return "class"
    return "function" if callable(value) else "object"


def class_names(kind: type) -> list[str]:
    """The full names of a class and of those it inherits from."""
    return [f"{one.__module__}.{one.__qualname__}"[:200] for one in kind.__mro__[:-1]][:20]


def _traits(value: Any, kind: type) -> list[Any]:
    """The special methods of an object, and who says what it equals.

    Equality is "identity" where nothing is defined, "value" where a built-in type defines it,
    and "own" where the program does.
    """
    found = sorted(
        {name for one in kind.__mro__[:-1] for name in one.__dict__ if _is_special(name)}
    )
    if isinstance(value, type):
        found = [name for name in found if not hasattr(type, name)]
    equality: Any = kind.__eq__
    if equality is object.__eq__ or equality is type.__eq__:
        return [found[:100], "identity"]
    try:
        plain = equality in _PLAIN_EQUALITY
    except TypeError:
        plain = False
    return [found[:100], "value" if plain else "own"]


def _is_special(name: Any) -> bool:
    return type(name) is str and name.startswith("__") and name.endswith("__")


def described(error: BaseException) -> list[Any]:
    """The names of an exception's classes, its message, and its arguments where they are plain."""
    plain = all(type(item) in (str, int, float, bool, type(None)) for item in error.args)
    try:
        message = str(error)[:MAX_MESSAGE]
    except BaseException:
        message = ""
    short = plain and len(error.args) <= 8 and len(str(error.args)) <= MAX_MESSAGE
    names = class_names(type(error))
    return [names, message, list(error.args) if short else None]


OPERATORS: dict[str | None, Callable[..., Any]] = {
    f"__{call.__name__}__": call
    for call in (bool, len, iter, next, repr, str, abs, int, float, complex, round, divmod, format,
                 bytes, reversed)
} | {
    f"__{name}__": getattr(operator, name)
    for name in (
        "getitem", "setitem", "delitem", "contains", "add", "sub", "mul", "truediv", "floordiv",
        "mod", "pow", "neg", "pos", "xor", "invert", "index", "lshift", "rshift", "matmul",
        "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul", "iand", "ior",
        "ixor", "ilshift", "irshift",
    )
} | {
    "__and__": operator.and_,
    "__or__": operator.or_,
    "__radd__": lambda own, other: other + own,
    "__rsub__": lambda own, other: other - own,
    "__rmul__": lambda own, other: other * own,
    "__rtruediv__": lambda own, other: other / own,
    "__rfloordiv__": lambda own, other: other // own,
    "__rmod__": lambda own, other: other % own,
    "__rpow__": lambda own, other: other**own,
    "__rmatmul__": lambda own, other: other @ own,
}  # fmt: skip
"""Special methods by name: what calls them, with all that the interpreter does around the call."""
