"""Attempts: answers tried one after the other, each checked in the text.

A suite whose answers can be checked by the one who answers has attempts. They are drawn without
looking at the gold; the check of an attempt is a function of the problem and the attempt alone, so
a reader can do it again and compare.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer with its written check: `6-(8-4)` and `=6-4=2, want 3?`."""

    answer: str
    work: str
    """The check as text, up to the question that `yes` or `no` answers."""
    right: bool
    """Whether the answer solves the problem."""

    @property
    def text(self) -> str:
        """The answer and its check on one line, without the verdict."""
        return self.answer + self.work


def attempt(answer: str, works: list[str], wanted: str, right: bool) -> Attempt:
    """An attempt that works out `works` and compares the last one with what is wanted."""
    return Attempt(answer, f": {', '.join(works)}, want {wanted}?", right)
