"""Tool math: problems whose numbers are too large for the head, with an interpreter at hand."""

import random
import re
from typing import Any, ClassVar

from ..episode import Call, EpisodeLimits, GeneratedEpisodes, World
from ..problem import Problem
from ..suite import Draft
from ..verdict import Verdict, correct, wrong
from ..with_tools import AnswerWorld

SIZES = (3, 5, 8, 12, 20)
"""Digits of the numbers, by level."""
MODULUS = 1000


class ToolMath(GeneratedEpisodes):
    """Compute with numbers of 3 digits (level 1) to 20 digits (level 5), by running code.

    Difficulty: larger numbers, and longer sums that no formula shortens.
    """

    name = "tool_math"
    turns: ClassVar[int] = 20

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        digits = SIZES[difficulty - 1]
        question, code = rng.choice(KINDS)(rng, digits)
        value = _value(code)
        prompt = (
            f"{question} Give the answer modulo {MODULUS}, a number from 0 to {MODULUS - 1}. "
            f"Submit it as a number alone, once.\n\nYou have {self.turns} turns."
        )
        meta = {"code": code, "optimum": 1, "budget": self.turns}
        return Draft(prompt, str(value % MODULUS), meta)

    @property
    def runs_programs(self) -> bool:
        """The interpreter runs programs."""
        return True

    def world(self, problem: Problem, seed: int) -> AnswerWorld:
        return AnswerWorld(free_text=False)

    def limits(self, problem: Problem) -> EpisodeLimits:
        return EpisodeLimits(turns=self.turns, calls=2 * self.turns)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, AnswerWorld)
        if world.answer is None:
            return wrong("no_answer", None, "no answer was submitted")
        answer = world.answer.strip()
        if (
            answer.isascii()
            and answer.isdigit()
            and answer.lstrip("0") == problem.answer.lstrip("0")
        ):
            return correct(answer, "the number is right")
        return wrong("incorrect", answer[:200], f"the number is {problem.answer}")

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        """The code of the reference, run by the tool; then its answer."""
        code = f"{problem.meta['code']}\nprint(answer % {MODULUS})"
        return [Call("python", {"code": code}), Call("submit", {"answer": problem.answer})]

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        return Call("submit", {"answer": str(rng.randrange(MODULUS))})

    def chance(self, problem: Problem) -> float | None:
        return 1.0 / MODULUS

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """Submit at once what the last three digits of every number give."""
        short = re.sub(
            r"\d{4,}", lambda found: str(int(found[0]) % MODULUS or MODULUS), problem.meta["code"]
        )
        return Call("submit", {"answer": str(_value(short) % MODULUS)})


def _value(code: str) -> int:
    """What one of the programs below computes."""
    space: dict[str, Any] = {}
    exec(compile(code, "<reference>", "exec"), space)
    value: int = space["answer"]
    return value


def _number(rng: random.Random, digits: int) -> int:
    return rng.randrange(10 ** (digits - 1), 10**digits)


def _power(rng: random.Random, digits: int) -> tuple[str, str]:
    base, exponent = _number(rng, digits), rng.randint(50, min(400, 4000 // digits))
    return (
        f"What is the sum of the digits of {base}^{exponent}?",
        f"answer = sum(map(int, str({base} ** {exponent})))",
    )


def _recurrence(rng: random.Random, digits: int) -> tuple[str, str]:
    a, b, p, steps = (
        _number(rng, digits),
        _number(rng, digits),
        _number(rng, digits),
        rng.randint(500, 5000),
    )
    question = (
        f"Let x(0) = {a} and x(n+1) = (x(n)^2 + {b}) mod {p}. What is the sum of x(1), x(2), ..., "
        f"x({steps})?"
    )
    code = (
        f"x, answer = {a}, 0\nfor _ in range({steps}):\n"
        f"    x = (x * x + {b}) % {p}\n    answer += x"
    )
    return question, code


def _divisors(rng: random.Random, digits: int) -> tuple[str, str]:
    top = rng.randint(2000, 20000)
    a, b = _number(rng, digits), _number(rng, digits)
    question = (
        f"What is the sum of all n from 1 to {top} for which n divides {a} * n^2 + {b} * {a}, or n "
        f"has the same digit sum as {a}?"
    )
    code = (
        "def digit_sum(n):\n    return sum(map(int, str(n)))\n"
        f"answer = sum(n for n in range(1, {top} + 1) if ({a} * n * n + {b} * {a}) % n == 0 "
        f"or digit_sum(n) == digit_sum({a}))"
    )
    return question, code


def _palindromes(rng: random.Random, digits: int) -> tuple[str, str]:
    factor, top = _number(rng, digits), rng.randint(1000, 9000)
    question = (
        f"For k from 1 to {top}, count how often the digit 7 occurs in {factor} * k^3. What is the "
        "sum of these counts?"
    )
    code = f'answer = sum(str({factor} * k**3).count("7") for k in range(1, {top} + 1))'
    return question, code


KINDS = (_power, _recurrence, _divisors, _palindromes)
load = ToolMath
