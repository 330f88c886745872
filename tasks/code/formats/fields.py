"""Fields of rows: JSON text or plain values, and errors that name the task and the field."""

import json
from collections.abc import Mapping
from typing import Any

from ....sandbox.errors import UsageError
from ..judging.names import parsed

_MOST_SOLUTIONS = 20


def shape_error(where: str, field: str, expected: str) -> UsageError:
    """The error for a row whose field has another shape than the format's."""
    return UsageError(f"{where}: field {field!r} must be {expected}")


def json_field(row: Mapping[str, Any], field: str, where: str) -> Any:
    """The value of a field that holds JSON text or the value itself. Raises UsageError."""
    if field not in row:
        raise UsageError(f"{where}: field {field!r} is missing; its fields: {', '.join(row)}")
    value = row[field]
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise shape_error(where, field, f"JSON ({error})") from None


def text_field(row: Mapping[str, Any], fields: tuple[str, ...], where: str) -> str:
    """The first of the fields that holds text. Raises UsageError."""
    for field in fields:
        value = row.get(field)
        if isinstance(value, str) and value.strip():
            return value
    raise UsageError(f"{where}: none of the fields {', '.join(fields)} holds text")


def first_solution(row: Mapping[str, Any], *fields: str) -> str:
    """The first solution of a row that is Python 3: text, a list of texts, or JSON text of one.

    Empty if there is none: a program in another language, or in Python 2, says nothing here.
    """
    for field in fields:
        value = row.get(field)
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except ValueError:
                value = None
        listed = value if isinstance(value, list) else [value]
        for one in listed[:_MOST_SOLUTIONS]:
            if isinstance(one, str) and one.strip() and _is_python(unfenced(one)):
                return unfenced(one)
    return ""


def _is_python(code: str) -> bool:
    try:
        parsed(code)
    except SyntaxError:
        return False
    return True


def unfenced(text: str) -> str:
    """The code of a text that may be one fenced block."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```"):
        return stripped.partition("\n")[2].rpartition("```")[0]
    return text
