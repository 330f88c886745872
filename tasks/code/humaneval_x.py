"""HumanEval-X, the Python part (Zheng et al. 2023): HumanEval without `entry_point`."""

from ..problem import Problem
from ._entry import entry_point_of
from ._stored import Record, limited, records
from .formats.fields import shape_error
from .humaneval import HumanEval
from .judging.names import parsed


def _problem(row: Record) -> Problem:
    where = f"humaneval_x {row['task_id']}"
    try:
        parsed(row["prompt"] + row["canonical_solution"])
    except SyntaxError as error:
        raise shape_error(where, "canonical_solution", f"Python ({error.msg})") from None
    calls = str(row["test"]).rpartition("\ncheck(")[2]
    entry = calls.partition(")")[0] if calls != row["test"] else ""
    entry = entry or entry_point_of(row["test"], row["prompt"] + row["canonical_solution"])
    if not entry:
        raise shape_error(where, "test", "a text that calls the function")
    meta = {"entry_point": entry, "prompt": row["prompt"], "test": row["test"]}
    return Problem(
        str(row["task_id"]), "humaneval_x", row["prompt"], row["canonical_solution"], meta
    )


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> HumanEval:
    """Read the Python part of HumanEval-X. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "humaneval_x", ["humaneval_x/humaneval_python.jsonl", "humaneval_x.jsonl"],
        ("task_id", "prompt", "canonical_solution", "test"), data_dir=data_dir, path=path,
        hub=("THUDM/humaneval-x", split, "python"),
    )  # fmt: skip
    chosen = [row for row in rows if str(row["task_id"]).lower().startswith("python")]
    suite = HumanEval([_problem(row) for row in chosen], split)
    suite.name = "humaneval_x"
    return suite
