"""Automaton tracing: in which state does a machine end?"""

import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import ChoiceSuite

STATES = (3, 3, 4, 4, 5, 6, 7, 8, 10, 12)
SYMBOLS = (2, 2, 2, 2, 3, 3, 3, 4, 4, 5)
LENGTHS = (3, 4, 6, 8, 11, 15, 20, 28, 38, 50)


class Automaton(ChoiceSuite):
    """Trace a machine: 3 states and 3 symbols at level 1, 12 states and 50 symbols at level
    10.

    Difficulty: more symbols to read and a larger table of moves; from level 4 the table is in
    random order.
    """

    name = "automaton"
    noun: ClassVar[str] = "state"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        states = [chr(ord("A") + i) for i in range(STATES[difficulty - 1])]
        symbols = [str(i) for i in range(SYMBOLS[difficulty - 1])]
        moves = {f"{s}{symbol}": rng.choice(states) for s in states for symbol in symbols}
        word = [rng.choice(symbols) for _ in range(LENGTHS[difficulty - 1])]
        start = rng.choice(states)
        state = start
        for symbol in word:
            state = moves[state + symbol]
        order = rng.sample(list(moves), len(moves)) if difficulty >= 4 else list(moves)
        table = ", ".join(f"{key}->{moves[key]}" for key in order)
        question = (
            f"Moves of a machine: {table}. It starts in {start} and reads {' '.join(word)}. "
            "In which state does it end?"
        )
        meta = {"moves": moves, "start": start, "word": word, "options": states}
        return Draft(ask(question, "the state"), state, meta)

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        subjects = ("it", "the machine", "the automaton")
        verbs = ("ends in", "ends up in", "ends at", "stops in", "is in", "finishes in")
        ends = tuple(f"{one} {verb} {{}}" for one in subjects for verb in verbs)
        return (*ends, "the final state is {}", "the end state is {}", "the state is {}")

    def steps(self, problem: Problem) -> list[str]:
        state = problem.meta["start"]
        lines = []
        for symbol in problem.meta["word"]:
            following = problem.meta["moves"][state + symbol]
            lines.append(f"{state}{symbol}->{following}")
            state = following
        return [*lines, f"ends in {state}"]


load = Automaton
