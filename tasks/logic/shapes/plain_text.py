"""Text without its typography: entities, LaTeX, Markdown, marks, and the words around an answer."""

import html
import json
import re
import unicodedata
from typing import Any

LONGEST = 20_000
"""Longest text, in characters, that a shape reads at all."""
_NESTED = 4
"""How deep LaTeX groups are opened."""
_GROUP = re.compile(
    r"\\(?:text|textbf|textit|textrm|texttt|textsf|mathrm|mathbf|mathit|mathtt|mathsf|mbox|"
    r"operatorname|boxed|fbox|underline|emph|bf|rm)\s{0,2}\{([^{}]*)\}"
)
_LATEX = (
    (r"\\(?:left|right|displaystyle|[bB]igg?[lr]?)(?![A-Za-z])", ""),
    (r"\\(?:long)?[rR]ightarrow(?![A-Za-z])|\\(?:to|implies|mapsto)(?![A-Za-z])", "→"),
    (r"\\newline(?![A-Za-z])|\\\\", "\n"),
    (r"\\q?quad(?![A-Za-z])|\\[,;:! ]", " "),
    (r"\\([_&%#$])", r"\1"),
    (r"\\(?:lt|langle)(?![A-Za-z])", "<"),
    (r"\\(?:gt|rangle)(?![A-Za-z])", ">"),
)
_COMPILED = tuple((re.compile(pattern), plain) for pattern, plain in _LATEX)
_ARROWS = re.compile(r"[-=–—]{1,4}>|[→⟶⟹⇒➔➜➝➞➡➤►▶⮕⭢↦⇨]\ufe0f?")
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\ufe0f]")
_QUOTES = str.maketrans("‘’‚‛“”„‟«»′″", "''''" + '""""' + '""' + "'\"")
_FENCE = re.compile(r"(```|~~~)[A-Za-z]{0,12}[ \t]*\n(.*?)\n?[ \t]*\1", re.DOTALL)
_MATH = re.compile(r"\$\$?|\\[()\[\]]")
_BULLET = re.compile(
    r"^[ \t]*(?:>[ \t]*)?(?:[-*+•‣◦–—→][ \t]+|#{1,6}[ \t]+|\(?[0-9]{1,2}[.)][ \t]+)", re.MULTILINE
)
_EDGES = " \t\n\r.,;:!|*_`$\"'~#"
_LEAD = re.compile(
    r"(?:(?:so|thus|hence|therefore|then|finally|consequently|accordingly|overall|"
    r"in conclusion|in summary|as a result|this means that|it follows that|"
    r"we (?:can )?conclude that|we (?:find|get|see)(?: that)?)[ ]?[,:–—-]?\s|"
    r"(?:conclusion|result|solution)\s?[:–—-]\s?)+",
    re.IGNORECASE,
)
_EMPHASIS = ("```", "**", "__", "`", "*")
_WRAPPERS = (
    ("**", "**"), ("__", "__"), ("```json", "```"), ("```", "```"), ("`", "`"), ('"', '"'),
    ("'", "'"), ("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("\\text{", "}"),
)  # fmt: skip


def unwrapped(text: str) -> str:
    """The text without the quotes, dollar signs, Markdown and full stop around it."""
    text = text.strip()
    for _ in range(6):
        before = text
        if text.endswith(".") and not text.endswith(".."):
            text = text[:-1].rstrip()
        for left, right in _WRAPPERS:
            inner = len(text) - len(left) - len(right)
            if inner > 0 and text.startswith(left) and text.endswith(right):
                text = text[len(left) : -len(right)].strip()
                break
        for mark in _EMPHASIS:  # one whose partner stood before or after the answer
            if text.count(mark) == 1 and len(text) > len(mark):
                text = text.removeprefix(mark).removesuffix(mark).strip()
        if text == before:
            break
    return text


def typed(text: str) -> str:
    """The text in plain characters: no fence, entities, LaTeX dressing or pictures; arrows are →.

    Brackets and operators stay as they are.
    """
    text = text.strip()
    if "&" in text:
        text = html.unescape(text)
    fence = _FENCE.fullmatch(text)
    if fence is not None:
        text = fence[2]
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).translate(_QUOTES)
    if "\\" in text:
        for _ in range(_NESTED):
            text = _GROUP.sub(r"\1", text)
        for pattern, plain in _COMPILED:
            text = pattern.sub(plain, text)
    text = _ARROWS.sub("→", text)
    if not text.isascii():
        text = "".join(" " if c != "→" and unicodedata.category(c) == "So" else c for c in text)
    return text.strip()


def prose(text: str) -> str:
    """Typed text without Markdown, math marks and bullets; lines stay lines."""
    text = _BULLET.sub("", _MATH.sub(" ", typed(text)))
    return re.sub(r"[*`]|__", "", text).strip()


def key(text: str) -> str:
    """Prose for comparison: spaces, case, width, edge punctuation and an article do not count."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", prose(text)))
    plain = plain.casefold().strip(_EDGES) or plain.strip()
    article = re.match(r"(?:the|an?) (?=.{2})", plain)
    return plain[article.end() :] if article else plain


def without_lead(text: str) -> str:
    """Prose without "so", "therefore", "we conclude that" and their like before it."""
    lead = _LEAD.match(text)
    return text[lead.end() :] if lead else text


def data_of(text: str) -> Any:
    """The JSON value of the text (single quotes will do); None when it is none.

    Also None when a key stands twice, and for numbers that JSON does not have.
    """
    text = unwrapped(text)
    value = _json(text)
    if value is None and "'" in text and '"' not in text:
        value = _json(text.replace("'", '"'))
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key stands twice")
    return table


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
