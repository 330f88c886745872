"""KodCode: functions judged by pytest files that import them from `solution` (Xu et al. 2025)."""

import ast
import re
from collections.abc import Mapping

from ..problem import Problem
from ._entry import entry_point_of
from ._stored import Record, limited, records
from .formats.fields import json_field, shape_error, text_field
from .formats.test_text import TestTextSuite, problem_with_tests
from .judging.names import parsed


def _entry(row: Record, test: str, where: str) -> str:
    """The name that is asked for: one that the tests import from `solution`, or else call.

    `test_info` lists every function of the solution, methods and helpers among them.
    """
    info = json_field(row, "test_info", where) if row.get("test_info") else []
    listed = info if isinstance(info, list) else [info]
    names = [str(one.get("function_name") or "") for one in listed if isinstance(one, Mapping)]
    named = [name for name in names if name and re.search(rf"\b{re.escape(name)}\b", test)]
    reference = str(row.get("solution") or "")
    found = [*_imported(test), entry_point_of(test, reference) if reference else "", *named, *names]
    entry = next(filter(None, found), "") or entry_point_of(test)
    if not entry:
        raise shape_error(where, "test_info", "a list of objects with 'function_name'")
    return entry


def _imported(test: str) -> list[str]:
    """The names that a test file imports from `solution`."""
    try:
        nodes = ast.walk(parsed(test))
    except SyntaxError:
        return []
    found = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return [
        one.name
        for node in found
        for one in node.names
        if node.module == "solution" and one.name != "*"
    ]


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("question_id", index))
    where = f"kodcode {name}"
    test = text_field(row, ("test",), where)
    entry = _entry(row, test, where)
    asked = text_field(row, ("question",), where).strip()
    text = f"{asked}\n\nName it {entry}. Give it in one ```python block."
    return problem_with_tests(
        name, "kodcode", text, str(row.get("solution") or ""), {"entry_point": entry, "test": test}
    )


def load(
    split: str = "train", data_dir: str | None = None, path: str | None = None
) -> TestTextSuite:
    """Read KodCode. Raises UsageError."""
    limited("split", split, ["train", "use_with_caution"])
    rows = records(
        "kodcode", [f"kodcode/{split}.jsonl", "kodcode.jsonl"], ("question", "test"),
        data_dir=data_dir, path=path, hub=("KodCode/KodCode-V1", split),
    )  # fmt: skip
    return TestTextSuite("kodcode", [_problem(row, i) for i, row in enumerate(rows)], split)
