"""Things in order or in any order: paths through a graph, lists, sets, words, brackets."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from .plain_text import LONGEST, data_of, key, prose, typed, unwrapped, without_lead

_STEP = re.compile(r"\s*(?:→|,|;|>|\n|\s[-–—]\s|[-–—]|\s(?:then|to)\s(?:to\s)?|\s)\s*")
_LENGTH = re.compile(
    r"[,;\s]*[(\[]?\s*(?:(?:with|of)\s)?(?:an?\s|the\s)?(?:total\s)?"
    r"(?:length|distance|cost|weight|total)\s?(?:of|is|=|:)?\s?([0-9]{1,9})\s*[)\]]?$",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    r"(?:(?:the|an?|one)\s)?(?:shortest\s|best\s|optimal\s)?(?:way|path|route)\s"
    r"(?:from\s(\w{1,9})\sto\s(\w{1,9})\s)?(?:is|goes|:)\s?:?\s*",
    re.IGNORECASE,
)
_BARE_ROUTE = re.compile(r"(?:go|travel|take)\s(?:the\s(?:path|route|way)\s)?(?:from\s)?", re.I)


@dataclass(frozen=True, slots=True)
class Path:
    """The stops of a way in order, each one of `stops`; read as a tuple of them.

    Takes arrows of every kind, dashes, commas, spaces, a list, and "the shortest way from A to B
    is ..." around them. A stated length must be `length`.
    """

    stops: tuple[str, ...]
    length: int | None = None
    closes: ClassVar[bool] = True
    form: ClassVar[str] = "a way through the places"

    def read(self, text: str) -> tuple[str, ...] | None:
        """The stops of the way."""
        if len(text) > LONGEST:
            return None
        data = data_of(typed(text))
        if isinstance(data, list) and all(isinstance(stop, str) for stop in data):
            return self._known(data)
        line = without_lead(prose(text)).strip(" .!\"'_")
        told = _LENGTH.search(line[-80:])
        if told is not None:
            if self.length is not None and int(told[1]) != self.length:
                return None
            line = line[: len(line) - len(told[0])].rstrip(" .!\"'_")
        route = _ROUTE.match(line) or _BARE_ROUTE.match(line)
        line = line[route.end() :] if route else line
        if len(line) > 1 and (line[0], line[-1]) in (("[", "]"), ("(", ")")):
            line = line[1:-1]
        way = self._known([stop for stop in _STEP.split(line) if stop])
        if way and route and route.re is _ROUTE and route[1]:
            ends = (route[1].casefold(), route[2].casefold())
            return way if (way[0].casefold(), way[-1].casefold()) == ends else None
        return way

    def _known(self, stops: list[str]) -> tuple[str, ...] | None:
        known = {stop.casefold(): stop for stop in self.stops}
        way = [known.get(unwrapped(stop).casefold()) for stop in stops]
        return tuple(stop for stop in way if stop) if way and all(way) else None


DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}
_ITEM = re.compile(r"\s*(?:[,;\n，、；|→]|\band\b)\s*(?:and\s)?")
_WORD_BREAK = re.compile(r"[\s,;，、；|→]+")
_STOP = re.compile(r"[.!?]\s")


@dataclass(frozen=True, slots=True)
class Items:
    """Things with commas, lines, bullets or "and" between them; read as a tuple.

    Compass points read as their initials. `words`: spaces part things too. `vocabulary` are the
    words that things are made of, where they are known.
    """

    in_order: bool = True
    words: bool = False
    vocabulary: frozenset[str] = frozenset()
    form: ClassVar[str] = "a list of things that the question speaks of"

    def read(self, text: str) -> tuple[str, ...] | None:
        """The things, sorted unless their order counts."""
        if len(text) > LONGEST:
            return None
        items = self._items(text)
        if not items or not self._is_known(items):
            return None
        items = [DIRECTIONS.get(item, item) for item in items]
        return tuple(items if self.in_order else sorted(Counter(items).elements()))

    def _items(self, text: str) -> list[str]:
        plain = typed(text)
        data = data_of(plain)
        if isinstance(data, list):
            return [key(str(one)) for one in data if not isinstance(one, list | dict)]
        line = prose(text).strip(" .!\"'")
        if len(line) > 1 and (line[0], line[-1]) in (("[", "]"), ("(", ")"), ("{", "}")):
            line = line[1:-1]
        if _STOP.search(line):
            return []
        parts = (_WORD_BREAK if self.words else _ITEM).split(line)
        return [key(part) for part in parts if key(part)]

    def _is_known(self, items: list[str]) -> bool:
        vocabulary = self.vocabulary
        return not vocabulary or all(
            word in vocabulary or word in DIRECTIONS for item in items for word in item.split()
        )


_BRACKETS = "()[]{}<>"


@dataclass(frozen=True, slots=True)
class Brackets:
    """Brackets in order, with spaces, commas, quotes or nothing between; read as one text.

    `opened` is the sequence to be closed: an answer may repeat it.
    """

    opened: str = ""
    closes: ClassVar[bool] = True
    form: ClassVar[str] = "a sequence of brackets"

    def read(self, text: str) -> str | None:
        """The brackets without spaces."""
        if len(text) > LONGEST:
            return None
        given = unwrapped(typed(text))
        data = data_of(given)
        if isinstance(data, list) and data and all(isinstance(one, str) for one in data):
            given = "".join(data)
        given = re.sub(r"\\(?=[\[\](){}<>])", "", given)
        given = re.sub(r"[\s,\"'`$*_]", "", given)
        if not given or any(bracket not in _BRACKETS for bracket in given):
            return None
        opened = re.sub(r"\s", "", self.opened)
        return given.removeprefix(opened) if opened and given != opened else given
