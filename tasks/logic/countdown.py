"""Countdown: make a target from numbers, each used at most once."""

import random
from typing import ClassVar

from ..prompting import ask
from ..suite import Draft
from .generating.number_games import NumberGame, combined
from .shapes.expression import write

COUNTS = (3, 3, 4, 4, 5, 5, 6, 6, 7, 8)
LARGEST = (10, 20, 15, 25, 25, 50, 50, 75, 100, 100)
OPERATIONS = ("+-", "+-*", "+-*", "+-*/", *["+-*/"] * 6)


class Countdown(NumberGame):
    """Make a target from 3 numbers up to 10 (level 1), or from 8 numbers up to 100 (level 10).

    Difficulty: more and larger numbers, and more kinds of operations in the intended solution.
    Fractions are allowed on the way.
    """

    name = "countdown"
    use_all: ClassVar[bool] = False

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count, largest = COUNTS[difficulty - 1], LARGEST[difficulty - 1]
        while True:
            numbers = [rng.randint(1, largest) for _ in range(count)]
            made = combined(rng, numbers, OPERATIONS[difficulty - 1])
            if made is not None and made[0] not in numbers:
                break
        target, tree = made
        question = (
            f"Make {target} from {', '.join(map(str, numbers))} with + - * / and parentheses, "
            "each number at most once."
        )
        key = f"{target}:{sorted(numbers)}"
        meta = {"numbers": numbers, "target": target}
        return Draft(ask(question, "the expression"), write(tree), meta, key)

    def operations(self, difficulty: int) -> str:
        return OPERATIONS[difficulty - 1]


load = Countdown
