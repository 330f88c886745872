"""MultiPL-E, the rows in Python (Cassano et al. 2023): a prompt and tests with `check`."""

import re

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import shape_error
from .formats.test_text import TestTextSuite, problem_with_tests

_CHECKED = re.compile(r"(?<!def )\bcheck\((\w+)\)")


def _problem(row: Record) -> Problem:
    name = str(row["name"])
    called = _CHECKED.findall(row["tests"])
    if not called:
        raise shape_error(f"multipl_e {name}", "tests", "a text that calls check(FUNCTION)")
    entry = called[-1]
    return problem_with_tests(
        name, "multipl_e", row["prompt"], "",
        {"entry_point": entry, "test": row["tests"], "prompt": row["prompt"]},
    )  # fmt: skip


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> TestTextSuite:
    """Read rows of MultiPL-E in Python; of other languages none is read. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "multipl_e", ["multipl_e/humaneval-py.jsonl", "multipl_e.jsonl"],
        ("name", "prompt", "tests"), data_dir=data_dir, path=path, hub=None,
    )  # fmt: skip
    chosen = [row for row in rows if row.get("language", "py") in ("py", "python")]
    return TestTextSuite("multipl_e", [_problem(row) for row in chosen], split)
