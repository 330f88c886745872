"""What follows an answer: only what is understood to leave the answer as it is.

The rest of the answer's sentence may name a unit or give a reason. A later sentence may approve
the answer, give a calculation, or explain; one that speaks of the answer, of its author or of
nothing that is understood takes the commitment away.
"""

from collections.abc import Callable
from typing import Any

from .clauses import reported
from .hedging import DISBELIEF, NEGATION
from .languages import ENGLISH, changes_number
from .nouns import is_counted
from .phrase_index import VOICES, Spoken, Voice, spoken, voices_of
from .statements import statements
from .vocabulary import vocabulary
from .voices import CROSSES
from .words import sentences, tokens

Reads = Callable[[str], Any | None]

_EDGES = " \t\n*_$`\\.,;:!)]}>|-–—=+"
_REASONS = vocabulary(
    "because since as so which where thus hence therefore by for with from that giving making "
    "using given i.e namely and but in per of on at when after each to if or though not"
)
_TIES = vocabulary("is was are were would could might may should seems looks isn't wasn't will")
_PRAISE = vocabulary(
    "the our my indeed correct right exactly therefore thus then also a true final"
)
_REMARK = vocabulary(
    "guess check checked approximately exact exactly rounded approx about verified"
)
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
        if boxed and (reason := _rest(first)):
            return reason
        if boxed and first.rstrip("*_ )$\n").endswith(("?", "？", "؟")) and _rest_words(first):
            return "the answer is asked, not stated"
        if reason := _contradicted(first, shown, boxed):
            return reason
        if reason := _reported(first):
            return reason
        parts = parts[1:]
    turned = False
    for part in parts[:60]:
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


_CONTRADICTS = vocabulary(
    "contradiction contradicts contradictory contradicted violates violated violating absurd "
    "inconsistent disagrees disagree flawed bogus nonsense meaningless wrong incorrect false "
    "mistaken fails failed erroneous invalid rubbish"
)
_CHANCES = vocabulary("probability chance likelihood odds confidence")


def _rest_words(first: str) -> bool:
    """Whether more than brackets stands between an answer and the end of its sentence."""
    return bool(spoken(first.partition("(")[0]).words)


def _contradicted(first: str, shown: str, boxed: bool) -> str:
    """Why the rest of an answer's sentence contradicts it: ", not.", "fails the check"."""
    if any(cross in first[:40] for cross in CROSSES):
        return "the answer is marked as wrong"
    said = spoken(first)
    tied = shown.casefold().split()[-1:]
    if not said.words or said.words[0] in ("because", "since", "as", "so") or _TIES & set(tied):
        return ""
    words = set(said.words)
    if _CHANCES & words and said.words[0] in ("with", "at"):
        return "the answer is one of several"
    turns = said.words[0] in NEGATION or said.words[0] in ("which", "though", "although", "yet")
    if not _only_shown(first, shown) or not (boxed or turns):
        return ""
    against = words & (_CONTRADICTS | NEGATION)
    return _TAKEN if against and "other" not in words and not _states_no_more(said) else ""


def _states_no_more(said: Spoken) -> bool:
    """Whether a denial only closes the answer: "and nothing else", "no more, no less"."""
    return bool({"else", "more", "further", "remainder"} & set(said.words))


def _rest(first: str) -> str:
    """Why the rest of a boxed answer's sentence changes or disowns it."""
    text = first.strip(" \t\n*_$`.;")
    text = text.removeprefix("\\)").removeprefix("\\]").strip(" $*_")
    said = spoken(text)
    if not said.words or text.startswith(("\\", "&", "`", '"', "|")):
        return ""
    word = said.words[0]
    if word in _GROWS or "than" in said.words or said.words[:2] in _PARTIAL:
        return "the number is part of another value"
    if said.words[1:3] in (("too", "many"), ("too", "few"), ("too", "much")):
        return "what is said of the answer is not understood"
    if text.startswith("("):
        return _aside(text, said)
    if not text[0].isalpha():
        return ""
    if word not in ENGLISH.percent and changes_number(word) and text.isascii():
        return "the number is part of a larger one"
    if word in _TIES or word.endswith("n't"):
        following = said.words[1:]
        mine = following[:2] in (("what", "i"), ("what", "we"))
        named = following[:1] and following[0] in ("the", "our", "my", "a", "indeed", "therefore")
        whole = named or VOICES["en"].approves.derives(said)
        praised = whole and all(one in _PRAISE for one in following[:1]) and not _against(said)
        approving = mine or praised
        english = VOICES["en"]
        other = english.tentative.within(said) or english.otherwise.within(said)
        other = other or any(word.endswith("'s") for word in said.words)
        if not approving or other or word in ("would", "could", "might", "may"):
            return "what is said of the answer is not understood"
    return ""


_GROWS = vocabulary("squared cubed factorial fold times th ish")
_PARTIAL = (("percent", "of"), ("and", "a"), ("or", "so"), ("per", "cent"))


def _aside(text: str, said: Spoken) -> str:
    """Why a remark in brackets after an answer disowns it."""
    inner = text[1:].partition(")")[0]
    words = spoken(inner).words
    if not words or any(map(str.isdigit, inner)) or "\\" in inner or "$" in inner:
        return ""
    if not inner.isascii() or words[0] in _REASONS - {"from", "but", "or", "not", "if"}:
        return ""
    if words[0] in _REMARK or words[0] == "the" or is_counted(list(words), one=True):
        return (
            ""
            if not VOICES["en"].tentative.within(spoken(inner)) or words == ("guess",)
            else _ASIDE
        )
    return "" if VOICES["en"].approves.derives(said) else _ASIDE


_ASIDE = "the remark after the answer is not understood"


def _reported(first: str) -> str:
    """Whether the rest of the answer's sentence gives it to somebody else: "5, says Bob"."""
    text = first.partition("(")[0]
    said = spoken(text)
    if said.words and any(reported(voice, said) for voice in voices_of(text)):
        return "the answer is only reported"
    return ""


def _judged(part: str, reads: Reads, value: Any, shown: str) -> tuple[str, bool, bool]:
    """(why a later sentence takes the answer back, whether it turns, whether it approves)."""
    text = part.strip().strip("*_`#-•> ").strip()
    if not text or _is_formula(text):
        return "", False, False
    stated = next(statements(text), None)
    if stated is not None and stated.standing != "supposed" and not stated.before:
        same = reads(text[stated.value :].strip(" *_$.`:\n").removeprefix("not "))
        if same is not None and stated.standing == "denied":
            return (_TAKEN, False, False) if same == value else ("", False, False)
        if same is not None:
            return ("", False, True) if same == value else (_OTHER, False, False)
    said = spoken(text)
    if len(text) <= 60 and reads(_after_turns(text, said)) == value:
        return "", False, True
    voices = voices_of(text)
    marked = part.lstrip().startswith("####") and any(map(str.isdigit, text))
    if not marked and _is_heading(part, text, said):
        return "", False, False
    if any(voice.courtesies.opens(said) for voice in voices) and not (
        any(word in _HOLDS for word in said.words) or _against(said) or said.has_values
    ):
        return "", False, True
    if any(voice.approves.derives(said) and not _turns(voice, said) for voice in voices):
        return _another(text, said, reads, value), False, True
    if len(text) <= 40 and _is_value(said, voices) and "=" not in text:
        other = reads(text.rstrip("."))
        if other is not None and other != value and not _only_shown(text, shown):
            return _OTHER, False, False
    if _renames(text, said, reads, value):
        return _OTHER, False, False
    harmless = _only_shown(text, shown) or part.lstrip()[:2] in ("- ", "* ", "• ")
    reasons = [_unsound(voice, text, said, harmless) for voice in voices]
    if all(reasons):
        return reasons[0], False, False
    return "", any(_turns(voice, said) for voice in voices), False


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


_OTHER = "another answer follows"
_TAKEN = "the answer is taken back"
_UNREAD = "what follows the answer is not understood"


def _another(text: str, said: Spoken, reads: Reads, value: Any) -> str:
    """Another value in a sentence that only approves: "The correct answer is 6"."""
    numbers = [token.text for token in tokens(text) if token.kind in ("number", "math", "price")]
    if len(numbers) != 1 or any(one in text for one in "=+×÷<>"):
        return ""
    other = reads(numbers[0])
    return _OTHER if other is not None and other != value and len(said.words) <= 8 else ""


def _is_formula(text: str) -> bool:
    letters = sum(one.isalpha() for one in text.replace("\\", ""))
    return text.startswith(("$$", "\\[", "\\begin", "|")) or ("=" in text and letters <= 12)


def _is_heading(part: str, text: str, said: Spoken) -> bool:
    """Whether a line is a heading or a label, which asserts nothing."""
    line = part.strip()
    return (
        (line.startswith("#") or text.rstrip("*_ ").endswith((":", "：")))
        and len(said.words) <= 6
        and not _against(said)
    )


def _against(said: Spoken) -> bool:
    return any(word in NEGATION or word in DISBELIEF or word.endswith("n't") for word in said.words)


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


def _only_shown(text: str, shown: str) -> bool:
    """Whether the numbers of a sentence are those of the answer, or stand in a calculation."""
    numbers = [token.text for token in tokens(text) if token.kind in ("number", "math", "price")]
    return "=" in text or all(number.strip("$") in shown for number in numbers)


def _unsound(voice: Voice, text: str, said: Spoken, harmless: bool) -> str:
    """Why a sentence of one language is not understood to leave the answer as it is."""
    english = voice.language.code == "en"
    against = _against(said) if english else voice.against.within(said)
    exempt = english and ("no other" in said.text or "nothing else" in said.text)
    count = len(said.words) if voice.language.spaced else len(said.text.strip()) // 2
    refers = _refers(voice, said, english)
    mine = _mine(voice, said)
    turns = _turns(voice, said)
    if text.rstrip("*_ ").endswith(("?", "？", "؟")) and not voice.approves.opens(said):
        return "a question follows the answer"
    tested = english and bool(_TESTS & set(said.words))
    if against and not exempt and (tested or refers or mine or turns or (count <= 4 and harmless)):
        return _TAKEN
    if mine and not said.has_values:
        return _TAKEN
    if refers and (english or not said.has_values):
        return _UNREAD
    if turns and (said.has_values or refers):
        return _OTHER
    together = english and said.words[:1] in (("both",), ("either",), ("all",))
    if together and not harmless and _PREFERS & set(said.words):
        return _OTHER
    if english and not harmless and _PREFERS & set(said.words) and (mine or text[:1].isdigit()):
        return _OTHER
    if reported(voice, said) and (refers or count <= 8):
        return "the answer is only reported"
    if english and ((_commands(said.words) and not harmless) or _commands(said.words[1:])):
        return _UNREAD
    if english and harmless and _CONTRADICTS & set(said.words) and not _of_others(text, said):
        return _TAKEN
    short = count <= 4 and (not said.has_values or (not harmless and count <= 3))
    return _UNREAD if short and not turns else ""


_TO = vocabulary("to into from with by for as please completely and")


def _commands(words: tuple[str, ...]) -> bool:
    """Whether a sentence is a command about what it points at: "Change that to 6"."""
    pointed = words[1:2] and words[1] in _POINTS
    if words[1:2] == ("that",) and words[2:3] and words[2] not in _TO:
        return False  # "Note that ..."
    return bool(pointed) and words[0] not in _REASONS and not words[0].endswith("ing")


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
    if any(word in _HOLDS for word in words):
        return True
    start = 1 if words[:1] and words[0] in ("and", "but", "so", "well", "oh") else 0
    points = words[start : start + 1] and words[start] in _POINTS
    tie = words[start + 1 : start + 2]
    return bool(
        points and tie and (tie[0] in _TIES or tie[0].endswith("n't")) and not _explains(said)
    )


def _explains(said: Spoken) -> bool:
    """Whether a sentence such as "This is the number of ways ..." explains and does not judge."""
    words = said.words
    return said.has_values or "because" in words or (len(words) > 5 and "the" in words[2:4])
