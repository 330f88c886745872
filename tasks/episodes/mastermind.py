"""Mastermind: find a hidden code by guesses, each answered by how much of it is right."""

import itertools
import random
from collections import Counter
from functools import cache
from typing import Any

from ..arguments import Arguments
from ..episode import Call, GeneratedEpisodes, IllegalActionError, World, tool
from ..problem import Problem
from ..suite import Draft
from ..verdict import Verdict, correct, wrong

BOARDS = ((2, 4), (3, 4), (3, 5), (3, 6), (4, 5))
"""Places and digits of a code, by level."""
WORST = (4, 4, 5, 5, 5)
"""Guesses that suffice for every code of a level, by the play below."""
SPARE = (3, 2, 2, 1, 1)
Code = tuple[int, ...]
Answer = tuple[int, int]


class MastermindWorld(World):
    """The hidden code and the guesses so far."""

    def __init__(self, meta: Any) -> None:
        self._meta = meta
        self._code: Code = tuple(meta["code"])
        self.guesses: list[tuple[Code, Answer]] = []
        self.found = False
        code = {"type": "string", "maxLength": 20}
        self.tools = [tool("guess", "Guess the code, written as its digits.", code=code)]

    def act(self, name: str, arguments: Arguments) -> str:
        """Answer a guess."""
        guess = _code(arguments["code"], len(self._code), self._meta["digits"])
        self.moves += 1
        answer = answered(guess, self._code)
        self.guesses.append((guess, answer))
        self.found = guess == self._code
        left = self._meta["budget"] - self.moves
        self.over = self.found or left <= 0
        told = f"{answer[0]} right in their places, {answer[1]} right elsewhere."
        return f"{told} {'The code is found.' if self.found else f'Guesses left: {left}.'}"


class Mastermind(GeneratedEpisodes):
    """Find a code of 2 digits from 1 to 4 (level 1), or of 4 digits from 1 to 5 (level 5).

    Difficulty: longer codes, more digits, fewer spare guesses.
    """

    name = "mastermind"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        places, digits = BOARDS[difficulty - 1]
        budget = WORST[difficulty - 1] + SPARE[difficulty - 1]
        code = [rng.randint(1, digits) for _ in range(places)]
        asked = rng.randrange(10**6)
        prompt = (
            f"Game {asked:06}. A code of {places} digits from 1 to {digits} is hidden; a digit may "
            "occur more than once. Each guess is answered by how many digits are right in their "
            "places, and how many others are right but elsewhere. Find the code: guess it "
            f"exactly.\n\nYou have {budget} guesses."
        )
        meta = {"code": code, "digits": digits, "budget": budget, "optimum": WORST[difficulty - 1]}
        return Draft(prompt, "".join(map(str, code)), meta)

    def world(self, problem: Problem, seed: int) -> MastermindWorld:
        return MastermindWorld(problem.meta)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, MastermindWorld)
        if world.found:
            return correct(problem.answer, f"found in {world.moves} guesses")
        return wrong("incorrect", None, f"not found in {world.moves} guesses")

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        """The guesses whose largest set of codes that would be left is smallest."""
        code: Code = tuple(problem.meta["code"])
        return [
            Call("guess", {"code": _text(guess)}) for guess in play(code, problem.meta["digits"])
        ]

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        digits = problem.meta["digits"]
        code = [rng.randint(1, digits) for _ in problem.meta["code"]]
        return Call("guess", {"code": _text(code)})

    def chance(self, problem: Problem) -> float | None:
        """Each guess is drawn from all codes."""
        codes = problem.meta["digits"] ** len(problem.meta["code"])
        return float(1.0 - (1.0 - 1.0 / codes) ** int(problem.meta["budget"]))

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """The first code that agrees with all answers so far."""
        assert isinstance(world, MastermindWorld)
        for code in all_codes(len(problem.meta["code"]), problem.meta["digits"]):
            if all(answered(guess, code) == answer for guess, answer in world.guesses):
                return Call("guess", {"code": _text(code)})
        raise AssertionError("no code agrees with the answers")


def _code(text: str, places: int, digits: int) -> Code:
    if len(text) != places or any(letter not in "123456789"[:digits] for letter in text):
        raise IllegalActionError(
            f"A code has {places} digits from 1 to {digits}: {text!r} is none."
        )
    return tuple(map(int, text))


def _text(code: Any) -> str:
    return "".join(map(str, code))


@cache
def all_codes(places: int, digits: int) -> tuple[Code, ...]:
    """Every code, in order."""
    return tuple(itertools.product(range(1, digits + 1), repeat=places))


@cache
def answered(guess: Code, code: Code) -> Answer:
    """How many digits are right in their places, and how many elsewhere."""
    right = sum(a == b for a, b in zip(guess, code, strict=True))
    both = sum((Counter(guess) & Counter(code)).values())
    return right, both - right


def play(code: Code, digits: int) -> list[Code]:
    """The guesses of the minimax player until the code is found."""
    history: tuple[tuple[Code, Answer], ...] = ()
    guesses: list[Code] = []
    while not guesses or guesses[-1] != code:
        guess = _next_guess(len(code), digits, history)
        guesses.append(guess)
        history = (*history, (guess, answered(guess, code)))
    return guesses


@cache
def _left(places: int, digits: int, history: tuple[tuple[Code, Answer], ...]) -> tuple[Code, ...]:
    """The codes that agree with all answers."""
    if not history:
        return all_codes(places, digits)
    guess, answer = history[-1]
    before = _left(places, digits, history[:-1])
    return tuple(code for code in before if answered(guess, code) == answer)


@cache
def _next_guess(places: int, digits: int, history: tuple[tuple[Code, Answer], ...]) -> Code:
    if not history:  # by symmetry, only how often digits occur matters: 11, 112, 1122
        return (1, 1, 2) if places == 3 else (1, 2) if places == 2 else (1, 1, 2, 3)
    left = _left(places, digits, history)
    if len(left) <= 2:
        return left[0]
    own = set(left)

    def largest(guess: Code) -> tuple[int, bool]:
        return max(Counter(answered(guess, code) for code in left).values()), guess not in own

    return min(all_codes(places, digits), key=largest)


load = Mastermind
