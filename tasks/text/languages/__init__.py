"""What the reader knows of each language, as data: one table per language."""

import unicodedata
from functools import lru_cache

from .asian import ASIAN
from .english import ENGLISH
from .european import EUROPEAN
from .middle_eastern import MIDDLE_EASTERN
from .south_asian import SOUTH_ASIAN
from .table import Language, Nouns, scripts_of

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "Nouns",
    "changes_number",
    "scale_of",
    "scales_number",
    "scripts_of",
]

LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    *EUROPEAN,
    *ASIAN,
    *SOUTH_ASIAN,
    *MIDDLE_EASTERN,
)
"""Every language that the reader knows. What a table lacks is refused."""


def _bare(word: str) -> str:
    """A word without its accents, as a clean text has it."""
    parts = unicodedata.normalize("NFD", word.casefold())
    return "".join(one for one in parts if unicodedata.category(one) != "Mn")


class _Scales:
    """The words of some languages that make another number of the one before them."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        self.closed = frozenset(
            word.casefold()
            for language in languages
            for word in (*language.scales, *language.percent, *language.operators)
        )
        self.bare = frozenset(map(_bare, self.closed))
        self.stems = frozenset(
            _bare(word)
            for language in languages
            if language is not ENGLISH
            for word in (*language.scales, *language.percent)
            if len(word) >= 5 and word.isalpha()
        )
        """Words long enough to be known by their beginning when a case or a copula ends them."""
        self.values: dict[str, set[int]] = {}
        for language in languages:
            for word, value in language.scales.items():
                name = word if len(word) == 1 else _bare(word)
                self.values.setdefault(name, set()).add(value)
        self.symbols = frozenset(word for word in self.values if len(word) == 1)
        """Scale words of one letter: M is a million, m is a metre."""

    def changes(self, phrase: str) -> bool:
        folded = phrase.casefold()
        if len(phrase) == 1 and phrase.isascii():
            return phrase in self.symbols
        if folded in self.closed:
            return True
        bare = _bare(folded)
        if bare[-3:] in _COPULAS and bare[:-3] in self.bare:
            return True
        return bare in self.bare or any(
            bare[: len(bare) - size] in self.stems
            for size in range(1, min(_ENDING, len(bare) - 5) + 1)
        )


_COPULAS = ("dir", "dır", "dur", "tir", "tır", "tur")
"""The Turkish "is" that a number word carries, without accents."""
_UNSPACED = frozenset({"han", "kana", "hangul"})
"""Scripts in which a counter follows the scale word without a space: "2万人", "5만 명"."""
_ENDING = 3
"""The most letters that such an ending has."""
_ALL = _Scales(LANGUAGES)
_PERCENT = frozenset(_bare(word) for language in LANGUAGES for word in language.percent)


@lru_cache(maxsize=64)
def _scales(codes: tuple[str, ...]) -> _Scales:
    return _Scales(tuple(one for one in LANGUAGES if one.code in codes))


def _of(languages: tuple[Language, ...]) -> _Scales:
    return _ALL if languages is LANGUAGES else _scales(tuple(one.code for one in languages))


def _first(text: str) -> str:
    return next(iter(text.split()), "").strip("$*.,;:!?()。，、")


def scales_number(text: str, languages: tuple[Language, ...] = LANGUAGES) -> bool:
    """Whether a text begins with a word that multiplies the number before it: "million", "万"."""
    word = _first(text)
    if not word[:1].isalpha() or _bare(word) in _PERCENT:
        return False
    scales = _of(_speaking(word, languages))
    if scripts_of(word[:1]) & _UNSPACED:
        return any(word[:size].casefold() in scales.closed for size in (1, 2))
    return scales.changes(word)


def scale_of(text: str, languages: tuple[Language, ...]) -> int | None:
    """The one factor of the scale word that begins a text; None when it is not that plain."""
    word = _first(text)
    values = _of(_speaking(word, languages)).values
    if scripts_of(word[:1]) & _UNSPACED:
        word = next((word[:size] for size in (2, 1) if word[:size] in values), "")
    found = values.get(word if len(word) == 1 else _bare(word), set())
    return next(iter(found)) if len(found) == 1 else None


def _speaking(word: str, languages: tuple[Language, ...]) -> tuple[Language, ...]:
    """The languages that a word is looked up in: it tells its own by a letter that is not ASCII."""
    return languages if word.isascii() else LANGUAGES


def changes_number(phrase: str) -> bool:
    """Whether words make another number of the one before them, in any known language."""
    return _ALL.changes(phrase)
