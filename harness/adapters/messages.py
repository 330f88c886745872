"""What the model answered in a rollout: the text of the assistant's last turn, and only that.

Every adapter reads completions here, so that a rollout earns the same in each trainer. Text of a
tool or a user is never the model's, reasoning fields are not an answer, and a turn that ends in a
tool call has not answered yet. The verifiers remove thinking from the text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError

Message = Mapping[str, Any]
Completion = str | Message | Sequence[Message]
"""A completion as trainers pass it: plain text, one message, or the messages of a rollout."""

_VISIBLE_PARTS = (None, "text", "output_text")
_ROLES = (
    r"assistant|model|user|human|tool|system|developer|function|ipython|observation|environment"
)
_TURN = re.compile(
    rf"<\|im_start\|>\s?(?P<a>{_ROLES})\b|<start_of_turn>(?P<b>{_ROLES})\b"
    rf"|<\|start_header_id\|>\s?(?P<c>{_ROLES})\s?<\|end_header_id\|>|<\|(?P<d>{_ROLES})\|>"
    r"|<｜(?P<e>User|Assistant)｜>",
    re.IGNORECASE,
)
"""The start of a turn in text that kept its special tokens."""
_BARE_TURN = re.compile(r"^(?P<role>assistant|user|tool|system)$\n?", re.MULTILINE)
"""The start of a turn in text that lost them: the name of the role alone on a line."""
_RESULT = re.compile(
    r"<(?P<tag>tool_response|tool_result|tool_output|function_results?)>.*?(?:</(?P=tag)>|\Z)"
    r"|\[TOOL_RESULTS\].*?(?:\[/TOOL_RESULTS\]|\Z)"
    r"|<｜tool▁outputs▁begin｜>.*?(?:<｜tool▁outputs▁end｜>|\Z)",
    re.DOTALL,
)
_CALL = re.compile(
    r"<(?P<tag>tool_call|function_call|function_calls)>.*?(?:</(?P=tag)>|\Z)"
    r"|<｜tool▁calls▁begin｜>.*?(?:<｜tool▁calls▁end｜>|\Z)"
    r"|\[TOOL_CALLS\][^\n]*",
    re.DOTALL,
)
_END_TOKEN = r"<\|[\w▁ ]+\|>|<｜[\w▁ ]+｜>|</s>|<eos>|<pad>|<end_of_turn>"
_END_TOKENS = re.compile(rf"(?:\s*(?:{_END_TOKEN}))+\s*$")


def assistant_text(completion: Completion, turns: int | None = None) -> str:
    """The text that can hold the answer; empty when the rollout does not end in one.

    `turns` is the number of messages that a plain text holds, its prompt included, where the
    trainer knows it. Up to 2 there is one reply, and a further turn in it is the model's own
    invention, which the verifiers cut off. Above 2 a text that lost its special tokens is split at
    lines that hold the name of a role alone. Raises UsageError for a completion that is neither
    text nor messages.
    """
    if isinstance(completion, str):
        return _from_text(completion, turns)
    if completion is None:
        return ""
    messages = [completion] if isinstance(completion, Mapping) else completion
    if not isinstance(messages, Sequence):
        raise UsageError(
            f"a completion of type {type(completion).__name__} cannot be read: pass text or a "
            "list of messages"
        )
    if not messages:
        return ""
    last = messages[-1]
    role = _field(last, "role")
    if isinstance(last, Mapping) and "content" not in last and role is None:
        raise UsageError(
            f"a message with the keys {', '.join(map(str, last)) or 'of nothing'} cannot be read: "
            "pass messages with role and content"
        )
    said_by = role.casefold() if isinstance(role, str) else role
    if said_by not in (None, "assistant", "model") or _field(last, "tool_calls"):
        return ""
    return _from_text(content_text(_field(last, "content")), 1)


def prompt_text(prompt: Completion) -> str:
    """The text of a prompt, plain or conversational (its last message)."""
    if isinstance(prompt, str):
        return prompt
    messages = [prompt] if isinstance(prompt, Mapping) else prompt
    return content_text(_field(messages[-1], "content")) if messages else ""


def content_text(content: Any) -> str:
    """The visible text of a message's content: a text, or the text parts of a list of parts."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, Mapping) or hasattr(content, "type"):
        content = [content]
    if not isinstance(content, Sequence):
        raise UsageError(
            f"the content of a message of type {type(content).__name__} cannot be read: pass "
            "text or a list of parts"
        )
    return "".join(map(_part, content))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    text = _field(part, "text")
    return text if isinstance(text, str) and _field(part, "type") in _VISIBLE_PARTS else ""


def _field(message: Any, name: str) -> Any:
    """A field of a message that is a mapping or an object."""
    return message.get(name) if isinstance(message, Mapping) else getattr(message, name, None)


def _from_text(text: str, turns: int | None) -> str:
    """The last turn of a text when it is the assistant's, without end tokens and tool blocks."""
    if turns is not None and turns > 2:
        text = _last_turn(text, _BARE_TURN)
    if "<" not in text and "[TOOL" not in text:  # no special token and no tool block
        return text
    if turns is None or turns > 2:
        text = _last_turn(text, _TURN)
    text = _END_TOKENS.sub("", text)
    for block in (_RESULT, _CALL):  # of a block and what came before it, nothing is an answer
        ends = [mark.end() for mark in block.finditer(text)]
        text = text[ends[-1] :] if ends else text
    return text


def _last_turn(text: str, marks: re.Pattern[str]) -> str:
    last = None
    for mark in marks.finditer(text):
        last = mark
    if last is None:
        return text
    role = next(filter(None, last.groups())).casefold()
    return text[last.end() :] if role in ("assistant", "model") else ""
