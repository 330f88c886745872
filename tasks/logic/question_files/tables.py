"""Tables of words, as the files of logic-grid puzzles have them.

A table is `{"header": [...], "rows": [[...], ...]}`; the first column tells the rows apart.
"""

import json
from collections.abc import Mapping
from typing import Any

from ..shapes.grid import is_cell


def as_table(value: Any) -> str | None:
    """Write a table of a file as JSON; None when it is not a table.

    It comes as `{"header", "rows"}`, a list of rows or of objects, an object of rows or of
    columns, or an object of one value for each key.
    """
    if isinstance(value, Mapping) and {"header", "rows"} <= set(value):
        header, rows = value["header"], value["rows"]
    elif isinstance(value, Mapping) and value and all(isinstance(r, list) for r in value.values()):
        header = list(value)
        rows = [list(row) for row in zip(*value.values(), strict=False)]
    elif isinstance(value, Mapping) and value and all(is_cell(r) for r in value.values()):
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


def is_masked(table: str) -> bool:
    """Return whether the cells are blanked out, as in the public copy of ZebraLogic."""
    rows = json.loads(table)["rows"]
    return all(set(cell) <= {"_"} for row in rows for cell in row[1:])
