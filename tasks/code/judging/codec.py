"""Plain data as tagged JSON: how values cross between the judge and the program under test.

Both sides run this text inside their sandbox, and the host runs it too, so it needs nothing
but the standard library. A value becomes a JSON tree: scalars stand for themselves, everything
else is an array that begins with a tag. Only exact built-in types are rebuilt; nothing is
evaluated, imported or unpickled. Containers are numbered in the order they are met, and a
second meeting is `["r", number]`, which keeps aliases and ends cycles.
"""

import array
import base64
import collections
import datetime
import decimal
import fractions
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

MAX_DEPTH = 200
MAX_NODES = 3_000_000
MAX_JSON_INT_BITS = 8_000

Tree = Any
"""None, bool, int, float, str, or a list whose first item is a tag."""

_SCALARS = frozenset({type(None), bool, int, float, str})
_BUILT_IN_TYPES = {
    kind.__name__: kind
    for kind in (
        bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset,
        range, object, type(None), BaseException, Exception, ValueError, TypeError, KeyError,
        IndexError, ZeroDivisionError, ArithmeticError, LookupError, RuntimeError,
    )
}  # fmt: skip
_BUILT_IN_CALLS = {
    call.__name__: call
    for call in (
        abs, all, any, ascii, bin, callable, chr, divmod, hash, hex, id, isinstance, iter, len,
        max, min, next, oct, ord, pow, print, repr, round, sorted, sum, enumerate, filter, map,
        reversed, zip,
    )
}  # fmt: skip
_FACTORIES = {"int": int, "list": list, "dict": dict, "set": set, "str": str, "float": float}


class MalformedError(ValueError):
    """What came is not a value in this notation."""


class TooLargeError(ValueError):
    """A value that has too many parts, or is nested too deeply, to be sent."""


def dumps(tree: Tree) -> bytes:
    """The bytes of a tree."""
    return json.dumps(tree, separators=(",", ":"), check_circular=False).encode("ascii")


def loads(data: bytes) -> Tree:
    """The tree in these bytes. Raises MalformedError."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not a message: {type(error).__name__}") from None


Foreign = Callable[["Packer", Any, int], Tree]
"""What a side does with a value that is not plain data."""


class Packer:
    """Turns values into trees. `seeds` are containers that the other side holds already."""

    def __init__(self, foreign: Foreign, seeds: Iterable[Any] = ()) -> None:
        self._foreign = foreign
        self.containers: list[Any] = list(seeds)
        self._numbers = {id(value): number for number, value in enumerate(self.containers)}
        self._nodes = 0

    def pack(self, value: Any, depth: int = 0) -> Tree:
        """The tree of a value. Raises TooLargeError."""
        kind = type(value)
        if kind is int:
            return value if value.bit_length() <= MAX_JSON_INT_BITS else ["I", hex(value)]
        if kind is str:
            return value if value.isascii() else _pack_text(value)
        if kind in _SCALARS:
            return value
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise TooLargeError("a value with too many parts or too many levels")
        number = self._numbers.get(id(value))
        if number is not None:
            return ["r", number]
        pack = _PACKERS.get(kind)
        if pack is None:
            return self._foreign(self, value, depth)
        return pack(self, value, depth)

    def number(self, value: Any) -> None:
        """Give a container its number, before its parts are packed."""
        self._numbers[id(value)] = len(self.containers)
        self.containers.append(value)

    def items(self, head: list[Any], values: Iterable[Any], depth: int) -> Tree:
        """`head` followed by the packed values."""
        depth += 1
        pack = self.pack
        head.extend([pack(value, depth) for value in values])
        self._nodes += len(head)
        return head

    def pairs(self, head: list[Any], mapping: Any, depth: int) -> Tree:
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


def _listed(tag: str) -> Callable[[Packer, Any, int], Tree]:
    def pack(packer: Packer, value: Any, depth: int) -> Tree:
        packer.number(value)
        return packer.items([tag], value, depth)

    return pack


def _mapped(tag: str) -> Callable[[Packer, Any, int], Tree]:
    def pack(packer: Packer, value: Any, depth: int) -> Tree:
        packer.number(value)
        return packer.pairs([tag], value, depth)

    return pack


def _pack_default_dict(packer: Packer, value: Any, depth: int) -> Tree:
    packer.number(value)
    factory = getattr(value.default_factory, "__name__", None)
    return packer.pairs(["dd", factory if factory in _FACTORIES else None], value, depth)


def _pack_deque(packer: Packer, value: Any, depth: int) -> Tree:
    packer.number(value)
    return packer.items(["q", value.maxlen], value, depth)


def _pack_bytearray(packer: Packer, value: bytearray, depth: int) -> Tree:
    packer.number(value)
    return ["B", base64.b64encode(value).decode("ascii")]


def _pack_array(packer: Packer, value: Any, depth: int) -> Tree:
    packer.number(value)
    return packer.items(["a", value.typecode], value, depth)


def _pack_type(packer: Packer, value: type, depth: int) -> Tree:
    if _BUILT_IN_TYPES.get(value.__name__) is value:
        return ["T", value.__name__]
    return packer._foreign(packer, value, depth)


def _pack_built_in(packer: Packer, value: Any, depth: int) -> Tree:
    name = getattr(value, "__name__", "")
    if _BUILT_IN_CALLS.get(name) is value:
        return ["K", name]
    return packer._foreign(packer, value, depth)


def _zone(zone: Any) -> Tree:
    if zone is None:
        return None
    offset = zone.utcoffset(None)
    if offset is None:
        raise TooLargeError("a time zone without a fixed offset")
    return [offset.days, offset.seconds, offset.microseconds]


def _pack_time(packer: Packer, value: Any, depth: int) -> Tree:
    parts = [getattr(value, name) for name in _TIME_FIELDS[type(value)]]
    if hasattr(value, "fold"):
        zone = value.tzinfo
        if zone is not None and zone.utcoffset(None) is None:
            zone = datetime.timezone(value.utcoffset())
        return [type(value).__name__, *parts, value.fold, _zone(zone)]
    return [type(value).__name__, *parts]


_TIME_FIELDS: dict[type, tuple[str, ...]] = {
    datetime.datetime: ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    datetime.date: ("year", "month", "day"),
    datetime.time: ("hour", "minute", "second", "microsecond"),
    datetime.timedelta: ("days", "seconds", "microseconds"),
}

_PACKERS: dict[type, Callable[[Packer, Any, int], Tree]] = {
    list: _listed("l"),
    tuple: lambda packer, value, depth: packer.items(["t"], value, depth),
    set: _listed("s"),
    frozenset: lambda packer, value, depth: packer.items(["f"], value, depth),
    dict: _mapped("d"),
    collections.OrderedDict: _mapped("od"),
    collections.Counter: _mapped("C"),
    collections.defaultdict: _pack_default_dict,
    collections.deque: _pack_deque,
    bytearray: _pack_bytearray,
    array.array: _pack_array,
    bytes: lambda p, value, depth: ["b", base64.b64encode(value).decode("ascii")],
    complex: lambda p, value, depth: ["c", value.real, value.imag],
    range: lambda p, value, depth: p.items(["R"], (value.start, value.stop, value.step), depth),
    slice: lambda p, value, depth: p.items(["sl"], (value.start, value.stop, value.step), depth),
    decimal.Decimal: lambda p, value, depth: ["D", str(value)],
    fractions.Fraction: lambda p, v, depth: p.items(["F"], (v.numerator, v.denominator), depth),
    type(Ellipsis): lambda p, value, depth: ["..."],
    type(NotImplemented): lambda p, value, depth: ["ni"],
    type: _pack_type,
    type(len): _pack_built_in,
    **dict.fromkeys(_TIME_FIELDS, _pack_time),
}

Rebuild = Callable[["Unpacker", list[Any]], Any]
"""What a side makes of a tag that is not plain data. Raises MalformedError."""


class Unpacker:
    """Turns trees into values; `containers` holds what `["r", number]` names."""

    def __init__(self, foreign: Rebuild, seeds: Iterable[Any] = ()) -> None:
        self._foreign = foreign
        self.containers: list[Any] = list(seeds)

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
            if type(tree) in _SCALARS:
                return tree
            raise MalformedError("an object in place of a value")
        unpack = _UNPACKERS.get(tree[0])
        return self._foreign(self, tree) if unpack is None else unpack(self, tree)

    def items(self, trees: Iterable[Tree]) -> list[Any]:
        """The values of several trees."""
        value = self.value
        return [tree if type(tree) in _SCALARS else value(tree) for tree in trees]

    def fill(self, mapping: Any, trees: list[Tree]) -> Any:
        """`mapping`, numbered, with each key and value in turn."""
        self.containers.append(mapping)
        parts = iter(trees)
        for key in parts:
            name = self.value(key)
            mapping[name] = self.value(next(parts, ["missing"]))
        return mapping

    def extend(self, container: Any, trees: list[Tree]) -> Any:
        """`container`, numbered, with the values added."""
        self.containers.append(container)
        add = container.update if type(container) is set else container.extend
        add(self.items(trees))
        return container


def _small(value: Any) -> int:
    if type(value) is not int:
        raise MalformedError("a number is expected")
    return value


def _size(value: Any) -> int:
    if _small(value) < 0:
        raise MalformedError("a negative size")
    return int(value)


def _unpack_ref(unpacker: Unpacker, tree: list[Any]) -> Any:
    number = _small(tree[1])
    if number < 0:
        raise MalformedError("a reference to nothing")
    return unpacker.containers[number]


def _unpack_bytearray(unpacker: Unpacker, tree: list[Any]) -> bytearray:
    value = bytearray(base64.b64decode(tree[1], validate=True))
    unpacker.containers.append(value)
    return value


def _unpack_array(unpacker: Unpacker, tree: list[Any]) -> Any:
    return unpacker.extend(array.array(tree[1]), tree[2:])


def _unpack_default_dict(unpacker: Unpacker, tree: list[Any]) -> Any:
    factory = None if tree[1] is None else _FACTORIES[tree[1]]
    return unpacker.fill(collections.defaultdict(factory), tree[2:])


def _unpack_int(unpacker: Unpacker, tree: list[Any]) -> int:
    return int(tree[1], 16)


def _unpack_float_pair(unpacker: Unpacker, tree: list[Any]) -> complex:
    if type(tree[1]) is not float or type(tree[2]) is not float:
        raise MalformedError("a complex number has two floats")
    return complex(tree[1], tree[2])


def _whole(unpacker: Unpacker, tree: list[Any], count: int) -> list[int]:
    """Exactly so many integers of any size."""
    numbers = [_small(number) for number in unpacker.items(tree[1:])]
    if len(numbers) != count:
        raise MalformedError(f"{count} numbers are expected")
    return numbers


def _unpack_slice(unpacker: Unpacker, tree: list[Any]) -> slice:
    start, stop, step = unpacker.items(tree[1:])
    return slice(start, stop, step)


def _unpack_decimal(unpacker: Unpacker, tree: list[Any]) -> decimal.Decimal:
    if type(tree[1]) is not str:
        raise MalformedError("a decimal number is sent as its text")
    return decimal.Decimal(tree[1])


def _unpack_time(unpacker: Unpacker, tree: list[Any]) -> Any:
    kind: Any = getattr(datetime, tree[0])
    count = len(_TIME_FIELDS[kind])
    parts = [_small(part) for part in tree[1 : 1 + count]]
    if len(tree) == 1 + count:
        return kind(*parts)
    fold, zone = tree[1 + count :]
    tzinfo = None if zone is None else datetime.timezone(datetime.timedelta(*map(_small, zone)))
    return kind(*parts, tzinfo=tzinfo, fold=_small(fold))


_UNPACKERS: dict[Any, Callable[[Unpacker, list[Any]], Any]] = {
    "r": _unpack_ref,
    "I": _unpack_int,
    "S": lambda u, tree: "".join(map(chr, tree[1:])),
    "l": lambda u, tree: u.extend([], tree[1:]),
    "t": lambda u, tree: tuple(u.items(tree[1:])),
    "s": lambda u, tree: u.extend(set(), tree[1:]),
    "f": lambda u, tree: frozenset(u.items(tree[1:])),
    "d": lambda u, tree: u.fill({}, tree[1:]),
    "od": lambda u, tree: u.fill(collections.OrderedDict(), tree[1:]),
    "C": lambda u, tree: u.fill(collections.Counter(), tree[1:]),
    "dd": _unpack_default_dict,
    "q": lambda u, tree: u.extend(collections.deque(maxlen=tree[1]), tree[2:]),
    "B": _unpack_bytearray,
    "a": _unpack_array,
    "b": lambda u, tree: base64.b64decode(tree[1], validate=True),
    "c": _unpack_float_pair,
    "R": lambda u, tree: range(*_whole(u, tree, 3)),
    "sl": _unpack_slice,
    "D": _unpack_decimal,
    "F": lambda u, tree: fractions.Fraction(*_whole(u, tree, 2)),
    "...": lambda u, tree: ...,
    "ni": lambda u, tree: NotImplemented,
    "T": lambda u, tree: _BUILT_IN_TYPES[tree[1]],
    "K": lambda u, tree: _BUILT_IN_CALLS[tree[1]],
    **dict.fromkeys((kind.__name__ for kind in _TIME_FIELDS), _unpack_time),
}


def replace(container: Any, content: Any) -> None:
    """Give a mutable container the content of another of its kind."""
    if type(container) is not type(content):
        raise MalformedError("a container became one of another type")
    if type(container) in (list, bytearray, array.array):
        container[:] = content
        return
    if type(container).__module__ == "numpy":
        container[...] = content
        return
    container.clear()
    add = container.extend if type(container) is collections.deque else container.update
    add(content)


def no_foreign(packer: Packer, value: Any, depth: int) -> Tree:
    """For a side that sends plain data only. Raises TypeError."""
    raise TypeError(f"a {type(value).__name__} is not plain data")


def no_rebuild(unpacker: Unpacker, tree: list[Any]) -> Any:
    """For a side that takes plain data only. Raises MalformedError."""
    raise MalformedError("not plain data")


def array_tree(packer: Packer, value: Any, depth: int) -> Tree | None:
    """The tree of a numpy or pandas value, or None when it is not one."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if isinstance(value, numpy.ndarray):
        packer.number(value)
        value = numpy.asarray(value)
        if value.dtype.kind in "biufcSUmM":
            data = base64.b64encode(numpy.ascontiguousarray(value).tobytes()).decode("ascii")
            return ["np", value.dtype.str, list(value.shape), data]
        if value.dtype.kind == "O":
            return packer.items(["no", list(value.shape)], value.ravel().tolist(), depth)
        return None
    if isinstance(value, numpy.generic) and value.dtype.kind in "biufcSUmM":
        return ["ns", value.dtype.str, base64.b64encode(value.tobytes()).decode("ascii")]
    return frame_tree(packer, value, depth)


def frame_tree(packer: Packer, value: Any, depth: int) -> Tree | None:
    """The tree of a pandas frame, series, index or timestamp, or None."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return None
    if isinstance(value, pandas.Timestamp):
        return ["pT", value.isoformat()]
    if isinstance(value, pandas.Index):
        return packer.items(["pi", str(value.dtype)], [list(value), value.name], depth)
    if isinstance(value, pandas.Series):
        parts = [value.tolist(), list(value.index), value.name]
        return packer.items(["ps", str(value.dtype)], parts, depth)
    if isinstance(value, pandas.DataFrame):
        columns = [value.iloc[:, i].tolist() for i in range(value.shape[1])]
        kinds = [str(kind) for kind in value.dtypes]
        parts = [list(value.columns), list(value.index), kinds, columns]
        return packer.items(["pf"], parts, depth)
    return None


def array_value(unpacker: Unpacker, tree: list[Any]) -> Any:
    """The numpy or pandas value of a tree. Raises MalformedError."""
    tag = tree[0]
    if tag not in ("np", "no", "ns", "pT", "pi", "ps", "pf"):
        raise MalformedError("an unknown tag")
    import numpy

    if tag == "ns":
        return numpy.frombuffer(base64.b64decode(tree[2]), numpy.dtype(tree[1]), 1)[0]
    if tag == "np":
        flat = numpy.frombuffer(base64.b64decode(tree[3]), numpy.dtype(tree[1]))
        array = flat.reshape([_size(size) for size in tree[2]]).copy()
        unpacker.containers.append(array)
        return array
    if tag == "no":
        array = numpy.empty([_size(size) for size in tree[1]], dtype=object)
        unpacker.containers.append(array)
        items = unpacker.items(tree[2:])
        if len(items) != array.size:
            raise MalformedError("an array with more or fewer items than its shape")
        for index, item in enumerate(items):
            array.flat[index] = item
        return array
    return _frame_value(unpacker, tree)


def _frame_value(unpacker: Unpacker, tree: list[Any]) -> Any:
    import pandas

    if tree[0] == "pT":
        return pandas.Timestamp(tree[1])
    if tree[0] == "pi":
        values, name = unpacker.items(tree[2:])
        return pandas.Index(values, dtype=tree[1], name=name)
    if tree[0] == "ps":
        values, index, name = unpacker.items(tree[2:])
        return pandas.Series(values, index=index, name=name, dtype=tree[1])
    names, index, kinds, columns = unpacker.items(tree[1:])
    if not len(names) == len(kinds) == len(columns):
        raise MalformedError("a frame with columns of its own")
    made = [
        pandas.Series(column, index=index, dtype=kind)
        for column, kind in zip(columns, kinds, strict=True)
    ]
    frame = pandas.concat(made, axis=1) if made else pandas.DataFrame(index=index)
    frame.columns = names
    return frame
