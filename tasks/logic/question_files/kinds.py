"""The kinds of answers in question files: their shapes, and when an answer is right."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..shapes import LogicShape
from ..shapes.choice import Choice, Lettered, LetterSet
from ..shapes.grid import NumberGrid, WordTable
from ..shapes.plain_text import data_of, key
from ..shapes.sequence import DIRECTIONS, Brackets, Items
from ..shapes.text import ExactText, Number, Text, tight


@dataclass(frozen=True, slots=True)
class Known:
    """A question with everything that its shape depends on."""

    gold: str
    meta: Mapping[str, Any]
    """`options` of a choice or word, `synonyms`, `accepted`, `opened` brackets, `header`."""
    prompt: str
    pool: frozenset[str]
    """The answers of all questions of this kind in the file, as `pooled` gives them."""


def pooled(kind: str, answers: Iterable[str]) -> frozenset[str]:
    """Return answers of one kind in the form in which their shape compares them."""
    return frozenset(answer.strip() if kind == "exact" else tight(answer) for answer in answers)


def unbracketed(text: str) -> str:
    """Remove the `[[...]]` that KOR-Bench puts around answers."""
    text = text.strip()
    inner = text[2:-2]
    wrapped = text.startswith("[[") and text.endswith("]]") and "[[" not in inner
    return inner.strip() if wrapped and "]" not in inner and inner.strip() else text


@dataclass(frozen=True, slots=True)
class Unbracketed:
    """A shape whose answers may be wrapped in `[[...]]`."""

    shape: LogicShape

    @property
    def closes(self) -> bool:
        return bool(getattr(self.shape, "closes", False))

    @property
    def form(self) -> str:
        return self.shape.form

    def read(self, text: str) -> Any | None:
        """Read the text with the inner shape."""
        return self.shape.read(unbracketed(text))


def _choice(known: Known) -> LogicShape:
    return Lettered(tuple(known.meta["options"]))


def _word(known: Known) -> LogicShape:
    options = dict.fromkeys([*known.meta.get("options", ()), known.gold])
    synonyms = known.meta.get("synonyms", {})
    return Choice(tuple(options), "answer", _WORD_SENTENCES, tuple(synonyms.items()))


_WORD_SENTENCES = (
    "the conclusion is {}", "the statement is {}", "the hypothesis is {}", "the argument is {}",
    "the claim is {}", "the sentence is {}", "the label is {}",
)  # fmt: skip


def _items(known: Known, in_order: bool, words: bool) -> LogicShape:
    """Restrict items to words of the question, unless the gold uses others."""
    vocabulary = frozenset(re.findall(r"[\w'’.-]+", known.prompt.casefold()))
    vocabulary |= {word.strip("'’.-") for word in vocabulary}
    gold = Items(in_order, words).read(known.gold) or ()
    of_question = all(w in vocabulary or w in DIRECTIONS for one in gold for w in one.split())
    return Items(in_order, words, vocabulary if of_question else frozenset())


def _grid(known: Known) -> LogicShape:
    rows = data_of(known.gold)
    return NumberGrid(len(rows[0]) if isinstance(rows, list) and rows else None)


def _table(known: Known) -> LogicShape:
    table = json.loads(known.gold)
    return WordTable(tuple(table["header"]), tuple(row[0] for row in table["rows"]))


_SHAPES: dict[str, Callable[[Known], LogicShape]] = {
    "choice": _choice,
    "letters": lambda known: LetterSet(len(known.meta["options"])),
    "word": _word,
    "text": lambda known: Text(known.pool | {tight(known.gold)}),
    "exact": lambda known: ExactText(known.pool | {known.gold.strip()}),
    "number": lambda known: Number(),
    "brackets": lambda known: Brackets(str(known.meta.get("opened", ""))),
    "words": lambda known: _items(known, in_order=True, words=True),
    "list": lambda known: _items(known, in_order=True, words=False),
    "set": lambda known: _items(known, in_order=False, words=False),
    "grid": _grid,
    "table": _table,
}
KINDS = tuple(_SHAPES)


def shape_of(kind: str, known: Known) -> LogicShape:
    """Return the shape of the answers to one question."""
    shape = _SHAPES[kind](known)
    return shape if kind in ("grid", "table", "exact") else Unbracketed(shape)


def right_values(kind: str, known: Known) -> list[Any]:
    """Return the value of every right answer."""
    shape = shape_of(kind, known)
    if kind == "choice":
        texts = [key(option) for option in known.meta["options"]]
        # Some files print one option twice: the two letters then mean the same.
        right = {
            texts[ord(letter) - ord("A")] for letter in (known.gold, *known.meta.get("also", ()))
        }
        return [chr(ord("A") + i) for i, text in enumerate(texts) if text in right]
    answers = [known.gold, *map(str, known.meta.get("accepted", ()))]
    values = [shape.read(answer) for answer in answers]
    return [value for value in values if value is not None]


def difference(kind: str, value: Any, right: list[Any]) -> str | None:
    """Say in one sentence what is wrong with a value; None when it is right."""
    if value in right:
        return None
    if kind not in ("grid", "table"):
        return "another answer is right"
    due = right[0]
    if kind == "grid":
        same = [len(row) for row in value] == [len(row) for row in due]
        return "some cells are wrong" if same else "the grid has another shape"
    if len(value) != len(due):
        return f"the table has {len(due)} rows, not {len(value)}"
    if len(set(value)) < len(value):
        return "a row stands twice"
    if sorted(value) == sorted(due):
        return "the rows are in another order"
    wrong = next(i for i, (row, own) in enumerate(zip(value, due, strict=True), 1) if row != own)
    return f"row {wrong} is not so"
