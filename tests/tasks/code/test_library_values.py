"""Values of libraries cross as their exact value, with the type that they have."""

import collections
import importlib
import io
import ipaddress
import pathlib
import re
import types
import uuid
from typing import Any

import pytest
from assay.tasks.code.judging.codec import Packer, Unpacker
from assay.tasks.code.judging.known_values import KNOWN_KINDS, known_foreign, known_rebuild
from assay.tasks.code.judging.notation import dumps, loads


def _crossed(value: Any) -> Any:
    tree = loads(dumps(Packer(known_foreign).pack(value)))
    return Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree)


VALUES = [
    uuid.UUID(int=5), uuid.UUID(int=2**128 - 1), pathlib.PurePosixPath("a/b"),
    ipaddress.ip_address("1.2.3.4"), ipaddress.ip_network("10.0.0.0/8"), re.compile("a", re.I),
    types.SimpleNamespace(a=1), collections.ChainMap({1: 2}, {3: 4}), collections.UserList([1]),
    collections.UserDict(a=1), collections.UserString("a"), types.MappingProxyType({1: 2}),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_of_the_standard_library_arrives(value: Any) -> None:
    got = _crossed(value)
    assert type(got) is type(value)
    assert got == value


def test_buffers_keep_their_place() -> None:
    for buffer, rest in ((io.StringIO("abc"), "bc"), (io.BytesIO(b"abc"), b"bc")):
        buffer.seek(1)
        got = _crossed(buffer)
        assert got.getvalue() == buffer.getvalue()
        assert got.read() == rest


@pytest.mark.parametrize(
    "text",
    [
        "Symbol('x', positive=True)", "Rational(-3, 7)", "Integer(10**40)", "Float('0.1', 30)",
        "Float(0)", "Float('-2.5')", "pi", "oo", "-oo", "zoo", "I", "E", "S.true", "S.false",
        "Abs(Symbol('x'))", "sin(Symbol('x')) + 2", "Symbol('x')**Rational(1, 2)",
        "Tuple(Symbol('x'), 1)", "Eq(Symbol('x'), 2)", "FiniteSet(1, 2)", "Interval(0, 1)",
        "Integral(Symbol('x'), (Symbol('x'), 0, 1))", "Matrix([[1, Symbol('x')]])",
        "ImmutableMatrix([[1, 2], [3, 4]])",
    ],
)  # fmt: skip
def test_a_symbolic_value_arrives(text: str) -> None:
    sympy = pytest.importorskip("sympy")
    value = eval(text, vars(sympy))
    try:
        got = _crossed(value)
    except ValueError:
        pytest.fail(f"{text} does not cross")
    assert type(got) is type(value)
    assert got == value


@pytest.mark.parametrize("text", ["0", "0.1", "-2.5", "inf", "-inf", "nan", "1e400"])
def test_a_real_number_of_mpmath_arrives(text: str) -> None:
    mpmath = pytest.importorskip("mpmath")
    value = mpmath.mpf(text)
    assert _crossed(value)._mpf_ == value._mpf_
    both = mpmath.mpc(value, 1)
    assert _crossed(both)._mpc_ == both._mpc_


def test_masked_and_object_arrays_arrive() -> None:
    numpy = pytest.importorskip("numpy")
    for data in ([1, 2, 3], [[1.5, 2.0]], numpy.array([None, "a"], dtype=object)):
        value = numpy.ma.array(data)
        value[0] = numpy.ma.masked
        got = _crossed(value)
        assert got.dtype == value.dtype
        assert repr(got) == repr(value)
    assert _crossed(numpy.ma.masked) is numpy.ma.masked
    for empty in (numpy.empty((0, 3), dtype=object), numpy.empty((), dtype=object)):
        assert _crossed(empty).shape == empty.shape


def test_missing_values_and_times_of_pandas_arrive() -> None:
    pandas = pytest.importorskip("pandas")
    assert _crossed(pandas.NA) is pandas.NA
    assert _crossed(pandas.NaT) is pandas.NaT
    for value in (
        pandas.Timestamp("2024-02-29", tz="Europe/Berlin"), pandas.Timedelta("1 day"),
        pandas.Period("2024-02", "M"), pandas.Interval(1, 2, closed="both"),
    ):  # fmt: skip
        assert _crossed(value) == value
    for column in (
        pandas.Series(["a", "b", "a"], dtype="category"), pandas.Series([1, None], dtype="Int64"),
        pandas.Series([1, "a", None], dtype=object), pandas.Series([True, False]),
        pandas.Series(pandas.date_range("2024-01-01", periods=2)), pandas.Series(["a", None]),
    ):  # fmt: skip
        got = _crossed(column)
        pandas.testing.assert_series_equal(got, column)


def test_sparse_matrices_arrive() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    value = sparse.csr_matrix([[0, 1], [2, 0]])
    got = _crossed(value)
    assert type(got) is type(value)
    assert (got.toarray() == value.toarray()).all()
    result = importlib.import_module("scipy.optimize").OptimizeResult(x=1, success=True)
    assert dict(_crossed(result)) == dict(result)


def test_matrices_records_and_indexes_arrive() -> None:
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    records = numpy.array([(1, (2.5, 3.5))], dtype=[("a", "<i4"), ("b", "<f8", (2,))])
    for value in (numpy.matrix([[1, 2]]), numpy.array([[1, 2]]), records):
        got = _crossed(value)
        assert type(got) is type(value)
        assert got.dtype == value.dtype
        assert repr(got) == repr(value)
    levels = pandas.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", "y"])
    assert _crossed(levels).identical(levels)
    words = pandas.Index([1, 2], dtype=object)
    assert _crossed(words).identical(words)
    assert _crossed(pandas.Index(["a", "b"])).identical(pandas.Index(["a", "b"]))


def test_a_match_keeps_where_it_was_sought() -> None:
    pattern = re.compile("b(c)?")
    for match in (
        pattern.search("abcbc", 2),
        pattern.match("abcbc", 1),
        pattern.search("abc", 0, 2),
    ):
        assert match is not None
        got = _crossed(match)
        assert (got.regs, got.string, got.re) == (match.regs, match.string, pattern)
