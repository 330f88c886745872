"""Write a function from a description; hidden inputs decide."""

import ast
import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Domain, Draft, GeneratedSuite
from ..verdict import Verdict
from .generating.functions import draw_function
from .generating.inputs import inputs_for
from .generating.running import reference_values, verify_values
from .generating.telling import telling_inputs

INPUTS = 14


class FunctionSynthesis(GeneratedSuite):
    """Functions named `f`, described in words; each small mistake shows on a hidden input.

    The dial: 1 is one operation on an integer, a string or a list; 2 two operations in a row;
    3 three or four; 4 a condition between two chains of two; 5 chains of four, or a loop with
    a running value and two rules; 6 a loop with four rules, or a recurrence of order 2 to 4.
    """

    name = "function_synthesis"
    domain: ClassVar[Domain] = "code"
    difficulties = range(1, 7)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            function = draw_function(rng, difficulty)
            inputs = inputs_for(rng, function.takes, INPUTS)
            values = reference_values(function.source, "f", [[value] for value in inputs])
            same = [value == given for value, given in zip(values, inputs, strict=True)]
            if len({repr(value) for value in values}) > 2 and not all(same):
                break
        inputs = telling_inputs(function.source, function.takes, inputs)
        meta = {"inputs": inputs, "steps": list(function.steps), "takes": function.takes}
        prompt = ask(function.words, "the code")
        return Draft(prompt, function.source, meta, key=function.source)

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer, list(problem.meta["steps"]))

    def wrong(self, problem: Problem) -> str:
        """The reference with one more step that always changes the value."""
        value = reference_values(problem.answer, "f", [[problem.meta["inputs"][0]]])[0]
        extra = {int: "1", bool: "1", str: "'!'", list: "[0]"}[type(value)]
        return reply(f"{problem.answer}\n\ng = f\n\ndef f(x):\n    return g(x) + {extra}")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        while True:
            function = draw_function(rng, problem.meta["difficulty"])
            if function.takes == problem.meta["takes"]:
                return reply(function.source)

    def check(self, problem: Problem, completion: str) -> Verdict:
        inputs = [[value] for value in problem.meta["inputs"]]
        return verify_values(completion, "f", inputs, problem.answer)

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        """Whether two programs are the same but for layout and comments."""
        try:
            return ast.dump(ast.parse(first)) == ast.dump(ast.parse(second))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return first.strip() == second.strip()


load = FunctionSynthesis
