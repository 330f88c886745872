"""String rewriting: apply rules until none applies."""

import math
import random
from collections.abc import Sequence
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from .generating.base import LogicSuite
from .shapes import LogicShape
from .shapes.text import LettersOnly

LETTERS = (3, 3, 3, 3, 4, 4, 4, 5, 5, 6)
RULES = (2, 2, 3, 3, 4, 5, 6, 7, 9, 12)
LENGTHS = (4, 5, 7, 9, 12, 16, 22, 30, 40, 54)


def rewritten(word: str, rules: Sequence[Sequence[str]]) -> list[str]:
    """Return the word after each step: the first rule that applies, at its leftmost place.

    Every rule shortens the word, so this ends.
    """
    history: list[str] = []
    while True:
        rule = next(((old, new) for old, new in rules if old in word), None)
        if rule is None:
            return history
        word = word.replace(*rule, 1)
        history.append(word)


class StringRewriting(LogicSuite):
    """Rewrite a word of 4 letters by 2 rules (level 1), or of 54 letters by 12 rules (level
    10).

    Difficulty: a longer word and more rules.
    """

    name = "string_rewriting"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        letters = "abcdef"[: LETTERS[difficulty - 1]]
        length = LENGTHS[difficulty - 1]
        pairs = [first + second for first in letters for second in letters]
        while True:
            chosen = rng.sample(pairs, RULES[difficulty - 1])
            rules = [[old, rng.choice(letters)] for old in chosen]
            word = "".join(rng.choice(letters) for _ in range(length))
            history = rewritten(word, rules)
            if len(history) >= length // 2:
                break
        told = ", ".join(f"{old}->{new}" for old, new in rules)
        question = (
            f"Rules: {told}. Apply the first rule that fits, at its leftmost place, again and "
            f"again until none fits. What becomes of {word}?"
        )
        meta = {"rules": rules, "word": word, "letters": letters}
        return Draft(ask(question, "the final word"), history[-1], meta)

    def shape(self, problem: Problem) -> LogicShape:
        return LettersOnly(problem.meta["letters"], problem.meta["word"])

    def steps(self, problem: Problem) -> list[str]:
        return rewritten(problem.meta["word"], problem.meta["rules"])

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """A random word, shorter than the one given."""
        length = rng.randint(1, len(problem.meta["word"]) - 1)
        return reply("".join(rng.choice(problem.meta["letters"]) for _ in range(length)))

    def chance(self, problem: Problem) -> float | None:
        shorter = len(problem.meta["word"]) - 1
        return math.pow(len(problem.meta["letters"]), -len(problem.answer)) / shorter

    def wrong(self, problem: Problem) -> str | None:
        letters = problem.meta["letters"]
        following = letters[(letters.index(problem.answer[-1]) + 1) % len(letters)]
        return reply(problem.answer[:-1] + following)


load = StringRewriting
