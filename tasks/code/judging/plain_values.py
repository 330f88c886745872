"""The built-in types of the notation: how each is written and read."""

import array
import base64
import collections
import datetime
import decimal
import fractions
from collections.abc import Iterable
from typing import Any

from .notation import (  # not in the sandbox: there that text stands before this one
    MalformedError,
    ObjectKind,
    Read,
    TooLargeError,
    Tree,
    UnpackerView,
    Write,
    Writing,
)

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
_TIME_FIELDS: dict[type, tuple[str, ...]] = {
    datetime.datetime: ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    datetime.date: ("year", "month", "day"),
    datetime.time: ("hour", "minute", "second", "microsecond"),
    datetime.timedelta: ("days", "seconds", "microseconds"),
}


# Objects with numbers ------------------------------------------------------------------------


def _listed(tag: str) -> Write:
    return lambda packer, value, depth: packer.items([tag], value, depth)


def _mapped(tag: str) -> Write:
    return lambda packer, value, depth: packer.pairs([tag], value, depth)


def _fill_slice(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    value[:] = unpacker.items(tree[1:])


def _fill_mapping(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    value.clear()
    unpacker.pairs(value, tree[1:])


def _fill_set(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    items = unpacker.items(tree[1:])
    value.clear()
    value.update(items)


def _write_default_dict(packer: Writing, value: Any, depth: int) -> Tree:
    factory = packer.pack(value.default_factory, depth + 1)
    return packer.pairs(["dd", factory], value, depth)


def _fill_default_dict(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    factory = unpacker.value(tree[1])
    if factory is not None and not callable(factory):
        raise MalformedError("a default that cannot be called")
    value.default_factory = None
    value.clear()
    unpacker.pairs(value, tree[2:])
    value.default_factory = factory


def _make_deque(tree: list[Any]) -> Any:
    return collections.deque(maxlen=None if tree[1] is None else _integer(tree[1]))


def _fill_deque(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    items = unpacker.items(tree[2:])
    value.clear()
    value.extend(items)


def _write_bytearray(packer: Writing, value: bytearray, depth: int) -> Tree:
    return ["B", base64.b64encode(value).decode("ascii")]


def _fill_bytearray(unpacker: UnpackerView, value: bytearray, tree: list[Any]) -> None:
    value[:] = base64.b64decode(tree[1], validate=True)


def _fill_array(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    value[:] = array.array(tree[1], unpacker.items(tree[2:]))


OBJECT_WRITERS: dict[type, Write] = {
    list: _listed("l"),
    set: _listed("s"),
    dict: _mapped("d"),
    collections.OrderedDict: _mapped("od"),
    collections.Counter: _mapped("C"),
    collections.defaultdict: _write_default_dict,
    collections.deque: lambda p, value, depth: p.items(["q", value.maxlen], value, depth),
    bytearray: _write_bytearray,
    array.array: lambda p, value, depth: p.items(["a", value.typecode], value, depth),
}
"""By exact type: how an object with a number is written."""
OBJECT_KINDS: dict[Any, ObjectKind] = {
    "l": ObjectKind(lambda tree: [], _fill_slice),
    "s": ObjectKind(lambda tree: set(), _fill_set),
    "d": ObjectKind(lambda tree: {}, _fill_mapping),
    "od": ObjectKind(lambda tree: collections.OrderedDict(), _fill_mapping),
    "C": ObjectKind(lambda tree: collections.Counter(), _fill_mapping),
    "dd": ObjectKind(lambda tree: collections.defaultdict(), _fill_default_dict),
    "q": ObjectKind(_make_deque, _fill_deque),
    "B": ObjectKind(lambda tree: bytearray(), _fill_bytearray),
    "a": ObjectKind(lambda tree: array.array(tree[1]), _fill_array),
}
"""By tag: how an object with a number is read."""


# Values without numbers ----------------------------------------------------------------------


def _write_type(packer: Writing, value: type, depth: int) -> Tree:
    if _BUILT_IN_TYPES.get(value.__name__) is value:
        return ["T", value.__name__]
    return packer.foreign(value, depth)


def _write_built_in(packer: Writing, value: Any, depth: int) -> Tree:
    name = getattr(value, "__name__", "")
    if _BUILT_IN_CALLS.get(name) is value:
        return ["K", name]
    return packer.foreign(value, depth)


def _zone(zone: Any) -> Tree:
    if zone is None:
        return None
    offset = zone.utcoffset(None)
    if offset is None:
        raise TooLargeError("a time zone without a fixed offset")
    return [offset.days, offset.seconds, offset.microseconds]


def _write_time(packer: Writing, value: Any, depth: int) -> Tree:
    parts = [getattr(value, name) for name in _TIME_FIELDS[type(value)]]
    if hasattr(value, "fold"):
        zone = value.tzinfo
        if zone is not None and zone.utcoffset(None) is None:
            zone = datetime.timezone(value.utcoffset())
        return [type(value).__name__, *parts, value.fold, _zone(zone)]
    return [type(value).__name__, *parts]


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise MalformedError("a number is expected")
    return value


def _read_complex(unpacker: UnpackerView, tree: list[Any]) -> complex:
    if type(tree[1]) is not float or type(tree[2]) is not float:
        raise MalformedError("a complex number has two floats")
    return complex(tree[1], tree[2])


def integers(unpacker: UnpackerView, trees: Iterable[Tree], count: int) -> list[int]:
    """Exactly `count` integers of any size."""
    numbers = [_integer(number) for number in unpacker.items(trees)]
    if len(numbers) != count:
        raise MalformedError(f"{count} numbers are expected")
    return numbers


def _read_slice(unpacker: UnpackerView, tree: list[Any]) -> slice:
    start, stop, step = unpacker.items(tree[1:])
    return slice(start, stop, step)


def _read_decimal(unpacker: UnpackerView, tree: list[Any]) -> decimal.Decimal:
    if type(tree[1]) is not str:
        raise MalformedError("a decimal number is sent as its text")
    return decimal.Decimal(tree[1])


def _read_time(unpacker: UnpackerView, tree: list[Any]) -> Any:
    kind: Any = getattr(datetime, tree[0])
    count = len(_TIME_FIELDS[kind])
    parts = [_integer(part) for part in tree[1 : 1 + count]]
    if len(tree) == 1 + count:
        return kind(*parts)
    fold, zone = tree[1 + count :]
    tzinfo = None if zone is None else datetime.timezone(datetime.timedelta(*map(_integer, zone)))
    return kind(*parts, tzinfo=tzinfo, fold=_integer(fold))


VALUE_WRITERS: dict[type, Write] = {
    tuple: lambda packer, value, depth: packer.items(["t"], value, depth),
    frozenset: lambda packer, value, depth: packer.items(["f"], value, depth),
    bytes: lambda p, value, depth: ["b", base64.b64encode(value).decode("ascii")],
    complex: lambda p, value, depth: ["c", value.real, value.imag],
    range: lambda p, v, depth: p.items(["R"], (v.start, v.stop, v.step), depth),
    slice: lambda p, v, depth: p.items(["sl"], (v.start, v.stop, v.step), depth),
    decimal.Decimal: lambda p, value, depth: ["D", str(value)],
    fractions.Fraction: lambda p, v, depth: p.items(["F"], (v.numerator, v.denominator), depth),
    type(Ellipsis): lambda p, value, depth: ["..."],
    type(NotImplemented): lambda p, value, depth: ["ni"],
    type: _write_type,
    type(len): _write_built_in,
    **dict.fromkeys(_TIME_FIELDS, _write_time),
}
VALUE_READERS: dict[Any, Read] = {
    "f": lambda u, tree: frozenset(u.items(tree[1:])),
    "b": lambda u, tree: base64.b64decode(tree[1], validate=True),
    "c": _read_complex,
    "R": lambda u, tree: range(*integers(u, tree[1:], 3)),
    "sl": _read_slice,
    "D": _read_decimal,
    "F": lambda u, tree: fractions.Fraction(*integers(u, tree[1:], 2)),
    "...": lambda u, tree: ...,
    "ni": lambda u, tree: NotImplemented,
    "T": lambda u, tree: _BUILT_IN_TYPES[tree[1]],
    "K": lambda u, tree: _BUILT_IN_CALLS[tree[1]],
    **dict.fromkeys((kind.__name__ for kind in _TIME_FIELDS), _read_time),
}
