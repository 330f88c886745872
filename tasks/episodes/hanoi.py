"""Tower of Hanoi: from one arrangement of disks to another, with variants of the rules."""

import random
from typing import Any

from ..episode import Tool, tool
from .playing.search import Meta, Moves, SearchPuzzle, State

DISKS = (3, 3, 4, 4, 5)
RULES = {
    "classic": "",
    "adjacent": " A disk may only move to a peg next to its own.",
    "cyclic": " A disk may only move from peg 1 to 2, from 2 to 3, or from 3 to 1.",
    "four": "",
}
VARIANTS = (("classic",), ("classic", "four"), ("classic", "four"),
            ("classic", "adjacent", "cyclic"), ("adjacent", "cyclic", "four"))  # fmt: skip


class Hanoi(SearchPuzzle):
    """Move 3 disks in at least 3 moves (level 1), or 5 disks under stricter rules (level 5).

    Difficulty: more disks, moves to adjacent pegs or in a circle only, fewer spare moves.
    """

    name = "hanoi"

    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str]:
        variant = rng.choice(VARIANTS[difficulty - 1])
        pegs = 4 if variant == "four" else 3
        disks = DISKS[difficulty - 1] + (variant == "four")
        start = [rng.randrange(pegs) for _ in range(disks)]
        goal = [rng.randrange(pegs) for _ in range(disks)]
        meta = {"pegs": pegs, "variant": variant, "start": start, "goal": goal}
        text = (
            f"There are {pegs} pegs and {disks} disks, numbered from 1, the smallest, to {disks}. "
            "One disk is moved at a time, from the top of a peg to the top of another one, and "
            f"never onto a smaller disk.{RULES[variant]} Bring the disks into this order:\n\n"
            f"{_shown(goal, pegs)}\n\nThey stand like this now, each peg from bottom to top:"
        )
        return meta, text

    def move_tool(self, meta: Meta) -> Tool:
        peg = {"type": "integer", "minimum": 1, "maximum": meta["pegs"]}
        return tool("move", "Move the top disk of a peg to another peg.", source=peg, target=peg)

    def initial(self, meta: Meta) -> State:
        return tuple(meta["start"])

    def moves(self, meta: Meta, state: State) -> Moves:
        assert isinstance(state, tuple)
        found = []
        for source in range(meta["pegs"]):
            if source not in state:
                continue
            disk = state.index(source)
            for target in range(meta["pegs"]):
                if target in state[:disk] or not _allowed(meta["variant"], source, target):
                    continue
                after = (*state[:disk], target, *state[disk + 1 :])
                found.append(({"source": source + 1, "target": target + 1}, after))
        return found

    def solved(self, meta: Meta, state: State) -> bool:
        assert isinstance(state, tuple)
        return bool(list(state) == meta["goal"])

    def show(self, meta: Meta, state: State) -> str:
        assert isinstance(state, tuple)
        return _shown(state, meta["pegs"])

    def distance(self, meta: Meta, state: State) -> float:
        assert isinstance(state, tuple)
        pairs = zip(state, meta["goal"], strict=True)
        return sum(2.0**disk for disk, (now, due) in enumerate(pairs) if now != due)

    def fits(self, difficulty: int, optimum: int) -> bool:
        return optimum >= 2 + difficulty


def _allowed(variant: str, source: int, target: int) -> bool:
    if source == target:
        return False
    if variant == "adjacent":
        return abs(source - target) == 1
    return variant != "cyclic" or target == (source + 1) % 3


def _shown(pegs_of_disks: Any, pegs: int) -> str:
    """Each peg in a line, its disks from bottom to top."""
    lines = []
    for peg in range(pegs):
        disks = [disk + 1 for disk, place in enumerate(pegs_of_disks) if place == peg]
        lines.append(f"peg {peg + 1}: {' '.join(map(str, disks[::-1])) or '-'}")
    return "\n".join(lines)


load = Hanoi
