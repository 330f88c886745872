"""What an audit of episodes plays: any environment of tools whose reward can be asked for.

An environment of yours is a class with the methods of `Environment`; `SuiteEnvironment` is that of
a suite of episodes.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from ...sandbox.errors import UsageError
from ...tasks.episode import EpisodeSuite
from ..adapters.episode_session import EpisodeSession

WinningCall = tuple[str, Mapping[str, Any]]
"""The name of a tool, and its arguments."""


class Environment(Protocol):
    """One play at a time of problems that are solved by calling tools."""

    @property
    def done(self) -> bool:
        """Whether no action has an effect any more."""

    def problems(self) -> Sequence[str]:
        """The names of problems to play; at least two."""

    def best(self, problem: str) -> Sequence[WinningCall]:
        """Calls that win, in order."""

    def hidden(self, problem: str) -> str:
        """Text that no observation may give away; empty where nothing is hidden."""

    def reset(self, problem: str) -> str:
        """Begin an episode; the prompt."""

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> str:
        """Call a tool; arguments may be text that is no JSON. The observation."""

    def say(self, text: str) -> str:
        """Take a message of the model, with its calls in <tool_call> tags. The observation."""

    def reward(self) -> float | None:
        """The reward of the episode as it stands; None for a failure of the environment."""


class RecordingEnvironment(Environment, Protocol):
    """An environment whose episodes are recorded, and scored from the record."""

    def record(self) -> str:
        """The episode so far, as JSON text."""

    def verify(self, problem: str, record: str) -> float | None:
        """The reward of a recorded episode."""


class SuiteEnvironment:
    """The problems of a suite of episodes, played by the session that all adapters share."""

    def __init__(self, suite: EpisodeSuite, problems: int) -> None:
        self._suite = suite
        self._ids = [suite[at].id for at in range(min(max(problems, 2), len(suite)))]
        self._session: EpisodeSession | None = None

    @property
    def done(self) -> bool:
        """Whether no action has an effect any more."""
        return self._session is not None and self._session.done

    def problems(self) -> Sequence[str]:
        """The ids of the first problems."""
        return self._ids

    def best(self, problem: str) -> Sequence[WinningCall]:
        """The play of the suite's solver."""
        calls = self._suite.solve(self._suite.find(problem))
        return [(one.name, arguments(one.arguments)) for one in calls]

    def hidden(self, problem: str) -> str:
        """The answer, where the prompt does not name it and it is no single word or number."""
        found = self._suite.find(problem)
        telling = len(found.answer) > 3 and found.answer not in found.prompt
        return found.answer if telling else ""

    def reset(self, problem: str) -> str:
        """Begin an episode; the prompt."""
        self.close()
        self._session = EpisodeSession(self._suite, problem)
        return self._session.text_prompt

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> str:
        """Call a tool."""
        return self._playing().call(name, arguments).text

    def say(self, text: str) -> str:
        """Take a message of the model."""
        return self._playing().reply(text)

    def reward(self) -> float | None:
        """The reward of the state."""
        return self._playing().reward()

    def record(self) -> str:
        """The record of the episode so far."""
        return self._playing().episode.record()

    def verify(self, problem: str, record: str) -> float | None:
        """The score of a record, which is played again."""
        return self._suite.verify(self._suite.find(problem), record).score

    def close(self) -> None:
        """Free what the episode holds. Idempotent."""
        if self._session is not None:
            self._session.close()

    def _playing(self) -> EpisodeSession:
        if self._session is None:
            raise UsageError("reset() comes before the first action")
        return self._session


def arguments(given: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """The arguments of a solver's call, which are never text."""
    assert not isinstance(given, str)
    return given


def altered(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments with one of them changed, for each that can be."""
    for name, value in given.items():
        for other in _others(value):
            yield {**given, name: other}


def _others(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, str):
        yield from (value[::-1], f"{value}x", value[:-1])
    elif isinstance(value, list):
        yield from (value[1:], value[::-1])
        if value:
            yield from ([other, *value[1:]] for other in _others(value[0]))


def environment_maker(name: str) -> Callable[[], Environment]:
    """What makes the environments named `module:class`. Raises UsageError when it cannot be had."""
    module, _, attribute = name.partition(":")
    if not attribute:
        raise UsageError(f"--environment {name!r}: write it as module:class")
    try:
        make: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"--environment {name!r}: {error}") from error
    asked = [one for one in vars(Environment) if not one.startswith("_")]
    missing = [one for one in asked if not hasattr(make, one)]
    if missing:
        raise UsageError(f"--environment {name!r} has no {', '.join(missing)}: see docs/audit.md")
    found: Callable[[], Environment] = make
    return found
