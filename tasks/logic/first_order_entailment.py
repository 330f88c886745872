"""First-order entailment, in the manner of FOLIO and ProntoQA: True, False or Unknown?"""

import random
from itertools import pairwise
from typing import Any

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import EntailmentSuite
from .generating.deducing import derived, refutation
from .generating.first_order import (
    Statement,
    consistent,
    english,
    ground,
    label,
    names_in,
    negations,
)
from .generating.names import people

ADJECTIVES = [
    *("kind", "tall", "calm", "shy", "rich", "wise", "loud", "brave", "funny", "quick"),
    *("honest", "tired", "proud", "strict", "clever", "gentle", "famous", "lucky", "quiet"),
    *("young", "busy", "cold", "happy", "hungry", "polite", "strong", "sad", "late"),
]
HOPS = (1, 2, 2, 3, 4, 5, 6, 8, 10, 12)
DISTRACTORS = (0, 0, 1, 2, 3, 4, 6, 8, 11, 15)
NAMES = (1, 1, 2, 2, 2, 3, 3, 4, 4, 5)
SIDES_FROM, LIKES_FROM, QUANTIFIED_FROM = 4, 5, 6
"""Levels from which rules have a second condition, people like people, conclusions are general."""


class FirstOrderEntailment(EntailmentSuite):
    """Judge a conclusion from one rule and one fact (level 1), or from chains of 12 rules
    among 15 others (level 10).

    Difficulty: longer chains and more irrelevant statements; rules have two conditions from
    level 4, relations occur from level 5, and conclusions about everyone or someone from level
    6. The three answers are equally frequent.
    """

    name = "first_order_entailment"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        wanted = rng.choice(("True", "False", "Unknown"))
        while True:
            premises, conclusion = _story(rng, difficulty)
            if wanted == "False":
                conclusion = _opposite(conclusion)
            elif wanted == "Unknown":
                _break(rng, premises, rng.randrange(1 + HOPS[difficulty - 1]))
            if difficulty > 1:
                premises += _others(rng, premises, difficulty)
            if consistent(premises) and label(premises, conclusion) == wanted:
                break
        rng.shuffle(premises)
        told = " ".join(_sentence(premise) for premise in premises)
        question = (
            f"{told} Conclusion: {_sentence(conclusion)} Is the conclusion True, False or Unknown?"
        )
        return Draft(ask(question), wanted, {"premises": premises, "conclusion": conclusion})

    def steps(self, problem: Problem) -> list[str]:
        premises, conclusion = problem.meta["premises"], problem.meta["conclusion"]
        names = names_in([*premises, conclusion])
        wanted = [atom for clause in ground([conclusion], names) for atom, _ in clause]
        clauses = ground(premises, names)
        if conclusion[0] == "fact":
            lines, known = derived(clauses, wanted, _say)
            if all(atom in known for atom in wanted):
                return [*lines, f"conclusion {problem.answer}"]
        if problem.answer == "Unknown":
            return ["the conclusion can be true", "the conclusion can be false"]
        denied = negations(conclusion) if problem.answer == "True" else [conclusion]
        opening = [f"suppose {english(statement)}" for statement in denied]
        return opening + refutation(ground([*premises, *denied], names), {}, _say)


def _say(atom: str, truth: bool) -> str:
    return atom if truth else f"not {atom}"


def _sentence(statement: Statement) -> str:
    text = english(statement)
    return f"{text[0].upper()}{text[1:]}."


def _opposite(conclusion: Statement) -> Statement:
    """Another conclusion that is false where this one is true, in a natural wording."""
    kind, *parts = conclusion
    if kind == "all":
        body, head = parts
        return ["some", [*body, *([*literal[:-1], not literal[-1]] for literal in head)]]
    if kind == "some":
        return ["all", parts[0][:-1], [[*parts[0][-1][:-1], not parts[0][-1][-1]]]]
    return ["fact", [[*parts[0][0][:-1], not parts[0][0][-1]]]]


def _story(rng: random.Random, difficulty: int) -> tuple[list[Statement], Statement]:
    """A fact and a chain of rules from it (the first 1 + hops premises), and what follows."""
    hops = HOPS[difficulty - 1]
    hero, *rest = people(rng, NAMES[difficulty - 1])
    words = rng.sample(ADJECTIVES, hops + 1)
    signs = [rng.random() < 0.7 for _ in words]
    chain: list[list[Any]] = [[w, "x", sign] for w, sign in zip(words, signs, strict=True)]
    if difficulty >= LIKES_FROM and rest:
        for i in rng.sample(range(1, hops), min(hops - 1, 1 + hops // 5)):
            chain[i] = ["like", "x", rng.choice(rest), chain[i][-1]]
    premises: list[Statement] = [["fact", [[*_named(chain[0], hero)]]]]
    extra: list[Statement] = []
    spare = [word for word in ADJECTIVES if word not in words]
    for body, head in pairwise(chain):
        side: list[list[Any]] = []
        if difficulty >= SIDES_FROM and rng.random() < 0.35 and spare:
            side = [[spare.pop(rng.randrange(len(spare))), "x", rng.random() < 0.7]]
            extra.append(["fact", [_named(side[0], hero)]])
        premises.append(["all", [body, *side], [head]])
    conclusion: Statement = ["fact", [_named(chain[-1], hero)]]
    if difficulty >= QUANTIFIED_FROM:
        kind = rng.choice(("fact", "some", "all"))
        if kind == "some":
            conclusion = ["some", [chain[0], chain[-1]]]
        elif kind == "all" and not extra:
            conclusion = ["all", [chain[0]], [chain[-1]]]
    return premises + extra, conclusion


def _break(rng: random.Random, premises: list[Statement], at: int) -> None:
    """Let one link of the chain speak of a word that occurs nowhere else."""
    told = str(premises)
    word = rng.choice([word for word in ADJECTIVES if f"'{word}'" not in told])
    kind, first, *rest = premises[at]
    subject = first[0][1]
    premises[at] = [kind, [[word, subject, first[0][-1]], *first[1:]], *rest]


def _named(literal: list[Any], name: str) -> list[Any]:
    return [name if term == "x" else term for term in literal]


def _others(rng: random.Random, premises: list[Statement], difficulty: int) -> list[Statement]:
    """True-looking statements about the same people and words that should not matter."""
    names = names_in(premises) or people(rng, 1)
    words = rng.sample(ADJECTIVES, min(len(ADJECTIVES), 4 + HOPS[difficulty - 1]))
    others: list[Statement] = []
    for _ in range(DISTRACTORS[difficulty - 1]):
        first, second = ([w, "x", rng.random() < 0.7] for w in rng.sample(words, 2))
        kind = rng.choice(("all", "fact", "all", "or", "some", "likes"))
        if difficulty < LIKES_FROM and kind in ("or", "some", "likes"):
            kind = "all"
        if kind == "all":
            others.append(["all", [first], [second]])
        elif kind == "fact":
            others.append(["fact", [_named(first, rng.choice(names))]])
        elif kind == "or":
            name = rng.choice(names)
            others.append(["fact", [_named(first, name), _named(second, name)]])
        elif kind == "some":
            others.append(["some", [first, second]])
        else:
            whom: list[Any] = [first[0], "y", first[-1]]
            others.append(["all", [["like", "x", "y", True], whom], [second]])
    return others


load = FirstOrderEntailment
