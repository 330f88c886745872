"""Turn a response into completions: texts joined, thoughts put in front, endings named.

Content and reasoning come in many shapes: text, a list of parts, a field of their own
(`reasoning_content`, `reasoning`, `thinking`, `reasoning_details`), or the output items of the
Responses API. All of them become one text, with the thought in <think> tags.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...records import encode
from ..contract import Completion, FinishReason, Request, ToolCall
from ..thoughts import CLOSE, OPEN, estimated_thinking

LENGTH = frozenset({"length", "max_tokens", "model_length", "max_output_tokens", "limit"})
FILTERED = frozenset({"content_filter", "safety", "recitation", "blocklist", "prohibited_content"})
CALLED = frozenset({"tool_calls", "tool_use", "function_call"})
FAILED = frozenset({"error", "abort", "failed", "cancelled", "malformed_function_call"})
THOUGHT_FIELDS = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
TEXT_KEYS = ("text", "output_text", "content", "value")
THOUGHT_KEYS = ("thinking", "reasoning", "text", "summary", "content")
DEEPEST = 40
"""Levels of nested parts that are read."""


class MalformedResponseError(Exception):
    """A successful response whose body is malformed."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the model, in parts."""

    text: str = ""
    thought: str = ""
    refusal: str = ""
    calls: tuple[Any, ...] = ()
    ended: str = ""
    """What the server says about the end, in its own word."""
    logprobs: tuple[float, ...] | None = None

    def whole(self) -> str:
        """The text to store: the thought in tags, then the answer, or else the refusal."""
        answer = self.text or self.refusal
        if not self.thought or (OPEN in answer and self.thought.strip() in answer):
            return answer
        closing = f"\n{CLOSE}\n" if answer else ""
        return f"{OPEN}\n{self.thought}{closing}{answer}"

    def ending(self) -> FinishReason:
        """The name of the ending. Raises MalformedResponseError for one that is an error."""
        word = self.ended.lower()
        if word in FAILED:
            raise MalformedResponseError(f"the server ended the answer with {self.ended!r}")
        if self.refusal and not self.text.strip():
            return "refusal"
        if word == "refusal":
            return "refusal"
        if word in FILTERED:
            return "content_filter"
        if word in LENGTH:
            return "length"
        if not self.text.strip():
            return "tool_calls" if self.calls or word in CALLED else "empty"
        return "tool_calls" if word in CALLED else "stop"


def completions_of(
    group: Sequence[Request], answer: Mapping[str, Any], stops: Sequence[str]
) -> list[Completion]:
    """A completion for each answer in the response, at most one for each request of the group.

    `stops` are texts that end a completion and that the server was not told of.
    Raises MalformedResponseError when there is no answer in it.
    """
    said = list(_output(answer) if "output" in answer else _choices(answer))[: len(group)]
    if not said:
        raise MalformedResponseError("a response without an answer")
    texts = [_cut(one.whole(), stops) for one in said]
    counts = _tokens(answer.get("usage"), texts)
    return [
        Completion(
            request, text, finish_reason=one.ending(), error=_detail(one), logprobs=one.logprobs,
            calls=calls_of(one.calls), **count,
        )
        for request, one, text, count in zip(group, said, texts, counts, strict=False)
    ]  # fmt: skip


def calls_of(pieces: Sequence[Any]) -> tuple[ToolCall, ...]:
    """The calls of a message; those of a stream come in pieces with one index, to be joined."""
    found: dict[Any, list[str]] = {}
    for number, piece in enumerate(pieces):
        if not isinstance(piece, Mapping):
            continue
        inner = piece.get("function")
        function: Mapping[str, Any] = inner if isinstance(inner, Mapping) else piece
        index = piece.get("index", number)
        arguments = function.get("arguments")
        parts = [
            str(piece.get("id") or piece.get("call_id") or ""), str(function.get("name") or ""),
            arguments if isinstance(arguments, str)
            else "" if arguments is None else encode(arguments).decode(),
        ]  # fmt: skip
        known = found.get(index)
        if known is None or (parts[0] and parts[0] != known[0] and parts[1]):
            found[index if known is None else (index, number)] = parts
        else:
            found[index] = [known[0] or parts[0], known[1] or parts[1], known[2] + parts[2]]
    return tuple(ToolCall(*parts) for parts in found.values())


def _detail(said: Said) -> str | None:
    """What else the model did than answer."""
    if said.calls and not said.text.strip():
        return f"the model called a tool: {encode(said.calls[0]).decode()[:300]}"
    return None


def _cut(text: str, stops: Sequence[str]) -> str:
    after = text.rfind(CLOSE) + 1
    found = [at for stop in stops if (at := text.find(stop, after)) >= 0]
    return text[: min(found)] if found else text


def _choices(answer: Mapping[str, Any]) -> Iterator[Said]:
    """The answers of the chat and completions endpoints, in order."""
    choices = answer.get("choices")
    if not isinstance(choices, list):
        raise MalformedResponseError("a response without choices")
    for choice in sorted(choices, key=_place):
        if not isinstance(choice, Mapping):
            raise MalformedResponseError("a choice that is no object")
        message = choice.get("message")
        ended = choice.get("finish_reason") or choice.get("stop_reason") or ""
        common: dict[str, Any] = {
            "ended": str(ended),
            "logprobs": _logprobs(choice.get("logprobs")),
        }
        if isinstance(message, Mapping):
            yield _message(message, common)
        elif isinstance(choice.get("text"), str):
            yield Said(choice["text"], _thought(choice), **common)
        else:
            raise MalformedResponseError("a choice without text")


def _place(choice: Any) -> int:
    index = choice.get("index") if isinstance(choice, Mapping) else None
    return index if isinstance(index, int) else 0


def _message(message: Mapping[str, Any], common: dict[str, Any]) -> Said:
    parts = _parts(message.get("content"))
    thought = _thought(message) or parts.thought
    calls = message.get("tool_calls") or message.get("function_call") or ()
    refusal = message.get("refusal")
    return Said(
        parts.text,
        thought,
        refusal if isinstance(refusal, str) else parts.refusal,
        tuple(calls) if isinstance(calls, list) else (calls,) if calls else (),
        **common,
    )


def _thought(holder: Mapping[str, Any]) -> str:
    """The reasoning that the server sends in a field of its own; the first that holds text."""
    for name in THOUGHT_FIELDS:
        text = _text_in(holder.get(name), THOUGHT_KEYS)
        if text:
            return text
    return ""


def _parts(content: Any) -> Said:
    """Text, thought and refusal of a message's content: text, a part, or a list of parts."""
    texts, thoughts, refusals = [], [], []
    for part in content if isinstance(content, list) else [content]:
        kind = str(part.get("type", "text")) if isinstance(part, Mapping) else "text"
        if "redacted" in kind:
            continue
        if "think" in kind or "reason" in kind:
            thoughts.append(_text_in(part, THOUGHT_KEYS))
        elif kind == "refusal":
            refusals.append(_text_in(part, ("refusal", *TEXT_KEYS)))
        else:
            texts.append(_text_in(part, TEXT_KEYS))
    return Said("".join(texts), "\n".join(filter(None, thoughts)), "".join(refusals))


def _text_in(value: Any, keys: Sequence[str], depth: int = 0) -> str:
    """All text in a value, which may be text, an object with one of `keys`, or a list of these."""
    if isinstance(value, str):
        return value
    if depth > DEEPEST:
        return ""
    if isinstance(value, list):
        return "".join(_text_in(one, keys, depth + 1) for one in value)
    if isinstance(value, Mapping):
        for key in keys:
            text = _text_in(value.get(key), keys, depth + 1)
            if text:
                return text
    return ""


def _output(answer: Mapping[str, Any]) -> Iterator[Said]:
    """The one answer of the Responses API, spread over its output items."""
    items = answer["output"]
    if not isinstance(items, list):
        raise MalformedResponseError("a response without output items")
    content: list[Any] = []
    calls = []
    for item in items:
        if not isinstance(item, Mapping):
            continue
        kind = str(item.get("type", ""))
        if kind == "message":
            inner = item.get("content")
            content += inner if isinstance(inner, list) else [inner]
        elif kind == "reasoning":
            text = _text_in(item.get("content"), THOUGHT_KEYS)
            content.append({"type": "reasoning", "text": text or _text_in(
                item.get("summary"), THOUGHT_KEYS)})  # fmt: skip
        elif kind.endswith("_call"):
            calls.append(item)
    details = answer.get("incomplete_details")
    ended = details.get("reason") if isinstance(details, Mapping) else None
    status = str(answer.get("status") or "completed")
    if status in ("failed", "cancelled") or not items:
        error = _text_in(answer.get("error"), ("message", *TEXT_KEYS))
        raise MalformedResponseError(f"the response is {status}: {error or 'no output'}")
    parts = _parts(content)
    yield Said(parts.text, parts.thought, parts.refusal, tuple(calls), str(ended or ""))


def _logprobs(value: Any) -> tuple[float, ...] | None:
    """The log-probability of each token, from either endpoint's form."""
    if not isinstance(value, Mapping):
        return None
    listed = value.get("token_logprobs")
    if listed is None:
        content = value.get("content")
        listed = [
            token.get("logprob") if isinstance(token, Mapping) else None
            for token in (content if isinstance(content, list) else [])
        ]
    numbers = [float(one) for one in listed if isinstance(one, int | float)]
    return tuple(numbers) or None


def _count(usage: Mapping[str, Any], *names: str) -> int | None:
    """The first of the counts that is one; a dot leads into an inner object."""
    for name in names:
        value: Any = usage
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, int | float) and value >= 0 and not isinstance(value, bool):
            return int(value)
    return None


def _tokens(usage: Any, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Token counts of each sample; servers count a whole request, shared here by length.

    The prompt, sent once, counts for the first sample alone: the sum is what is paid for.
    """
    if not isinstance(usage, Mapping):
        return [{} for _ in texts]
    made = _count(usage, "completion_tokens", "output_tokens")
    asked = _count(usage, "prompt_tokens", "input_tokens")
    reasoning = _count(
        usage, "completion_tokens_details.reasoning_tokens",
        "output_tokens_details.reasoning_tokens", "reasoning_tokens",
    )  # fmt: skip
    cached = _count(
        usage, "prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens",
        "prompt_cache_hit_tokens",
    )  # fmt: skip
    characters = sum(map(len, texts))
    counts = []
    for number, text in enumerate(texts):
        share = len(text) / characters if characters else 1 / len(texts)
        tokens = None if made is None else round(made * share)
        thinking = round(reasoning * share) if reasoning else estimated_thinking(text, tokens)
        counts.append({
            "prompt_tokens": 0 if number and asked is not None else asked,
            "completion_tokens": tokens,
            "thinking_tokens": thinking,
            "cached_tokens": 0 if number else cached,
        })  # fmt: skip
    return counts
