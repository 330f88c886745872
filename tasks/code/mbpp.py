"""MBPP: short functions from a sentence and three asserts (Austin et al. 2021)."""

from collections.abc import Sequence

from ...sandbox.errors import UsageError
from ..problem import Problem
from ..verdict import Verdict
from ._entry import entry_point_of
from ._evalplus import has_inputs, test_of
from ._stored import CodeSuite, Record, fenced, limited, records
from .formats.calibration import scaled
from .humaneval import limits_of
from .verifier import verify_function

VARIANTS = ("full", "sanitized")

SPLITS = {
    "test": range(11, 511), "prompt": range(1, 11), "validation": range(511, 601),
    "train": range(601, 975), "all": range(10**9),
}  # fmt: skip
SHOTS = (2, 3, 4)
DEFECTS = {
    "123": "the reference needs more than 20 seconds",
    "367": "the tests use a class Node that is defined nowhere",
    "927": "the tests use a class Node that is defined nowhere",
}
"""Tasks of the full file whose own reference cannot pass, with the reason."""


class Mbpp(CodeSuite):
    """The paper's prompt: the task, its asserts, and `[BEGIN]`; three solved tasks before it."""

    name = "mbpp"

    def gold(self, problem: Problem) -> str | None:
        return None if problem.meta["defect"] else fenced(problem.answer)

    def check(self, problem: Problem, completion: str) -> Verdict:
        meta = problem.meta
        tests = "\n".join([*meta["test_list"], *meta["challenge_test_list"], meta["plus"]])
        text = completion.partition("[DONE]")[0]
        text = text.rpartition("[BEGIN]")[2]

        def within(program: str, factor: float) -> Verdict:
            limits = scaled(limits_of(tests), factor)
            return verify_function(
                program, tests.replace("\r\n", "\n"), meta["entry_point"], limits=limits,
                setup=meta["setup"],
            )  # fmt: skip

        return self.calibrated(problem, within, text)


def _asked(row: Record) -> str:
    text = row.get("text", row.get("prompt", ""))
    tests = "\n".join(test.strip() for test in row["test_list"])
    return (
        f"You are an expert Python programmer, and here is your task: {text.strip()} "
        f"Your code should pass these tests:\n\n{tests}\n[BEGIN]\n"
    )


def _number(row: Record) -> int:
    """The number of a task; MbppPlus writes it "Mbpp/2"."""
    return int(str(row["task_id"]).rpartition("/")[2])


def _shots(rows: Sequence[Record], count: int) -> str:
    by_id = {_number(row): row for row in rows if "code" in row}
    chosen = [by_id[number] for number in SHOTS[:count] if number in by_id]
    solved = [_asked(row) + row["code"].replace("\r\n", "\n").rstrip() for row in chosen]
    return "".join(text + "\n[DONE]\n\n" for text in solved)


def _setup(row: Record) -> str:
    imports = row.get("test_imports") or []
    return "\n".join([*imports, row.get("test_setup_code") or ""]).strip().replace("\r\n", "\n")


def _problem_with_inputs(row: Record) -> Problem:
    """The problem of one record of MbppPlus: inputs and a reference in place of tests."""
    text = row["prompt"].strip().strip('"').strip()
    return Problem(
        id=str(row["task_id"]),
        suite="mbpp",
        prompt=f"{text}\nWrite the Python function {row['entry_point']} in one ```python block.",
        answer=row.get("canonical_solution", row.get("reference", "")),
        meta={
            "entry_point": row["entry_point"],
            "test_list": [],
            "challenge_test_list": [],
            "plus": test_of(row),
            "setup": "",
            "defect": None,
        },
    )


def problem_of(row: Record, shots: str) -> Problem:
    """The problem of one record of the full or the sanitized file, or of MbppPlus."""
    if has_inputs(row) and "code" not in row:
        return _problem_with_inputs(row)
    for key in ("code", "test_list"):
        if key not in row:
            raise UsageError(f"mbpp {row['task_id']}: the field {key!r} is missing")
    code = row["code"].replace("\r\n", "\n")
    number = str(row["task_id"])
    return Problem(
        id=number,
        suite="mbpp",
        prompt=shots + _asked(row),
        answer=code,
        meta={
            "entry_point": entry_point_of("\n".join(row["test_list"]), code),
            "test_list": list(row["test_list"]),
            "challenge_test_list": list(row.get("challenge_test_list") or []),
            "plus": row.get("test", ""),
            "setup": _setup(row),
            "defect": DEFECTS.get(number) if "text" in row else None,
        },
    )


def load(
    split: str = "test",
    data_dir: str | None = None,
    path: str | None = None,
    shots: int = 3,
    variant: str = "full",
) -> Mbpp:
    """Read MBPP: `mbpp` or `mbpp:sanitized`; the splits are the paper's, or "all".

    `shots` is how many solved tasks precede the asked one. Raises UsageError.
    """
    limited("split", split, list(SPLITS))
    limited("variant", variant, ["full", "sanitized"])
    limited("shots", str(shots), ["0", "1", "2", "3"])
    files = {
        "full": ["mbpp/mbpp.jsonl", "mbpp.jsonl"],
        "sanitized": ["mbpp/sanitized-mbpp.json", "sanitized-mbpp.json", "mbpp/mbpp.jsonl"],
    }[variant]
    hub = ("google-research-datasets/mbpp", split if split in SPLITS else "test")
    rows = list(
        records(
            "mbpp", files, ("task_id",),
            data_dir=data_dir, path=path, hub=hub,
        )
    )  # fmt: skip
    if variant == "sanitized":
        rows = [row for row in rows if "prompt" in row]
    examples = _shots(rows, shots)
    chosen = [row for row in rows if path or _number(row) in SPLITS[split]]
    return Mbpp([problem_of(row, examples) for row in chosen], split)
