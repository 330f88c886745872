"""DeepCoder-Preview: problems of TACO, PrimeIntellect and LiveCodeBench (Luo et al. 2025)."""

from collections.abc import Mapping

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import first_solution, json_field, text_field
from .formats.input_output import IMPORTS, InputOutputSuite, cases_of, problem_with_cases


def _problem(row: Record, index: int) -> Problem:
    where = f"deepcoder {row.get('id', index)}"
    field = "tests" if "tests" in row else "ground_truth"
    metadata = json_field(row, "metadata", where) if row.get("metadata") else {}
    named = metadata.get("func_name") if isinstance(metadata, Mapping) else None
    return problem_with_cases(
        "deepcoder", str(row.get("id", index)), text_field(row, ("problem", "question"), where),
        first_solution(row, "solutions"),
        cases_of(json_field(row, field, where), where, field, named),
        starter_code=row.get("starter_code"),
    )  # fmt: skip


def load(
    split: str = "train",
    data_dir: str | None = None,
    path: str | None = None,
    subset: str = "primeintellect",
) -> InputOutputSuite:
    """Read DeepCoder-Preview: `tests` or `ground_truth`, as JSON text. Raises UsageError.

    `subset` is the hub's configuration: "primeintellect" or "taco" (train), "lcbv5" (both splits)
    or "codeforces" (test).
    """
    limited("split", split, ["train", "test"])
    limited("subset", subset, ["primeintellect", "taco", "lcbv5", "codeforces"])
    rows = records(
        "deepcoder", [f"deepcoder/{split}.jsonl", "deepcoder.jsonl"], (),
        data_dir=data_dir, path=path, 
        hub=("agentica-org/DeepCoder-Preview-Dataset", split, subset),
    )  # fmt: skip
    problems = [_problem(row, index) for index, row in enumerate(rows)]
    return InputOutputSuite("deepcoder", problems, split, header=IMPORTS)
