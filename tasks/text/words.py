"""Prose as tokens and sentences."""

import re
from typing import Literal, NamedTuple

Kind = Literal["word", "number", "price", "math", "mark"]


class Token(NamedTuple):
    """A piece of prose: its kind, its text, and where it stands."""

    kind: Kind
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"(?P<price>\\?[$€£¥₹]\s?-?\d[\d,]*(?:\.\d+)?(?![\d$^_+*/=\\{(]|!\$))"
    r"|(?P<math>\$[^$\n]+\$|\\\((?:(?!\\\)).){1,400}\\\))"
    r"|(?P<number>-?(?:\d+(?:[,.]\d+)*)(?:/\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*(?:/or\b)?)"
    r"|(?P<mark>\\[A-Za-z]+|\S)"
)
_SENTENCE_END = re.compile(
    r"[.!?](?=[\s\"'”’)*_$]|$)|[。！？।]|\n\s*\n|\n(?=\s*(?:[-*#|]|\d+[.)]\s))"
)
_ABBREVIATIONS = ("a.m", "p.m", "i.e", "e.g", "approx", "resp", "etc", "cf", "vs", "sq", "no")


def tokens(text: str) -> list[Token]:
    """The tokens of a text, in order. Linear in its length."""
    return [
        Token(mark.lastgroup, mark[0], mark.start(), mark.end())  # type: ignore[arg-type]
        for mark in _TOKEN.finditer(text.replace("’", "'"))
    ]


def sentences(text: str) -> list[str]:
    """The sentences of a text: full stops outside numbers, abbreviations and mathematics."""
    found, start, dollars = [], 0, 0
    for mark in _SENTENCE_END.finditer(text):
        dollars += text.count("$", start, mark.start())
        before = text[max(start, mark.start() - 8) : mark.start()].casefold()
        if mark[0] == "." and (
            before.endswith(_ABBREVIATIONS)
            or (len(before) == 1 and before.isalpha())
            or (before[-2:-1] in (" ", "(", "*") and before[-1:].isalpha() and before[-1] != "i")
        ):
            continue
        found.append(text[start : mark.end()])
        start, dollars = mark.end(), 0
    if text[start:].strip():
        found.append(text[start:])
    return found
