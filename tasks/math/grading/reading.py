"""One side of a comparison, read: clean text, tree, kind, and the value inside a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...text.dressing import strip_dressing
from ...text.hedging import (
    ALTERNATIVE,
    APPROXIMATION,
    COMPARISON,
    NEGATION,
    POSSIBILITY,
    doubt_in,
)
from ...text.languages import Language
from ...text.nouns import NUMERAL_SYSTEMS
from ...text.numerals import counted, number_in_words
from ...text.phrase_index import VOICES, spoken
from ...text.quantities import quantity
from ...text.sentences import TEXTS, stated_amount
from ...text.statements import statements
from ...text.vocabulary import vocabulary
from ...text.words import tokens
from ..comparing.classification import classify
from ..grammar.lexer import FUNCTIONS, OTHER_NAMES
from ..grammar.nodes import MAX_TEXT, Node, TooBigError, UnparsableError
from ..grammar.parser import parse
from .answers import Answer
from .normalize import clean, is_whole, words_of
from .rewrites import compound, moment

_SYNONYMS = {
    phrase: plain
    for plain, phrases in {
        r"\emptyset": "no solution;no solutions;none;no real solution;no real solutions;empty set;"
        "null set;no such solution;no solution exists;no solutions exist;there is no solution;"
        "there are no solutions;emptyset;varnothing;no real roots",
        "does not exist": "dne;does not exist;undefined;doesn t exist;limit does not exist",
        "infinitely many": "infinitely many;infinitely many solutions;infinite number of solutions;"
        "infinite solutions",
        r"\mathbb{R}": "all real numbers;all reals;real numbers;all real x;any real number;"
        "all real values;every real number",
        r"\infty": "infinity;positive infinity;infty",
        r"(0,\infty)": "positive real numbers;all positive real numbers;positive reals;"
        "all positive reals",
        r"[0,\infty)": "nonnegative real numbers;all nonnegative real numbers;non negative real "
        "numbers;all non negative real numbers;nonnegative reals;all nonnegative reals",
        r"(-\infty,0)": "negative real numbers;all negative real numbers;all negative reals",
        r"-\infty": "negative infinity;minus infinity",
    }.items()
    for phrase in phrases.split(";")
}
_ALL_BUT = re.compile(
    r"(?:all |every |any )?real(?:s| numbers?| values?)(?: of)?(?: x)? except(?: for)? "
    r"(?:x ?= ?)?([^A-Za-z]{1,40}|[^A-Za-z]{1,20} and [^A-Za-z]{1,20})\.?",
    re.IGNORECASE,
)
_WRAPPER = re.compile(r"\\(?:text\w*|mathrm|mbox|mathbf|operatorname)\s?\{([^{}]*)\}")
_PROSE = re.compile(r"[A-Za-z][A-Za-z'.,!?() ${}-]*")
_TEXTUAL = re.compile(r"[a-z][a-z' ]{2,}")
_WORDY = re.compile(r"[A-Za-z]{2}|[ap]\.")
_THREE = re.compile(r"[A-Za-z]{3}")
_UNIT_ENDS = tuple("msghLNJWVKCFA23}a")
_SPACED_UNIT = re.compile(
    r"(?:(?<=\d)|(?<=\d\})) ([msghLNJWVKCFA]|\\Omega)((?:/[a-z]+)?(?:\^\{?[23]\}?)?)\Z"
)


_ANY_WHOLE = re.compile(
    r"[,;\s]{1,4}\(?\s?(?:\\(?:text|mbox)\s?\{[^{}]{0,20}\}\s?)?([a-z])\s?\\in\s?\\mathbb\s?"
    r"\{?\s?[ZNR]\s?\}?(?:[\^_]\{?[+*]\}?)?\s?\)?\Z"
    r"|\(([a-z])\s?\\in\s?\\mathbb\s?\{?\s?[ZNR]\s?\}?\s?\)\Z"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One side, read: its clean text, its words, and its tree and kind when it parses."""

    raw: str
    text: str
    textual: bool
    node: Node | None
    answer: Answer | None
    problem: str
    too_big: bool = False
    parameter: str = ""
    """The n of a clause "n in Z" that was cut off."""
    letter: str = ""
    """Of a gold that is one choice: its letter."""

    @property
    def is_sentence(self) -> bool:
        """Whether the text has the words of a sentence, whatever a parser makes of it."""
        if self.text.count(" ") < 3 or "\\" in self.text:
            return False
        return sum(len(word) > 2 and word.isalpha() for word in self.text.split()) >= 3

    @property
    def words(self) -> str:
        """The text as words, where it is short enough to be compared so."""
        return words_of(self.text) if len(self.text) <= 400 else ""


_ALSO = re.compile(
    r"\s?\((?:or(?: equivalently| simply| just)?|equivalently|i\.e\.|that is)[,:]?\s"
    r"([^()]{1,80})\)\Z"
)
"""Another way to write the answer, after it: "1/2 (or equivalently 0.5)"."""
_MARK = re.compile(
    r"(?:(?:grade|reward|verdict|correctness|(?:is[ _]?)?correct|passed)\s?[:=]\s?|score\s?:\s?)"
    r"1(?:\.0*)?",
    re.IGNORECASE,
)


_CODE = re.compile(r"\{\{ ?[A-Za-z_]\w{2,}|(?<!\\)\blambda\b[^:]{0,40}:|\w\s?===?\s?\w|\bdef \w+\(")
"""What only a program holds: a lambda, a test for equality, a definition."""


def read(raw: str, grouping: bool = True) -> Reading:
    """Read one side. Never raises for any text."""
    node: Node | None
    if is_whole(raw):
        node = parse(raw)  # nothing to clean, and no word or unit to look for
        return Reading(raw, raw, False, node, classify(node), "")
    text = clean(raw[: MAX_TEXT + 1])
    if text[-1:] == ")" and (also := _ALSO.search(text[-120:])):
        text = f"{text[: len(text) - len(also[0])]} or {also[1]}"
    textual = False
    if _WORDY.search(text) or text[4:5] == text[7:8] == "-":
        text = moment(text) or compound(text) or text
        text, textual = _worded(text)
    if text[-1:] in _UNIT_ENDS:
        text = _SPACED_UNIT.sub(_as_unit, text)
    parameter = ""
    if "\\in" in text and (clause := _ANY_WHOLE.search(text)):
        before, name = text[: clause.start()].strip(), clause[1] or clause[2]
        if re.search(rf"(?<![A-Za-z\\]){name}", before):
            text, parameter = before, name
    if len(raw) > MAX_TEXT:
        return Reading(raw, text, textual, None, None, "too long to be an answer", True)
    if _CODE.search(text):
        return Reading(raw, text, textual, None, None, "code, not an answer")
    if text[-1:] in "10" and _MARK.fullmatch(text):
        return Reading(raw, text, textual, None, None, "a mark for the answer, not an answer")
    node = None
    try:
        node = parse(text, grouping)
        kind = classify(node)
        if kind.kind == "number" and not kind.unit and _is_price(raw):
            kind = replace(kind, unit="dollar")
        return Reading(raw, text, textual, node, kind, "", parameter=parameter)
    except UnparsableError as error:
        return Reading(raw, text, textual, node, None, str(error))
    except (TooBigError, RecursionError) as error:
        return Reading(raw, text, textual, node, None, str(error), True)


def _as_unit(mark: re.Match[str]) -> str:
    before = mark.string[: mark.start()]
    if before.endswith("}") and re.search(r"(?<![\\A-Za-z])[A-Za-z]", before):
        return mark[0]  # x^{2} m is a product
    unit = mark[1].replace("\\Omega", "ohm") + mark[2].replace("{", "").replace("}", "")
    return f" \\text{{{unit}}}"


def _worded(text: str) -> tuple[str, bool]:
    """The text with a phrase in place of its synonym or number, and whether it stays words."""
    plain = _WRAPPER.sub(r"\1", text).strip() if "\\" in text else text
    if "xcept" in plain and (found := _ALL_BUT.fullmatch(plain.replace("$", ""))):
        return f"x \\ne {found[1]}", False
    if not _PROSE.fullmatch(plain):
        return text, False
    words = words_of(text) if len(text) <= 400 else ""
    prose = True
    if words in _SYNONYMS:
        text = plain = _SYNONYMS[words]
        prose = "\\" not in text
    elif "\\" not in plain and (number := number_in_words(words)) is not None:
        return number, False
    words = words_of(text)
    textual = prose and bool(_TEXTUAL.fullmatch(words)) and not _is_call(words)
    if textual and "-" in plain and not _THREE.search(plain):
        textual = False  # p - q, not a hyphen
    return text, textual


def _is_call(words: str) -> bool:
    """A function and its argument in plain letters: "cot x", "ln ab"."""
    first, *rest = words.split(" ")
    return (first in FUNCTIONS or first in OTHER_NAMES) and all(len(one) <= 2 for one in rest)


def is_prose(text: str) -> bool:
    """Whether the text is words and punctuation only."""
    return _PROSE.fullmatch(_WRAPPER.sub(r"\1", text).strip(" $")) is not None


def _is_price(raw: str) -> bool:
    return bool(re.search(r"\\\$\s?[\d.]", raw) or re.fullmatch(r"\s*\$\s?[\d.][^$]*", raw))


_THE_ANSWER = re.compile(r"\s+is (?:the|my|our) (?:final |correct )?answer[.!]?\Z", re.IGNORECASE)
_ASIDE = re.compile(
    r"\s?\((?![^()]*\b(?:or|not|no|and|maybe|perhaps)\b)[A-Za-z][A-Za-z ,'-]{2,60}\)\Z"
)
_IS = re.compile(r"\b(?:is|are|equals|be|becomes|obtain)\s+(?:exactly |equal to )?(?=\S)")
_CLAUSE = re.compile(
    r"(?:,|\s)\s*(?:\\(?:text|mbox)\{\s?)?\(?\s*(?:for (?:all|any|every|each) .{1,60}|where .{1,80}"
    r"|with .{1,60}|for some .{1,60})\Z",
    re.DOTALL,
)


def distilled(
    reading: Reading,
    language: Language | None = None,
    gold: bool = False,
    strict: bool = True,
    marked: bool = True,
) -> Reading:
    """The one value that a sentence states ("The largest n is 34."); else the same reading.

    Every word of the sentence is understood, or it states nothing; `strict=False` takes the only
    number of any sentence without doubt. The words of a gold count, but for clauses and units.
    """
    raw = reading.raw
    if len(raw) > 400 or reading.too_big:
        return reading
    for value in _values(reading, language, gold, marked):
        again = read(value)
        if again.answer is not None and again.answer.kind != "broken" and not again.textual:
            return replace(again, raw=raw)
    if not strict and (number := _only_number(reading.text)):
        again = read(number)
        return replace(again, raw=raw) if again.answer is not None else reading
    return reading


def _values(reading: Reading, language: Language | None, gold: bool, marked: bool) -> Iterator[str]:
    """The texts of the value that a phrase or a sentence may state, surest first."""
    if _COMMAND_OF_WORDS.search(reading.raw):
        return
    if amount := counted(reading.words):
        yield amount
    if reading.textual:
        return
    plain = _WRAPPER.sub(r" \1 ", reading.text) if "\\" in reading.text else reading.text
    # The words of a language are those with its accents, which a clean text has lost.
    accented = not reading.raw.isascii() and "\\" not in reading.raw
    written = strip_dressing(reading.raw) if accented else plain
    if (amount := quantity(written, language)) is not None:
        yield amount
    bare = _THE_ANSWER.sub("", reading.text.replace("$", " ").strip())
    if len(bare) < len(reading.text.strip()) and "nswer" in reading.text:
        yield bare
    plain = plain.strip()
    aside = _ASIDE.search(plain)
    if aside and aside.start() > 0 and not doubt_in(_words(aside[0])) and not _is_other(aside[0]):
        yield plain[: aside.start()]
    clause = _CLAUSE.search(bare)
    if clause and clause.start() > 0 and (gold or _is_condition(clause[0])):
        yield bare[: clause.start()]
    if gold and (aside := _AUTHORS_WORDS.search(bare)) and aside.start() > 0:
        yield bare[: aside.start()]
    lead, colon, span = reading.raw.strip().rpartition(":")
    formula = colon and span.count("$") in (2, 4) and span.strip(" .").startswith("$")
    if formula and not any(map(str.isdigit, lead)) and not doubts(lead):
        yield span.strip(" .")
    subject, verb, said = _said(bare)
    stated = "nswer" not in subject or any(one.standing == "stated" for one in statements(bare))
    if _DERIVED.search(subject):
        return
    plain_subject = not (
        any(map(str.isdigit, subject)) or _is_tentative(subject) or _is_talk(subject)
    )
    if verb and stated and plain_subject and not doubts(subject):
        yield said  # "The probability is 3/4, or 75%": what follows is read as a whole
    if marked and not gold:
        dressed = reading.raw if "$" in reading.raw else bare
        dressed = _WRAPPER.sub(r" \1 ", dressed)
        if (amount := stated_amount(dressed)) is not None:
            yield amount


_DERIVED = re.compile(
    r"\b(?:complement|conjugate|reciprocal|inverse|negative|negation|opposite|square|cube|root|"
    r"logarithm|half|double|twice|triple|third|quarter|tenth|fraction|part|multiple|factor|divisor|"
    r"digit|numerator|denominator|bound|estimate|approximation|supplement|successor|predecessor|"
    r"error|exponent|rest|percentage|power|absolute value|sign|order|magnitude)s? (?:of|to|in|for) "
    r"(?:the |my |our )?(?:\w+ )?(?:final |correct |true |actual )?"
    r"(?:answer|result|solution|required|requested|desired|wanted|sought|asked)\b",
    re.IGNORECASE,
)
"""A value derived from the answer, which is not the answer."""
_AUTHORS_WORDS = re.compile(r"\s?\\(?:text|mbox|mathrm)\s?\{[^{}\d]{1,60}\}\Z")
"""Words after the value of a gold, which its author wrote."""


_SELF = vocabulary("i we me us my our you your")


_FINDS = vocabulary("find found get got obtain obtained seek want need compute computed have am")


def _is_talk(subject: str) -> bool:
    """Whether a subject is no asked quantity: "the minutes I spent on this problem"."""
    words = spoken(subject).words
    if not _SELF & set(words) or {"answer", "result", "solution"} & set(words):
        return False
    if "my" in words or ("i" in words and not _FINDS & set(words)):
        return True
    numbered = "number" in words and words[words.index("number") + 1 :][:1] != ("of",)
    possessed = bool({"my", "your", "our"} & set(words))
    return bool(TEXTS & set(words)) or (numbered and possessed)


def _is_tentative(subject: str) -> bool:
    """Whether a subject names another quantity than the final one: "the estimated total"."""
    said = spoken(subject)
    words = set(said.words)
    if {"different", "another", "what"} & words or (
        {"is", "are", "was"} & words and "that" in words
    ):
        return True
    return VOICES["en"].tentative.within(said) or VOICES["en"].reports.within(said)


def _is_other(aside: str) -> bool:
    """Whether a remark in brackets gives the value to somebody else."""
    return VOICES["en"].persons.within(spoken(aside)) or _is_tentative(aside)


def _said(text: str) -> tuple[str, str, str]:
    """(subject, verb, what it says) of a sentence with one "is"; empty without one."""
    found = list(_IS.finditer(text))
    if not found:
        return "", "", ""
    last = found[-1]
    return text[: last.start()], last[0], text[last.end() :]


def doubts(text: str) -> bool:
    """Whether the words of a text deny, compare, approximate or leave open."""
    words = _words(_RELATIVE.sub(" ", text))
    return bool(doubt_in(words)) or any(
        word in APPROXIMATION
        or (word in COMPARISON and word not in _SUPERLATIVES)
        or word in _BOUNDS
        for word in words
    )


_RELATIVE = re.compile(r"\b(?:that|which|who) (?:could|can|may|might)\b", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return [token.text.casefold() for token in tokens(_COMMANDS.sub(" ", text))]


_COMMANDS = re.compile(r"\\[A-Za-z]+")
_SUPERLATIVES = vocabulary("least most minimum maximum min max between smaller larger greater")
_BOUNDS = vocabulary("half twice double thrice triple bound bounds all any every each")
_COMPARED_TO = re.compile(
    r"multiplicity \d|(?:[=<>]|\\(?:leq?|geq?|neq?|in)(?![A-Za-z]))\s?-?[\d.]+|\d\s?[<>]"
)


def _is_condition(clause: str) -> bool:
    """Whether a clause after a value only says for what it holds: "for all real x"."""
    plain = _COMPARED_TO.sub(" ", clause)
    words = [token.text.casefold() for token in tokens(_COMMANDS.sub(" ", plain))]
    return not any(map(str.isdigit, plain)) and not any(
        word in NEGATION
        or word in NUMERAL_SYSTEMS
        or word in ALTERNATIVE
        or word in POSSIBILITY
        or number_in_words(word)
        or word in ("also", "and")
        for word in words
    )


_NUMBER = re.compile(r"(?<![\w.])-?\$?\s?\d[\d,. ]{0,30}(?:\s?\\?%)?")


def _only_number(text: str) -> str | None:
    """The number of a sentence that has one number, no formula and no doubt."""
    numbers = list(_NUMBER.finditer(text)) if len(text) <= 300 and text.count(" ") >= 2 else []
    if len(numbers) != 1 or "\\" in text or doubts(text):
        return None
    return numbers[0][0].strip(" ,.")


_COMMAND_OF_WORDS = re.compile(r"\\(?!text|math|mbox)[a-z]{3,9}(?![A-Za-z])(?!\s?\{)")
r"""A command of the writer's own, such as \six, is whatever the writer defined."""
