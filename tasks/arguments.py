"""Arguments of a tool call: read from a model's text, and held against the tool's JSON schema.

The schemas are our own and use few keywords: type, enum, minimum, maximum, maxLength, items,
maxItems, properties, required and additionalProperties.
"""

import json
from collections.abc import Mapping
from typing import Any

Arguments = dict[str, Any]
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "array": (list,), "object": (dict,),
}  # fmt: skip
SHOWN = 80
"""Characters of a value in a message."""


def arguments_of(given: Mapping[str, Any] | str) -> Arguments | str:
    """The arguments as an object, or what is wrong with them; a text is read as JSON."""
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, str):
        return f"are no JSON object but {type(given).__name__}"
    try:
        value = json.loads(given) if given.strip() else {}
    except (ValueError, RecursionError) as error:
        return f"are no JSON: {str(error)[:SHOWN] or type(error).__name__}"
    return value if isinstance(value, dict) else "are JSON but no object"


def argument_fault(value: Any, schema: Mapping[str, Any], where: str = "") -> str | None:
    """What is wrong with a value, by its schema; None when nothing is."""
    at = where or "they"
    kind = schema.get("type")
    if kind is not None:
        fits = isinstance(value, TYPES[kind])
        if isinstance(value, bool) and kind in ("integer", "number"):
            fits = False
        if not fits:
            return f"{at} should be of type {kind}, not {_shown(value)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} should be one of {', '.join(map(str, schema['enum']))}, not {_shown(value)}"
    if "minimum" in schema and value < schema["minimum"]:
        return f"{at} should be at least {schema['minimum']}, not {_shown(value)}"
    if "maximum" in schema and value > schema["maximum"]:
        return f"{at} should be at most {schema['maximum']}, not {_shown(value)}"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        return f"{at} should have at most {schema['maxLength']} characters, not {len(value)}"
    return _inner_fault(value, schema, at)


def _inner_fault(value: Any, schema: Mapping[str, Any], at: str) -> str | None:
    """What is wrong inside a list or an object."""
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            return f"{at} should have at most {schema['maxItems']} items, not {len(value)}"
        faults = (argument_fault(one, schema.get("items", {}), f"an item of {at}") for one in value)
        return next((fault for fault in faults if fault is not None), None)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                return f"{name} is missing"
        for name, one in value.items():
            if name not in known:
                if schema.get("additionalProperties") is False:
                    return f"there is no argument {_shown(name)}"
                continue
            fault = argument_fault(one, known[name], name)
            if fault is not None:
                return fault
    return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
