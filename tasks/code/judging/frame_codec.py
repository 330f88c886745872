"""Frames, series, indexes and scalars of pandas, carried by value.

Columns keep their types, indexes their kind, names, levels and frequency, and missing values
stay the missing value that they are.
"""

import importlib
import sys
from typing import Any

from .notation import (  # not in the sandbox: there that text stands before this one
    MalformedError,
    ObjectKind,
    Read,
    Tree,
    UnpackerView,
    Write,
    Writing,
)


def frame_writer(value: Any) -> tuple[Write, bool] | None:
    """How a pandas value is written, and whether it has a number; None for any other value."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return None
    if isinstance(value, pandas.DataFrame):
        return _write_frame, True
    if isinstance(value, pandas.Series):
        return _write_series, True
    if value is pandas.NaT or value is pandas.NA:
        return _write_missing, False
    found = None
    for name, write in _FRAME_WRITERS:
        if isinstance(value, getattr(pandas, name)):
            found = write
            break
    return None if found is None else (found, False)


def _pandas() -> Any:
    return importlib.import_module("pandas")


# Columns -------------------------------------------------------------------------------------


def _write_column(packer: Writing, values: Any, depth: int) -> Tree:
    """The values of a column or of an index: [type, tree of the values]."""
    pandas = _pandas()
    dtype = values.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        held = pandas.Categorical(values)
        parts = [held.codes.tolist(), bool(held.ordered)]
        return ["category", packer.pack(parts, depth), packer.pack(held.categories, depth + 1)]
    if dtype.kind in "biufcmM" and not hasattr(dtype, "na_value"):
        array = values.to_numpy()
        return ["numpy", packer.pack(array, depth), str(dtype)]
    kept = [None if one is None else one for one in values]
    return ["list", packer.pack(kept, depth), str(dtype)]


def _read_column(unpacker: UnpackerView, tree: list[Any]) -> Any:
    """What a column or an index is made of."""
    pandas = _pandas()
    kind, values = tree[0], unpacker.value(tree[1])
    if kind == "category":
        categories = unpacker.value(tree[2])
        codes, ordered = values
        return pandas.Categorical.from_codes(codes, categories, ordered=ordered)
    numpy = importlib.import_module("numpy")
    if kind == "numpy" and isinstance(values, numpy.ndarray):  # one number would fill any length
        return values
    if kind != "list" or type(values) is not list:
        raise MalformedError("an unknown column")
    dtype = tree[2]
    if dtype == "object":
        made = numpy.empty(len(values), dtype=object)
        for index, one in enumerate(values):
            made[index] = one
        return made
    return pandas.array(values, dtype=dtype)


# Indexes -------------------------------------------------------------------------------------


def _write_index(packer: Writing, value: Any, depth: int) -> Tree:
    pandas = _pandas()
    names = packer.pack(list(value.names), depth)
    if isinstance(value, pandas.RangeIndex):
        return ["pd.r", names, value.start, value.stop, value.step]
    if isinstance(value, pandas.MultiIndex):
        levels = [_write_index(packer, level, depth + 1) for level in value.levels]
        codes = [list(map(int, one)) for one in value.codes]
        return ["pd.m", names, levels, codes]
    frequency = getattr(value, "freqstr", None)
    return ["pd.i", names, _write_column(packer, value, depth), frequency]


def _read_index(unpacker: UnpackerView, tree: list[Any]) -> Any:
    pandas = _pandas()
    names = unpacker.value(tree[1])
    if tree[0] == "pd.r":
        made = pandas.RangeIndex(tree[2], tree[3], tree[4])
    elif tree[0] == "pd.m":
        levels = [_read_index(unpacker, level) for level in tree[2]]
        made = pandas.MultiIndex(levels=levels, codes=tree[3])
    else:
        values = _read_column(unpacker, tree[2])
        kind = {"dtype": "object"} if tree[2][0] == "list" and tree[2][2] == "object" else {}
        made = pandas.Index(values, **kind)
        if tree[3] is not None and hasattr(made, "freq") and made.freq is None:
            made.freq = tree[3]
    made.names = names
    return made


# Frames and series ---------------------------------------------------------------------------


def _write_series(packer: Writing, value: Any, depth: int) -> Tree:
    index, name = _write_index(packer, value.index, depth), packer.pack(value.name, depth)
    column = _write_column(packer, value, depth)
    return ["pd.s", index, name, column, packer.pack(dict(value.attrs), depth)]


def _read_series(unpacker: UnpackerView, tree: list[Any]) -> Any:
    index = _read_index(unpacker, tree[1])
    name, values = unpacker.value(tree[2]), _read_column(unpacker, tree[3])
    kind = {"dtype": "object"} if tree[3][0] == "list" and tree[3][2] == "object" else {}
    made = _pandas().Series(values, index=index, name=name, **kind)
    made.attrs.update(unpacker.value(tree[4]))
    return made


def _write_frame(packer: Writing, value: Any, depth: int) -> Tree:
    columns = [_write_column(packer, value.iloc[:, n], depth) for n in range(value.shape[1])]
    index, names = (_write_index(packer, axis, depth) for axis in (value.index, value.columns))
    return ["pd.f", index, names, columns, packer.pack(dict(value.attrs), depth)]


def _read_frame(unpacker: UnpackerView, tree: list[Any]) -> Any:
    pandas = _pandas()
    columns = [(_read_column(unpacker, one), one) for one in tree[3]]
    index, names = _read_index(unpacker, tree[1]), _read_index(unpacker, tree[2])
    if len(names) != len(columns):
        raise MalformedError("a frame with other columns than it has names for")
    made = {}
    for number, (values, one) in enumerate(columns):
        kind = {"dtype": "object"} if one[0] == "list" and one[2] == "object" else {}
        made[number] = pandas.Series(values, index=index, **kind)
    frame = pandas.DataFrame(made, index=index)
    frame.columns = names
    frame.attrs.update(unpacker.value(tree[4]))
    return frame


def _fill_frame(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    """Give a frame or a series the content of another, in place."""
    new = _read_frame(unpacker, tree) if tree[0] == "pd.f" else _read_series(unpacker, tree)
    value._update_inplace(new)
    if tree[0] == "pd.s":
        value.name = new.name
    value.attrs.clear()
    value.attrs.update(new.attrs)


FRAME_KINDS: dict[Any, ObjectKind] = {
    "pd.f": ObjectKind(lambda tree: _pandas().DataFrame(), _fill_frame),
    "pd.s": ObjectKind(lambda tree: _pandas().Series(dtype="object"), _fill_frame),
}
"""By tag: frames and series."""


# Scalars -------------------------------------------------------------------------------------


def _write_missing(packer: Writing, value: Any, depth: int) -> Tree:
    return ["pd.n", "NaT" if value is _pandas().NaT else "NA"]


def _read_missing(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return {"NA": _pandas().NA, "NaT": _pandas().NaT}[tree[1]]


def _write_timestamp(packer: Writing, value: Any, depth: int) -> Tree:
    zone = None if value.tz is None else str(value.tz)
    return ["pd.t", int(value.value), value.unit, zone]


def _read_timestamp(unpacker: UnpackerView, tree: list[Any]) -> Any:
    if type(tree[1]) is not int:
        raise MalformedError("a time is a number")
    made = _pandas().Timestamp(tree[1], unit="ns", tz="UTC")
    zone = tree[3]
    return (made.tz_localize(None) if zone is None else made.tz_convert(zone)).as_unit(tree[2])


def _write_timedelta(packer: Writing, value: Any, depth: int) -> Tree:
    return ["pd.d", int(value.value), value.unit]


def _read_timedelta(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return _pandas().Timedelta(tree[1], unit="ns").as_unit(tree[2])


def _write_period(packer: Writing, value: Any, depth: int) -> Tree:
    return ["pd.p", int(value.ordinal), value.freqstr]


def _read_period(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return _pandas().Period(ordinal=tree[1], freq=tree[2])


def _write_interval(packer: Writing, value: Any, depth: int) -> Tree:
    return packer.items(["pd.v", value.closed], [value.left, value.right], depth)


def _read_interval(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return _pandas().Interval(*unpacker.items(tree[2:4]), closed=tree[1])


def _write_categories(packer: Writing, value: Any, depth: int) -> Tree:
    return ["pd.c", _write_column(packer, value, depth)]


def _write_extension(packer: Writing, value: Any, depth: int) -> Tree:
    return ["pd.a", _write_column(packer, value, depth)]


def _read_values(unpacker: UnpackerView, tree: list[Any]) -> Any:
    values = _read_column(unpacker, tree[1])
    return values if tree[0] == "pd.c" else _pandas().array(values, dtype=str(values.dtype))


def _write_offset(packer: Writing, value: Any, depth: int) -> Tree:
    return ["pd.o", value.freqstr]


def _read_offset(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return _pandas().tseries.frequencies.to_offset(tree[1])


_FRAME_WRITERS: tuple[tuple[str, Write], ...] = (
    ("Index", _write_index),
    ("Timestamp", _write_timestamp),
    ("Timedelta", _write_timedelta),
    ("Period", _write_period),
    ("Interval", _write_interval),
    ("Categorical", _write_categories),
)
FRAME_READERS: dict[Any, Read] = {
    "pd.r": _read_index,
    "pd.m": _read_index,
    "pd.i": _read_index,
    "pd.n": _read_missing,
    "pd.t": _read_timestamp,
    "pd.d": _read_timedelta,
    "pd.p": _read_period,
    "pd.v": _read_interval,
    "pd.c": _read_values,
    "pd.a": _read_values,
    "pd.o": _read_offset,
}
"""By tag: pandas values that cannot change."""
