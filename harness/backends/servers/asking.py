"""Ask a server for completions: repeat what may pass, change what is refused, stop on the rest."""

import asyncio
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ....sandbox.errors import UsageError
from ..contract import Activity, Completion, FinishReason, Request, Sampling
from ..tool_text import with_calls
from .answers import MalformedResponseError, completions_of
from .dialect import Dialect
from .options import Options
from .presets import Preset
from .refusals import Refusal, one_line
from .requests import body_of, streamed
from .transport import DamagedError, RefusedError, SilentError, Transport, UnreachableError

FIRST_WAIT, LONGEST_WAIT = 0.25, 30.0
"""Seconds between tries: doubled each time, up to the longest."""
SHARED = 3
"""Refusals with the same words, before any answer, that are taken to concern every request."""
CONNECTING = 2
"""Repeated tries to reach a server that has not answered yet."""
MOST_CHANGES = 24
"""Changes of one request until it is given up."""
SHORTEST = 16
"""Tokens below which an answer is not asked for where the context is full."""


@dataclass(slots=True)
class Server:
    """A server in conversation: where it is, what it refused, what is under way."""

    model: str
    options: Options
    preset: Preset
    address: str
    key_env: str
    dialect: Dialect
    activity: Activity
    answered: bool = False
    refused: dict[str, int] = field(default_factory=dict)
    """How often each message came as a refusal, until the first answer."""

    async def ask(
        self, transport: Transport, group: Sequence[Request], sampling: Sampling
    ) -> list[Completion]:
        """One completion for each request of the group, which are samples of one problem.

        Raises UsageError for what every later request would meet too.
        """
        if len(group) > 1 and "n" in self.dialect.dropped:
            return [one for each in group for one in await self.ask(transport, [each], sampling)]
        found = await self._persist(transport, group, sampling)
        if len(found) < len(group):  # the server ignores `n`
            self.dialect.dropped.add("n")
            self._note("n", "n is left out", "it sends fewer answers than asked for")
            found += await self.ask(transport, group[len(found) :], sampling)
        return found

    async def _persist(
        self, transport: Transport, group: Sequence[Request], sampling: Sampling
    ) -> list[Completion]:
        """Send until there is an answer or a final refusal, or the tries are used up."""
        tries = changes = 0
        while True:
            body = body_of(group, sampling, self.model, self.options, self.preset, self.dialect)
            body = streamed(body, self.options, self.dialect)
            wait = None
            try:
                answer = await self._send(transport, body)
                stops = () if "stop" in body else sampling.stop
                found = completions_of(group, answer, stops)
                if group[0].tools and "tools" not in body:
                    found = list(map(with_calls, found))
                self.answered = True
                return found
            except RefusedError as refused:
                settled = self._settle(refused.refusal, group, body, sampling)
                if isinstance(settled, list):
                    return settled
                if settled is not None and (changes := changes + 1) <= MOST_CHANGES:
                    sampling = settled
                    continue
                cause, wait = refused.refusal.words, refused.wait
                why = f"status {refused.refusal.status}"
            except SilentError:
                cause, why = f"no answer within {self.options.timeout:g} s", "no answer"
            except UnreachableError as lost:
                cause, why = self._lost(lost, tries), "no connection"
            except (DamagedError, ValueError, MalformedResponseError) as damaged:
                cause, why = one_line(str(damaged)), "damaged answer"
            if tries >= self.options.retries:
                return failed(group, f"gave up after {tries + 1} tries: {cause}")
            self.activity.retries[why] += 1
            await asyncio.sleep(_pause(tries) if wait is None else wait)
            tries += 1

    async def _send(self, transport: Transport, body: dict[str, Any]) -> dict[str, Any]:
        """The answer; see `Transport.send`."""
        self.activity.in_flight += 1
        try:
            return await transport.send(body)
        finally:
            self.activity.in_flight -= 1
            self.activity.last_answer = time.monotonic()

    def _settle(
        self, refusal: Refusal, group: Sequence[Request], body: dict[str, Any], sampling: Sampling
    ) -> list[Completion] | Sampling | None:
        """What a refusal leads to: final completions, another attempt at once, or (None) later.

        Raises UsageError for a refusal that every request would meet.
        """
        change = self.dialect.learn_tools(refusal, body, self.options.request)
        if change is not None:
            self._note(*change, refusal.words)
            return sampling
        meaning = refusal.meaning(self.answered)
        if meaning == "fatal":
            raise UsageError(self._fatal(refusal))
        if meaning == "transient":
            return None
        if meaning == "filter":
            return ended(group, "content_filter", refusal.words)
        if meaning == "overflow":
            shorter = self._shorter(refusal, sampling)
            return shorter or ended(group, "context_overflow", refusal.words)
        change = self.dialect.learn(refusal, body, self.options.request)
        if change is not None:
            self._note(*change, refusal.words)
            return sampling
        self._refuse_shared(refusal, body)
        return failed(group, refusal.words)

    def _shorter(self, refusal: Refusal, sampling: Sampling) -> Sampling | None:
        """The same with a smaller token limit; None where the prompt alone is too long."""
        room = refusal.room()
        room = sampling.max_tokens // 2 if room is None else room
        if not 0 < room < sampling.max_tokens or (refusal.room() is None and room < SHORTEST):
            return None
        self._note("max_tokens", "max_tokens is reduced where the context is full", refusal.words)
        return replace(sampling, max_tokens=room)

    def _refuse_shared(self, refusal: Refusal, body: dict[str, Any]) -> None:
        """Raises UsageError for a refusal that is not about this one prompt."""
        own = refusal.parameter(self.options.request)
        if own is not None:
            raise UsageError(f"{self.address} refuses --request {own}: {refusal.words}")
        limit = refusal.parameter({"max_tokens", *self.dialect.renamed.values()} & set(body))
        if limit is not None and limit in {"max_tokens", self.dialect.renamed.get("max_tokens")}:
            raise UsageError(f"{self.address} refuses {limit} ({body[limit]}): {refusal.words}; "
                             "give another --max-tokens, or leave it out with "
                             f"--request {limit}=none")  # fmt: skip
        if self.answered:
            return
        words = re.sub(r"\d+", "#", refusal.words)
        self.refused[words] = self.refused.get(words, 0) + 1
        if self.refused[words] >= SHARED:
            raise UsageError(f"{self.address} refuses every request: {refusal.words}")

    def _lost(self, lost: UnreachableError, tries: int) -> str:
        """The cause. Raises UsageError where nobody has ever answered."""
        cause = f"no connection to {self.address}: {lost}"
        if not self.answered and tries >= min(CONNECTING, self.options.retries):
            raise UsageError(f"{one_line(cause)}; is the server up, is --base-url right?") from None
        return cause

    def _note(self, name: str, change: str, words: str) -> None:
        self.activity.changes.setdefault(name, f"{change}, since the server says: {words}")

    def _fatal(self, refusal: Refusal) -> str:
        if refusal.status in (404, 405):
            return (
                f"{self.address} knows no model {self.model!r} (or the base URL lacks its /v1): "
                f"{refusal.words}"
            )
        if refusal.status in (401, 403):
            return (
                f"{self.address} refused the key in ${self.key_env} ({refusal.status}): "
                f"{_without_key(refusal.words)}"
            )
        return f"{self.address} takes no more requests ({refusal.status}): {refusal.words}"


def _pause(tries: int) -> float:
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries, 30))
    return longest * random.uniform(0.5, 1.0)  # so that the requests do not return together


def _without_key(words: str) -> str:
    """The words without anything that looks like a key, which some servers repeat."""
    return re.sub(r"\b(?=\S*\d)[\w*.-]*(?:sk|key)[\w*.-]{4,}|\S*\*{3,}\S*", "<key>", words)


def ended(group: Sequence[Request], reason: FinishReason, words: str) -> list[Completion]:
    """Completions without text that ended so; `words` are the server's."""
    return [Completion(request, "", finish_reason=reason, error=words) for request in group]


def failed(group: Sequence[Request], error: str) -> list[Completion]:
    """Completions that did not come."""
    return ended(group, "error", error)
