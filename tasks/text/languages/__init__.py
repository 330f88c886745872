"""What the reader knows of each language, as data: one table per language."""

from .asian import ASIAN
from .english import ENGLISH
from .european import EUROPEAN
from .middle_eastern import MIDDLE_EASTERN
from .south_asian import SOUTH_ASIAN
from .table import Language, Nouns, scripts_of

__all__ = ["ENGLISH", "LANGUAGES", "Language", "Nouns", "changes_number", "scripts_of"]

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


def changes_number(phrase: str) -> bool:
    """Whether words make another number of the one before them, in any known language."""
    return phrase.casefold() in _CLOSED
