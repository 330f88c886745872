"""What a model does while it searches, by rule: every attempt is checked again.

A *verified backtrack* is a wrong attempt that the text itself calls wrong, followed by another
attempt that is truly right, in a completion whose answer is right. No keyword is trusted.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from .search import WrittenAttempt


@dataclass(slots=True)
class Behaviour:
    """Counts over completions; add them with `+=`."""

    completions: int = 0
    thinking: int = 0
    """Completions with at least one attempt."""
    attempts: int = 0
    worked: int = 0
    """Attempts whose written check is the true one."""
    first_right: int = 0
    """Completions whose first attempt is right."""
    wrong: int = 0
    """Attempts that do not solve the problem."""
    wrong_marked_wrong: int = 0
    right_marked_right: int = 0
    false_yes: int = 0
    """Wrong attempts that are called right."""
    verified_backtracks: int = 0
    """Completions with a verified backtrack."""
    repeats: int = 0
    """Attempts that an earlier attempt of the completion has tried."""
    on_after_right: int = 0
    """Right attempts that another attempt follows."""
    on_after_wrong: int = 0
    """Wrong attempts that another attempt follows."""

    def __iadd__(self, other: "Behaviour") -> "Behaviour":
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self

    def rates(self) -> dict[str, float]:
        """Means per completion, and shares of attempts of their kind."""
        n, right = max(self.completions, 1), self.attempts - self.wrong
        return {
            "thinking": self.thinking / n,
            "attempts": self.attempts / n,
            "worked": self.worked / max(self.attempts, 1),
            "first_right": self.first_right / n,
            "wrong_marked_wrong": self.wrong_marked_wrong / max(self.wrong, 1),
            "right_marked_right": self.right_marked_right / max(right, 1),
            "false_yes": self.false_yes / n,
            "verified_backtracks": self.verified_backtracks / n,
            "repeats": self.repeats / max(self.attempts, 1),
            "wait_bits": self.wait_bits,
        }

    @property
    def wait_bits(self) -> float:
        """Mutual information of "this attempt is wrong" and "another one follows", in bits."""
        right = self.attempts - self.wrong
        table = [
            [self.on_after_right, right - self.on_after_right],
            [self.on_after_wrong, self.wrong - self.on_after_wrong],
        ]
        return mutual_information(table)


def mutual_information(table: Sequence[Sequence[int]]) -> float:
    """Of the row and the column of a table of counts, in bits; 0 for an empty table."""
    total = sum(map(sum, table))
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    return sum(
        count / total * math.log2(count * total / (rows[i] * columns[j]))
        for i, row in enumerate(table)
        for j, count in enumerate(row)
        if count
    )


def behaviour_of(attempts: Sequence[WrittenAttempt], correct: bool) -> Behaviour:
    """The counts of one completion."""
    seen = Behaviour(completions=1, thinking=int(bool(attempts)))
    tried: set[str] = set()
    for i, one in enumerate(attempts):
        follows = i + 1 < len(attempts)
        seen.attempts += 1
        seen.worked += one.worked
        seen.repeats += one.answer in tried
        tried.add(one.answer)
        if one.right:
            seen.first_right += i == 0
            seen.right_marked_right += one.mark == "yes"
            seen.on_after_right += follows
        else:
            seen.wrong += 1
            seen.wrong_marked_wrong += one.mark == "no"
            seen.false_yes += one.mark == "yes"
            seen.on_after_wrong += follows
    seen.verified_backtracks = int(correct and backtracks(attempts))
    return seen


def backtracks(attempts: Sequence[WrittenAttempt]) -> bool:
    """Whether an attempt that is wrong, and called so, comes before one that is right."""
    wrong = next((i for i, a in enumerate(attempts) if not a.right and a.mark == "no"), None)
    return wrong is not None and any(one.right for one in attempts[wrong + 1 :])


BEHAVIOURS = ("retries", "verified backtrack", "long search", "false yes", "repeat")


def named_behaviours(attempts: Sequence[WrittenAttempt], correct: bool) -> list[str]:
    """The behaviours that a completion shows, of `BEHAVIOURS`: the rule of the report's traces."""
    counts = behaviour_of(attempts, correct)
    shown = {
        "retries": len(attempts) > 1,
        "verified backtrack": bool(counts.verified_backtracks),
        "long search": bool(counts.verified_backtracks) and len(attempts) >= 4,
        "false yes": counts.false_yes > 0,
        "repeat": counts.repeats > 0,
    }
    return [name for name in BEHAVIOURS if shown[name]]
