"""ClassEval: whole classes from a skeleton, judged by unittest classes (Du et al. 2023)."""

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import shape_error
from .formats.test_text import TestTextSuite, problem_with_tests

FIELDS = ("task_id", "skeleton", "test", "class_name", "solution_code")


def _problem(row: Record) -> Problem:
    imports = row.get("import_statement") or []
    if isinstance(imports, str) or not all(isinstance(one, str) for one in imports):
        raise shape_error(f"classeval {row['task_id']}", "import_statement", "a list of texts")
    setup = "\n".join(imports)
    ask = f"Complete the class {row['class_name']}. Give it in one ```python block."
    text = f"{ask}\n\n{row['skeleton']}"
    meta = {"entry_point": row["class_name"], "test": row["test"], "setup": setup}
    return problem_with_tests(str(row["task_id"]), "classeval", text, row["solution_code"], meta)


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> TestTextSuite:
    """Read ClassEval. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "classeval", ["classeval/ClassEval_data.json", "ClassEval_data.json"], FIELDS,
        data_dir=data_dir, path=path, hub=("FudanSELab/ClassEval", split),
    )  # fmt: skip
    return TestTextSuite("classeval", [_problem(row) for row in rows], split, "solution_code")
