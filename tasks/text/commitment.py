r"""Whether the response commits to a value that it marks: what must hold when nothing derives it.

A value that an equation of the response ends in is the result of its reasoning. Any other value
is committed only by a clause of closed words that leads to it, and by a text in which every
sentence about its author or about itself is understood.
"""

from .closed_clauses import derived, is_closed, is_english
from .languages import LANGUAGES, scripts_of
from .numerals import number_in_words
from .phrase_index import VOICES, spoken, voices_of
from .self_talk import REASONING, redefined, unclosed
from .vocabulary import vocabulary
from .words import sentences, tokens

_OPEN = " \t\n*_$`\\([{>|#"
_CLAUSE = (", ", ",", "; ", "，", "、", "；", ": ", "：", " so ", " hence ", " therefore ")
_CLOSING = " \t*_$`)\\]}|"
_UNDERIVED = "no calculation derives the value, and the words before it are not understood"
_UNREAD = "no calculation derives the value, and the words after it are not understood"


def uncommitted(text: str, start: int, end: int, content: str) -> str:
    """Why the value between two places of a text is not committed to; "" when it is."""
    before, after = text[:start], text[end:]
    return (
        redefined(before)
        or redefined(after)
        or _renamed(after, content)
        or (not derived(f"{before} {after}", content) and _underived(before, after))
        or ""
    )


def _underived(before: str, after: str) -> str:
    """Why the words around a value that nothing derives do not commit to it."""
    sentence, clause = _clause(before)
    earlier = before[: before.rfind(sentence)] if sentence else before
    opening = sentence[: len(sentence) - len(clause)]
    if not (is_closed(clause, f"{earlier} {opening}") and _opens(earlier, opening, sentence)):
        return _UNDERIVED
    if _is_object(clause) or (not sentence and _is_idle(before)):
        return _UNDERIVED
    if not _follows(before, after):
        return _UNREAD
    return unclosed(before) or unclosed(after, before or " ") or _trailing(before, after)


def unstated(text: str, start: int, end: int, content: str) -> str:
    """The same for a sentence that states a value: it opens at `start`, the value ends at `end`."""
    before, after = text[:start], text[end:]
    if reason := redefined(before) or redefined(after) or _renamed(after, content):
        return reason
    if derived(f"{before} {after}", content):
        return ""
    clause = (sentences(before[-400:]) or [""])[-1].rpartition("\n")[2]
    if before.rstrip(" *_")[-1:] in ("", "\n", ".", "!", "?", "。", "！", "？"):
        clause = ""
    if not _opens(before[: len(before) - len(clause)], clause, text[:end][-200:]):
        return _UNDERIVED
    return unclosed(before) or unclosed(after, before or " ") or _trailing(before, after)


def marked(text: str, start: int, end: int, content: str) -> str:
    """The same for a tag or a field between two places: only what the text says of itself."""
    before, opened, _ = text[:start].rpartition("{")
    _, closed, after = text[end:].partition("}")
    # What stands in the same object is not said of the answer.
    outside = (before, after) if opened and closed else (text[:start], text[end:])
    if reason := next(filter(None, map(redefined, outside)), ""):
        return reason
    if derived(text, content):
        return ""
    return unclosed(outside[0]) or unclosed(outside[1], outside[0] or " ")


def _renamed(after: str, content: str) -> str:
    """Whether a later English sentence gives another number as the answer, as its last word."""
    shown = content.strip(" $")
    if not shown.isdigit():
        return ""
    for sentence in sentences(after[:1_000])[1:]:
        low = sentence.casefold().rstrip(" .!*$\n")
        if low.endswith(_NAMING) and "=" not in low and "not" not in spoken(low).words:
            numbers = [one.text for one in tokens(sentence) if one.kind == "number"]
            if numbers and shown not in numbers:
                return "another answer follows"
    return ""


_NAMING = ("is the answer", "is our answer", "is my answer", "is the result")


_BRIEF = 4
"""The most words of a later sentence that says nothing but how the answer is meant."""


def _trailing(before: str, after: str) -> str:
    """Why a brief later English sentence is neither closed, nor a courtesy, nor a calculation."""
    english = VOICES["en"]
    parts = sentences(after[:2_000].lstrip(_CLOSING))
    own = after.lstrip(_CLOSING)[:1] in ("", "\n", ".", "!")
    for sentence in parts if own else parts[1:]:
        said = spoken(sentence)
        brief = 0 < len(said.words) <= _BRIEF and not any(map(number_in_words, said.words))
        if not brief or said.has_values or voices_of(sentence) != (english,):
            continue
        if english.courtesies.opens(said) or english.approves.derives(said):
            continue
        if not is_closed(sentence, f"{before} {REASONING}"):
            return _UNREAD
    return ""


def _is_object(clause: str) -> bool:
    """Whether a value is the object of an English participle: "Removing 5 leaves ..."."""
    words = spoken(clause).words
    return len(words) == 1 and words[0].endswith("ing") and words[0] not in _GIVING


_GIVING = vocabulary("giving being making leaving having getting obtaining yielding finding")


def _is_idle(before: str) -> bool:
    """Whether English prose that is not closed, and without any number, runs to a box."""
    bare = before.rstrip(_OPEN)
    line = bare.rpartition("\n")[2]
    if bare[-1:] not in (".", "!", "?") or "\n" in before[len(bare) :] or not is_english(line):
        return False
    said = spoken(before)
    if any(map(str.isdigit, before)) or any(map(number_in_words, said.words)):
        return False
    return not is_closed(line, REASONING)


def _opens(earlier: str, clause: str, sentence: str) -> bool:
    """Whether the English clauses of a sentence before its statement are closed or give reasons."""
    said = spoken(clause)
    if not said.words or said.has_values or not is_english(sentence):
        return True
    if any(map(number_in_words, said.words)):
        return True
    english = VOICES["en"]
    concludes = any(first > _REASON for first, _ in english.concludes.places(said))
    return (
        concludes or english.authorities.within(said) or is_closed(clause, f"{earlier} {REASONING}")
    )


_REASON = 2
"""The fewest words of a clause from which "so" concludes, less one."""


def _clause(before: str) -> tuple[str, str]:
    """(the sentence that runs to a value, its last clause); "" for both when none does."""
    bare = before[-400:].rstrip(_OPEN)
    apart = "\n" in before[len(before) - len(before[-400:]) + len(bare) :]
    formula = "\\" in bare and bare[bare.rfind("\\") + 1 :].isalpha()  # "x \\in"
    if apart or formula or not bare or bare[-1] in ".!?。！？=":
        return "", ""
    sentence = (sentences(bare) or [""])[-1].strip().rpartition("\n")[2]
    cut = 0
    for mark in _CLAUSE:
        place = sentence.rfind(mark)
        if place >= 0 and (mark == "," or sentence[place + len(mark) :].strip()):
            cut = max(cut, place + len(mark))
    return sentence, sentence[cut:]


def _follows(before: str, after: str) -> bool:
    """Whether the rest of a value's sentence is a unit, or clauses of closed words."""
    bare = after[:600].lstrip(_CLOSING)
    if bare[:1] in ("", "\n", ".", "。", "!", "！"):
        return True
    rest = (sentences(bare) or [""])[0]
    for mark in _PARTING:
        rest = rest.replace(mark, "\x00")
    parts = rest.split("\x00")
    return all(
        is_closed(part, f"{before} {REASONING}")
        or any(voice.approves.derives(spoken(part)) for voice in voices_of(part))
        for part in (parts[1:] if _counts(parts[0], before) else parts)
    )


def _counts(first: str, before: str) -> bool:
    """Whether the words right behind a value are what it counts, which no class closes."""
    if scripts_of(first) & _UNSPACED:
        return len(first.strip()) <= _NOUN and first.strip().startswith(_COUNTERS)
    words = first.split()
    rest = " ".join(words[_NOUN // 2 :])
    said = spoken(first)
    if _JOINING & set(said.words):
        return is_closed(rest, f"{before} {REASONING}")
    english = first.isascii() and VOICES["en"] in voices_of(f"{before[-200:]} {first}")
    brief = len(words) <= _NOUN or said.has_values or english
    return brief or is_closed(rest, f"{before} {REASONING}")


_COUNTERS = tuple(
    word for one in LANGUAGES if not one.spaced for word in (*one.counters, *one.units) if word
)
_JOINING = vocabulary(
    "once when until till after before pending if as only so but still yet because"
)
_PARTING = (";", "；", "—", "–", "，", ",")
_UNSPACED = frozenset(("han", "kana", "hangul", "thai"))
_NOUN = 4
"""The most words of what a number counts."""
