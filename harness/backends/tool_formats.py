"""Tool calls as chat templates write them: one reader for the usual formats.

    hermes    <tool_call>{"name": ..., "arguments": {...}}</tool_call>       Hermes, Qwen
    llama     {"name": ..., "parameters": {...}}, more than one with ; between   Llama 3
    mistral   [TOOL_CALLS] [{"name": ..., "arguments": {...}}]
              [TOOL_CALLS]name[ARGS]{...}, once for each call                 Mistral

Which of them a template has is seen from how it renders a call, so a text is read in the model's
own format alone.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

from .contract import ToolCall
from .thoughts import CLOSE
from .tool_text import MOST_CALLS, calls_in, without_calls

ToolFormat = Literal["hermes", "llama", "mistral"]
PROBE = "probe_of_tools"
MISTRAL, ARGUMENTS, PYTHON = "[TOOL_CALLS]", "[ARGS]", "<|python_tag|>"
MARKERS = (MISTRAL, ARGUMENTS, PYTHON, "<tool_call>", "</tool_call>")
"""What a decoded text must keep for the reader, special tokens or not."""
ANSWERS = ("<tool_response>", "[TOOL_RESULTS]", "<|start_header_id|>")
"""Where a tool's answer begins: one in the model's own text is made up."""


def format_of(render: Callable[[list[dict[str, Any]], list[dict[str, Any]]], str]) -> (
    ToolFormat | None
):  # fmt: skip
    """The format of a template, given what renders messages with tools; None: it has no such.

    A template that leaves the tools or a call out, or fails, or writes calls in another way, has
    none of these formats.
    """
    function = {
        "name": PROBE,
        "description": "?",
        "parameters": {"type": "object", "properties": {}},
    }
    call = {"name": PROBE, "arguments": {"x": 1}}
    asked = [{"role": "user", "content": "?"}]
    called = {"role": "assistant", "content": "", "tool_calls": [
        {"type": "function", "id": "000000000", "function": call}
    ]}  # fmt: skip
    answer = {"role": "tool", "content": "!", "name": PROBE, "tool_call_id": "000000000"}
    try:
        told = render(asked, [{"type": "function", "function": function}])
        whole = render([*asked, called, answer], [])
    except Exception:  # whatever a template raises
        return None
    if PROBE not in told or PROBE not in whole:
        return None
    if re.search(rf"{re.escape(MISTRAL)}\s*(\[\s*\{{|{PROBE})", whole):
        return "mistral"
    if re.search(rf'<tool_call>\s*\{{.*"{PROBE}"', whole):
        return "hermes"
    return "llama" if re.search(rf'\{{"name": "{PROBE}", "parameters": ', whole) else None


def read(text: str, written: ToolFormat) -> tuple[str, tuple[ToolCall, ...]]:
    """What the model said beside its calls, and the calls; those in a thought do not count."""
    thought, closed, spoken = text.rpartition(CLOSE)
    cut = min((at for one in ANSWERS if (at := spoken.find(one)) >= 0), default=len(spoken))
    spoken = spoken[:cut]
    if written == "hermes":
        calls, beside = tuple(calls_in(spoken)), without_calls(spoken)
    elif written == "mistral":
        beside, *rest = spoken.split(MISTRAL)
        calls = tuple(_mistral(rest))
    else:
        calls = tuple(_llama(spoken.replace(PYTHON, "").strip()))
        beside = "" if calls else spoken.replace(PYTHON, "")
    return thought + closed + beside.rstrip() if calls else thought + closed + beside, calls


def _mistral(parts: list[str]) -> Iterator[ToolCall]:
    for number, part in enumerate(parts[:MOST_CALLS]):
        name, separated, given = part.partition(ARGUMENTS)
        if separated:
            yield ToolCall(f"call_{number}", name.strip(), given.strip())
            continue
        found = _decoded(part.strip())
        listed = found if isinstance(found, list) else [found]
        for at, one in enumerate(listed[:MOST_CALLS]):
            yield _call(f"call_{number + at}", one, part.strip())


def _llama(text: str) -> Iterator[ToolCall]:
    """The calls that a whole text consists of; none where it is anything else."""
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = 0
    while at < len(text) and len(found) < MOST_CALLS:
        try:
            one, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            return
        found.append(one)
        at += len(text[at:]) - len(text[at:].lstrip("; \n"))
    for number, one in enumerate(found):
        yield _call(f"call_{number}", one, "")


def _call(name: str, found: Any, text: str) -> ToolCall:
    """A decoded call; one that is none has its text as arguments."""
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return ToolCall(name, "", text)
    given = found.get("arguments", found.get("parameters", {}))
    return ToolCall(name, found["name"], given if isinstance(given, str) else json.dumps(given))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
