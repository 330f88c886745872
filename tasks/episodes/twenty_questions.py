"""Twenty questions: find one of the things of a list by questions about what they are like."""

import itertools
import random
from functools import cache
from typing import Any

from ..arguments import Arguments
from ..episode import Call, World, tool
from ..problem import Problem
from ..suite import Draft
from .playing.asking import AskingGame, AskingWorld, Meta

SIZES = (5, 8, 12, 16, 24)
SPARE = (2, 1, 1, 0, 0)
QUALITIES = {
    "colour": ("red", "blue", "green", "white"),
    "size": ("small", "large"),
    "shape": ("round", "square", "flat"),
    "material": ("wood", "glass", "iron"),
    "state": ("old", "new"),
}
NAMES = (
    "bowl", "box", "brush", "button", "candle", "chain", "chair", "clock", "coin", "comb", "cup",
    "dice", "drum", "fan", "flute", "frame", "hook", "key", "kite", "lamp", "lid", "mask", "pipe",
    "plate", "ring", "spoon", "stool", "tray", "vase", "wheel",
)  # fmt: skip


class TwentyQuestions(AskingGame):
    """Find one of 5 things (level 1), or one of 24 (level 5), by yes-or-no questions.

    Difficulty: more things, fewer spare questions.
    """

    name = "twenty_questions"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count = SIZES[difficulty - 1]
        kinds = list(itertools.product(*QUALITIES.values()))
        things = dict(zip(rng.sample(NAMES, count), rng.sample(kinds, count), strict=True))
        hidden = rng.choice(list(things))
        meta: dict[str, Any] = {"things": {name: list(like) for name, like in things.items()},
                                "hidden": hidden}  # fmt: skip
        everything = (1 << count) - 1
        optimum = least_questions(everything, _splits(meta)) + 1
        budget = optimum + SPARE[difficulty - 1]
        meta |= {"optimum": optimum, "budget": budget}
        listed = "\n".join(f"- {name}: {', '.join(like)}" for name, like in things.items())
        prompt = (
            "I think of one of these things:\n\n"
            f"{listed}\n\nAsk whether it has a quality of the list; I say yes or no. Then name "
            f"it, once.\n\nYou have {budget} moves, the naming included."
        )
        return Draft(prompt, hidden, meta, f"{prompt}\0{hidden}")

    def game_tools(self, meta: Meta) -> list[Any]:
        qualities = [one for ones in QUALITIES.values() for one in ones]
        return [
            tool("ask", "Ask whether the thing has this quality.",
                 quality={"type": "string", "enum": qualities}),
            tool("name", "Name the thing. This ends the game.",
                 thing={"type": "string", "enum": list(meta["things"])}),
        ]  # fmt: skip

    def reply(self, meta: Meta, question: Arguments) -> str:
        return "Yes." if question["quality"] in meta["things"][meta["hidden"]] else "No."

    def is_right(self, meta: Meta, statement: Arguments) -> bool:
        return bool(statement["thing"] == meta["hidden"])

    def stated(self, statement: Arguments) -> str:
        return str(statement["thing"])

    def next_move(self, meta: Meta, asked: list[tuple[Arguments, str]]) -> Call:
        left, splits = _remaining(meta, asked), _splits(meta)
        if left.bit_count() == 1:
            return Call("name", {"thing": list(meta["things"])[left.bit_length() - 1]})
        least = least_questions(left, splits)
        quality = next(
            quality for quality, having in splits
            if left & having and left & ~having
            and suffice(left & having, splits, least - 1)
            and suffice(left & ~having, splits, least - 1)
        )  # fmt: skip
        return Call("ask", {"quality": quality})

    def random_question(self, meta: Meta, rng: random.Random) -> Arguments:
        return {"quality": rng.choice([one for ones in QUALITIES.values() for one in ones])}

    def random_statement(self, meta: Meta, rng: random.Random) -> Arguments:
        return {"thing": rng.choice(list(meta["things"]))}

    def chance(self, problem: Problem) -> float | None:
        return 1.0 / len(problem.meta["things"])

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """Ask what splits the remaining things most evenly; name one when moves end."""
        assert isinstance(world, AskingWorld)
        meta = problem.meta
        left = _remaining(meta, world.asked)
        if left.bit_count() == 1 or world.moves >= meta["budget"] - 1:
            return Call("name", {"thing": list(meta["things"])[left.bit_length() - 1]})
        quality, _ = min(
            _splits(meta), key=lambda one: abs(2 * (left & one[1]).bit_count() - left.bit_count())
        )
        return Call("ask", {"quality": quality})


Splits = tuple[tuple[str, int], ...]


def _splits(meta: Meta) -> Splits:
    """Each quality with the things that have it, as bits."""
    likes = list(meta["things"].values())
    return tuple(
        (one, sum(1 << at for at, like in enumerate(likes) if one in like))
        for ones in QUALITIES.values()
        for one in ones
    )


def _remaining(meta: Meta, asked: list[tuple[Arguments, str]]) -> int:
    left = (1 << len(meta["things"])) - 1
    having = dict(_splits(meta))
    for question, answer in asked:
        of = having[question["quality"]]
        left &= of if answer == "Yes." else ~of
    return left


@cache
def suffice(left: int, splits: Splits, most: int) -> bool:
    """Whether `most` questions tell these things apart, whichever it is: an exhaustive search."""
    count = left.bit_count()
    if count <= 1:
        return True
    if count > 1 << most:
        return False
    return any(
        suffice(left & having, splits, most - 1) and suffice(left & ~having, splits, most - 1)
        for _, having in splits
        if left & having and left & ~having
    )


def least_questions(left: int, splits: Splits) -> int:
    """The fewest questions that suffice in the worst case."""
    return next(most for most in itertools.count() if suffice(left, splits, most))


load = TwentyQuestions
