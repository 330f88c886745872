"""Kinds of model options that several backends share."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator


def _parsed(value: Any) -> Any:
    """An object given as text, as on the command line."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError('write a JSON object, such as {"name": 1}')
    return found


def _name_or_object(value: Any) -> Any:
    return _parsed(value) if isinstance(value, str) and value.lstrip().startswith("{") else value


JsonObject = Annotated[dict[str, Any], BeforeValidator(_parsed)]
"""A dictionary, or JSON text of an object."""
NameOrObject = Annotated[str | dict[str, Any] | None, BeforeValidator(_name_or_object)]
"""A name, or a dictionary or JSON text of an object."""
