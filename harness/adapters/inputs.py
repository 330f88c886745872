"""What a framework passes that is neither completion nor ground truth: read, or refused by name."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from .golds import type_name


def text(value: Any, name: str) -> str:
    """A value that must be text. Raises UsageError, which names it."""
    if isinstance(value, str):
        return value
    raise _refused(value, name, "text")


def mapping(value: Any, name: str) -> Mapping[Any, Any]:
    """A value that must be a mapping, or None for an empty one. Raises UsageError."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise _refused(value, name, "a mapping")


def count(value: Any, name: str, default: int) -> int:
    """A whole number; `default` for None and NaN, which tables write alike. Raises UsageError."""
    if value is None or (isinstance(value, float) and value != value):
        return default
    try:
        whole = int(value)
        if not isinstance(value, str | bytes) and whole == value:
            return whole
    except (TypeError, ValueError, OverflowError):
        pass
    raise _refused(value, name, "a whole number")


def column(value: Any, name: str, rows: int | None = None) -> Sequence[Any]:
    """A column of a batch, of the given number of rows if that is known. Raises UsageError."""
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__getitem__"):
        raise _refused(value, name, "a list with one entry for each completion")
    if rows is not None and len(value) != rows:
        raise UsageError(f"{name} has {len(value)} entries for {rows} completions: pass one each")
    found: Sequence[Any] = value
    return found


def _refused(value: Any, name: str, wanted: str) -> UsageError:
    shown = " ".join(repr(value).split())[:60]
    return UsageError(f"{name} of type {type_name(value)} cannot be read ({shown}): pass {wanted}")
