r"""What stands right behind a box and is read with it: "\boxed{15}\%", "\boxed{5} million".

A percent sign or word divides the value by a hundred, a scale word multiplies it, a unit measures
it, a letter or a raised digit that touches the box makes another value of it, and a note in
brackets qualifies it. A word counts in the language of the text before it: "cents" is a scale in
French and a unit in English.
"""

import unicodedata
from dataclasses import dataclass

from .languages import ENGLISH, LANGUAGES, Language, scale_of, scales_number
from .phrase_index import spoken, voices_of
from .vocabulary import vocabulary

_REACH = 240
_SPAN = 80
_SIGNS = ("\\%", "%", "％", "٪")
_OPENING = (
    "\\text{",
    "\\textrm{",
    "\\mathrm{",
    "\\mbox{",
    "\\,",
    "\\;",
    "\\!",
    "\\:",
    "\\ ",
    "\\)",
    "\\]",
)
_LETTERS = vocabulary("a m g s h l n j w v k c f")
"""Letters that are also units."""
_UNITS = {word.casefold(): name for one in reversed(LANGUAGES) for word, name in one.units.items()}
_UNSPACED_UNITS = tuple(word for one in LANGUAGES if not one.spaced for word in one.units)
_PERCENT = tuple(phrase for one in LANGUAGES for phrase in one.percent)
_PERCENT_BEFORE = tuple(phrase for one in LANGUAGES for phrase in one.percent_before)
_GENITIVES = vocabulary("in ın un ün nin nın nun nün")
"""The Turkish "of" that a number carries: "5'in karesi" is the square of 5."""
_WORDS = 4
"""The most words of a unit."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What follows a box: a factor in LaTeX, the words that may name a unit, or a doubt."""

    factor: str = ""
    unit: str = ""
    doubt: str = ""


def beside(text: str, start: int, end: int) -> Beside:
    """What stands behind the box between two places of a text."""
    after = text[end : end + _SPAN]
    if reason := _touching(after, text[max(0, start - 4) : start]):
        return Beside(doubt=reason)
    line = _undressed(after.split("\n", 1)[0])
    if line.startswith(("‰", "\\permil", "\\textperthousand")):
        return Beside(doubt="a sign behind the box changes its value")
    if line.startswith(_SIGNS):
        return Beside("\\%")
    before = text[max(0, start - _REACH) : start]
    if before.rstrip(" $\\({[*").casefold().endswith(_PERCENT_BEFORE):
        return Beside("\\%")
    if not line[:1].isalpha():
        return Beside()
    languages = _languages(before)
    low = line.casefold()
    if low.startswith(_PERCENT) and any(
        _opens(low, phrase, language) for language in languages for phrase in language.percent
    ):
        return Beside("\\%")
    if scales_number(line, languages):
        scale = scale_of(line, languages)
        if scale is None:
            return Beside(doubt="a word behind the box changes its value")
        return Beside(f"\\cdot {scale}")
    return Beside(unit=_unit(line, languages))


def _touching(after: str, before: str) -> str:
    """Why what touches a box makes its value another, or qualifies it."""
    first, second = after[:1], after[1:2]
    if first == "[" and after[1:].partition("]")[0].strip("^").isdigit():
        return "a footnote qualifies the answer"
    suffix = after[1:].split(" ", 1)[0].rstrip(".,;:!?").casefold()
    if first in ("'", "’") and suffix in _GENITIVES:
        return "a case ending makes the answer part of another value"
    if first and not first.isascii() and unicodedata.category(first) == "No":
        return "the box is part of a larger formula"
    letter = first.isascii() and first.isalpha() and not second.isalnum()
    if letter and first.casefold() not in _LETTERS and not before.endswith("\\text{"):
        return "the box is part of a larger formula"
    return ""


def _undressed(line: str) -> str:
    """The text behind a box without the mathematics and the markup that it closes or opens."""
    while True:
        bare = line.lstrip(" \t$*}~_")
        bare = next((bare[len(one) :] for one in _OPENING if bare.startswith(one)), bare)
        if bare == line:
            return bare
        line = bare


def _languages(before: str) -> tuple[Language, ...]:
    """English where the text before a box is known to be; else every language."""
    voice = voices_of(before)[0]
    known = voice.language is ENGLISH and any(word in voice.known for word in spoken(before).words)
    return (ENGLISH,) if known else LANGUAGES


def _opens(low: str, phrase: str, language: Language) -> bool:
    following = low[len(phrase) : len(phrase) + 1]
    return low.startswith(phrase) and not (language.spaced and following.isalpha())


def _unit(line: str, languages: tuple[Language, ...]) -> str:
    """The words that may name a unit, or the English name of another language's."""
    low = line.casefold()
    word = low.split(" ", 1)[0].strip(".,;:!?。，、()$*")
    if languages is LANGUAGES:
        if name := _UNITS.get(word, ""):
            return name
        if low.startswith(_UNSPACED_UNITS):
            fitting = (one for one in _UNSPACED_UNITS if low.startswith(one))
            return _UNITS[max(fitting, key=len)]
    stop = next((n for n, one in enumerate(line) if one in ",;:!?()=$\\}"), len(line))
    return " ".join(line[:stop].rstrip(" .").split()[:_WORDS])
