"""The clauses before an answer: whether they report it, suppose it, or name another answer."""

from .languages import Language
from .languages.speech import FIRST_PERSON
from .phrase_index import VOICES, Phrases, Spoken, Voice, spoken
from .verbs import COPULAS
from .vocabulary import vocabulary


def framed(
    prefix: str, voices: tuple[Voice, ...], sentence: bool, language: Language | None
) -> str:
    """Why the clauses before a statement report or suppose it."""
    if not any(map(str.isalpha, prefix)):
        return ""
    said = spoken(prefix)
    for voice in voices:
        last = last_of(voice.concludes, said)
        if any(end > last for _, end in voice.supposes.places(said)):
            return "the answer is only supposed"
        if reported(voice, said, last):
            return "the answer is only reported"
        if voice.unreal.opens(said) and voice.language.spaced and last < 0:
            return "the answer is only supposed"
        for _, end in voice.conditions.places(said):
            if end > last and (sentence or voice.unreal.within(said) or not said.has_values):
                return "the answer is only supposed"
    if voices and voices[0].language.code == "en":
        if said.words[:1] in (("with",), ("by",)) and _SLIPS & set(said.words):
            return "the answer comes from a mistake"
        if said.words[:1] and said.words[0] in _SOURCES and VOICES["en"].tentative.within(said):
            return "the answer comes from a mistake"
        return names_another(prefix, said) or (_opening(prefix, said) if sentence else "")
    return ""


def reported(voice: Voice, said: Spoken, last: int = -1) -> bool:
    """Whether somebody else says what follows; a theorem or the problem itself may be cited."""
    if voice.authorities.within(said) and not (
        voice.persons.within(said)
        or voice.tentative.within(said)
        or voice.otherwise.within(said)
        or voice.against.within(said)
    ):
        return False
    return any(
        end > last and not _own(voice, said, place, end)
        for place, end in voice.reports.places(said)
    )


def last_of(phrases: Phrases, said: Spoken) -> int:
    """Where the last of the phrases ends; -1 for none."""
    return max((end for _, end in phrases.places(said)), default=-1)


_SOURCES = vocabulary("as under by with in from per following")
_SLIPS = vocabulary("mistake error slip accident typo blunder oversight")
_PAST = vocabulary("thought believed guessed said wrote answered claimed used told supposedly")


def _own(voice: Voice, said: Spoken, place: int, end: int) -> bool:
    """Whether the author himself says it: "I think", "we conclude"."""
    if not voice.language.spaced:
        return any(said.text[max(0, place - 2) : place].endswith(one) for one in voice.selves.all)
    words = said.words
    before = words[max(0, place - 2) : place]
    mine = any(word in FIRST_PERSON for word in before)
    if words[place:end] == ("answers",) or (
        words[place:end] == ("says",) and before[-1:] == ("that",)
    ):
        return words[place] == "answers"
    return mine and words[place] not in _PAST


_THINGS = vocabulary("let's it's that's here's what's problem's question's there's")
TENTATIVE_NOUNS = vocabulary(
    "answer answers result results response guess option choice possibility candidate attempt "
    "draft "
    "solution total estimate version reply"
)


def names_another(prefix: str, said: Spoken) -> str:
    """Whether a noun phrase right before an answer names another than the final one."""
    clause = prefix.replace(";", ",").rpartition(",")[2]
    phrase = _phrase(spoken(clause).words[-6:])
    english = VOICES["en"]
    if not phrase or _FINAL & set(phrase):
        return ""
    if any(word.endswith("'s") and word not in _THINGS for word in phrase):
        return "another than the final answer is named"
    return (
        "another than the final answer is named"
        if any(
            (word,)
            in (
                *english.tentative.by_first.get(word, ()),
                *english.otherwise.by_first.get(word, ()),
            )
            for word in phrase
        )
        else ""
    )


_FINAL = vocabulary("correct right final only smallest largest least greatest")
"""What makes one of several candidates the answer."""
_BREAKS = COPULAS | vocabulary("gives give gave means us which who that")
"""What no noun phrase holds before its noun."""


def _phrase(words: tuple[str, ...]) -> tuple[str, ...]:
    """From the modifiers of the last noun for an answer to the end; () when there is none."""
    nouns = [index for index, word in enumerate(words) if word in TENTATIVE_NOUNS]
    if not nouns:
        return ()
    start = nouns[-1]
    while start and words[start - 1] not in _BREAKS:
        start -= 1
    return words[start:]


OTHERNESS = vocabulary("different another other previous old last next similar easier harder")
_OPENERS = vocabulary(
    "i'm i've i'd we've since because as given after by using with from to for hence thus so "
    "therefore then now once "
    "when while where we this that these those which it there here and but also finally overall "
    "altogether together thereby alternatively again let next first second third lastly step yes "
    "no indeed clearly similarly likewise consequently accordingly i what the all each every both "
    "however of through via plus substituting"
)

_ADVERBS = vocabulary(
    "clearly similarly likewise consequently accordingly finally obviously evidently naturally "
    "simply equivalently thereby essentially ultimately additionally collectively lastly firstly "
    "secondly thirdly specifically explicitly numerically geometrically algebraically actually "
    "certainly definitely surely indeed precisely exactly directly subsequently only intuitively "
    "generally formally logically technically"
)
FIRST_WORDS = (
    _OPENERS
    | _ADVERBS
    | vocabulary("a an only just most least that's or being currently approximately")
)
"""What a clause of the author's own may begin with."""
_PLACES = vocabulary("in on at under inside within during")

_IN = vocabulary(
    "total conclusion summary short sum all fact particular general case problem question end "
    "given setup situation simplest lowest reduced "
    "decimal "
    "base terms words degrees radians meters metres dollars hours minutes "
    "cents form addition order percent interval notation closing "
    "simplified exact standard modulo mixed average expectation turn"
)


def _opening(prefix: str, said: Spoken) -> str:
    """Whether the clause that opens an English statement is one that only reasons."""
    words = said.words
    if not words:
        return ""
    first = words[0]
    voice = VOICES["en"]
    doubtful = voice.tentative.within(said) or voice.persons.within(said)
    if (doubtful or OTHERNESS & set(words)) and not _concluded(voice, said):
        return _UNKNOWN
    if ":" in prefix and not (
        said.has_values
        or voice.labels.within(said)
        or voice.concludes.within(said)
        or {"we", "i", "us", "me"} & set(words)
    ):
        return _UNKNOWN
    if first in _PLACES:
        return (
            "" if set(words[1:3]) & _IN or prefix.strip()[3:5].strip(" $").isdigit() else _UNKNOWN
        )
    if said.has_values or first in _OPENERS or first.endswith("ing") or first in _ADVERBS:
        return ""
    if (
        voice.labels.opens(said)
        or voice.concludes.opens(said)
        or last_of(voice.concludes, said) > 0
    ):
        return ""
    return "" if len(words) > 6 or ":" in prefix else _UNKNOWN


def _concluded(voice: Voice, said: Spoken) -> bool:
    return last_of(voice.concludes, said) == len(said.words)


_UNKNOWN = "the clause before the answer is not understood"
