"""Short first names for the people in puzzles, each used for one sex only."""

import random

WOMEN = [
    *("Ann", "Eve", "Fay", "Ivy", "Kim", "Oda", "Pam", "Sue", "Una", "Zoe"),
    *("Amy", "Bea", "Dee", "Liz", "Meg", "Nan", "Peg", "Roz", "Tia", "Joy"),
]
MEN = [
    *("Bob", "Cid", "Dan", "Gus", "Hal", "Jim", "Leo", "Max", "Ned", "Ray"),
    *("Tom", "Vic", "Wes", "Abe", "Ben", "Ed", "Ian", "Ken", "Lou", "Sam"),
]
PEOPLE = [name for pair in zip(WOMEN, MEN, strict=True) for name in pair]


def people(rng: random.Random, count: int) -> list[str]:
    """Draw `count` different names (at most 40) in random order."""
    return rng.sample(PEOPLE, count)


def listing(items: list[str], last: str = "and") -> str:
    """Join items as `A`, `A and B` or `A, B and C`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def ordinal(number: int) -> str:
    """Write an ordinal: `1st`, `2nd`, `11th`."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    tens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if tens else endings.get(number % 10, 'th')}"
