"""Build the body of a request, for each of the three endpoints."""

from collections.abc import Sequence
from typing import Any

from ..contract import Message, Request, Sampling
from ..tool_text import in_text
from .dialect import SAME, Dialect, SystemPlace
from .options import Options
from .presets import Preset

PATHS = {"chat": "/chat/completions", "completions": "/completions", "responses": "/responses"}


def body_of(
    group: Sequence[Request],
    sampling: Sampling,
    model: str,
    options: Options,
    preset: Preset,
    dialect: Dialect,
) -> dict[str, Any]:
    """The body for samples of one problem: our fields, changed to suit the server, then the user's.

    A field that the user sets to none is left out; one that replaces ours under another name
    (max_completion_tokens) stands alone.
    """
    as_tools = dialect.tools and options.endpoint == "chat" and options.tools == "native"
    first = group[0] if as_tools else in_text(group[0])
    body: dict[str, Any] = {"model": model, **_prompt(first, options, preset, dialect)}
    body |= dialect.apply(_sampled(group, sampling, options, preset))
    for same in SAME:
        if same & set(options.request):
            body = {key: value for key, value in body.items() if key not in same}
    body |= options.request
    return {key: value for key, value in body.items() if value is not None}


def _sampled(
    group: Sequence[Request], sampling: Sampling, options: Options, preset: Preset
) -> dict[str, Any]:
    """The fields that decide how the answer is sampled and sent."""
    wanted: dict[str, Any] = {
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if sampling.top_p == 1 and not preset.neutral_top_p:
        del wanted["top_p"]
    if options.endpoint == "responses":
        wanted["max_output_tokens"] = wanted.pop("max_tokens")
        return wanted | {"store": False}
    wanted["seed"] = group[0].seed & 0x7FFFFFFF
    if len(group) > 1:
        wanted["n"] = len(group)
    if sampling.stop:
        wanted["stop"] = list(sampling.stop)
    if sampling.top_k:
        wanted["top_k"] = sampling.top_k
    if options.logprobs:
        wanted["logprobs"] = True if options.endpoint == "chat" else 1
    return wanted


def started(options: Options, preset: Preset) -> Dialect:
    """What the preset knows of the server before anything is sent."""
    renamed = dict(preset.renamed) if options.endpoint == "chat" else {}
    return Dialect(renamed, set(preset.omitted), options.system_role, options.stream)


def streamed(body: dict[str, Any], options: Options, dialect: Dialect) -> dict[str, Any]:
    """The body, asking for a stream where the dialect says so."""
    if not dialect.stream:
        return body
    body = body | {"stream": True}
    if options.endpoint != "responses" and "stream_options" not in dialect.dropped:
        body.setdefault("stream_options", {"include_usage": True})
    return body


def _prompt(request: Request, options: Options, preset: Preset, dialect: Dialect) -> dict[str, Any]:
    if options.endpoint == "completions":
        return {"prompt": sendable(request.plain_text() + request.prefix)}
    messages = [wire(one) for one in _placed(request.conversation(), dialect.system)]
    if request.prefix:
        messages.append({"role": "assistant", "content": sendable(request.prefix)})
    if options.endpoint == "responses":
        return {"input": messages}
    tools = {"tools": [one.schema() for one in request.tools]} if request.tools else {}
    return {"messages": messages, **tools, **(preset.continuing if request.prefix else {})}


def wire(message: Message) -> dict[str, Any]:
    """A message as the chat endpoint takes it."""
    plain: dict[str, Any] = {"role": message.role, "content": sendable(message.content)}
    if message.call_id:
        plain["tool_call_id"] = message.call_id
    if message.calls:
        plain["tool_calls"] = [
            {"id": one.id, "type": "function",
             "function": {"name": sendable(one.name), "arguments": sendable(one.arguments)}}
            for one in message.calls
        ]  # fmt: skip
    return plain


def _placed(messages: Sequence[Message], place: SystemPlace) -> list[Message]:
    """The messages with the system prompt in its place."""
    first = messages[0]
    if first.role not in ("system", "developer"):
        return list(messages)
    if place != "user":
        return [Message(place, first.content), *messages[1:]]  # the same, by another role
    asked = next((at for at, one in enumerate(messages) if one.role == "user"), None)
    if asked is None:
        return [Message("user", first.content), *messages[1:]]
    merged = Message("user", f"{first.content}\n\n{messages[asked].content}")
    return [*messages[1:asked], merged, *messages[asked + 1 :]]


def sendable(text: str) -> str:
    """`text` with each lone surrogate as a question mark, since UTF-8 has no form for it."""
    return text.encode("utf-8", "replace").decode("utf-8")
