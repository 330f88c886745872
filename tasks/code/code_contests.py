"""CodeContests: programs that read stdin and print (Li et al. 2022), in the formats in use."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..problem import Problem
from ..verdict import Verdict
from ._stored import CodeSuite, Record, fenced, limited, records
from .formats.calibration import scaled
from .verifier import STDIO_LIMITS, verify_stdio

PYTHON3 = 3
"""The code of Python 3 in `solutions.language`."""
_TEST_GROUPS = ("public_tests", "private_tests", "generated_tests")


class StdioSuite(CodeSuite):
    """Programs that read a case on stdin; every case must be right."""

    gold_field = "solutions"
    test_field = "tests"

    def gold(self, problem: Problem) -> str | None:
        return fenced(problem.answer) if problem.answer else None

    def guess(self, problem: Problem, rng: random.Random) -> str:
        shown = rng.choice(["0", "1", "-1", "YES", "NO", "Yes", "No", ""])
        return fenced(f"print({shown!r})")

    def wrong(self, problem: Problem) -> str:
        return fenced("print('#')")

    def check(self, problem: Problem, completion: str) -> Verdict:
        cases = list(zip(problem.meta["inputs"], problem.meta["outputs"], strict=True))

        def within(text: str, factor: float) -> Verdict:
            return verify_stdio(text, cases, limits=scaled(STDIO_LIMITS, factor))

        return self.calibrated(problem, within, completion)


class CodeContests(StdioSuite):
    """The prompt is the published statement and one line on the form of the answer."""

    name = "code_contests"

    def bad_solutions(self, problem: Problem) -> list[str]:
        """Published incorrect Python 3 solutions, where the file carries them."""
        return list(problem.meta.get("incorrect", []))


def _cases(row: Record) -> tuple[list[str], list[str]]:
    """Inputs and outputs of any of the formats: `tests`, or the three groups of the original."""
    groups: list[Any] = [row["tests"]] if "tests" in row else [row.get(key) for key in _TEST_GROUPS]
    inputs: list[str] = []
    outputs: list[str] = []
    for group in groups:
        if isinstance(group, Mapping):
            inputs += list(group.get("inputs", group.get("input", [])))
            outputs += list(group.get("outputs", group.get("output", [])))
        elif isinstance(group, Sequence) and not isinstance(group, str):
            inputs += [case["input"] for case in group]
            outputs += [case["output"] for case in group]
    return inputs, outputs


def _python(solutions: Any) -> list[str]:
    if isinstance(solutions, Mapping):
        pairs = zip(solutions.get("language", []), solutions.get("solution", []), strict=False)
        return [text for language, text in pairs if language in (PYTHON3, "PYTHON3", "python")]
    return [text for text in solutions or [] if isinstance(text, str)]


def problem_of(row: Record, index: int, suite: str) -> Problem:
    """The problem of one record."""
    inputs, outputs = _cases(row)
    right = _python(row.get("solutions"))
    text = str(row.get("problem", row.get("description", ""))).strip()
    return Problem(
        id=str(row.get("name", index)),
        suite=suite,
        prompt=f"{text}\n\nWrite a Python 3 program that reads the input from stdin and prints "
        "the output. Give it in one ```python block.",
        answer=right[0] if right else "",
        meta={
            "inputs": inputs,
            "outputs": outputs,
            "correct": right[:20],
            "incorrect": _python(row.get("incorrect_solutions"))[:20],
        },
    )


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> CodeContests:
    """Read CodeContests, or a file in its format or with `tests: {inputs, outputs}`.

    Problems without a single test are left out. Raises UsageError.
    """
    limited("split", split, ["test", "valid", "train"])
    rows = records(
        "code_contests",
        [f"code_contests/code_contests_{split}.json", f"code_contests_{split}.json"], (),
        data_dir=data_dir, path=path, hub=("deepmind/code_contests", split),
    )  # fmt: skip
    problems = [problem_of(row, index, "code_contests") for index, row in enumerate(rows)]
    return CodeContests([problem for problem in problems if problem.meta["inputs"]], split)
