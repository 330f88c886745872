"""What a language contributes to the grammar of stated answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Nouns = Literal["plural", "capital", "any", "none"]
"""Which unknown words may follow a number as what is counted: plurals in -s, capitalised words,
any word, or none."""


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a table entry, which commas separate; the longest first."""
    return tuple(sorted((one.strip() for one in text.split(",") if one.strip()), key=len)[::-1])


def words(text: str) -> tuple[str, ...]:
    """The words of a table entry, which spaces separate."""
    return tuple(text.split())


def values(text: str) -> dict[str, int]:
    """The words of an entry like "mille mila=1000; milione milioni=1000000"."""
    found = {}
    for entry in text.split(";"):
        keys, _, value = entry.partition("=")
        for word in keys.split():
            found[word.replace("_", " ")] = int(value)
    return found


def names(text: str) -> dict[str, str]:
    """The words of an entry like "euro euros: euros; mètre mètres: meters"."""
    found = {}
    for entry in text.split(";"):
        keys, _, unit = entry.partition(":")
        for word in keys.split():
            found[word.replace("_", " ")] = unit.strip()
    return found


SYMBOLS = names(
    "cm: cm; mm: mm; m: meters; km: km; kg: kg; g: grams; l: liters; ml: ml; h: hours; min: minutes; "
    "s: seconds; °: degrees; cm²: cm^2; m²: m^2; km²: km^2; cm³: cm^3; m³: m^3; €: euros"
)
"""Symbols of units that every language shares."""


_SCRIPTS = {
    "zh": "han", "ja": "han kana", "ko": "hangul", "th": "thai", "ru": "cyrillic",
    "uk": "cyrillic", "el": "greek", "he": "hebrew", "ar": "arabic", "fa": "arabic",
    "hi": "devanagari", "bn": "bengali", "te": "telugu",
}  # fmt: skip
_LATIN = frozenset(("latin",))
_RANGES = (
    ("latin", 0x41, 0x24F), ("latin", 0x1E00, 0x1EFF), ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F), ("hebrew", 0x590, 0x5FF), ("arabic", 0x600, 0x6FF),
    ("devanagari", 0x900, 0x97F), ("bengali", 0x980, 0x9FF), ("telugu", 0xC00, 0xC7F),
    ("thai", 0xE00, 0xE7F), ("hangul", 0x1100, 0x11FF), ("kana", 0x3040, 0x30FF),
    ("han", 0x3400, 0x9FFF), ("hangul", 0xAC00, 0xD7AF),
)  # fmt: skip


@lru_cache(maxsize=64)
def _scripts_of_code(code: str) -> frozenset[str]:
    return frozenset(_SCRIPTS.get(code, "latin").split())


def scripts_of(text: str) -> frozenset[str]:
    """The scripts that the letters of a text are written in; "other" for one not listed."""
    if text.isascii():
        return _LATIN if any(map(str.isalpha, text)) else frozenset()
    found = set()
    for one in set(text):
        if one.isalpha() or one in "〇々ー":
            code = ord(one)
            found.add(next((name for name, low, high in _RANGES if low <= code <= high), "other"))
    return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class Language:
    """The closed classes of one language. A feature that a table lacks is refused."""

    code: str
    spaced: bool = True
    """Whether spaces part words."""
    answer: tuple[str, ...] = ()
    """The nouns for "answer" that a statement is built on."""
    lead: tuple[str, ...] = ()
    """What may stand before the noun: articles, "final", "so", "therefore"."""
    link: tuple[str, ...] = ()
    """What ties the noun to its value: "is", "therefore is", "would be"."""
    after: tuple[str, ...] = ()
    """What may stand between the noun and its link: "final"."""
    bare_link: bool = False
    """Whether a space alone may tie the noun to a value that is a number."""
    bare_closes: bool = False
    """Whether a value so tied must end its sentence: "ответ 6", not "ответ 6 неверен"."""
    before_number: tuple[str, ...] = ()
    """What may stand before a number without changing it: "a total of", "exactly"."""
    ending: tuple[str, ...] = ()
    """What may end a statement without changing it: a copula after the value."""
    minus: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    percent_before: tuple[str, ...] = ()
    scales: Mapping[str, int] = field(default_factory=dict)
    """Words after a number that multiply it."""
    digits: Mapping[str, int] = field(default_factory=dict)
    """Numerals: the numbers that words or characters name."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units of measure and currency by their English names."""
    counters: tuple[str, ...] = ()
    """Words that follow a number only because the language counts with them."""
    operators: Mapping[str, str] = field(default_factory=dict)
    """What stands after a number and makes another of it: a template with {} for the number."""
    operators_before: Mapping[str, str] = field(default_factory=dict)
    """The same before a number."""
    verbs: tuple[str, ...] = ()
    """Verbs whose object is the amount: "has", "there are left"."""
    determiners: tuple[str, ...] = ()
    """Articles and their like, which a plain subject may begin with."""
    choice: tuple[str, ...] = ()
    """Nouns for "option" and "letter", with their article; imperatives for "choose"."""
    wrong: tuple[str, ...] = ()
    """What calls an answer wrong or takes it back, as the predicate of a clause or its adjective."""
    denial: tuple[str, ...] = ()
    """What denies, forbids or supposes the answer when it stands before it."""
    anaphors: tuple[str, ...] = ()
    """What refers to the answer after it: "this", "the above"."""
    turns: tuple[str, ...] = ()
    """What opens a second thought: "wait", "no", "sorry"."""
    doubt: tuple[str, ...] = ()
    """Negation, alternative, comparison, approximation: no plain statement has them."""
    nouns: Nouns = "none"

    @property
    def scripts(self) -> frozenset[str]:
        """The scripts that the language is written in."""
        return _scripts_of_code(self.code)
