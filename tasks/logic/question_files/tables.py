"""Tables of words, as logic-grid puzzles have them: what a file states, and what models write.

A table is `{"header": [...], "rows": [[...], ...]}`; the first column tells the rows apart.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..generating.answers import parse_json
from .judging import plain

Rows = list[list[str]]
_RULE = re.compile(r"[\s|:-]+")


def as_table(value: Any) -> str | None:
    """The table of a file as JSON; None when it is none.

    It comes as `{"header", "rows"}`, a list of rows or of objects, an object of rows or of
    columns, or an object of one value for each key.
    """
    if isinstance(value, Mapping) and {"header", "rows"} <= set(value):
        header, rows = value["header"], value["rows"]
    elif isinstance(value, Mapping) and value and all(isinstance(r, list) for r in value.values()):
        header = list(value)
        rows = [list(row) for row in zip(*value.values(), strict=False)]
    elif isinstance(value, Mapping) and value and all(_is_cell(r) for r in value.values()):
        header, rows = ["key", "value"], [[key, cell] for key, cell in value.items()]
    elif isinstance(value, Mapping) and value and all(isinstance(r, dict) for r in value.values()):
        columns = list(next(iter(value.values())))
        header, rows = ["row", *columns], [[key, *r.values()] for key, r in value.items()]
    elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        header, rows = list(value[0]), [list(row.values()) for row in value]
    elif isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        header, rows = [f"column {i}" for i in range(1, len(value[0]) + 1)], value
    else:
        return None
    if not rows or any(len(row) != len(header) for row in rows):
        return None
    cells = [[str(cell) for cell in row] for row in rows]
    return json.dumps({"header": [str(name) for name in header], "rows": cells})


def _is_cell(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def is_masked(table: str) -> bool:
    """Whether the cells are blanked out, as in the public copy of ZebraLogic."""
    rows = json.loads(table)["rows"]
    return all(set(cell) <= {"_"} for row in rows for cell in row[1:])


def judge_table(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """A table of words, cell by cell: a JSON list of rows, objects, or lines with `|`."""
    right = json.loads(gold)
    header = [plain(name) for name in right["header"]]
    due = [[plain(cell) for cell in row] for row in right["rows"]]
    rows = _read(answer, header, [row[0] for row in due])
    if rows is None:
        return f"the answer is not a table of {len(due)} rows of {len(header)} values"
    if len(rows) != len(due):
        return f"the table has {len(due)} rows, not {len(rows)}"
    if rows == due:
        return None
    if len({tuple(row) for row in rows}) < len(rows):
        return "a row stands twice"
    if sorted(rows) == sorted(due):
        return "the rows are in another order"
    wrong = next(i for i, (row, own) in enumerate(zip(rows, due, strict=True), 1) if row != own)
    return f"row {wrong} is not so"


def _read(answer: str, header: list[str], keys: list[str]) -> Rows | None:
    """The rows of an answer in the columns of the header; None when it is no such table."""
    value = parse_json(answer)
    if value is None:
        return _lines(answer, header)
    if isinstance(value, dict) and isinstance(value.get("solution"), dict | list):
        value = value["solution"]
    if isinstance(value, dict) and isinstance(value.get("rows"), list):
        named = [plain(str(name)) for name in value.get("header") or []]
        return _in_columns(value["rows"], named or header, header)
    if isinstance(value, dict) and all(isinstance(column, list) for column in value.values()):
        columns = list(value.values())
        if len({len(column) for column in columns}) != 1:
            return None
        named = [plain(str(name)) for name in value]
        return _in_columns([list(row) for row in zip(*columns, strict=True)], named, header)
    if isinstance(value, dict) and len(header) == 2 and all(map(_is_cell, value.values())):
        pairs = {plain(str(key)): plain(str(cell)) for key, cell in value.items()}
        whole = len(pairs) == len(value) and set(pairs) == set(keys)
        return [[key, pairs[key]] for key in keys] if whole else None
    if isinstance(value, dict):
        return _by_key(value, header, keys)
    if not isinstance(value, list):
        return None
    if all(isinstance(row, dict) for row in value):
        read = [_object(row, header) for row in value]
        return None if any(row is None for row in read) else [row for row in read if row]
    return _in_columns(value, header, header)


def _in_columns(rows: Sequence[Any], named: list[str], header: list[str]) -> Rows | None:
    if sorted(named) != sorted(header):
        return None
    read = []
    for row in rows:
        cells = _cells(row)
        if cells is None or len(cells) != len(header):
            return None
        read.append([cells[named.index(name)] for name in header])
    if read and read[0] == header:  # the header itself as a first row
        read = read[1:]
    return read


def _cells(row: Any) -> list[str] | None:
    if not isinstance(row, list) or any(isinstance(cell, list | dict | bool) for cell in row):
        return None
    return [plain(str(cell)) for cell in row]


def _object(row: Any, header: list[str]) -> list[str] | None:
    """The cells of `{"House": 1, "Name": "Eric"}`; each column must be there, and no other."""
    if not isinstance(row, dict):
        return None
    named = {plain(str(name)): value for name, value in row.items()}
    if len(named) != len(row) or set(named) != set(header):
        return None
    return _cells([named[name] for name in header])


def _by_key(value: dict[str, Any], header: list[str], keys: list[str]) -> Rows | None:
    """The rows of `{"House 1": {"Name": ...}, ...}`, in the order of the keys."""
    found: dict[str, list[str]] = {}
    for name, row in value.items():
        key = plain(str(name))
        key = key if key in keys else key.removeprefix(header[0]).strip()
        if not isinstance(row, dict) or key in found:
            return None
        own = {plain(str(column)): cell for column, cell in row.items()}
        own.setdefault(header[0], key)
        cells = _object(own, header) if len(own) >= len(row) else None
        if cells is None:
            return None
        found[key] = cells
    return [found[key] for key in keys] if set(found) == set(keys) else None


def _lines(answer: str, header: list[str]) -> Rows | None:
    """A Markdown table, with or without its header."""
    lines = [line.strip() for line in answer.split("\n") if line.strip()]
    if len(lines) < 2 or any("|" not in line for line in lines):
        return None
    rows = [line.strip("|").split("|") for line in lines if not _RULE.fullmatch(line)]
    return _in_columns([[cell.strip() for cell in row] for row in rows], header, header)
