"""What follows an answer: only what is understood to leave the answer as it is.

The rest of the answer's sentence may name a unit or give a reason. A later sentence may approve
the answer, give a calculation, or explain; one that speaks of the answer, of its author or of
nothing that is understood takes the commitment away.
"""

from collections.abc import Callable
from typing import Any

from .answer_rest import (
    CONTRADICTS,
    OTHER,
    REASONS,
    TAKEN,
    TIES,
    UNITS,
    UNREAD,
    added,
    against,
    aside,
    contradicted,
    grown,
    only_shown,
    reported_by,
    rest_words,
)
from .clauses import OTHERNESS, reported
from .falsity import explains, pretended, qualified, voices_in
from .phrase_index import VOICES, Spoken, Voice, spoken
from .statements import statements
from .verbs import AMOUNT_VERBS
from .vocabulary import vocabulary
from .words import sentences, tokens

Reads = Callable[[str], Any | None]

_EDGES = " \t\n*_$`\\.,;:!)]}>|-–—=+"
_HOLDS = vocabulary(
    "answer box boxed above response reply submission guess sentence statement quotation message"
)
_TESTS = vocabulary("check verification condition test conditions constraint requirement")
_PREFERS = vocabulary(
    "rather instead prefer money bet choose pick switch change go truth right correct better "
    "closer fits work works acceptable valid true best possible vote revise settle"
)
_POINTS = vocabulary("this that it these those which above")


def unsettled(tail: str, reads: Reads, value: Any, shown: str, boxed: bool) -> str:
    """Why the text after an answer leaves it without its author's commitment; "" if it does not.

    `shown` is the answer's text. `boxed`: the answer ends where its mark does, so the rest of the
    sentence is not read with it.
    """
    tail = tail[:4_000]
    if not any(one.isalnum() for one in tail):
        return ""
    parts = sentences(tail.lstrip("$"))
    first = parts[0] if parts and not tail.lstrip("$*_ `)\\]}.").startswith("\n") else ""
    if first and tail.lstrip("$*_ `)\\]}")[:1] not in (".", "。", "!", "\n", "！"):
        if boxed and (reason := grown(first)):
            return reason
        if boxed and first.rstrip("*_ )$\n").endswith(("?", "？", "؟")) and rest_words(first):
            return "the answer is asked, not stated"
        if reason := qualified(first) or contradicted(first, shown, boxed):
            return reason
        if not boxed and (reason := added(first, shown)):
            return reason
        if boxed and shown.isdigit() and _states_another(first, shown):
            return OTHER
        if reason := reported_by(first):
            return reason
        if not (boxed and shown[-1:].isdigit() and _is_sentence(first)):
            parts = parts[1:]
    turned = False
    opening = parts[0].strip(" *_\n") if parts else ""
    remark = opening.startswith("(") and opening.endswith(")") and opening.count("(") == 1
    if remark and (reason := aside(opening, spoken(opening))):
        return reason
    for part in parts[:60]:
        if part.strip(" \t\n*_-") == "OR":
            continue  # another solution of the same problem
        if not any(one.isalnum() for one in part) or (
            part.strip().rstrip(".").isdigit()
            and (part.rstrip().endswith(".") and part is not parts[-1])
        ):
            continue  # nothing, or the number of an item
        reason, turns, approves = _judged(part, reads, value, shown)
        if reason:
            return reason
        turned = (turned or turns) and not approves
    return "a second thought follows and is not resolved" if turned else ""


def _is_sentence(first: str) -> bool:
    """Whether what follows a box is a sentence of its own that no stop parts from it."""
    text = first.strip(" \t\n*_$")
    said = spoken(text)
    if said.has_values or len(said.words) < 2 or said.words[0] in UNITS:
        return False
    voices = voices_in(text)
    if any(voice.turns.opens(said) or voice.selves.opens(said) for voice in voices):
        return True
    if not text[:1].isupper() or voices == (VOICES["en"],):
        return text[:1].isupper() and said.words[0] in _ENGLISH_TURNS
    return (VOICES["de"] not in voices or len(voices) > 1) and len(said.words) > 2


def _states_another(first: str, shown: str) -> bool:
    """Whether the rest of a box's sentence states another whole number to be the answer."""
    for stated in statements(first):
        said = tokens(first[stated.value :].strip(" ,:.$*_\n"))[:1]
        if stated.standing == "stated" and said and said[0].text.isdigit():
            return int(said[0].text) != int(shown)
    return False


def _judged(part: str, reads: Reads, value: Any, shown: str) -> tuple[str, bool, bool]:
    """(why a later sentence takes the answer back, whether it turns, whether it approves)."""
    text = part.strip().strip("*_`#-•> ").strip()
    if not text or _is_formula(text):
        return "", False, False
    stated = next(statements(text), None)
    if stated is not None and stated.standing != "supposed" and not stated.before:
        same = reads(text[stated.value :].strip(" *_$.`:\n").removeprefix("not "))
        if same is not None and stated.standing == "denied":
            return (TAKEN, False, False) if same == value else ("", False, False)
        if same is not None:
            return ("", False, True) if same == value else (OTHER, False, False)
    said = spoken(text)
    if len(text) <= 60 and reads(_after_turns(text, said)) == value:
        return "", False, True
    voices = voices_in(text)
    if reason := _by_another(text, voices):
        return reason, False, False
    marked = part.lstrip().startswith("####") and any(map(str.isdigit, text))
    if not marked and _is_heading(part, text, said):
        return "", False, False
    if any(_is_courtesy(voice, said) for voice in voices) and not (
        any(word in _HOLDS for word in said.words) or _against_in(voices, said) or said.has_values
    ):
        return "", False, True
    if _confirms(text, said, reads, value):
        return "", False, True
    if any(voice.approves.derives(said) and not _turns(voice, said) for voice in voices):
        return _another(text, said, reads, value), False, True
    if len(text) <= 40 and _is_value(said, voices) and "=" not in text:
        other = reads(text.rstrip("."))
        if other is not None and other != value and not only_shown(text, shown):
            return OTHER, False, False
    if _renames(text, said, reads, value):
        return OTHER, False, False
    harmless = only_shown(text, shown) or part.lstrip()[:2] in ("- ", "* ", "• ")
    reasons = [_unsound(voice, text, said, harmless) for voice in voices]
    if all(reasons):
        return reasons[0], False, False
    return "", any(_turns(voice, said) for voice in voices), False


_CONCLUDES = (", so ", " so ", " therefore ", " thus ", " hence ", ", which gives ")


def _confirms(text: str, said: Spoken, reads: Reads, value: Any) -> bool:
    """Whether an English sentence concludes that the answer is right: "..., so it is correct"."""
    if not (text.isascii() and {"correct", "right"} & set(said.words)) or against(said):
        return False
    place = max(text.casefold().rfind(one) for one in _CONCLUDES)
    last = text[place + 1 :] if place >= 0 else ""
    concluded = spoken(last)
    numbers = [token.text for token in tokens(last) if token.kind in ("number", "math", "price")]
    named = {"answer", "result", "solution", "number", "it", "this"} & set(concluded.words)
    return bool(named) and (
        VOICES["en"].approves.derives(concluded)
        and all(reads(number) == value for number in numbers)
        and not _turns(VOICES["en"], said)
    )


def _is_courtesy(voice: Voice, said: Spoken) -> bool:
    return bool(voice.courtesies.opens(said)) and (
        voice.language.code == "en" or not voice.answers.within(said)
    )


def _against_in(voices: tuple[Voice, ...], said: Spoken) -> bool:
    """Whether a courtesy denies, in English, or speaks of an error."""
    english = [voice.language.code for voice in voices] == ["en"]
    return against(said) if english else pretended(said.text)


def _by_another(text: str, voices: tuple[Voice, ...]) -> str:
    """Whether a label before a colon begins an erratum or the words of another speaker."""
    label, colon, rest = text.replace("：", ":").partition(":")
    said = spoken(label)
    if not colon or not rest.strip() or len(said.words) > 3 or not said.words:
        return ""
    if pretended(label):
        return TAKEN
    speaker = any(voice.persons.within(said) for voice in (*voices, VOICES["en"]))
    return "another speaker follows" if speaker else ""


def _after_turns(text: str, said: Spoken) -> str:
    """A short sentence without the words that open it: "no, 5" is 5."""
    place = 0
    while place < len(said.words) and said.words[place] in _ENGLISH_TURNS:
        place += 1
    start = said.places[place - 1] + len(said.words[place - 1]) if place else 0
    return text[start:].strip(" ,.:;!*_")


def _is_value(said: Spoken, voices: tuple[Voice, ...]) -> bool:
    """Whether a short sentence is a value with at most a label or one unit."""
    long = [word for word in said.words if len(word) > 1]
    return len(long) <= 1 or any(voice.labels.derives(said) for voice in voices)


def _another(text: str, said: Spoken, reads: Reads, value: Any) -> str:
    """Another value in a sentence that only approves: "The correct answer is 6"."""
    numbers = [token.text for token in tokens(text) if token.kind in ("number", "math", "price")]
    if len(numbers) != 1 or any(one in text for one in "=+×÷<>"):
        return ""
    other = reads(numbers[0])
    return OTHER if other is not None and other != value and len(said.words) <= 8 else ""


def _is_formula(text: str) -> bool:
    letters = sum(one.isalpha() for one in text.replace("\\", ""))
    return text.startswith(("$$", "\\[", "\\begin", "|")) or ("=" in text and letters <= 12)


def _is_heading(part: str, text: str, said: Spoken) -> bool:
    """Whether a line is a heading or a label, which asserts nothing."""
    line = part.strip()
    return (
        (line.startswith("#") or text.rstrip("*_ ").endswith((":", "：")))
        and len(said.words) <= 6
        and not against(said)
    )


def _turns(voice: Voice, said: Spoken) -> bool:
    if voice.language.code == "en":
        return said.words[:1] != () and said.words[0] in _ENGLISH_TURNS
    return bool(voice.turns.opens(said))


_ENGLISH_TURNS = vocabulary(
    "wait actually sorry hmm hm oops correction no nope but however edit update ps oh hold well "
    "mind except otherwise rather instead or unless"
)


_RENAMING = vocabulary(
    "possibility more another other alternative real correct true new final better answer also "
    "actual"
)


def _renames(text: str, said: Spoken, reads: Reads, value: Any) -> bool:
    """Whether a label announces another value: "One more possibility: 6"."""
    _, colon, rest = text.rpartition(":")
    if not colon or not rest.strip() or not any(word in _RENAMING for word in said.words):
        return False
    other = reads(rest.strip(" .*_"))
    return other is not None and other != value


def _unsound(voice: Voice, text: str, said: Spoken, harmless: bool) -> str:
    """Why a sentence of one language is not understood to leave the answer as it is."""
    english = voice.language.code == "en"
    denies = against(said) if english else voice.against.within(said)
    exempt = english and ("no other" in said.text or "nothing else" in said.text)
    count = len(said.words) if voice.language.spaced else len(said.text.strip()) // 2
    refers = _refers(voice, said, english)
    mine = _mine(voice, said)
    turns = _turns(voice, said)
    if text.rstrip("*_ ").endswith(("?", "？", "؟")) and not voice.approves.opens(said):
        return "a question follows the answer"
    tested = english and bool(_TESTS & set(said.words))
    if denies and not exempt and (tested or refers or mine or turns or (count <= 4 and harmless)):
        return TAKEN
    if mine and not said.has_values:
        return TAKEN
    if refers and (english or not said.has_values):
        return UNREAD
    if turns and (said.has_values or refers):
        return OTHER
    together = english and said.words[:1] in (("both",), ("either",), ("all",))
    if together and not harmless and _PREFERS & set(said.words):
        return OTHER
    if english and not harmless and _PREFERS & set(said.words) and (mine or text[:1].isdigit()):
        return OTHER
    if reported(voice, said) and (refers or count <= 8):
        return "the answer is only reported"
    purpose = said.words[:1] == ("to",)  # "To verify this, we ..."
    if english and (
        (_commands(said.words) and not harmless) or (_commands(said.words[1:]) and not purpose)
    ):
        return UNREAD
    if english and harmless and CONTRADICTS & set(said.words) and not _of_others(text, said):
        return TAKEN
    if not english and not said.has_values and not turns:
        return "" if count > 4 and explains(voice.language, text) else UNREAD
    if english and said.words[:1] in (("none",), ("nothing",)) and said.words[1:2] == ("of",):
        return TAKEN
    if english and not said.has_values and _replaces(said.words):
        return UNREAD
    short = count <= 4 and (not said.has_values or (not harmless and count <= 3))
    return UNREAD if short and not turns else ""


_COMMANDS = AMOUNT_VERBS | vocabulary(
    "replace reverse swap multiply double halve subtract flip negate square treat regard report"
)
_OBJECTS = vocabulary("the it its this that these those one all both by them everything")
_REAL = vocabulary("true real actual right correct")


def _replaces(words: tuple[str, ...]) -> bool:
    """Whether a sentence commands to change the answer, or says what the true one is."""
    if words[:1] and words[0] in _COMMANDS and not words[0].endswith(("s", "ed", "ing")):
        return bool(words[1:2]) and words[1] in _OBJECTS
    return words[:1] == ("the",) and bool(words[1:2]) and words[1] in _REAL


_TO = vocabulary("to into from with by for as please completely and")


def _commands(words: tuple[str, ...]) -> bool:
    """Whether a sentence is a command about what it points at: "Change that to 6"."""
    pointed = words[1:2] and words[1] in _POINTS
    if words[1:2] == ("that",) and words[2:3] and words[2] not in _TO:
        return False  # "Note that ..."
    return bool(pointed) and words[0] not in REASONS and not words[0].endswith("ing")


def _of_others(text: str, said: Spoken) -> bool:
    """Whether a sentence speaks of other values or choices than the answer."""
    letters = (token.text for token in tokens(text) if len(token.text) == 1)
    return any("A" <= one <= "J" for one in letters) or bool(
        {"other", "others", "otherwise", "options", "choices", "statements", "option", "choice"}
        & set(said.words)
    )


def _mine(voice: Voice, said: Spoken) -> bool:
    places: list[tuple[int, int]] = voice.selves.places(said)
    return bool(places)


def _refers(voice: Voice, said: Spoken, english: bool) -> bool:
    """Whether a sentence speaks of the answer."""
    if not english:
        return bool(voice.refers.opens(said)) or voice.answers.within(said)
    words = said.words
    if any(
        word in _HOLDS and not (word == "above" and _is_adjective(words, n))
        for n, word in enumerate(words)
    ):
        return True
    start = 0
    while words[start : start + 1] and words[start] in _OPENING:
        start += 1
    points = words[start : start + 1] and words[start] in _POINTS
    tie = words[start + 1 : start + 2]
    return bool(
        points and tie and (tie[0] in TIES or tie[0].endswith("n't")) and not _explains(said)
    )


_OPENING = _ENGLISH_TURNS | vocabulary("and so apologies")


def _is_adjective(words: tuple[str, ...], place: int) -> bool:
    """Whether "above" stands before a noun: "the above calculation"."""
    following = words[place + 1 : place + 2]
    verb = bool(following) and following[0] in TIES | AMOUNT_VERBS
    return words[place - 1 : place] == ("the",) and bool(following) and not verb


def _explains(said: Spoken) -> bool:
    """Whether a sentence such as "This is the number of ways ..." explains and does not judge."""
    words = said.words
    described = len(words) > 5 and "the" in words[2:4] and not OTHERNESS & set(words)
    return said.has_values or "because" in words or described
