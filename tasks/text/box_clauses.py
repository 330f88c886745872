r"""The clause that holds a box: whether its words make the number in the box the answer.

A noun for the answer in the clause must be the subject of a statement whose value is the box:
"Forty percent of the answer is \boxed{40}" states nothing. In English the box must also be
governed: by a relation of its formula, a colon, a verb whose object is an amount, a preposition,
or nothing at all: "this problem is worth \boxed{4} points" says something else of the number.
"""

from dataclasses import dataclass

from .clauses import FIRST_WORDS, TENTATIVE_NOUNS, last_of
from .hedging import BACK
from .languages import ENGLISH, LANGUAGES
from .languages.parts import PARTS
from .phrase_index import Phrases, Spoken, Voice, spoken, voices_of
from .sentences import QUANTITIES, TEXTS
from .statements import statements
from .verbs import AMOUNT_VERBS, COPULAS
from .vocabulary import vocabulary
from .voices import disowned
from .words import Token, sentences, tokens

_REACH = 300
_OPEN = " \t\n*_$`\\([{>|#"
_PART = "the answer is part of another value"
_UNKNOWN = "the words that lead to the box are not understood"


@dataclass(frozen=True, slots=True)
class _Clause:
    """The sentence before a box: its words outside formulas, and whether one runs to the box."""

    text: str
    words: tuple[str, ...]
    last: Token | None
    """The last token before the box, its opening marks left out."""


def underived(text: str, start: int) -> str:
    """Why the clause before a box does not make it the answer; "" when it does."""
    before = text[max(0, start - _REACH) : start]
    bare = before.rstrip(_OPEN)
    tagged = "<" in before[max(0, len(bare) - 12) :] and before.rstrip(" \n$*(\\").endswith(">")
    if tagged or bare.endswith(('"', "'")):
        return ""
    if not bare or not bare[-1].isalnum():
        ends = bare[-1:] in ("", ".", "!", "?", "。", "！", "？")
        if ends:
            return ""
    sentence = (sentences(bare) or [""])[-1].strip()
    if not any(map(str.isalpha, sentence)) or sentence.startswith("#"):
        return ""
    clause = _read(sentence)
    voices = voices_of(" ".join(clause.words) or sentence)
    if reason := _named(text, start, sentence, voices):
        return reason
    english = voices[0].language is ENGLISH and 2 * sum(
        word in voices[0].known for word in clause.words
    ) >= len(clause.words)
    if any(_is_part(voice, clause, bare) for voice in voices):
        return _PART
    alone = "\n" in before[len(bare) :]  # the box begins a line: nothing has to lead to it
    return _english(clause) if english and not alone else ""


def _read(sentence: str) -> _Clause:
    found = tokens(sentence)
    words = tuple(token.text.casefold() for token in found if token.kind == "word")
    return _Clause(sentence, words, found[-1] if found else None)


_MULTIPLES = vocabulary("half twice double triple")
PARTS_OF = {one.code: Phrases(PARTS.get(one.code, ()), one.spaced) for one in LANGUAGES}
"""The words for a part or a multiple, by language."""


def _is_part(voice: Voice, clause: _Clause, bare: str) -> bool:
    """Whether the subject is a part or a multiple of what is no value: "a third of the number"."""
    language = voice.language
    if not language.spaced:
        links = tuple(one for one in language.link if one)
        if not bare.casefold().endswith(links):
            return False
    cut = max(clause.text.rfind(mark) for mark in (", ", "; ", " and ", "，", "、"))
    said = spoken(clause.text[cut + 1 :])
    found = PARTS_OF[language.code].places(said)
    if not found:
        return False
    first, end = found[0]
    if not language.spaced:
        whole = said.text[:first].rstrip("0123456789一二两三四五六七八九十")
        return not any(map(str.isdigit, whole)) and len(whole) > 1
    if language is not ENGLISH and len(said.words) - found[-1][1] == 1:
        return said.words[-1] not in language.link  # "die Hälfte von"
    if language.bare_link and found[-1][1] == len(said.words):
        return found[-1][0] > 0  # "the answer's half 5": such a language needs no verb
    if first > 2 or end >= len(said.words):
        return False
    if language is ENGLISH and said.words[end] != "of" and said.words[first] not in _MULTIPLES:
        return False  # "the eighth term"
    place = said.places[end - 1]
    return not spoken(said.text[place:]).has_values


def _named(text: str, start: int, sentence: str, voices: tuple[Voice, ...]) -> str:
    """Why a clause that names the answer does not state it to be the box."""
    said = spoken(sentence)
    if said.words[-3:] == ("final", "answer", "of"):
        return ""
    named = any(voice.language.link and _names(voice, said) for voice in voices)
    if not named or said.text.rstrip().endswith((":", "：", "=")):
        return ""
    begin = max(0, start - _REACH)
    for one in statements(text[begin : start + 4]):
        gap = text[begin + one.value : start]
        opens = begin + one.start
        reasoned = text[begin:opens].rstrip(" *_").endswith((".", "!", "。"))
        # What a whole sentence before it supposes belongs to the reasoning.
        stated = one.standing == "stated" or (one.standing == "supposed" and reasoned)
        if stated and not any(
            token.kind == "word" and len(token.text) > 1 for token in tokens(gap)
        ):
            line = text[text.rfind("\n", 0, opens) + 1 : opens]
            if any(map(str.isdigit, line)) or line.rstrip().endswith(("\\]", "$$")):
                return ""  # reasoning, or a display that ends the sentence before
            return disowned(text, begin + one.value, opens, one.language, True)
        if one.standing == "stated" and text[begin + one.value - 1] in ":：":
            return ""  # "Final answer: She has"
    return _PART


def _names(voice: Voice, said: Spoken) -> bool:
    """Whether a clause has a noun for the answer that names no set of solutions as well."""
    if not voice.language.spaced:
        own = said.text[max(0, last_of(voice.concludes, said)) :]  # "...的结果，所以概率为"
        return any(one in own for one in voice.answers.all if "解" not in one)
    places = (said.words[first] for first, _ in voice.answers.places(said))
    return any(not word.startswith(_SOLUTIONS) for word in places)


_SOLUTIONS = ("sol", "lös", "реш", "rozw", "giải", "çöz", "result")


def _english(clause: _Clause) -> str:
    last = clause.last
    if last is None or last.kind != "word" or not clause.words:
        return ""
    words = clause.words
    if words[0] == "my" and words[-1] in COPULAS and not _MINE & set(words):
        return _UNKNOWN  # "My locker code is"
    if words[-1] in _GOVERNORS or words[-1] in BACK:  # a verb, or "hmm" after another box
        return ""
    verbs = [n for n, word in enumerate(words[-4:-1]) if word in AMOUNT_VERBS]
    if verbs and words[-1] not in TEXTS:  # "takes the lion", "took Chris", "gives us the roots"
        between = words[-4:-1][verbs[-1] + 1 :]
        return "" if between or last.text[:1].isupper() else _UNKNOWN
    return _UNKNOWN


_MINE = QUANTITIES | TENTATIVE_NOUNS | vocabulary("calculation answer number age conclusion box")
_GOVERNORS = (
    COPULAS
    | AMOUNT_VERBS
    | QUANTITIES
    | FIRST_WORDS
    | vocabulary("of to by at for in with on as set")
)
