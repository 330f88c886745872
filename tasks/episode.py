"""Episodes: problems that are solved by acting, turn after turn.

A suite starts an `Episode` of a problem. The model acts by calling tools or, where the suite says
so, by free text; each action gives an `Observation`. The verdict is made from the state that the
actions have led to, never from what the model wrote about it. An illegal action is data: an
observation that says why, and a count.

A finished episode is recorded as JSON text, which is its completion: `Suite.verify` plays the
recorded actions again and judges the state that they lead to. Observations are recorded for
readers; a record whose observations are not those of the replay is rejected.
"""

import math
import random
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from .acting import (
    Call,
    Episode,
    EpisodeLimits,
    IllegalActionError,
    Observation,
    Tool,
    World,
    tool,
)
from .problem import Problem
from .recording import NoRecordError, ReplayError, recorded_turns, replay
from .suite import Domain, GeneratedSuite, Suite
from .verdict import Verdict, wrong

__all__ = [
    "Call",
    "Episode",
    "EpisodeLimits",
    "EpisodeSuite",
    "GeneratedEpisodes",
    "IllegalActionError",
    "Observation",
    "ReplayError",
    "Tool",
    "World",
    "tool",
]
ENDINGS = {
    "": "the episode was left before its end",
    "turns": "the episode reached its limit of turns",
    "calls": "the episode reached its limit of calls",
    "seconds": "the tools took longer than the episode allows",
}


class EpisodeSuite(Suite):
    """A suite whose problems are solved by acting.

    A subclass implements `world` and `outcome`, and plays for `solve` and `guess`; a completion
    is a recorded episode.
    """

    @abstractmethod
    def world(self, problem: Problem, seed: int) -> World:
        """The state that an episode of this problem begins with."""

    @abstractmethod
    def outcome(self, problem: Problem, world: World) -> Verdict:
        """The verdict on a state that an episode has ended in."""

    @abstractmethod
    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        """The calls of a best play, which must be judged correct."""

    @abstractmethod
    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        """A call drawn from the legal ones without knowing what is hidden."""

    def limits(self, problem: Problem) -> EpisodeLimits:
        """Where an episode of this problem ends, however it stands."""
        return EpisodeLimits()

    def start(self, problem: Problem, seed: int = 0) -> Episode:
        """A fresh episode of a problem. Close it where the suite runs programs."""
        world = self.world(problem, seed)
        return Episode(problem.id, problem.prompt, world, seed, self.limits(problem))

    def judge(self, problem: Problem, episode: Episode) -> Verdict:
        """The verdict on an episode, from its state alone.

        `meta` holds the moves made, the best number of them where it is known, the turns, the
        calls, the illegal actions and the ending.
        """
        if episode.problem_id != problem.id:
            return wrong("rejected", None, f"the episode is one of problem {episode.problem_id}")
        verdict = self.outcome(problem, episode.world)
        if not verdict.correct and verdict.score is not None and not episode.world.over:
            reason = ENDINGS[episode.ended]
            verdict = wrong("no_answer", verdict.extracted, reason, **verdict.meta)
        counted = {
            "moves": episode.world.moves, "optimum": problem.meta.get("optimum"),
            "turns": len(episode.turns), "calls": episode.calls, "illegal": episode.illegal,
            "ended": episode.ended,
        }  # fmt: skip
        return verdict.model_copy(update={"meta": verdict.meta | counted})

    def check(self, problem: Problem, completion: str) -> Verdict:
        """Play a recorded episode again and judge where it ends."""
        try:
            episode = self.restore(problem, completion)
        except NoRecordError as fault:
            return wrong("no_answer", None, f"{fault}: this task is solved by acting")
        except ReplayError as fault:
            return wrong("rejected", None, str(fault))
        try:
            return self.judge(problem, episode)
        finally:
            episode.close()

    def restore(self, problem: Problem, record: str, again: bool = False) -> Episode:
        """The episode of a record, in the state that its actions lead to.

        `again`: calls that leave the state alone are made again too, so that the episode can go
        on. Raises ReplayError for a text that is no record of this problem, or an altered one.
        """
        seed, ended, turns = recorded_turns(record, problem.id)
        episode = self.start(problem, seed)
        if not again:  # a verdict does not depend on the speed of the machine
            episode.limits = replace(episode.limits, seconds=math.inf)
        try:
            replay(episode, turns, again)
            if ended == "seconds" and not episode.done:
                episode.ended = ended  # time passes otherwise in a replay
            if ended != episode.ended:
                raise ReplayError(f"the record ends by {ended[:40]!r}, its turns do not")
        except ReplayError:
            episode.close()
            raise
        return episode

    def hopeless(self, problem: Problem, world: World) -> bool | None:
        """Whether no play can win from here on; None where the suite does not know."""
        return None

    def lost_at(self, problem: Problem, record: str) -> int | None:
        """The turn, from 0, after which a recorded episode could not be won any more.

        None where the suite does not know, or it could be won to the end. Raises ReplayError.
        """
        seed, _, turns = recorded_turns(record, problem.id)

        def lost(count: int) -> bool | None:
            episode = self.start(problem, seed)
            episode.limits = replace(episode.limits, seconds=math.inf)
            try:
                replay(episode, turns[:count])
                return self.hopeless(problem, episode.world)
            finally:
                episode.close()

        if not turns or not lost(len(turns)):
            return None
        low, high = 0, len(turns)  # what is lost stays lost
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if lost(middle) else (middle, high)
        return high - 1

    def played(
        self, problem: Problem, seed: int, choose: Callable[[World], Call | None]
    ) -> Episode:
        """An episode played to its end by a player; None from it ends the play early."""
        episode = self.start(problem, seed)
        try:
            while not episode.done and (call := choose(episode.world)) is not None:
                episode.call(*call)
        finally:
            episode.close()
        return episode

    def gold(self, problem: Problem) -> str | None:
        """The record of a best play."""
        calls = iter(self.solve(problem))
        return self.played(problem, 0, lambda world: next(calls, None)).record()

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """The record of a play by random legal calls."""
        return self.played(problem, 0, lambda world: self.random_call(problem, world, rng)).record()


class GeneratedEpisodes(EpisodeSuite, GeneratedSuite):
    """An endless suite of episodes. `meta["optimum"]` is the best number of moves."""

    domain: ClassVar[Domain] = "episodes"
    difficulties: ClassVar[range] = range(1, 6)
    illegal_allowed: ClassVar[int] = 10
    """Turns beside the moves of the budget, for actions that are no moves."""

    def limits(self, problem: Problem) -> EpisodeLimits:
        """As many turns and calls as the budget of moves, and some for illegal actions."""
        most = problem.meta["budget"] + self.illegal_allowed
        return EpisodeLimits(turns=most, calls=most)

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """The call that looks best for the next move alone; None where no such player is known."""
        return None

    def greedy_wins(self, problem: Problem) -> bool | None:
        """Whether the greedy player solves a problem; None where there is no such player."""
        if self.greedy_call(problem, self.world(problem, 0)) is None:
            return None
        episode = self.played(problem, 0, lambda world: self.greedy_call(problem, world))
        return self.judge(problem, episode).correct
