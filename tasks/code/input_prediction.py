"""Find an input for which a short function returns a given value."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from ..attempts import Attempt, attempt
from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Domain, Draft, GeneratedSuite
from ..text import final_answer
from ..verdict import Verdict, correct, wrong

INPUTS = (10, 20, 30, 50, 80, 100)
"""Inputs are the whole numbers below this, by level."""
STATEMENTS = (2, 2, 3, 3, 4, 5)
LARGEST = (6, 9, 12, 20, 30, 50)
"""The largest number of a statement."""
SIGNS = ("+-*", "+-*%", "+-*%", "+-*%//", "+-*%//", "+-*%//")

Operation = tuple[str, int]
"""An operation on x with a number: ("*", 3) is `x = x * 3`."""


class InputPrediction(GeneratedSuite):
    """Functions of a few lines, and a value that they return for at least one input.

    The dial: 1 is two of + - * and 10 inputs; 2 has remainders and 20 inputs; 3 three
    statements; 4 whole division; 5 four and 6 five statements with larger numbers and inputs.
    """

    name = "input_prediction"
    domain: ClassVar[Domain] = "code"
    difficulties = range(1, 7)

    @property
    def runs_programs(self) -> bool:
        """No: an answer is a number, and the function is one of ours."""
        return False

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        inputs, signs = INPUTS[difficulty - 1], re.findall("//|.", SIGNS[difficulty - 1])
        while True:
            made = [
                (rng.choice(signs), rng.randint(2, LARGEST[difficulty - 1]))
                for _ in range(STATEMENTS[difficulty - 1])
            ]
            values = [traced(made, x)[0] for x in range(inputs)]
            if len(set(values)) > inputs // 3:
                break
        x = rng.randrange(inputs)
        body = [f"    x = x {sign} {number}" for sign, number in made]
        source = "\n".join(["def f(x):", *body, "    return x"])
        question = (
            f"For which whole number x from 0 to {inputs - 1} does f(x) return {values[x]}?\n"
            f"{source}"
        )
        meta = {"statements": made, "wanted": values[x], "inputs": inputs}
        return Draft(ask(question, "x"), str(x), meta, key=f"{source}\n{values[x]}")

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer, traced(problem.meta["statements"], int(problem.answer))[1])

    def wrong(self, problem: Problem) -> str:
        """The next input that gives another value."""
        inputs = problem.meta["inputs"]
        others = (x % inputs for x in range(int(problem.answer), int(problem.answer) + inputs))
        return reply(str(next(x for x in others if not self._solves(problem, x))))

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(str(rng.randrange(problem.meta["inputs"])))

    def chance(self, problem: Problem) -> float:
        inputs: int = problem.meta["inputs"]
        return sum(self._solves(problem, x) for x in range(inputs)) / inputs

    def check(self, problem: Problem, completion: str) -> Verdict:
        found = final_answer(completion)
        if found.text is None:
            return wrong("truncated" if found.truncated else "no_answer", None, found.reason)
        match = re.fullmatch(r"(?:x ?= ?)?([0-9]{1,9})", found.text.strip())
        if match is None:
            return wrong("incorrect", found.text.strip()[:200], "The answer is no whole number.")
        if self._solves(problem, int(match[1])):
            return correct(match[1], "The function returns the wanted value.")
        return wrong("incorrect", match[1], "The function returns something else, or x is outside.")

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """Inputs, each run through the function."""
        for x in rng.sample(range(problem.meta["inputs"]), problem.meta["inputs"]):
            tried = self.try_answer(problem, str(x))
            assert tried is not None
            yield tried

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        if re.fullmatch(r"[0-9]{1,9}", answer) is None:
            return None
        works = traced(problem.meta["statements"], int(answer))[1]
        right = self._solves(problem, int(answer))
        return attempt(answer, works, str(problem.meta["wanted"]), right)

    def _solves(self, problem: Problem, x: int) -> bool:
        value = traced(problem.meta["statements"], x)[0]
        return bool(x < problem.meta["inputs"] and value == problem.meta["wanted"])


def traced(statements: Sequence[Any], x: int) -> tuple[int, list[str]]:
    """What the function returns for x, and each of its operations: `5*3=15`."""
    steps = []
    for sign, number in statements:
        value = {
            "+": x + number, "-": x - number, "*": x * number, "%": x % number, "//": x // number
        }[sign]  # fmt: skip
        steps.append(f"{x}{sign}{number}={value}")
        x = value
    return x, steps


load = InputPrediction
