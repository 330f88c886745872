"""Who says an answer, and in which mood, from the words before it.

An answer counts only if its author asserts it. `disowned` derives what stands before it: the line
it is on (a quotation, a speaker's label), the clauses of its sentence (a report, a supposition, an
opening that is not understood), and the sentence that announces it.
"""

from .hedging import COMPARISON, DISBELIEF, NEGATION
from .languages import Language
from .nouns import changes_value, is_part
from .phrase_index import VOICES, Phrases, Spoken, Voice, spoken, voices_of
from .retractions import TAKES_BACK
from .sentences import QUANTITIES
from .vocabulary import vocabulary

_QUOTES = {"«": "»", "“": "”", "„": "“", "「": "」", "『": "』", "‹": "›", "‟": "”"}
_QUOTE_MARKS = '"«»“”„「『‹'
_ENDS = ".!?。！？।؟\n"
_DRESSING = " \t*_#>`~$|•·-–—✅✔☑🎯💡📌👉⭐🔑➡☞▶\\([{（【\ufe0f"
_REACH = 400


def disowned(
    text: str, start: int, opens: int, language: Language | None = None, sentence: bool = False
) -> str:
    """Why the author does not assert the answer at `start`; "" when nothing says so.

    `opens` is where the sentence that states it begins, or the answer itself when a mark does;
    `sentence`: a sentence states it, which a label before it makes the words of a speaker.
    """
    line_start = text.rfind("\n", max(0, opens - _REACH), opens) + 1
    if not line_start:
        line_start = max(0, opens - _REACH)
    line = text[line_start:opens]
    said_at = opens
    while said_at < start and text[said_at] in _DRESSING + _QUOTE_MARKS:
        said_at += 1
    whole = line + text[opens : start + 80].partition("\n")[0]
    if any(cross in whole for cross in CROSSES):
        return "the answer is marked as wrong"
    if reason := _quoted(text, line_start, said_at, sentence):
        return reason
    begin = _sentence_start(line)
    prefix = line[begin:]
    lead = text[opens:start]
    voices = _voices(prefix + lead, language)
    if reason := _spoken_by_another(line, voices, sentence) or _framed(
        prefix, voices, sentence, language
    ):
        return reason
    previous = _previous(text, line_start + begin)
    return _announced(previous, voices_of(previous), prefix + lead) if previous else ""


CROSSES = "✗✘❌❎🚫⛔👎✖"
"""Pictures that mark an answer as wrong."""


def _voices(text: str, language: Language | None) -> tuple[Voice, ...]:
    if language is not None:
        return (VOICES[language.code],)
    return voices_of(text) if any(map(str.isalpha, text)) else ()


def _sentence_start(line: str) -> int:
    """Where the last sentence of a line begins."""
    end = len(line.rstrip(_DRESSING + "\"'“«„"))
    if end and line[end - 1] in _ENDS and not line[:end].endswith("..."):
        return len(line)
    for index in range(end - 1, 0, -1):
        if line[index - 1] in _ENDS and (line[index] in " *_\"'”»" or line[index - 1] in "。！？।"):
            before = line[: index - 1]
            if line[index - 1] == "." and (
                before[-1:].isdigit() and line[index : index + 1] != " "
            ):
                continue
            if len(before.split()[-1:] or "") and len(before.split()[-1]) == 1:
                continue
            return index
    return 0


_ENCLOSING = vocabulary(
    "solution response output final result p b i u div center body html strong em span li ul ol td "
    "tr table code message root xml reply math box answer conclusion step h1 h2 h3 br sub sup"
)
"""Tags that only dress an answer."""


def _quoted(text: str, line_start: int, opens: int, sentence: bool) -> str:
    """Whether a quotation is open where the statement begins."""
    line = text[line_start:opens]
    if not line.strip():
        return ""
    for opening, closing in _QUOTES.items():
        place = line.rfind(opening)
        if (
            place >= 0
            and closing not in line[place + 1 :]
            and (sentence or line[place + 1 :].strip(_DRESSING))
        ):
            return "the answer stands in a quotation"
    marks = [
        index
        for index, one in enumerate(line)
        if one == '"' and not line[:index].rstrip("$").endswith(tuple("0123456789"))
    ]
    if len(marks) % 2 and (sentence or line[marks[-1] + 1 :].strip(_DRESSING)):
        return "the answer stands in a quotation"
    if text[opens : opens + 1] == "#" and line.rstrip().endswith(('"', "“", "«", "`")):
        return "the answer stands in a quotation"
    enclosing = line.rstrip().rpartition("<")[2]
    if enclosing.endswith(">") and enclosing[:-1].isalpha() and enclosing[:-1] not in _ENCLOSING:
        return "the answer stands in a part of its own"
    bare = line.lstrip()
    if bare.startswith(">") and sentence and not bare.strip(_DRESSING):
        return "the answer stands in a quotation"
    return ""


def _spoken_by_another(line: str, voices: tuple[Voice, ...], sentence: bool) -> str:
    """Whether a label such as "Student A:" gives what follows it to a speaker."""
    first = line.replace("：", ":").find(":")
    if first < 0 or "http" in line:
        return ""
    label = line[:first].strip(_DRESSING + "]})")
    rest = line[first + 1 :].strip(_DRESSING)
    if not label or len(label) > 40 or any(one in label for one in "=\\$"):
        return ""
    said = spoken(label)
    if rest.strip(_DRESSING) == "" and _is_disowning(said, voices):
        return "the label before the answer disowns it"
    if not said.words or len(said.words) > 4:
        return ""
    for voice in (*voices, VOICES["en"]):
        if voice.persons.places(said) and not voice.labels.opens(said) and not rest:
            return "a speaker other than the author says it"
        if voice.labels.derives(said):
            return ""
        if voice.language.spaced and voice.labels.within(said):
            return ""
    for voice in (*voices, VOICES["en"]):
        if voice.persons.within(said):
            return "a speaker other than the author says it"
        if voice.labels.opens(said):
            return ""
    if any(map(str.isdigit, label)) or (rest and not sentence):
        return ""
    if _is_name(label, said):
        return "a speaker other than the author says it"
    return "the label before the answer is not understood" if sentence and not rest else ""


def _is_disowning(said: Spoken, voices: tuple[Voice, ...]) -> bool:
    """Whether a label or a heading names a wrong or another answer."""
    for voice in (*voices, VOICES["en"]):
        if voice.tentative.within(said) or voice.against.within(said):
            return True
        if voice.answers.within(said) and (
            voice.otherwise.within(said) or voice.persons.within(said)
        ):
            return not {"final", "correct", "right"} & set(said.words)
    possessed = any(word.endswith(("'s", "s'")) for word in said.words)
    against = NEGATION | DISBELIEF | _WRONGNESS | TAKES_BACK
    return (possessed and "answer" in said.words) or any(word in against for word in said.words)


def labelled_by_another(text: str) -> str:
    """Why a text such as "Student A: 5" is the answer of somebody else; "" when it is not."""
    line = text.split("\n", 1)[0].replace("：", ":")
    label, colon, rest = line.partition(":")
    if not colon or not rest.strip() or label.strip().isdigit():
        return ""
    return _spoken_by_another(label + ":", voices_of(label), True)


def _is_name(label: str, said: Spoken) -> bool:
    """Whether a label looks like a name: one or two capitalised words that are no known noun."""
    words = label.split()
    if len(words) > 2 or any(word in QUANTITIES for word in said.words):
        return False
    capital = all(word[:1].isupper() for word in words)
    return capital and (len(words) > 1 or len(label) <= 8) and not label.isupper()


def _framed(
    prefix: str, voices: tuple[Voice, ...], sentence: bool, language: Language | None
) -> str:
    """Why the clauses before a statement report or suppose it."""
    if not any(map(str.isalpha, prefix)):
        return ""
    said = spoken(prefix)
    for voice in voices:
        last = _last(voice.concludes, said)
        if any(end > last for _, end in voice.supposes.places(said)):
            return "the answer is only supposed"
        if reported(voice, said, last):
            return "the answer is only reported"
        for _, end in voice.conditions.places(said):
            if end > last and (sentence or voice.unreal.within(said) or not said.has_values):
                return "the answer is only supposed"
    if voices and voices[0].language.code == "en":
        return _tentative(prefix, said) or (_opening(prefix, said) if sentence else "")
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


def _last(phrases: Phrases, said: Spoken) -> int:
    return max((end for _, end in phrases.places(said)), default=-1)


_PAST = vocabulary("thought believed guessed said wrote answered claimed used told supposedly")


def _own(voice: Voice, said: Spoken, place: int, end: int) -> bool:
    """Whether the author himself says it: "I think", "we conclude"."""
    if not voice.language.spaced:
        return any(said.text[max(0, place - 2) : place].endswith(one) for one in voice.selves.all)
    words = said.words
    before = words[max(0, place - 2) : place]
    mine = any(
        word in ("i", "we") or (word,) in voice.selves.by_first.get(word, ()) for word in before
    )
    if words[place:end] == ("answers",) or (
        words[place:end] == ("says",) and before[-1:] == ("that",)
    ):
        return words[place] == "answers"
    return mine and words[place] not in _PAST


_TENTATIVE_NOUNS = vocabulary(
    "answer answers result results response guess option choice possibility candidate attempt "
    "draft "
    "solution total estimate version reply"
)


def _tentative(prefix: str, said: Spoken) -> str:
    """Whether a noun phrase right before an answer names another than the final one."""
    clause = prefix.replace(";", ",").rpartition(",")[2]
    words = spoken(clause).words
    index = len(words)
    phrase: list[str] = []
    while index and len(phrase) < 6:
        index -= 1
        phrase.append(words[index])
    english = VOICES["en"]
    if not any(word in _TENTATIVE_NOUNS for word in phrase):
        return ""
    if any(word in ("correct", "right", "final", "only") for word in phrase):
        return ""
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


_OPENERS = vocabulary(
    "i'm i've i'd we've since because as given after by using with from to for hence thus so "
    "therefore then now once "
    "when while where we this that these those which it there here and but also finally overall "
    "altogether together thereby alternatively again let next first second third lastly step yes "
    "no indeed clearly similarly likewise consequently accordingly i what the all each every both "
    "however of through via plus substituting"
)
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
    doubtful = (voice.tentative, voice.otherwise, voice.persons, voice.against)
    if any(group.within(said) for group in doubtful) and not _concluded(voice, said):
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
    if said.has_values or first in _OPENERS or first.endswith(("ing", "ly")):
        return ""
    if voice.labels.opens(said) or voice.concludes.opens(said) or _last(voice.concludes, said) > 0:
        return ""
    return "" if len(words) > 6 or ":" in prefix else _UNKNOWN


def _concluded(voice: Voice, said: Spoken) -> bool:
    return _last(voice.concludes, said) == len(said.words)


_UNKNOWN = "the clause before the answer is not understood"


def _previous(text: str, end: int) -> str:
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


def _announced(previous: str, voices: tuple[Voice, ...], sentence: str) -> str:
    """Whether the sentence before an answer announces it as wrong, reported or supposed."""
    said = spoken(previous)
    if previous.startswith("#") and len(said.words) <= 6 and _is_disowning(said, voices):
        return "the heading before the answer disowns it"
    colon = previous.rstrip("*_ ").endswith((":", "："))
    ahead = colon or any(word in _AHEAD for word in said.words) or said.words[:2] in (
        ("here", "is"), ("what", "follows"), ("here's",), ("let's", "see"), ("let", "us"),
        ("let's", "look"), ("let's", "consider"), ("consider", "the"), ("consider", "a"),
    )  # fmt: skip
    for voice in voices:
        last = _last(voice.concludes, said)
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
        pointed = english and _AHEAD & set(said.words) and _POINTED & set(said.words)
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


_COMPLETED = vocabulary("is are get have becomes equals obtain find be to by gives yields")


def _denied(said: Spoken, last: int) -> bool:
    words = said.words[max(0, last) :]
    if words[-1:] and words[-1] in _COMPLETED:  # "The number of bad eggs is:"
        return bool(_tentative(" ".join(words[:-1]), spoken(" ".join(words[:-1]))))
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
    against = NEGATION | DISBELIEF | _WRONGNESS
    return (forbids or pointed) and any(word in against for word in words)


_WRONGNESS = vocabulary(
    "mistake error bad wrongly lie lies placeholder example nonsense bogus fabricated invented"
)


def adjoining(before: str) -> str:
    """Why the word right before a marked answer makes it part of another value; "" if none does."""
    words = list(spoken(before[-80:].rpartition("\n")[2]).words)
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
    if last in ("least", "most") and words[-2:-1] == ["at"]:
        return "the answer is only a bound"
    if last == "and" and "between" in words[-4:]:
        return "the answer is only a bound"
    if last == "of" and len(words) > 1 and (is_part(words[-2]) or changes_value(words[-2])):
        return "the answer is part of another value"
    return ""
