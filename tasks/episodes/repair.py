"""Repair: mend a function of which only the code and its failing tests are shown."""

import random
from typing import Any

from ..acting import IllegalActionError
from ..arguments import Arguments
from ..code.bug_fixing import BugFixing
from ..code.generating.running import reference_values, same_value
from ..code.judging.tree_compare import same_tree
from ..episode import Call, tool
from ..problem import Problem
from ..suite import Draft
from .playing.programs import PROGRAM, SUBMIT, Repair, RepairWorld, tried

BUDGET = 6
VISIBLE = 7
"""Inputs whose values the tests show; the others are hidden."""
TEST = tool(
    "run_tests", "Run the tests on a whole program, which defines f.", aside=True, program=PROGRAM
)


class TestedWorld(RepairWorld):
    """The tests, which can be run on any program."""

    __test__ = False  # no test of ours, whatever its name says

    def __init__(self, tests: list[tuple[Any, Any]], budget: int) -> None:
        super().__init__(budget)
        self._tests = tests
        self.tools = [TEST, SUBMIT]

    def look(self, arguments: Arguments) -> str:
        """Which tests pass."""
        if not arguments["program"].strip():
            raise IllegalActionError("The program is empty.")
        found = tried(arguments["program"], [given for given, _ in self._tests])
        passed = [
            tree is not None and same_tree(tree, due)
            for (_, tree), (_, due) in zip(found, self._tests, strict=True)
        ]
        return report(self._tests, [text for text, _ in found], passed)


class RepairFromTests(Repair):
    """Mend a function of one operation (level 1), or one with a loop of four rules (level 6).

    Difficulty: longer functions, so that the mistake can be in more places.
    """

    name = "repair"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            drawn = BugFixing.draw(BugFixing(), rng, difficulty)
            inputs = drawn.meta["inputs"]
            at = inputs.index(drawn.meta["witness"])
            inputs[0], inputs[at] = inputs[at], inputs[0]
            tests = tests_of(drawn.answer, inputs)
            try:
                values = reference_values(drawn.meta["broken"], "f", [[x] for x, _ in tests])
            except (ArithmeticError, TypeError, ValueError, IndexError, MemoryError):
                continue
            wanted = [due for _, due in tests]
            passed = list(map(same_value, values, wanted))
            if not all(passed):
                break
        prompt = (
            f"This program has a mistake:\n{drawn.meta['broken']}\nIts tests say:\n"
            f"{report(tests, list(map(repr, values)), passed)}\nMend it and submit it once; more, "
            f"hidden inputs decide.\n\nYou have {BUDGET} moves, the submission included."
        )
        meta = drawn.meta | {"optimum": 1, "budget": BUDGET}
        return Draft(prompt, drawn.answer, meta, drawn.key)

    def world(self, problem: Problem, seed: int) -> TestedWorld:
        tests = tests_of(problem.answer, problem.meta["inputs"])
        return TestedWorld(tests, problem.meta["budget"])

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        return [Call(SUBMIT.name, {"program": problem.answer})]


def tests_of(reference: str, inputs: list[Any]) -> list[tuple[Any, Any]]:
    """The visible inputs with the values that they should give."""
    shown = inputs[:VISIBLE]
    return list(zip(shown, reference_values(reference, "f", [[x] for x in shown]), strict=True))


def report(tests: list[tuple[Any, Any]], found: list[str], passed: list[bool]) -> str:
    """One line for each test."""
    lines = []
    for (given, due), got, right in zip(tests, found, passed, strict=True):
        said = "passes" if right else f"fails: it gives {got}, not {due!r}"
        lines.append(f"f({given!r}) {said}")
    return "\n".join(lines)


load = RepairFromTests
