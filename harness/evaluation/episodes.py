"""Play episodes with a model: act on each message, keep each turn, resume where a run stopped.

A turn is written to the run's `turns.jsonl` before the next one is asked for. A run that is killed
loses at most the answers that were on their way: resumed, its episodes are played again from
their stored turns, and continue.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...tasks.acting import Call, Episode, Turn, turn_data
from ...tasks.episode import EpisodeSuite
from ...tasks.recording import ReplayError, replay, turn_of
from ..backends.contract import Completion, Message, Model, Request, Sampling, ToolCall
from ..backends.following import followed
from ..backends.thoughts import CLOSE
from ..results import RunFolder, SampleWriter, read_lines
from .plan import SampleKey

log = logging.getLogger(__name__)
COUNTED = ("prompt_tokens", "completion_tokens", "thinking_tokens", "cached_tokens")
FINAL = frozenset({"error", "context_overflow", "content_filter", "refusal"})
"""Endings of a message after which an episode does not continue."""
LONGEST_ARGUMENTS = 200_000
"""Characters; what is longer is cut, and so no JSON any more."""


class TurnJournal:
    """The turns of a run's episodes, on disk."""

    def __init__(self, folder: RunFolder, done: set[SampleKey]) -> None:
        """Read the turns of the episodes that are not done. Raises UsageError for a locked file."""
        self._writer = SampleWriter(folder, folder.turns_path)
        self._stored: dict[SampleKey, list[dict[str, Any]]] = {}
        for line in read_lines(folder.turns_path, _is_turn, "their episodes start over"):
            key = line["suite"], line["problem_id"], line["sample"]
            if key in done:
                continue
            kept = self._stored.setdefault(key, [])
            del kept[line["turn"] :]  # started over at this turn
            if line["turn"] == len(kept):
                kept.append(line)

    def stored(self, request: Request) -> list[dict[str, Any]]:
        """The turns of an episode so far, which are then forgotten here."""
        return self._stored.pop((request.suite.name, request.problem.id, request.sample), [])

    def keep(self, request: Request, number: int, data: Mapping[str, Any]) -> None:
        """Write a turn. Raises UsageError when the disk is full."""
        self._writer.append({
            "suite": request.suite.name, "problem_id": request.problem.id,
            "sample": request.sample, "turn": number, **data,
        })  # fmt: skip

    def close(self) -> None:
        """Unlock the file."""
        self._writer.close()


def _is_turn(line: Mapping[str, Any]) -> bool:
    return (
        isinstance(line.get("suite"), str)
        and isinstance(line.get("problem_id"), str)
        and isinstance(line.get("sample"), int)
        and isinstance(line.get("turn"), int)
        and isinstance(line.get("ids"), list)
    )


class Conversation:
    """One episode with a model: what was said so far, and what comes next."""

    def __init__(self, request: Request, journal: TurnJournal) -> None:
        assert isinstance(request.suite, EpisodeSuite)
        self.waits = request.suite.runs_programs
        self._suite, self._request, self._journal = request.suite, request, journal
        self._messages = list(request.conversation())
        self._counts: dict[str, int | None] = dict.fromkeys(COUNTED)
        self.episode = self._restored(journal.stored(request))

    def first(self) -> Request | Completion:
        """The request that starts or resumes it, or the completion if it had already ended."""
        return self._whole() if self.episode.done else self._next()

    def follow(self, completion: Completion) -> Request | Completion:
        """Act on the model's message; see `Turns.follow`."""
        if completion.finish_reason == "error":
            self.episode.close()
            return replace(completion, request=self._request, text="", calls=())
        self._count({name: getattr(completion, name) for name in COUNTED})
        if completion.finish_reason in FINAL:
            ended = self._whole()
            return replace(ended, finish_reason=completion.finish_reason, error=completion.error)
        calls = _named(completion.calls, len(self.episode.turns))
        try:
            self.episode.respond([Call(one.name, one.arguments) for one in calls], completion.text)
        except Exception as error:  # our failure is not the model's: resuming asks again
            log.warning("%s: a tool failed: %s", self._request.problem.id, error)
            self.episode.close()
            said = f"a tool failed: {type(error).__name__}: {error}"
            return Completion(self._request, "", finish_reason="error", error=said)
        turn = self.episode.turns[-1]
        self._journal.keep(self._request, len(self.episode.turns) - 1, {
            **turn_data(turn), "ids": [one.id for one in calls],
            "finish_reason": completion.finish_reason,
            **{name: getattr(completion, name) for name in COUNTED},
        })  # fmt: skip
        self._say(turn, calls)
        return self._whole() if self.episode.done else self._next()

    def _next(self) -> Request:
        number = len(self.episode.turns)
        return replace(
            self._request, messages=tuple(self._messages), turns=self,
            seed=(self._request.seed + number) & (2**63 - 1),
            prefix="" if number else self._request.prefix,
        )  # fmt: skip

    def _whole(self) -> Completion:
        """The completion of the whole episode: its record."""
        self.episode.close()
        counts: dict[str, Any] = dict(self._counts)
        return Completion(self._request, self.episode.record(), **counts)

    def _count(self, counts: Mapping[str, int | None]) -> None:
        for name, count in counts.items():
            if count is not None:
                self._counts[name] = (self._counts[name] or 0) + count

    def _say(self, turn: Turn, calls: tuple[ToolCall, ...]) -> None:
        """Add a turn to what the model is sent; earlier thoughts are left out."""
        text = turn.text.rpartition(CLOSE)[2].strip() if CLOSE in turn.text else turn.text
        self._messages.append(Message("assistant", text, calls))
        if not calls:
            self._messages.append(Message("user", turn.observations[0].text))
        for call, seen in zip(calls, turn.observations, strict=False):
            self._messages.append(Message("tool", seen.text, call_id=call.id))

    def _restored(self, stored: list[dict[str, Any]]) -> Episode:
        """The episode in the state that its stored turns lead to."""
        request = self._request
        episode = self._suite.start(request.problem, request.seed)
        if not stored:
            return episode
        try:
            turns = [turn_of(line) for line in stored]
            replay(episode, turns, again=True)
        except ReplayError as fault:
            log.warning("%s sample %d starts over: %s", request.problem.id, request.sample, fault)
            episode.close()
            return self._suite.start(request.problem, request.seed)
        for line, turn in zip(stored, turns, strict=True):
            self._count({name: line.get(name) for name in COUNTED})
            ids = [*map(str, line["ids"]), *([""] * len(turn.calls))]
            calls = [
                ToolCall(name_id, call.name, str(call.arguments))
                for name_id, call in zip(ids, turn.calls, strict=False)
            ]
            self._say(turn, tuple(calls))
        return episode


def _named(calls: Iterable[ToolCall], turn: int) -> tuple[ToolCall, ...]:
    """The calls with ids that tell them apart, and arguments of bounded length."""
    found: list[ToolCall] = []
    seen: set[str] = set()
    for number, call in enumerate(calls):
        name = call.id if call.id and call.id not in seen else f"call_{turn}_{number}"
        seen.add(name)
        found.append(ToolCall(name, call.name, call.arguments[:LONGEST_ARGUMENTS]))
    return tuple(found)


def played(
    model: Model, requests: Iterable[Request], sampling: Sampling, journal: TurnJournal
) -> Iterator[Completion]:
    """A completion for each request; that of an episode comes when its last turn is done."""
    ended: deque[Completion] = deque()

    def begun() -> Iterator[Request]:
        for request in requests:
            if not isinstance(request.suite, EpisodeSuite):
                yield request
                continue
            first = Conversation(request, journal).first()
            if isinstance(first, Completion):
                ended.append(first)
            else:
                yield first

    for completion in followed(model, begun(), sampling):
        yield completion
        while ended:
            yield ended.popleft()
    yield from ended
