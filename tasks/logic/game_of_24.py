"""Game of 24: make 24 from all numbers, each used exactly once."""

import random
from typing import ClassVar

from ..prompting import ask
from ..suite import Draft
from .generating.number_games import NumberGame
from .shapes.expression import Tree, numbers_in, write

TARGET = 24
COUNTS = (3, 4, 4, 4, 4, 5, 5, 5, 6, 7)
LARGEST = (30, 20, 13, 13, 13, 20, 25, 30, 40, 50)
OPERATIONS = ("+-*", "+-", "+-*", "+-*/", "*+/*", "+-*/", "+-*/", "*+/-*", "+-*/", "+-*/")
FRACTIONS_FROM = 7
"""From this level on half of the intended solutions go through a fraction."""


class GameOf24(NumberGame):
    """Make 24 from 3 numbers (level 1), or from 7 numbers up to 50 (level 10).

    Difficulty: more and larger numbers; from level 7 half of the intended solutions need a
    fraction, as 8/(3-8/3) does.
    """

    name = "game_of_24"
    use_all: ClassVar[bool] = True

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count, largest = COUNTS[difficulty - 1], LARGEST[difficulty - 1]
        tree: Tree | None = None
        while tree is None:
            start: Tree = TARGET
            if difficulty >= FRACTIONS_FROM and rng.random() < 0.5:
                start = _through_fraction(rng, largest)
            tree = _split(rng, start, count, largest, OPERATIONS[difficulty - 1])
        numbers = numbers_in(tree)
        rng.shuffle(numbers)
        question = (
            f"Make {TARGET} from {', '.join(map(str, numbers))} with + - * / and parentheses, "
            "using each number exactly once."
        )
        meta = {"numbers": numbers, "target": TARGET}
        return Draft(ask(question, "the expression"), write(tree), meta, str(sorted(numbers)))

    def operations(self, difficulty: int) -> str:
        return OPERATIONS[difficulty - 1]


def _split(
    rng: random.Random, tree: Tree, count: int, largest: int, operations: str
) -> Tree | None:
    """Write leaves as the result of an operation until there are `count` small numbers."""
    while len(numbers_in(tree)) < count:
        leaves = numbers_in(tree)
        at = rng.randrange(len(leaves))
        part = _operation(rng, leaves[at], largest, rng.choice(operations))
        if part is None:
            return None
        tree = _replaced(tree, at, part)
    return tree if max(numbers_in(tree)) <= largest else None


def _operation(rng: random.Random, value: int, largest: int, op: str) -> Tree | None:
    """An operation on two numbers of at most `largest` that gives `value`."""
    if op == "+":
        options = [(k, value - k) for k in range(max(1, value - largest), value)]
    elif op == "-":
        options = [(value + k, k) for k in range(1, largest - value + 1)]
    elif op == "*":
        options = [(k, value // k) for k in range(2, value) if value % k == 0]
    else:
        options = [(value * k, k) for k in range(2, largest // value + 1)]
    return (op, *rng.choice(options)) if options else None


def _replaced(tree: Tree, at: int, part: Tree) -> Tree:
    """The tree with its leaf number `at` (from the left) replaced."""
    if isinstance(tree, int):
        return part
    op, left, right = tree
    size = len(numbers_in(left))
    if at < size:
        return (op, _replaced(left, at, part), right)
    return (op, left, _replaced(right, at - size, part))


def _through_fraction(rng: random.Random, largest: int) -> Tree:
    """24 as a/(b +- c/d) or a*(b +- c/d), where c/d is no whole number."""
    while True:
        whole, over, under = (rng.randint(1, largest) for _ in range(3))
        op = rng.choice("+-")
        top = whole * under + (over if op == "+" else -over)
        if over % under == 0 or top <= 0:
            continue
        inner: Tree = (op, whole, ("/", over, under))
        # 24 = outer / (top/under), or 24 = outer * (top/under)
        if TARGET * top % under == 0 and TARGET * top // under <= largest:
            return ("/", TARGET * top // under, inner)
        if TARGET * under % top == 0 and TARGET * under // top <= largest:
            return ("*", TARGET * under // top, inner)


load = GameOf24
