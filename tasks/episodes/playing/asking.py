"""Games of questions and one answer: what is hidden is asked about, then stated once.

The random player asks at random until one move is left and then states an answer drawn from all
that are possible, so its chance is that of the drawn answer, whatever it has asked.
"""

import random
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from ...arguments import Arguments
from ...episode import Call, GeneratedEpisodes, World
from ...problem import Problem
from ...verdict import Verdict, correct, wrong

Meta = Mapping[str, Any]


class AskingWorld(World):
    """What is hidden, and whether it was stated."""

    def __init__(self, game: "AskingGame", meta: Meta) -> None:
        self._game, self._meta = game, meta
        self.tools = game.game_tools(meta)
        self.stated: str | None = None
        self.right = False
        self.asked: list[tuple[Arguments, str]] = []
        """The questions so far and their answers, for players."""

    def act(self, name: str, arguments: Arguments) -> str:
        """Answer a question, or take the statement that ends the game."""
        if name == self.tools[-1].name:
            right = self._game.is_right(self._meta, arguments)
            self.moves += 1
            self.stated, self.right, self.over = self._game.stated(arguments), right, True
            return "Right." if right else "Wrong."
        said = self._game.reply(self._meta, arguments)
        self.moves += 1
        self.asked.append((arguments, said))
        left = self._meta["budget"] - self.moves
        self.over = left <= 0
        return f"{said}\nMoves left: {left}."


class AskingGame(GeneratedEpisodes):
    """A game whose last tool states the answer and whose first one asks a question."""

    @abstractmethod
    def game_tools(self, meta: Meta) -> list[Any]:
        """The tool that asks, then the one that states the answer."""

    @abstractmethod
    def reply(self, meta: Meta, question: Arguments) -> str:
        """The true answer to a question. Raises IllegalActionError for one that is none."""

    @abstractmethod
    def is_right(self, meta: Meta, statement: Arguments) -> bool:
        """Whether a statement is right. Raises IllegalActionError for one that is none."""

    @abstractmethod
    def stated(self, statement: Arguments) -> str:
        """A statement as text."""

    @abstractmethod
    def next_move(self, meta: Meta, asked: list[tuple[Arguments, str]]) -> Call:
        """The best next move after these questions and answers: fair, by them alone."""

    @abstractmethod
    def random_question(self, meta: Meta, rng: random.Random) -> Arguments:
        """A question drawn from all."""

    @abstractmethod
    def random_statement(self, meta: Meta, rng: random.Random) -> Arguments:
        """A statement drawn from all."""

    def world(self, problem: Problem, seed: int) -> AskingWorld:
        return AskingWorld(self, problem.meta)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, AskingWorld)
        if world.right:
            return correct(world.stated, f"found in {world.moves} moves")
        if world.stated is None:
            return wrong("no_answer", None, f"nothing was stated in {world.moves} moves")
        return wrong("incorrect", world.stated, "the statement is wrong")

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        world = self.world(problem, seed)
        calls: list[Call] = []
        while not world.over:
            call = self.next_move(problem.meta, world.asked)
            assert isinstance(call.arguments, Mapping)
            world.act(call.name, dict(call.arguments))
            calls.append(call)
        return calls

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        ask, state = world.tools[0].name, world.tools[-1].name
        if world.moves < problem.meta["budget"] - 1:
            return Call(ask, self.random_question(problem.meta, rng))
        return Call(state, self.random_statement(problem.meta, rng))
