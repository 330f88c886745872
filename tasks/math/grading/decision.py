"""Gold against answer, cheapest stage first: text, then value, then algebra in a worker."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ...text import final_answer
from ...text.languages import Language
from ..comparing.algebra_stage import (
    decide_algebra,
    decide_values,
    wants_algebra,
    wants_values,
    warm,
)
from ..comparing.classification import classify
from ..comparing.comparison import same
from ..grammar.nodes import TooBigError, symbols
from ..values.evaluation import work_limit
from .answers import Answer
from .choices import choice_letter, choice_of, decide_letter, decide_letters, names_another
from .normalize import compact
from .outcome import Decision
from .quantities import rename
from .reading import Reading, distilled, read
from .rules import EXACT, Rules
from .units import conflict, unit_of
from .word_answers import decide_text

__all__ = [
    "STRICT",
    "Decision",
    "Way",
    "cache_info",
    "choice_of",
    "conflicts",
    "decide",
    "gold_reading",
    "names_another",
    "warm",
]


@dataclass(frozen=True, slots=True)
class Way:
    """How the prose of an answer is read."""

    language: Language | None = None
    strict: bool = True
    marked: bool = True
    """Whether anything marks the text as the answer."""

    def __hash__(self) -> int:
        return hash((self.language.code if self.language else "", self.strict, self.marked))


STRICT = Way()
_DECIMAL_COMMA = re.compile(r"-?(?:\d{1,12},(?:\d{1,2}|\d{4,12})|0,\d{3})(?:\s?\\?%)?")
_DOTTED_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d{1,9}")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")


@lru_cache(maxsize=65_536)
def gold_reading(gold: str, grouping: bool = True) -> Reading:
    """The reading of a gold, kept for the next completion."""
    if "boxed" in gold or "</answer>" in gold or (len(gold) > 80 and "answer" in gold):
        # Some suites keep the whole solution as the gold.
        gold = final_answer(gold).text or gold
    with work_limit():  # of its own: a gold that is known already must leave as much
        reading = read(gold, grouping)
    letter = choice_letter(gold) or choice_letter(reading.text)
    if reading.answer is not None and reading.answer.kind in ("relation", "real set"):
        warm()  # only such golds can come to the worker
    if reading.answer is None or reading.textual:
        found = distilled(reading, gold=True)
        measured = found.answer is not None and (found.answer.unit or "percent" in reading.words)
        if reading.answer is None or measured:  # "three hours"; "two triangles" stays words
            reading = found
    return replace(reading, letter=letter)


@lru_cache(maxsize=65_536)
def _decide_cached(gold: str, answer: str, rules: Rules, way: Way) -> Decision:
    return _decide(gold_reading(gold), read(answer), rules, way)


def decide(gold: str, answer: str, rules: Rules = EXACT, way: Way = STRICT) -> Decision:
    """Compare. `checker_error` only when our own machinery failed.

    `way` says how prose is read: the language it is in, and how strictly.
    """
    if _INTEGER.fullmatch(gold) and _INTEGER.fullmatch(answer):
        equal = gold == answer or int(gold) == int(answer)
        reason = "the same whole number" if equal else "not the same number as the gold"
        return Decision("correct" if equal else "incorrect", reason, "number")
    if len(gold) + len(answer) > 2_000:
        return _decide(gold_reading(gold), read(answer), rules, way)
    decision = _decide_cached(gold, answer, rules, way)
    if decision.status in ("checker_error", "timeout", "memory"):
        # What a loaded machine made slow deserves another try next time.
        _decide_cached.cache_clear()
    return decision


def conflicts(gold: str, words: str, rules: Rules) -> bool:
    """Whether the words behind an answer begin with another unit than the gold's."""
    answer = gold_reading(gold).answer
    if rules.ignore_units or answer is None or not answer.unit:
        return False
    parts = words.split()
    for end in range(len(parts), 0, -1):
        if (name := unit_of(" ".join(parts[:end]))) is not None:
            return name != "percent" and conflict(answer.unit, name)
    return False


def _decide(gold: Reading, answer: Reading, rules: Rules, way: Way) -> Decision:
    if not gold.text or gold.text in ("$", "{}"):
        return Decision("checker_error", "the gold answer is empty", "gold")
    if gold.letter:
        return decide_letter(gold.letter, gold, answer)
    if (several := decide_letters(gold.text, answer.text)) is not None:
        return several
    if (
        gold.raw == answer.raw
        or gold.text == answer.text
        or compact(gold.text) == compact(answer.text)
    ):
        return Decision("correct", "the answer is the gold as written", "text")
    if not way.marked and answer.node is not None and answer.node[0] == "named":
        reason = "a word names the value, and nothing says that it is the answer"
        return Decision("incorrect", reason, "words")
    if _same_time(gold, answer):
        return Decision("correct", "the same time, which one side marks as am or pm", "text")
    if (
        gold.answer is not None
        and not gold.textual
        and (answer.answer is None or answer.textual or answer.is_sentence)
    ):
        answer = distilled(answer, way.language, strict=way.strict, marked=way.marked)
    if gold.answer is None or gold.textual or answer.answer is None:
        return decide_text(gold, answer)
    return _decide_value(gold, answer, rules)


def _same_time(gold: Reading, answer: Reading) -> bool:
    """2:30 against 2:30 pm: one side leaves the half of the day open."""
    times = [one.text.casefold().removesuffix(" am").removesuffix(" pm") for one in (gold, answer)]
    marked = sum(one.text.casefold().endswith((" am", " pm")) for one in (gold, answer))
    return marked == 1 and times[0] == times[1] and ":" in times[0]


def _decide_value(gold: Reading, answer: Reading, rules: Rules) -> Decision:
    assert gold.answer is not None
    assert answer.answer is not None
    if gold.node == answer.node:
        return Decision("correct", "the answer parses to the gold", "tree")
    try:
        if same(gold.answer, answer.answer, rules):
            return Decision("correct", f"equal as {gold.answer.kind}", "value")
        if _same_renamed(gold, answer, rules):
            return Decision("correct", "equal but for the name of a parameter", "value")
        if _same_ungrouped(gold, answer, rules):
            return Decision("correct", "equal as a list", "value")
    except (TooBigError, RecursionError) as error:
        if wants_values(gold.answer, answer.answer):
            return decide_values(gold.answer, answer.answer)
        return Decision("incorrect", f"the answer could not be shown equal: {error}", "caps")
    if wants_algebra(gold.answer, answer.answer):
        return decide_algebra(gold, answer)
    return Decision("incorrect", _difference(gold.answer, answer.answer), "value")


def _same_renamed(gold: Reading, answer: Reading, rules: Rules) -> bool:
    """pi/4 + k pi (k in Z) against pi/4 + n pi (n in Z)."""
    assert gold.answer is not None
    assert answer.node is not None
    if not (gold.parameter and answer.parameter) or gold.parameter in symbols(answer.node):
        return False
    renamed = classify(rename(answer.node, {answer.parameter: gold.parameter}))
    return same(gold.answer, renamed, rules)


def _same_ungrouped(gold: Reading, answer: Reading, rules: Rules) -> bool:
    """ "100,200" is one number unless the other side is a list."""
    assert gold.answer is not None
    assert answer.answer is not None
    gold_many, answer_many = gold.answer.kind == "set", answer.answer.kind == "set"
    if gold_many == answer_many:
        return False
    one, many = (answer, gold) if gold_many else (gold, answer)
    head, _, unit = many.text.partition(" ")
    unit = unit.removeprefix("\\text{").removesuffix("}")
    if unit and _DECIMAL_COMMA.fullmatch(head) and unit_of(unit) is not None:
        decimal = read(f"{head.replace(',', '.')} {unit}")
        return decimal.answer is not None and same(_single(one), decimal.answer, rules)
    comma = _DECIMAL_COMMA.fullmatch(many.text)
    if comma is None and not gold_many:
        comma = _DOTTED_COMMA.fullmatch(many.text)
    if comma and one.answer is not None and one.answer.kind == "number":
        digits = many.text.replace(".", "") if _DOTTED_COMMA.fullmatch(many.text) else many.text
        decimal = read(digits.replace(",", "."))
        return decimal.answer is not None and same(one.answer, decimal.answer, rules)
    again = read(answer.raw, False) if gold_many else gold_reading(gold.raw, False)
    if again.answer is None or "," not in again.text or again.answer.kind != "set":
        return False
    if gold_many:
        return same(gold.answer, again.answer, rules)
    # A gold like "1,234" stays a number: only a gold with other commas is ambiguous.
    return False


def _single(reading: Reading) -> Answer:
    assert reading.answer is not None
    return reading.answer


def _difference(gold: Answer, answer: Answer) -> str:
    if answer.kind == "broken":
        return "the answer contradicts itself"
    if answer.kind == "set" and len(answer.items) > 1 and gold.kind == "number":
        return "several candidates are offered where the gold is one value"
    if gold.kind != answer.kind:
        return f"the answer is a {answer.kind}, the gold a {gold.kind}"
    if gold.kind == "number" and gold.unit and answer.unit and gold.unit != answer.unit:
        return f"not equal, or {answer.unit} for {gold.unit}"
    return f"not the same {gold.kind} as the gold"


def cache_info() -> dict[str, Any]:
    """How full the caches are, for the log."""
    return {"gold": gold_reading.cache_info(), "pairs": _decide_cached.cache_info()}
