"""How values of the tests go to the program, and what the judge makes of the program's."""

import contextlib
import enum
import itertools
import sys
import types
import unittest
from collections.abc import Callable
from typing import Any

from .bounded_reading import (  # not in the sandbox: there these texts stand before this one
    in_time,
)
from .codec import (
    Packer,
    Unpacker,
)
from .known_values import (
    KNOWN_KINDS,
    known_rebuild,
    known_writer,
)
from .notation import (
    MalformedError,
    ObjectKind,
    Tree,
    UnpackerView,
    Write,
)
from .plain_values import (
    OBJECT_WRITERS,
)
from .program_objects import (
    described,
)
from .proxies import (
    CLASS_METHODS,
    Asking,
    Facts,
    MethodOf,
    ProgramEnded,
    Proxy,
    UndecidedComparisonError,
    blamed,
    proxy_class,
)
from .shared_objects import (
    fields_of,
)

MAX_PULLED = 1_000_000
ENDS_A_LOOP = (StopIteration, StopAsyncIteration, GeneratorExit, KeyboardInterrupt)
"""Raised inside a test, these would end an `all(...)` early and read as success."""
_OURS = (ProgramEnded, UndecidedComparisonError, unittest.SkipTest)
_NO_EXCEPTIONS_OF = frozenset({"unittest", "pytest", "_pytest", "__main__", "__tests__"})
_VALUE_BASES: tuple[Any, ...] = (int, float, complex, str, bytes, tuple, frozenset)
_OBJECT_BASES: tuple[Any, ...] = (list, dict, set, bytearray)
_MIXED: dict[str, type] = {"int": int, "str": str}
_UNTOLD = frozenset(
    {
        "__new__", "__init_subclass__", "__subclasshook__", "__getattribute__", "__setattr__",
        "__delattr__", "__getattr__", "__del__", "__class_getitem__", "__reduce__", "__repr__",
        "__reduce_ex__", "__getstate__", "__setstate__", "__sizeof__", "__dir__",
    }
)  # fmt: skip
"""Methods of the tests' objects that the program has no use for on its side."""


class TestValues:
    """The values that cross in one check."""

    __test__ = False

    def __init__(self, asking: Asking, space: dict[str, Any], pulled: Callable[..., Any]) -> None:
        """`pulled(items, more, error)` is an iterator of the program."""
        self._asking = asking
        self._pulled = pulled
        self.space = space
        self.stand_ins: dict[int, tuple[Any, str]] = {}
        """By identity: what stands for a function or class of the program, and its name."""
        self.callbacks: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._proxies: dict[int, Proxy] = {}
        self._classes: dict[str, type] = {}
        self._tuples: dict[tuple[str, ...], Any] = {}
        self._exceptions: dict[str, type[BaseException]] = {}
        self.kinds = {**KNOWN_KINDS, "O": ObjectKind(self._blank, self._fill)}

    # To the program ------------------------------------------------------------------------

    def name_of(self, function: Any) -> str | None:
        """The name that a function stands for; a wrapper around it stands for none."""
        found = self.stand_ins.get(id(function))
        return found[1] if found is not None and found[0] is function else None

    def foreign(self, packer: Packer, value: Any, depth: int) -> Tree:
        """Arguments whose exact type is not in the notation. Raises TypeError."""
        if isinstance(value, Proxy):
            target = value._facts.target
            return ["h", target[1]] if target[0] == "h" else ["gl", target[1]]
        found = known_writer(value)
        if found is not None:
            write, numbered = found
            return packer.numbered(value, write, depth) if numbered else write(packer, value, depth)
        kind = type(value)
        if isinstance(value, enum.Enum):
            base = next((plain for plain in ("int", "str") if isinstance(value, _MIXED[plain])), "")
            return ["e", kind.__name__, value.name, packer.pack(value.value, depth), base]
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return packer.tuple_like(["N", kind.__name__, list(kind._fields)], value, depth)
        for base_kind in _OBJECT_BASES:
            if isinstance(value, base_kind):
                return packer.numbered(value, self._base_writer(base_kind), depth)
        for base_kind in _VALUE_BASES:
            if isinstance(value, base_kind):
                return packer.pack(base_kind(value), depth)
        return self._other(packer, value, depth)

    def _base_writer(self, base: type) -> Write:
        return OBJECT_WRITERS[base]

    def _other(self, packer: Packer, value: Any, depth: int) -> Tree:
        """Iterators, views, functions, exceptions and instances."""
        kind = type(value)
        if isinstance(value, types.GeneratorType) or kind.__module__ == "itertools":
            return ["ig", self._callback(value, _reader_of(value))]
        if hasattr(kind, "__next__"):
            return packer.items(["it"], itertools.islice(value, MAX_PULLED), depth)
        if kind in (type({}.keys()), type({}.values()), type({}.items())):
            return packer.pack(list(value), depth)
        if isinstance(value, BaseException):
            return ["E", *described(value)]
        if callable(value):
            name = self.name_of(value)
            if name is not None:
                return ["gl", name]
            return ["k", self._callback(value, value), getattr(value, "__name__", "function")]
        if hasattr(value, "__dict__") or hasattr(kind, "__slots__"):
            return packer.numbered(value, self.write_instance, depth)
        raise TypeError(f"a {kind.__name__} cannot be passed to the program")

    def _callback(self, value: Any, function: Any) -> int:
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.callbacks)
            self.callbacks.append((function, value))
        return number

    def writer_of(self, value: Any) -> Write | None:
        """How an object with a number is written, if it has one."""
        found = OBJECT_WRITERS.get(type(value))
        if found is not None:
            return found
        known = known_writer(value)
        if known is not None:
            return known[0] if known[1] else None
        for base in _OBJECT_BASES:
            if isinstance(value, base):
                return self._base_writer(base)
        return self.write_instance

    def write_instance(self, packer: Packer, value: Any, depth: int) -> Tree:
        """An instance of a class of the tests; the first one tells what its class has."""
        kind = type(value)
        name, told = kind.__name__, None
        if self._classes.get(name) is not kind:
            self._classes[name] = kind
            told = list(class_members(kind))
        return packer.pairs(["O", name, told], fields_of(value), depth)

    # From the program ----------------------------------------------------------------------

    def rebuild(self, unpacker: Unpacker, tree: list[Any]) -> Any:
        """What the judge makes of the program's values that are not plain data."""
        tag = tree[0]
        if tag == "h":
            return self._proxy(tree)
        if tag == "it":
            return self._pulled(*read_chunk(unpacker, tree[1]))
        if tag in ("dk", "dv", "di"):
            values = unpacker.items(tree[1:])
            if tag == "dk":
                return dict.fromkeys(values).keys()
            return dict(enumerate(values)).values() if tag == "dv" else dict(values).items()
        if tag == "N":
            return unpacker.tuple_like(self._named_tuple(tree[1], tree[2])._make, tree[3:])
        if tag == "e":
            own = self.space.get(tree[1])
            if not isinstance(own, enum.EnumMeta):
                raise MalformedError(f"no enumeration {tree[1]!r} here")
            return own[tree[2]]
        if tag == "E":
            return self.exception(tree[1], tree[2], tree[3])
        if tag == "k":
            return self.callbacks[tree[1]][1]
        if tag == "m":
            return MethodOf(tree[1])
        return in_time(known_rebuild, unpacker, tree)

    def _proxy(self, tree: list[Any]) -> Proxy:
        number = tree[1]
        found = self._proxies.get(number) if type(number) is int else None
        if found is not None:
            found._facts.again = True
            return found
        number, label, kind, names, special, equality = tree[1:]
        if type(number) is not int or type(label) is not str:
            raise MalformedError("a broken handle")
        facts = Facts(self._asking, ["h", number], label, kind)
        facts.names = [str(name) for name in names]
        facts.equality = str(equality)
        self._proxies[number] = proxy_class(frozenset(map(str, special)))(facts)
        return self._proxies[number]

    def _named_tuple(self, name: Any, fields: Any) -> Any:
        own = self.space.get(name)
        if isinstance(own, type) and list(getattr(own, "_fields", [0])) == fields:
            return own
        key = (str(name), *map(str, fields))
        if key not in self._tuples:
            base = sys.modules["collections"].namedtuple
            self._tuples[key] = base(key[0], key[1:], rename=True)
        return self._tuples[key]

    def _blank(self, tree: list[Any]) -> Any:
        """An empty instance of a class of the tests."""
        name = tree[1]
        own = self._classes.get(name) or self.space.get(name)
        if not isinstance(own, type) or own.__module__ != "__tests__":
            raise MalformedError(f"no class {name!r} here")
        if issubclass(own, unittest.TestCase | BaseException):
            raise MalformedError(f"{name!r} is not a class of data")
        return object.__new__(own)

    def _fill(self, unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
        fields: dict[str, Any] = {}
        unpacker.pairs(fields, tree[2:])
        if hasattr(value, "__dict__"):
            vars(value).clear()
            vars(value).update(fields)
            return
        for name, content in fields.items():
            object.__setattr__(value, name, content)

    def exception(self, names: Any, message: Any, arguments: Any) -> BaseException:
        """The exception to raise for one of the program's: its nearest class known here."""
        label = str(names[0]).rpartition(".")[2]
        base = self.exception_class(tuple(map(str, names)))
        if issubclass(base, (*ENDS_A_LOOP, *_OURS)):
            base, message, arguments = RuntimeError, f"{label}: {message}", None
        try:
            error = base(*arguments) if type(arguments) is list else base(message)
        except Exception:
            # A class that takes more than a message, such as json.JSONDecodeError.
            error = base.__new__(base, message)
            error.args = (message,)
        with contextlib.suppress(AttributeError):
            blamed(error, label)
        return error

    def exception_class(self, names: tuple[str, ...]) -> type[BaseException]:
        """The class of an exception: one known here, or one made up below its nearest base."""
        if not names:
            return Exception
        module, _, label = names[0].rpartition(".")
        known = self.space.get(label)
        if known is None and module.partition(".")[0] not in _NO_EXCEPTIONS_OF:
            known = getattr(sys.modules.get(module), label, None)
        if isinstance(known, type) and issubclass(known, BaseException):
            return known
        if names[0] not in self._exceptions:
            base = self.exception_class(names[1:])
            if module != "solution" or issubclass(base, (*ENDS_A_LOOP, *_OURS)):
                return base
            self._exceptions[names[0]] = type(label, (base,), {})
        return self._exceptions[names[0]]


def read_chunk(unpacker: Unpacker, tree: Any) -> tuple[list[Any], Any, Any]:
    """The items of a chunk, the handle of the rest, and the exception that ended it."""
    try:
        items, more, error = tree
        return unpacker.items(items), more, error
    except Exception as broken:  # whatever it is, the program sent it
        raise MalformedError(f"not a chunk ({type(broken).__name__})") from None


def class_members(kind: type) -> tuple[list[str], list[str]]:
    """The methods and the properties of a class of the tests, by name."""
    methods: dict[str, None] = {}
    properties: dict[str, None] = {}
    for one in kind.__mro__[:-1]:
        if one.__module__ == "builtins":
            continue
        for name, member in one.__dict__.items():
            if name in _UNTOLD:
                continue
            if isinstance(member, types.FunctionType | staticmethod | classmethod):
                methods[name] = None
            elif isinstance(member, property) or (
                not name.startswith("__") and not isinstance(member, types.MemberDescriptorType)
            ):
                properties[name] = None
    return list(methods), list(properties)


def _reader_of(iterator: Any) -> Callable[[int], tuple[list[Any], bool]]:
    def read(count: int) -> tuple[list[Any], bool]:
        items = list(itertools.islice(iterator, count))
        return items, len(items) == count

    return read


def class_stand_in(asking: Asking, name: str, names: list[str]) -> Proxy:
    """What stands for a class of the program in the tests."""
    facts = Facts(asking, ["g", name], name, "class")
    facts.names = names
    facts.own = asking.under_test(name)
    return proxy_class(CLASS_METHODS)(facts)


def function_stand_in(asking: Asking, values: TestValues, name: str) -> Proxy:
    """What stands for a function of the program in the tests."""
    proxy = proxy_class(frozenset())(Facts(asking, ["g", name], name, "function"))
    values.stand_ins[id(proxy)] = proxy, name
    return proxy
