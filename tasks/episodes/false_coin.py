"""False coin: find the coin of another weight with a pair of scales."""

import itertools
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from ..arguments import Arguments
from ..episode import Call, IllegalActionError, World, tool
from ..problem import Problem
from ..suite import Draft
from .playing.asking import AskingGame, AskingWorld, Meta

COINS = ((4, True), (9, True), (5, False), (9, False), (12, False))
"""Coins, and whether it is known that the false one is heavier, by level."""
SPARE = (1, 0, 1, 0, 0)
KINDS = ("heavier", "lighter")
HEAVY, LIGHT = "The left side is heavier.", "The right side is heavier."
SAME = "Both sides weigh the same."
Counts = tuple[int, int, int]
"""Coins that may be false either way, only heavier, only lighter; the others are genuine."""


class FalseCoin(AskingGame):
    """Find the heavier of 4 coins (level 1), or the heavier or lighter one of 12 (level 5).

    Difficulty: more coins; from level 3 on the false coin may be lighter as well.
    """

    name = "false_coin"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        coins, heavier = COINS[difficulty - 1]
        coin = rng.randint(1, coins)
        kind = KINDS[0] if heavier else rng.choice(KINDS)
        start = (0, coins, 0) if heavier else (coins, 0, 0)
        optimum = least_weighings(start, coins) + 1
        budget = optimum + SPARE[difficulty - 1]
        known = "heavier" if heavier else "either heavier or lighter, it is not known which,"
        prompt = (
            f"Bag {rng.randrange(10**6):06}. Of {coins} coins, numbered from 1, one is false: it "
            f"is {known} than the others, which all weigh the same. Find it with a pair of scales, "
            "on which any numbers of coins can be compared, and name it once, with its kind.\n\n"
            f"You have {budget} moves, the naming included."
        )
        meta = {"coins": coins, "coin": coin, "kind": kind, "known": heavier,
                "optimum": optimum, "budget": budget}  # fmt: skip
        return Draft(prompt, f"coin {coin} is {kind}", meta)

    def game_tools(self, meta: Meta) -> list[Any]:
        coin = {"type": "integer", "minimum": 1, "maximum": meta["coins"]}
        side = {"type": "array", "items": coin, "maxItems": meta["coins"]}
        kind = {"type": "string", "enum": list(KINDS[: 1 if meta["known"] else 2])}
        return [
            tool("weigh", "Compare the coins on the two sides.", left=side, right=side),
            tool("name", "Name the false coin. This ends the game.", coin=coin, kind=kind),
        ]

    def reply(self, meta: Meta, question: Arguments) -> str:
        left, right = question["left"], question["right"]
        if len({*left, *right}) != len(left) + len(right):
            raise IllegalActionError("A coin cannot lie twice on the scales.")
        if not left or not right:
            raise IllegalActionError("Put coins on both sides.")
        if len(left) != len(right):
            return HEAVY if len(left) > len(right) else LIGHT
        on_left, on_right = meta["coin"] in left, meta["coin"] in right
        if not on_left and not on_right:
            return SAME
        return HEAVY if on_left == (meta["kind"] == "heavier") else LIGHT

    def is_right(self, meta: Meta, statement: Arguments) -> bool:
        return bool((statement["coin"], statement["kind"]) == (meta["coin"], meta["kind"]))

    def stated(self, statement: Arguments) -> str:
        return f"coin {statement['coin']} is {statement['kind']}"

    def next_move(self, meta: Meta, asked: list[tuple[Arguments, str]]) -> Call:
        groups = _groups(meta, asked)
        either, heavy, light, genuine = groups
        counts = (len(either), len(heavy), len(light))
        if 2 * counts[0] + counts[1] + counts[2] == 1:
            kind = KINDS[0] if heavy else KINDS[1]
            return Call("name", {"coin": (heavy or light)[0], "kind": kind})
        move = best_weighing(counts, meta["coins"], least_weighings(counts, meta["coins"]))
        assert move is not None
        sides: list[list[int]] = []
        taken = [0, 0, 0, 0]
        for side in range(2):
            chosen: list[int] = []
            for group, members in enumerate(groups[:3]):
                count = move[side][group]
                chosen += members[taken[group] : taken[group] + count]
                taken[group] += count
            sides.append(chosen)
        size = max(map(len, sides))
        for chosen in sides:
            chosen += genuine[taken[3] : taken[3] + size - len(chosen)]
            taken[3] += size - len(chosen) if len(chosen) < size else 0
        return Call("weigh", {"left": sides[0], "right": sides[1]})

    def random_question(self, meta: Meta, rng: random.Random) -> Arguments:
        size = rng.randint(1, meta["coins"] // 2)
        chosen = rng.sample(range(1, meta["coins"] + 1), 2 * size)
        return {"left": chosen[:size], "right": chosen[size:]}

    def random_statement(self, meta: Meta, rng: random.Random) -> Arguments:
        kind = rng.choice(KINDS[: 1 if meta["known"] else 2])
        return {"coin": rng.randint(1, meta["coins"]), "kind": kind}

    def chance(self, problem: Problem) -> float | None:
        return 1.0 / int(problem.meta["coins"] * (1 if problem.meta["known"] else 2))

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """Weigh the first suspects against the next ones, half against half, and name one."""
        assert isinstance(world, AskingWorld)
        either, heavy, light, _ = _groups(problem.meta, world.asked)
        suspects = either + heavy + light
        if len(suspects) == 1 or world.moves >= problem.meta["budget"] - 1:
            kind = KINDS[1] if suspects[0] in light else KINDS[0]
            return Call("name", {"coin": suspects[0], "kind": kind})
        half = len(suspects) // 2
        return Call("weigh", {"left": suspects[:half], "right": suspects[half : 2 * half]})


def _groups(meta: Meta, asked: list[tuple[Arguments, str]]) -> list[list[int]]:
    """The coins that may be false either way, heavier, lighter, and the genuine ones."""
    coins = range(1, meta["coins"] + 1)
    may = {coin: {KINDS[0]} if meta["known"] else set(KINDS) for coin in coins}
    for question, answer in asked:
        left, right = set(question["left"]), set(question["right"])
        if len(left) != len(right):
            continue
        for coin in coins:
            if answer == SAME:
                may[coin] -= set(KINDS) if coin in left | right else set()
            elif coin not in left | right:
                may[coin].clear()
            else:
                may[coin] &= {KINDS[0] if (coin in left) == (answer == HEAVY) else KINDS[1]}
    wanted = (set(KINDS), {KINDS[0]}, {KINDS[1]}, set[str]())
    return [[coin for coin in coins if may[coin] == one] for one in wanted]


@cache
def least_weighings(counts: Counts, coins: int) -> int:
    """The fewest weighings that suffice, whichever coin it is: an exhaustive search."""
    return next(most for most in itertools.count() if _suffices(counts, coins, most))


def _suffices(counts: Counts, coins: int, most: int) -> bool:
    possible = 2 * counts[0] + counts[1] + counts[2]
    if possible <= 1:
        return True
    if possible > 3**most:
        return False
    return best_weighing(counts, coins, most) is not None


@cache
def best_weighing(counts: Counts, coins: int, most: int) -> tuple[Counts, Counts] | None:
    """How many coins of each group to lay left and right, so that `most` weighings suffice."""
    for left, right in _weighings(counts, coins):
        after = (
            (0, left[1] + left[0], right[2] + right[0]),
            (0, right[1] + right[0], left[2] + left[0]),
            (counts[0] - left[0] - right[0], counts[1] - left[1] - right[1],
             counts[2] - left[2] - right[2]),
        )  # fmt: skip
        if all(_suffices(one, coins, most - 1) for one in after):
            return left, right
    return None


def _weighings(counts: Counts, coins: int) -> Iterator[tuple[Counts, Counts]]:
    genuine = coins - sum(counts)
    sides = list(itertools.product(*(range(count + 1) for count in counts)))
    for left in sides:
        for right in sides:
            if any(a + b > c for a, b, c in zip(left, right, counts, strict=True)):
                continue
            if sum(left) < sum(right) or sum(left) - sum(right) > genuine or sum(left) == 0:
                continue
            yield left, right  # type: ignore[misc]


load = FalseCoin
