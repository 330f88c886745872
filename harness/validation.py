"""Pydantic's errors as one line that names the setting, the value and what to write instead."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..sandbox.errors import UsageError

Settings = TypeVar("Settings", bound=BaseModel)
_BOUNDS = {
    "greater_than_equal": ("ge", "use {} or more"),
    "greater_than": ("gt", "use more than {}"),
    "less_than_equal": ("le", "use {} or less"),
    "less_than": ("lt", "use less than {}"),
}


def validated(
    model: type[Settings], values: Mapping[str, Any], label: Callable[[str], str] = str
) -> Settings:
    """An instance of `model`; `label` turns a field's name into what the user wrote.

    Raises UsageError for the first field that is missing, unknown or has a bad value.
    """
    try:
        return model(**values)
    except ValidationError as error:
        raise UsageError(message_of(error, model, label)) from error


def message_of(
    error: ValidationError, model: type[BaseModel], label: Callable[[str], str] = str
) -> str:
    """The first of pydantic's errors in one line."""
    first = error.errors()[0]
    if not first["loc"]:  # about several fields together
        return first["msg"].removeprefix("Value error, ")
    field, *inside = map(str, first["loc"])
    name = ".".join([label(field), *inside])
    if first["type"] == "extra_forbidden":
        return f"unknown setting {name!r}: use {', '.join(map(label, model.model_fields))}"
    if first["type"] == "missing":
        return f"{name} is missing"
    key, advice = _BOUNDS.get(first["type"], ("", ""))
    if not advice:
        mend = first["msg"].removeprefix("Value error, ")
        return f"{name} {first['input']!r}: {mend[:1].lower()}{mend[1:]}"
    return f"{name} {_number(first['input'])}: {advice.format(_number(first['ctx'][key]))}"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
