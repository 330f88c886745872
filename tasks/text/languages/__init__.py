"""What the reader knows of each language, as data: one table per language."""

import unicodedata

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

_CLOSED = frozenset(
    word.casefold()
    for language in LANGUAGES
    for word in (*language.scales, *language.percent, *language.operators)
)


def _bare(word: str) -> str:
    """A word without its accents, as a clean text has it."""
    parts = unicodedata.normalize("NFD", word.casefold())
    return "".join(one for one in parts if unicodedata.category(one) != "Mn")


_BARE = frozenset(map(_bare, _CLOSED))
_STEMS = frozenset(
    _bare(word)
    for language in LANGUAGES[1:]
    for word in (*language.scales, *language.percent)
    if len(word) >= 5 and word.isalpha()
)
"""Scale words long enough to be known by their beginning when a case or a copula ends them."""
_COPULAS = ("dir", "dır", "dur", "tir", "tır", "tur")
"""The Turkish "is" that a number word carries, without accents."""
_UNSPACED = frozenset({"han", "kana", "hangul"})
"""Scripts in which a counter follows the scale word without a space: "2万人", "5만 명"."""
_ENDING = 3
"""The most letters that such an ending has."""


_PERCENT = frozenset(_bare(word) for language in LANGUAGES for word in language.percent)


def scales_number(text: str) -> bool:
    """Whether a text begins with a word that multiplies the number before it: "million", "万"."""
    word = next(iter(text.split()), "").strip("$*.,;:!?()。，、")
    if not word[:1].isalpha() or _bare(word) in _PERCENT:
        return False
    if scripts_of(word[:1]) & _UNSPACED:
        return any(word[:size].casefold() in _CLOSED for size in (1, 2))
    return changes_number(word)


def changes_number(phrase: str) -> bool:
    """Whether words make another number of the one before them, in any known language."""
    folded = phrase.casefold()
    if folded in _CLOSED:
        return True
    bare = _bare(folded)
    if bare[-3:] in _COPULAS and bare[:-3] in _BARE:
        return True
    return bare in _BARE or any(
        bare[: len(bare) - size] in _STEMS for size in range(1, min(_ENDING, len(bare) - 5) + 1)
    )
