"""Acting: tools, calls, observations, the world that they change, and one play of it."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .arguments import Arguments, argument_fault, arguments_of

FORMAT = 1
"""The version of a recorded episode."""
OVER = "The episode is over: this action has no effect."


class IllegalActionError(Exception):
    """An action that the rules do not allow; its text is the observation."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a model can call: a name, one sentence, and a JSON schema of the arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    aside: bool = False
    """Whether calls only look: no verdict depends on what they give. A replay counts them, does not
    make them again, and takes their recorded observations."""

    def schema(self) -> dict[str, Any]:
        """The tool as the field's APIs and chat templates take it."""
        function = {
            "name": self.name, "description": self.description,
            "parameters": dict(self.parameters),
        }  # fmt: skip
        return {"type": "function", "function": function}


def tool(
    name: str, description: str, *, aside: bool = False, **properties: Mapping[str, Any]
) -> Tool:
    """A tool all of whose arguments are required: `tool("press", "...", row={"type": ...})`."""
    schema = {
        "type": "object", "properties": properties, "required": list(properties),
        "additionalProperties": False,
    }  # fmt: skip
    return Tool(name, description, schema, aside)


class Call(NamedTuple):
    """A call of a tool. Arguments that a model wrote may be text that is no JSON."""

    name: str
    arguments: Mapping[str, Any] | str


@dataclass(frozen=True, slots=True)
class Observation:
    """What an action leads to."""

    text: str
    done: bool = False
    legal: bool = True


@dataclass(frozen=True, slots=True)
class EpisodeLimits:
    """Where an episode ends, however it stands."""

    turns: int = 50
    """Messages of the model."""
    calls: int = 100
    seconds: float = 3600.0
    """Time that the tools take together; the model's own time does not count."""
    observation: int = 8_000
    """Characters of one observation; the rest is left out."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message of the model: the calls in it, or else its text as a free move."""

    text: str
    calls: tuple[Call, ...]
    observations: tuple[Observation, ...] = ()


class World(ABC):
    """The state of an episode, and what actions do to it."""

    tools: Sequence[Tool]
    over: bool = False
    """Whether nothing can change any more."""
    moves: int = 0
    """Legal actions so far that count as moves."""

    @abstractmethod
    def act(self, name: str, arguments: Arguments) -> str:
        """Carry out a call, whose arguments fit the tool's schema; the text of the observation.

        Raises IllegalActionError, and then leaves the state as it is.
        """

    def recalled(self, name: str) -> None:  # noqa: B027 (most such calls count for nothing)
        """Count a call aside that a replay does not make again. Raises IllegalActionError."""

    def say(self, text: str) -> str:
        """Take a message without a call. Raises IllegalActionError unless free text is a move."""
        names = ", ".join(one.name for one in self.tools)
        raise IllegalActionError(f"Nothing was done: call a tool ({names}).")

    def close(self) -> None:  # noqa: B027 (most worlds hold nothing)
        """Free what the state holds outside of this process. Idempotent."""


@dataclass
class Episode:
    """One play of a problem: the world, and every turn so far.

    `call` and `say` are turns of one action; `respond` takes a whole message of a model.
    """

    problem_id: str
    prompt: str
    world: World
    seed: int = 0
    limits: EpisodeLimits = EpisodeLimits()
    turns: list[Turn] = field(default_factory=list)
    calls: int = 0
    illegal: int = 0
    ended: str = ""
    """Why it is over: "over" by the rules, or the limit: turns, calls, seconds."""
    spent: float = 0.0
    """Seconds that actions took."""

    @property
    def tools(self) -> Sequence[Tool]:
        """What can be called."""
        return self.world.tools

    @property
    def done(self) -> bool:
        """Whether no action has an effect any more."""
        return bool(self.ended)

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> Observation:
        """Call one tool, as a turn of its own. Never raises for what a model wrote."""
        return self.respond([Call(name, arguments)])[0]

    def say(self, text: str) -> Observation:
        """Send text without a call, as a turn of its own."""
        return self.respond([], text)[0]

    def respond(
        self,
        calls: Sequence[Call],
        text: str = "",
        recorded: Sequence[Observation] | None = None,
    ) -> list[Observation]:
        """Take a message: carry out its calls in order, or else its text as a free move.

        One observation for each call, or one for the text. `recorded` are those of an earlier
        play: they stand for calls aside, which are not made again.
        """
        if self.ended:
            return [Observation(OVER, True, False)] * max(1, len(calls))
        found: list[Observation] = []
        actions: list[Call | None] = [*calls] if calls else [None]
        for number, call in enumerate(actions):
            known = recorded[number] if recorded and number < len(recorded) else None
            found.append(self._one(call, text, known))
        self.turns.append(Turn(text, tuple(calls), tuple(found)))
        if not self.ended and len(self.turns) >= self.limits.turns:
            self.ended = "turns"
        if self.ended:
            found[-1] = replace(found[-1], done=True)
        return found

    def _one(self, call: Call | None, text: str, known: Observation | None) -> Observation:
        """The observation of one call, or of the text."""
        if self.ended:
            self.illegal += 1
            return Observation(OVER, True, False)
        started = time.perf_counter()
        legal = True
        try:
            said = self._said(text) if call is None else self._called(call, known)
        except IllegalActionError as fault:
            said, legal = str(fault), False
            self.illegal += 1
        self.spent += time.perf_counter() - started
        self.calls += call is not None
        if self.world.over:
            self.ended = "over"
        elif self.calls >= self.limits.calls:
            self.ended = "calls"
        elif self.spent > self.limits.seconds:
            self.ended = "seconds"
        return Observation(said, self.done, legal)

    def _said(self, text: str) -> str:
        return self._cut(self.world.say(text))

    def _called(self, call: Call, known: Observation | None) -> str:
        """Carry out a call. Raises IllegalActionError."""
        one = next((each for each in self.tools if each.name == call.name), None)
        if one is None:
            names = ", ".join(each.name for each in self.tools)
            raise IllegalActionError(f"There is no tool {call.name[:80]!r}. Tools: {names}.")
        arguments = arguments_of(call.arguments)
        if isinstance(arguments, str):
            raise IllegalActionError(f"The arguments of {one.name} {arguments}.")
        fault = argument_fault(arguments, one.parameters)
        if fault is not None:
            raise IllegalActionError(f"The arguments of {one.name}: {fault}.")
        if one.aside and known is not None:
            if not known.legal:
                raise IllegalActionError(known.text)
            self.world.recalled(call.name)
            return known.text
        return self._cut(self.world.act(call.name, arguments))

    def _cut(self, text: str) -> str:
        most = self.limits.observation
        if len(text) <= most:
            return text
        return f"{text[:most]}\n... ({len(text)} characters; the first {most} are shown)"

    def close(self) -> None:
        """Free what the world holds outside of this process. Idempotent."""
        self.world.close()

    def record(self) -> str:
        """The episode as text: what was done and seen, turn by turn."""
        shown: dict[str, Any] = {
            "episode": FORMAT, "problem": self.problem_id, "seed": self.seed,
            "turns": [turn_data(turn) for turn in self.turns], "ended": self.ended,
        }  # fmt: skip
        return json.dumps(shown, separators=(",", ":"))


def turn_data(turn: Turn) -> dict[str, Any]:
    """A turn as JSON data; text and legality are left out where they are the usual ones."""
    seen = [
        {"text": one.text} | ({} if one.legal else {"illegal": True}) for one in turn.observations
    ]
    calls = [{"name": call.name, "arguments": call.arguments} for call in turn.calls]
    return ({"text": turn.text} if turn.text else {}) | {"calls": calls, "observations": seen}
