"""Syllogisms and longer chains of All, No, Some: does the conclusion follow?"""

import random
from typing import Any

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import YesNoSuite
from .generating.deducing import refutation, some_model
from .generating.first_order import Statement, consistent, ground, label

GROUPS = [
    *("artists", "bakers", "clerks", "dancers", "farmers", "golfers", "judges", "nurses"),
    *("pilots", "poets", "sailors", "singers", "tailors", "teachers", "writers", "cooks"),
    *("bikers", "chess players", "swimmers", "hikers", "miners", "actors", "drivers", "guards"),
    *("lawyers", "monks", "painters", "runners", "smokers", "twins"),
]
TERMS = (3, 3, 4, 5, 6, 7, 8, 10, 12, 15)
EXTRA = (0, 0, 0, 1, 1, 2, 3, 4, 6, 8)
"""Premises beside the chain that links the terms of the conclusion."""
COMPLEMENTS_FROM = 6
"""From this level on a premise may be about those who are not in a group."""


class Syllogisms(YesNoSuite):
    """Judge a conclusion from two premises about 3 groups (level 1), or from 22 premises about
    15 groups (level 10).

    Difficulty: more premises, relevant and not; from level 6 some are about people outside a
    group. A group may be empty, as in modern logic. Half of the answers are yes.
    """

    name = "syllogisms"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        wanted = rng.random() < 0.5
        while True:
            terms = rng.sample(GROUPS, TERMS[difficulty - 1])
            premises = _premises(rng, terms, difficulty)
            if not consistent(premises):
                continue
            conclusion = _conclusion(rng, premises, terms, wanted)
            if conclusion is not None:
                break
        rng.shuffle(premises)
        told = " ".join(text_of(premise) for premise in premises)
        question = (
            f"{told} (A group may be empty.) Does it follow that {_lowered(text_of(conclusion))}"
        )
        meta = {"premises": premises, "conclusion": conclusion}
        return Draft(ask(question, "yes or no"), "yes" if wanted else "no", meta)

    def meaning(self, problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]]:
        said = _lowered(text_of(problem.meta["conclusion"]))[:-1]
        what = ("it", "the conclusion", "this", f"it {{}} that {said}")
        yes, no = ["follows", "does follow"], ["does not follow", "does not necessarily follow"]
        return _of_each(what, yes), _of_each(what, no)

    def steps(self, problem: Problem) -> list[str]:
        premises, conclusion = problem.meta["premises"], problem.meta["conclusion"]
        denied = _denial(conclusion)
        clauses = ground([*premises, denied], [])
        if problem.answer == "yes":
            return [f"suppose {_lowered(text_of(denied))[:-1]}", *refutation(clauses, {}, _say)]
        model = some_model(clauses, {}) or {}
        members: dict[str, list[str]] = {}
        for atom, truth in model.items():
            group, _, who = atom[:-1].partition("(")
            members.setdefault(who, [])
            if truth:
                members[who].append(group)
        return ["it can fail:"] + [
            f"one in {', '.join(groups)} only" for groups in members.values() if groups
        ]


def _denial(conclusion: Statement) -> Statement:
    """The opposite as one of the four forms: "no A are B" for "some A are B"."""
    kind, *parts = conclusion
    first, second = parts[0] if kind == "some" else (parts[0][0], parts[1][0])
    opposite = [*second[:-1], not second[-1]]
    return ["all", [first], [opposite]] if kind == "some" else ["some", [first, opposite]]


def _of_each(subjects: tuple[str, ...], verbs: list[str]) -> tuple[str, ...]:
    """Each verb after each subject, or in its place for the verb."""
    return tuple(
        subject.format(verb) if "{}" in subject else f"{subject} {verb}"
        for subject in subjects
        for verb in verbs
    )


def _say(atom: str, truth: bool) -> str:
    group, _, who = atom[:-1].partition("(")
    return f"{who} {'in' if truth else 'not in'} {group}"


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:-1] + "?"


def text_of(statement: Statement) -> str:
    """`All A are B.`, `No A are B.`, `Some A are B.`, `Some A are not B.` and complements."""
    kind, *parts = statement
    if kind == "some":
        (first, _, first_sign), (second, _, second_sign) = parts[0]
        return f"Some {_group(first, first_sign)} are {'' if second_sign else 'not '}{second}."
    (first, _, first_sign), (second, _, second_sign) = parts[0][0], parts[1][0]
    opening = "All" if second_sign else "No"
    return f"{opening} {_group(first, first_sign)} are {second}."


def _group(name: str, sign: bool) -> str:
    return name if sign else f"people who are not {name}"


def _premises(rng: random.Random, terms: list[str], difficulty: int) -> list[Statement]:
    """A chain that links each term with the next one, and some more between any two."""
    pairs = [(terms[i], terms[i + 1]) for i in range(len(terms) - 1)]
    while len(pairs) < len(terms) - 1 + EXTRA[difficulty - 1]:
        first, second = rng.sample(terms, 2)
        if (first, second) not in pairs and (second, first) not in pairs:
            pairs.append((first, second))
    particular = rng.randrange(len(terms) - 1) if rng.random() < 0.5 else None
    premises = []
    for i, (first, second) in enumerate(pairs):
        one, two = (first, second) if rng.random() < 0.75 else (second, first)
        sign = difficulty < COMPLEMENTS_FROM or rng.random() < 0.75
        first_literal: list[Any] = [one, "x", sign]
        second_literal: list[Any] = [two, "x", rng.random() < 0.7]
        if i == particular or (i >= len(terms) - 1 and rng.random() < 0.3):
            premises.append(["some", [first_literal, second_literal]])
        else:
            premises.append(["all", [first_literal], [second_literal]])
    return premises


def _conclusion(
    rng: random.Random, premises: list[Statement], terms: list[str], wanted: bool
) -> Statement | None:
    """A statement about the two ends of the chain that follows or not, as wanted."""
    choices: list[Statement] = []
    for first, second in ((terms[0], terms[-1]), (terms[-1], terms[0])):
        for sign in (True, False):
            literals: list[list[Any]] = [[first, "x", True], [second, "x", sign]]
            choices += [["all", literals[:1], literals[1:]], ["some", literals]]
    for conclusion in rng.sample(choices, len(choices)):
        if (label(premises, conclusion) == "True") == wanted:
            return conclusion
    return None


load = Syllogisms
