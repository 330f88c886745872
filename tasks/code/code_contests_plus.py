"""CodeContests+: CodeContests with made test cases and checkers (Wang et al. 2025)."""

from collections.abc import Mapping
from typing import Any

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import text_field
from .formats.input_output import InputOutputSuite, cases_of, problem_with_cases

_PYTHON3 = frozenset({"py3", "python3", "python", "pypy3"})


def _python(submissions: Any) -> tuple[str, ...]:
    """The submissions in Python 3 of a list of `{"code", "language"}`."""
    return tuple(
        str(one.get("code", ""))
        for one in (submissions if isinstance(submissions, list) else [])
        if isinstance(one, Mapping) and str(one.get("language", "")).lower() in _PYTHON3
    )


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("id", index))
    where = f"code_contests_plus {name}"
    right, wrong = (_python(row.get(f"{kind}_submissions")) for kind in ("correct", "incorrect"))
    return problem_with_cases(
        "code_contests_plus", name, text_field(row, ("description",), where),
        right[0] if right else "", cases_of(row["test_cases"], where, "test_cases"),
        checker=row.get("checker"), time_limit=float(row.get("time_limit") or 0) / 1000,
        headers=row.get("headers"), right=right[1:], wrong=wrong,
    )  # fmt: skip


def load(
    split: str = "train",
    data_dir: str | None = None,
    path: str | None = None,
    tests: str = "1x",
) -> InputOutputSuite:
    """Read CodeContests+, or AetherCode, whose rows have the same fields. Raises UsageError.

    `tests` is the hub's configuration, by the number of test cases: "1x" to "5x".
    """
    limited("tests", tests, ["1x", "2x", "3x", "4x", "5x"])
    limited("split", split, ["train"])
    rows = records(
        "code_contests_plus", ["code_contests_plus/train.jsonl", "code_contests_plus.jsonl"],
        ("description", "test_cases"), data_dir=data_dir, path=path,
        hub=("ByteDance-Seed/Code-Contests-Plus", split, tests),
    )  # fmt: skip
    problems = [_problem(row, index) for index, row in enumerate(rows)]
    return InputOutputSuite("code_contests_plus", problems, split, "correct_submissions")
