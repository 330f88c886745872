"""Codeforces as Open R1 publishes it: official tests, and checkers where many outputs are right."""

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import text_field
from .formats.input_output import InputOutputSuite, cases_of, problem_with_cases

_PARTS = (("", "description"), ("Input", "input_format"), ("Output", "output_format"),
          ("Note", "note"))  # fmt: skip


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("id", index))
    where = f"codeforces {name}"
    text_field(row, ("description",), where)
    parts = [f"{title}\n{row[field]}".strip() for title, field in _PARTS if row.get(field)]
    field = "official_tests" if row.get("official_tests") else "examples"
    cases = cases_of(row.get(field), where, field)
    return problem_with_cases(
        "codeforces", name, "\n\n".join(parts), "", cases,
        checker=row.get("generated_checker"), time_limit=row.get("time_limit"),
    )  # fmt: skip


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read open-r1/codeforces; problems without tests are left out. Raises UsageError."""
    limited("split", split, ["test", "train"])
    rows = records(
        "codeforces", [f"codeforces/{split}.jsonl", "codeforces.jsonl"], ("description",),
        data_dir=data_dir, path=path, hub=("open-r1/codeforces", split),
    )  # fmt: skip
    kept = [row for row in rows if row.get("official_tests") or row.get("examples")]
    problems = [_problem(row, index) for index, row in enumerate(kept)]
    return InputOutputSuite("codeforces", problems, split)
