"""APPS: programs and functions from competitions and interviews (Hendrycks et al. 2021)."""

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import first_solution, json_field, text_field
from .formats.input_output import IMPORTS, InputOutputSuite, cases_of, problem_with_cases

FIELDS = ("question", "input_output")


def _problem(row: Record, index: int, suite: str) -> Problem:
    name = str(row.get("problem_id", row.get("id", row.get("name", index))))
    where = f"{suite} {name}"
    return problem_with_cases(
        suite, name, text_field(row, ("question",), where), first_solution(row, "solutions"),
        cases_of(json_field(row, "input_output", where), where, "input_output"),
        starter_code=row.get("starter_code"), difficulty=row.get("difficulty"),
    )  # fmt: skip


def read_suite(
    suite: str, split: str, data_dir: str | None, path: str | None, hub: str
) -> InputOutputSuite:
    """Read a file in the format of APPS. Rows without cases are left out. Raises UsageError."""
    limited("split", split, ["test", "train"])
    rows = records(
        suite, [f"{suite}/{split}.jsonl", f"{suite}.jsonl"], FIELDS,
        data_dir=data_dir, path=path, hub=(hub, split),
    )  # fmt: skip
    chosen = [(index, row) for index, row in enumerate(rows) if row["input_output"]]
    problems = [_problem(row, index, suite) for index, row in chosen]
    return InputOutputSuite(suite, problems, split, header=IMPORTS)


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read APPS: `input_output` as JSON text, with `fn_name` where functions are called."""
    return read_suite("apps", split, data_dir, path, "codeparrot/apps")
