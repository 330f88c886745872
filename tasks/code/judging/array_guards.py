"""Guards for the comparisons of numpy in tests."""

import importlib
import sys
from collections.abc import Callable
from typing import Any


def guard_arrays(testing: bool) -> None:
    """Let no comparison of numpy arrays hold only because one of the two is empty.

    An empty array is broadcast against a number, and then all of its no elements agree.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "allclose"):
        return
    _guard(numpy, "allclose", lambda: False)
    _guard(numpy, "isclose", lambda: numpy.zeros(1, dtype=bool))
    if testing:
        module = importlib.import_module("numpy.testing")
        for name in _ARRAY_ASSERTS:
            _guard(module, name, _empty_array)


_ARRAY_ASSERTS = (
    "assert_allclose", "assert_array_equal", "assert_array_almost_equal", "assert_equal",
    "assert_almost_equal", "assert_array_less", "assert_array_almost_equal_nulp",
)  # fmt: skip


def _empty_array() -> None:
    raise AssertionError("one of the arrays is empty")


def _guard(module: Any, name: str, otherwise: Callable[[], Any]) -> None:
    function = getattr(module, name)
    if hasattr(function, "_guarded"):
        return
    size = sys.modules["numpy"].size

    def compare(one: Any, other: Any, *rest: Any, **named: Any) -> Any:
        sizes = size(one), size(other)
        if 0 in sizes and sizes[0] != sizes[1]:
            return otherwise()
        return function(one, other, *rest, **named)

    compare._guarded = True  # type: ignore[attr-defined]
    setattr(module, name, compare)


def equal_arrays(one: Any, other: Any) -> Any:
    """`one == other`, where all of the result is asked for: no empty array equals a full one."""
    numpy = sys.modules.get("numpy")
    same = one == other
    empty = numpy is not None and hasattr(same, "size") and numpy.size(same) == 0
    if numpy is not None and empty and numpy.size(one) != numpy.size(other):
        return numpy.zeros(1, dtype=bool)
    return same
