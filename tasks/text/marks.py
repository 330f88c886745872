"""Marks that announce an answer: a tag, ####, a JSON field."""

import json
import re
from dataclasses import dataclass

from .latex_boxes import is_blank
from .vocabulary import vocabulary
from .words import tokens

_TAG = re.compile(r"<(/?)(?:final[_ -]?)?answer>", re.IGNORECASE)
_HASHES = re.compile(r"####(?!#)")
# The first quote may be missing: the JSON may be broken.
_JSON = re.compile(
    r"""(?<![\w-])(?:(?:final|correct|my|the)[_ -]?)?answer["'][ \t\r\n]{0,40}:[ \t\r\n]{0,40}""",
    re.IGNORECASE,
)
_TAG_JOIN = re.compile(r"\b(?:or|and|ou|oder|maybe|perhaps|either|alternatively)\b|[,/]", re.I)


_SEPARATORS = frozenset("$,;.&/|()[]{}*_~、，；或和-=:\\")
_JOINING = vocabulary(
    "or and either maybe perhaps possibly alternatively also else otherwise equivalently "
    "could be it is might text quad qquad mbox mathrm ou oder und et y o for part case "
    "question"
)


def joins(gap: str) -> bool:
    """Whether the text between two boxes makes them one answer: "or", "and", a comma, names."""
    if len(gap) > 200:
        return False
    found = tokens(gap.replace("$", " "))
    words = [token.text.casefold().lstrip("\\") for token in found]
    if any(word in ("or", "alternatively", "otherwise", "oder", "ou") for word in words):
        return not any(mark in gap for mark in (". ", "\n\n", "? "))
    return all(
        word in _JOINING or len(word) == 1 or all(one in _SEPARATORS for one in token.text)
        for word, token in zip(words, found, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A statement, where it stands, and the value it states; None when it was cut off."""

    start: int
    end: int
    text: str | None
    how: str
    reason: str
    truncated: bool = False
    candidates: tuple[str, ...] = ()


def tagged(text: str) -> Found | None:
    """The last answer tag that is closed and not empty."""
    opened: int | None = None
    opened_at = 0
    last: Found | None = None
    seen = False
    for mark in _TAG.finditer(text):
        if mark[1] != "/":
            opened, opened_at, seen = mark.end(), mark.start(), True
        elif opened is not None:
            inner = text[opened : mark.start()]
            if not is_blank(inner) or last is None:
                last = _joined_tags(text, last, (opened_at, mark.end(), inner))
            opened = None
    if last is None and seen:
        return Found(
            opened_at, len(text), None, "none", "the answer tag was never closed", truncated=True
        )
    return last


def _joined_tags(text: str, before: Found | None, tag: tuple[int, int, str]) -> Found:
    """The tag, together with the one before it when only "or" or a comma stands between."""
    start, end, inner = tag
    if before is not None and before.text is not None and not is_blank(before.text):
        gap = text[before.end : start]
        different = before.text.strip() != inner.strip()
        if different and joins(gap) and _TAG_JOIN.search(gap):
            both = (*(before.candidates or (before.text.strip(),)), inner.strip())
            joined = " or ".join(both[-64:])
            return Found(
                before.start, end, joined, "answer_tag", "several tags, joined", False, both
            )
    return Found(start, end, inner, "answer_tag", "the last answer tag")


def hashed(text: str) -> Found | None:
    """What stands after the last ####."""
    last = None
    for mark in _HASHES.finditer(text):
        last = mark
    if last is None:
        return None
    end = text.find("\n", last.end())
    end = len(text) if end < 0 else end
    line = text[last.end() : end].strip()
    if re.match(r"(?:final |the )?(?:answer|step|solution)\b", line, re.IGNORECASE) or not line:
        # A Markdown heading of level four, not GSM8K's mark; an answer may stand under it.
        return None if line else Found(last.start(), end, "", "hashes", "after ####")
    return Found(last.start(), end, line, "hashes", "after ####")


def in_json(text: str) -> Found | None:
    """The value of the last answer field, of JSON that may be broken."""
    last, before = None, None
    for mark in _JSON.finditer(text):
        last, before = mark, last
    if last is None:
        return None
    value, end = _json_value(text, last.end())
    if value is None:
        return Found(last.start(), end, None, "none", "the JSON answer was cut off", truncated=True)
    if unknown := _unknown_key(text, last.start(), end):
        reason = f"the field {unknown!r} beside the answer is not understood"
        return Found(last.start(), end, None, "none", reason)
    if before is not None and "{" not in text[before.end() : last.start()]:
        other, _ = _json_value(text, before.end())
        if other is not None and other.strip() != value.strip():
            both = (other, value)
            reason = "two answer fields of one object"
            return Found(before.start(), end, " or ".join(both), "json", reason, False, both)
    return Found(last.start(), end, value, "json", "the answer field of a JSON object")


_KEYS = vocabulary(
    "reasoning reason reasons thought thoughts explanation steps step answer final_answer solution "
    "result unit units confidence choice calculation calculations work working analysis rationale "
    "chain_of_thought problem question value values check verification method summary id task "
    "output response type equation equations formula correct_answer solve process cot think "
    "finalanswer the_answer plan approach details derivation notes language "
    "answers justification text"
)
"""The fields that may stand beside the answer of a JSON object."""


def _unknown_key(text: str, start: int, end: int) -> str:
    """The first field of the object around an answer that is not understood; "" for none."""
    opening = text.find("{", max(0, start - 20_000))
    for _ in range(8):
        if not 0 <= opening < start:
            break
        try:
            parsed, length = json.JSONDecoder().raw_decode(text[opening : opening + 40_000])
        except (ValueError, RecursionError):
            length = 0
        if opening + length >= end:
            return next((key for key in _keys_of(parsed) if key not in _KEYS), "")
        opening = text.find("{", opening + 1)
    return ""


def _keys_of(parsed: object) -> list[str]:
    """The names of the fields of an object, and of the objects in its fields."""
    if not isinstance(parsed, dict):
        return []
    plain = [str(key).casefold().replace(" ", "_").replace("-", "_") for key in parsed]
    inner = [key for field in parsed.values() if isinstance(field, dict) for key in _keys_of(field)]
    # What an answer is made of has names of its own.
    return plain if "answer" in plain or "final_answer" in plain else plain + inner


def _json_value(text: str, start: int) -> tuple[str | None, int]:
    """The value that begins at `start` of JSON that may be broken, and where it ends."""
    first = text[start : start + 1]
    if first in ('"', "'") and first:
        pattern = re.compile(r'\\.|"' if first == '"' else r"\\.|'", re.DOTALL)
        for mark in pattern.finditer(text, start + 1):
            if mark[0] == first:
                return _unescape(text[start + 1 : mark.start()]), mark.end()
        return None, len(text)
    if first in ("[", "{") and first:
        depth = 0
        for mark in re.compile(r'"(?:\\.|[^"\\])*"|[\[\]{}]', re.DOTALL).finditer(text, start):
            if mark[0] in "[{":
                depth += 1
            elif mark[0] in "]}":
                depth -= 1
                if depth == 0:
                    return text[start : mark.end()], mark.end()
        return None, len(text)
    end = start
    while end < len(text) and text[end] not in ",}\n":
        end += 1
    return text[start:end].strip(), end


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def _unescape(raw: str) -> str:
    r"""JSON escapes, but an unescaped LaTeX command (\frac, \text, \neq) stays a command."""

    def one(mark: re.Match[str]) -> str:
        if mark[1]:
            return chr(int(mark[1], 16))
        letter = mark[2]
        if letter in '"\\/':
            return letter
        follows = raw[mark.end() : mark.end() + 1]
        if letter in "nrt" and not (follows.isascii() and follows.isalpha()):
            return " "
        return mark[0]

    return _ESCAPE.sub(one, raw)


_PLAIN = vocabulary(
    "text txt plaintext plain latex tex math katex markdown md json json5 jsonc jsonl yaml yml xml "
    "html answer output result solution"
)
"""The languages of fenced blocks in which an answer may be stated; any other is a program's."""


def program_spans(text: str) -> list[tuple[int, int]]:
    """Where the fenced blocks of programs stand: what a program or a diff holds is not stated."""
    spans, opened, place = [], -1, text.find("```")
    while place >= 0:
        line = text[place + 3 : place + 40].split("\n", 1)[0].strip().casefold()
        if opened >= 0:
            spans.append((opened, place + 3))
            opened = -1
        elif line and line.isascii() and line not in _PLAIN and " " not in line:
            opened = place
        else:  # a plain block: its end opens nothing
            place = text.find("```", place + 3)
            if place < 0:
                break
        place = text.find("```", place + 3)
    return spans if opened < 0 else [*spans, (opened, len(text))]
