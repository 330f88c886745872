"""The closing sentence that states what the calculation right before it ends in.

"36 × 10 = 360, and 360/2 = 180. **Total number of games: 180**" needs no mark: the last equation
of the response derives the value, and the last sentence says what it is the value of. The sentence
must be plain: one value, a subject and a verb or a label, and nothing that denies, compares,
supposes, reports, or names a part. Without the equation the sentence states nothing.
"""

import re
import unicodedata

from .box_clauses import PARTS_OF
from .closed_clauses import is_closed
from .closing_sentences import IS, MEASURED, REPORTS, is_subject, unsafe
from .falsity import falsehoods_in
from .hedging import doubt_in
from .languages.number_words import THAN
from .nouns import is_open
from .numerals import number_in_words
from .phrase_index import VOICES, Phrases, Spoken, spoken, voices_of
from .quantities import quantity
from .retractions import retraction
from .self_talk import redefined
from .verbs import AMOUNT_VERBS
from .vocabulary import vocabulary
from .words import sentences

_LONGEST = 200
_VALUE = re.compile(
    r"\\\((?P<inline>[^()\n]{1,60})\\\)|(?<!\\)\$(?P<math>[^$\n]{1,60})\$(?!\d)"
    r"|(?P<money>R?\\?[$€£¥₹]\s?)?(?P<number>[-−]?\d+(?:[.,]\d+)*(?:\s?[:/]\s?\d+)?)(?P<percent>\s?\\?%)?"
)
_UNIT = re.compile(r"\s?(?:[^\W\d_]+[²³]?(?:\s?/\s?[^\W\d_]+[²³]?)?|[€£°])(?:[ -][^\W\d_]+){0,3}")
_COMMAS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DRESSING = str.maketrans("−٪％", "-%%", " \t*_`{}$€£¥₹\\,!;")
_STOP = re.compile(r"[。;；\n]|[.,](?!\d)")
_NO_END = "+-*/^=<>([×·÷!%:"
_OPENERS = vocabulary(
    "so thus hence therefore finally consequently altogether overall together in total all "
    "conclusion summary we conclude find get see that as a result"
)
_LABELS = vocabulary("final step conclusion summary result answer")
_FILLERS = vocabulary("exactly a of total the by only all")
_AFTER = vocabulary(
    "left remaining altogether together total overall each apiece now daily weekly monthly yearly "
    "annually hourly again old long tall wide per a an every the in all for on at from to during "
    "after with of her his its their our this these combined"
)
_AUXILIARIES = vocabulary("will has have had can needs need must to")


def derived_closing(text: str) -> str | None:
    """The value and its unit, of a closing sentence whose value the last equation ends in."""
    text = _undecorated(text)
    line = text.rpartition("\n")[2].strip()
    sentence = (sentences(line) or [""])[-1].strip()
    if not 0 < len(sentence) <= _LONGEST or "?" in sentence or line.startswith((">", "|", "`")):
        return None
    before = text[: len(text) - len(sentence)]
    shown = sentence.replace("**", "").strip("*_ -#∴")
    found = list(_VALUE.finditer(shown))
    derived = [one for one in found if _last_equation(before, _number(one)) is not None]
    if (
        len(derived) != 1
        or len(found) > _MOST
        or not all(one is derived[0] or _is_given(one, derived[0], shown, before) for one in found)
    ):
        return None
    value, number = derived[0], _number(derived[0])
    if not _is_settled(before, _last_equation(before, number) or ""):
        return None
    head, tail = shown[: value.start()], shown[value.end() :].rstrip(" .!。")
    if len(found) > 1:
        head, tail = _VALUE.sub("the", head), _VALUE.sub("the", tail)
    english = voices_of(f"{head} {tail}") == (VOICES["en"],)
    if not _renames(head, tail, before, number) and not (
        _in_english(head, tail) if english else len(found) == 1 and _elsewhere(head, tail, before)
    ):
        return None
    unit = _UNIT.match(tail)
    words = unit[0].split() if unit else []
    cut = next((n for n, word in enumerate(words) if word.casefold() in _AFTER), len(words))
    dressed = f"${number}$" if value["math"] or value["inline"] else number.replace("%", "\\%")
    return " ".join([dressed, *words[:cut]]) if english else dressed + _symbol(unit)


_MOST = 4
"""The most values of a sentence: the one it states, and some that the response has used."""
_GIVEN = re.compile(r"(?:\b(?:of|in|for|over|after|from|with|the|on)|,|\band)\s\Z")


def _number(value: re.Match[str]) -> str:
    """A value as it is written, without the currency before it."""
    return value["inline"] or value["math"] or value["number"] + ("%" if value["percent"] else "")


def _is_given(one: re.Match[str], value: re.Match[str], shown: str, before: str) -> bool:
    """Whether another value of an English sentence is a circumstance: "in 4 weeks"."""
    if _GIVEN.search(shown[: one.start()]) is None or _number(one) not in before:
        return False
    between = shown[value.end() : one.start()].split()
    return one.end() < value.start() or len(between) > 1


def _renames(head: str, tail: str, before: str, number: str) -> bool:
    """Whether a sentence repeats the last equation: "So F₇ = 13."."""
    named = _plain(" ".join(_opened(head.split())))
    return (
        named[-1:] == "="
        and not tail
        and _plain(before).rstrip(".\n").endswith(named + _plain(number))
    )


def _symbol(unit: re.Match[str] | None) -> str:
    """The first word behind a value of another language, which may be its unit."""
    return f" {unit[0].split()[0]}" if unit else ""


def _undecorated(text: str) -> str:
    """The text without emoji and check marks at its end and before its last line."""
    text = text.rstrip()
    while text and (text[-1] in "*_ " or unicodedata.category(text[-1]) in ("So", "Mn", "Cf")):
        if text[-1] in "✗✘❌":
            break
        text = text[:-1]
    before, newline, line = text.rpartition("\n")
    return before + newline + line.lstrip("✅✔️👉🎉 ")


def _plain(text: str) -> str:
    return _COMMAS.sub("", text).translate(_DRESSING).casefold()


def _last_equation(before: str, number: str) -> str | None:
    """What follows the last equation of a text when it ends in a number; None when it does not."""
    place = before.rfind("=")
    if place < 1 or before[place - 1] in "<>!≠:":
        return None
    side = before[place + 1 :].split("\n\n", 1)[0].lstrip(" $*\n")
    value = _plain(number)
    shown = _plain(side[:120])
    following = shown[len(value) : len(value) + 1]
    decimal = shown[len(value) : len(value) + 2]
    if not value or not shown.startswith(value) or following.isdigit():
        return None
    if (following in _NO_END and following) or (decimal[:1] == "." and decimal[1:].isdigit()):
        return None
    return re.split(_STOP, before[place + 1 :].lstrip(" \n"), maxsplit=1)[-1]


def _is_settled(before: str, rest: str) -> bool:
    """Whether nothing but plain closed sentences stands between a calculation and its sentence."""
    if before.rstrip(" *_")[-1:] in (",", ";", ":", "：", "-", "—", "…") or redefined(before):
        return False
    return not is_doubtful(before, rest) and all(
        is_closed(one, before) and not any(map(str.isdigit, one)) for one in sentences(rest)
    )


def is_doubtful(before: str, rest: str | None = None) -> bool:
    """Whether the last calculation of a text, or what follows it, supposes, denies or asks."""
    opening, equals, side = before[-2_000:].rpartition("=")
    if not equals:
        return False
    if rest is None:
        rest = (re.split(r"[.。\n](?!\d)", side.lstrip(" \n"), maxsplit=1)[1:] or [""])[0]
    last = (sentences(opening) or [""])[-1]
    between = [one for one in sentences(rest) if any(map(str.isalnum, one))]
    return is_framed(last) or any(
        _doubted(one) or "?" in one or bool(retraction(one, "")) for one in between
    )


def is_framed(sentence: str) -> bool:
    """Whether the sentence of a calculation supposes, reports or faults it."""
    said = spoken(sentence)
    doubt = doubt_in(list(spoken(re.split(r"[,;:]\s", sentence)[-1]).words))
    return bool(doubt) or any(
        group.within(said)
        for voice in voices_of(sentence)
        for group in (voice.supposes, voice.reports, falsehoods_in(voice.language)[1])
    )


def _doubted(sentence: str) -> bool:
    """Whether a sentence denies, supposes, reports, or calls something wrong."""
    said = spoken(sentence)
    return bool(doubt_in(list(said.words))) or any(
        group.within(said)
        for voice in voices_of(sentence)
        for group in (
            voice.supposes, voice.reports, voice.against, voice.tentative, voice.selves,
            Phrases(voice.language.doubt, voice.language.spaced), *falsehoods_in(voice.language),
        )
    )  # fmt: skip


def _in_english(head: str, tail: str) -> bool:
    """Whether English words around a value state it: a label, or a subject and its verb."""
    if _doubted(f"{head} {tail.removesuffix(' old')}") or not _closes(tail):
        return False
    label, colon, rest = head.rpartition(":")
    if colon and not rest.strip():
        return _measures(_opened(label.split()))
    if colon and not all(word.casefold().strip("*_ ") in _LABELS for word in label.split()):
        return False
    head = rest if colon else head
    if head.rstrip().endswith("="):
        return _measures(_opened(head.rstrip(" =").split()))
    opening, comma, rest = head.partition(",")
    if comma and (_opened(opening.split()) or "," in rest):
        return False
    words = _opened((rest if comma else head).split())
    low = [word.casefold() for word in words]
    if low[:1] == ["there"]:
        return low[1:2] in (["are"], ["is"], ["were"]) and all(one in _FILLERS for one in low[2:])
    end = len(low)
    while end and low[end - 1] in _FILLERS and low[end - 1] not in IS:
        end -= 1
    if end < 2 or not all(word.replace("'", "").replace("’", "").isalpha() for word in words):
        return False
    if low[end - 1] in IS:
        aged = tail.split()[-1:] == ["old"] and is_subject(words[: end - 1])
        return _measures(words[: end - 1]) or aged
    if low[end - 1] not in AMOUNT_VERBS or low[end - 1] in REPORTS:
        return False
    end -= 1
    while end and low[end - 1] in _AUXILIARIES:
        end -= 1
    acting = low[0].endswith("ing") and is_subject(words[1:end]) if end > 1 else False
    return end > 0 and (acting or is_subject(words[:end]))


def _opened(words: list[str]) -> list[str]:
    """The words behind those that only conclude: "In conclusion", "Thus we conclude that"."""
    place = 0
    while place < len(words) and words[place].casefold().strip(",") in _OPENERS:
        place += 1
    bare = words[place:]
    kept = place and words[place - 1].casefold() in ("a", "total")
    return words[place - 1 :] if kept else bare


def _measures(words: list[str]) -> bool:
    """Whether words name one measured quantity: "total number of downloads over the months"."""
    low = [word.casefold().strip("*_") for word in words]
    head = next((n for n, word in enumerate(low) if word in _BEHIND), len(low))
    named = low[:head]
    if not named or named[-1] not in MEASURED or any(map(_is_other, named)):
        return False
    if not all(is_open(word) or word in _AFTER or word in _EXTREMES for word in named):
        return False
    if "to" in low[head:] and named[-1] not in _TO:
        return False
    return _closes(" ".join(low[head:])) and not any(map(_is_other, low[head:]))


def _is_other(word: str) -> bool:
    """Whether a word makes another quantity of the one that is named: "before", "excluding"."""
    if word in _BEHIND or word in _EXTREMES or word in MEASURED or word in _AFTER:
        return False
    participle = word.endswith(("ing", "ed")) and word not in _PARTICIPLES
    return participle or word in _PROVISIONAL or (unsafe(word) and not number_in_words(word))


_BEHIND = vocabulary("of for in on over to per from between")
_TO = vocabulary("ratio")
_EXTREMES = vocabulary("least greatest smallest largest maximum minimum")
_PARTICIPLES = vocabulary("remaining combined required")
_PROVISIONAL = vocabulary(
    "original initial previous former earlier old partial intermediate provisional preliminary "
    "estimated second third fourth wrong other another half double twice gross nominal listed"
)


def _closes(tail: str) -> bool:
    """Whether what follows a value is its unit, what it counts, and plain circumstances."""
    low = tail.casefold().replace("²", "").replace("³", "").replace("/", " per ").split()
    for n, word in enumerate(low):
        if not word.replace("-", "").replace("'", "").isalpha():
            return False
        if number_in_words(word) or (word.endswith(("th", "rd", "nd", "st")) and not is_open(word)):
            if low[n - 1] not in ("the", "these", "his", "her", "their") or not n:
                return False
        elif _is_other(word) or not (is_open(word) or word in _AFTER | _BEHIND or len(word) < 3):
            return False
    return len(low) <= 10


def _elsewhere(head: str, tail: str, before: str) -> bool:
    """The same in another language: closed words, words that the response has used, a noun."""
    clause = f"{head} {tail}"
    said = spoken(head)
    if _doubted(clause) or _names_part(clause, spoken(clause)):
        return False
    if any(mark in clause for mark in ";；()（）") or (said.words and said.words[-1] in THAN):
        return False
    counts = any(
        quantity(f"7 {tail.strip()}", voice.language) is not None for voice in voices_of(clause)
    )
    return bool(said.words) and is_closed(head if counts else clause, before)


def _names_part(clause: str, said: Spoken) -> bool:
    """Whether a clause names a part or a multiple, or counts something before."""
    return any(PARTS_OF[voice.language.code].within(said) for voice in voices_of(clause))
