"""Zebra puzzles: the clues about houses in a row, as clauses and as sentences."""

import random
from collections.abc import Mapping, Sequence

from .names import PEOPLE
from .solving import Clause, Cnf, fewest_clues

CATEGORIES: dict[str, list[str]] = {
    "name": PEOPLE,
    "color": ["red", "blue", "green", "white", "black", "yellow", "brown", "pink"],
    "pet": ["cat", "dog", "fish", "bird", "horse", "goat", "snake", "hen"],
    "drink": ["tea", "milk", "water", "juice", "beer", "cola", "wine", "cocoa"],
    "job": ["nurse", "cook", "pilot", "clerk", "judge", "baker", "actor", "miner"],
    "sport": ["chess", "golf", "tennis", "rugby", "judo", "polo", "squash", "darts"],
    "fruit": ["apple", "plum", "pear", "fig", "lemon", "mango", "grape", "melon"],
}
_SUBJECTS = {
    "name": "{}",
    "color": "the {}-house owner",
    "pet": "the {} owner",
    "drink": "the {} drinker",
    "job": "the {}",
    "sport": "the {} player",
    "fruit": "the {} eater",
}
POOL = 14
"""Number of candidate clues drawn for each cell of the table."""
Clue = list[str | int]
"""[kind, category, value, ...]; then a category and a value, or a house from 1."""
_WORDS = {
    "same": "{} is {}.",
    "differ": "{} is not {}.",
    "beside": "{} lives next to {}.",
    "right": "{} lives directly left of {}.",
    "before": "{} lives somewhere left of {}.",
    "at": "{} lives in house {}.",
    "not_at": "{} does not live in house {}.",
}


def subject(category: str, value: str) -> str:
    """Return a phrase for the person who has this value."""
    return _SUBJECTS[category].format(value)


def puzzle(
    rng: random.Random, houses: int, columns: Sequence[str], difficulty: int
) -> tuple[list[list[str]], list[Clue]]:
    """Draw a table (one row per house) and clues that are all needed."""
    chosen = [rng.sample(CATEGORIES[column], houses) for column in columns]
    table = [list(row) for row in zip(*chosen, strict=True)]
    cnf = Cnf()
    for column, values in zip(columns, chosen, strict=True):
        for value in values:
            cnf.exactly_one([cnf.var(column, value, house) for house in range(houses)])
        for house in range(houses):
            cnf.exactly_one([cnf.var(column, value, house) for value in values])
    model = [
        cnf.var(column, row[i], house)
        for house, row in enumerate(table)
        for i, column in enumerate(columns)
    ]
    kept: list[int] | None = None
    while kept is None:
        clues = _true_clues(rng, table, columns, difficulty)
        kept = fewest_clues(cnf.clauses, model, [_clauses(cnf, clue, houses) for clue in clues])
    return table, rng.sample([clues[index] for index in kept], len(kept))


def _true_clues(
    rng: random.Random, table: list[list[str]], columns: Sequence[str], difficulty: int
) -> list[Clue]:
    houses = len(table)
    kinds = ["same", "same", "differ", "at", "at", "not_at"]
    if difficulty > 1:
        kinds += ["beside", "right", "before"]
    if difficulty > 3:
        kinds = ["same", "same", "differ", "not_at", "beside", "right", "before"]
    cells = [(house, i) for house in range(houses) for i in range(len(columns))]
    clues: list[Clue] = []
    for _ in range(POOL * len(cells)):
        kind = rng.choice(kinds)
        (h, i), (k, j) = rng.sample(cells, 2)
        first: Clue = [columns[i], table[h][i]]
        second: Clue = [columns[j], table[k][j]]
        fits = {
            "same": h == k,
            "differ": h != k and i != j,
            "beside": abs(h - k) == 1,
            "right": h + 1 == k,
            "before": h < k,
            "at": True,
            "not_at": h != k,
        }[kind]
        if not fits:
            continue
        clue: Clue = [kind, *first, *second]
        if kind in ("at", "not_at"):
            clue = [kind, *first, (h if kind == "at" else k) + 1]
        if clue not in clues:
            clues.append(clue)
    return clues


def _clauses(cnf: Cnf, clue: Clue, houses: int) -> list[Clause]:
    kind, *rest = clue
    if kind in ("at", "not_at"):
        literal = cnf.var(rest[0], rest[1], int(rest[2]) - 1)
        return [[literal if kind == "at" else -literal]]
    forbidden = []
    for h in range(houses):
        for k in range(houses):
            fits = {
                "same": h == k,
                "differ": h != k,
                "beside": abs(h - k) == 1,
                "right": h + 1 == k,
                "before": h < k,
            }[str(kind)]
            if not fits:
                forbidden.append([-cnf.var(*rest[:2], h), -cnf.var(*rest[2:], k)])
    return forbidden


def clue_text(clue: Clue) -> str:
    """Write the clue as a sentence."""
    kind, *rest = clue
    first = subject(str(rest[0]), str(rest[1]))
    first = first[0].upper() + first[1:]
    second = str(rest[2]) if len(rest) == 3 else subject(str(rest[2]), str(rest[3]))
    return _WORDS[str(kind)].format(first, second)


def check_text(clue: Clue, at: Mapping[str, int]) -> str:
    """Check the clue against the table: `cat 1, tea 2: right`; `at` maps values to houses."""
    kind, *rest = clue
    name = {"right": "directly left", "before": "left", "not_at": "not at"}.get(str(kind), kind)
    here = f"{rest[1]} {at[str(rest[1])]}"
    there = str(rest[2]) if len(rest) == 3 else f"{rest[3]} {at[str(rest[3])]}"
    return f"{here}, {there}: {name}" if len(rest) == 4 else f"{here}: {name} {there}"
