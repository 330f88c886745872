"""Repair a function that has one small mistake; hidden inputs decide."""

import random

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from ..verdict import Verdict
from .function_synthesis import INPUTS, FunctionSynthesis
from .generating.functions import draw_function
from .generating.inputs import inputs_for
from .generating.mutation import mutants
from .generating.running import reference_values, same_value, verify_values
from .generating.telling import telling_inputs


class BugFixing(FunctionSynthesis):
    """Functions of `function_synthesis`, each with one mistake put in.

    The dial is that of `function_synthesis`: the longer the function, the more places the
    mistake can be in. Every mutant gives another value on a hidden input, the witness, which
    meta names; the words say what the function should return.
    """

    name = "bug_fixing"
    difficulties = range(1, 7)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            function = draw_function(rng, difficulty)
            inputs = inputs_for(rng, function.takes, INPUTS)
            arguments = [[value] for value in inputs]
            values = reference_values(function.source, "f", arguments)
            for source, was, now in mutants(function.source, rng, 6):
                try:
                    others = reference_values(source, "f", arguments)
                except (ArithmeticError, TypeError, ValueError, IndexError, MemoryError):
                    continue
                witness = _first_difference(values, others)
                if witness is not None:
                    told = telling_inputs(function.source, function.takes, inputs)
                    return self._draft(function.words, function.source, source, (was, now), (
                        told, witness, function.takes))  # fmt: skip

    def _draft(
        self,
        words: str,
        source: str,
        broken: str,
        change: tuple[str, str],
        rest: tuple[list[object], int, str],
    ) -> Draft:
        inputs, witness, takes = rest
        was, now = change
        question = f"{words}\nThis try has a mistake:\n{broken}\nCorrect it."
        meta = {
            "inputs": inputs, "witness": inputs[witness], "takes": takes, "broken": broken,
            "steps": [f"{now} must be {was}"],
        }  # fmt: skip
        return Draft(ask(question, "the code"), source, meta, key=source + "\0" + broken)

    def wrong(self, problem: Problem) -> str:
        """The function with its mistake, as it was given."""
        return reply(problem.meta["broken"])

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """Another small change of the broken function."""
        for source, _, _ in mutants(problem.meta["broken"], rng, 1):
            return reply(source)
        return reply(problem.meta["broken"])

    def check(self, problem: Problem, completion: str) -> Verdict:
        inputs = [[value] for value in problem.meta["inputs"]]
        return verify_values(completion, "f", inputs, problem.answer)


def _first_difference(values: list[object], others: list[object]) -> int | None:
    for index, (one, other) in enumerate(zip(values, others, strict=True)):
        if not same_value(one, other):
            return index
    return None


load = BugFixing
