"""Cases of inputs and outputs, as APPS began: stdin and stdout, or calls of `fn_name`.

One shape has many spellings: `{"inputs", "outputs", "fn_name"}`, a list of `{"input", "output",
"type", "fn_name"}`, each as JSON text or not. They become `Cases`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ....sandbox.types import Limits
from ...problem import Problem
from ...verdict import Verdict
from .._stored import CodeSuite, fenced
from ..judging.stdio import Compare
from ..special_judges.checkers import Checker
from ..special_judges.verifying import verify_with_checker
from ..verifier import FUNCTION_LIMITS, STDIO_LIMITS, verify_function, verify_stdio
from .calibration import scaled
from .fields import shape_error

_INTEGER = re.compile(r"-?\d{1,18}")
_TESTS = """
def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {{key: _plain(item) for key, item in value.items()}}
    return value


def _agree(got, want):
    got = _plain(got)
    return got == want or (isinstance(want, list) and len(want) == 1 and got == want[0])


def check(candidate):
    for given, want in {cases!r}:
        assert _agree({called}(*given), want), f"not {{want!r}}"
"""
"""A published output may stand in a list of its own: the data sets' graders take both."""
IMPORTS = """\
import sys, time, itertools, collections, math, fractions, random, heapq, bisect, string, re
import functools, operator, copy, datetime
from itertools import accumulate, product, permutations, combinations
from collections import Counter, OrderedDict, deque, defaultdict, ChainMap
from functools import lru_cache, cache, reduce
from math import sqrt, sin, cos, tan, ceil, fabs, floor, gcd, exp, log, log2
from typing import List, Tuple, Dict, Set, Optional
from heapq import *
from bisect import *
"""
"""What the graders of APPS, TACO and their successors import before every program."""
_NUMBERS = Compare(numbers=True, decimals=1e-6)
STDIO_ASK = (
    "Write a Python 3 program that reads the input from stdin and prints the output. "
    "Give it in one ```python block."
)


@dataclass(frozen=True, slots=True)
class Cases:
    """What a program is run on: stdin texts, or argument lists where `function` is a name."""

    inputs: list[Any]
    outputs: list[Any]
    function: str | None = None


def cases_of(value: Any, where: str, field: str, named: str | None = None) -> Cases:
    """The cases of one field. Raises UsageError naming the task and the field.

    `named` is the function that the row names for cases whose `testtype` is "functional".
    """
    if isinstance(value, Mapping) and "inputs" in value and "outputs" in value:
        inputs, outputs = value["inputs"], value["outputs"]
        function = value.get("fn_name")
    elif isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        if not all("input" in one and "output" in one for one in value):
            raise shape_error(where, field, "a list of objects with 'input' and 'output'")
        inputs = [one["input"] for one in value]
        outputs = [one["output"] for one in value]
        function = next(filter(None, map(_function_of, value)), None)
        if function is None and any(one.get("testtype") == "functional" for one in value):
            function = named
    else:
        raise shape_error(where, field, "{'inputs', 'outputs'} or a list of cases")
    if not isinstance(inputs, list) or not isinstance(outputs, list) or not inputs:
        raise shape_error(where, field, "lists of inputs and outputs that are not empty")
    if len(inputs) != len(outputs):
        raise shape_error(where, field, f"of equal lengths, not {len(inputs)} and {len(outputs)}")
    if not function:
        return Cases([_text(one) for one in inputs], [_text(one) for one in outputs])
    arguments = [list(map(_with_numbers, _arguments(one))) for one in inputs]
    results = [
        list(map(_with_numbers, one)) if isinstance(one, list) else _with_numbers(one)
        for one in map(_value, outputs)
    ]
    return Cases(arguments, results, str(function))


def _function_of(case: Mapping[str, Any]) -> str | None:
    metadata = case.get("metadata")
    named = metadata.get("func_name") if isinstance(metadata, Mapping) else None
    return case.get("fn_name") or named


def _text(value: Any) -> str:
    """A stdin or stdout text; a list is its lines."""
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _arguments(value: Any) -> list[Any]:
    """The arguments of one call: a list, or JSON text with an argument on each line."""
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [_value(line) for line in value.split("\n") if line.strip()]
    return [value]


def _with_numbers(value: Any) -> Any:
    """An object with numbers as keys, which JSON writes as texts, as the graders read it."""
    if isinstance(value, dict) and value and all(_INTEGER.fullmatch(str(key)) for key in value):
        return {int(key): part for key, part in value.items()}
    return value


def _value(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


class InputOutputSuite(CodeSuite):
    """Programs over stdin, or functions that are called, whichever each row asks for."""

    test_field = "input_output"

    def __init__(
        self, name: str, problems: list[Problem], split: str, gold_field: str = "solutions",
        header: str = "",
    ) -> None:  # fmt: skip
        """`header` is trusted code that runs before every program."""
        self.name = name
        self.gold_field = gold_field
        self.header = header
        super().__init__(problems, split)

    def gold(self, problem: Problem) -> str | None:
        return fenced(problem.answer) if problem.answer else None

    def wrong(self, problem: Problem) -> str | None:
        return super().wrong(problem) if problem.meta["entry_point"] else fenced("print('#')")

    def guess(self, problem: Problem, rng: Any) -> str:
        if problem.meta["entry_point"]:
            return super().guess(problem, rng)
        return fenced(f"print({rng.choice(['0', '1', '-1', 'YES', 'NO', ''])!r})")

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            return self._check(problem, text, factor)

        return self.calibrated(problem, within, completion)

    def _check(self, problem: Problem, completion: str, factor: float) -> Verdict:
        meta = problem.meta
        if meta["entry_point"]:
            limits = scaled(FUNCTION_LIMITS, factor)
            return verify_function(
                completion, meta["test"], meta["entry_point"], limits=limits, setup=self.header
            )
        cases = list(zip(meta["inputs"], meta["outputs"], strict=True))
        limits = scaled(_limits(meta), factor)
        if meta.get("checker"):
            checker = Checker(
                meta["checker"], tuple(map(tuple, meta.get("known", ()))),
                row_field=meta.get("checker_field", "checker"), headers=meta.get("headers") or {},
                right_programs=tuple(meta.get("right", ())),
                wrong_programs=tuple(meta.get("wrong", ())),
            )  # fmt: skip
            return verify_with_checker(completion, cases, checker, limits=limits)
        return verify_stdio(completion, cases, limits=limits, compare=_NUMBERS, header=self.header)


def _limits(meta: Mapping[str, Any]) -> Limits:
    """The limits of a program: the task's own time where it states more than ours."""
    seconds = float(meta.get("time_limit") or 0)
    return scaled(STDIO_LIMITS, max(1.0, 2 * seconds / STDIO_LIMITS.cpu_seconds))


def problem_with_cases(
    name: str, problem_id: str, text: str, answer: str, cases: Cases, **more: Any
) -> Problem:
    """The problem of a row; `more` goes to its meta (`starter_code` also to the prompt)."""
    starter = str(more.pop("starter_code", "") or "").strip()
    meta: dict[str, Any] = {"entry_point": None, "inputs": cases.inputs, "outputs": cases.outputs}
    ask = STDIO_ASK
    if cases.function:
        in_class = "class Solution" in starter or "class Solution" in answer
        called = f"Solution().{cases.function}" if in_class else cases.function
        pairs = list(zip(cases.inputs, cases.outputs, strict=True))
        test = _TESTS.format(cases=pairs, called=called)
        entry = "Solution" if in_class else cases.function
        meta = {"entry_point": entry, "test": f"{test}\n\ncheck(None)\n"}
        ask = f"Write the Python function {called}. Give it in one ```python block."
    parts = [text.strip(), starter, ask]
    return Problem(problem_id, name, "\n\n".join(filter(None, parts)), answer, meta | more)
