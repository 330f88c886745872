"""Types of the standard library and of symbolic and numerical libraries, carried by value.

A writer is found by the full name of a type or of one of its bases, and only if that name in that
module is this very type. A reader builds one fixed type from plain parts.
"""

import base64
import collections
import importlib
import io
import sys
import types
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
from .plain_values import (
    integers,
)


def library_writer(value: Any) -> tuple[Write, bool] | None:
    """How a value of a library type is written, and whether it has a number."""
    for kind in type(value).__mro__[:-1]:
        name = f"{kind.__module__}.{kind.__qualname__}"
        found = _LIBRARY_OBJECTS.get(name)
        numbered = found is not None
        found = found or _LIBRARY_VALUES.get(name)
        if found is not None and _named(name) is kind:
            return found, numbered
    return None


_UNLISTED: dict[str, type] = {"builtins.mappingproxy": types.MappingProxyType}
"""Types that their module does not name."""


def _named(name: str) -> Any:
    if name in _UNLISTED:
        return _UNLISTED[name]
    module, _, label = name.rpartition(".")
    return getattr(sys.modules.get(module), label, None)


# Objects with numbers ------------------------------------------------------------------------


def _write_text_buffer(packer: Writing, value: io.StringIO, depth: int) -> Tree:
    return ["io.S", packer.pack(value.getvalue()), value.tell()]


def _fill_text_buffer(unpacker: UnpackerView, value: io.StringIO, tree: list[Any]) -> None:
    value.seek(0)
    value.truncate()
    value.write(unpacker.value(tree[1]))
    value.seek(tree[2])


def _write_byte_buffer(packer: Writing, value: io.BytesIO, depth: int) -> Tree:
    return ["io.B", packer.pack(value.getvalue()), value.tell()]


def _fill_byte_buffer(unpacker: UnpackerView, value: io.BytesIO, tree: list[Any]) -> None:
    value.seek(0)
    value.truncate()
    value.write(unpacker.value(tree[1]))
    value.seek(tree[2])


def _fill_namespace(unpacker: UnpackerView, value: types.SimpleNamespace, tree: list[Any]) -> None:
    vars(value).clear()
    unpacker.pairs(vars(value), tree[1:])


def _fill_chain(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    value.maps = unpacker.items(tree[1:])


def _fill_wrapped(unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
    data = unpacker.value(tree[1])
    if not isinstance(data, list if type(value) is collections.UserList else dict):
        raise MalformedError("a wrapper of something else")
    value.data = data


_LIBRARY_OBJECTS: dict[str, Write] = {
    "_io.StringIO": _write_text_buffer,
    "_io.BytesIO": _write_byte_buffer,
    "types.SimpleNamespace": lambda p, value, depth: p.pairs(["SN"], vars(value), depth),
    "collections.ChainMap": lambda p, value, depth: p.items(["CM"], value.maps, depth),
    "collections.UserList": lambda p, value, depth: p.items(["UL"], [value.data], depth),
    "collections.UserDict": lambda p, value, depth: p.items(["UD"], [value.data], depth),
}
LIBRARY_KINDS: dict[Any, ObjectKind] = {
    "io.S": ObjectKind(lambda tree: io.StringIO(), _fill_text_buffer),
    "io.B": ObjectKind(lambda tree: io.BytesIO(), _fill_byte_buffer),
    "SN": ObjectKind(lambda tree: types.SimpleNamespace(), _fill_namespace),
    "CM": ObjectKind(lambda tree: collections.ChainMap(), _fill_chain),
    "UL": ObjectKind(lambda tree: collections.UserList(), _fill_wrapped),
    "UD": ObjectKind(lambda tree: collections.UserDict(), _fill_wrapped),
}
"""By tag: library objects that can change."""


# Values without numbers ----------------------------------------------------------------------


def _write_named_text(tag: str) -> Write:
    return lambda packer, value, depth: [tag, type(value).__name__, packer.pack(str(value))]


_PATHS = ("PurePosixPath", "PureWindowsPath", "PosixPath", "WindowsPath", "PurePath", "Path")
_ADDRESSES = (
    "IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network", "IPv4Interface", "IPv6Interface",
)  # fmt: skip


def _read_named_text(module: str, names: tuple[str, ...]) -> Read:
    def read(unpacker: UnpackerView, tree: list[Any]) -> Any:
        if tree[1] not in names:
            raise MalformedError("an unknown type")
        return getattr(importlib.import_module(module), tree[1])(unpacker.value(tree[2]))

    return read


def _read_uuid(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return importlib.import_module("uuid").UUID(int=integers(unpacker, tree[1:], 1)[0])


def _write_pattern(packer: Writing, value: Any, depth: int) -> Tree:
    return ["re", packer.pack(value.pattern), value.flags]


def _read_pattern(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return importlib.import_module("re").compile(unpacker.value(tree[1]), tree[2])


def _write_match(packer: Writing, value: Any, depth: int) -> Tree:
    spans = [list(span) for span in value.regs]
    place = [value.pos, value.endpos, spans]
    return ["rm", packer.pack(value.re, depth), packer.pack(value.string), *place]


def _read_match(unpacker: UnpackerView, tree: list[Any]) -> Any:
    pattern, text = unpacker.value(tree[1]), unpacker.value(tree[2])
    begin, end, spans = tree[3], tree[4], tuple(map(tuple, tree[5]))
    for find in (pattern.match, pattern.search, pattern.fullmatch):
        for start in (begin, spans[0][0]):
            found = find(text, start, end)
            if found is not None and found.regs == spans:
                return found
    raise MalformedError("a match that its pattern does not give")


def _read_proxy(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return types.MappingProxyType(unpacker.value(tree[1]))


def _write_zone(packer: Writing, value: Any, depth: int) -> Tree:
    return ["zi", value.key]


def _read_zone(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return importlib.import_module("zoneinfo").ZoneInfo(unpacker.value(tree[1]))


def _write_symbolic(packer: Writing, value: Any, depth: int) -> Tree:
    name = type(value).__name__
    if name == "Symbol":
        given = dict(getattr(value, "_assumptions_orig", {}))
        return ["sy.s", packer.pack(value.name), packer.pack(given, depth)]
    if value.is_Rational:
        return ["sy.r", packer.pack(int(value.p)), packer.pack(int(value.q))]
    if value.is_Float:
        return ["sy.f", packer.pack([*map(int, value._mpf_)], depth), int(value._prec)]
    if not value.args:
        return ["sy.c", name]
    return packer.items(["sy", name], value.args, depth)


def _symbolic_parts(unpacker: UnpackerView, trees: list[Tree]) -> list[Any]:
    """Symbolic values and nothing else: sympy evaluates a text in place of one as Python."""
    sympy, parts = importlib.import_module("sympy"), unpacker.items(trees)
    if not all(isinstance(one, sympy.Basic) for one in parts):
        raise MalformedError("a symbolic value with a part that is none")
    return parts


def _binary(unpacker: UnpackerView, tree: Tree) -> tuple[Any, ...]:
    """The parts of a binary number as mpmath keeps them: it trusts the parts to be normal."""
    library = importlib.import_module("mpmath.libmp")
    parts = tuple(unpacker.value(tree))
    if any(type(one) is not int for one in parts):
        raise MalformedError("a binary number has whole parts")
    if parts in (library.fzero, library.finf, library.fninf, library.fnan):
        return parts
    sign, mantissa, _, bits = parts
    if sign not in (0, 1) or mantissa < 0 or not mantissa % 2 or bits != mantissa.bit_length():
        raise MalformedError("a binary number that is not normal")
    return parts


def _read_symbol(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return importlib.import_module("sympy").Symbol(
        unpacker.value(tree[1]), **unpacker.value(tree[2])
    )


def _read_rational(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return importlib.import_module("sympy").Rational(*integers(unpacker, tree[1:], 2))


def _read_symbolic_float(unpacker: UnpackerView, tree: list[Any]) -> Any:
    sympy = importlib.import_module("sympy")
    parts, (precision,) = _binary(unpacker, tree[1]), integers(unpacker, tree[2:], 1)
    if not any(parts):  # `_new` makes a whole zero of it
        return sympy.Float(0, precision=precision)
    return sympy.Float._new(parts, precision)


def _read_constant(unpacker: UnpackerView, tree: list[Any]) -> Any:
    sympy = importlib.import_module("sympy")
    names = {"BooleanTrue": "true", "BooleanFalse": "false"}
    made = getattr(sympy.S, names.get(tree[1], str(tree[1])))
    if not isinstance(made, sympy.Basic):
        raise MalformedError("an unknown constant")
    return made


def _read_symbolic(unpacker: UnpackerView, tree: list[Any]) -> Any:
    sympy = importlib.import_module("sympy")
    kind = getattr(sympy, tree[1], None)
    if not (isinstance(kind, type) and issubclass(kind, sympy.Basic)):
        raise MalformedError("an unknown type")
    made = kind(*_symbolic_parts(unpacker, tree[2:]))
    if not isinstance(made, sympy.Basic):
        raise MalformedError("a type in place of a value")
    return made


def _write_matrix(packer: Writing, value: Any, depth: int) -> Tree:
    return packer.items(["sy.m", type(value).__name__, *map(int, value.shape)], value.flat(), depth)


def _read_matrix(unpacker: UnpackerView, tree: list[Any]) -> Any:
    sympy = importlib.import_module("sympy")
    kind = sympy.ImmutableMatrix if tree[1].startswith("Immutable") else sympy.Matrix
    return kind(tree[2], tree[3], _symbolic_parts(unpacker, tree[4:]))


def _write_real(packer: Writing, value: Any, depth: int) -> Tree:
    return ["mf", packer.pack([*map(int, value._mpf_)], depth)]


def _read_real(unpacker: UnpackerView, tree: list[Any]) -> Any:
    return importlib.import_module("mpmath").mp.make_mpf(_binary(unpacker, tree[1]))


def _write_complex_real(packer: Writing, value: Any, depth: int) -> Tree:
    return ["mc", *(packer.pack([*map(int, part)], depth) for part in value._mpc_)]


def _read_complex_real(unpacker: UnpackerView, tree: list[Any]) -> Any:
    parts = tuple(_binary(unpacker, part) for part in tree[1:3])
    return importlib.import_module("mpmath").mp.make_mpc(parts)


def _write_result(packer: Writing, value: Any, depth: int) -> Tree:
    return packer.pairs(["sc.o"], dict(value), depth)


def _read_result(unpacker: UnpackerView, tree: list[Any]) -> Any:
    result = importlib.import_module("scipy.optimize").OptimizeResult()
    unpacker.pairs(result, tree[1:])
    return result


def _write_sparse(packer: Writing, value: Any, depth: int) -> Tree:
    kind, parts = type(value).__name__, value.tocoo()
    held = [list(map(int, value.shape)), parts.row, parts.col, parts.data]
    return packer.items(["sc.s", kind], held, depth)


def _read_sparse(unpacker: UnpackerView, tree: list[Any]) -> Any:
    sparse = importlib.import_module("scipy.sparse")
    form, _, kind = str(tree[1]).partition("_")
    if kind not in ("matrix", "array") or form not in ("csr", "csc", "coo", "lil", "dok", "bsr"):
        raise MalformedError("an unknown type")
    shape, rows, columns, data = unpacker.items(tree[2:])
    made = sparse.coo_array if kind == "array" else sparse.coo_matrix
    return getattr(sparse, tree[1])(made((data, (rows, columns)), shape=tuple(shape)))


_SPARSE = {
    f"scipy.sparse._{form}.{form}_{kind}": _write_sparse
    for form in ("csr", "csc", "coo", "lil", "dok", "bsr")
    for kind in ("matrix", "array")
}
_LIBRARY_VALUES: dict[str, Write] = {
    "uuid.UUID": lambda packer, value, depth: ["uu", packer.pack(value.int)],
    **{f"pathlib.{name}": _write_named_text("pa") for name in _PATHS},
    **{f"ipaddress.{name}": _write_named_text("ip") for name in _ADDRESSES},
    "re.Pattern": _write_pattern,
    "re.Match": _write_match,
    "zoneinfo.ZoneInfo": _write_zone,
    "builtins.mappingproxy": lambda p, value, depth: p.items(["mp"], [dict(value)], depth),
    "builtins.memoryview": lambda p, v, depth: ["b", base64.b64encode(v).decode("ascii")],
    "collections.UserString": lambda p, value, depth: ["US", p.pack(value.data)],
    "sympy.core.basic.Basic": _write_symbolic,
    "sympy.matrices.matrixbase.MatrixBase": _write_matrix,
    "mpmath.ctx_mp_python.mpf": _write_real,
    "mpmath.ctx_mp_python._mpf": _write_real,
    "mpmath.ctx_mp_python._mpc": _write_complex_real,
    "scipy.optimize._optimize.OptimizeResult": _write_result,
    **_SPARSE,
}
LIBRARY_READERS: dict[Any, Read] = {
    "uu": _read_uuid,
    "pa": _read_named_text("pathlib", _PATHS),
    "ip": _read_named_text("ipaddress", _ADDRESSES),
    "re": _read_pattern,
    "rm": _read_match,
    "zi": _read_zone,
    "mp": _read_proxy,
    "US": lambda u, tree: collections.UserString(u.value(tree[1])),
    "sy": _read_symbolic,
    "sy.s": _read_symbol,
    "sy.r": _read_rational,
    "sy.f": _read_symbolic_float,
    "sy.c": _read_constant,
    "sy.m": _read_matrix,
    "mf": _read_real,
    "mc": _read_complex_real,
    "sc.o": _read_result,
    "sc.s": _read_sparse,
}
"""By tag: library values."""
