"""What a checker's own code gives away: its words, its numbers, its names, its lines.

Everything is read from the compiled function and from what it reaches in its own module, so that
a word which the source joins from two is found joined.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType, MethodType
from typing import Any

from .patterns import example_of

MOST = 120
"""Most words and numbers that are kept of each kind."""
LONGEST = 200
_DEPTH = 4
_METACHARACTERS = re.compile(r"[\\^$.|?*+()\[\]{}]")


@dataclass(slots=True)
class Mined:
    """What was found in a checker; empty when it is not Python."""

    words: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    """The files whose lines tell one way through the checker from another."""


def mine(checker: Any) -> Mined:
    """What the code of a checker gives away."""
    found = Mined()
    for value in _values(inspect.unwrap(checker), set(), 0, found):
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) and 0 < value <= 1_000_000:
            _keep(found.numbers, int(value))
        elif isinstance(value, str) and 0 < len(value) <= LONGEST:
            for word in _spellings(value):
                _keep(found.words, word)
    return found


def _keep(kept: list[Any], value: Any) -> None:
    if value not in kept and len(kept) < MOST:
        kept.append(value)


def _spellings(word: str) -> Iterator[str]:
    yield word
    if len(word) > 2:
        yield word[::-1]
    if _METACHARACTERS.search(word) and (example := example_of(word)):
        yield example


def _values(thing: Any, seen: set[int], depth: int, found: Mined) -> Iterator[Any]:
    """The constants that a callable, a container or a pattern holds."""
    if depth > _DEPTH or id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, re.Pattern):
        yield thing.pattern if isinstance(thing.pattern, str) else ""
    elif isinstance(thing, str | int | float):
        yield thing
    elif isinstance(thing, bytes):
        yield thing.decode("utf-8", "replace")
    elif isinstance(thing, Mapping):
        yield from _all([*thing.keys(), *thing.values()], seen, depth, found)
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from _all(thing, seen, depth, found)
    elif isinstance(thing, MethodType):
        yield from _all([thing.__func__, vars(thing.__self__)], seen, depth, found)
    elif isinstance(thing, FunctionType):
        yield from _function(thing, seen, depth, found)
    elif callable(thing) and isinstance(called := vars(type(thing)).get("__call__"), FunctionType):
        yield from _all([called, getattr(thing, "__dict__", {})], seen, depth, found)


def _all(things: Iterable[Any], seen: set[int], depth: int, found: Mined) -> Iterator[Any]:
    for thing in things:
        yield from _values(thing, seen, depth + 1, found)


def _function(function: FunctionType, seen: set[int], depth: int, found: Mined) -> Iterator[Any]:
    found.files.add(function.__code__.co_filename)
    reached: list[Any] = [cell.cell_contents for cell in function.__closure__ or () if _full(cell)]
    reached += function.__defaults__ or ()
    for code in _codes(function.__code__):
        for name in (*code.co_varnames, *code.co_freevars):
            _keep(found.names, name)
        docstring = function.__doc__
        yield from _all((c for c in code.co_consts if c != docstring), set(), depth, found)
        for name in code.co_names:
            value = function.__globals__.get(name)
            own = getattr(value, "__module__", None) == function.__module__
            if own or isinstance(
                value, str | int | float | list | tuple | set | frozenset | dict | re.Pattern
            ):
                reached.append(value)
    yield from _all(reached, seen, depth, found)


def _full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # not filled yet
        return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those of the functions defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
