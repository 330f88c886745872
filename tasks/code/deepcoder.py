"""DeepCoder-Preview: problems of TACO, PrimeIntellect and LiveCodeBench (Luo et al. 2025)."""

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import first_solution, json_field, text_field
from .formats.input_output import InputOutputSuite, cases_of, problem_with_cases


def _problem(row: Record, index: int) -> Problem:
    where = f"deepcoder {row.get('id', index)}"
    field = "tests" if "tests" in row else "ground_truth"
    return problem_with_cases(
        "deepcoder", str(row.get("id", index)), text_field(row, ("problem", "question"), where),
        first_solution(row, "solutions"), cases_of(json_field(row, field, where), where, field),
        starter_code=row.get("starter_code"),
    )  # fmt: skip


def load(
    split: str = "train", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read DeepCoder-Preview: `tests` or `ground_truth`, as JSON text. Raises UsageError."""
    limited("split", split, ["train", "test"])
    rows = records(
        "deepcoder", [f"deepcoder/{split}.jsonl", "deepcoder.jsonl"], (),
        data_dir=data_dir, path=path, hub=("agentica-org/DeepCoder-Preview-Dataset", split),
    )  # fmt: skip
    problems = [_problem(row, index) for index, row in enumerate(rows)]
    return InputOutputSuite("deepcoder", problems, split)
