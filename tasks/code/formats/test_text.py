"""Functions with a test text: asserts, `check(candidate)`, unittest or pytest."""

from collections.abc import Mapping
from typing import Any

from ...problem import Problem
from ...verdict import Verdict
from .._stored import CodeSuite, fenced
from ..judging.sandbox_registry import is_installed
from ..verifier import FUNCTION_LIMITS, FunctionOptions, verify_function
from .calibration import scaled


class TestTextSuite(CodeSuite):
    """Functions or classes judged by the tests of their row."""

    __test__ = False  # not a class of tests, whatever a test runner thinks of its name

    def __init__(
        self, name: str, problems: list[Problem], split: str, gold_field: str = "solution"
    ) -> None:
        self.name = name
        self.gold_field = gold_field
        super().__init__(problems, split)

    def gold(self, problem: Problem) -> str | None:
        return fenced(problem.answer) if problem.answer else None

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            meta = problem.meta
            used = text + meta["setup"]
            offered = tuple(one for one in meta["libraries"] if one in used and is_installed(one))
            return verify_function(
                text, meta["test"], meta["entry_point"], limits=scaled(FUNCTION_LIMITS, factor),
                prompt=meta["prompt"], setup=meta["setup"],
                options=FunctionOptions(preload=offered),
            )  # fmt: skip

        return self.calibrated(problem, within, completion)


def problem_with_tests(
    problem_id: str, suite: str, text: str, answer: str, meta: Mapping[str, Any]
) -> Problem:
    """The problem of a row; `meta` holds `entry_point` and `test`, perhaps `prompt`, `setup`.

    `libraries` of `meta` names what programs may import besides the usual, where it is installed.
    """
    usual = {"prompt": "", "setup": "", "libraries": ()}
    return Problem(problem_id, suite, text, answer, {**usual, **meta})
