"""Arrays and scalars of numpy, carried by value: plain, structured, masked, matrices, objects."""

import base64
import math
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

_BY_BYTES = "biufcSUmM"
"""Kinds of numpy types whose bytes are their values."""


def array_writer(value: Any) -> tuple[Write, bool] | None:
    """How a numpy value is written, and whether it has a number; None for any other value."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if isinstance(value, numpy.ndarray):
        masked = sys.modules.get("numpy.ma")
        if masked is not None and isinstance(value, masked.MaskedArray):
            constant = value is masked.masked
            return (_write_masked_constant, False) if constant else (_write_masked, True)
        if value.dtype.kind == "O":
            return _write_objects, True
        if _is_bytes(value.dtype):
            return _write_array, True
        return None
    if isinstance(value, numpy.generic) and _is_bytes(value.dtype):
        return _write_scalar, False
    if isinstance(value, numpy.dtype) and _is_bytes(value):
        return lambda packer, dtype, depth: ["nt", _description(dtype)], False
    return None


def _is_bytes(dtype: Any) -> bool:
    return dtype.kind in _BY_BYTES or (dtype.fields is not None and not dtype.hasobject)


def _description(dtype: Any) -> Tree:
    """A dtype as plain text or, of a structured one, lists."""
    if dtype.fields is None:
        return dtype.str
    import numpy

    return numpy.lib.format.dtype_to_descr(dtype)


def _dtype(description: Any) -> Any:
    """The dtype of a description. Raises MalformedError for one with objects."""
    import numpy

    if type(description) is list:
        dtype = numpy.lib.format.descr_to_dtype(_as_description(description))
    elif type(description) is str:
        dtype = numpy.dtype(description)
    else:
        raise MalformedError("not a type of numbers")
    if not _is_bytes(dtype):
        raise MalformedError("not a type of numbers")
    return dtype


def _as_description(parts: list[Any]) -> Any:
    """JSON has no tuples: a field is a tuple whose second part may be a list of fields."""
    made = []
    for name, kind, *shape in parts:
        inner = _as_description(kind) if type(kind) is list else kind
        made.append((tuple(name) if type(name) is list else name, inner, *map(tuple, shape)))
    return made


def _encoded(value: Any) -> str:
    import numpy

    return base64.b64encode(numpy.ascontiguousarray(value).tobytes()).decode("ascii")


def _write_array(packer: Writing, value: Any, depth: int) -> Tree:
    import numpy

    tag = "nm" if isinstance(value, numpy.matrix) else "np"
    plain = numpy.asarray(value)
    return [tag, _description(plain.dtype), list(plain.shape), _encoded(plain)]


def _write_objects(packer: Writing, value: Any, depth: int) -> Tree:
    import numpy

    return packer.items(["no", list(value.shape)], numpy.asarray(value).ravel().tolist(), depth)


def _write_masked(packer: Writing, value: Any, depth: int) -> Tree:
    import numpy

    data, mask = numpy.asarray(value.data), numpy.ma.getmaskarray(value)
    return packer.items(["na"], [data, mask, value.fill_value], depth)


def _write_masked_constant(packer: Writing, value: Any, depth: int) -> Tree:
    return ["nc"]


def _write_scalar(packer: Writing, value: Any, depth: int) -> Tree:
    data = base64.b64encode(value.tobytes()).decode("ascii")
    return ["ns", _description(value.dtype), data]


def _shape(sizes: Any) -> list[int]:
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise MalformedError("a negative size")
    return list(sizes)


def _make_array(tree: list[Any]) -> Any:
    import numpy

    flat = numpy.frombuffer(base64.b64decode(tree[3], validate=True), _dtype(tree[1]))
    array = flat.reshape(_shape(tree[2])).copy()
    return array.view(numpy.matrix) if tree[0] == "nm" else array


def _fill_array_again(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    """Give an array the content of another, whose shape and type it may have to take over."""
    new = _make_array(tree)
    if value.dtype != new.dtype:
        value.dtype = new.dtype
    if value.shape != new.shape:
        value.resize(new.shape, refcheck=False)
    value[...] = new


def _make_objects(tree: list[Any]) -> Any:
    import numpy

    shape = _shape(tree[1])
    if math.prod(shape) != len(tree) - 2:  # before the memory for them is taken
        raise MalformedError("an array with more or fewer items than its shape")
    return numpy.empty(shape, dtype=object)


def _fill_objects(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    items = unpacker.items(tree[2:])
    if len(items) != value.size:
        raise MalformedError("an array with more or fewer items than its shape")
    for index, item in enumerate(items):
        value.flat[index] = item


def _make_masked(tree: list[Any]) -> Any:
    import numpy

    head = tree[1]
    return numpy.ma.MaskedArray(_make_objects(head) if head[0] == "no" else _make_array(head))


def _fill_masked(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    data, mask, fill = unpacker.items(tree[1:])
    value.mask = False
    value[...] = data
    value.mask = mask
    value.fill_value = fill


def _read_scalar(unpacker: UnpackerView, tree: list[Any]) -> Any:
    import numpy

    (scalar,) = numpy.frombuffer(base64.b64decode(tree[2], validate=True), _dtype(tree[1]))
    return scalar


def _read_constant_mask(unpacker: UnpackerView, tree: list[Any]) -> Any:
    import numpy

    return numpy.ma.masked


ARRAY_KINDS: dict[Any, ObjectKind] = {
    "np": ObjectKind(_make_array, _fill_array_again),
    "nm": ObjectKind(_make_array, _fill_array_again),
    "no": ObjectKind(_make_objects, _fill_objects),
    "na": ObjectKind(_make_masked, _fill_masked),
}
"""By tag: arrays."""
ARRAY_READERS: dict[Any, Read] = {
    "ns": _read_scalar,
    "nc": _read_constant_mask,
    "nt": lambda unpacker, tree: _dtype(tree[1]),
}
"""By tag: numpy values that cannot change."""
