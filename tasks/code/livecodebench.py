"""LiveCodeBench, code generation (Jain et al. 2024): stdin programs and `Solution` methods."""

import base64
import json
import pickletools
import random
import zlib
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.types import Limits
from ..problem import Problem
from ..verdict import Verdict
from ._stored import Record, fenced, limited, records
from .code_contests import StdioSuite
from .generating.running import verify_expected
from .judging.stdio import Compare
from .verifier import verify_stdio

FIELDS = ("question_content", "public_test_cases")
HEADER = """\
from string import *
from re import *
from datetime import *
from collections import *
from heapq import *
from bisect import *
from copy import *
from math import *
from random import *
from statistics import *
from itertools import *
from functools import *
from operator import *
from io import *
from sys import *
from json import *
from builtins import *
from typing import *
import string, re, datetime, collections, heapq, bisect, copy, math, random, statistics, itertools
import functools, operator, io, sys, json
sys.setrecursionlimit(50000)
"""
"""What the benchmark's own runner puts before every program."""
LIMITS = Limits(cpu_seconds=30.0, wall_seconds=300.0, memory_mb=1024, output_kb=4096)
"""For all cases of one function together; the benchmark's runner gives 6 seconds to each."""
_CALL = "\ndef _call_solution(*arguments):\n    return Solution().{name}(*arguments)\n"
_TEXT_OPCODES = frozenset({"BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"})
_IDLE_OPCODES = frozenset({"PROTO", "FRAME", "MEMOIZE", "BINPUT", "LONG_BINPUT", "STOP"})


class LiveCodeBench(StdioSuite):
    """Public and private cases together decide."""

    name = "livecodebench"

    def check(self, problem: Problem, completion: str) -> Verdict:
        meta = problem.meta
        cases = meta["cases"]
        if not meta["function"]:
            pairs = [(case["input"], case["output"]) for case in cases]
            return verify_stdio(completion, pairs, compare=Compare(numbers=True), header=HEADER)
        inputs = [
            [json.loads(line) for line in case["input"].split("\n") if line] for case in cases
        ]
        expected = [json.loads(case["output"]) for case in cases]
        return verify_expected(
            completion, ("Solution", HEADER, _CALL.format(name=meta["function"]), "_call_solution"),
            inputs, expected, limits=LIMITS, tuples_are_lists=True,
        )  # fmt: skip

    def guess(self, problem: Problem, rng: random.Random) -> str:
        if not problem.meta["function"]:
            return super().guess(problem, rng)
        value = rng.choice(["0", "1", "-1", "[]", "True", "False", "''"])
        name = problem.meta["function"]
        return fenced(f"class Solution:\n    def {name}(self, *args):\n        return {value}")


def cases_of(text: Any, where: str) -> list[dict[str, str]]:
    """Test cases, from JSON or from JSON in a compressed pickle, which is read, never loaded.

    Raises UsageError naming the place.
    """
    if isinstance(text, list):
        return [dict(case) for case in text]
    try:
        return list(json.loads(text))
    except (ValueError, TypeError):
        pass
    try:
        return list(json.loads(_pickled_text(zlib.decompress(base64.b64decode(text)))))
    except (ValueError, TypeError, zlib.error) as error:
        raise UsageError(
            f"{where}: the test cases are neither JSON nor compressed JSON: {error}"
        ) from None


def _pickled_text(data: bytes) -> str:
    """The one string of a pickle that holds nothing else. Raises ValueError otherwise.

    The opcodes are listed, not executed: loading a pickle would run whatever it says.
    """
    if not data.startswith(b"\x80"):
        return data.decode("utf-8")
    found = []
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in _TEXT_OPCODES:
            found.append(str(argument))
        elif opcode.name not in _IDLE_OPCODES:
            raise ValueError(f"the pickle does more than hold a text ({opcode.name})")
    if len(found) != 1:
        raise ValueError("the pickle does not hold one text")
    return found[0]


def problem_of(row: Record, index: int) -> Problem:
    """The problem of one record."""
    where = f"livecodebench {row.get('question_id', index)}"
    cases = cases_of(row["public_test_cases"], where)
    if row.get("private_test_cases"):
        cases += cases_of(row["private_test_cases"], where)
    metadata = row.get("metadata") or {}
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    starter = row.get("starter_code") or ""
    functional = any(case.get("testtype") == "functional" for case in cases) or bool(starter)
    form = (
        f"Complete this class and give it in one ```python block.\n{starter}"
        if functional
        else "Write a Python 3 program that reads the input from stdin and prints the output. "
        "Give it in one ```python block."
    )
    return Problem(
        id=str(row.get("question_id", index)),
        suite="livecodebench",
        prompt=f"{str(row['question_content']).strip()}\n\n{form}",
        answer="",
        meta={
            "cases": [{"input": case["input"], "output": case["output"]} for case in cases],
            "function": _function_name(metadata, starter) if functional else None,
            "difficulty": row.get("difficulty"),
            "date": str(row.get("contest_date", "")),
        },
    )


def _function_name(metadata: dict[str, Any], starter: str) -> str:
    if metadata.get("func_name"):
        return str(metadata["func_name"])
    _, _, rest = starter.rpartition("def ")
    return rest.partition("(")[0].strip()


def load(
    split: str = "test",
    data_dir: str | None = None,
    path: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> LiveCodeBench:
    """Read a release in LiveCodeBench's format; `since` and `until` bound the contest date.

    Raises UsageError.
    """
    limited("split", split, ["test"])
    rows = records(
        "livecodebench", ["livecodebench/test.jsonl", "livecodebench.jsonl"], FIELDS,
        data_dir=data_dir, path=path, hub=("livecodebench/code_generation_lite", "test"),
    )  # fmt: skip
    problems = [problem_of(row, index) for index, row in enumerate(rows)]
    return LiveCodeBench(
        [
            p
            for p in problems
            if (since or "") <= p.meta["date"] and p.meta["date"] <= (until or "9")
        ],
        split,
    )
