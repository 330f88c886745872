"""Sentences of a response about itself: its author, its words, and what they are to mean.

A sentence that gives what is written another meaning ("Read every number that I box backwards")
takes the commitment away wherever it stands. Where no calculation derives the answer, every other
sentence that speaks of the author or of the text must be of the closed class of such talk
("I forgot a term"), or be a courtesy.
"""

import re
from functools import lru_cache

from .closed_clauses import is_closed
from .languages import scripts_of
from .languages.self_talk import SELF_TALK
from .phrase_index import VOICES, Phrases, Spoken, spoken, voices_of
from .statements import statements
from .verbs import AMOUNT_VERBS
from .vocabulary import vocabulary
from .words import sentences

_REACH = 12_000
_LONGEST = 500
_BLANK = "____"
_FIRST = 1
"""The last place of the verb of a command: "Please read every number backwards"."""
_UNKNOWN = "what the text says of itself is not understood"


class _Talk:
    """The tables of one language, ready for use."""

    def __init__(self, code: str) -> None:
        table = SELF_TALK[code]
        self.spaced = VOICES[code].language.spaced
        self.scripts = VOICES[code].language.scripts
        self.selves = Phrases(table.selves, self.spaced or code == "ko")
        whole = [one for one in table.texts if not one.endswith("*")]
        self.texts = Phrases(whole, self.spaced)
        self.stems = tuple(one[:-1] for one in table.texts if one.endswith("*"))
        self.doing = Phrases(table.doing, self.spaced)
        own = [one for one in table.written if not one.startswith("~")]
        self.own = Phrases(own, self.spaced)
        self.written = Phrases([one.lstrip("~") for one in table.written], self.spaced)
        self.talk = " ".join(table.talk)

    def commands(self, said: Spoken) -> bool:
        """Whether a sentence orders a change: a verb of one is among its first words."""
        places = self.doing.places(said)
        return any(first <= _FIRST for first, _ in places)

    def of_text(self, said: Spoken) -> bool:
        """Whether a sentence names the text or who writes and reads it."""
        return self.texts.within(said) or bool(
            self.stems and any(word.startswith(self.stems) for word in said.words)
        )


REASONING = " ".join((*SELF_TALK["en"].talk, "symmetry computed shown seen above following"))
"""The words of an English clause that reasons before a statement."""
_TALKS = {code: _Talk(code) for code in SELF_TALK}
_WRITTEN = frozenset().union(*(talk.written.by_first for talk in _TALKS.values()))
"""The first words of what is written, in the languages that part words by spaces."""


def redefined(text: str) -> str:
    """Why a sentence of a text gives its own numbers another meaning; "" when none does."""
    for sentence in sentences(text[-_REACH:]):
        if len(sentence) <= _LONGEST and "=" not in sentence and _redefines(sentence, True):
            return "the text says that its numbers mean something else"
        if _DIGIT.search(sentence) and _TALKS["en"].doing.within(spoken(sentence)):
            return "the text says that its digits mean something else"
    return ""


_DIGIT = re.compile(r"\b(?:each|every) \d\b(?![.,]\d)(?: by| with| as| to)")


@lru_cache(maxsize=512)
def _redefines(sentence: str, own: bool) -> bool:
    said = spoken(sentence)
    if sentence.isascii() and _WRITTEN.isdisjoint(said.words):
        return False
    scripts = scripts_of(sentence)
    return any(
        (talk.own.within(said) and talk.doing.within(said))
        if own
        else (talk.written.within(said) and talk.commands(said))
        for talk in _TALKS.values()
        if scripts & talk.scripts
    )


def unclosed(text: str, earlier: str = "") -> str:
    """Why a sentence about the author or the text is outside the closed class; "" for none.

    `earlier` is what stands before the text; without it the text comes before the answer, where
    an error that the author admits is one that he has mended.
    """
    mended = not earlier
    for sentence in sentences(text[-_REACH:]):
        if mended and _admits(sentence):
            continue
        if _BLANK in sentence:
            return "a form that is not filled in"
        if len(sentence) <= _LONGEST and (
            _redefines(sentence, False) or not _is_understood(sentence, earlier)
        ):
            return _UNKNOWN
        earlier += sentence
    return ""


_SLIPS = vocabulary("forgot forgotten missed dropped overlooked counted miscounted misread left")


def _admits(sentence: str) -> bool:
    """Whether an English sentence admits an error: "Wait, I forgot the two guests"."""
    words = spoken(sentence).words
    if words[:2] in (("i", "first"), ("at", "first")) and "fails" in words:
        return True
    return any(word in _SLIPS and "i" in words[max(0, n - 3) : n] for n, word in enumerate(words))


def _is_understood(sentence: str, earlier: str) -> bool:
    """Whether a language that a sentence may be in understands what it says of itself."""
    said = spoken(sentence)
    codes = [voice.language.code for voice in voices_of(sentence)]
    return not codes or any(_understands(code, sentence, said, earlier) for code in codes)


def _understands(code: str, sentence: str, said: Spoken, earlier: str) -> bool:
    talk = _TALKS.get(code)
    if talk is None or VOICES[code].courtesies.opens(said):
        return True
    of_self = (
        any(
            said.words[first] != "i"
            or (sentence[said.places[first]] == "I" and not _acts(said.words, first))
            for first, _ in talk.selves.places(said)
        )
        if code == "en"
        else talk.selves.within(said) and not _is_of_us(said)
    )
    if not of_self:
        return not talk.of_text(said)
    return is_closed(sentence, f"{earlier} {talk.talk}") or _states(sentence)


def _acts(words: tuple[str, ...], place: int) -> bool:
    """Whether "I" only acts on what a problem tells of: "If I remove all the notebooks, I"."""
    verb = place + 2 if words[place + 1 : place + 2] == ("will",) else place + 1
    return words[:1] == ("if",) and words[verb : verb + 1] != () and words[verb] in _ACTING


_ACTING = AMOUNT_VERBS - {"write", "mark", "text", "print", "edit"}


def _is_of_us(said: Spoken) -> bool:
    """Whether the one "I" of a Chinese sentence is the first sign of "we"."""
    return "我" in said.text and "我" not in said.text.replace("我们", "").replace("我們", "")


def _states(sentence: str) -> bool:
    """Whether a sentence states an answer, which is judged as such."""
    return next(statements(sentence), None) is not None
