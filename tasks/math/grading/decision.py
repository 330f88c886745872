"""Gold against answer, cheapest stage first: text, then value, then algebra in a worker."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ...extraction import final_answer
from ...verdict import Status
from ...workers import WorkerError, WorkerMemoryError, WorkerPool, WorkerTimeoutError
from .classes import Answer, classify
from .comparison import EXACT, Rules, same, solution_set
from .dressing import clean, compact, words_of
from .foreign import value_in
from .lexer import FUNCTIONS
from .nodes import MAX_TEXT, Node, TooBigError, UnparsableError, symbols, to_data
from .notations import compound, moment
from .numerals import counted, number_in_words
from .parser import parse
from .relations import is_polynomial

WORKER_SECONDS = 1.2
_POOL = WorkerPool(memory_mb=2048, preload=f"{__package__}.algebra")
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
_LETTER = re.compile(r"[\s($*{\\]*(?:text\w*\{)?[\s(]*([A-Z])[)\s}.:$*]*")
_OPENING = re.compile(
    r"[\s$*`\"'(\[{~]+|\\(?:text\w{0,6}|mathrm|mathbf|mbox|boxed)(?=[\s{])|\\[(\[]"
    r"|(?:the )?(?:correct )?(?:option|choice|answer)(?: is)?(?=[\s:(])[\s:]{0,3}",
    re.IGNORECASE,
)
_CLOSING = " \t\n$*`\"')]}~"
_OTHER_CHOICE = re.compile(
    r"(?:\b(?:or|and|maybe|perhaps|be|but|possibly|also|is|not)\b|[,/&|]|^)[\s$*]*(?:\\text\w*\{)?"
    r"\(?([B-HJ]|[AI](?!\s(?!or\b|and\b)[a-z]))[)}$*]*(?:[\s).,}]|$)"
)
_DECIMAL_COMMA = re.compile(r"-?(?:\d{1,12},(?:\d{1,2}|\d{4,12})|0,\d{3})(?:\s?\\?%)?")
_LONG_COMMA = re.compile(r"-?(?:\d{1,12},(?:\d{2}|\d{4,12})|0,\d{3})(?:\s?\\?%)?")
_WRAPPER = re.compile(r"\\(?:text\w*|mathrm|mbox|mathbf|operatorname)\s?\{([^{}]*)\}")
_PROSE = re.compile(r"[A-Za-z][A-Za-z'.,!?() ${}-]*")
_TEXTUAL = re.compile(r"[a-z][a-z' ]{2,}")
_WORDY = re.compile(r"[A-Za-z]{3}")
_MATHEMATICAL = re.compile(r"[=<>+*/^\\\d]")
_SPACED_UNIT = re.compile(r"(?<=\d) ([msghLNJWVK]|\\Omega)((?:/[a-z]+)?(?:\^\{?[23]\}?)?)\Z")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the answer is the gold, why, and which stage found it."""

    status: Status
    reason: str
    stage: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One side, read: its clean text, its words, and its tree and kind when it parses."""

    raw: str
    text: str
    words: str
    textual: bool
    node: Node | None
    answer: Answer | None
    problem: str
    too_big: bool = False


def read(raw: str, grouping: bool = True) -> Reading:
    """Read one side. Never raises for any text."""
    text = clean(raw[: MAX_TEXT + 1])
    text = moment(text) or compound(text) or text
    words = words_of(text) if len(text) <= 400 else ""
    plain = _WRAPPER.sub(r"\1", text).strip()
    prose = bool(_PROSE.fullmatch(plain))
    if words in _SYNONYMS and prose:
        text = plain = _SYNONYMS[words]
        words, prose = words_of(text), "\\" not in text
    elif prose and (number := number_in_words(words)) is not None:
        text = number
        words, prose = words_of(text), False
    text = _SPACED_UNIT.sub(r" \\text{\1\2}", text).replace(r"\text{\Omega}", r"\text{ohm}")
    textual = prose and bool(_TEXTUAL.fullmatch(words)) and words not in FUNCTIONS
    if textual and "-" in plain and not _WORDY.search(plain):
        textual = False  # p - q, not a hyphen
    if len(raw) > MAX_TEXT:
        return Reading(raw, text, words, textual, None, None, "too long to be an answer", True)
    node: Node | None = None
    try:
        node = parse(text, grouping)
        kind = classify(node)
        if kind.kind == "number" and not kind.unit and _is_price(raw):
            kind = replace(kind, unit="dollar")
        return Reading(raw, text, words, textual, node, kind, "")
    except UnparsableError as error:
        return Reading(raw, text, words, textual, node, None, str(error))
    except (TooBigError, RecursionError) as error:
        return Reading(raw, text, words, textual, node, None, str(error), True)


def _is_price(raw: str) -> bool:
    return bool(re.search(r"\\\$\s?[\d.]", raw) or re.fullmatch(r"\s*\$\s?[\d.][^$]*", raw))


@lru_cache(maxsize=65_536)
def _read_gold(gold: str, grouping: bool = True) -> Reading:
    if "boxed" in gold or "</answer>" in gold:
        # Some suites keep the whole solution as the gold.
        gold = final_answer(gold).text or gold
    reading = read(gold, grouping)
    return distilled(reading) if reading.answer is None else reading


_SPAN = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_DOUBT = re.compile(
    r"\b(?:not|no|never|or|either|maybe|perhaps|possibly|might|wrong|incorrect|guess|"
    r"unsure|if|unless|but|except|between|instead|neither|false|doubt|assume|suppose|choose|mark|"
    r"grade|correct|system|ignore|reward|score)\b|n't\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\s?\((?![^()]*\b(?:or|not|no|and|maybe|perhaps)\b)[a-z][A-Za-z ,'-]{2,60}\)\Z"
)
_IS = re.compile(r"\b(?:is|are|equals|be|becomes)\s+(?:exactly |equal to )?(?=\S)")
_CLAUSE = re.compile(
    r"(?:,|\s)\s*\(?\s*(?:for (?:all|any|every|each) .{1,60}|where .{1,80}"
    r"|with .{1,60}|for some .{1,60})\Z",
    re.DOTALL,
)


def distilled(reading: Reading) -> Reading:
    """The one value in a short sentence ("The largest n is 34."); else the same reading."""
    raw = reading.raw
    if len(raw) > 400 or reading.too_big:
        return reading
    if amount := counted(reading.words):
        again = read(amount)
        return replace(again, raw=raw) if again.answer is not None else reading
    if reading.textual:
        return reading
    if (value := value_in(reading.text)) is not None:
        again = read(value)
        return replace(again, raw=raw) if again.answer is not None else reading
    bare = reading.text.replace("$", " ").strip()
    if (aside := _ASIDE.search(bare)) and aside.start() > 0:
        again = read(bare[: aside.start()])
        if again.answer is not None:
            return replace(again, raw=raw)
    clause = _CLAUSE.search(bare)
    if clause and clause.start() > 0:
        again = read(bare[: clause.start()])
        if again.answer is not None:
            return replace(again, raw=raw)
    plain = re.sub(r"\\[A-Za-z]+", " ", raw)
    if _DOUBT.search(plain) or not re.search(r"[A-Za-z]{2}", plain):
        return reading
    spans = list(_SPAN.finditer(raw))
    if len(spans) == 1:
        around = raw[: spans[0].start()] + raw[spans[0].end() :]
        if not re.search(r"[\d=]", around):
            again = read(next(group for group in spans[0].groups() if group is not None))
            return replace(again, raw=raw) if again.answer is not None else reading
    pieces = _IS.split(bare)
    if len(pieces) == 2 and not re.search(r"\d", pieces[0]):
        again = read(pieces[1])
        if again.answer is not None and again.answer.kind != "broken":
            return replace(again, raw=raw)
    return reading


@lru_cache(maxsize=65_536)
def _decide_cached(gold: str, answer: str, rules: Rules) -> Decision:
    return _decide(_read_gold(gold), read(answer), rules)


def decide(gold: str, answer: str, rules: Rules = EXACT) -> Decision:
    """Compare. `checker_error` only when our own machinery failed."""
    if len(gold) + len(answer) > 2_000:
        return _decide(_read_gold(gold), read(answer), rules)
    decision = _decide_cached(gold, answer, rules)
    if decision.status in ("checker_error", "timeout", "memory"):
        # What a loaded machine made slow deserves another try next time.
        _decide_cached.cache_clear()
    return decision


def _decide(gold: Reading, answer: Reading, rules: Rules) -> Decision:
    if not gold.text or gold.text in ("$", "{}"):
        return Decision("checker_error", "the gold answer is empty", "gold")
    letter = _choice_letter(gold.raw)
    if letter is not None:
        return _decide_letter(letter, gold, answer)
    if _CHOICES.fullmatch(gold.text) and _CHOSEN.fullmatch(answer.text):
        alike = _capitals(gold.text) == _capitals(answer.text)
        return Decision(
            "correct" if alike else "incorrect",
            "the choices are the same" if alike else "other choices than the gold",
            "letter",
        )
    if compact(gold.text) == compact(answer.text):
        return Decision("correct", "the answer is the gold as written", "text")
    if gold.answer is not None and not gold.textual and (answer.answer is None or answer.textual):
        answer = distilled(answer)
    if gold.answer is None or gold.textual or answer.answer is None:
        return _decide_text(gold, answer)
    return _decide_value(gold, answer, rules)


_CHOICES = re.compile(r"(?=A?B?C?D?E?F?G?H?I?J?\Z)[A-J]{2,10}")
_CHOSEN = re.compile(r"\(?[A-J]\)?(?:(?:[\s,;&(){}]|\\?\b(?:and|text)\b){0,12}[A-J]\)?){1,9}")


def _capitals(text: str) -> list[str]:
    return sorted(one for one in text if one.isupper())


def _choice_letter(raw: str) -> str | None:
    found = _LETTER.fullmatch(raw) or _LETTER.fullmatch(clean(raw))
    return found[1] if found else None


def _decide_letter(letter: str, gold: Reading, answer: Reading) -> Decision:
    choice, rest = _chosen(answer.raw)
    others = _OTHER_CHOICE.search(rest)
    if choice is not None and others and not _only_again(choice, rest):
        return Decision("incorrect", "several choices are offered", "letter")
    if choice == letter:
        return Decision("correct", f"the choice is {letter}", "letter")
    if choice is not None:
        return Decision("incorrect", f"the choice is {choice}, not {letter}", "letter")
    if gold.answer is not None and answer.answer is not None and gold.answer == answer.answer:
        return Decision("correct", "the answer is the gold", "letter")
    return Decision("incorrect", f"the answer is not the choice {letter}", "letter")


def _only_again(choice: str, rest: str) -> bool:
    """Whether every further choice is the same one: "B or (B)"."""
    return {mark[1] for mark in _OTHER_CHOICE.finditer(rest)} == {choice}


def _chosen(raw: str) -> tuple[str | None, str]:
    """The letter that an answer begins with, and the text of the choice after it."""
    text = raw[:500].strip()
    for _ in range(8):
        opening = _OPENING.match(text)
        if opening is None or opening.end() == 0:
            break
        text = text[opening.end() :]
    if not text or not (text[0].isascii() and text[0].isalpha()) or text[1:2].isupper():
        return None, ""
    after = text[1:].lstrip(_CLOSING)
    if text[1:4] in (" - ", " – ", " — "):
        return text[0].upper(), text[4:]
    closed = text[1:2] in tuple(")]}$*") or after[:1] in (".", ":", ")", "")
    if not closed or (after and len(after) == len(text) - 1 and after[0] not in ".:)"):
        return (text[0].upper(), after) if _OTHER_CHOICE.match(after) else (None, "")
    return text[0].upper(), after.lstrip(".:)\\~ ")


def _decide_text(gold: Reading, answer: Reading) -> Decision:
    if gold.answer is not None and not gold.textual:
        equal = False
    elif _MATHEMATICAL.search(gold.words) or _MATHEMATICAL.search(gold.text.replace("\\", "")):
        equal = _letters(gold.text) == _letters(answer.text)
    else:
        alike = gold.words == answer.words or _parts(gold.text) == _parts(answer.text) != []
        equal = bool(gold.words) and alike and _is_prose(answer.text)
    if equal:
        return Decision("correct", "the answer has the words of the gold", "words")
    if answer.too_big:
        return Decision("incorrect", f"the answer is refused: {answer.problem}", "caps")
    if answer.answer is None and gold.answer is not None and not gold.textual:
        return Decision(
            "incorrect", f"the answer is not a mathematical value ({answer.problem})", "words"
        )
    return Decision("incorrect", "the answer has other words than the gold", "words")


def _parts(text: str) -> list[str]:
    """The names in "Ann, Bob and Carl", in order of the alphabet; [] for anything else."""
    pieces = [words_of(one) for one in re.split(r",|\band\b", text)]
    pieces = [one for one in pieces if one]
    return sorted(pieces) if len(pieces) > 1 and all(" " not in one for one in pieces) else []


def _is_prose(text: str) -> bool:
    return _PROSE.fullmatch(_WRAPPER.sub(r"\1", text).strip()) is not None


def _letters(text: str) -> str:
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", text, flags=re.IGNORECASE)
    text = re.sub(r"\\(?:text|textrm|mathrm|mbox|textbf)\s?\{([^{}]*)\}", r"\1", text)
    return re.sub(r"[\s${}]+|\\[,;:! ]", "", text).casefold().strip(".")


def _decide_value(gold: Reading, answer: Reading, rules: Rules) -> Decision:
    assert gold.answer is not None
    assert answer.answer is not None
    if gold.node == answer.node:
        return Decision("correct", "the answer parses to the gold", "tree")
    try:
        if same(gold.answer, answer.answer, rules):
            return Decision("correct", f"equal as {gold.answer.kind}", "value")
        if _same_ungrouped(gold, answer, rules):
            return Decision("correct", "equal as a list", "value")
    except (TooBigError, RecursionError) as error:
        return Decision("incorrect", f"the answer could not be shown equal: {error}", "caps")
    if _wants_algebra(gold.answer, answer.answer):
        return _decide_algebra(gold, answer)
    return Decision("incorrect", _difference(gold.answer, answer.answer), "value")


def _same_ungrouped(gold: Reading, answer: Reading, rules: Rules) -> bool:
    """ "100,200" is one number unless the other side is a list."""
    assert gold.answer is not None
    assert answer.answer is not None
    gold_many, answer_many = gold.answer.kind == "set", answer.answer.kind == "set"
    if gold_many == answer_many:
        return False
    one, many = (answer, gold) if gold_many else (gold, answer)
    comma = (_LONG_COMMA if gold_many else _DECIMAL_COMMA).fullmatch(many.text)
    if comma and one.answer is not None and one.answer.kind == "number":
        decimal = read(many.text.replace(",", "."))
        return decimal.answer is not None and same(one.answer, decimal.answer, rules)
    again = read(answer.raw, False) if gold_many else _read_gold(gold.raw, False)
    if again.answer is None or "," not in again.text or again.answer.kind != "set":
        return False
    if gold_many:
        return same(gold.answer, again.answer, rules)
    # A gold like "1,234" stays a number: only a gold with other commas is ambiguous.
    return False


def _difference(gold: Answer, answer: Answer) -> str:
    if answer.kind == "broken":
        return "the answer contradicts itself"
    if answer.kind == "set" and len(answer.items) > 1 and gold.kind == "number":
        return "several candidates are offered where the gold is one value"
    if gold.kind != answer.kind:
        return f"the answer is a {answer.kind}, the gold a {gold.kind}"
    if gold.kind == "number" and gold.unit and answer.unit and gold.unit != answer.unit:
        return f"not equal, or {answer.unit} for {gold.unit}"
    return f"the two are different as {gold.kind}"


def _wants_algebra(gold: Answer, answer: Answer) -> bool:
    kinds = {gold.kind, answer.kind}
    if kinds == {"number"}:
        composite = any(one.name is not None and one.name[0] != "sym" for one in (gold, answer))
        return composite and gold.name is not None and answer.name is not None
    if kinds <= {"relation", "number"} and is_polynomial(gold.node) and is_polynomial(answer.node):
        # For polynomial equations the comparison by factor has decided already.
        return False
    if kinds == {"relation"}:
        return symbols(gold.node) == symbols(answer.node)
    if kinds == {"relation", "number"}:
        named = gold if gold.kind == "number" else answer
        return named.name is not None
    if kinds not in ({"relation", "region"}, {"relation", "set"}) or gold.kind == "set":
        return False
    return solution_set(gold, answer) is None and solution_set(answer, gold) is None


def _decide_algebra(gold: Reading, answer: Reading) -> Decision:
    assert gold.node is not None
    assert answer.node is not None
    try:
        equal = _POOL.call(
            f"{__package__}.algebra:same_solutions",
            to_data(gold.node),
            to_data(answer.node),
            seconds=WORKER_SECONDS,
        )
    except WorkerTimeoutError:
        return Decision("timeout", "the answer could not be compared in time", "algebra")
    except WorkerMemoryError:
        return Decision("memory", "the answer needed too much memory to compare", "algebra")
    except WorkerError as error:
        return Decision("checker_error", f"the algebra worker failed: {error}", "algebra")
    if equal:
        return Decision("correct", "the two have the same solutions", "algebra")
    return Decision("incorrect", "the two have different solutions", "algebra")


def warm() -> None:
    """Start the algebra worker ahead of the first check that needs it."""
    _POOL.warm()


def cache_info() -> dict[str, Any]:
    """How full the caches are, for the log."""
    return {"gold": _read_gold.cache_info(), "pairs": _decide_cached.cache_info()}
