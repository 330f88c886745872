"""Answer formats: strict readers of an extracted answer. Each is linear in its length.

A reader returns None for text that is not exactly the format: a right value with other text
around it is not an answer.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

MAX_DEPTH = 6
_WRAPPERS = (
    ("**", "**"), ("__", "__"), ("```json", "```"), ("```", "```"), ("`", "`"), ('"', '"'),
    ("'", "'"), ("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("\\text{", "}"),
)  # fmt: skip
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_SEPARATOR = re.compile(r"[,;\n]")
_BULLET = re.compile(r"\s*(?:[-*\u2022]|[0-9]{1,2}[.)])\s+")
_ARROW = re.compile(r"->|=>|→|[,;>\s-]")


def tidy(text: str) -> str:
    """Take off what dresses an answer and is no part of it: spaces, quotes, `$`, a full stop."""
    text = text.strip()
    for _ in range(MAX_DEPTH):
        before = text
        if text.endswith(".") and not text.endswith(".."):
            text = text[:-1].rstrip()
        for left, right in _WRAPPERS:
            if (
                len(text) > len(left) + len(right)
                and text.startswith(left)
                and text.endswith(right)
            ):
                text = text[len(left) : -len(right)].strip()
                break
        if text == before:
            break
    return text


def parse_integer(text: str) -> int | None:
    """A whole number in ASCII digits, and nothing else."""
    return int(text) if _INTEGER.fullmatch(text) else None


def parse_list(text: str) -> list[str]:
    """The items of `a, b, c`, of one item a line (bullets do not count), or of a bracketed list."""
    if len(text) > 1 and (text[0], text[-1]) in (("[", "]"), ("(", ")")):
        text = text[1:-1]
    return [tidy(_BULLET.sub("", item)) for item in _SEPARATOR.split(text)]


def parse_path(text: str) -> list[str]:
    """The stops of `a -> b -> c`, `a-b-c` or `a, b, c`."""
    if len(text) > 1 and (text[0], text[-1]) in (("[", "]"), ("(", ")")):
        text = text[1:-1]
    return [stop for stop in (tidy(item) for item in _ARROW.split(text)) if stop]


def parse_assignment(text: str, names: Sequence[str]) -> list[str] | None:
    """One value for each name, in the order of `names`, case folded.

    Reads the bare values in order (`x, y`), named values in any order (`B: y, A is a x`,
    `A=x`) or a flat JSON object. A name left out, named twice or unknown is not read.
    """
    pairs = _pairs(text)
    folded = [name.casefold() for name in names]
    if pairs is not None:
        found: dict[str, str] = {}
        for name, value in pairs:
            if name not in folded or name in found:
                return None
            found[name] = value
        return [found[name] for name in folded] if len(found) == len(folded) else None
    items = [] if text.startswith("{") else [item.casefold() for item in parse_list(text)]
    return items if len(items) == len(names) and all(items) else None


def _pairs(text: str) -> list[tuple[str, str]] | None:
    """(name, value) pairs when every item of the text is one, else None."""
    if text.startswith("{"):
        table = parse_json(text)
        if not isinstance(table, dict):
            return None
        return [(str(key).casefold(), str(value).casefold()) for key, value in table.items()]
    pairs = []
    for item in parse_list(text):
        item = item.casefold().removeprefix("and ")
        for mark in (":", "=", " is a ", " is ", " "):
            name, found, value = item.partition(mark)
            if found:
                pairs.append((tidy(name), tidy(value)))
                break
        else:
            return None
    return pairs


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key stands twice")
    return table


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse_json(text: str) -> Any:
    """The JSON value of the text; None when it is none, or says a key twice, or is too deep."""
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def parse_grid(text: str, width: int | None = None) -> list[list[int]] | None:
    """A table of small whole numbers: JSON rows, or one row a line with spaces or commas.

    With a `width` lines of so many digits without anything between them are rows too.
    """
    table = parse_json(text)
    if not isinstance(table, list):
        lines = [line.strip(" \t\r|") for line in text.split("\n") if line.strip()]
        if width and all(len(line) == width and line.isdigit() for line in lines):
            lines = [" ".join(line) for line in lines]
        table = [[parse_integer(item) for item in re.split(r"[\s,|]+", line)] for line in lines]
    if not isinstance(table, list) or not table:
        return None
    for row in table:
        # bool is an int in Python; true is no number in JSON
        if not isinstance(row, list) or any(type(cell) is not int for cell in row):
            return None
    return table
