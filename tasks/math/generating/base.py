"""The base of the generated math suites: worked golds, strict checks, honest guesses."""

import random
import re
from fractions import Fraction
from typing import Any, ClassVar

from ...problem import Problem
from ...prompting import ask, reply
from ...suite import Domain, Draft, GeneratedSuite
from ...verdict import Verdict, wrong
from ..verifier import Rules, equivalent, verify_math
from .literal import is_evaluated


def show(value: Fraction | int) -> str:
    """An exact number as text: `7`, `-3/4`."""
    value = Fraction(value)
    return (
        str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    )


def pose(
    question: str,
    answer: str | int | Fraction,
    steps: list[str],
    form: str | None = None,
    key: str | None = None,
    **meta: Any,
) -> Draft:
    """A draft of a problem with its written-out work.

    `form` says in the prompt what the answer looks like. The answer must be written out in
    numbers (see `literal`) unless `literal=False` is among `meta`; with `percent=True` there
    the answer counts percents, and may carry the sign.
    """
    text = answer if isinstance(answer, str) else show(answer)
    return Draft(ask(question, form), text, {"literal": True} | meta | {"steps": steps}, key)


class MathSuite(GeneratedSuite):
    """Generated problems whose answers are exact values, checked by `verify_math`.

    A subclass writes `draw`, and `plausible` for its guesses. Where the answer is a tuple or
    list of whole numbers, `guess` draws each part.
    """

    domain: ClassVar[Domain] = "math"

    def plausible(self, difficulty: int) -> range:
        """The whole numbers that a guess is drawn from."""
        return range(100)

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer, list(problem.meta["steps"]))

    def check(self, problem: Problem, completion: str) -> Verdict:
        rules = Rules(percent_is_number=bool(problem.meta.get("percent")))
        verdict = verify_math(problem.answer, completion, rules=rules)
        unworked = problem.meta.get("literal", False) and not is_evaluated(
            problem.answer, verdict.extracted
        )
        if verdict.correct and unworked:
            return wrong(
                "incorrect",
                verdict.extracted,
                "the value is right but not worked out to the asked form",
            )
        return verdict

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        return equivalent(first, second)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        numbers = self.plausible(problem.meta["difficulty"])
        parts = [str(rng.choice(numbers)) for _ in range(_parts(problem.answer))]
        text = ", ".join(parts)
        return reply(f"({text})" if problem.answer.startswith("(") else text)

    def chance(self, problem: Problem) -> float | None:
        if not re.fullmatch(r"\(?-?\d+(, -?\d+)*\)?", problem.answer):
            return None
        numbers = self.plausible(problem.meta["difficulty"])
        parts = [int(part) for part in re.findall(r"-?\d+", problem.answer)]
        if len(parts) > 1 and not problem.answer.startswith("("):
            return None  # an unordered list: several draws are right
        return (1 / len(numbers)) ** len(parts) if all(p in numbers for p in parts) else 0.0

    def wrong(self, problem: Problem) -> str:
        return reply(near_miss(problem.answer))


def _parts(answer: str) -> int:
    return answer.count(",") + 1


def near_miss(answer: str) -> str:
    """The answer with its first number one larger in size, or its letter the next one."""
    number = re.search(r"\d+", answer)
    if number:
        return f"{answer[: number.start()]}{int(number[0]) + 1}{answer[number.end() :]}"
    letter = re.fullmatch(r"(\W*(?:text\W*)?)([A-Z])(\W*)", answer)
    if letter:
        return f"{letter[1]}{'A' if letter[2] == 'Z' else chr(ord(letter[2]) + 1)}{letter[3]}"
    return f"{answer} + 1"
