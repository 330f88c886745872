"""Plain data crosses as its exact value; whatever else is sent is refused, never run."""

import array
import collections
import datetime
import decimal
import fractions
import json
import math
import sys
from typing import Any

import pytest
from assay.tasks.code.generating.running import same_value
from assay.tasks.code.judging.codec import ObjectTable, Packer, Unpacker, no_foreign, no_rebuild
from assay.tasks.code.judging.known_values import KNOWN_KINDS, known_foreign, known_rebuild
from assay.tasks.code.judging.notation import (
    DEEP_RECURSION,
    MAX_DEPTH,
    MalformedError,
    ObjectKind,
    TooLargeError,
    dumps,
    loads,
)
from assay.tasks.code.judging.source_bundle import bundle
from assay.tasks.code.judging.tree_compare import same_tree, shown
from hypothesis import given, settings
from hypothesis import strategies as st

VALUES = [
    None, True, False, 0, -1, 2**70, -(2**9000), 10**5000, 0.1, -0.0, math.inf, "", "a\0b",
    "é\u2028", "\ud800\udc00", "\udfff", "𝄞", b"", b"\xff\0", bytearray(b"ab"), 1 + 2j,
    complex(-0.0, math.inf),
    [], [1, [2, [3]]], (), (1, "a"), {}, {1: "a", (2, 3): [4]}, set(), {1, 2}, frozenset({1, "b"}),
    {frozenset({1}): {2}}, range(5), range(9, -3, -2), slice(1, None, 2),
    decimal.Decimal("1.10"), decimal.Decimal("-Infinity"), fractions.Fraction(-3, 7),
    datetime.date(2024, 2, 29), datetime.time(1, 2, 3, 4), datetime.timedelta(-1, 5, 7),
    datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1),
    collections.deque([1, 2], maxlen=3), collections.Counter("aab"), collections.OrderedDict(b=1,
    a=2),
    collections.defaultdict(list, {"a": [1]}), collections.defaultdict(None, {1: 2}),
    array.array("d", [1.5, 2.5]), ..., NotImplemented, int, list, ValueError, len, sorted,
]  # fmt: skip


def _crossed(value: Any) -> Any:
    return Unpacker(no_rebuild).unpack(loads(dumps(Packer(no_foreign).pack(value))))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_arrives_as_itself(value: Any) -> None:
    got = _crossed(value)
    assert type(got) is type(value)
    assert got == value
    if isinstance(value, float | complex):
        assert repr(got) == repr(value), "the sign of zero is kept"
    if isinstance(value, collections.defaultdict):
        assert got.default_factory is value.default_factory
    if isinstance(value, collections.deque):
        assert got.maxlen == value.maxlen
    if isinstance(value, datetime.datetime):
        assert (got.tzinfo, got.fold) == (value.tzinfo, value.fold)
    if isinstance(value, dict):
        assert list(got) == list(value), "the order of keys is kept"


def test_not_a_number_arrives() -> None:
    assert math.isnan(_crossed(math.nan))
    assert _crossed(decimal.Decimal("NaN")).is_nan()


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    | st.sets(st.integers() | st.text(max_size=3), max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_any_plain_value_arrives(value: Any) -> None:
    got = _crossed(value)
    assert got == value
    assert same_value(got, value) or isinstance(value, float)


@settings(max_examples=200, deadline=None)
@given(PLAIN, PLAIN)
def test_trees_compare_as_their_values_do(one: Any, other: Any) -> None:
    tree = loads(dumps(Packer(no_foreign).pack(one)))
    assert same_tree(tree, one)
    assert same_tree(tree, other) == same_value(one, other) or isinstance(one, dict | set)


def test_aliases_and_cycles_are_kept() -> None:
    inner = [1]
    got = _crossed([inner, inner])
    assert got[0] is got[1]
    loop: list[Any] = []
    loop.append(loop)
    back = _crossed(loop)
    assert back[0] is back


def test_a_subclass_is_not_plain_data() -> None:
    class Text(str):
        pass

    class Items(list):  # type: ignore[type-arg]
        pass

    class Count(int):
        pass

    for value in (Text("a"), Items(), Count(3), object(), lambda: 0, open, iter([])):
        with pytest.raises(TypeError, match="not plain data"):
            Packer(no_foreign).pack(value)


def test_a_value_with_too_many_levels_is_refused() -> None:
    value: list[Any] = []
    for _ in range(MAX_DEPTH + 2):
        value = [value]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEP_RECURSION)
    try:
        assert Packer(no_foreign).pack(value[0][0])
        with pytest.raises(TooLargeError):
            Packer(no_foreign).pack(value)
    finally:
        sys.setrecursionlimit(limit)


HOSTILE = [
    ["r", 0], ["r", -1], ["r", True], ["r", "0"], ["r"], ["l", ["r", 7]], ["zz", 1], [], [[]],
    [None], [1], {"v": 1}, {}, ["I", "zz"], ["I", 5], ["I"], ["b", "!"], ["b", 7], ["b"], ["c",
    1, 2],
    ["c", "1", "2"], ["D", "not a number"], ["D", []], ["F", 1, 0], ["F"], ["R", "a"], ["R"],
    ["S", -1], ["S", 0x110000], ["S", "a"], ["s", ["l"]], ["f", ["d"]], ["d", 1], ["d", ["l"], 1],
    ["dd", "eval", 1, 2], ["dd", "__import__"], ["dd"], ["q", -2], ["q", "x", 1], ["a", "zz", 1],
    ["a", "b", 1000], ["T", "type"], ["T", "eval"], ["T", "Gone"], ["K", "exec"], ["K", "open"],
    ["K", "__import__"], ["K", "eval"], ["K"], ["date", 2024, 13, 1], ["datetime", 1],
    ["timedelta"],
    ["time", 1, 2, 3, 4, 0, [1]], ["time", 1.5, 2, 3, 4, 0, None], ["h", 0, "x", "object"],
    ["O", "X", ["d"]], ["np", "<i8", [1], "AAAAAAAAAAA="], ["it", [[], None, None]], ["B", "?"],
    ["sl", 1], ["t", {"x": 1}], ["l", ["t", ["zz"]]],
]  # fmt: skip


@pytest.mark.parametrize("tree", HOSTILE, ids=str)
def test_a_broken_tree_is_malformed(tree: Any) -> None:
    with pytest.raises(MalformedError):
        Unpacker(no_rebuild).unpack(tree)
    assert not same_tree(tree, 18)
    assert not same_tree(tree, [18])
    assert isinstance(shown(tree), str)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"{", b"nul", b"[1", b"'a'", b"[" * 200_000, b"9" * 5_000, b"1 2", b"\0"],
    ids=lambda data: repr(data[:8]),
)
def test_bytes_that_are_no_message(data: bytes) -> None:
    with pytest.raises(MalformedError):
        loads(data)


def test_pickles_and_expressions_stay_text() -> None:
    for text in ("__import__('os')", "cos\nsystem\n(S'id'\ntR.", "{{7*7}}"):
        assert _crossed(text) == text


def test_keys_that_collide_are_not_put_into_a_table() -> None:
    modulus = 2**61 - 1
    items = [n * modulus for n in range(1, 300_000)]
    for tree in (["s", *items], ["d", *items, *items], ["l", ["s", *items]]):
        assert not same_tree(tree, {1, 2})
        assert not same_tree(tree, {1: 2})
        assert not same_tree(tree, [[1]])
        assert shown(tree) == "a value with more than a thousand parts"


def test_same_tree_is_strict_about_types() -> None:
    assert not same_tree(True, 1)
    assert not same_tree(1, True)
    assert same_tree(1.0, 1)
    assert not same_tree(["t", 1], [1])
    assert same_tree(["t", 1], [1], tuples_are_lists=True)
    assert same_tree(["d", "a", ["t", 1]], {"a": [1]}, tuples_are_lists=True)
    assert not same_tree(["s", 1, 1], {1, 2})
    assert not same_tree(["d", 1, 2, 1, 2], {1: 2, 3: 4})
    assert same_tree(["l", ["l", 5], ["r", 1]], [[5], [5]])
    assert not same_tree(["l", ["r", 0]], [[1]])
    assert not same_tree("1", 1)
    assert not same_tree(None, 0)
    assert same_tree(["I", hex(2**9000)], 2**9000)


def test_values_of_json_compare_by_equality() -> None:
    for tree, want in (
        (True, 1),
        (1, True),
        (["ns", "<i8", "BQAAAAAAAAA="], 5),
        (["l", False], [0]),
    ):
        assert same_tree(tree, want, tuples_are_lists=True)
        assert not same_tree(tree, want)
    assert not same_tree(["ns", "<i8", "BQAAAAAAAAA="], 6, tuples_are_lists=True)
    assert not same_tree(["ns", "<i8", "BQ=="], 5, tuples_are_lists=True)
    assert not same_tree("1", 1, tuples_are_lists=True)


def test_arguments_change_in_place() -> None:
    for old, new in (
        ([1, 2], [3]), ({1: 2}, {3: 4}), ({1}, {2}), (bytearray(b"a"), bytearray(b"bc")),
        (collections.deque([1]), collections.deque([2, 3])), (array.array("i", [1]),
        array.array("i")),
    ):  # fmt: skip
        table = ObjectTable()
        table.add(old)
        kind = type(old)
        tree = loads(dumps(Packer(no_foreign).pack(new)))
        Unpacker(no_rebuild, table).refill(old, tree)
        assert type(old) is kind
        assert old == new
    with pytest.raises(MalformedError):
        Unpacker(no_rebuild).refill([1], ["t", 1])
    with pytest.raises(MalformedError):
        Unpacker(no_rebuild).refill([1], ["d", "a", 1])


def test_there_is_one_numbering() -> None:
    """Writer and reader give an object the same number, so later references are right."""

    class Node:
        def __init__(self, **fields: Any) -> None:
            vars(self).update(fields)

    def foreign(packer: Packer, value: Any, depth: int) -> Any:
        return packer.numbered(value, lambda p, one, deep: p.pairs(["O"], vars(one), deep), depth)

    shared = [1]
    node = Node(items=shared)
    node.self = node  # type: ignore[attr-defined]
    value = [node, {"a": node}, shared, collections.deque([shared])]
    sent = ObjectTable()
    tree = loads(dumps(Packer(foreign, sent).pack(value)))
    got_table = ObjectTable()
    fill = lambda u, one, parts: u.pairs(vars(one), parts[1:])  # noqa: E731
    kinds = {**KNOWN_KINDS, "O": ObjectKind(lambda parts: Node(), fill)}
    got = Unpacker(no_rebuild, got_table, kinds).unpack(tree)
    assert [type(one) for one in got_table.objects] == [type(one) for one in sent.objects]
    assert got[0] is got[1]["a"] is got[0].self
    assert got[2] is got[0].items is got[3][0]


def test_arrays_cross_by_value() -> None:
    numpy = pytest.importorskip("numpy")

    arrays = (
        numpy.arange(6).reshape(2, 3), numpy.array([1.5, numpy.nan]), numpy.array(7, dtype="uint8"),
        numpy.array(["a", "bc"]), numpy.array([True]), numpy.zeros((0, 3)), numpy.array([1 + 2j]),
        numpy.array(["2024-01-01"], dtype="datetime64[D]"), numpy.array([[1], "a"], dtype=object),
        numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
    )  # fmt: skip
    for value in arrays:
        tree = loads(dumps(Packer(known_foreign).pack(value)))
        got = Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree)
        assert got.dtype == value.dtype
        assert got.shape == value.shape
        assert repr(got) == repr(value)
    got = Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(
        Packer(known_foreign).pack(numpy.float32(0.1))
    )
    assert type(got) is numpy.float32
    for tree in (["np", "|O", [1], "AAAAAAAAAAA="], ["np", "<i8", [9], ""], ["np", "<i8", [-1], ""],
                 ["np", "O,O", [1], ""], ["ns", "|O", "AAAAAAAAAAA="], ["no", [2], 1]):  # fmt: skip
        with pytest.raises(MalformedError):
            Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree)


def test_frames_cross_by_value() -> None:
    pandas = pytest.importorskip("pandas")

    values = (
        pandas.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["r", "s"]),
        pandas.Series([1.5, 2.5], name="s"), pandas.Index([1, 2], name="i"), pandas.DataFrame(),
        pandas.Timestamp("2024-02-29T01:02"),
    )  # fmt: skip
    for value in values:
        tree = loads(dumps(Packer(known_foreign).pack(value)))
        got = Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree)
        assert type(got) is type(value)
        assert got.equals(value) if hasattr(value, "equals") else got == value


@pytest.mark.parametrize("side", ["program_side", "judge_side"])
def test_the_text_of_a_side_is_complete(side: str) -> None:
    text = bundle(side)
    compile(text, side, "exec")
    assert "from ." not in text
    space: dict[str, object] = {}
    exec(text, space)
    assert callable(space["main"])
    assert json.dumps(text)
