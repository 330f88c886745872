"""River crossing: a small boat, and passengers of whom some must not be left alone together."""

import itertools
import random
from typing import Any

from ..episode import Tool, tool
from .playing.search import Meta, Moves, SearchPuzzle, State

NAMES = (
    "wolf", "goat", "cabbage", "fox", "hen", "grain", "dog", "cat", "mouse", "cheese", "owl",
    "frog", "fly", "heron", "fish", "snake",
)  # fmt: skip
SIZES = ((3, 1, 2), (4, 1, 2), (4, 2, 4), (5, 2, 5), (6, 2, 6))
"""Passengers, seats beside the rower, and pairs that must not be left alone, by level."""


class RiverCrossing(SearchPuzzle):
    """Bring 3 passengers across with one seat (level 1), or 6 with two seats (level 5).

    Difficulty: more passengers and more pairs that must not be left alone, fewer spare crossings.
    """

    name = "river_crossing"

    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str]:
        count, seats, conflicts = SIZES[difficulty - 1]
        names = rng.sample(NAMES, count)
        pairs = rng.sample(list(itertools.combinations(range(count), 2)), conflicts)
        meta = {"names": names, "seats": seats, "pairs": [list(pair) for pair in pairs]}
        forbidden = "; ".join(f"{names[a]} and {names[b]}" for a, b in pairs)
        room = "one passenger" if seats == 1 else "up to two passengers"
        text = (
            f"You row a boat that has room for you and {room}. Bring {', '.join(names)} from the "
            "left bank to the right one. On a bank where you are not, these must never be "
            f"together: {forbidden}. If they are, all is lost."
        )
        return meta, text

    def move_tool(self, meta: Meta) -> Tool:
        passengers = {
            "type": "array", "items": {"type": "string", "enum": list(meta["names"])},
            "maxItems": meta["seats"],
        }  # fmt: skip
        return tool("cross", "Row to the other bank with these passengers.", passengers=passengers)

    def initial(self, meta: Meta) -> State:
        return 0, 0

    def moves(self, meta: Meta, state: State) -> Moves:
        assert isinstance(state, tuple)
        across, side = state
        here = [at for at in range(len(meta["names"])) if (across >> at & 1) == side]
        found = []
        for size in range(meta["seats"] + 1):
            for group in itertools.permutations(here, size):
                moved = sum(1 << at for at in group)
                names = [meta["names"][at] for at in group]
                found.append(({"passengers": names}, (across ^ moved, 1 - side)))
        return found

    def solved(self, meta: Meta, state: State) -> bool:
        return state == ((1 << len(meta["names"])) - 1, 1)

    def lost(self, meta: Meta, state: State) -> bool:
        assert isinstance(state, tuple)
        across, side = state
        left_alone = across if side == 0 else ~across
        return any(left_alone >> a & 1 and left_alone >> b & 1 for a, b in meta["pairs"])

    def show(self, meta: Meta, state: State) -> str:
        assert isinstance(state, tuple)
        across, side = state
        banks: tuple[list[str], list[str]] = ([], [])
        for at, name in enumerate(meta["names"]):
            banks[across >> at & 1].append(name)
        banks[side].append("you with the boat")
        left, right = (", ".join(bank) or "nobody" for bank in banks)
        return f"left bank: {left}\nright bank: {right}"

    def distance(self, meta: Meta, state: State) -> float:
        assert isinstance(state, tuple)
        waiting = len(meta["names"]) - state[0].bit_count()
        return float(waiting + (1000.0 if self.lost(meta, state) else 0.0))


load = RiverCrossing
