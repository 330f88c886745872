"""Knights and knaves: who always tells the truth, who always lies?"""

import random
from itertools import product
from typing import Any, ClassVar

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import KindsSuite
from .generating.formulas import Formula, english, evaluate, literal, var
from .generating.names import people
from .generating.solving import Cnf, only_model

PEOPLE = (2, 2, 3, 3, 4, 5, 6, 7, 9, 11)
DEPTHS = (1, 1, 1, 2, 2, 2, 2, 3, 3, 3)
"""How deep statements nest: 1 joins two atoms at most."""
SHORT = ("and", "or", "implies")
"""What joins two atoms where there are only two people."""


def say(name: str, truth: bool) -> str:
    """`Ann is a knight`."""
    return f"{name} is a {'knight' if truth else 'knave'}"


class KnightsAndKnaves(KindsSuite):
    """Find out who of 2 people (level 1) to 11 people (level 10) is a knight; each makes one
    statement.

    Difficulty: more people, and statements that nest deeper (up to two atoms, then depth 2
    from level 4 and depth 3 from level 8).
    """

    name = "knights_and_knaves"
    kinds: ClassVar[tuple[str, ...]] = ("knight", "knave")

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count = PEOPLE[difficulty - 1]
        names = people(rng, count)
        while True:
            truth = {name: rng.random() < 0.5 for name in names}
            claims: list[list[Any]] = [
                [name, _claim(rng, name, truth, DEPTHS[difficulty - 1])] for name in names
            ]
            if _unique(names, claims, truth):
                break
        said = " ".join(f'{name} says: "{english(claim, say)}."' for name, claim in claims)
        question = f"Knights tell the truth, knaves lie. {said} Who is what?"
        form = f"knight or knave for {', '.join(names)} in this order, with commas,"
        answer = ", ".join("knight" if truth[name] else "knave" for name in names)
        return Draft(ask(question, form), answer, {"names": names, "claims": claims})

    def steps(self, problem: Problem) -> list[str]:
        names, claims = problem.meta["names"], problem.meta["claims"]
        right = {n: k == "knight" for n, k in zip(names, problem.answer.split(", "), strict=True)}
        if len(names) > 3:
            return [_judged(name, claim, right) for name, claim in claims]
        lines = []
        for values in product((True, False), repeat=len(names)):
            truth = dict(zip(names, values, strict=True))
            kinds = " ".join("knight" if value else "knave" for value in values)
            liar = next((n for n, c in claims if evaluate(c, truth) != truth[n]), None)
            lines.append(f"{kinds}: {'fits' if liar is None else f'no, {liar}'}")
            if liar is None:
                break
        return lines


def _judged(name: str, claim: Formula, truth: dict[str, bool]) -> str:
    kind = "knight" if truth[name] else "knave"
    return f"{name} is a {kind}: the words are {str(evaluate(claim, truth)).lower()}"


def _claim(rng: random.Random, speaker: str, truth: dict[str, bool], depth: int) -> Formula:
    """A statement that this speaker can make: true from a knight, false from a knave."""
    others = [name for name in truth if name != speaker]
    while True:
        formula = _formula(rng, speaker, others, depth)
        if evaluate(formula, truth) == truth[speaker]:
            return formula


def _formula(rng: random.Random, speaker: str, others: list[str], depth: int) -> Formula:
    if depth == 0 or (depth == 1 and rng.random() < 0.4):
        atom = var(rng.choice(others))
        return atom if rng.random() < 0.5 else ["not", atom]
    op = rng.choice(
        ("and", "or", "iff", "xor", "implies") if depth > 1 or len(others) > 1 else SHORT
    )
    if depth > 1:
        left = _formula(rng, speaker, others, depth - 1)
        right = _formula(rng, speaker, others, rng.randrange(depth))
        return [op, left, right]
    pair = rng.sample([speaker, *others], 2)
    signed = [var(name) if rng.random() < 0.5 else ["not", var(name)] for name in pair]
    return [op, *signed]


def _unique(names: list[str], claims: list[list[Any]], truth: dict[str, bool]) -> bool:
    """Whether the solver finds no second way to tell knights from knaves."""
    cnf = Cnf()
    model = [cnf.var(name) if truth[name] else -cnf.var(name) for name in names]
    for name, claim in claims:
        cnf.add(literal(cnf, ["iff", var(name), claim]))
    return only_model(cnf.clauses, model)


load = KnightsAndKnaves
