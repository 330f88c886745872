"""Prose as tokens and sentences."""

import re
from functools import lru_cache
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
    return list(_tokens_again(text) if len(text) <= _SHORT else _tokens(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text: full stops outside numbers, abbreviations and mathematics."""
    return list(_sentences_again(text) if len(text) <= _SHORT else _sentences(text))


def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(
        Token._make((mark.lastgroup, mark[0], *mark.span()))
        for mark in _TOKEN.finditer(text.replace("’", "'"))
    )


def _sentences(text: str) -> tuple[str, ...]:
    found, start = [], 0
    for mark in _SENTENCE_END.finditer(text):
        before = text[max(start, mark.start() - 8) : mark.start()].casefold()
        if mark[0] == "." and (
            before.endswith(_ABBREVIATIONS)
            or (len(before) == 1 and before.isalpha())
            or (before[-2:-1] in (" ", "(", "*") and before[-1:].isalpha() and before[-1] != "i")
        ):
            continue
        found.append(text[start : mark.end()])
        start = mark.end()
    if text[start:].strip():
        found.append(text[start:])
    return tuple(found)


_SHORT = 400
# One verdict asks for the words of the same sentence again and again.
_tokens_again = lru_cache(maxsize=256)(_tokens)
_sentences_again = lru_cache(maxsize=256)(_sentences)
