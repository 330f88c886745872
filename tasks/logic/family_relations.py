"""Family relations: what is one person to another?"""

import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import ChoiceSuite
from .generating.names import WOMEN, people

LINKS = (2, 2, 3, 3, 4, 5, 6, 7, 8, 10)
"""Parent-child links between the two people."""
OTHERS = (0, 1, 1, 2, 3, 5, 7, 9, 12, 16)
"""Further relatives who do not matter."""
OPTIONS = 6
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
TIMES = (
    "",
    "once",
    "twice",
    *(f"{n} times" for n in ("three", "four", "five", "six", "seven", "eight")),
)


def kinship(ups: int, downs: int, female: bool) -> str:
    """What someone is to the person `ups` generations up and then `downs` down from them."""
    if ups == 0:
        return _great(downs, "mother" if female else "father", 2)
    if downs == 0:
        return _great(ups, "daughter" if female else "son", 2)
    if ups == 1:
        if downs == 1:
            return "sister" if female else "brother"
        return "great-" * (downs - 2) + ("aunt" if female else "uncle")
    if downs == 1:
        return "great-" * (ups - 2) + ("niece" if female else "nephew")
    removed = abs(ups - downs)
    cousin = f"{ORDINALS[min(ups, downs) - 2]} cousin"
    return f"{cousin} {TIMES[removed]} removed" if removed else cousin


def _great(generations: int, word: str, grand_from: int) -> str:
    if generations < grand_from:
        return word
    return "great-" * (generations - grand_from) + "grand" + word


class FamilyRelations(ChoiceSuite):
    """Name the relation of two people who are 2 (level 1) to 10 (level 10) parent-child links
    apart.

    Difficulty: more links to follow and more relatives that do not matter. Siblings share at
    least one parent.
    """

    name = "family_relations"
    noun: ClassVar[str] = "relation"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        links = LINKS[difficulty - 1]
        ups = rng.randint(0, links)
        downs = links - ups
        names = people(rng, links + 1 + OTHERS[difficulty - 1])
        woman = {name: name in WOMEN for name in names}
        path = names[: links + 1]
        pairs = [(path[i + 1], path[i]) for i in range(ups)]
        pairs += [(path[i], path[i + 1]) for i in range(ups, links)]
        # The sex of both people in question must be stated by the link that they are in.
        facts = [_fact(parent, child, woman, parent == path[0]) for parent, child in pairs]
        in_tree = list(path)
        for name in names[links + 1 :]:
            parent = rng.choice(in_tree)
            facts.append(_fact(parent, name, woman, rng.random() < 0.5))
            in_tree.append(name)
        rng.shuffle(facts)
        answer = kinship(ups, downs, woman[path[0]])
        options = _options(rng, links, answer)
        question = f"{' '.join(facts)} What is {path[0]} to {path[-1]}: {', '.join(options)}?"
        meta = {"path": path, "ups": ups, "options": options}
        return Draft(ask(question, "the relation"), answer, meta)

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        one, other = problem.meta["path"][0], problem.meta["path"][-1]
        return (
            f"{one} is {{}} of {other}", f"{one} is {{}} to {other}", f"{one} is {other}'s {{}}",
            f"the relation of {one} to {other} is {{}}", f"{one} is {{}}", "the relation is {}",
        )  # fmt: skip

    def steps(self, problem: Problem) -> list[str]:
        path, ups = problem.meta["path"], problem.meta["ups"]
        lines = [f"{path[i]} up to {path[i + 1]}" for i in range(ups)]
        lines += [f"{path[i]} down to {path[i + 1]}" for i in range(ups, len(path) - 1)]
        return [*lines, f"{ups} up, {len(path) - 1 - ups} down: {problem.answer}"]


def _fact(parent: str, child: str, woman: dict[str, bool], from_parent: bool) -> str:
    if from_parent:
        return f"{parent} is the {'mother' if woman[parent] else 'father'} of {child}."
    return f"{child} is the {'daughter' if woman[child] else 'son'} of {parent}."


def _options(rng: random.Random, links: int, answer: str) -> list[str]:
    """The answer among other relations that are as many links away, or one fewer or more."""
    others: list[str] = []
    for count in (links, links - 1, links + 1):
        for ups in range(count + 1):
            for female in (True, False):
                word = kinship(ups, count - ups, female)
                if word != answer and word not in others:
                    others.append(word)
    options = [answer, *rng.sample(others, OPTIONS - 1)]
    return rng.sample(options, len(options))


load = FamilyRelations
