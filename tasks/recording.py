"""Recorded episodes: read from text, and played again."""

import json
from collections.abc import Sequence
from typing import Any

from .acting import FORMAT, Call, Episode, Observation, Turn


class ReplayError(Exception):
    """A text is no recorded episode, or not one of this problem; its text says why."""


class NoRecordError(ReplayError):
    """A text is no recorded episode at all."""


def turn_of(data: Any) -> Turn:
    """The turn again. Raises ReplayError for other data."""
    try:
        calls = tuple(Call(_text(one["name"]), one["arguments"]) for one in data["calls"])
        seen = tuple(
            Observation(_text(one["text"]), legal=one.get("illegal") is not True)
            for one in data["observations"]
        )
        said = _text(data.get("text", ""))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReplayError(f"a turn is malformed: {type(error).__name__}: {error}") from None
    return Turn(said, calls, seen)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is expected, not {type(value).__name__}")
    return value


def recorded_turns(text: str, problem_id: str) -> tuple[int, str, list[Turn]]:
    """Seed, ending and turns of a recorded episode. Raises ReplayError for any other text."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise NoRecordError("the text is no recorded episode") from None
    if not isinstance(data, dict) or data.get("episode") != FORMAT:
        raise NoRecordError("the text is no recorded episode")
    if data.get("problem") != problem_id:
        raise ReplayError(f"the episode is one of problem {str(data.get('problem'))[:80]!r}")
    turns, seed, ended = data.get("turns"), data.get("seed"), data.get("ended")
    if not isinstance(turns, list) or not isinstance(ended, str) or type(seed) is not int:
        raise ReplayError("the record lacks its turns, seed or ending")
    return seed, ended, [turn_of(one) for one in turns]


def replay(episode: Episode, turns: Sequence[Turn], again: bool = False) -> None:
    """Play recorded turns in a fresh episode.

    `again`: make calls aside again, to have what they left behind; what they give is not
    compared. Raises ReplayError when an observation is another one, or a turn follows the end.
    """
    for number, turn in enumerate(turns, start=1):
        if episode.done:
            raise ReplayError(f"turn {number} follows the end of the episode")
        aside = [any(t.name == c.name and t.aside for t in episode.tools) for c in turn.calls]
        found = episode.respond(turn.calls, turn.text, None if again else turn.observations)
        if len(found) != len(turn.observations):
            raise ReplayError(f"turn {number} has {len(turn.observations)} observations, "
                              f"not {len(found)}")  # fmt: skip
        for place, (now, then) in enumerate(zip(found, turn.observations, strict=True)):
            if again and place < len(aside) and aside[place]:
                continue
            if (now.text, now.legal) != (then.text, then.legal):
                raise ReplayError(f"observation {place + 1} of turn {number} is not the one "
                                  "that the episode gives")  # fmt: skip
        if again:
            episode.turns[-1] = turn
