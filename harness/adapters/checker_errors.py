"""What a sample is worth whose check failed on our side, where a trainer cannot skip it.

A NaN loses its whole group, and in verl the step; a 0 teaches that a right answer may be wrong. The
mean of the other rewards of its group gives it an advantage of about 0, so nothing is learned
from it and nothing is lost. Each such sample is counted and logged.
"""

import logging
import math
import threading
from collections import deque
from collections.abc import Hashable, Sequence
from statistics import fmean
from typing import Any, Literal

from ...sandbox.errors import UsageError

Choice = Literal["raise", "nan", "group_mean"] | float
NAMED: tuple[Literal["raise", "nan", "group_mean"], ...] = ("raise", "nan", "group_mean")
CHOICES = (*NAMED, 0.0)
_REMEMBERED = 16_384
"""Rewards that are kept for the means; they are searched only when a check has failed."""
PATIENCE = 16
"""So many failures with no success before them are a permanent fault of ours, which is raised."""
_log = logging.getLogger(__name__)


class CheckerFailedError(RuntimeError):
    """A check failed on our side, and the user asked to stop then, or none ever succeeded."""


class CheckerErrors:
    """Replaces the reward of samples whose check failed; shared between threads.

    `group_mean` is the mean of the other rewards of the row that this process has seen, those of
    the same batch first; without any, of its data source; without those, half of `full`.
    """

    def __init__(self, choice: Choice = "group_mean", full: float = 1.0) -> None:
        self.choice = _checked(choice)
        self.full = full
        self.failed = 0
        self.succeeded = 0
        self._recent: deque[tuple[float, Hashable, str]] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"choice": self.choice, "full": self.full}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def replaced(self, value: float | None, group: Hashable, source: str, reason: str) -> float:
        """The reward of one sample, or what stands for it; raises as `all_replaced` does."""
        with self._lock:
            if value is None:
                return self._substitute(group, source, reason)
            self.succeeded += 1
            self._recent.append((value, group, source))
            return value

    def all_replaced(
        self,
        rewards: Sequence[float | None],
        groups: Sequence[Hashable],
        sources: Sequence[str],
        reasons: Sequence[str],
    ) -> list[float]:
        """The rewards of a batch, each None replaced by the choice.

        Raises CheckerFailedError where the choice is "raise", and where many checks have failed
        and none has succeeded.
        """
        with self._lock:
            for value, group, source in zip(rewards, groups, sources, strict=True):
                if value is not None:
                    self.succeeded += 1
                    self._recent.append((value, group, source))
            rows = zip(rewards, groups, sources, reasons, strict=True)
            return [
                self._substitute(group, source, reason) if value is None else value
                for value, group, source, reason in rows
            ]

    def _substitute(self, group: Hashable, source: str, reason: str) -> float:
        self.failed += 1
        if self.choice == "raise" or (self.failed >= PATIENCE and not self.succeeded):
            raise CheckerFailedError(
                f"{self.failed} checks failed on our side, {self.succeeded} succeeded; the last: "
                f"{reason}"
            )
        value = self._value(group, source)
        _log.warning(
            "check %d of %d failed on our side and is rewarded %s (on_checker_error=%r): %s",
            self.failed, self.failed + self.succeeded, f"{value:g}", self.choice, reason,
        )  # fmt: skip
        return value

    def _value(self, group: Hashable, source: str) -> float:
        if self.choice == "nan":
            return math.nan
        if self.choice != "group_mean":
            return 0.0
        kept = [value for value, of, _ in self._recent if of == group]
        kept = kept or [value for value, _, of in self._recent if of == source]
        return fmean(kept) if kept else self.full / 2


def _checked(choice: Any) -> Choice:
    for name in NAMED:
        if isinstance(choice, str) and choice == name:
            return name
    if isinstance(choice, int | float) and not isinstance(choice, bool) and choice == 0:
        return 0.0
    raise refused_choice(choice)


def refused_choice(choice: Any) -> UsageError:
    """The refusal of a choice that is none."""
    known = ", ".join(map(repr, CHOICES[:-1]))
    return UsageError(f"on_checker_error={choice!r}: use {known} or 0.0")
