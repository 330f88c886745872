"""One of a few words, yes or no, or a lettered option, with or without a sentence around it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from .plain_text import LONGEST, key, prose, without_lead

_COMMON = (
    "it is {}", "this is {}", "that is {}", "it must be {}", "that would be {}",
    "{} is correct", "{} is right", "{} is the answer", "{} is the correct answer",
    "{} is the right answer", "{} is the final answer", "{} is the correct option",
    "{} is the correct choice", "{} is the best answer", "{} is the right choice",
    "{} is the best option", "{} is the best choice",
    "i choose {}", "i pick {}", "i select {}", "i would choose {}", "i go with {}",
    "i would go with {}", "i will go with {}", "my choice is {}", "my pick is {}",
    "we choose {}", "choose {}", "select {}", "the correct option is {}",
    "the correct choice is {}", "the right option is {}", "the best option is {}",
    "the option is {}", "the choice is {}",
)  # fmt: skip
"""Sentences that state the answer to any question."""
_CONTRACTED = (
    ("can't", "cannot"), ("can not", "cannot"), ("n't", " not"), ("it's", "it is"),
    ("that's", "that is"), ("there's", "there is"), ("i'd", "i would"), ("i'll", "i will"),
)  # fmt: skip
_LATER = r"(?:,? ?(?:after (?:all )?(?:the )?\w{1,12}|at the end|in the end|finally|now)){0,1}"
_LINKED = r"\s?(?:is|was|=|:|→|equals|must be|has to be)\s"
_YES_NO = re.compile(r"(yes|no)\b[\s,.:;!–—-]*(.*)", re.DOTALL)
_SUBJECT = r"(?:it|he|she|they|you|we|this|that|there)"
_VERB = r"(?:is|are|does|do|can|will|follows|holds)"
_SHORT = {
    "yes": re.compile(rf"(?:it follows|indeed|{_SUBJECT} {_VERB}(?: follow| hold)?)"),
    "no": re.compile(rf"{_SUBJECT} (?:cannot|{_VERB} not)(?: follow| hold)?"),
}
"""What may follow yes or no and only says it again."""


@lru_cache(maxsize=4096)
def _patterns(sentences: tuple[str, ...], noun: str) -> tuple[re.Pattern[str], ...]:
    """A pattern for each sentence; `{}` takes the value, an article is free before it.

    In the rest of a sentence "the" may be missing, and "is" may be "=" or a colon.
    """
    patterns = []
    for sentence in sentences:
        body = re.escape(sentence.casefold())
        body = body.replace(r"the\ ", "(?:the )?").replace(r"\ is\ \{\}", _LINKED + r"\{\}")
        value = rf"(?:(?:the|an?) )?(?:{re.escape(noun)} )?(?P<value>.{{1,200}}?)"
        body = body.replace(r"\{\}", value).replace(r"\ ", r"\s")
        patterns.append(re.compile(body + _LATER))
    return tuple(patterns)


def sentence_of(text: str) -> str:
    """Prose as sentences are compared: one line, lower case, no contraction, no lead or stop."""
    text = re.sub(r"\s+", " ", prose(text)).casefold().strip(" .!*_\"'")
    for short, long in _CONTRACTED:
        text = text.replace(short, long)
    return without_lead(text).strip(" ,.:;!*_\"'")


def stated_values(text: str, sentences: tuple[str, ...], noun: str) -> list[str]:
    """What the sentences leave for their value when the text is, whole, one of them."""
    matches = [pattern.fullmatch(text) for pattern in _patterns(sentences, noun)]
    return [match["value"] for match in matches if match is not None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `options`; the value is the option as it is spelled there."""

    options: tuple[str, ...]
    noun: str = "answer"
    """What an option is, as in "state B"."""
    sentences: tuple[str, ...] = ()
    """Sentences that answer the question, `{}` for the option: "the machine ends in {}"."""
    synonyms: tuple[tuple[str, str], ...] = ()
    """Further words and the option that each means."""

    closes: ClassVar[bool] = True

    @property
    def form(self) -> str:
        return f"one of {', '.join(self.options)}"

    def read(self, text: str) -> str | None:
        """The option that the text names."""
        if len(text) > LONGEST:
            return None
        option = self._option(text)
        if option is not None:
            return option
        sentence = sentence_of(text)
        for value in (sentence, *stated_values(sentence, _COMMON + self.sentences, self.noun)):
            option = self._option(value)
            if option is not None:
                return option
        return None

    def _option(self, text: str) -> str | None:
        word = key(text)
        if len(word) > 2 and (word[0], word[-1]) in (("(", ")"), ("[", "]"), ("{", "}")):
            word = key(word[1:-1])
        words = {key(option): option for option in self.options}
        words |= {key(said): words.get(key(meant), meant) for said, meant in self.synonyms}
        return words.get(word) or words.get(key(word.removeprefix(f"{self.noun} ")))


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no; also as a sentence that says so, unless the two disagree."""

    yes: tuple[str, ...] = ()
    """Sentences that mean yes, in lower case or not: "you can get from 1 to 5"."""
    no: tuple[str, ...] = ()
    closes: ClassVar[bool] = True
    form: ClassVar[str] = "yes or no"

    def read(self, text: str) -> str | None:
        """`yes` or `no`."""
        if len(text) > LONGEST:
            return None
        plain = Choice(("yes", "no")).read(text)
        if plain is not None:
            return plain
        sentence = sentence_of(text)
        word = _YES_NO.fullmatch(sentence)
        rest = sentence if word is None else word[2].strip(" ,.:;!")
        stated = next((side for side in ("yes", "no") if self._says(rest, side)), None)
        if word is None:
            return stated
        return word[1] if stated == word[1] or _SHORT[word[1]].fullmatch(rest) else None

    def _says(self, text: str, side: str) -> bool:
        sentences = self.yes if side == "yes" else self.no
        return any(pattern.fullmatch(text) for pattern in _patterns(sentences, "answer"))


_LETTER = re.compile(
    r"(?:(?:option|choice|answer|letter)\s{0,3})?[(\[{]?\s?([A-Za-z])\s?[)\]}.:]{0,2}", re.I
)
_LETTER_AND_TEXT = re.compile(
    r"(?:(?:option|choice)\s)?[(\[{]?([A-Za-z])(?:[)\]}]\s?[.:,=–—-]?|[.:,=]|\s[–—-]|\s=)\s*(\S.*)",
    re.DOTALL | re.IGNORECASE,
)
_TEXT_AND_LETTER = re.compile(r"(.*\S)\s*[(\[](?:option\s)?([A-Za-z])[)\]]", re.DOTALL | re.I)


@dataclass(frozen=True, slots=True)
class Lettered:
    """One of the options A, B, ...: the letter, its text, or both when they agree."""

    texts: tuple[str, ...]
    closes: ClassVar[bool] = True
    form: ClassVar[str] = "one of the options"

    def read(self, text: str) -> str | None:
        """The letter, in upper case."""
        if len(text) > LONGEST:
            return None
        letter = self._letter(text)
        if letter is not None:
            return letter
        for value in stated_values(sentence_of(text), _COMMON, "option"):
            letter = self._letter(value)
            if letter is not None:
                return letter
        return None

    def _letter(self, text: str) -> str | None:
        line = unicodedata.normalize("NFKC", prose(text)).replace("、", ",").strip(" \n\"'_")
        legal = [chr(ord("A") + i) for i in range(len(self.texts))]
        alone = _LETTER.fullmatch(line)
        if alone is not None and alone[1].upper() in legal:
            return alone[1].upper()
        texts = [key(option) for option in self.texts]
        for letter, said in self._both(line):
            if letter in legal and said == texts[legal.index(letter)]:
                return letter
        said = key(text)
        return legal[texts.index(said)] if said and texts.count(said) == 1 else None

    def _both(self, line: str) -> list[tuple[str, str]]:
        """(letter, text) in either order, where the line can be so read."""
        first = _LETTER_AND_TEXT.fullmatch(line)
        last = _TEXT_AND_LETTER.fullmatch(line)
        found = [(first[1].upper(), key(first[2]))] if first else []
        return [*found, (last[2].upper(), key(last[1]))] if last else found

    def options(self) -> Mapping[str, str]:
        """Letter -> text."""
        return {chr(ord("A") + i): text for i, text in enumerate(self.texts)}


_LETTERS = re.compile(r"(?:options?\s)?[(\[]?([A-Z](?:(?:[\s,;、，()\[\]]|\band\b)*[A-Z])*)[)\]]?")


@dataclass(frozen=True, slots=True)
class LetterSet:
    """Several of `count` lettered options together: `BD`, `B, D`, `(B) and (D)`."""

    count: int
    closes: ClassVar[bool] = True
    form: ClassVar[str] = "letters of options"

    def read(self, text: str) -> str | None:
        """The letters in order of the alphabet, each once."""
        if len(text) > LONGEST:
            return None
        found = _LETTERS.fullmatch(prose(text).strip(" .!\"'_"))
        letters = re.findall("[A-Z]", found[1]) if found else []
        legal = {chr(ord("A") + i) for i in range(self.count)}
        whole = letters and len(set(letters)) == len(letters) and set(letters) <= legal
        return "".join(sorted(letters)) if whole else None
