"""BigCodeBench: functions over libraries, judged by unittest classes (Zhuo et al. 2024)."""

import ast
import importlib.util
import re
import sys
from collections.abc import Iterable

from ...sandbox.errors import UsageError
from ..problem import Problem
from ..verdict import Verdict
from ._stored import CodeSuite, Record, fenced, limited, records
from .formats.calibration import scaled
from .judging.names import parsed
from .verifier import FUNCTION_LIMITS, FunctionOptions, verify_function

VARIANTS = ("instruct", "complete")

FIELDS = (
    "task_id", "complete_prompt", "instruct_prompt", "canonical_solution", "code_prompt", "test",
    "entry_point", "libs",
)  # fmt: skip
_PATCHES = re.compile(r"\bpatch\b|\bMock\b|MagicMock|mock_open|mock\.")
_SHARES = re.compile(
    r"\bopen\(|tempfile|os\.(path|makedirs|mkdir|remove|listdir|environ)|shutil|pathlib|Path\(|"
    r"subprocess|socket|threading|logging|sqlite3|\bsys\.std"
)
_SEEDS = re.compile(r"\bseed\(")
UNJUDGEABLE = {
    "BigCodeBench/176": "needs the network",
    "BigCodeBench/363": "starts processes",
    "BigCodeBench/566": "tests pass a function that the program inspects",
    "BigCodeBench/569": "tests pass a function that the program inspects",
    "BigCodeBench/570": "tests pass a function that the program inspects",
    "BigCodeBench/819": "tests measure wall time",
    "BigCodeBench/1090": "tests pass an open file",
}
"""Further tasks whose reference cannot pass from outside, found by running every reference."""


class BigCodeBench(CodeSuite):
    """The part whose tests speak to the function by arguments and return value alone.

    `left_out` counts the rest: libraries that the sandbox does not offer, tests that patch
    modules of the function's interpreter, and tests that share files or processes with it.
    """

    name = "bigcodebench"

    def gold(self, problem: Problem) -> str:
        return fenced(problem.meta["prompt"] + problem.answer)

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            meta = problem.meta
            return verify_function(
                text, meta["test"], meta["entry_point"], limits=scaled(FUNCTION_LIMITS, factor),
                prompt=meta["prompt"],
                options=FunctionOptions(fresh_judge=True, preload=tuple(meta["preload"])),
            )  # fmt: skip

        return self.calibrated(problem, within, completion)


def _imported(row: Record) -> set[str]:
    """The top-level modules that the prompt, the solution and the tests import."""
    found: set[str] = set()
    for text in (row["code_prompt"] + "    pass\n", row["test"]):
        try:
            tree = parsed(text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def libraries(row: Record) -> list[str]:
    """The top-level modules that a record says it needs."""
    listed = row["libs"]
    names = ast.literal_eval(listed) if isinstance(listed, str) else listed
    return sorted({str(name).partition(".")[0] for name in names} | _imported(row))


def why_left_out(row: Record, allowed: Iterable[str]) -> str | None:
    """Why a record cannot be judged from outside the program, or None."""
    foreign = [n for n in libraries(row) if n not in sys.stdlib_module_names and n not in allowed]
    if foreign:
        return "needs libraries beyond the standard one"
    if _PATCHES.search(row["test"]):
        return "tests patch the program's modules"
    if _SHARES.search(row["test"]):
        return "tests share files or processes with the program"
    if _SEEDS.search(row["test"]) and "random" in libraries(row):
        return "tests seed the program's random numbers"
    return UNJUDGEABLE.get(str(row["task_id"]))


def load(
    split: str = "test",
    data_dir: str | None = None,
    path: str | None = None,
    variant: str = "instruct",
    allow: str = "",
    subset: str = "full",
) -> BigCodeBench:
    """Read BigCodeBench: the variant is "instruct" or "complete", the subset "full" or "hard".

    `allow` names further libraries, separated by commas, that programs may import
    ("numpy,pandas"). Raises UsageError.
    """
    limited("split", split, ["test"])
    limited("variant", variant, ["instruct", "complete"])
    limited("subset", subset, ["full", "hard"])
    ending = "-Hard" if subset == "hard" else ""
    allowed = [name for name in allow.split(",") if name]
    for name in allowed:
        if importlib.util.find_spec(name) is None:
            raise UsageError(f"allow={allow!r}: {name} is not installed here")
    rows = records(
        "bigcodebench", [f"bigcodebench/BigCodeBench{ending}.jsonl", f"BigCodeBench{ending}.jsonl"],
        FIELDS, data_dir=data_dir, path=path,
        hub=(f"bigcode/bigcodebench{ending.lower()}", "v0.1.4"),
    )  # fmt: skip
    problems = []
    left_out: dict[str, int] = {}
    for row in rows:
        why = why_left_out(row, allowed)
        if why is not None:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        meta = {key: row[key] for key in ("entry_point", "test")}
        meta |= {"prompt": row["code_prompt"], "libs": libraries(row)}
        meta["preload"] = [name for name in libraries(row) if name in allowed]
        prompt = row[f"{variant}_prompt"]
        problems.append(
            Problem(str(row["task_id"]), "bigcodebench", prompt, row["canonical_solution"], meta)
        )
    suite = BigCodeBench(problems, split)
    suite.left_out = left_out
    return suite
