"""Values and messages as the log shows them: short, whatever they are."""

import re
from typing import Any

MAX_TEXT = 400
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")
"""Of an object in memory: another one in every run."""


def shorten(value: Any) -> str:
    """A value, cut to what a log needs."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 2_000:
        return f"an int of {value.bit_length()} bits"
    if isinstance(value, (str, bytes)):
        return repr(value[:MAX_TEXT])
    if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) > 200:
        return f"a {type(value).__name__} of {len(value)}"
    try:
        return _ADDRESS.sub(">", repr(value)[:MAX_TEXT])
    except Exception as error:
        return f"a {type(value).__name__} without a repr ({type(error).__name__})"


def message_of(error: BaseException) -> str:
    """The message of an exception, if it has one that can be had."""
    try:
        return str(error)[:MAX_TEXT]
    except Exception:
        return ""
