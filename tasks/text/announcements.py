"""What announces an answer: the sentence before it, and the words that touch it."""

import re

from .clauses import last_of, names_another, reported
from .hedging import ALTERNATIVE, COMPARISON, DISBELIEF, NEGATION
from .nouns import changes_value, is_part
from .phrase_index import VOICES, Spoken, Voice, spoken
from .speakers import WRONGNESS, disowns
from .vocabulary import vocabulary

_REACH = 400
_COMMAND = re.compile(r"\\(?!text)[A-Za-z]+")


def previous_sentence(text: str, end: int) -> str:
    """The sentence before the one that states the answer."""
    before = text[max(0, end - _REACH) : end].rstrip(" \t\n*_$`\\[({|>")
    if not before:
        return ""
    ends = (before.endswith((":", "：")) and before) or before[:-1]
    cut = max(ends.rfind(mark) for mark in (". ", "! ", "? ", "。", "！", "？", "\n", "।"))
    return before[cut + 1 :].strip()


_POINTED = vocabulary("answer answers result number box line")

_AHEAD = vocabulary("following follows below next")

_FANCY = vocabulary("pretend imagine hypothetically")


_HINTS = ("follow", "below", "next", "here", "let", "imagin", "pretend", "hypothet", "suppos",
          "assum", "consider", "what")  # fmt: skip
"""Parts of the words by which an English sentence may announce an answer."""


def may_announce(previous: str) -> bool:
    """Whether a sentence needs a closer look: a heading, a colon, or a word that points ahead."""
    if previous[:1] == "#" or previous.rstrip("*_ ").endswith((":", "：")):
        return True
    low = previous.casefold()
    return any(hint in low for hint in _HINTS)


def announced(previous: str, voices: tuple[Voice, ...], sentence: str) -> str:
    """Whether the sentence before an answer announces it as wrong, reported or supposed."""
    said = spoken(previous)
    if previous.startswith("#") and len(said.words) <= 6 and disowns(said, voices):
        return "the heading before the answer disowns it"
    colon = previous.rstrip("*_ ").endswith((":", "："))
    ahead = colon or any(word in _AHEAD for word in said.words) or said.words[:2] in (
        ("here", "is"), ("what", "follows"), ("here's",), ("let's", "see"), ("let", "us"),
        ("let's", "look"), ("let's", "consider"), ("consider", "the"), ("consider", "a"),
    )  # fmt: skip
    for voice in voices:
        last = last_of(voice.concludes, said)
        if (
            said.words[:1]
            and said.words[0] in ("let's", "let", *_FANCY)
            and _FANCY & set(said.words)
        ):
            return "the answer is only supposed"
        opens = spoken(sentence)
        if voice.supposes.opens(said) and not said.has_values and opens.words[:1] == ("then",):
            return "the answer is only supposed"
        if not ahead:
            continue
        english = voice.language.code == "en"
        pointed = english and _points_ahead(said.words)
        if pointed and not voice.approves.derives(said):
            return "the answer is announced by what is not understood"
        if any(end > last for _, end in voice.against.places(said)) or (
            english and _denied(said, last)
        ):
            return "the answer is announced as wrong"
        if colon and reported(voice, said, last):
            return "the answer is only reported"
        if colon and any(end > last for _, end in voice.supposes.places(said)):
            return "the answer is only supposed"
    return ""


def _points_ahead(words: tuple[str, ...]) -> bool:
    """Whether "the next line", "the number below", "the following" point at an answer."""
    return bool(_POINTED & set(words)) and any(
        word in ("below", "follows")
        or (word in _AHEAD and (words[n + 1 : n + 2] == () or words[n + 1] in _POINTED))
        for n, word in enumerate(words)
    )


_ARTICLES = vocabulary("a an the one")
_COMPLETED = vocabulary("is are get have becomes equals obtain find be to by gives yields")


def _denied(said: Spoken, last: int) -> bool:
    words = said.words[max(0, last) :]
    if words[1:] and words[0] in _ARTICLES and words[1] in WRONGNESS:
        return True  # "An example of a bad answer would be:"
    if words[-1:] and words[-1] in _COMPLETED:  # "The number of bad eggs is:"
        return bool(names_another(" ".join(words[:-1]), spoken(" ".join(words[:-1]))))
    forbids = said.words[:1] in (("do",), ("don't",), ("never",), ("not",)) or "how" in words
    pointed = any(word in _AHEAD or word in ("answer", "result", "number", "box") for word in words)
    pointed = pointed or said.words[:1] in (
        ("here",),
        ("here's",),
        ("this",),
        ("what",),
        ("let's",),
        ("let",),
        ("consider",),
    )
    against = NEGATION | DISBELIEF | WRONGNESS
    return (forbids or pointed) and any(word in against for word in words)


_MODALS = vocabulary("can could must may needs need should has have will")


def _asks_bound(words: list[str]) -> bool:
    """Whether a clause says what bounds the quantity asked for: "Zach can have at most"."""
    return bool(_MODALS & set(words)) and not VOICES["en"].answers.within(spoken(" ".join(words)))


_ALTERS = vocabulary("twice thrice double triple half minus plus negative times opposite not")


def adjoining(before: str) -> str:
    """Why the word right before a marked answer makes it part of another value; "" if none does."""
    before = before.rpartition("\n")[2]
    before = before[max(before.rfind(mark) for mark in (". ", ".$ ", "? ", "! ")) + 1 :]
    words = list(spoken(_COMMAND.sub(" ", before)).words)
    while words and words[-1] in ("to", "or", "equal", "a", "the"):
        words.pop()
    if not words:
        return ""
    clause = before.replace(";", ",").replace(":", ",").rpartition(",")[2]
    short = spoken(clause.rpartition("\n")[2])
    if len(short.words) <= 4 and not short.has_values and NEGATION & set(short.words):
        return "the answer is denied"
    last = words[-1]
    if last in COMPARISON and last not in (
        "min",
        "max",
        "minimum",
        "maximum",
        "least",
        "most",
        "after",
        "before",
    ):
        return "the answer is only a bound"
    if last in _ALTERS or last in ALTERNATIVE or words[-2:] == ["number", "after"]:
        return "the answer is part of another value"
    if last in ("opposed", "instead") or (last == "of" and words[-2:-1] in (["instead"], ["out"])):
        return "the answer is denied"
    if last in ("least", "most") and words[-2:-1] == ["at"] and not _asks_bound(words[:-2]):
        return "the answer is only a bound"
    if last == "and" and "between" in words[-4:]:
        return "the answer is only a bound"
    if last == "of" and len(words) > 1 and (is_part(words[-2]) or changes_value(words[-2])):
        return "the answer is part of another value"
    return ""
