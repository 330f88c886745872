"""A change of a shared object is seen, whatever part of it changed, and no other is."""

import array
import collections
import io
import sys
import types
from typing import Any

import pytest
from assay.tasks.code.judging import codec
from assay.tasks.code.judging.codec import Packer, no_foreign
from assay.tasks.code.judging.notation import DEEP_RECURSION, MAX_DEPTH, TooLargeError
from assay.tasks.code.judging.shared_objects import (
    MOST_SHARED,
    SharedObjects,
    content_of,
    is_content,
    replace_content,
)


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a: Any) -> None:
        self.a = a


ONE, OTHER = [1], [1]
"""Equal, and yet two objects."""
PAIRS: list[tuple[Any, Any]] = [
    ([ONE], [OTHER]), ([1], [1, 1]), ([1], [True]), ({1: ONE}, {1: OTHER}), ({1: 2}, {True: 2}),
    ({1: 2}, {}), ({1}, {2}), (collections.deque([ONE]), collections.deque([OTHER])),
    (bytearray(b"a"), bytearray(b"b")), (array.array("i", [1]), array.array("i", [2])),
    (io.StringIO("a"), io.StringIO("b")), (io.BytesIO(b"a"), io.BytesIO(b"b")),
    (types.SimpleNamespace(a=ONE), types.SimpleNamespace(a=OTHER)),
    (types.SimpleNamespace(a=ONE), types.SimpleNamespace(b=ONE)), (Slotted(ONE), Slotted(OTHER)),
    (collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)),
    (collections.defaultdict(list, {1: 2}), collections.defaultdict(set, {1: 2})),
]  # fmt: skip


@pytest.mark.parametrize(("value", "other"), PAIRS, ids=lambda value: type(value).__name__)
def test_a_change_is_seen(value: Any, other: Any) -> None:
    assert is_content(value, content_of(value))
    assert not is_content(value, content_of(other))
    if type(value) is not collections.defaultdict:  # the factory stays
        replace_content(value, other)
        assert is_content(value, content_of(other))


def test_a_frame_is_told_by_its_values() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2]})
    known = content_of(frame)
    assert is_content(frame, known)
    frame["b"] = 1
    assert not is_content(frame, known)


def test_a_table_is_large_above_its_limit() -> None:
    table = SharedObjects()
    held: list[Any] = [[] for _ in range(MOST_SHARED)]
    for one in held:
        table.add(one)
    assert not table.is_large()
    table.add([])
    assert table.is_large()


def test_a_value_with_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    value: Any = [[], [], [], []]
    monkeypatch.setattr(codec, "MAX_NODES", 8)  # where the last list is begun
    assert Packer(no_foreign).pack(value)
    monkeypatch.setattr(codec, "MAX_NODES", 7)
    with pytest.raises(TooLargeError):
        Packer(no_foreign).pack(value)
    for many in ([list(range(10)), []], [{1: 2, 3: 4, 5: 6, 7: 8}, []]):
        with pytest.raises(TooLargeError):
            Packer(no_foreign).pack(many)


def test_levels_of_dictionaries_count() -> None:
    value: Any = {}
    for _ in range(MAX_DEPTH + 1):
        value = {1: value}
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEP_RECURSION)
    try:
        assert Packer(no_foreign).pack(value[1])
        with pytest.raises(TooLargeError):
            Packer(no_foreign).pack(value)
    finally:
        sys.setrecursionlimit(limit)
