"""Read published benchmark files from a data folder, or from the hub through `datasets`."""

import csv
import gzip
import io
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..sandbox.extras import require as require_package
from . import hub

DATA_VARIABLE = "ASSAY_DATA"


def data_folder(data_dir: str | None) -> Path | None:
    """Return the folder of benchmark files: the argument, else $ASSAY_DATA, else None.

    Raises UsageError when the name is not that of a folder.
    """
    named = data_dir or os.environ.get(DATA_VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        source = "--data-dir" if data_dir else DATA_VARIABLE
        raise UsageError(f"{source} {named!r} is not a folder")
    return folder


def find_file(suite: str, candidates: Sequence[str], data_dir: str | None) -> Path | None:
    """Return the first of `candidates` (relative paths) in the data folder, plain or as `.gz`.

    Returns None when no data folder is set. Raises UsageError when it has none of them.
    """
    folder = data_folder(data_dir)
    if folder is None:
        return None
    for candidate in candidates:
        for path in (folder / candidate, folder / f"{candidate}.gz"):
            if path.is_file():
                return path
    raise UsageError(f"task {suite!r}: none of {', '.join(candidates)} (or .gz) is in {folder}")


def read_text(path: Path) -> str:
    """Return the text of a file, decompressed if the name ends in `.gz`. Raises UsageError."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


def require(record: object, fields: Sequence[str], where: str) -> Mapping[str, Any]:
    """Return the record if it is an object with all `fields`. Raises UsageError with the place."""
    if not isinstance(record, dict):
        raise UsageError(f"{where}: an object is expected, not {type(record).__name__}")
    for name in fields:
        if name not in record:
            has = ", ".join(map(str, record)) or "none"
            raise UsageError(f"{where}: field {name!r} is missing; its fields: {has}")
    return record


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 100,000 brackets
        raise UsageError(f"{where}: not JSON that can be read: {error}") from error


def located_jsonl(
    path: Path, fields: Sequence[str] = ()
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of a JSON Lines file with their place `file:line`. Raises UsageError."""
    # Not splitlines(): a JSON string may contain U+2028 and other line separators.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            yield where, require(_parse(line, where), fields, where)


def read_jsonl(path: Path, fields: Sequence[str] = ()) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a JSON Lines file. Raises UsageError with file, line and field."""
    return (record for _, record in located_jsonl(path, fields))


def read_json(path: Path) -> Any:
    """Return the value of a JSON file. Raises UsageError with file and line."""
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON that can be read: {error}") from error


def read_csv(
    path: Path, fields: Sequence[str], delimiter: str = ",", header: bool = True
) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a CSV/TSV file; without a header `fields` names the columns.

    Raises UsageError with file, line and field.
    """
    return (row for _, row in located_csv(path, fields, delimiter, header))


def located_csv(
    path: Path, fields: Sequence[str], delimiter: str = ",", header: bool = True
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Like `read_csv`, but with the place `file:line` of each row (the line where it ends)."""
    reader = csv.DictReader(
        io.StringIO(read_text(path), newline=""),
        fieldnames=None if header else list(fields),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if header else csv.QUOTE_NONE,
    )
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UsageError(f"{path}:{reader.line_num}: not CSV: {error}") from error
        where = f"{path}:{reader.line_num}"
        if None in row:
            raise UsageError(f"{where}: more columns than {', '.join(reader.fieldnames or ())}")
        present = {key: value for key, value in row.items() if value is not None}
        yield where, require(present, fields, where)


def from_hub(
    suite: str, hub_id: str, split: str, config: str | None = None, **reader: Any
) -> list[dict[str, Any]]:
    """Return the rows of a hub dataset; `reader` goes to `datasets.load_dataset`.

    Without a network, only what is in the local cache is found. Raises UsageError that says how
    to do without the hub.
    """
    unreachable = hub.go_offline_if_unreachable()
    # The client of the hub takes seconds to import; one that is missing is named below.
    if unreachable and not hub.has_datasets() and find_spec("datasets"):
        raise _not_loaded(suite, reader.get("data_files", hub_id), split, unreachable)
    datasets = require_package("datasets", "data")
    try:
        found = datasets.load_dataset(hub_id, config, split=split, **reader)
        return [dict(row) for row in found]
    except Exception as error:  # the client raises many types, all meaning "not available"
        detail = str(error).strip().partition("\n")[0][:200]
        reason = unreachable or f"{type(error).__name__}: {detail}"
        raise _not_loaded(suite, reader.get("data_files", hub_id), split, reason) from error


def _not_loaded(suite: str, wanted: str, split: str, reason: str) -> UsageError:
    return UsageError(
        f"task {suite!r}: dataset {wanted!r} split {split!r} cannot be loaded ({reason}); "
        f"point --data-dir or ${DATA_VARIABLE} at a folder with the published files"
    )
