"""Plain data as tagged JSON: how values cross between the judge and the program under test.

Both sides run this text inside their sandboxes, and the host runs it too, so it needs nothing
but the standard library. A value becomes a JSON tree: scalars stand for themselves, everything
else is an array that begins with a tag. Only exact known types are rebuilt; nothing is
evaluated, imported by a name of the sender's choice, or unpickled.

Objects that can change have numbers. There is one numbering: an object gets the next number of
its `ObjectTable` when its tag is written, before its parts are, and the reader gives the same
number when it reads the tag. A second meeting is `["r", number]`, which keeps aliases and closes
cycles. A tuple is made of its parts, so it gets the next number after they have theirs; the empty
one has none. Where one of its parts holds it, it is met and numbered inside itself, and the outer
tree is `["tr", number, parts]`. `docs/code_verifier.md` lists every tag.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .notation import (  # not in the sandbox: there these texts stand before this one
    MAX_DEPTH,
    MAX_JSON_INT_BITS,
    MAX_NODES,
    SCALARS,
    MalformedError,
    ObjectKind,
    TooLargeError,
    Tree,
    Write,
)
from .plain_values import (
    OBJECT_KINDS,
    OBJECT_WRITERS,
    VALUE_READERS,
    VALUE_WRITERS,
)

Foreign = Callable[["Packer", Any, int], Tree]
"""What a side does with a value whose exact type is not in the notation."""
Rebuild = Callable[["Unpacker", list[Any]], Any]
"""What a side makes of a tag that is not in the notation. Raises MalformedError."""


class ObjectTable:
    """The numbered objects that the two sides of a conversation both hold."""

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}

    def add(self, value: Any) -> None:
        """Give an object the next number."""
        self.numbers[id(value)] = len(self.objects)
        self.objects.append(value)

    def cut(self, length: int) -> None:
        """Forget the objects from this number on: the message that named them was not sent."""
        for value in self.objects[length:]:
            self.numbers.pop(id(value), None)
        del self.objects[length:]


class Packer:
    """Turns values into trees; an object that `table` holds already becomes a reference."""

    def __init__(self, foreign: Foreign, table: ObjectTable | None = None) -> None:
        self._foreign = foreign
        self.table = table or ObjectTable()
        self._numbers = self.table.numbers
        self._nodes = 0

    def pack(self, value: Any, depth: int = 0) -> Tree:
        """The tree of a value. Raises TooLargeError."""
        kind = type(value)
        if kind is int:
            return value if value.bit_length() <= MAX_JSON_INT_BITS else ["I", hex(value)]
        if kind is str:
            return value if value.isascii() else _pack_text(value)
        if kind in SCALARS:
            return value
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise TooLargeError("a value with too many parts or too many levels")
        number = self._numbers.get(id(value))
        if number is not None:
            return ["r", number]
        write = OBJECT_WRITERS.get(kind)
        if write is not None:
            self.table.add(value)
            return write(self, value, depth)
        write = VALUE_WRITERS.get(kind)
        if write is None:
            return self._foreign(self, value, depth)
        if kind is tuple and value:
            return self.tuple_like(["t"], value, depth)
        return write(self, value, depth)

    def foreign(self, value: Any, depth: int) -> Tree:
        """The tree of a value whose type is not in the tables."""
        return self._foreign(self, value, depth)

    def numbered(self, value: Any, write: Write, depth: int) -> Tree:
        """The tree of an object of a kind that only one side knows."""
        self.table.add(value)
        return write(self, value, depth)

    def tuple_like(self, head: list[Any], value: Any, depth: int) -> list[Any]:
        """The tree of an instance of a class of tuples, which gets a number as a tuple does."""
        count = len(head)
        tree = self.items(head, tuple.__iter__(value), depth)
        number = self._numbers.get(id(value))
        if number is not None:
            return ["tr", number, *tree[count:]]
        if len(tree) > count:
            self.table.add(value)
        return tree

    def items(self, head: list[Any], values: Iterable[Any], depth: int) -> list[Any]:
        """`head` followed by the packed values."""
        depth += 1
        pack = self.pack
        head.extend([pack(value, depth) for value in values])
        self._nodes += len(head)
        return head

    def pairs(self, head: list[Any], mapping: Any, depth: int) -> list[Any]:
        """`head` followed by each key and its value."""
        depth += 1
        for key, value in mapping.items():
            head.append(self.pack(key, depth))
            head.append(self.pack(value, depth))
        self._nodes += len(head)
        return head


def _pack_text(text: str) -> Tree:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # JSON would join two lone surrogates into one character.
        return ["S", *map(ord, text)]
    return text


class Unpacker:
    """Turns trees into values; `["r", number]` names an object of `table`."""

    def __init__(
        self,
        foreign: Rebuild,
        table: ObjectTable | None = None,
        kinds: Mapping[Any, ObjectKind] = OBJECT_KINDS,
    ) -> None:
        """`kinds` are the objects with numbers that can be read, by tag."""
        self._foreign = foreign
        self.table = table or ObjectTable()
        self._kinds = kinds

    def unpack(self, tree: Tree) -> Any:
        """The value of a tree. Raises MalformedError for anything that is not one."""
        try:
            return self.value(tree)
        except MalformedError:
            raise
        except Exception as error:  # whatever it is, the other side sent it
            raise MalformedError(f"a broken value: {type(error).__name__}") from None

    def value(self, tree: Tree) -> Any:
        """As `unpack`, with whatever exception a broken tree leads to."""
        if type(tree) is not list:
            if type(tree) in SCALARS:
                return tree
            raise MalformedError("an object in place of a value")
        tag = tree[0]
        kind = self._kinds.get(tag)
        if kind is not None:
            return self.numbered(kind, tree)
        read = _READERS.get(tag)
        return self._foreign(self, tree) if read is None else read(self, tree)

    def numbered(self, kind: ObjectKind, tree: list[Any]) -> Any:
        """A new object of a kind, which gets its number before its parts are read."""
        made = kind.make(tree)
        self.table.add(made)
        kind.fill(self, made, tree)
        return made

    def tuple_like(self, make: Callable[[list[Any]], Any], trees: list[Tree]) -> Any:
        """A tuple of any class: its parts are read, it is made of them and gets its number."""
        made = make(self.items(trees))
        if trees:
            self.table.add(made)
        return made

    def refill(self, value: Any, tree: Tree) -> None:
        """Give an object exactly the content of a tree of its kind. Raises MalformedError."""
        try:
            kind = self._kinds[tree[0] if type(tree) is list else None]
        except (KeyError, TypeError, IndexError):
            raise MalformedError("a change in no known form") from None
        if not isinstance(value, type(kind.make(tree))):
            raise MalformedError("an object became one of another type")
        kind.fill(self, value, tree)

    def empty_like(self, tree: Tree) -> Any:
        """A new object, without a number or content, of the kind of a tree."""
        return self._kinds[tree[0]].make(tree)

    def items(self, trees: Iterable[Tree]) -> list[Any]:
        """The values of several trees."""
        value = self.value
        return [tree if type(tree) in SCALARS else value(tree) for tree in trees]

    def pairs(self, mapping: Any, trees: list[Tree]) -> None:
        """Put each key and value into a mapping."""
        parts = iter(trees)
        for key in parts:
            name = self.value(key)
            mapping[name] = self.value(next(parts, ["missing"]))


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise MalformedError("a reference to nothing")
    return value


def _read_reference(unpacker: Unpacker, tree: list[Any]) -> Any:
    return unpacker.table.objects[_number(tree[1])]


def _read_outer_tuple(unpacker: Unpacker, tree: list[Any]) -> Any:
    """A tuple that one of its parts holds: reading the parts makes it."""
    unpacker.items(tree[2:])
    return _read_reference(unpacker, tree)


_READERS: dict[Any, Any] = {
    **VALUE_READERS,
    "t": lambda unpacker, tree: unpacker.tuple_like(tuple, tree[1:]),
    "tr": _read_outer_tuple,
    "r": _read_reference,
    "I": lambda unpacker, tree: int(tree[1], 16),
    "S": lambda unpacker, tree: "".join(map(chr, tree[1:])),
}


def no_foreign(packer: Packer, value: Any, depth: int) -> Tree:
    """For a side that sends plain data only. Raises TypeError."""
    raise TypeError(f"a {type(value).__name__} is not plain data")


def no_rebuild(unpacker: Unpacker, tree: list[Any]) -> Any:
    """For a side that takes plain data only. Raises MalformedError."""
    raise MalformedError("not plain data")
