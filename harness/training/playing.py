"""Episodes in training: what the policy is told, how its messages act, and plays to begin from.

Episodes go by the text protocol of `backends/tool_text.py`, as in an evaluation.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from ...tasks import Problem
from ...tasks.acting import Call, Episode, Turn
from ...tasks.episode import EpisodeSuite
from ..backends.contract import Request, ToolCall
from ..backends.tool_text import call_text, calls_in, in_text, responses, said_by_model
from .codec import Codec
from .mixture import MixtureItem


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A play as text: the prompt, and each message with what it led to."""

    prompt: str
    turns: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[str]:
        """The prompt, the messages and what they led to."""
        return [self.prompt, *(text for turn in self.turns for text in turn if text)]

    def tokens(self, codec: Codec) -> tuple[list[int], list[int], list[bool]]:
        """The ids of the prompt and of all that follows it, and which of these are observed."""
        ids: list[int] = []
        observed: list[bool] = []
        last = len(self.turns) - 1
        for number, (message, seen) in enumerate(self.turns):
            said = codec.completion(message)
            after = codec.following(seen) if number < last else []
            ids += said + after
            observed += [False] * len(said) + [True] * len(after)
        return codec.prompt(self.prompt), ids, observed


def asked(item: MixtureItem) -> str:
    """The prompt of a problem; that of an episode describes its tools."""
    if not isinstance(item.suite, EpisodeSuite):
        return item.problem.prompt
    episode = item.suite.start(item.problem)
    try:
        return _told(item.suite, item.problem, episode)
    finally:
        episode.close()


def _told(suite: EpisodeSuite, problem: Problem, episode: Episode) -> str:
    request = Request(suite, problem, 0, 0, tools=tuple(episode.tools))
    return in_text(request).conversation()[0].content


class EpisodePlay:
    """One episode that the policy plays."""

    def __init__(self, item: MixtureItem, most_turns: int | None) -> None:
        """`most_turns` ends the play early; None leaves it to the suite's own limit."""
        assert isinstance(item.suite, EpisodeSuite)
        self._most_turns = most_turns
        self.episode = item.suite.start(item.problem)
        self.fault = ""
        """Why a tool failed: our fault, so the play has no reward."""

    def follow(self, message: str) -> str | None:
        """Act on a message: what the model is told next, or None where the play ends."""
        said = said_by_model(message)
        calls = [Call(one.name, one.arguments) for one in calls_in(said)]
        try:
            self.episode.respond(calls, said)
        except Exception as error:
            self.fault = f"a tool failed: {type(error).__name__}: {error}"
            return None
        turns = self.episode.turns
        if self.episode.done or len(turns) == self._most_turns:
            return None
        return _seen(turns[-1])

    def record(self) -> str:
        """The record of the play, which is then over."""
        self.episode.close()
        return self.episode.record()


def _seen(turn: Turn) -> str:
    """What a turn led to, as the next message of the conversation."""
    texts = [one.text for one in turn.observations]
    return responses(texts) if turn.calls else texts[0]


def demonstrate(item: MixtureItem, rng: random.Random, random_plays: float) -> Demonstration:
    """A play to learn from: the solver's, or by random legal calls in a share of them."""
    suite, problem = item.suite, item.problem
    assert isinstance(suite, EpisodeSuite)
    if rng.random() < random_plays:
        played = suite.played(problem, 0, lambda world: suite.random_call(problem, world, rng))
    else:
        calls = iter(suite.solve(problem))
        played = suite.played(problem, 0, lambda world: next(calls, None))
    prompt = _told(suite, problem, played)
    return Demonstration(prompt, tuple((_message(one.calls), _seen(one)) for one in played.turns))


def _message(calls: Sequence[Call]) -> str:
    return "\n".join(call_text(ToolCall("", one.name, json.dumps(one.arguments))) for one in calls)
