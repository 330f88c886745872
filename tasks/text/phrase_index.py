"""Phrases of the language tables, found in a text in one pass over its words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .languages import LANGUAGES, Language, scripts_of
from .languages.courtesies import COURTESIES
from .languages.speech import SPEECH, Speech
from .words import tokens

_VALUES = re.compile(r"[0-9$=\\]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as lower-case words, with the place of each word in the text."""

    words: tuple[str, ...]
    places: tuple[int, ...]
    text: str
    """The lower-case text itself, for languages that spaces do not part."""

    @property
    def has_values(self) -> bool:
        """Whether the text holds digits or a formula."""
        if self.text.isascii():
            return _VALUES.search(self.text) is not None
        return any(one.isdigit() or one in "$=\\" for one in self.text)


def spoken(text: str) -> Spoken:
    """The words of a text, with the vowel signs of scripts that write them apart."""
    # One verdict asks for the words of the same sentence again and again.
    return _spoken_again(text) if len(text) <= _SHORT else _spoken(text)


def _spoken(text: str) -> Spoken:
    if not text.isascii() and any("\u0900" <= one <= "\u0dff" for one in text):
        return _with_signs(text)
    found = [token for token in tokens(text) if token.kind == "word"]
    return Spoken(
        tuple(token.text.casefold() for token in found),
        tuple(token.start for token in found),
        text.casefold(),
    )


_SHORT = 400
_spoken_again = lru_cache(maxsize=256)(_spoken)


def _with_signs(text: str) -> Spoken:
    words: list[str] = []
    places: list[int] = []
    inside = False
    for place, one in enumerate(text):
        part = one.isalpha() or unicodedata.category(one)[0] == "M"
        if part and inside:
            words[-1] += one
        elif part:
            words.append(one)
            places.append(place)
        inside = part
    return Spoken(tuple(word.casefold() for word in words), tuple(places), text.casefold())


class Phrases:
    """A set of phrases of one language."""

    def __init__(self, phrases: Iterable[str], spaced: bool) -> None:
        self.spaced = spaced
        self.all = tuple(dict.fromkeys(one for one in phrases if one))
        self.by_first: dict[str, list[tuple[str, ...]]] = {}
        for one in self.all if spaced else ():
            words = spoken(one).words
            if words:
                self.by_first.setdefault(words[0], []).append(words)

    def places(self, said: Spoken) -> list[tuple[int, int]]:
        """(first word, end) of each phrase in the words; characters where nothing parts words."""
        if not self.spaced:
            return sorted(
                (place, place + len(one)) for one in self.all if (place := said.text.find(one)) >= 0
            )
        found: list[tuple[int, int]] = []
        if self.by_first.keys().isdisjoint(said.words):
            return found
        for index, word in enumerate(said.words):
            for phrase in self.by_first.get(word, ()):
                if said.words[index : index + len(phrase)] == phrase:
                    found.append((index, index + len(phrase)))
        return found

    def within(self, said: Spoken) -> bool:
        """Whether any phrase is in the words."""
        if not self.spaced:
            return any(one in said.text for one in self.all)
        return not self.by_first.keys().isdisjoint(said.words) and bool(self.places(said))

    def opens(self, said: Spoken) -> int:
        """How many words, or characters where nothing parts words, the longest first phrase has."""
        if not self.spaced:
            text = said.text.lstrip(" \t\n*_#>-—–,，、。:：;\"'“”「」()（）")
            cut = len(said.text) - len(text)
            best = max((len(one) for one in self.all if text.startswith(one)), default=0)
            return cut + best if best else 0
        sizes = (
            len(phrase)
            for phrase in (self.by_first.get(said.words[0], ()) if said.words else ())
            if said.words[: len(phrase)] == phrase
        )
        return max(sizes, default=0)

    def derives(self, said: Spoken) -> bool:
        """Whether the words are nothing but these phrases."""
        if not self.spaced:
            rest = "".join(one for one in said.text if one.isalpha())
            for one in sorted(self.all, key=len, reverse=True):
                rest = rest.replace("".join(c for c in one if c.isalpha()), "")
            return not rest
        index = 0
        while index < len(said.words):
            sizes = [
                len(phrase)
                for phrase in self.by_first.get(said.words[index], ())
                if said.words[index : index + len(phrase)] == phrase
            ]
            if not sizes:
                return False
            index += max(sizes)
        return True


_NOTHING = Speech()


class Voice:
    """The phrases of one language that tell who says a sentence, and how."""

    def __init__(self, language: Language) -> None:
        speech = SPEECH.get(language.code, _NOTHING)
        spaced = language.spaced

        def group(*sources: Iterable[str]) -> Phrases:
            return Phrases((one for source in sources for one in source), spaced)

        self.language = language
        self.reports = group(speech.reports)
        self.supposes = group(speech.supposes)
        self.conditions = group(speech.conditions)
        self.unreal = group(speech.unreal)
        self.selves = group(speech.selves)
        self.persons = group(speech.persons)
        self.labels = group(speech.labels, language.answer, language.lead, language.after)
        self.authorities = group(speech.authorities)
        self.courtesies = group(speech.courtesies, COURTESIES.get(language.code, ()))
        self.approves = group(speech.approves)
        self.tentative = group(speech.tentative)
        self.otherwise = group(speech.otherwise)
        self.answers = group(language.answer)
        self.concludes = group(speech.concludes)
        self.turns = group(language.turns)
        self.against = group(language.wrong, language.denial)
        self.refers = group(language.answer, language.anaphors)
        self.known = frozenset(
            word
            for phrases in (
                speech.approves, speech.reports, speech.labels, language.lead, language.link,
                language.doubt, language.determiners, language.turns, language.anaphors,
                language.wrong, speech.conditions, speech.selves, language.answer,
                COURTESIES.get(language.code, ()), language.verbs, tuple(language.units),
                language.before_number,
            )
            for phrase in phrases
            for word in phrase.split()
        )  # fmt: skip


VOICES = {language.code: Voice(language) for language in LANGUAGES}
_SCRIPTS_OF = {language.code: language.scripts for language in LANGUAGES}


@lru_cache(maxsize=4_096)
def voices_of(text: str) -> tuple[Voice, ...]:
    """The languages that a text may be in: those that know most of its words."""
    words = set(spoken(text).words)
    english = VOICES["en"]
    if text.isascii() and 2 * len(words & english.known) >= len(words):
        return (english,)
    scripts = scripts_of(text) - {"greek", "other"}
    if not scripts:  # Greek letters alone are mathematics, Greek words a language
        greek = VOICES["el"]
        named = any(len(word) > 1 for word in words & greek.known)
        return (greek,) if named else (english,)
    fitting = [voice for code, voice in VOICES.items() if scripts & _SCRIPTS_OF[code]]
    if not scripts & {"latin", "cyrillic", "arabic"}:
        return tuple(fitting) or (english,)
    if "latin" in scripts and len(scripts) > 1:
        fitting = [one for one in fitting if _SCRIPTS_OF[one.language.code] != {"latin"}]
        return (english, *fitting)
    scores = [len(words & voice.known) for voice in fitting]
    best = max(scores, default=0)
    if not best:
        return (english,) if "latin" in scripts else tuple(fitting)
    if text.isascii() and scores[fitting.index(english)] == best:
        return (english,)
    return tuple(voice for voice, score in zip(fitting, scores, strict=True) if score == best)
