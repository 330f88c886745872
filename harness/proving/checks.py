"""The checks of a proof: what each one asks, and what it found on one problem."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ProofCheck:
    """What one check counts."""

    counts: str
    """What the failed problems have in common, as a table's row."""
    fault: bool = True
    """Whether a failed problem is a fault of the task; otherwise it is only a figure."""


CHECKS: dict[str, ProofCheck] = {
    "gold": ProofCheck("the reference answer does not verify"),
    "wrong_answers": ProofCheck("a wrong answer verifies"),
    "no_assertion": ProofCheck("the tests accept any program"),
    "weak_tests": ProofCheck("a program proved wrong passes the tests"),
    "answer_in_prompt": ProofCheck("the prompt gives the answer away"),
    "damaged_prompt": ProofCheck("the prompt is empty, unreadable or cut off"),
    "deciders_differ": ProofCheck("two deciders disagree on the reference answer"),
    "ambiguous": ProofCheck("several answers are right where one is asked for"),
    "duplicates": ProofCheck("the prompt occurs before in this split"),
    "near_duplicates": ProofCheck("the prompt is nearly one that occurs before in this split"),
    "across_splits": ProofCheck("the prompt is, or nearly is, one of another split or set"),
    "unsteady": ProofCheck("a verdict changes when the check is repeated"),
    "slow": ProofCheck("the reference answer takes long to check", fault=False),
    "guessable": ProofCheck("a blind guess is right at least half of the time", fault=False),
    "too_easy": ProofCheck("every stored sample is right", fault=False),
    "too_hard": ProofCheck("no stored sample is right", fault=False),
    "inverted": ProofCheck("weaker models solve it more often than stronger ones"),
}
"""By name, in the order of the card."""


@dataclass(frozen=True, slots=True)
class ProofRow:
    """The result of one check on one problem."""

    check: str
    problem: str
    failed: bool
    detail: str = ""
    """What showed it, in one line; empty where nothing failed."""
    others: tuple[str, ...] = ()
    """Other problems that it involves."""
    figures: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data, for the store."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "ProofRow":
        """From what `as_json` gave. Raises KeyError, TypeError or ValueError for other data."""
        return cls(
            str(data["check"]), str(data["problem"]), bool(data["failed"]), str(data["detail"]),
            tuple(map(str, data["others"])),
            {str(name): float(value) for name, value in data["figures"].items()},
        )  # fmt: skip


def shown(text: str, most: int = 160) -> str:
    """A text in one printable line, cut in the middle when it is long."""
    line = " ".join(text.encode("utf-8", "backslashreplace").decode().split())
    line = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in line)
    if len(line) <= most:
        return line
    return f"{line[: most // 2]} ... {line[-most // 2 :]}"
