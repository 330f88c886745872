"""Webs of truth-tellers: does the last speaker tell the truth?"""

import random

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import YesNoSuite
from .generating.formulas import Formula, evaluate, literal, var
from .generating.names import people
from .generating.solving import Cnf, satisfiable

PEOPLE = (3, 4, 5, 6, 8, 11, 15, 20, 28, 38)
SHUFFLED_FROM = 4
PAIRS_FROM = 5


class TruthTellerWebs(YesNoSuite):
    """Find out whether the last of 3 people (level 1) to 38 people (level 10) tells the truth;
    each speaks of earlier ones.

    Difficulty: more people; the statements are in random order from level 4, and some are
    about two people from level 5. Half of the answers are yes.
    """

    name = "truth_teller_webs"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        names = people(rng, PEOPLE[difficulty - 1])
        wanted = rng.random() < 0.5
        while True:
            first = rng.random() < 0.5
            truth = {names[0]: first}
            claims: list[tuple[str, Formula]] = []
            for i, name in enumerate(names[1:], start=1):
                claim = _claim(rng, names[:i], difficulty)
                truth[name] = evaluate(claim, truth)
                claims.append((name, claim))
            if truth[names[-1]] == wanted and _proved(names[0], first, claims, names[-1], wanted):
                break
        start = f"{names[0]} {'tells the truth' if first else 'lies'}."
        said = [start, *(f"{name} says {_text(claim)}." for name, claim in claims)]
        if difficulty >= SHUFFLED_FROM:
            rng.shuffle(said)
        opening = "Everyone always lies or always tells the truth."
        question = f"{opening} {' '.join(said)} Does {names[-1]} tell the truth?"
        meta = {"first": [names[0], first], "claims": [list(claim) for claim in claims]}
        return Draft(ask(question, "yes or no"), "yes" if wanted else "no", meta)

    def meaning(self, problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]]:
        name = problem.meta["claims"][-1][0]
        good = ("tells the truth", "is telling the truth", "is honest", "is a truth-teller",
                "is a truth teller", "is truthful", "always tells the truth")  # fmt: skip
        bad = ("does not tell the truth", "is not telling the truth", "lies", "is lying",
               "is a liar", "always lies", "is not honest", "is not truthful",
               "is not a truth-teller", "is not a truth teller")  # fmt: skip
        return tuple(f"{name} {one}" for one in good), tuple(f"{name} {one}" for one in bad)

    def steps(self, problem: Problem) -> list[str]:
        name, honest = problem.meta["first"]
        truth: dict[str, bool] = {name: honest}
        lines = [f"{name} {_verb(honest)}"]
        for name, claim in problem.meta["claims"]:
            truth[name] = evaluate(claim, truth)
            lines.append(f"{name} {_verb(truth[name])}")
        return lines


def _verb(honest: bool) -> str:
    return "honest" if honest else "lies"


def _claim(rng: random.Random, earlier: list[str], difficulty: int) -> Formula:
    """Something about the last of the earlier people, and perhaps one more of them."""
    if difficulty >= PAIRS_FROM and len(earlier) > 1 and rng.random() < 0.5:
        other = rng.choice(earlier[:-1])
        pair = rng.sample([var(earlier[-1]), var(other)], 2)
        return [rng.choice(("iff", "xor", "xor", "iff", "and", "or")), *pair]
    last = var(earlier[-1])
    return last if rng.random() < 0.5 else ["not", last]


def _text(claim: Formula) -> str:
    op, first, *rest = claim
    if op == "var":
        return f"{first} tells the truth"
    if op == "not":
        return f"{first[1]} lies"
    one, two = first[1], rest[0][1]
    return {
        "iff": f"{one} and {two} both lie or both tell the truth",
        "xor": f"exactly one of {one} and {two} lies",
        "and": f"{one} and {two} both tell the truth",
        "or": f"at least one of {one} and {two} tells the truth",
    }[op]


def _proved(
    first: str, honest: bool, claims: list[tuple[str, Formula]], asked: str, answer: bool
) -> bool:
    """Whether the solver finds the opposite answer impossible and this one possible."""
    cnf = Cnf()
    cnf.add(cnf.var(first) if honest else -cnf.var(first))
    for name, claim in claims:
        cnf.add(literal(cnf, ["iff", var(name), claim]))
    right = cnf.var(asked) if answer else -cnf.var(asked)
    return satisfiable([*cnf.clauses, [right]]) and not satisfiable([*cnf.clauses, [-right]])


load = TruthTellerWebs
