"""Dyck completion: which closing brackets are missing?"""

import math
import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from .generating.base import LogicSuite
from .shapes import LogicShape
from .shapes.sequence import Brackets

# No braces: inside a box LaTeX treats them as grouping.
PAIRS = {"(": ")", "[": "]", "<": ">"}
LENGTHS = (7, 9, 11, 12, 16, 22, 30, 40, 54, 72)


def stack_after(prefix: str) -> list[str]:
    """Return the brackets that a well-nested prefix leaves open, outermost first."""
    stack: list[str] = []
    for bracket in prefix:
        if bracket in PAIRS:
            stack.append(bracket)
        else:
            stack.pop()
    return stack


class Dyck(LogicSuite):
    """Close the open brackets of a sequence of 6 to 8 brackets (level 1), or of about 72
    (level 10).

    Difficulty: the length of the sequence.
    """

    name = "dyck"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        kinds = list(PAIRS)
        length = LENGTHS[difficulty - 1] + rng.randint(-1, 1)
        depth = rng.randrange(2 - length % 2, 2 + length // 2, 2)
        closing = (length - depth) // 2
        opening = length - closing
        prefix: list[str] = []
        stack: list[str] = []
        while opening or closing:
            if closing and stack and (not opening or rng.random() < 0.45):
                prefix.append(PAIRS[stack.pop()])
                closing -= 1
            else:
                stack.append(rng.choice(kinds))
                prefix.append(stack[-1])
                opening -= 1
        answer = " ".join(PAIRS[bracket] for bracket in reversed(stack))
        question = f"Which brackets close this sequence: {' '.join(prefix)}"
        meta = {"prefix": "".join(prefix), "kinds": "".join(kinds)}
        return Draft(ask(question, "only the missing closing brackets, in order,"), answer, meta)

    def shape(self, problem: Problem) -> LogicShape:
        return Brackets()

    def fault(self, problem: Problem, value: str) -> str | None:
        given = value
        if any(bracket not in PAIRS.values() for bracket in given):
            return "the answer is not a sequence of closing brackets"
        right = problem.answer.replace(" ", "")
        if given == right:
            return None
        if len(given) != len(right):
            return f"{len(right)} closing brackets are missing, not {len(given)}"
        return "a bracket does not match the one that is open"

    def steps(self, problem: Problem) -> list[str]:
        stack: list[str] = []
        lines = []
        for bracket in problem.meta["prefix"]:
            if bracket in PAIRS:
                stack.append(bracket)
            else:
                stack.pop()
            lines.append(f"{bracket} open: {''.join(stack)}")
        return [*lines, f"close {' '.join(reversed(stack))}"]

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """As many closing brackets as counting says, each of a random kind."""
        closers = [PAIRS[bracket] for bracket in problem.meta["kinds"]]
        missing = len(stack_after(problem.meta["prefix"]))
        return reply(" ".join(rng.choice(closers) for _ in range(missing)))

    def chance(self, problem: Problem) -> float | None:
        missing = len(stack_after(problem.meta["prefix"]))
        return math.pow(len(problem.meta["kinds"]), -missing)

    def wrong(self, problem: Problem) -> str | None:
        closers = [PAIRS[bracket] for bracket in problem.meta["kinds"]]
        given = problem.answer.split()
        given[-1] = closers[(closers.index(given[-1]) + 1) % len(closers)]
        return reply(" ".join(given))


load = Dyck
