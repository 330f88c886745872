"""A value for each of several names: people and their kinds, jobs and their days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from .plain_text import LONGEST, data_of, prose, typed, without_lead

Token = tuple[Literal["name", "value", "none"], str]
_PIECE = re.compile(
    r"(?:(?<=[\s:=,(])[-–−])?[0-9]+(?:\.[0-9]+)?(?:st|nd|rd|th)?|[^\W\d_]+(?:[-'][^\W\d_]+)*|\S"
)
_MARKS = frozenset(",;:=.|→-–—()[]{}\"'&_")
"""What may stand between names and values; their order alone pairs them."""
_WORDS = frozenset(
    ("a", "an", "the", "is", "are", "was", "on", "in", "to", "of", "for", "as", "and", "both",
     "all", "each", "while", "whereas", "must", "be", "has", "have", "gets", "get", "with", "then",
     "also", "respectively")
)  # fmt: skip
"""Words that join names and values without changing them."""
_NOTHING = frozenset({"none", "nobody", "nothing", "empty", "free"})
_MOST_PIECES = 4000


@dataclass(frozen=True, slots=True)
class Assignment:
    """One of `values` for each of `names`; read as a tuple in the order of the names.

    Takes the bare values in order (`x, y`), pairs in any order (`B: y`, `A is an x`, a table, a
    JSON object), several names with one value (`A and B are x`) and a value with its names
    (`x: A, B`). A name left out, named twice or unknown, or any other word, is no answer.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    nouns: frozenset[str] = frozenset()
    """Words for names and values that add nothing: person, kind, job, day."""

    closes: ClassVar[bool] = True

    @property
    def form(self) -> str:
        return f"exactly one of {', '.join(self.values)} for each of {', '.join(self.names)}"

    def read(self, text: str) -> tuple[str, ...] | None:
        """The value of each name."""
        if len(text) > LONGEST:
            return None
        data = data_of(typed(text))
        if isinstance(data, dict | list):
            text = _flat(data, self.names) or ""
        tokens = self._tokens(without_lead(prose(_without_header(text))).strip(" .!"))
        if not tokens:
            return None
        pairs = self._pairs(tokens)
        if pairs is None:
            return None
        found = dict(pairs)
        whole = len(found) == len(pairs) == len(self.names)
        return tuple(found[name] for name in self.names) if whole else None

    def _tokens(self, text: str) -> list[Token] | None:
        """Names and values in order; None when anything else is there."""
        names = {name.casefold(): name for name in self.names}
        values = {value.casefold(): value for value in self.values}
        values |= {f"{value}s": own for value, own in values.items() if value.isalpha()}
        pieces = _PIECE.findall(text)
        if len(pieces) > _MOST_PIECES:
            return None
        tokens: list[Token] = []
        for number, piece in enumerate(pieces):
            word = piece.casefold()
            if piece in self.names or (word in names and not _is_article(pieces, number)):
                tokens.append(("name", names[word]))
            elif word in values:
                tokens.append(("value", values[word]))
            elif word in _NOTHING:
                tokens.append(("none", word))
            elif word not in _MARKS and word not in _WORDS and word not in self.nouns:
                return None
        return tokens

    def _pairs(self, tokens: list[Token]) -> list[tuple[str, str]] | None:
        kinds = [kind for kind, _ in tokens]
        texts = [text for _, text in tokens]
        count = len(self.names)
        if kinds == ["value"] * count:
            return list(zip(self.names, texts, strict=True))
        if kinds == ["name"] * count + ["value"] * count:
            return list(zip(texts[:count], texts[count:], strict=True))
        return _grouped(tokens) if kinds[0] == "name" else _listed(tokens)


def _grouped(tokens: list[Token]) -> list[tuple[str, str]] | None:
    """Names, then the value of all of them, and so on."""
    pairs: list[tuple[str, str]] = []
    waiting: list[str] = []
    for kind, text in tokens:
        if kind == "name":
            waiting.append(text)
        elif kind == "none" or not waiting:
            return None
        else:
            pairs += [(name, text) for name in waiting]
            waiting = []
    return None if waiting else pairs


def _listed(tokens: list[Token]) -> list[tuple[str, str]] | None:
    """A value, then the names that have it, and so on; "none" where no name has it."""
    pairs: list[tuple[str, str]] = []
    value: str | None = None
    named = True
    for kind, text in tokens:
        if kind == "value":
            if not named or text in {known for _, known in pairs}:
                return None
            value, named = text, False
        elif value is None or (kind == "none" and named):
            return None
        else:
            named = True
            pairs += [(text, value)] if kind == "name" else []
    return pairs if named else None


def _is_article(pieces: Sequence[str], number: int) -> bool:
    """Whether an "a" is the article and not a name: a word follows it."""
    following = pieces[number + 1] if number + 1 < len(pieces) else ""
    return pieces[number] == "a" and following.isalpha()


def _without_header(text: str) -> str:
    """A Markdown table without the lines up to its rule; other text as it is."""
    lines = text.strip().split("\n")
    rule = next((i for i, line in enumerate(lines[:4]) if _RULE.fullmatch(line.strip())), None)
    if rule is None or not all("|" in line for line in lines if line.strip()):
        return text
    heads = [cell.strip(" *_`") for line in lines[:rule] for cell in line.strip(" |").split("|")]
    body = lines[rule + 1 :]
    return "\n".join(body if len(body) > 1 else [*heads, *body])


_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*\|?")


def _flat(data: Any, names: Sequence[str]) -> str | None:
    """A flat object as `key: value` lines, or a list of texts, pairs or objects as lines."""
    if isinstance(data, dict):
        if len(data) == 1 and isinstance(inner := next(iter(data.values())), dict | list):
            # {"answer": {...}}, but also {"x": ["A", "B"]}
            return (
                _flat(inner, names)
                if isinstance(inner, dict)
                else f"{next(iter(data))}: {_cell(inner)}"
            )
        cells = [(str(name), _cell(value)) for name, value in data.items()]
        return None if any(cell is None for _, cell in cells) else "\n".join(map(": ".join, cells))  # type: ignore[arg-type]
    rows = [_row(row, names) for row in data]
    return None if any(row is None for row in rows) else "\n".join(row for row in rows if row)


def _cell(value: Any) -> str | None:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value) or "none"
    return None


def _row(row: Any, names: Sequence[str]) -> str | None:
    """A pair, an object with a name and a value among its values, or a bare value."""
    if isinstance(row, dict):
        if any(str(field) in names for field in row):
            return None
        row = list(row.values())
    if isinstance(row, list) and len(row) == 2:
        cells = [_cell(cell) for cell in row]
        return None if None in cells else ": ".join(map(str, cells))
    return None if isinstance(row, list) else _cell(row)
