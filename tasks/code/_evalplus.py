"""Tests of records that carry inputs and a reference in place of tests (EvalPlus, Liu et al. 2023).

The released HumanEvalPlus and MbppPlus files give `base_input` and `plus_input`, and leave the
expected values to the reference solution. The test made here runs that reference with the judge
and compares as the benchmark's own checker does. One rule is stricter on purpose: that checker
takes any answer to `are_equivalent`; here the reference decides.
"""

from collections.abc import Callable
from typing import Any

from ._stored import Record

OUTPUT_NOT_NONE = ("check_str", "text_match_three", "text_starta_endb")
OUTPUT_AS_SET = (
    "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
    "intersection_array", "find_dissimilar", "Diff",
)  # fmt: skip
_TUPLES = (
    2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726,
    740, 744, 809,
)  # fmt: skip
_LISTS_OF_TUPLES = (63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780)
_FIRST_OF_TUPLES = (75, 413, 444, 753)
_FIRST_TUPLE = (250, 307, 405, 446, 617, 720, 763, 808)
_TEST = """
import copy as _copy
import math as _math
from math import inf, nan

_space = {{"__name__": "reference"}}
exec({source!r}, _space)
_reference = _space[{name!r}]
_inputs = {inputs!r}


def _floats(value):
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def _close(got, want, within):
    if isinstance(want, (list, tuple)):
        return (
            type(got) is type(want)
            and len(got) == len(want)
            and all(_close(one, other, within) for one, other in zip(got, want))
        )
    numbers = isinstance(got, (int, float)) and isinstance(want, (int, float))
    return numbers and (got == want or abs(got - want) <= within + 1e-07 * abs(want))


def _agree(given, got, want):
    {special}
    if got == want:
        return True
    within = {atol!r} or (1e-6 if _floats(want) else 0)
    return bool(within) and type(got) is type(want) and _close(got, want, within)


def check(candidate):
    for _given in _inputs:
        _want = _reference(*_copy.deepcopy(_given))
        _got = candidate(*_copy.deepcopy(_given))
        assert _agree(_given, _got, _want), f"not {{_want!r}}"
"""
_SPECIAL = {
    "find_zero": "return abs(sum(c * _math.pow(got, i) for i, c in enumerate(given[0]))) <= {atol}",
    "sum_div": "if got == 0: return True",
    "surface_Area": (
        "b, h = given\n"
        "    if abs(got - round(b * b + 2 * b * _math.hypot(b / 2, h))) <= {atol}: return True"
    ),
    "digit_distance_nums": (
        "a, b = (str(n).zfill(max(len(str(m)) for m in given)) for n in given)\n"
        "    if got == sum(abs(int(c) - int(d)) for c, d in zip(a, b)): return True"
    ),
    "as set": "return isinstance(got, (list, tuple, set, frozenset)) and set(got) == set(want)",
    "not none": "return got == want if isinstance(got, bool) else want == (got is not None)",
}


def has_inputs(record: Record) -> bool:
    """Whether a record gives inputs in place of tests."""
    return "base_input" in record and "test" not in record


def test_of(record: Record) -> str:
    """The text of a `check(candidate)` over the base and the plus inputs of a record."""
    name = record["entry_point"]
    reference = record.get("canonical_solution", record.get("reference", ""))
    source = reference if f"def {name}(" in reference else record["prompt"] + reference
    inputs = [list(one) for one in [*record["base_input"], *(record.get("plus_input") or [])]]
    task, _, number = str(record["task_id"]).partition("/")
    if task.lower() == "mbpp":
        inputs = [list(one) for one in _restored(int(number), inputs)]
    atol = record.get("atol") or 0
    return _TEST.format(
        source=source, name=name, inputs=inputs, atol=atol, special=_special(name, atol)
    )


def _special(name: str, atol: float) -> str:
    if name in OUTPUT_AS_SET:
        return _SPECIAL["as set"]
    if name in OUTPUT_NOT_NONE:
        return _SPECIAL["not none"]
    return _SPECIAL.get(name, "pass").format(atol=atol)


def _restored(number: int, inputs: list[list[Any]]) -> list[list[Any]]:
    """Inputs of an MBPP task with the types that JSON has lost, by the benchmark's own table."""
    restore = _RESTORE.get(number)
    return [restore(one) for one in inputs] if restore is not None else inputs


def _tuples(value: Any) -> Any:
    return [tuple(item) for item in value]


def _deep(value: Any) -> Any:
    return tuple(map(_deep, value)) if isinstance(value, list) else value


def _sets(items: Any) -> list[Any]:
    return [set(item) if isinstance(item, list) and item else {} for item in items]


_Restore = Callable[[list[Any]], list[Any]]
_RESTORE: dict[int, _Restore] = {
    **dict.fromkeys(_TUPLES, _tuples),
    **dict.fromkeys(_LISTS_OF_TUPLES, lambda one: [_tuples(item) for item in one]),
    **dict.fromkeys(_FIRST_OF_TUPLES, lambda one: [_tuples(one[0]), *one[1:]]),
    **dict.fromkeys((106, 750), lambda one: [one[0], tuple(one[1])]),
    115: lambda one: [_sets(one[0])],
    124: lambda one: [float(one[0]), complex(one[1])],
    **dict.fromkeys(_FIRST_TUPLE, lambda one: [tuple(one[0]), *one[1:]]),
    **dict.fromkeys((259, 401, 445), lambda one: [tuple(_tuples(item)) for item in one]),
    252: lambda one: [complex(one[0])],
    278: lambda one: [tuple(tuple(i) if isinstance(i, list) else i for i in one[0])],
    722: lambda one: [{key: tuple(value) for key, value in one[0].items()}, *one[1:]],
    **dict.fromkeys((580, 615, 791), lambda one: [_deep(item) for item in one]),
}
