"""The part of a completion that is the reply: after the thinking, inside the answer tag.

Tags in the strings and comments of a program are text of the program.
"""

import re

from ...text.chat_formats import visible_answer
from .code_blocks import code_blocks
from .syntax import MAX_PARSED, tree_of

_TAG_STARTS = {"<": "\ue001", "◁": "\ue002", "[": "\ue003"}
_HIDE = str.maketrans(_TAG_STARTS)
_SHOW = str.maketrans({hidden: shown for shown, hidden in _TAG_STARTS.items()})
_TAG = re.compile(r"<[/|a-z]|◁|\[/?THINK", re.IGNORECASE)
_OPEN, _CLOSE = "<answer>", "</answer>"
_OPEN_LINE = re.compile(r"^[ \t]*<answer>", re.MULTILINE)


def reply_text(completion: str) -> tuple[str | None, str]:
    """The reply, or None and the reason why there is none (a truncated completion)."""
    text = completion.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    hidden = _without_tags_of_programs(text)
    reply = visible_answer(hidden)
    if reply is None:
        return None, "the thinking never ends"
    inside = _inside_answer(reply)
    if inside is None:
        return None, "the answer tag is never closed"
    if hidden is not text:
        inside = inside.translate(_SHOW)
    if text.endswith(f"{inside}\n"):
        inside += "\n"  # the last line of a continuation is whole
    return inside.removeprefix("\ufeff"), ""


def _without_tags_of_programs(text: str) -> str:
    """The text with the first character of every tag inside a Python block replaced.

    Where the replacements occur in the text already it stays as it is.
    """
    if any(mark in text for mark in _TAG_STARTS.values()) or not _TAG.search(text):
        return text
    if "```" not in text and "~~~" not in text:
        return text.translate(_HIDE) if tree_of(text) is not None else text
    parts: list[str] = []
    done, budget = 0, MAX_PARSED
    for block in code_blocks(text):
        budget -= len(block.text)
        if budget < 0:
            break
        body = text[block.start : block.end]
        if block.closed and _TAG.search(body) and tree_of(block.text) is not None:
            parts += (text[done : block.start], body.translate(_HIDE))
            done = block.end
    return "".join((*parts, text[done:])) if parts else text


def _inside_answer(text: str) -> str | None:
    """What stands in the last answer tag; the text itself without one; None if it stays open.

    A tag that is never closed is only mentioned, unless it begins a line.
    """
    last = text.rfind(_CLOSE)
    if _OPEN_LINE.search(text, max(last, 0)):
        return None
    start = text.rfind(_OPEN, 0, max(last, 0))
    if start < 0:
        return text
    return text[start + len(_OPEN) : text.find(_CLOSE, start)]
