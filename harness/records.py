"""Read and write JSON records, whatever text is in them.

orjson is fast but refuses lone surrogates, integers beyond 64 bits and deep nesting; the standard
library takes the first two. A value nested deeper than either can handle is stored as text.
"""

import json
from typing import Any

import orjson


def encode(value: Any) -> bytes:
    """One line of JSON in ASCII or UTF-8, without the newline; `decode` reads it back.

    A value that JSON has no form for is stored as its text.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a lone surrogate, a large integer, deep nesting, a foreign type
        pass
    try:
        return json.dumps(value, default=str).encode("ascii")
    except (RecursionError, ValueError, TypeError):
        shallow = _shallow(value)
        return json.dumps(shallow, default=str).encode("ascii")


def decode(data: bytes) -> Any:
    """The value of one JSON document. Raises ValueError when it is none, or nested too deep."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deep") from None


def decode_object(data: bytes) -> dict[str, Any] | None:
    """The JSON object in `data`; None when it holds anything else."""
    try:
        value = decode(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _shallow(value: Any) -> Any:
    """`value` with whatever JSON cannot hold, such as endless nesting, replaced by a note."""
    if not isinstance(value, dict):
        return f"<{type(value).__name__} that JSON cannot hold>"
    kept = {}
    for key, inner in value.items():
        try:
            json.dumps(inner, default=str)
        except (RecursionError, ValueError, TypeError):
            inner = (
                _shallow(inner)
                if isinstance(inner, dict) and inner is not value
                else (f"<{type(inner).__name__} that JSON cannot hold>")
            )
        kept[str(key)] = inner
    return kept
