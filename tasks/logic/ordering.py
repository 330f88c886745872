"""Ordering: deduce the places of three or more runners from clues."""

import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import ChoiceSuite
from .generating.names import listing, ordinal, people
from .generating.solving import Clause, Cnf, fewest_clues

PEOPLE = (3, 4, 5, 5, 6, 7, 8, 9, 10, 12)
POOL = 12
"""Candidate clues drawn for each person; enough of them are kept to leave one order."""
KINDS_FROM = {"before": 1, "next": 2, "place": 3, "not": 4, "apart": 5, "either": 7}
"""The level from which each kind of clue occurs."""
PLACES = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip

Clue = list[object]


class Ordering(ChoiceSuite):
    """Order 3 runners (level 1) to 12 runners (level 10) by clues, all of which are needed.

    Difficulty: more runners, and from level 4 weaker clues: not in this place, so many places
    apart, one of two places.
    """

    name = "ordering"
    noun: ClassVar[str] = "runner"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count = PEOPLE[difficulty - 1]
        order = people(rng, count)
        cnf = Cnf()
        for name in order:
            cnf.exactly_one([cnf.var(name, place) for place in range(count)])
        for place in range(count):
            cnf.exactly_one([cnf.var(name, place) for name in order])
        model = [cnf.var(name, place) for place, name in enumerate(order)]
        kept: list[int] | None = None
        while kept is None:
            clues = _true_clues(rng, order, difficulty)
            clauses = [_clauses(cnf, clue, count) for clue in clues]
            kept = fewest_clues(cnf.clauses, model, clues=clauses)
        chosen = rng.sample([clues[index] for index in kept], len(kept))
        names = sorted(order)
        asked = rng.randrange(count)
        question = (
            f"{listing(names)} ran a race. {' '.join(_text(clue, rng) for clue in chosen)} "
            f"Who finished {ordinal(asked + 1)}?"
        )
        meta = {"order": order, "clues": chosen, "asked": asked, "options": names}
        return Draft(ask(question, "the name"), order[asked], meta)

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        number = problem.meta["asked"]
        says: list[str] = []
        for place in (ordinal(number + 1), *PLACES[number : number + 1]):
            verbs = ("finished", "came", "finished in", "came in", "was", "is", "is in", "was in")
            says += [f"{{}} {verb} {place}" for verb in verbs]
            says += [f"{{}} {verb} {place} place" for verb in verbs]
            says += [f"{place} is {{}}", f"{place} place is {{}}", f"the {place} is {{}}"]
            says += [f"the {place} runner is {{}}", f"{{}} is the one who finished {place}"]
            says += [
                f"the runner who finished {place} is {{}}",
                f"the one who finished {place} is {{}}",
            ]
        return tuple(says)

    def steps(self, problem: Problem) -> list[str]:
        order: list[str] = problem.meta["order"]
        place = {name: i + 1 for i, name in enumerate(order)}
        clues = [_check(clue, place) for clue in problem.meta["clues"]]
        asked = problem.meta["asked"]
        return [f"order: {', '.join(order)}", *clues, f"{ordinal(asked + 1)}: {order[asked]}"]


def _true_clues(rng: random.Random, order: list[str], difficulty: int) -> list[Clue]:
    """Random clues that hold in `order`; the weaker kinds first, so that they are kept."""
    count = len(order)
    kinds = [kind for kind, level in KINDS_FROM.items() if level <= difficulty]
    clues: list[Clue] = []
    for _ in range(POOL * count):
        first, second = sorted(rng.sample(range(count), 2))
        kind = rng.choice(kinds)
        if kind == "before":
            clue: Clue = ["before", order[first], order[second]]
        elif kind == "next":
            clue = ["next", order[first - 1], order[first]] if first else ["not", order[0], count]
        elif kind == "place":
            clue = ["place", order[first], first + 1]
        elif kind == "not":
            clue = ["not", order[first], second + 1]
        elif kind == "apart":
            clue = ["apart", *rng.sample([order[first], order[second]], 2), second - first]
        else:
            other = rng.choice([p for p in range(count) if p != first])
            clue = ["either", order[first], *sorted((first + 1, other + 1))]
        if clue not in clues and not (difficulty > 5 and kind == "place"):
            clues.append(clue)
    return clues


def _clauses(cnf: Cnf, clue: Clue, count: int) -> list[Clause]:
    kind, name, *rest = clue
    if kind == "place":
        return [[cnf.var(name, int(str(rest[0])) - 1)]]
    if kind == "not":
        return [[-cnf.var(name, int(str(rest[0])) - 1)]]
    if kind == "either":
        return [[cnf.var(name, int(str(place)) - 1) for place in rest]]
    other = rest[0]
    forbidden = []
    for p in range(count):
        for q in range(count):
            fits = {
                "before": p < q,
                "next": q == p + 1,
                "apart": kind == "apart" and abs(p - q) == rest[1],
            }[str(kind)]
            if p != q and not fits:
                forbidden.append([-cnf.var(name, p), -cnf.var(other, q)])
    return forbidden


def _text(clue: Clue, rng: random.Random) -> str:
    kind, name, *rest = clue
    if kind == "before":
        turned = rng.random() < 0.5
        return (
            f"{rest[0]} finished after {name}." if turned else f"{name} finished before {rest[0]}."
        )
    if kind == "next":
        return f"{rest[0]} finished right after {name}."
    if kind == "place":
        return f"{name} finished {ordinal(int(str(rest[0])))}."
    if kind == "not":
        return f"{name} did not finish {ordinal(int(str(rest[0])))}."
    if kind == "either":
        first, second = (ordinal(int(str(place))) for place in rest)
        return f"{name} finished {first} or {second}."
    places = "place" if rest[1] == 1 else "places"
    return f"{name} and {rest[0]} finished {rest[1]} {places} apart."


def _check(clue: Clue, place: dict[str, int]) -> str:
    kind, name, *rest = clue
    at = f"{name} {place[str(name)]}"
    if kind in ("place", "not", "either"):
        words = {"place": "is", "not": "is not", "either": "is one of"}[str(kind)]
        return f"{at}: {words} {' '.join(map(str, rest))}"
    return f"{at}, {rest[0]} {place[str(rest[0])]}: {kind}" + "".join(f" {x}" for x in rest[1:])


load = Ordering
