"""Sentences that state an answer: a noun for "answer", its lead, and its tie to a value.

Every word from the start of the clause to the value is understood, or the sentence states nothing:
"The final answer is 5" does, "Half of the answer is 5" and "One might think the answer is 5" do
not. The words are those of the tables in `languages`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .clauses import OTHERNESS
from .hedging import HYPOTHESIS, NEGATION
from .languages import LANGUAGES, Language
from .vocabulary import by_last_letter, vocabulary

Standing = Literal["stated", "denied", "supposed"]


@dataclass(frozen=True, slots=True)
class Statement:
    """Where a sentence states a value: the value begins at `value`, or is the text `before`."""

    start: int
    value: int
    language: Language
    standing: Standing
    before: str = ""
    """The value of "42 is the answer", which stands before the noun."""


def _nouns() -> dict[str, list[Language]]:
    found: dict[str, list[Language]] = {}
    for language in LANGUAGES:
        for noun in language.answer:
            found.setdefault(noun, []).append(language)
    return found


WEAK = frozenset(("value", "option", "choice", "total", "number", "sum", "amount", "letter"))
"""Nouns that mean the answer only with a word like "final" or "correct" before them."""
_STRENGTH = vocabulary("final correct right best exact required desired requested")
_NOUNS = _nouns()
_ENGLISH = LANGUAGES[0]
_NOUN = re.compile(
    "|".join(
        sorted(
            (
                rf"(?<![^\W\d_]){re.escape(noun)}(?![^\W\d_])"
                if languages[0].spaced
                else re.escape(noun)
                for noun, languages in [*_NOUNS.items(), *((one, [_ENGLISH]) for one in WEAK)]
            ),
            key=len,
            reverse=True,
        )
    ),
    re.IGNORECASE,
)
_SPACED = {noun: languages[0].spaced for noun, languages in _NOUNS.items()} | dict.fromkeys(
    WEAK, _ENGLISH.spaced
)
"""Whether spaces part a noun from other words."""
_ASCII_NOUNS = [(noun, spaced) for noun, spaced in _SPACED.items() if noun.isascii()]
_DRESSING = " \t*_#>`~\"'“”‘’「」『』【】[({|•·✅✔☑🎯💡📌👉⭐🔑➡️☞▶\\)]}>"
_BOUNDARY = ".!?。！？:：,，;；、…—–-|・=>"
_CLAUSES = frozenset(
    [
        "so",
        "thus",
        "hence",
        "therefore",
        "and",
        "but",
        "then",
        "which means",
        "this means",
        "it follows",
        "i think",
        "i am sure",
        "i'm sure",
        "i am certain",
        "i'm certain",
        "i believe",
        "we conclude",
        "i conclude",
        "we see",
        "we find",
        "we get",
        "we have",
        "this gives",
        "which gives",
        "i get",
        "i say",
        "i'd say",
        "所以",
        "因此",
        "故",
        "donc",
        "also",
        "somit",
        "daher",
        "por lo tanto",
        "entonces",
        "portanto",
        "quindi",
        "поэтому",
        "значит",
    ]
)
"""Leads that begin a clause of their own."""
_LEADS = {language.code: by_last_letter(language.lead) for language in LANGUAGES}
_MEANINGLESS = vocabulary(
    "correct wrong right incorrect clear unclear below above obvious found simple"
)
"""What may follow "the answer is" without being a value."""
_STOP = re.compile(r"[.!?。！？\n]")
_REACH = 240
_MOST = 4_000
"""Only the last so many nouns of a text are looked at."""


def statements(text: str, start: int = 0) -> Iterator[Statement]:
    """The statements of a text from `start` on, in order. Linear in its length."""
    for begin, end, noun in _nouns_in(text, start)[-_MOST:]:
        languages = _NOUNS.get(noun) or ([_ENGLISH] if noun in WEAK else [])
        for language in languages:
            found = _statement(text, begin, end, language)
            if found is not None:
                yield found
                break


def _nouns_in(text: str, start: int) -> list[tuple[int, int, str]]:
    """(start, end, noun) of each noun for "answer", in order and without overlap.

    One search of the text for each noun: many times faster than a pattern that tries them all at
    every character.
    """
    low = text.casefold()
    if len(low) != len(text):
        found = [(mark.start(), mark.end(), mark[0].casefold()) for mark in _NOUN.finditer(text)]
        return [one for one in found if one[0] >= start]
    spans = []
    for noun, spaced in _ASCII_NOUNS if low.isascii() else _SPACED.items():
        place = low.find(noun, start)
        while place >= 0:
            end = place + len(noun)
            if not spaced or not (_is_letter(low, place - 1) or _is_letter(low, end)):
                spans.append((place, end, noun))
            place = low.find(noun, place + 1)
    kept: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda one: (one[0], -one[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _is_letter(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isalpha()


def _statement(text: str, start: int, end: int, language: Language) -> Statement | None:
    strong, standing, opening = _lead(text, start, language)
    if standing is None or not strong:
        return _after_value(text, start, end) if language is _ENGLISH else None
    tied = _link(text, end, language, opening <= _line_start(text, start))
    if tied is None:
        return _after_value(text, start, end) if language is _ENGLISH else None
    value, denied = tied
    return Statement(opening, value, language, "denied" if denied else standing)


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _lead(text: str, start: int, language: Language) -> tuple[bool, Standing | None, int]:
    """Whether the noun means the answer, how the statement stands, and where it opens."""
    low = max(_line_start(text, start), start - _REACH)
    before = text[low:start].casefold()
    strong = not text[start : start + 6].casefold().startswith(tuple(WEAK))
    while True:
        displayed = before.rstrip().endswith(("\\]", "$$"))
        before = _undressed(before)
        if not before or displayed:  # a display ends the sentence before
            return strong, "stated", low + len(before)
        if before[-1] in _BOUNDARY:
            return strong, _standing(before), low + len(before)
        phrase = _ends(before, language)
        if phrase is None:
            token = before.split()[-1]
            if "$" in token and not token[-1].isascii():  # "$4^2 = 16$이므로"
                return strong, _standing(before), low + len(before)
            if not language.spaced and before[-1].isascii():
                return strong, "stated", low + len(before)
            return strong, None, low
        strong = strong or phrase in _STRENGTH
        if phrase in language.link:  # inverted: "daher ist die Antwort 5"
            return strong, _standing(before), low + len(before)
        before = before[: len(before) - len(phrase)]
        if phrase in _CLAUSES and before.strip():
            return strong, _standing(before), low + len(before)


def _undressed(before: str) -> str:
    """The text without Markdown, quotes and pictures at its end."""
    end = len(before)
    while end and (
        before[end - 1] in _DRESSING
        or (
            ord(before[end - 1]) >= 0x2190
            and not before[end - 1].isalnum()
            and before[end - 1] not in _BOUNDARY
        )
    ):
        end -= 1
    return before[:end]


def _ends(before: str, language: Language) -> str | None:
    for phrase in _LEADS[language.code].get(before[-1:], ()):
        if before.endswith(phrase):
            rest = before[: len(before) - len(phrase)]
            if not language.spaced or not rest or not (rest[-1].isalnum() or rest[-1] in "'’-"):
                return phrase
    return None


def _standing(before: str) -> Standing:
    """How a statement stands after a clause: "If that is wrong, the answer is ..." supposes it."""
    clause = _STOP.split(before.rstrip(" ,;:-—–，；：.!?。！？…"))[-1]
    words = clause.split()
    opening = [word.strip("*_,\"'(") for word in words[:4]]
    ended = before.rstrip().endswith((".", "!", "。"))
    if ended and opening[:1] == ["if"] and ("," in clause or "then" in words):
        return "stated"  # a whole conditional sentence before the statement is reasoning
    supposed = any(word in HYPOTHESIS for word in opening[:2]) or opening[:1] in (["say"], ["let"])
    return "supposed" if supposed else "stated"


def _link(text: str, end: int, language: Language, opens: bool) -> tuple[int, bool] | None:
    """(where the value begins, whether it is denied) after the noun; None when nothing ties it."""
    rest = text[end : end + _REACH]
    low = rest.casefold()
    place = _skip(low, 0)
    while phrase := _starts(low, place, language.after, language.spaced):
        place = _skip(low, place + len(phrase))
    if language is _ENGLISH:
        place = _object(low, place)
    if low[place : place + 1] in (":", "：", "="):
        return _value(text, end + place + 1, low, place + 1)
    if low[place : place + 1] == "." and text[end - 3 : end].casefold() == "ans":
        return end + place + 1, False
    if low[place : place + 1] in ("-", "–", "—") and low[place + 1 : place + 2] == " " and opens:
        return end + place + 1, False
    if phrase := _starts(low, place, language.link, language.spaced):
        after = place + len(phrase)
        denied = _denial(low, _skip(low, after))
        return (end + after, True) if denied else _value(text, end + after, low, after)
    if "\n" in low[:place] or low[place : place + 1] == "\n":
        heading = opens and (text[:1] == "" or not low[place : low.find("\n")].strip(_DRESSING))
        return (end + low.find("\n"), False) if heading else None
    following = low[place : place + 1]
    bare = (
        following.isdigit()
        or following in ("$", "\\", "√", "-")
        or (not language.spaced and "a" <= following <= "j")
    )
    closes = not language.bare_closes or not any(map(str.isalpha, rest[place:].split("\n")[0]))
    if (language.bare_link and bare and closes) or (
        language is _ENGLISH and low[place : place + 2] in ("\\[", "$$", "\\b")
    ):
        return end + place, False
    return None


def _value(text: str, position: int, low: str, place: int) -> tuple[int, bool] | None:
    """The position of a value after its link; None when what follows is no value."""
    for aside in (", of course,", ", therefore,", ", then,", ", thus,", ", in fact,"):
        if low.startswith(aside, place):
            position, place = position + len(aside), place + len(aside)
    word = low[_skip(low, place) :].split(None, 1)[:1]
    first = word[0].strip(".,:;!*_") if word else ""
    if first in _MEANINGLESS and not (
        first in ("below", "above", "clear") and ":" in low[place : place + 40]
    ):
        return None
    return position, bool(first in NEGATION and first not in ("no", "none", "neither", "nothing"))


def _denial(low: str, place: int) -> bool:
    word = low[place : place + 12].split(" ", 1)[0].strip(".,:;*_")
    return word in ("not", "never", "cannot") or word.endswith("n't")


def _object(low: str, place: int) -> int:
    """The position after "to the question", "for part (a)", "of the problem".

    Only the question that is asked counts: "to a different question" leads nowhere.
    """
    if not low.startswith(("to ", "for ", "of ", "in "), place):
        return place
    end = place
    for index in range(place, min(len(low), place + 90)):
        if low[index] in ".\n;?!":
            break
        if low[index] == ":" or (
            low[index] == " " and _starts(low, index + 1, _ENGLISH.link, True) is not None
        ):
            end = index if low[index] == ":" else index + 1
            break
    return end if end > place and _is_asked(low[place:end]) else place


def _is_asked(phrase: str) -> bool:
    """Whether a phrase names the question that is asked, or a calculation of it."""
    words = [word.strip("*_,'\"()") for word in phrase.split()[1:]]
    if any(word in OTHERNESS for word in words):
        return False
    if any(one.isdigit() or one in "$\\=" for one in phrase):
        return True
    while words and words[0] in (
        "the",
        "this",
        "our",
        "your",
        "given",
        "original",
        "whole",
        "above",
    ):
        words = words[1:]
    return bool(words) and (
        words[0] in _QUESTIONS or words[0].endswith("ing") or words[:1] in (["how"], ["part"])
    )


_QUESTIONS = vocabulary(
    "question problem exercise puzzle task riddle equation equations system inequality expression "
    "sum integral limit calculation computation multiplication division addition subtraction "
    "product quotient difference series sequence challenge query step case part operation "
    "operations"
)


def _skip(low: str, place: int) -> int:
    while place < len(low) and low[place] in ' \t*_`"”’)】]」』|　':
        place += 1
    return place


def _starts(low: str, place: int, options: tuple[str, ...], spaced: bool) -> str | None:
    if not low.startswith(options, place):
        return None
    for phrase in options:
        if low.startswith(phrase, place):
            following = low[place + len(phrase) : place + len(phrase) + 1]
            if (
                not spaced
                or not (following.isalpha() or following == "'")
                or not phrase[-1].isalpha()
            ):
                return phrase
    return None


def _after_value(text: str, start: int, end: int) -> Statement | None:
    """ "42 is the answer.": the value stands before the noun."""
    low = max(_line_start(text, start), start - _REACH)
    before = text[low:start]
    tail = text[end : end + 30].lstrip(" *_")
    if tail[:1] not in ("", ".", "!", ",", "\n", "$", "<", ";", "。"):
        return None
    words = before.split()
    place = len(words)
    while place and words[place - 1].casefold().strip("*_") in (
        "the", "my", "our", "final", "correct", "right", "best", "answer",
    ):  # fmt: skip
        place -= 1
    if place == len(words) or place < 2:
        return None
    tie = words[place - 1].casefold().strip("*_")
    denied = tie in ("not", "isn't")
    if denied and tie == "not" and place >= 2:
        place -= 1
        tie = words[place - 1].casefold()
    if tie not in ("is", "as", "isn't", "are"):
        return None
    subject = " ".join(words[: place - 1])
    for mark in (". ", "? ", "! ", ": "):
        subject = subject.rpartition(mark)[2]
    while subject and subject.split()[0].casefold().strip(",") in (
        "so", "thus", "hence", "therefore", "then", "and", "that",
    ):  # fmt: skip
        subject = subject.partition(" ")[2]
    if not subject:
        return None
    return Statement(low, end, _ENGLISH, "denied" if denied else "stated", subject)
