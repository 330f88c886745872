"""The shapes that answers of mathematics take: a value, or a choice."""

from typing import Any

from ...text import Shape
from ...text.closing_sentences import closing_amount, closing_time
from ...text.languages import Language
from ..grammar.nodes import symbols
from .decision import choice_of, gold_reading, names_another
from .normalize import is_whole
from .reading import distilled, is_prose, read


class ValueShape:
    """A mathematical value: an expression, a set, a relation, or a sentence that states one."""

    def __init__(self, language: Language | None = None, strict: bool = True) -> None:
        self.language = language
        self.strict = strict

    def read(self, text: str) -> Any | None:
        """The tree of the value that a text states whole; None for any other text."""
        if len(text) > 2_000 or not text.strip():
            return None
        reading = read(text)
        if reading.answer is None or reading.textual or reading.is_sentence:
            reading = distilled(reading, self.language, strict=self.strict)
        if reading.answer is None or reading.textual or reading.answer.kind == "broken":
            return None
        return _value(reading.node)

    def closing(self, text: str, before: str) -> str | None:
        """The amount of a closing sentence in which every word is understood."""
        return closing_amount(text, before)


def _value(node: Any) -> Any:
    """The value that an assignment or a chain of equal numbers states: 4 of "x = 4"."""
    if not node or node[0] != "rel" or any(sign != "=" for sign, _ in node[2]):
        return node
    left = node[1]
    names = left[3] if left[0] == "seq" else (left,)
    named = all(name[0] == "sym" for name in names)
    return node[2][-1][1] if named or not symbols(node) else node


class WordShape:
    """An answer in words."""

    def read(self, text: str) -> Any | None:
        """The words of a short phrase without a verb of its own; None for any other text."""
        reading = read(text)
        if reading.textual and is_prose(reading.text) and reading.words.count(" ") <= 3:
            return reading.words
        return None

    def closing(self, text: str, before: str) -> str | None:
        """The time of day that a closing sentence states."""
        return closing_time(text, before)


class ChoiceShape:
    """One letter of a multiple-choice question."""

    def read(self, text: str) -> str | None:
        """The letter that a text chooses; None for any other text."""
        return choice_of(text)

    def offers_another(self, value: str, rest: str) -> bool:
        """Whether the rest of a line names another choice without rejecting it."""
        return names_another(value, rest)


_VALUE, _LENIENT, _WORDS, _CHOICE = (
    ValueShape(),
    ValueShape(strict=False),
    WordShape(),
    ChoiceShape(),
)


def shape_of(gold: str, strict: bool = True) -> Shape:
    """The shape of the answers to a question whose gold is known."""
    if not is_whole(gold):
        reading = gold_reading(gold)
        if reading.letter:
            return _CHOICE
        if reading.answer is None or reading.textual:
            return _WORDS
    return _VALUE if strict else _LENIENT
