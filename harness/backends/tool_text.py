"""Tools in plain text, for models and servers without tool calls of their own.

The tools are described in front of the conversation. A call is JSON in <tool_call> tags, as many
chat templates have it; what a tool gave comes back in a user message, in <tool_response> tags.
Only what stands in the model's own text counts as a call: from a <tool_response> that it wrote
itself on, nothing is read.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...tasks.acting import Tool
from .contract import Completion, Message, Request, ToolCall
from .thoughts import CLOSE

RESPONSE = "<tool_response>"
_CALL = re.compile(r"<tool_call>(.*?)(?:</tool_call>|(?=<tool_call>)|$)", re.DOTALL)
MOST_CALLS = 200
"""Calls in one message that are read."""


def in_text(request: Request) -> Request:
    """The same request with its tools and calls as text."""
    if not request.tools:
        return request
    messages = [_plain(one) for one in _joined(request.conversation())]
    asked = next(at for at, one in enumerate(messages) if one.role == "user")
    told = f"{described(request.tools)}\n\n{messages[asked].content}"
    messages[asked] = replace(messages[asked], content=told)
    return replace(request, messages=tuple(messages), tools=())


def described(tools: Sequence[Tool]) -> str:
    """The tools, and how to call one, as text for the model."""
    listed = "\n".join(json.dumps(tool.schema()["function"]) for tool in tools)
    return (
        "You can call tools. Each is described by a line of JSON:\n\n"
        f"{listed}\n\n"
        "To call one, end your message with the call:\n\n"
        '<tool_call>\n{"name": "...", "arguments": {...}}\n</tool_call>\n\n'
        "The next message then holds what the tool gave."
    )


def with_calls(completion: Completion) -> Completion:
    """The completion with the calls that its text holds."""
    text = said_by_model(completion.text)
    calls = tuple(calls_in(text))
    return replace(completion, text=text, calls=calls) if calls or text != completion.text else (
        completion
    )  # fmt: skip


def said_by_model(text: str) -> str:
    """The text up to a tool's answer that the model made up."""
    after = text.rfind(CLOSE) + 1
    forged = text.find(RESPONSE, after)
    return text if forged < 0 else text[:forged]


def calls_in(text: str) -> Iterator[ToolCall]:
    """The calls in a text, after the thought; one that is no JSON has its text as arguments."""
    spoken = text[text.rfind(CLOSE) + 1 :]
    for number, found in enumerate(_CALL.finditer(spoken)):
        if number == MOST_CALLS:
            return
        body = found[1].strip()
        try:
            call = json.loads(body)
        except (ValueError, RecursionError):
            call = None
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            yield ToolCall(f"call_{number}", "", body)
            continue
        given = call.get("arguments", call.get("parameters", {}))
        arguments = given if isinstance(given, str) else json.dumps(given)
        yield ToolCall(f"call_{number}", call["name"], arguments)


def call_text(call: ToolCall) -> str:
    """A call as the model would have written it."""
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return f"<tool_call>\n{call.arguments}\n</tool_call>"
    body = json.dumps({"name": call.name, "arguments": arguments})
    return f"<tool_call>\n{body}\n</tool_call>"


def _plain(message: Message) -> Message:
    """A message without calls: they are in its text, where they are not there already."""
    if not message.calls or "<tool_call>" in message.content:
        return Message(message.role, message.content)
    calls = "\n".join(call_text(call) for call in message.calls)
    return Message(message.role, f"{message.content}\n{calls}".strip())


def _joined(messages: Sequence[Message]) -> Iterator[Message]:
    """The conversation with the answers of tools as user messages, those of one turn as one."""
    answers: list[str] = []
    for message in messages:
        if message.role == "tool":
            answers.append(message.content)
            continue
        if answers:
            yield Message("user", responses(answers))
            answers = []
        yield message
    if answers:
        yield Message("user", responses(answers))


def responses(answers: Iterable[str]) -> str:
    """What the tools gave, as the user message that the model is sent."""
    return "\n".join(f"{RESPONSE}\n{one}\n</tool_response>" for one in answers)
