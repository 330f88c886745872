"""Debug: find the mistake in a function by running it, and submit it corrected."""

import random

from ..acting import IllegalActionError
from ..arguments import Arguments
from ..code.bug_fixing import BugFixing
from ..episode import Call, Tool
from ..problem import Problem
from ..suite import Draft
from .playing.programs import SUBMIT, Repair, RepairWorld, tried

BUDGET = 8
RUN = Tool(
    "run",
    "Run the broken function f on an argument, given as JSON, and see its value.",
    {"type": "object", "properties": {"argument": {}}, "required": ["argument"],
     "additionalProperties": False},
    aside=True,
)  # fmt: skip


class DebugWorld(RepairWorld):
    """The broken function, which can be run."""

    def __init__(self, broken: str, budget: int) -> None:
        super().__init__(budget)
        self._broken = broken
        self.tools = [RUN, SUBMIT]

    def look(self, arguments: Arguments) -> str:
        """The value for one argument."""
        value = arguments["argument"]
        if isinstance(value, int) and abs(value) > 10**6:
            raise IllegalActionError("The number is larger than a million.")
        return f"f gives {tried(self._broken, [value])[0][0]}"


class Debug(Repair):
    """Correct one operation on an integer (level 0), or a loop of four rules (level 6).

    Difficulty: longer functions, so that the mistake can be in more places.
    """

    name = "debug"
    difficulties = range(7)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        drawn = BugFixing.draw(BugFixing(), rng, difficulty)
        told = drawn.prompt.partition("\nCorrect it.")[0]
        prompt = (
            f"{told}\nFind the mistake and submit the corrected program once; hidden inputs decide."
            f"\n\nYou have {BUDGET} moves, the submission included."
        )
        meta = drawn.meta | {"optimum": 1, "budget": BUDGET}
        return Draft(prompt, drawn.answer, meta, drawn.key)

    def world(self, problem: Problem, seed: int) -> DebugWorld:
        return DebugWorld(problem.meta["broken"], problem.meta["budget"])

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        return [Call(SUBMIT.name, {"program": problem.answer})]


load = Debug
