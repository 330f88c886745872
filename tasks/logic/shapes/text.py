"""Free text, exact text, words of an alphabet and numbers."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from .plain_text import LONGEST, key, prose, unwrapped

_NUMBER = re.compile(r"([+-]?)\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})?(\.[0-9]{1,40})?")
_QUOTED = re.compile(r"(\*\*|```|[`\"'$])(.*)\1", re.DOTALL)
_AROUND = re.compile(r" ?([,;:=()\[\]]) ?")
_MOST_WORDS = 5


def tight(text: str) -> str:
    """Plain text without spaces around commas, semicolons, colons and inside brackets."""
    return _AROUND.sub(r"\1", key(text))


@dataclass(frozen=True, slots=True)
class Text:
    """Text, equal but for case, article, quotes, final punctuation and spaces at commas.

    `known` are answers that questions of this kind have. Another text is read only when it is a
    few words without punctuation, as an answer is, and not a sentence.
    """

    known: frozenset[str] = frozenset()
    """As `tight` gives them."""
    form: ClassVar[str] = "a short text"

    def read(self, text: str) -> str | None:
        """The text as it is compared."""
        if len(text) > LONGEST:
            return None
        said = tight(text)
        if said in self.known:
            return said
        few = len(said.split()) <= _MOST_WORDS and not re.search(r"[.!?:;\n]\s|\n", text.strip())
        return said if said and few else None


@dataclass(frozen=True, slots=True)
class ExactText:
    """Text, equal character by character but for spaces around it."""

    known: frozenset[str] = frozenset()
    form: ClassVar[str] = "one line of text"

    def read(self, text: str) -> str | None:
        """The text, or what a quote or Markdown around it holds when that is known."""
        text = text.strip()
        if text in self.known:
            return text
        quoted = _QUOTED.fullmatch(text)
        if quoted is not None and quoted[2] in self.known:
            return quoted[2]
        return None if "\n" in text else text or None


def number(text: str) -> Fraction | None:
    """The exact value of a decimal numeral in ASCII digits, or None."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    digits = f"{found[1]}{(found[2] or '0').replace(',', '')}{found[3] or ''}"
    return Fraction(digits)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number; read as its exact value."""

    form: ClassVar[str] = "a number"

    def read(self, text: str) -> Fraction | None:
        """The value."""
        if len(text) > LONGEST:
            return None
        return number(prose(unwrapped(text)).strip(" \"'_").removesuffix("."))


@dataclass(frozen=True, slots=True)
class LettersOnly:
    """A word of the letters of an alphabet: `abba`."""

    letters: str
    given: str = ""
    """The word that becomes the answer, as in "abab becomes abba"."""

    closes: ClassVar[bool] = True

    @property
    def form(self) -> str:
        return f"a word of the letters {self.letters}"

    def read(self, text: str) -> str | None:
        """The word."""
        if len(text) > LONGEST:
            return None
        said = prose(text).strip(" .!\"'_")
        sentence = re.fullmatch(
            rf"(?:(?:{re.escape(self.given)}|the word|it) becomes|(?:the )?final word(?: is|:)) "
            r"\"?'?(\S+?)'?\"?",
            said,
            re.IGNORECASE,
        )
        said = sentence[1] if sentence else said
        return said if said and set(said) <= set(self.letters) else None
