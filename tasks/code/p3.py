"""Programming puzzles: write `sol()` so that `sat(sol())` is true (Schuster et al. 2021)."""

import ast
import re

from ...sandbox.errors import UsageError
from ..problem import Problem
from ..verdict import Verdict
from ._stored import CodeSuite, Record, fenced, limited, records
from .formats.calibration import scaled
from .judging.names import parsed
from .verifier import FUNCTION_LIMITS, verify_function

_HEADER = "from typing import List, Tuple, Dict, Set, Optional\n"
_TYPES = {"int", "str", "bool", "float"}
_LONG_NUMBER = re.compile(r"(?<![\w.])[1-9]\d{4299,}(?![\w.])")
_CHUNK = 4_000


class Puzzles(CodeSuite):
    """`sat` runs with the judge; the program only gives the value, of the type that `sat` says."""

    name = "p3"
    gold_field = "sol_bodies"
    test_field = "sat"

    def gold(self, problem: Problem) -> str | None:
        return fenced(problem.answer) if problem.answer else None

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            return verify_function(
                text, problem.meta["test"], "sol", limits=scaled(FUNCTION_LIMITS, factor),
                prompt=problem.meta["sat"], setup=_HEADER,
            )  # fmt: skip

        return self.calibrated(problem, within, completion)


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
    """An assert that the answer has the annotated type, down to the items of its containers."""
    if annotation is None:
        return ""
    test = _of_type("_answer", ast.parse(annotation, mode="eval").body, 0)
    return f"assert {test}\n" if test else ""


def _of_type(name: str, kind: ast.expr, depth: int) -> str:
    """A condition on the value of `name`; empty where the annotation says nothing exact."""
    if isinstance(kind, ast.Name) and kind.id in _TYPES:
        return f"type({name}) is {kind.id}"
    if not isinstance(kind, ast.Subscript) or not isinstance(kind.value, ast.Name):
        return ""
    base = kind.value.id.lower()
    parts = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
    if base not in ("list", "set", "dict"):
        return ""
    items = [f"_item{depth}_{index}" for index in range(len(parts))]
    inner = [_of_type(item, part, depth + 1) for item, part in zip(items, parts, strict=True)]
    rounds = f"{', '.join(items)} in {name}" + (".items()" if base == "dict" else "")
    wanted = " and ".join(test for test in inner if test)
    return f"type({name}) is {base}" + (f" and all({wanted} for {rounds})" if wanted else "")


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
