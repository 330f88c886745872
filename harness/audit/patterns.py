"""A text that a regular expression matches, for checkers that look for one."""

import re
from typing import Any

_parser: Any = getattr(re, "_parser", None)
_CATEGORIES = {"digit": "7", "space": " ", "word": "a", "not_digit": "a", "not_space": "a",
               "not_word": "-"}  # fmt: skip


def example_of(pattern: str) -> str:
    """A short text that matches; empty when the pattern is none, or too unusual."""
    try:
        text = "".join(map(_part, _parser.parse(pattern)))
        return text if text != pattern and re.search(pattern, text) else ""
    except (re.error, RecursionError, OverflowError, ValueError, TypeError, AttributeError):
        return ""


def _part(part: Any) -> str:
    kind, value = str(part[0]).lower(), part[1]
    match kind:
        case "literal":
            return chr(value)
        case "not_literal":
            return "x" if value != ord("x") else "y"
        case "any":
            return "x"
        case "in":
            return _member(value)
        case "max_repeat" | "min_repeat" | "possessive_repeat":
            least, most, inner = value
            return str("".join(map(_part, inner)) * min(max(least, 1), max(most, 0), 50))
        case "subpattern":
            return "".join(map(_part, value[-1]))
        case "branch":
            return "".join(map(_part, value[1][0]))
        case "assert":
            return "".join(map(_part, value[1])) if value[0] > 0 else ""
    return ""  # anchors, look-behind, conditions


def _member(members: Any) -> str:
    kinds = [str(kind).lower() for kind, _ in members]
    if kinds[0] == "negate":
        return next((c for c in "x7 -" if not any(_is(c, one) for one in members[1:])), "x")
    kind, value = kinds[0], members[0][1]
    if kind == "literal":
        return chr(value)
    if kind == "range":
        return chr(value[0])
    return _CATEGORIES.get(str(value).lower().removeprefix("category_"), "a")


def _is(character: str, member: Any) -> bool:
    kind, value = str(member[0]).lower(), member[1]
    if kind == "literal":
        return bool(ord(character) == value)
    if kind == "range":
        return bool(value[0] <= ord(character) <= value[1])
    return bool(character == _CATEGORIES.get(str(value).lower().removeprefix("category_")))
