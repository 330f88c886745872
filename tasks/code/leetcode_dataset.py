"""LeetCodeDataset: methods of `Solution`, judged by `check(candidate)` (Xia et al. 2025)."""

import re

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import shape_error, text_field
from .formats.test_text import TestTextSuite, problem_with_tests

_OFFERED = ("sortedcontainers",)
"""What LeetCode's own judge offers beyond the standard library and numpy."""
_CALLED = re.compile(r"([A-Za-z_]\w*)(?:\(\)\.[A-Za-z_]\w*)?\Z")


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("task_id", row.get("question_id", index)))
    where = f"leetcode_dataset {name}"
    called = text_field(row, ("entry_point",), where).strip()
    found = _CALLED.match(called)
    if found is None:
        raise shape_error(where, "entry_point", f"like 'Solution().method', not {called!r}")
    test = f"{text_field(row, ('test',), where)}\n\ncheck({called})\n"
    text = text_field(row, ("query", "problem_description"), where)
    answer = str(row.get("completion") or "")
    return problem_with_tests(
        name, "leetcode_dataset", text, answer,
        {"entry_point": found[1], "test": test, "setup": str(row.get("prompt") or ""),
         "libraries": _OFFERED},
    )  # fmt: skip


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> TestTextSuite:
    """Read LeetCodeDataset. Raises UsageError.

    A row's `prompt` holds imports and helpers (`ListNode`, `tree_node`); it runs before programs
    and tests, as in the data set's own evaluation.
    """
    limited("split", split, ["test", "train"])
    rows = records(
        "leetcode_dataset", [f"leetcode_dataset/{split}.jsonl", "leetcode_dataset.jsonl"],
        ("entry_point", "test"), data_dir=data_dir, path=path,
        hub=("newfacade/LeetCodeDataset", split),
    )  # fmt: skip
    problems = [_problem(row, index) for index, row in enumerate(rows)]
    return TestTextSuite("leetcode_dataset", problems, split, gold_field="completion")
