"""Budget forcing (Muennighoff et al. 2025, "s1: Simple test-time scaling", section 3.1).

A thought that ends too early is continued after "Wait"; one that exhausts its budget is closed,
and the model answers. Each step asks the model to continue its own text, which these backends
support: hf, bundled, and servers that continue the last message (vLLM, SGLang) or complete text.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...sandbox.errors import UsageError
from .contract import Activity, Completion, FinishReason, Model, Request, Sampling
from .thoughts import CLOSE

WAIT = "\nWait"
UNANSWERED = ("error", "context_overflow", "content_filter", "refusal")
"""Endings of a part after which there is nothing to continue."""
WINDOW = 512
"""Requests processed together."""
STEPS = 8
"""The remaining budget is rounded down to one of this many sizes, so that batches stay full."""
Key = tuple[str, str, int]


@dataclass(slots=True)
class _Draft:
    """An unfinished completion."""

    request: Request
    text: str = ""
    waits: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    tokens: int = 0
    thinking: int = 0

    def take(self, part: Completion, asked: int) -> None:
        """Append a part; without a token count it counts as the `asked` tokens."""
        self.text += part.text
        self.prompt_tokens += part.prompt_tokens or 0
        self.cached_tokens += part.cached_tokens or 0
        self.tokens += asked if part.completion_tokens is None else part.completion_tokens

    def finished(self, reason: FinishReason) -> Completion:
        text = self.text.removeprefix(self.request.prefix)
        return Completion(
            self.request, text, self.prompt_tokens, self.tokens, self.thinking,
            self.cached_tokens, reason,
        )  # fmt: skip


class BudgetForced:
    """A model whose thoughts have a token budget and are continued up to `waits` times."""

    continues = False

    def __init__(self, model: Model, waits: int, thinking_tokens: int) -> None:
        """Raises UsageError for a model that cannot continue a text, or values out of range."""
        if not getattr(model, "continues", False):
            raise UsageError(
                f"model {model.identity.name!r} cannot continue its own text, which budget "
                "forcing needs: use hf/, bundled or openai/"
            )
        if waits < 0:
            raise UsageError(f"--waits {waits}: use 0 or more")
        if thinking_tokens < 1:
            raise UsageError(f"--think-tokens {thinking_tokens}: use at least 1")
        self.activity: Activity | None = getattr(model, "activity", None)
        self.model, self.waits, self.thinking_tokens = model, waits, thinking_tokens
        identity = model.identity
        said = f"{identity.name} (thought {thinking_tokens}, waits {waits})"
        details = identity.details | {
            "model": identity.name, "thinking_tokens": thinking_tokens, "waits": waits,
        }  # fmt: skip
        self.identity = replace(identity, name=said, details=details)

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield forced completions; see `Model.generate`. `max_tokens` bounds thought and answer.

        Raises UsageError when the thought alone would fill `max_tokens`.
        """
        if self.thinking_tokens >= sampling.max_tokens:
            raise UsageError(
                f"--think-tokens {self.thinking_tokens} leaves nothing of "
                f"--max-tokens {sampling.max_tokens} for the answer"
            )
        waiting = iter(requests)
        while window := [_Draft(one, one.prefix) for one in itertools.islice(waiting, WINDOW)]:
            yield from self._force(window, sampling)

    def close(self) -> None:
        """Free the model."""
        self.model.close()

    def _force(self, drafts: list[_Draft], sampling: Sampling) -> Iterator[Completion]:
        thoughtful = replace(sampling, stop=(*sampling.stop, CLOSE))
        ready: list[_Draft] = []
        thinking = drafts
        while thinking:
            further: list[_Draft] = []
            for draft, part, asked in self._continue(thinking, thoughtful, self.thinking_tokens):
                if part.finish_reason in UNANSWERED:
                    yield replace(part, request=draft.request)
                    continue
                # A server that sends thoughts apart has answered already: only the thought counts.
                draft.take(replace(part, text=part.text.partition(CLOSE)[0]), asked)
                if self._goes_on(draft, part):
                    draft.text, draft.waits = draft.text + WAIT, draft.waits + 1
                    further.append(draft)
                else:
                    draft.text, draft.thinking = f"{draft.text}\n{CLOSE}\n\n", draft.tokens
                    ready.append(draft)
            thinking = further
        for draft, part, asked in self._continue(ready, sampling, sampling.max_tokens):
            if part.finish_reason in UNANSWERED:
                yield replace(part, request=draft.request)
                continue
            draft.take(part, asked)
            yield draft.finished(part.finish_reason)

    def _goes_on(self, draft: _Draft, part: Completion) -> bool:
        early = part.finish_reason in ("stop", "empty") and draft.waits < self.waits
        return early and _left(draft, self.thinking_tokens) > 0

    def _continue(
        self, drafts: Sequence[_Draft], sampling: Sampling, budget: int
    ) -> Iterator[tuple[_Draft, Completion, int]]:
        """Yield the next part of every draft, with the tokens it was allowed."""
        by_size: dict[int, list[_Draft]] = {}
        for draft in drafts:
            by_size.setdefault(max(1, _left(draft, budget)), []).append(draft)
        for size, group in by_size.items():
            known = {_key(draft.request): draft for draft in group}
            asked = [replace(draft.request, prefix=draft.text) for draft in group]
            for part in self.model.generate(asked, replace(sampling, max_tokens=size)):
                yield known[_key(part.request)], part, size


def _left(draft: _Draft, budget: int) -> int:
    """The remaining budget; after the first part it is rounded down to one of STEPS sizes."""
    left = budget - draft.tokens
    step = max(1, budget // STEPS)
    return left if left == budget or left < step else left // step * step


def _key(request: Request) -> Key:
    return request.suite.name, request.problem.id, request.sample
