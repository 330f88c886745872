"""Rows of a user's file, JSON lines, JSON or CSV/TSV, with the place of each for messages."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ....sandbox.errors import UsageError
from ...sources import data_folder, read_csv, read_json, read_jsonl, require

Located = tuple[str, Mapping[str, Any]]
LISTS = ("examples", "data", "questions", "rows", "instances")


def resolve(suite: str, path: str | None) -> Path:
    """The file that the user named, looked for in the data folder too. Raises UsageError."""
    if not path:
        raise UsageError(f"task {suite!r} needs the option path: the file to read")
    folder = data_folder(None)
    for candidate in (Path(path).expanduser(), *([folder / path] if folder else [])):
        if candidate.is_file():
            return candidate
    raise UsageError(f"task {suite!r}: there is no file {path!r}")


def read_rows(suite: str, path: str | None, size: int | None = None) -> Iterator[Located]:
    """(place, row) of each row of a file, at most `size`. Raises UsageError."""
    file = resolve(suite, path)
    for count, located in enumerate(_rows(file)):
        if size is not None and count >= size:
            return
        yield located


def _rows(file: Path) -> Iterator[Located]:
    name = file.name.removesuffix(".gz")
    if name.endswith((".csv", ".tsv")):
        delimiter = "\t" if name.endswith(".tsv") else ","
        for number, row in enumerate(read_csv(file, (), delimiter), start=2):
            yield f"{file}:{number}", row
    elif name.endswith(".json"):
        value = read_json(file)
        if isinstance(value, dict):
            key = next((key for key in LISTS if isinstance(value.get(key), list)), None)
            value = value[key] if key else list(value.values())
        if not isinstance(value, list):
            raise UsageError(f"{file}: a list of rows is expected")
        for number, row in enumerate(value):
            yield f"{file}: row {number}", require(row, (), f"{file}: row {number}")
    else:
        for number, row in enumerate(read_jsonl(file), start=1):
            yield f"{file}:{number}", row


def pick(
    row: Mapping[str, Any],
    declared: str | None,
    usual: Sequence[str],
    where: str,
    required: bool = True,
) -> Any:
    """The value of the declared field, or of the first usual one there is. Raises UsageError."""
    for name in [declared] if declared else usual:
        if name in row:
            return row[name]
    if not required and declared is None:
        return None
    wanted = repr(declared) if declared else "one of " + ", ".join(usual)
    raise UsageError(f"{where}: field {wanted} is missing; it has {', '.join(map(str, row))}")
