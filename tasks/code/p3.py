"""Programming puzzles: write `sol()` so that `sat(sol())` is true (Schuster et al. 2021)."""

import ast
import re

from ...sandbox.errors import UsageError
from ..problem import Problem
from ..verdict import Verdict
from ._stored import CodeSuite, Record, fenced, limited, records
from .judging.tests_text import parsed
from .verifier import verify_function

_HEADER = "from typing import List, Tuple, Dict, Set, Optional\n"
_TYPES = {"int", "str", "bool", "float"}
_LONG_NUMBER = re.compile(r"(?<![\w.])[1-9]\d{4299,}(?![\w.])")
_CHUNK = 4_000


class Puzzles(CodeSuite):
    """`sat` runs with the judge; the program only gives the value, of the type that `sat` says."""

    name = "p3"

    def gold(self, problem: Problem) -> str | None:
        return fenced(problem.answer) if problem.answer else None

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verify_function(
            completion, problem.meta["test"], "sol", prompt=problem.meta["sat"], setup=_HEADER
        )


def _readable(source: str) -> str:
    """The source with each number that is too long for Python to read in decimal in hexadecimal."""

    def hexadecimal(found: re.Match[str]) -> str:
        value = 0
        for start in range(0, len(found[0]), _CHUNK):
            part = found[0][start : start + _CHUNK]
            value = value * 10 ** len(part) + int(part)
        return hex(value)

    return _LONG_NUMBER.sub(hexadecimal, source)


def _annotation(sat: str) -> str | None:
    """The annotation of the first parameter of `sat`."""
    for node in parsed(sat).body:
        if isinstance(node, ast.FunctionDef) and node.name == "sat" and node.args.args:
            first = node.args.args[0].annotation
            return ast.unparse(first) if first is not None else None
    return None


def _type_test(annotation: str | None) -> str:
    """An assert that the answer has the annotated type; List[...] is tested item by item."""
    if annotation is None:
        return ""
    if annotation in _TYPES:
        return f"assert type(_answer) is {annotation}\n"
    base, _, inner = annotation.partition("[")
    if base not in ("List", "list", "Set", "set"):
        return ""
    test = f"assert type(_answer) is {base.lower()}\n"
    inner = inner.removesuffix("]")
    if inner in _TYPES:
        test += f"assert all(type(_item) is {inner} for _item in _answer)\n"
    return test


def problem_of(row: Record) -> Problem:
    """The problem of one record: `sat` as source text, solutions in `sol_bodies` or `solutions`."""
    shown = str(row["sat"]).strip()
    sat = _readable(shown)
    try:
        kind = _type_test(_annotation(sat))
    except SyntaxError as error:
        raise UsageError(f"p3 {row['name']}: sat is not Python: {error.msg}") from None
    header = row.get("sol_header") or "def sol():"
    bodies = list(row.get("sol_bodies") or row.get("solutions") or [])
    if bodies and not bodies[0].startswith("def "):
        bodies = [f"{header.rstrip()}\n{body}" for body in bodies]
    test = f"_answer = sol()\n{kind}assert sat(_answer) is True\n"
    return Problem(
        id=str(row["name"]),
        suite="p3",
        prompt=f"```python\n{shown}\n```\nWrite a Python function sol() that returns a value x "
        "for which sat(x) is True. Give it in one ```python block.",
        answer=_readable(bodies[0]) if bodies else "",
        meta={"entry_point": "sol", "sat": sat, "test": test},
    )


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> Puzzles:
    """Read puzzles with `name` and `sat`. Raises UsageError."""
    limited("split", split, ["test", "train"])
    rows = records(
        "p3", ["p3/puzzles.json", "puzzles.json", "p3/puzzles.jsonl"], ("name", "sat"),
        data_dir=data_dir, path=path, hub=None,
    )  # fmt: skip
    return Puzzles([problem_of(row) for row in rows], split)
