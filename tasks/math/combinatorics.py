"""Combinatorics: counting selections, arrangements, distributions, paths."""

import math
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose

_WORDS = (
    "ALGEBRA", "BANANA", "BOOKKEEPER", "CANNON", "COFFEE", "COMMITTEE", "DIVIDEND", "EIGENVALUE",
    "LETTER", "MATHEMATICS", "MISSISSIPPI", "PEPPER", "PROBABILITY", "REFERENCE", "STATISTICS",
    "SUCCESS", "TENNESSEE", "ASSESSMENT", "BALLOON", "COCOON", "HAMMER", "INDIVISIBILITY",
    "PARALLEL", "SASSAFRAS", "TATTOO", "WOOLLOOMOOLOO", "ZOOLOGY", "ADDRESSEE", "POSSESSION",
)  # fmt: skip


class Combinatorics(MathSuite):
    """Count exactly.

    Levels: 1 products of choices; 2 ordered selections; 3 committees with a chair;
    4 arrangements of letters; 5 committees from two groups; 6 distributions with upper
    limits; 7 gifts to everyone; 8 lattice paths around blocked points; 9 longer
    such paths with steps of three kinds.
    """

    name = "combinatorics"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {2: 54, 3: 50, 7: 31}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(2, 100 if difficulty == 1 else 1000)


def _choices(rng: random.Random) -> Draft:
    kinds = ("shirts", "hats", "coats", "scarves")
    picked = rng.sample(kinds, 2)
    a, b = rng.randrange(2, 13), rng.randrange(2, 13)
    question = (
        f"There are {a} {picked[0]} and {b} {picked[1]}. "
        "In how many ways can one of each be chosen?"
    )
    return pose(question, a * b, [f"{a}*{b}={a * b}"], key=f"{a}*{b}")


def _ordered(rng: random.Random) -> Draft:
    k = rng.randrange(2, 5)
    n = rng.randrange(k + 1, 41)
    steps, product = [], n
    for factor in range(n - 1, n - k, -1):
        steps.append(f"{product}*{factor}={product * factor}")
        product *= factor
    question = f"In how many orders can the first {k} places of a race of {n} runners be filled?"
    return pose(question, product, steps)


def _binomial(n: int, k: int) -> tuple[int, list[str]]:
    top, bottom = math.perm(n, min(k, n - k)), math.factorial(min(k, n - k))
    value = math.comb(n, k)
    return value, [f"C({n},{k})={top}/{bottom}={value}"]


def _committee(rng: random.Random) -> Draft:
    n = rng.randrange(6, 41)
    k = rng.randrange(3, 6)
    _, steps = _binomial(n, k)
    total = math.comb(n, k) * k
    steps.append(f"{math.comb(n, k)}*{k}={total}")
    question = (
        f"A committee of {k} is chosen from {n} people, and one of its members chairs it. "
        "In how many ways can this be done?"
    )
    return pose(question, total, steps)


def _word(rng: random.Random) -> Draft:
    """Letters from a drawn piece of a word, so that there are many different problems."""
    word = rng.choice(_WORDS)
    start = rng.randrange(0, max(1, len(word) - 5))
    letters = word[start:] + "".join(rng.choice(word) for _ in range(2))
    counts = Counter(sorted(letters))
    total = math.factorial(len(letters))
    steps = [f"{len(letters)}!={total}"]
    for letter, count in counts.items():
        if count > 1:
            divisor = math.factorial(count)
            steps.append(f"{letter} {count} times: {total}/{divisor}={total // divisor}")
            total //= divisor
    question = f"In how many different ways can the letters of {letters} be arranged?"
    key = "".join(sorted(letters))
    return pose(question, total, steps, key=key)


def _groups(rng: random.Random) -> Draft:
    a, b, size = rng.randrange(6, 16), rng.randrange(6, 16), rng.randrange(5, 8)
    least = rng.randrange(2, 4)
    steps, total = [], 0
    for count in range(least, size + 1):
        if count > a or size - count > b:
            continue
        ways = math.comb(a, count) * math.comb(b, size - count)
        steps.append(f"C({a},{count})*C({b},{size - count})={ways}")
        total += ways
        steps.append(f"total {total}")
    question = (
        f"From {a} women and {b} men, a team of {size} with at least {least} women is chosen. "
        "In how many ways?"
    )
    return pose(question, total, steps)


def _distribution(rng: random.Random) -> Draft:
    people, most = rng.randrange(6, 9), rng.randrange(4, 9)
    items = rng.randrange(most + 2, people * most - 1)
    steps, total = [], 0
    for over in range(items // (most + 1) + 1):
        rest = items - over * (most + 1)
        if over > people:
            break
        ways = math.comb(people, over) * math.comb(rest + people - 1, people - 1)
        sign = "-" if over % 2 else "+"
        steps.append(f"{sign} C({people},{over})*C({rest + people - 1},{people - 1})={sign}{ways}")
        total += -ways if over % 2 else ways
        steps.append(f"total {total}")
    question = (
        f"In how many ways can {items} equal coins be given to {people} different people, "
        f"no one getting more than {most}?"
    )
    return pose(question, total, steps)


def _onto(rng: random.Random) -> Draft:
    n, k = rng.randrange(8, 21), rng.randrange(4, 9)
    steps, total = [], 0
    for missing in range(k):
        ways = math.comb(k, missing) * (k - missing) ** n
        sign = "-" if missing % 2 else "+"
        steps.append(f"{sign} C({k},{missing})*{k - missing}^{n}={sign}{ways}")
        total += -ways if missing % 2 else ways
        steps.append(f"total {total}")
    question = (
        f"In how many ways can {n} different books be given to {k} people so that everyone "
        "gets at least one?"
    )
    return pose(question, total, steps)


def _paths(rng: random.Random, size: int, blocks: int, diagonal: bool) -> Draft:
    width, height = rng.randrange(size, size + 4), rng.randrange(size, size + 4)
    while True:
        cells = [(x, y) for x in range(width + 1) for y in range(height + 1)][1:-1]
        blocked = sorted(rng.sample(cells, blocks))
        steps, total = _count_paths(width, height, blocked, diagonal)
        if total:
            break
    kinds = "one right, one up or one of both" if diagonal else "one right or one up"
    listed = ", ".join(f"({x}, {y})" for x, y in blocked)
    question = (
        f"How many paths lead from (0, 0) to ({width}, {height}), each step {kinds}, "
        f"without passing through {listed}?"
    )
    return pose(question, total, steps)


def _count_paths(
    width: int, height: int, blocked: list[tuple[int, int]], diagonal: bool
) -> tuple[list[str], int]:
    """The table of counts row by row, as written work, and the count at the far corner."""
    steps, below = [], [0] * (width + 1)
    for y in range(height + 1):
        row: list[int] = []
        for x in range(width + 1):
            left = row[x - 1] if x else 0
            corner = below[x - 1] if x and diagonal else 0
            count = 1 if x == y == 0 else left + below[x] + corner
            row.append(0 if (x, y) in blocked else count)
        steps.append(f"y={y}: {' '.join(map(str, row))}")
        below = row
    return steps, below[-1]


def _short_paths(rng: random.Random) -> Draft:
    return _paths(rng, 7, 4, diagonal=False)


def _long_paths(rng: random.Random) -> Draft:
    return _paths(rng, 12, 6, diagonal=True)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _choices,
    2: _ordered,
    3: _committee,
    4: _word,
    5: _groups,
    6: _distribution,
    7: _onto,
    8: _short_paths,
    9: _long_paths,
}

load = Combinatorics
