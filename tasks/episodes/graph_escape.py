"""Graph escape: find the way out of rooms of which only the present one is seen."""

import random
from typing import Any

from ..arguments import Arguments
from ..episode import Tool, tool
from .playing.search import Meta, Moves, SearchPuzzle, State

ROOMS = (5, 7, 9, 12, 15)
NAMES = (
    "attic", "bakery", "cellar", "chapel", "den", "foyer", "gallery", "hall", "kitchen",
    "library", "lounge", "nursery", "office", "pantry", "parlour", "studio", "study", "vault",
    "workshop", "yard",
)  # fmt: skip
GATE = "outside"


class GraphEscape(SearchPuzzle):
    """Find the way out of 5 rooms (level 1), or of 15 rooms with a key to find first (level 5).

    Difficulty: more rooms; from level 3 on a key has to be found before the way out opens.
    """

    name = "graph_escape"

    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str]:
        count = ROOMS[difficulty - 1]
        names = rng.sample(NAMES, count)
        doors: set[tuple[int, int]] = {(rng.randrange(at), at) for at in range(1, count)}
        for _ in range(count // 4):
            first, second = sorted(rng.sample(range(count), 2))
            doors.add((first, second))
        start, gate, key = rng.sample(range(count), 3)
        near: dict[str, list[str]] = {name: [] for name in names}
        for first, second in sorted(doors):
            near[names[first]].append(names[second])
            near[names[second]].append(names[first])
        locked = difficulty >= 3
        meta = {"near": {name: sorted(ones) for name, ones in near.items()},
                "start": names[start], "gate": names[gate],
                "key": names[key] if locked else None}  # fmt: skip
        told = (
            " The door outside is locked: first enter the room where its key lies, and you have it."
            if locked
            else ""
        )
        text = (
            f"You are in a house of {count} rooms, and see only the room that you are in and the "
            f"doors in it. One room has a door outside.{told} Get outside."
        )
        return meta, text

    def move_tool(self, meta: Meta) -> Tool:
        return tool("go", "Go through a door of this room, by the name of what is behind it.",
                    room={"type": "string", "maxLength": 40})  # fmt: skip

    def initial(self, meta: Meta) -> State:
        return meta["start"], meta["key"] in (None, meta["start"])

    def moves(self, meta: Meta, state: State) -> Moves:
        assert isinstance(state, tuple)
        room, key = state
        found: list[tuple[Arguments, State]] = [
            ({"room": one}, (one, key or one == meta["key"])) for one in meta["near"].get(room, [])
        ]
        if room == meta["gate"] and key:
            found.append(({"room": GATE}, (GATE, key)))
        return found

    def solved(self, meta: Meta, state: State) -> bool:
        assert isinstance(state, tuple)
        return bool(state[0] == GATE)

    def show(self, meta: Meta, state: State) -> str:
        assert isinstance(state, tuple)
        room, key = state
        if room == GATE:
            return "You are outside."
        doors = list(meta["near"][room])
        if room == meta["gate"]:
            doors.append(GATE if key else f"{GATE} (locked)")
        has = " You have the key." if key and meta["key"] else ""
        return f"You are in the {room}. Doors: {', '.join(doors)}.{has}"

    def distance(self, meta: Meta, state: State) -> float:
        """Nothing tells rooms apart but the door outside: a greedy player walks in circles."""
        return 0.0 if self.solved(meta, state) else 1.0

    def room(self, meta: Meta, difficulty: int, optimum: int) -> int:
        """Enough to walk through all rooms and back, and again when the key is found."""
        walk = 2 * len(meta["near"])
        return walk * (2 if meta["key"] else 1) - optimum


load = GraphEscape
