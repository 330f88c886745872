"""A conversation as chat templates take it: calls, what tools gave, and thoughts."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from .contract import Message, ToolCall
from .servers.requests import sendable
from .thoughts import CLOSE, OPEN

Thoughts = Literal["field", "content", "left out"]
"""Where a template takes the thoughts of earlier messages; it decides which of them it keeps."""


def thoughts_of(template: str) -> Thoughts:
    """How the source of a template handles earlier thoughts."""
    if "reasoning_content" in template:
        return "field"
    return "content" if CLOSE in template else "left out"


def template_messages(
    messages: Sequence[Message], thoughts: Thoughts, one_call: bool
) -> list[dict[str, Any]]:
    """The messages as data. `one_call`: the template takes one call in a message.

    Calls get ids of nine letters or digits, as some templates demand.
    """
    shown: list[dict[str, Any]] = []
    made: dict[str, tuple[str, str]] = {}  # name and new id of the calls of the last message
    waiting: list[dict[str, Any]] = []
    for place, message in enumerate(messages):
        if message.role == "tool":
            name, number = made.get(message.call_id, ("", "0" * 9))
            if one_call and len(made) > 1:
                shown += [one for one in waiting if one["tool_calls"][0]["id"] == number]
            shown.append({
                "role": "tool", "content": sendable(message.content), "name": name,
                "tool_call_id": number,
            })  # fmt: skip
            continue
        said: dict[str, Any] = {"role": message.role, "content": sendable(message.content)}
        said |= _thought(message, thoughts)
        made = {
            call.id: (call.name, f"{place % 10**5:05}{at % 10**4:04}")
            for at, call in enumerate(message.calls)
        }
        calls = [_call(call, made[call.id][1]) for call in message.calls]
        waiting = list(_apart(said, calls)) if one_call and len(calls) > 1 else []
        if not waiting:
            shown.append(said | ({"tool_calls": calls} if calls else {}))
    return shown


def _thought(message: Message, thoughts: Thoughts) -> dict[str, str]:
    if not message.thought or thoughts == "left out":
        return {}
    thought = sendable(message.thought)
    if thoughts == "content":
        return {"content": thought + sendable(message.content)}
    inner = thought.removeprefix(OPEN).removesuffix(CLOSE)
    return {"reasoning_content": inner.strip("\n")}


def _call(call: ToolCall, number: str) -> dict[str, Any]:
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = sendable(call.arguments)
    return {"type": "function", "id": number,
            "function": {"name": sendable(call.name), "arguments": arguments}}  # fmt: skip


def _apart(said: dict[str, Any], calls: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A message for each call; what was said and thought stands in the first."""
    for at, call in enumerate(calls):
        yield (said if at == 0 else {"role": "assistant", "content": ""}) | {"tool_calls": [call]}
