"""Tables: squares of whole numbers, and rows of words as logic puzzles have them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from .plain_text import LONGEST, data_of, key, prose, typed, without_lead

Grid = list[list[int]]
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_MATRIX = re.compile(r"\\(?:begin|end)\s?\{[a-z]{1,12}\*?\}(?:\{[lcr| ]{0,40}\})?|\\hline")
_RULE = re.compile(r"[\s|:+=_—–-]+")
_ROW_NAME = re.compile(r"(?:row|r)\s?[0-9]{1,2}\s?[:.=-]\s?", re.IGNORECASE)
_INNER_ROW = re.compile(r"[\[({]\s?([^\[\](){}]*?)\s?[\])}]")


@dataclass(frozen=True, slots=True)
class NumberGrid:
    """A table of whole numbers, read as rows: JSON, LaTeX, Markdown or one row a line.

    `width` is how many numbers a row has, where it is known: rows may then be digits with
    nothing between them.
    """

    width: int | None = None
    closes: ClassVar[bool] = True
    form: ClassVar[str] = "a table of whole numbers"

    def read(self, text: str) -> tuple[tuple[int, ...], ...] | None:
        """The rows."""
        if len(text) > LONGEST:
            return None
        plain = typed(_MATRIX.sub(" ", text))
        grid = _grid(data_of(plain))
        if grid is None:
            grid = self._rows(plain)
        return None if grid is None else tuple(tuple(row) for row in grid)

    def _rows(self, plain: str) -> Grid | None:
        if any(plain.count(a) != plain.count(b) for a, b in ("[]", "()", "{}")):
            return None
        inner = _INNER_ROW.findall(plain)
        if inner and not re.sub(r"[\s,;\[\](){}]", "", _INNER_ROW.sub("", plain)):
            lines = inner
        else:
            lines = re.split(r"\n|;", prose(plain))
        rows = []
        for line in lines:
            if line.strip() and not _RULE.fullmatch(line):
                row = self._row(_ROW_NAME.sub("", line.strip(), count=1))
                if not row:
                    return None
                rows.append(row)
        return rows or None

    def _row(self, line: str) -> list[int] | None:
        line = line.strip(" \t\r|,[](){}")
        if self.width and len(line) == self.width and line.isascii() and line.isdigit():
            line = " ".join(line)
        cells = [cell for cell in re.split(r"[\s,|&]+", line) if cell]
        return [int(c) for c in cells] if all(_INTEGER.fullmatch(c) for c in cells) else None


def _grid(value: Any) -> Grid | None:
    """The rows of a JSON value: a list of lists of numbers, or an object that holds only one."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    elif isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list) or not value:
        return None
    for row in value:
        # bool is an int in Python; true is no number in JSON
        if not isinstance(row, list) or any(type(cell) is not int for cell in row):
            return None
    return value


Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class WordTable:
    """Rows of words in the columns of `header`; the first column tells the rows apart.

    Takes JSON (rows, objects, objects by row, columns), Markdown and a line a row. `keys` are the
    cells of the first column in order, where they are known; `numbered` is the name of a column
    of row numbers that an answer may have besides.
    """

    header: tuple[str, ...]
    keys: tuple[str, ...] = ()
    numbered: str | None = None

    closes: ClassVar[bool] = True

    @property
    def form(self) -> str:
        return f"a table with the columns {', '.join(self.header)}"

    def read(self, text: str) -> Rows | None:
        """The rows, each cell as `key` gives it."""
        if len(text) > LONGEST:
            return None
        header, keys = [key(name) for name in self.header], [key(one) for one in self.keys]
        value = data_of(typed(text))
        if isinstance(value, dict | list):
            rows = self._data(value, header, keys)
        else:
            rows = self._lines(without_lead(prose(text)), header)
        return None if not rows else tuple(tuple(row) for row in rows)

    def _data(self, value: Any, header: list[str], keys: list[str]) -> list[list[str]] | None:
        if isinstance(value, dict) and isinstance(value.get("solution"), dict | list):
            value = value["solution"]
        if isinstance(value, dict) and isinstance(value.get("rows"), list):
            named = [key(str(name)) for name in value.get("header") or []]
            return self._columns(value["rows"], named or header, header)
        if isinstance(value, dict) and all(isinstance(one, list) for one in value.values()):
            return self._lists(value, header)
        if isinstance(value, dict) and len(header) == 2 and all(map(is_cell, value.values())):
            pairs = {key(str(name)): key(str(cell)) for name, cell in value.items()}
            whole = len(pairs) == len(value) and set(pairs) == set(keys)
            return [[one, pairs[one]] for one in keys] if whole else None
        if isinstance(value, dict):
            return self._by_key(value, header, keys)
        if all(isinstance(row, dict) for row in value):
            rows = [self._object(row, header) for row in value]
            return None if any(row is None for row in rows) else [row for row in rows if row]
        return self._columns(value, header, header)

    def _lists(self, value: dict[str, Any], header: list[str]) -> list[list[str]] | None:
        """An object of columns, or of numbered rows."""
        names, lists = [key(str(name)) for name in value], list(value.values())
        if self.numbered and [self._number(name) for name in names] == _counted(len(names)):
            return self._columns(lists, header, header)
        if len({len(column) for column in lists}) != 1:
            return None
        return self._columns([list(row) for row in zip(*lists, strict=True)], names, header)

    def _number(self, name: str) -> str:
        return name.removeprefix(key(self.numbered or "")).strip(" #.:")

    def _columns(
        self, rows: Sequence[Any], named: list[str], header: list[str]
    ) -> list[list[str]] | None:
        """Rows of lists, whose cells stand in the order `named`."""
        lists = [_cells(row) for row in rows]
        cells = [row for row in lists if row is not None]
        if len(cells) != len(lists):
            return None
        if cells and sorted(cells[0]) == sorted([*header, *self._extra(cells[0])]):
            named, cells = cells[0], cells[1:]  # the header itself as a first row
        extra = self._extra(named)
        if not extra and self.numbered and all(len(row) == len(header) + 1 for row in cells):
            extra, named = [key(self.numbered)], [key(self.numbered), *named]
        if sorted(named) != sorted([*header, *extra]):
            return None
        if any(len(row) != len(named) for row in cells):
            return None
        if extra:
            place = named.index(extra[0])
            if [self._number(row[place]) for row in cells] != _counted(len(cells)):
                return None
        return [[row[named.index(name)] for name in header] for row in cells]

    def _extra(self, named: Sequence[str]) -> list[str]:
        return [key(self.numbered)] if self.numbered and key(self.numbered) in named else []

    def _object(self, row: Any, header: list[str]) -> list[str] | None:
        """The cells of `{"House": 1, "Name": "Eric"}`; each column must be there, and no other."""
        if not isinstance(row, dict):
            return None
        named = {key(str(name)): value for name, value in row.items()}
        due = set(header) | set(self._extra(list(named)))
        if len(named) != len(row) or set(named) != due:
            return None
        return _cells([named[name] for name in header])

    def _by_key(
        self, value: dict[str, Any], header: list[str], keys: list[str]
    ) -> list[list[str]] | None:
        """The rows of `{"House 1": {"Name": ...}, ...}`, in the order of the keys."""
        if self.numbered:
            names = [self._number(key(str(name))) for name in value]
            rows = [self._object(row, header) for row in value.values()]
            numbered = names == _counted(len(names)) and None not in rows
            return [row for row in rows if row] if numbered else None
        found: dict[str, list[str]] = {}
        for name, row in value.items():
            own = key(str(name))
            own = own if own in keys else own.removeprefix(header[0]).strip()
            if not isinstance(row, dict) or own in found:
                return None
            named = {key(str(column)): cell for column, cell in row.items()}
            named.setdefault(header[0], own)
            cells = self._object(named, header) if len(named) >= len(row) else None
            if cells is None:
                return None
            found[own] = cells
        return [found[one] for one in keys] if set(found) == set(keys) else None

    def _lines(self, text: str, header: list[str]) -> list[list[str]] | None:
        """Lines of cells with bars or commas between them, with or without a header."""
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        lines = [line for line in lines if not _RULE.fullmatch(line)]
        if not lines:
            return None
        if all("|" in line for line in lines):
            rows = [line.strip("|").split("|") for line in lines]
        else:
            rows = [self._labelled(line, header) for line in lines]
        return self._columns([[cell.strip() for cell in row] for row in rows], header, header)

    def _labelled(self, line: str, header: list[str]) -> list[str]:
        """The cells of `House 1: Ann, cat` or `House 1 - Name: Ann, Pet: cat`."""
        label = key(self.numbered or header[0])
        start = re.match(rf"{re.escape(label)}\s?#?([0-9]{{1,2}})\s?[:.–—→-]?\s?", line, re.I)
        cells = [
            cell.strip(" ()[].;")
            for cell in re.split(r"[,;]", line[start.end() :] if start else line)
        ]
        named = [re.match(r"([\w ]{1,30}?)\s?[:=]\s?(.+)", cell) for cell in cells]
        names = [key(cell[1]) for cell in named if cell is not None]
        columns = header if self.numbered else header[1:]
        if names and sorted(names) == sorted(columns):
            values = {key(cell[1]): cell[2] for cell in named if cell is not None}
            cells = [values[name] for name in columns]
        return [start[1], *cells] if start else cells


def _counted(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def is_cell(value: Any) -> bool:
    """Whether a JSON value can be a cell: text or a number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _cells(row: Any) -> list[str] | None:
    if not isinstance(row, list) or any(isinstance(cell, list | dict | bool) for cell in row):
        return None
    return [key(str(cell)) for cell in row]
