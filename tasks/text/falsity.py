"""Falsity in the clause of an answer, in any language of the tables.

A clause that holds a negation, an error or a pretence gives its value as true only when a predicate
of its own closes it ("the number of rows that are not full is"). The same holds for what follows
the answer in its sentence, and for a condition that is attached to it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from .languages import LANGUAGES, Language, scripts_of
from .languages.falsehood import FALSEHOOD, Falsehood
from .phrase_index import VOICES, Phrases, Spoken, Voice, spoken, voices_of
from .sentences import QUANTITIES

_NOTHING = Falsehood()
_CLAUSE = re.compile(r"[,;，；、،؛()—–]|\b(?:and|but|so|thus|hence|because|since|therefore)\b")
_SENTENCE = re.compile(r"[.!?。！？।؟](?=\s|$|[^\x00-\x7f])|\n")
_MATH = re.compile(r"\$[^$\n]*\$|\\\([^\n]*?\\\)|\\[A-Za-z]+")
_REACH = 240


@dataclass(frozen=True, slots=True)
class _Words:
    """The phrases of one language that tell falsity."""

    language: Language
    negations: Phrases
    faults: Phrases
    lies: Phrases
    saying: Phrases
    unless: Phrases
    links: Phrases


def _words_of(language: Language) -> _Words:
    said = FALSEHOOD.get(language.code, _NOTHING)
    groups = (said.negations, said.faults, said.lies, said.saying, said.unless, language.link)
    return _Words(language, *(Phrases(one, language.spaced) for one in groups))


_WORDS = {language.code: _words_of(language) for language in LANGUAGES}
_LATIN = tuple(
    words for code, words in _WORDS.items() if words.language.scripts == {"latin"} and code != "en"
)


@lru_cache(maxsize=1_024)
def _tables(text: str) -> tuple[_Words, ...]:
    """The languages that a clause may be in; all of one script when its words are unknown."""
    voices = voices_of(text)
    if [voice.language.code for voice in voices] == ["en"] and "latin" in scripts_of(text):
        foreign = any(one.isalpha() and not one.isascii() for one in text)
        return _LATIN if foreign else (_WORDS["en"],)
    codes = [voice.language.code for voice in voices]
    if len(codes) > 1 and any(one.isalpha() and not one.isascii() for one in text):
        codes = [code for code in codes if code != "en"]
    return tuple(_WORDS[code] for code in codes)


def _holds(tables: tuple[_Words, ...], test: Callable[[_Words], bool]) -> bool:
    """Whether a test holds in each language a text may be in; in one when its words are unknown."""
    return (any if tables is _LATIN else all)(map(test, tables))


def falsified(text: str, start: int) -> str:
    """Why the words before a mark in its sentence keep it from stating an answer; "" if none do."""
    before = text[max(0, start - _REACH) : start].rstrip(" \t\n*_$`\\[({>#|")
    colon = before.endswith((":", "："))
    if "\n" in text[max(0, start - 12) : start] and not colon:
        return ""
    sentence = _SENTENCE.split(before)[-1]
    clause = _MATH.sub(" ", _CLAUSE.split(sentence)[-1] if not colon else sentence)
    if not any(map(str.isalpha, clause)):
        return ""
    said = spoken(clause)
    tables = _tables(clause)
    apart = "\n" in text[max(0, start - 12) : start]
    if apart and tables == (_WORDS["en"],) and said.words[:1] not in _POINTED:
        return ""  # "The remaining ones are not red:", and a display
    if _holds(tables, lambda words: _false(words, said, colon)):
        return "the clause of the answer denies it or calls it wrong"
    return ""


def _false(words: _Words, said: Spoken, colon: bool) -> bool:
    """Whether a clause of one language gives the value after it as no answer."""
    voice = VOICES[words.language.code]
    concluded = max((end for _, end in voice.concludes.places(said)), default=-1)
    found = [
        (place, end)
        for group in (words.negations, words.faults)
        for place, end in group.places(said)
        if place >= concluded
    ]
    if not found:
        return False
    place, end = min(found)
    if words.language.code == "en":
        return _false_in_english(said.words, place, end, colon)
    if not words.language.spaced:
        return colon or not said.text.rstrip().endswith(words.links.all)
    closing = max((stop for _, stop in words.links.places(said)), default=-1)
    return colon or closing < len(said.words) or closing <= end + 1


_POINTED = (("here",), ("this",), ("below",), ("following",))
_LINKS = frozenset(("is", "are", "was", "be", "equals", "equal", "to", "gives", "get", "have"))
_COUNTED = QUANTITIES | {"number", "numbers", "probability", "count", "value", "values", "set"}


def _false_in_english(words: tuple[str, ...], place: int, end: int, colon: bool) -> bool:
    if words[end : end + 1] == ("that",) and words[:1] in (("it",), ("that",)):
        return True
    if words[place] in ("nobody", "none", "nothing", "never", "neither") and place <= 1:
        return True
    if words[-1:] and words[-1] in _LINKS and len(words) - end >= 2:
        return False
    counted = any(word in _COUNTED for word in words[:place])
    pointed = words[:1] in _POINTED
    return (pointed or not counted) and (colon or place + 1 < len(words))


def pretended(label: str) -> bool:
    """Whether what stands before a colon and an answer names an error or an example."""
    label = label[-_REACH:]
    said = spoken(label)
    return _holds(_tables(label), lambda words: words.faults.within(said))


def lied(previous: str) -> bool:
    """Whether the author says in a sentence that what he says is not the truth."""
    said = spoken(previous[-_REACH:])
    return any(
        words.saying.within(said) and words.lies.within(said)
        for words in _tables(previous[-_REACH:])
    )


def qualified(rest: str) -> str:
    """Why the rest of an answer's sentence denies it or attaches a condition; "" if it does not."""
    rest = rest.strip(" \t*_$`)\\]}").lstrip(",;，；، ")
    said = spoken(rest[:_REACH])
    if not said.words:
        return ""
    tables = _tables(rest[:_REACH])
    if _holds(tables, lambda words: bool(words.unless.opens(said))):
        return "a condition is attached to the answer"
    if tables == (_WORDS["en"],):
        return ""
    clause = _MATH.sub(" ", _CLAUSE.split(rest[:_REACH])[0])
    part = spoken(clause)
    if any(map(str.isdigit, clause)):
        return "the number is part of another value" if _grows(tables, clause) else ""
    if _holds(tables, lambda one: one.negations.within(part) or one.faults.within(part)):
        return "what follows the answer denies it or calls it wrong"
    return ""


def _grows(tables: tuple[_Words, ...], clause: str) -> bool:
    """Whether a number goes on after the answer, in a language that ties words by particles."""
    particles = ("の", "的", "의")
    return any(not words.language.spaced for words in tables) and clause.strip(" $*").startswith(
        particles
    )


def voices_in(text: str) -> tuple[Voice, ...]:
    """The voices of the languages that a text may be in."""
    return tuple(VOICES[words.language.code] for words in _tables(text))
