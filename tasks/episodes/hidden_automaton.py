"""Hidden automaton: find a machine's moves by asking which words it accepts."""

import itertools
import math
import random
from collections import Counter
from functools import cache
from typing import Any

from ..arguments import Arguments
from ..episode import Call, IllegalActionError, World, tool
from ..problem import Problem
from ..suite import Draft
from .playing.asking import AskingGame, AskingWorld, Meta

STATES = (2, 2, 3, 3, 3)
SPARE = (6, 2, 8, 4, 1)
LETTERS = "abcdefghijkmnpqrstuvwxyz"
LONGEST = 12
Machine = tuple[tuple[tuple[int, int], ...], tuple[bool, ...]]
"""Where each of two letters leads from each state, and which states accept; 0 is the start."""


class HiddenAutomaton(AskingGame):
    """Find a machine of 2 states (level 1), or of 3 states with few questions (level 5).

    Difficulty: more states, fewer spare questions.
    """

    name = "hidden_automaton"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        states = STATES[difficulty - 1]
        letters = sorted(rng.sample(LETTERS, 2))
        moves, accepting = rng.choice(machines(states))
        optimum = worst_case(states) + 1
        budget = optimum + SPARE[difficulty - 1]
        meta = {"states": states, "letters": letters, "moves": [list(one) for one in moves],
                "accepting": list(accepting), "optimum": optimum, "budget": budget}  # fmt: skip
        first, second = letters
        prompt = (
            f"Machine {rng.randrange(10**6):06} has {states} states, numbered from 0, and begins "
            "in state 0. It reads a "
            f"word of the letters {first} and {second}, moves with each letter to a state, which "
            "may be the same one, and accepts the word if it ends in an accepting state. All "
            "states can be reached, and no smaller machine accepts the same words. Ask about "
            f"words of at most {LONGEST} letters (the empty one too), then state the machine once; "
            "any numbering of the other states will do.\n\n"
            f"You have {budget} moves, the statement included."
        )
        answer = f"{first}: {[a for a, _ in moves]}, {second}: {[b for _, b in moves]}, " + (
            f"accepting: {[at for at, yes in enumerate(accepting) if yes]}"
        )
        return Draft(prompt, answer, meta, answer)

    def game_tools(self, meta: Meta) -> list[Any]:
        first, second = meta["letters"]
        state = {"type": "integer", "minimum": 0, "maximum": meta["states"] - 1}
        states = {"type": "array", "items": state, "maxItems": meta["states"]}
        return [
            tool("ask", "Ask whether the machine accepts a word.",
                 word={"type": "string", "maxLength": LONGEST}),
            tool("state",
                 f"State the machine: where {first} leads from state 0, 1, ..., where {second} "
                 "leads, and which states accept. This ends the game.",
                 first_letter=states, second_letter=states, accepting=states),
        ]  # fmt: skip

    def reply(self, meta: Meta, question: Arguments) -> str:
        word, letters = question["word"], meta["letters"]
        if any(letter not in letters for letter in word):
            raise IllegalActionError(f"A word has only the letters {' and '.join(letters)}.")
        bits = tuple(letters.index(letter) for letter in word)
        return "Accepted." if accepts(_machine(meta), bits) else "Not accepted."

    def is_right(self, meta: Meta, statement: Arguments) -> bool:
        first, second = statement["first_letter"], statement["second_letter"]
        if len(first) != meta["states"] or len(second) != meta["states"]:
            raise IllegalActionError(f"Give {meta['states']} states for each letter.")
        accepting = tuple(at in statement["accepting"] for at in range(meta["states"]))
        stated: Machine = tuple(zip(first, second, strict=True)), accepting
        return _signature(stated, meta["states"]) == _signature(_machine(meta), meta["states"])

    def stated(self, statement: Arguments) -> str:
        return "; ".join(f"{name}: {value}" for name, value in statement.items())

    def next_move(self, meta: Meta, asked: list[tuple[Arguments, str]]) -> Call:
        left = _left(meta, asked)
        if len(left) == 1:
            return _statement(left[0])
        word = _best_word(frozenset(left), meta["states"])
        text = "".join(meta["letters"][bit] for bit in word)
        return Call("ask", {"word": text})

    def random_question(self, meta: Meta, rng: random.Random) -> Arguments:
        length = rng.randint(0, 2 * meta["states"] - 2)
        return {"word": "".join(rng.choice(meta["letters"]) for _ in range(length))}

    def random_statement(self, meta: Meta, rng: random.Random) -> Arguments:
        states = range(meta["states"])
        lists = ([rng.choice(states) for _ in states] for _ in range(2))
        first, second = lists
        accepting = [at for at in states if rng.random() < 0.5]
        return {"first_letter": first, "second_letter": second, "accepting": accepting}

    def chance(self, problem: Problem) -> float | None:
        """The numberings of the machine among all tables of this size."""
        states = problem.meta["states"]
        return float(math.factorial(states - 1) / (states ** (2 * states) * 2**states))

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """Ask the words in order, shortest first; state a machine that agrees at the end."""
        assert isinstance(world, AskingWorld)
        left = _left(problem.meta, world.asked)
        if len(left) == 1 or world.moves >= problem.meta["budget"] - 1:
            return _statement(left[0])
        word = _words(problem.meta["states"])[world.moves]
        return Call("ask", {"word": "".join(problem.meta["letters"][bit] for bit in word)})


def _machine(meta: Meta) -> Machine:
    return tuple((a, b) for a, b in meta["moves"]), tuple(meta["accepting"])


def _statement(machine: Machine) -> Call:
    moves, accepting = machine
    arguments = {
        "first_letter": [a for a, _ in moves], "second_letter": [b for _, b in moves],
        "accepting": [at for at, yes in enumerate(accepting) if yes],
    }  # fmt: skip
    return Call("state", arguments)


def accepts(machine: Machine, word: tuple[int, ...]) -> bool:
    """Whether a machine accepts a word, given as the numbers of its letters."""
    moves, accepting = machine
    state = 0
    for letter in word:
        state = moves[state][letter]
    return accepting[state]


@cache
def _words(states: int) -> tuple[tuple[int, ...], ...]:
    """The words that tell any two machines of this size apart: those of up to 2n - 2 letters."""
    return tuple(
        word
        for length in range(2 * states - 1)
        for word in itertools.product((0, 1), repeat=length)
    )


@cache
def _signature(machine: Machine, states: int) -> int:
    """Which of those words a machine accepts, as bits: equal machines have equal ones."""
    return sum(accepts(machine, word) << at for at, word in enumerate(_words(states)))


@cache
def machines(states: int) -> tuple[Machine, ...]:
    """One machine of each language that takes exactly this many states."""
    smaller: set[int] = set()
    for fewer in range(1, states):
        smaller |= {_signature(one, states) for one in _tables(fewer)}
    found: dict[int, Machine] = {}
    for machine in _tables(states):
        mark = _signature(machine, states)
        if mark not in smaller:
            found.setdefault(mark, machine)
    return tuple(found.values())


def _tables(states: int) -> list[Machine]:
    pairs = [(a, b) for a in range(states) for b in range(states)]
    return [
        (moves, accepting)
        for moves in itertools.product(pairs, repeat=states)
        for accepting in itertools.product((False, True), repeat=states)
    ]


def _left(meta: Meta, asked: list[tuple[Arguments, str]]) -> list[Machine]:
    """The machines that agree with all answers."""
    said = [
        (tuple(meta["letters"].index(one) for one in question["word"]), answer == "Accepted.")
        for question, answer in asked
    ]
    return [
        one for one in machines(meta["states"])
        if all(accepts(one, word) == answer for word, answer in said)
    ]  # fmt: skip


@cache
def _best_word(left: frozenset[Machine], states: int) -> tuple[int, ...]:
    """The word that splits the machines most evenly."""
    counts: Counter[int] = Counter()
    for machine in left:
        mark = _signature(machine, states)
        for at in range(len(_words(states))):
            counts[at] += mark >> at & 1
    best = min(range(len(_words(states))), key=lambda at: abs(2 * counts[at] - len(left)))
    return _words(states)[best]


@cache
def worst_case(states: int) -> int:
    """The questions that the player above asks of the machine that takes it longest."""

    def depth(left: frozenset[Machine]) -> int:
        if len(left) == 1:
            return 0
        word = _best_word(left, states)
        yes = frozenset(one for one in left if accepts(one, word))
        return 1 + max(depth(yes), depth(left - yes))

    return depth(frozenset(machines(states)))


load = HiddenAutomaton
