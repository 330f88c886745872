"""AceCode-87K: functions judged by a list of asserts (Zeng et al. 2025)."""

from ..problem import Problem
from ._entry import entry_point_of
from ._stored import Record, limited, records
from .formats.fields import json_field, shape_error, text_field
from .formats.test_text import TestTextSuite, problem_with_tests
from .judging.names import parsed


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("id", index))
    where = f"acecode {name}"
    field = "test_cases" if "test_cases" in row else "tests"
    tests = json_field(row, field, where)
    if not isinstance(tests, list) or not all(isinstance(one, str) for one in tests):
        raise shape_error(where, field, "a list of asserts as text")
    test = "\n".join(tests) + "\n"
    try:
        parsed(test)
    except SyntaxError as error:
        raise shape_error(where, field, f"Python ({error.msg})") from None
    entry = entry_point_of(test)
    if not entry:
        raise shape_error(where, field, "asserts that call the function")
    asked = text_field(row, ("question", "prompt"), where).strip()
    text = f"{asked}\n\nName the function {entry}. Give it in one ```python block."
    return problem_with_tests(name, "acecode", text, "", {"entry_point": entry, "test": test})


def load(
    split: str = "train", data_dir: str | None = None, path: str | None = None
) -> TestTextSuite:
    """Read AceCode-87K. Raises UsageError."""
    limited("split", split, ["train"])
    rows = records(
        "acecode", ["acecode/train.jsonl", "acecode.jsonl"], (),
        data_dir=data_dir, path=path, hub=("TIGER-Lab/AceCode-87K", split),
    )  # fmt: skip
    return TestTextSuite("acecode", [_problem(row, i) for i, row in enumerate(rows)], split)
