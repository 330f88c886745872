"""Verifiable coding problems of Open R1: cases in `verification_info`."""

from collections.abc import Mapping

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import first_solution, json_field, shape_error, text_field
from .formats.input_output import InputOutputSuite, cases_of, problem_with_cases


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("problem_id", index))
    where = f"verifiable_coding {name}"
    info = json_field(row, "verification_info", where)
    if not isinstance(info, Mapping) or "test_cases" not in info:
        raise shape_error(where, "verification_info", "an object with 'test_cases'")
    return problem_with_cases(
        "verifiable_coding", name, text_field(row, ("prompt", "problem_statement"), where),
        first_solution(row, "gold_standard_solution"),
        cases_of(info["test_cases"], where, "verification_info.test_cases"),
    )  # fmt: skip


def load(
    split: str = "train", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read Open R1's verifiable coding problems in Python. Raises UsageError."""
    limited("split", split, ["train"])
    rows = records(
        "verifiable_coding", ["verifiable_coding/train.jsonl", "verifiable_coding.jsonl"],
        ("verification_info",), data_dir=data_dir, path=path,
        hub=("open-r1/verifiable-coding-problems-python", split),
    )  # fmt: skip
    problems = [_problem(row, index) for index, row in enumerate(rows)]
    return InputOutputSuite("verifiable_coding", problems, split, "gold_standard_solution")
