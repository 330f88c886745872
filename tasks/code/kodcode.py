"""KodCode: functions judged by pytest files that import them from `solution` (Xu et al. 2025)."""

from collections.abc import Mapping

from ..problem import Problem
from ._entry import entry_point_of
from ._stored import Record, limited, records
from .formats.fields import json_field, shape_error, text_field
from .formats.test_text import TestTextSuite, problem_with_tests


def _entry(row: Record, test: str, where: str) -> str:
    """The function that is asked for, from `test_info`, else from the tests."""
    info = json_field(row, "test_info", where) if row.get("test_info") else None
    info = info[0] if isinstance(info, list) and info else info
    if isinstance(info, Mapping) and info.get("function_name"):
        return str(info["function_name"])
    entry = entry_point_of(test, str(row.get("solution", "")))
    if not entry:
        raise shape_error(where, "test_info", "an object with 'function_name'")
    return entry


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
