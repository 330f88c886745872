"""HumanEval: complete a function from its signature and docstring (Chen et al. 2021)."""

from ..problem import Problem
from ..verdict import Verdict
from ._stored import CodeSuite, Record, fenced, limited, records
from .verifier import verify_function

FIELDS = ("task_id", "prompt", "entry_point", "canonical_solution", "test")


class HumanEval(CodeSuite):
    """Problems in HumanEval's format: `test` defines `check(candidate)`."""

    name = "humaneval"

    def gold(self, problem: Problem) -> str:
        return fenced(problem.prompt + problem.answer)

    def check(self, problem: Problem, completion: str) -> Verdict:
        meta = problem.meta
        return verify_function(
            completion, meta["test"], meta["entry_point"], prompt=meta["prompt"]
        )  # fmt: skip


def problem_of(record: Record, suite: str) -> Problem:
    """The problem of one record in HumanEval's format."""
    keep = ("entry_point", "test", "prompt")
    return Problem(
        id=str(record["task_id"]),
        suite=suite,
        prompt=record["prompt"],
        answer=record["canonical_solution"],
        meta={key: record[key] for key in keep},
    )


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> HumanEval:
    """Read HumanEval, or any file in its format given as `path`. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "humaneval", ["humaneval/HumanEval.jsonl", "HumanEval.jsonl"], FIELDS,
        data_dir=data_dir, path=path, hub=("openai/openai_humaneval", "test"),
    )  # fmt: skip
    return HumanEval([problem_of(row, "humaneval") for row in rows], split)
