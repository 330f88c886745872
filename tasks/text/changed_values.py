r"""Whether the words around an answer make another value of it, or leave it a part.

"\boxed{2x+1} plus another term", "Discard \boxed{4}", "parallel to \boxed{y=2x}", "status: wrong".
These are English constructions; they hold for numbers, formulas, sets and texts alike, whether or
not a calculation derives the value.
"""

import re

from .closed_clauses import is_closed
from .hedging import DISBELIEF, NEGATION, POSSIBILITY
from .languages.parts import PARTS
from .phrase_index import VOICES, Spoken, spoken, voices_of
from .self_talk import REASONING
from .vocabulary import vocabulary
from .words import sentences

_OPEN = " \t\n*_$`\\([{>|#"
_CLOSING = " \t*_$`)\\]}|"
_CHANGED = "the words around the answer make another value of it"
_FIELD = re.compile(
    r"^[\s\"'{*_-]*(?:status|state|accepted|approved)[\s\"'*_]*[:=]"
    r"[\s\"'*_]*([A-Za-z]+)",
    re.MULTILINE | re.IGNORECASE,
)
_REMOVING = vocabulary(
    "don't discard cross throw ignore avoid reject drop remove exclude forget skip delete strike "
    "eliminate dismiss disregard scrap erase"
)
"""Commands whose object is no answer."""
_REJECTED = vocabulary("spurious extraneous inadmissible discarded rejected invalid bogus")
_RELATED = vocabulary("parallel perpendicular orthogonal adjacent proportional tangent inferior")
_CHANGES = vocabulary(
    "removed increased decreased reduced doubled halved tripled added dropped deleted omitted "
    "missing excluded replaced reversed swapped negated shifted raised lowered flipped subtracted"
)
_ORDERS = vocabulary("now then next finally still afterwards")
_OPERATING = vocabulary("add subtract multiply divide double halve triple square negate round")
_WORKING = vocabulary(
    "derivation division argument calculation proof reasoning computation arithmetic solution "
    "result"
)
_UNSOUND = vocabulary("off unsound nothing flawed faulty")
_PIECES = vocabulary("one part a")
_ALIKE = vocabulary("its another some one the maybe perhaps a")
_AUXILIARIES = ("isn't", "aren't", "doesn't", "don't", "didn't", "wasn't", "weren't", "won't")


def changed(text: str, start: int, end: int, content: str) -> str:
    """Why the sentence that holds a box, or a later one, makes another value of the box."""
    before, after = text[max(0, start - 400) : start], text[end : end + 1_000]
    bare = before.rstrip(_OPEN)
    # What stands at the end of a line or a sentence does not lead to the box.
    apart = "\n" in before[len(bare) :] or (
        bare[-1:] in (".", "!", "?") and not bare.endswith("e.g.")
    )
    sentence = "" if apart else (sentences(bare) or [""])[-1]
    if sentence and _leads_away(spoken(sentence), sentence, content):
        return _CHANGED
    rest = after.lstrip(_CLOSING)
    first = "" if rest[:1] in ("", "\n", ".", "!", "。") else (sentences(rest) or [""])[0]
    if first and (_grows(spoken(first)) or _is_part(first)):
        return _CHANGED
    return denied_later(text[:start], text[end:])


def denied_later(before: str, after: str) -> str:
    """Why a field beside an answer, or a later English sentence, denies how it was found."""
    fields = (*_FIELD.findall(before[-600:]), *_FIELD.findall(after[:600]))
    if any(one.casefold() in DISBELIEF or one.casefold() in ("no", "false") for one in fields):
        return "a field beside the answer rejects it"
    rest = after[:1_000].lstrip(_CLOSING)
    parts = sentences(rest)
    for sentence in parts if rest[:1] in ("\n", ".", "!") else parts[1:]:
        words = spoken(sentence).words
        if words and _undoes(words, sentence):
            return "a later sentence denies the answer or works on"
    return ""


def _undoes(words: tuple[str, ...], sentence: str) -> bool:
    """Whether a sentence denies what leads to an answer, or orders another step."""
    if words[0] in _ORDERS and words[1:2] and words[1] in _OPERATING and "=" not in sentence:
        return True
    if words[-1] in _AUXILIARIES and len(words) > 2 and sentence.rstrip().endswith("."):
        return True  # "The figure shows that they aren't."
    if "longer" in words and words[words.index("longer") - 1] == "no":
        return bool({"holds", "hold", "valid", "true", "stands", "applies"} & set(words))
    if any(one in sentence for one in "=0123456789") or NEGATION - {"nothing"} & set(words):
        return False
    proved = {"nothing", "proved"} <= set(words) or {"nothing", "proves"} <= set(words)
    predicate = set(words[-2:]) & _UNSOUND
    return proved or bool(predicate and _WORKING & set(words))


def _leads_away(said: Spoken, sentence: str, content: str) -> bool:
    """Whether the words that run to a box make it something else than the answer."""
    words = said.words
    if not words or voices_of(sentence) != (VOICES["en"],):
        return False
    clause = spoken(re.split(r"[,;:]\s|\bso\b|\band\b", sentence)[-1]).words
    if clause and (clause[0] in _REMOVING or clause[:2] == ("do", "not")):
        return True
    if words[-1] in POSSIBILITY or words[-2:] in (("e", "g"), ("such", "as")):
        return True
    if set(words[-3:]) & _REJECTED and not NEGATION & set(words):
        return True
    named = not any(map(str.isdigit, content)) or "=" in content
    if words[-1] == "to" and words[-2:-1] and words[-2] in _RELATED and named:
        return True
    if words[-1] in ("after", "before") and named and "\\text" in content:
        return True
    if words[-1] in ("contains", "includes") and content.strip()[:1] in ("[", "(", "{"):
        return True
    return _opens_apart(words, sentence)


def _opens_apart(words: tuple[str, ...], sentence: str) -> bool:
    """Whether a sentence sets its value apart: "One of the roots is", "Apart from a factor"."""
    if words[:2] == ("one", "of") and words[-1] in ("is", "was"):
        return True
    opening, comma, _ = sentence.partition(",")
    if not comma:
        return False
    if words[:2] in (("apart", "from"), ("aside", "from"), ("except", "for"), ("save", "for")):
        return True
    return words[0] == "as" and words[1] in ("a", "an") and not is_closed(opening, REASONING)


def _grows(said: Spoken) -> bool:
    """Whether the rest of a box's sentence adds to the value: "plus another term"."""
    words = said.words
    if not words:
        return False
    if words[0] in ("plus", "minus") and said.text.lstrip(_CLOSING).startswith(words[0]):
        return True
    if words[0] == "or" and words[1:2] and words[1] in _ALIKE and not said.has_values:
        return "equivalent" not in words
    if words[0] == "with" and _CHANGES & set(words):
        return True
    if words[:2] == ("and", "i'm"):
        return True
    pieces = words[1:2] and words[1] in _PIECES and {"factor", "factors", "part"} & set(words[:6])
    return words[0] == "as" and bool(pieces)


def _is_part(first: str) -> bool:
    """Whether the rest of a sentence calls the value a part of the answer, in any language."""
    words = spoken(first).words
    return any(
        any(word.startswith(part) for word in words for part in PARTS.get(voice.language.code, ()))
        and any(word.startswith(noun) for word in words for noun in voice.language.answer)
        for voice in voices_of(first)
        if voice.language.spaced and voice.language.code != "en"
    )
