"""Say what a short program prints."""

import ast
import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Domain, Draft, GeneratedSuite
from ..text import final_answer
from ..verdict import Verdict, correct, wrong
from .generating.programs import draw_program
from .generating.running import same_value
from .generating.stepping import Stepper, TooLongError

MAX_ANSWER = 2_000
MAX_TOLD = 120


class OutputPrediction(GeneratedSuite):
    """Programs of a few lines that print one line; the answer is that line.

    The dial: 1 is one assignment and one sum; 2 three or four of them; 3 two operations on a
    list or a string; 4 a branch and a loop; 5 more statements and larger numbers; 6 nested
    loops and a while loop; 7 a recursive function besides.
    """

    name = "output_prediction"
    domain: ClassVar[Domain] = "code"
    difficulties = range(1, 8)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            source = draw_program(rng, difficulty)
            stepper = Stepper()
            try:
                printed = stepper.run(source).rstrip("\n")
            except (TooLongError, ZeroDivisionError, IndexError):
                continue
            if printed and len(printed) <= 120 and printed not in source:
                break
        steps = stepper.steps if len(stepper.steps) <= MAX_TOLD else []
        prompt = ask(f"What does this program print?\n{source}", "the output")
        return Draft(prompt, printed, {"program": source, "steps": steps}, key=source)

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer, list(problem.meta["steps"]))

    def wrong(self, problem: Problem) -> str:
        """The output with its last number or letter changed by one."""
        text = problem.answer
        for index in range(len(text) - 1, -1, -1):
            if text[index].isalnum():
                near = {"9": "8", "z": "y", "Z": "Y"}.get(text[index], chr(ord(text[index]) + 1))
                return reply(text[:index] + near + text[index + 1 :])
        return reply(text + "0")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        while True:
            try:
                printed = Stepper().run(draw_program(rng, problem.meta["difficulty"]))
            except (TooLongError, ZeroDivisionError, IndexError):
                continue
            return reply(printed.rstrip("\n"))

    def check(self, problem: Problem, completion: str) -> Verdict:
        found = final_answer(completion)
        if found.text is None:
            return wrong("truncated" if found.truncated else "no_answer", None, found.reason)
        text = found.text.strip()
        if len(text) > MAX_ANSWER:
            return wrong("incorrect", text[:200], "The answer is too long to be the output.")
        if self.same_answer(problem, text, problem.answer):
            return correct(text, "The answer is what the program prints.")
        return wrong("incorrect", text, f"The program prints something else than {text[:100]!r}.")

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        """Equal text but for spacing, or equal values where both are literals."""
        first, second = first.strip(), second.strip()
        if first == second:
            return True
        try:
            one, other = ast.literal_eval(first), ast.literal_eval(second)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return False
        if isinstance(one, str) or isinstance(other, str):
            return False
        return same_value(one, other)


load = OutputPrediction
