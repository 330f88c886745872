"""Read the body of a response, whole or as a stream of events, into one answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...records import decode
from .answers import THOUGHT_FIELDS, MalformedResponseError

TEXT_FIELDS = ("content", "refusal", *THOUGHT_FIELDS)


def answer_in(content: bytes) -> dict[str, Any]:
    """The answer in a body: a JSON object, or events (sent unasked by servers that only stream).

    Raises MalformedResponseError for a body that is neither, or that breaks off.
    """
    body = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body.startswith((b"data:", b"event:", b":", b"id:")):
        return _joined(body)
    try:
        value = decode(body)
    except ValueError as error:
        shown = body[:60].decode("utf-8", "replace")
        raise MalformedResponseError(f"not JSON ({error}): {shown!r}") from error
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise MalformedResponseError(f"an object is expected, not {type(value).__name__}")
    return value


def _events(body: bytes) -> Iterator[Any]:
    """The JSON of each event."""
    data: list[bytes] = []
    for line in [*body.replace(b"\r\n", b"\n").split(b"\n"), b""]:
        if line.startswith(b"data:"):
            data.append(line[5:].strip())
        elif not line and data:
            text = b"\n".join(data)
            data = []
            if text == b"[DONE]":
                return
            try:
                yield decode(text)
            except ValueError as error:
                raise MalformedResponseError(f"an event that is not JSON: {error}") from error


def _joined(body: bytes) -> dict[str, Any]:
    """The events as one answer. Raises MalformedResponseError when the stream breaks off."""
    choices: dict[int, dict[str, Any]] = {}
    usage: Any = None
    for event in _events(body):
        if not isinstance(event, Mapping):
            continue
        if event.get("error"):
            return {"error": event["error"]}
        if isinstance(event.get("response"), dict) and event.get("type") in (
            "response.completed", "response.incomplete", "response.failed",
        ):  # fmt: skip
            return dict(event["response"])
        usage = event.get("usage") or usage
        for piece in event.get("choices") or []:
            _add(choices.setdefault(piece.get("index") or 0, {"message": {}}), piece)
    if not choices:
        raise MalformedResponseError("a stream without an answer")
    for number, choice in choices.items():
        choice["index"] = number
        if not choice.get("finish_reason"):
            raise MalformedResponseError("the stream broke off before the end of the answer")
        if "text" in choice:
            del choice["message"]
    return {"choices": list(choices.values()), "usage": usage}


def _add(choice: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add a piece to the choice that it continues."""
    if piece.get("finish_reason"):
        choice["finish_reason"] = piece["finish_reason"]
    if isinstance(piece.get("text"), str):
        choice["text"] = choice.get("text", "") + piece["text"]
    if isinstance(piece.get("logprobs"), Mapping):
        known = choice.setdefault("logprobs", {})
        for key, values in piece["logprobs"].items():
            if isinstance(values, list):
                known[key] = known.get(key, []) + values
    delta = piece.get("delta") or piece.get("message")
    if not isinstance(delta, Mapping):
        return
    message = choice["message"]
    for name in TEXT_FIELDS:
        if delta.get(name):
            message[name] = _added(message.get(name), delta[name])
    if delta.get("tool_calls"):
        message["tool_calls"] = message.get("tool_calls", []) + list(delta["tool_calls"])


def _added(known: Any, new: Any) -> Any:
    """Text after text, or a list of parts as soon as one of the two is none."""
    if known is None:
        return new
    if isinstance(known, str) and isinstance(new, str):
        return known + new
    return [*(known if isinstance(known, list) else [known]),
            *(new if isinstance(new, list) else [new])]  # fmt: skip
