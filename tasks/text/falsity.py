"""Falsity in the clause of an answer, in any language of the tables.

A clause that holds a negation, an error or a pretence gives its value as true only when a predicate
of its own closes it ("the number of rows that are not full is"). The same holds for what follows
the answer in its sentence, and for a condition that is attached to it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from .hedging import DISBELIEF
from .languages import LANGUAGES, Language, scripts_of
from .languages.falsehood import FALSEHOOD, Falsehood
from .languages.parts import PARTS
from .phrase_index import VOICES, Phrases, Spoken, Voice, spoken, voices_of
from .sentences import QUANTITIES
from .vocabulary import vocabulary

_NOTHING = Falsehood()
_CLAUSE = re.compile(
    r"[,;，；、،؛()—–]|\b(?:and|but|so|thus|hence|because|since|therefore)\b|ので|ため"
)
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


def falsehoods_in(language: Language) -> tuple[Phrases, ...]:
    """What denies, faults or conditions a value in a language."""
    words = _WORDS[language.code]
    return words.negations, words.faults, words.unless


@lru_cache(maxsize=1_024)
def _tables(text: str) -> tuple[_Words, ...]:
    """The languages that a clause may be in; all of one script when its words are unknown."""
    voices = voices_of(text)
    if [voice.language.code for voice in voices] == ["en"] and "latin" in scripts_of(text):
        foreign = any(one.isalpha() and not one.isascii() for one in text)
        return _LATIN if foreign else (_WORDS["en"],)
    codes = [voice.language.code for voice in voices]
    if "kana" in scripts_of(text):
        codes = ["ja"]
    elif "zh" in codes:
        codes = ["zh"]
    if len(codes) > 1 and any(one.isalpha() and not one.isascii() for one in text):
        codes = [code for code in codes if code != "en"]
    return tuple(_WORDS[code] for code in codes)


def _holds(tables: tuple[_Words, ...], test: Callable[[_Words], bool]) -> bool:
    """Whether a test holds in each language a text may be in; in one when its words are unknown."""
    return (all if _WORDS["en"] in tables else any)(map(test, tables))


def falsified(text: str, start: int) -> str:
    """Why the words before a mark in its sentence keep it from stating an answer; "" if none do."""
    before = text[max(0, start - _REACH) : start].rstrip(" \t\n*_$`\\[({>#|")
    colon = before.endswith((":", "："))
    if "\n" in text[max(0, start - 12) : start] and not colon:
        return ""
    sentence = _SENTENCE.split(before)[-1]
    clause = _MATH.sub(" ", _CLAUSE.split(sentence)[-1])
    if not any(map(str.isalpha, clause)):
        return ""
    reason, parted, equation = clause.partition(":")
    if parted and equation.rstrip().endswith("=") and any(map(str.isdigit, reason)):
        return ""  # "... and have no more 0's: M =": the reason, then an equation of its own
    brief = spoken(clause).words
    english = _tables(sentence) == (_WORDS["en"],)
    if colon and english and len(brief) <= 4 and not _COUNTED & set(brief):
        clause = _MATH.sub(" ", sentence)  # "Never, ever submit this:"
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
    if words.language.code == "en" and _ANYBODY & set(said.words):
        return True
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
    if words.language.bare_link and said.words[-1:] and said.words[-1] in words.language.answer:
        closing = len(said.words)  # "sonuç \\boxed{12} olur"
    return colon or closing < len(said.words) or closing <= end + 1


_POINTED = (("here",), ("this",), ("below",), ("following",))
_LINKS = frozenset(("is", "are", "was", "be", "equals", "equal", "to", "gives", "get", "have"))
_COUNTED = QUANTITIES | {"number", "numbers", "probability", "count", "value", "values", "set"}


_BAD = vocabulary("wrong false incorrect forbidden prohibited banned bogus")
_STATED = vocabulary("value answer result number one solution")
_ANYBODY = vocabulary("anyone anybody whoever someone somebody")


def _false_in_english(words: tuple[str, ...], place: int, end: int, colon: bool) -> bool:
    if "that" in words[end:] and not any(word in _COUNTED for word in words[:place]):
        return True  # "There is no way that this is"
    if words[end : end + 1] == ("that",) and words[:1] in (("it",), ("that",)):
        return True
    if words[place] in ("nobody", "none", "nothing", "never", "neither") and place <= 1:
        return True
    if words[place] in _BAD and words[end : end + 1] and words[end] in _STATED:
        return True
    if words[-1:] and words[-1] in _LINKS and len(words) - end >= 2:
        return False
    counted = any(word in _COUNTED for word in words[:place])
    pointed = words[:1] in _POINTED
    return (pointed or not counted) and (colon or place + 1 < len(words))


_OUT = DISBELIEF | vocabulary("eliminated discarded dismissed crossed struck")
_LIKE = (("like", "this"), ("like", "so"), ("for", "example"), ("for", "instance"), ("such", "as"))


def pretended(label: str) -> bool:
    """Whether what stands before a colon and an answer names an error or an example."""
    label = label[-_REACH:]
    said = spoken(label)
    tables = _tables(label)
    if said.words[-2:] in _LIKE:
        return True  # the form of an answer: "Put it in a box, like this:"
    due = said.words[:2] == ("to", "be") and said.words[-1].endswith(("ed", "done"))
    if due or (len(said.words) <= 2 and _OUT & set(said.words)):
        return True  # "To be replaced:", "Ruled out:"
    if tables == (_WORDS["en"],) and not VOICES["en"].known & set(said.words):
        return any(words.faults.within(said) for words in (*tables, *_LATIN))
    return _holds(tables, lambda words: words.faults.within(said))


_FRAMES = Phrases(
    ("opposite day", "day of opposites", "fiction", "fairy tale", "satire", "parody",
     "make believe", "april fools", "april fool's day", "backwards day", "in jest", "a joke",
     "role play"), True,
)  # fmt: skip
"""What a text is called in which nothing is meant as it is said."""
_TEXT = Phrases(
    ("in this answer", "in this message", "in this response", "in this text", "of this message",
     "of this answer", "of this response", "whatever i say", "what i say", "what i write",
     "whatever i write", "my notation", "my numbers", "my digits", "my language", "my code",
     "from here on", "in my answer"), True,
)  # fmt: skip
"""The text that the answer stands in, of which a sentence may say how it is meant."""
_OWN = (("so",), ("thus",), ("let's",), ("let",), ("therefore",), ("hence",))
_OWN_WORDS = vocabulary("we we'll we've i'll us let's i've check checked verify correct confirm")
_FRAMED = vocabulary("is was are it's remember recall this everything all")
_WHENEVER = (("whenever",), ("when",), ("by",), ("where",), ("if",))


def _adjacent(words: tuple[str, ...], first: str, second: str) -> bool:
    return (first, second) in pairwise(words)


def lied(previous: str) -> bool:
    """Whether the author says in a sentence that what he says is not the truth."""
    said = spoken(previous[-_REACH:])
    if said.words[:1] in _WHENEVER and _adjacent(said.words, "i", "mean"):
        return True  # "Whenever I write 5 I mean 6."
    below = said.words[:1] == ("all",) or said.words[1:2] == ("below",)
    if (
        (_TEXT.within(said) or (below and "below" in said.words[:3]))
        and said.words[:1] not in _OWN
        and not _OWN_WORDS & set(said.words)
    ):
        return True  # "Read every number in this answer backwards."
    if not said.words or any(map(str.isdigit, said.text)):
        return False
    if _tables(previous[-_REACH:]) == (_WORDS["en"],) and _FRAMES.within(said):
        return bool(_FRAMED & set(said.words))
    return any(
        words.lies.within(said) and _speaks(words, said) for words in _tables(previous[-_REACH:])
    )


_SPEAKING = vocabulary("say tell write state speak utter type output telling saying writing print")


def _speaks(words: _Words, said: Spoken) -> bool:
    """Whether the author speaks of what he says."""
    if words.saying.within(said):
        return True
    if words.language.code == "en":
        return bool({"i", "my"} & set(said.words) and _SPEAKING & set(said.words))
    return VOICES[words.language.code].selves.within(said)


_VOID = vocabulary("void retracted withdrawn cancelled canceled deleted discarded annulled crossed")
_RELATIVES = vocabulary(
    "qui que dont où quien quienes cual cuales die der das den dem deren welche welcher che cui "
    "который которые которых которая что чтобы dat który które których som som který které care "
    "joka jotka at yang mà"
)


def qualified(rest: str) -> str:
    """Why the rest of an answer's sentence denies it or attaches a condition; "" if it does not."""
    rest = rest.strip(" \t*_$`)\\]}").lstrip(",;，；، ")
    said = spoken(rest[:_REACH])
    if not said.words:
        return ""
    tables = _tables(rest[:_REACH])
    reasoned = rest.startswith("(") and said.has_values  # "(assuming n > 0)"
    if not reasoned and _holds(tables, lambda words: bool(words.unless.opens(said))):
        return "a condition is attached to the answer"
    if tables == (_WORDS["en"],):
        judged = said.words[0] == "too" or (
            len(said.words) <= 4 and (DISBELIEF | _VOID) & set(said.words)
        )
        return "what follows the answer calls it wrong" if judged else ""
    clause = _MATH.sub(" ", _CLAUSE.split(rest[:_REACH])[0])
    part = spoken(clause)
    cut = next((n for n, word in enumerate(part.words) if word in _RELATIVES and n), None)
    if cut is not None:
        part = spoken(clause[: part.places[cut]])
    if _grows(tables, clause):
        return "the number is part of another value"
    if rest[:1].isupper() and all(_turns_to_self(words, said) for words in tables):
        return "what follows the answer speaks of its author"
    if any(map(str.isdigit, clause)):
        return ""
    if _holds(tables, lambda one: one.negations.within(part) or one.faults.within(part)):
        return "what follows the answer denies it or calls it wrong"
    return ""


def _turns_to_self(words: _Words, said: Spoken) -> bool:
    """Whether a sentence that no stop parts from the answer begins with its author."""
    size = VOICES[words.language.code].selves.opens(said)
    return bool(size) and len(said.words) > size


_PARTICLES = ("の", "的", "의", "का ", "के ", "की ")


def _grows(tables: tuple[_Words, ...], clause: str) -> bool:
    """Whether a particle makes the answer the possessor of another value: "の4分の1"."""
    text = clause.strip(" $*")
    if not text.startswith(_PARTICLES):
        return False
    possessed = text[max(len(one) for one in _PARTICLES if text.startswith(one)) :].strip()
    return any(map(str.isdigit, possessed)) or any(
        text.startswith(tuple(words.language.operators))
        or possessed.startswith((*words.language.digits, *_MULTIPLES))
        for words in tables
        if not words.language.spaced or words.language.code in ("ko", "hi")
    )


_MULTIPLES = (*PARTS["hi"], "半", "倍", "절반", "반", "두 배", "배", "数倍", "几")


def voices_in(text: str) -> tuple[Voice, ...]:
    """The voices of the languages that a text may be in."""
    return tuple(VOICES[words.language.code] for words in _tables(text))


def explains(language: Language, text: str) -> bool:
    """Whether a later sentence explains, by its label or first words, and speaks no doubt."""
    words, voice = _WORDS[language.code], VOICES[language.code]
    label, colon, rest = text.replace("：", ":").partition(":")
    labelled = bool(colon and rest) and voice.labels.derives(spoken(label))
    said = spoken(text)
    concluded = bool(voice.concludes.opens(said))
    doubtful = (
        words.negations,
        words.faults,
        words.lies,
        voice.selves,
        voice.answers,
        voice.against,
    )
    return (labelled or concluded) and not any(group.within(said) for group in doubtful)
