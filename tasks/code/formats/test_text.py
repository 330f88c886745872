"""Functions with a test text: asserts, `check(candidate)`, unittest or pytest."""

from collections.abc import Mapping
from typing import Any

from ...problem import Problem
from ...verdict import Verdict
from .._stored import CodeSuite, fenced
from ..verifier import FUNCTION_LIMITS, verify_function
from .calibration import scaled


class TestTextSuite(CodeSuite):
    """Functions or classes judged by the tests of their row."""

    __test__ = False  # not a class of tests, whatever a test runner thinks of its name

    def __init__(self, name: str, problems: list[Problem], split: str) -> None:
        self.name = name
        super().__init__(problems, split)

    def gold(self, problem: Problem) -> str | None:
        return fenced(problem.answer) if problem.answer else None

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            meta = problem.meta
            return verify_function(
                text, meta["test"], meta["entry_point"], limits=scaled(FUNCTION_LIMITS, factor),
                prompt=meta["prompt"], setup=meta["setup"],
            )  # fmt: skip

        return self.calibration.verdict(problem.id, self.gold(problem), within, completion)


def problem_with_tests(
    problem_id: str, suite: str, text: str, answer: str, meta: Mapping[str, Any]
) -> Problem:
    """The problem of a row; `meta` holds `entry_point` and `test`, perhaps `prompt`, `setup`."""
    return Problem(problem_id, suite, text, answer, {"prompt": "", "setup": "", **meta})
