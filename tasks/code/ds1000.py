"""DS-1000: fill in code for numpy, pandas and scipy questions (Lai et al. 2023).

A row's `code_context` makes inputs and expected results (`generate_test_case`), compares
(`exec_test`), and holds the frame `exec_context` whose `[insert]` the answer replaces. The frame
runs with the program; inputs, expected results and comparison stay with the tests.
"""

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..problem import Problem
from ..verdict import Status, Verdict, wrong
from ._stored import CodeSuite, Record, fenced, limited, records
from .extraction.code_blocks import code_blocks
from .extraction.reply_text import reply_text
from .formats.calibration import scaled
from .formats.fields import shape_error
from .judging.names import parsed
from .judging.sandbox_registry import is_installed
from .verifier import FUNCTION_LIMITS, FunctionOptions, verify_function

FIELDS = ("prompt", "reference_code", "code_context", "metadata")
LIBRARIES = {
    "numpy": ("numpy", "scipy", "pandas"),
    "pandas": ("numpy", "pandas"),
    "scipy": ("numpy", "scipy", "pandas"),
}
"""The libraries of the data set that programs may use here, and what their frames import."""
_INSERT = "[insert]"
_ENDS = re.compile(r"\n?[ \t]*(?:</code>|#* *END SOLUTION|```)")
_BEGINS = re.compile(r"\A\s*(?:#* *BEGIN SOLUTION\s*)?(?:<code>\n?)?")
_PROGRAM = """
_CODE = {code!r}


def solve(test_input):
    space = {{"test_input": test_input}}
    exec(compile(_CODE, "solution.py", "exec"), space)
    return space["result"]
"""
_TESTS = """
{context}


def check(candidate):
    for _number in range(1, {count} + 1):
        _given, _expected = generate_test_case(_number)
        assert exec_test(candidate(_given), _expected)


check(solve)
"""


@dataclass(frozen=True, slots=True)
class _Context:
    """The parts of a `code_context`."""

    frame: str
    tests: str
    checks_text: bool
    """Whether `check_text(answer)` looks at the words of the answer."""


class DS1000(CodeSuite):
    """The problems whose library is here; `left_out` counts the others."""

    name = "ds1000"
    gold_field = "reference_code"
    test_field = "code_context"

    def gold(self, problem: Problem) -> str:
        return fenced(problem.answer)

    def wrong(self, problem: Problem) -> str:
        return fenced("result = '#'")

    def guess(self, problem: Problem, rng: Any) -> str:
        return fenced(f"result = {rng.choice(['None', '0', '[]', 'test_input', 'df', 'a'])}")

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            return _check(problem.meta, text, factor)

        return self.calibrated(problem, within, completion)


def _check(meta: Mapping[str, Any], completion: str, factor: float) -> Verdict:
    code, status = inserted_code(completion)
    if code is None:
        return wrong(status, None, f"No program to run: the reply is {status.replace('_', ' ')}.")
    tests = meta["test"]
    if meta["checks_text"]:
        tests += f"check_text({code!r})\n"
    verdict = verify_function(
        fenced(_PROGRAM.format(code=_joined(meta["frame"], code))), tests, "solve",
        limits=scaled(FUNCTION_LIMITS, factor),
        options=FunctionOptions(preload=tuple(meta["libraries"])),
    )  # fmt: skip
    return verdict.model_copy(update={"extracted": code})


def inserted_code(completion: str) -> tuple[str | None, Status]:
    """The code that a reply gives for `[insert]`: its last closed block, or all of it.

    Texts of base models end where the prompt's own marks end it.
    """
    reply, _ = reply_text(completion)
    if reply is None:
        return None, "truncated"
    closed = [block for block in code_blocks(reply) if block.closed]
    if closed:
        code = closed[-1].text
    else:
        code = _ENDS.split(_BEGINS.sub("", reply), maxsplit=1)[0]
    return (code.strip("\n") + "\n", "correct") if code.strip() else (None, "no_answer")


def _joined(frame: str, code: str) -> str:
    """The frame with the code in it, indented where only that makes it Python."""
    whole = frame.replace(_INSERT, code)
    try:
        parsed(whole)
    except SyntaxError:
        indented = frame.replace(_INSERT, textwrap.indent(code, "    "))
        try:
            parsed(indented)
        except SyntaxError:
            return whole
        return indented
    return whole


def _context_of(row: Record, where: str) -> _Context:
    """The parts of a row's `code_context`. Raises UsageError."""
    text = row["code_context"]
    try:
        body = parsed(text).body
    except SyntaxError as error:
        raise shape_error(where, "code_context", f"Python ({error.msg})") from None
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    for name in ("generate_test_case", "exec_test", "test_execution"):
        if name not in functions:
            raise shape_error(where, "code_context", f"Python that defines {name}()")
    frames = [node for node in body if isinstance(node, ast.Assign) and _names_frame(node)]
    if len(frames) != 1 or not isinstance(frames[0].value, ast.Constant):
        raise shape_error(where, "code_context", "Python that sets exec_context to a text")
    frame = frames[0].value.value
    if not isinstance(frame, str) or _INSERT not in frame:
        raise shape_error(where, "code_context", f"Python whose exec_context holds {_INSERT}")
    counts = re.findall(r"\brange\((\d+)\)", ast.unparse(functions["test_execution"]))
    if "test_string" in functions:
        functions["test_string"].name = "check_text"
    kept = [
        node for node in body if node is not frames[0] and node is not functions["test_execution"]
    ]
    context = "\n".join(map(ast.unparse, kept))
    tests = _TESTS.format(context=context, count=counts[0] if counts else "1")
    return _Context(frame, tests, "test_string" in functions)


def _names_frame(node: ast.Assign) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "exec_context" for one in node.targets)


def _library(row: Record, where: str) -> str:
    metadata = row["metadata"]
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("library"), str):
        raise shape_error(where, "metadata", "an object with 'library'")
    return str(metadata["library"]).lower()


def _problem(row: Record, index: int) -> Problem:
    number = row["metadata"].get("problem_id", index)
    where = f"ds1000 {number}"
    context = _context_of(row, where)
    meta = {
        "entry_point": "solve", "test": context.tests, "frame": context.frame,
        "checks_text": context.checks_text, "libraries": LIBRARIES[_library(row, where)],
    }  # fmt: skip
    return Problem(str(number), "ds1000", row["prompt"], row["reference_code"], meta)


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> DS1000:
    """Read DS-1000; `left_out` counts what needs other libraries. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "ds1000", ["ds1000/test.jsonl", "ds1000.jsonl"], FIELDS,
        data_dir=data_dir, path=path, hub=("xlangai/DS-1000", split),
    )  # fmt: skip
    problems, left_out = [], Counter[str]()
    for index, row in enumerate(rows):
        library = _library(row, f"ds1000 {index}")
        if all(map(is_installed, LIBRARIES.get(library, (library,)))) and library in LIBRARIES:
            problems.append(_problem(row, index))
        else:
            left_out[f"needs {library}"] += 1
    suite = DS1000(problems, split)
    suite.left_out = dict(left_out)
    return suite
