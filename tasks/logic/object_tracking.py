"""Object tracking: who holds what after a row of swaps?"""

import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import ChoiceSuite
from .generating.names import people

OBJECTS = [
    *("ball", "book", "box", "bag", "cup", "hat", "key", "map", "pen", "ring"),
    *("coin", "fork", "lamp", "rope", "shoe", "vase", "drum", "flag", "kite", "sock"),
]
PEOPLE = (3, 3, 4, 4, 5, 6, 7, 8, 9, 10)
SWAPS = (2, 3, 4, 6, 8, 12, 16, 22, 30, 40)


class ObjectTracking(ChoiceSuite):
    """Follow 2 swaps among 3 people (level 1), or 40 swaps among 10 people (level 10).

    Difficulty: more swaps and more people.
    """

    name = "object_tracking"
    noun: ClassVar[str] = "object"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count = PEOPLE[difficulty - 1]
        names = people(rng, count)
        objects = rng.sample(OBJECTS, count)
        swaps = [rng.sample(names, 2) for _ in range(SWAPS[difficulty - 1])]
        holds = dict(zip(names, objects, strict=True))
        for first, second in swaps:
            holds[first], holds[second] = holds[second], holds[first]
        asked = rng.choice(names)
        start = ", ".join(f"{n} has the {o}" for n, o in zip(names, objects, strict=True))
        moves = ". ".join(f"{first} and {second} swap" for first, second in swaps)
        question = f"{start}. {moves}. What does {asked} have?"
        meta = {
            "holds": dict(zip(names, objects, strict=True)),
            "swaps": swaps,
            "asked": asked,
            "options": objects,
        }
        return Draft(ask(question, "the object"), holds[asked], meta)

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        verbs = (
            "has",
            "holds",
            "is holding",
            "now has",
            "ends up with",
            "ends with",
            "gets",
            "has got",
        )
        return tuple(f"{problem.meta['asked']} {verb} {{}}" for verb in verbs)

    def steps(self, problem: Problem) -> list[str]:
        holds: dict[str, str] = dict(problem.meta["holds"])
        lines = []
        for first, second in problem.meta["swaps"]:
            holds[first], holds[second] = holds[second], holds[first]
            lines.append(f"swap: {first} {holds[first]}, {second} {holds[second]}")
        asked = problem.meta["asked"]
        return [*lines, f"{asked} has the {holds[asked]}"]


load = ObjectTracking
