"""HumanEval: complete a function from its signature and docstring (Chen et al. 2021)."""

from ...sandbox.errors import UsageError
from ...sandbox.types import Limits
from ..problem import Problem
from ..verdict import Verdict
from ._evalplus import has_inputs, test_of
from ._stored import CodeSuite, Record, fenced, limited, records
from .formats.calibration import scaled
from .verifier import FUNCTION_LIMITS, verify_function

FIELDS = ("task_id", "prompt", "entry_point")
LONG_TEST = 20_000
PLUS_LIMITS = Limits(cpu_seconds=30.0, wall_seconds=300.0, memory_mb=1024, output_kb=1024)
"""For tests with hundreds of inputs, as EvalPlus adds them."""


class HumanEval(CodeSuite):
    """Problems in HumanEval's format: `test` defines `check(candidate)`.

    EvalPlus's records, which give inputs and a reference in place of a test, are read too.
    """

    name = "humaneval"

    def gold(self, problem: Problem) -> str:
        own = f"def {problem.meta['entry_point']}(" in problem.answer
        return fenced(problem.answer if own else problem.prompt + problem.answer)

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            meta = problem.meta
            limits = scaled(limits_of(meta["test"]), factor)
            return verify_function(
                text, meta["test"], meta["entry_point"], limits=limits, prompt=meta["prompt"]
            )

        return self.calibrated(problem, within, completion)


def limits_of(test: str) -> Limits:
    """The limits of a check by the length of its test."""
    return PLUS_LIMITS if len(test) > LONG_TEST else FUNCTION_LIMITS


def problem_of(record: Record, suite: str) -> Problem:
    """The problem of one record in HumanEval's format."""
    plus = has_inputs(record)
    if not plus and "test" not in record:
        raise UsageError(f"{suite} {record['task_id']}: neither 'test' nor 'base_input' is given")
    test = test_of(record) if plus else record["test"]
    return Problem(
        id=str(record["task_id"]),
        suite=suite,
        prompt=record["prompt"],
        answer=record.get("canonical_solution", record.get("reference", "")),
        meta={"entry_point": record["entry_point"], "prompt": record["prompt"], "test": test},
    )


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> HumanEval:
    """Read HumanEval, or any file in its format given as `path`. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "humaneval", ["humaneval/HumanEval.jsonl", "HumanEval.jsonl"], FIELDS,
        data_dir=data_dir, path=path, hub=("openai/openai_humaneval", "test"),
    )  # fmt: skip
    return HumanEval([problem_of(row, "humaneval") for row in rows], split)
