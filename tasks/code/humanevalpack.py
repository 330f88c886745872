"""HumanEvalPack, fix variant: repair a buggy function (Muennighoff et al. 2023)."""

from ..problem import Problem
from ..verdict import Verdict
from ._stored import CodeSuite, fenced, limited, records
from .formats.calibration import scaled
from .verifier import FUNCTION_LIMITS, verify_function

FIELDS = (
    "task_id", "prompt", "declaration", "canonical_solution", "buggy_solution", "test",
    "entry_point",
)  # fmt: skip


class HumanEvalPack(CodeSuite):
    """Each prompt shows a buggy function with its tests, as the benchmark's fix task does."""

    name = "humanevalpack"

    def gold(self, problem: Problem) -> str:
        return fenced(problem.meta["prompt"] + problem.answer)

    def wrong(self, problem: Problem) -> str:
        """The buggy function as it was given."""
        return fenced(problem.meta["prompt"] + problem.meta["buggy_solution"])

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            meta = problem.meta
            limits = scaled(FUNCTION_LIMITS, factor)
            return verify_function(
                text, meta["test"], meta["entry_point"], limits=limits, prompt=meta["prompt"]
            )

        return self.calibrated(problem, within, completion)


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> HumanEvalPack:
    """Read HumanEvalPack (Python), or a file in its format. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "humanevalpack",
        ["humanevalpack/humanevalpack_python.jsonl", "humanevalpack_python.jsonl"], FIELDS,
        data_dir=data_dir, path=path, hub=("bigcode/humanevalpack", "test"),
    )  # fmt: skip
    keep = ("entry_point", "test", "prompt", "buggy_solution")
    problems = [
        Problem(
            id=str(row["task_id"]),
            suite="humanevalpack",
            prompt=(
                f"{row['declaration']}{row['buggy_solution']}\n{row['test'].strip()}\n\n"
                f"Fix bugs in {row['entry_point']}. Reply with the whole function."
            ),
            answer=row["canonical_solution"],
            meta={key: row[key] for key in keep} | {"bug_type": row.get("bug_type")},
        )
        for row in rows
    ]
    return HumanEvalPack(problems, split)
