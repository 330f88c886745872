"""The draws of an endless stream of problems, without those that repeat an earlier one."""

import hashlib
from array import array
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

PATIENCE = 1000
"""Draws in a row that repeat earlier ones until the stream counts as exhausted."""


class Prompted(Protocol):
    """What is drawn."""

    @property
    def prompt(self) -> str: ...


Drawn = TypeVar("Drawn", bound=Prompted)


class DistinctDraws(Generic[Drawn]):
    """Finds the draw at each position of a stream whose repeats are left out.

    A draw repeats an earlier one when it has its prompt. Draws are looked at once, in order,
    whatever the order of the calls; what is kept is 8 bytes per position and the hashes.
    """

    def __init__(self, draw: Callable[[int], Drawn]) -> None:
        """`draw` gives the draft of a number of the stream, always the same."""
        self._draw = draw
        self._numbers = array("Q")
        self._seen: set[bytes] = set()
        self._next = 0
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state | {"_lock": Lock()})

    def at(self, position: int) -> tuple[int, Drawn] | None:
        """The number and the draft at a position; None where the stream has no more problems."""
        if position < len(self._numbers):
            return self._numbers[position], self._draw(self._numbers[position])
        with self._lock:
            while position >= len(self._numbers):
                draft = self._advance()
                if draft is None:
                    return None
                if position == len(self._numbers) - 1:
                    return self._numbers[position], draft
        return self._numbers[position], self._draw(self._numbers[position])

    def _advance(self) -> Drawn | None:
        """Go on to the next draft that is no repeat."""
        for number in range(self._next, self._next + PATIENCE):
            draft = self._draw(number)
            mark = hashlib.sha256(draft.prompt.encode("utf-8", "surrogatepass")).digest()[:12]
            if mark not in self._seen:
                self._seen.add(mark)
                self._numbers.append(number)
                self._next = number + 1
                return draft
        return None

    def __len__(self) -> int:
        """The positions found so far."""
        return len(self._numbers)
