"""The proof of one task: what every check found, with intervals and the rows that did it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from statistics import median
from typing import Any

from ..metrics import wilson_interval
from ..records import decode_object
from .checks import CHECKS, ProofRow


@dataclass(frozen=True, slots=True)
class Tally:
    """One check over all problems."""

    check: str
    tested: int
    failed: int
    share: float
    low: float
    """Wilson's 95% interval of the share."""
    high: float
    threshold: float | None = None
    rows: tuple[ProofRow, ...] = ()
    """The rows that failed."""

    @property
    def crossed(self) -> bool:
        """Whether the share is above its threshold."""
        return self.threshold is not None and self.share > self.threshold


@dataclass(slots=True)
class Proof:
    """The card of one task."""

    task: str
    options: Mapping[str, Any]
    domain: str
    size: int
    """Problems of the task."""
    problems: int
    """Problems that were looked at."""
    without_gold: int
    tallies: list[Tally]
    figures: dict[str, float]
    not_run: dict[str, str]
    """Check -> why it could not be asked."""
    errors: list[str]
    """Faults of a check itself, which say nothing about the task."""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def crossed(self) -> list[Tally]:
        """The tallies above their thresholds."""
        return [tally for tally in self.tallies if tally.crossed]

    @classmethod
    def read(cls, path: Path) -> "Proof | None":
        """The proof in a card's JSON file; None for a file that is none."""
        data = decode_object(path.read_bytes())
        try:
            if data is None:
                return None
            kept = {one.name: data[one.name] for one in fields(cls)}
            kept["tallies"] = [_tally(one) for one in data["tallies"]]
            return cls(**kept)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def blamed(self) -> list[ProofRow]:
        """The failed rows of checks that speak of faults."""
        return [row for tally in self.tallies if CHECKS[tally.check].fault for row in tally.rows]

    def as_json(self) -> dict[str, Any]:
        """As plain data, for `--json` and the file."""
        data = asdict(self)
        for tally, one in zip(data["tallies"], self.tallies, strict=True):
            tally["crossed"] = one.crossed
            tally["counts"] = CHECKS[one.check].counts
        return data


def _tally(data: Mapping[str, Any]) -> Tally:
    kept = {one.name: data[one.name] for one in fields(Tally)}
    return Tally(**{**kept, "rows": tuple(map(ProofRow.of, data["rows"]))})


def tallies(rows: Iterable[ProofRow], thresholds: Mapping[str, float]) -> list[Tally]:
    """One tally for each check that was asked of a problem, in the order of the card."""
    by_check: dict[str, list[ProofRow]] = {name: [] for name in CHECKS}
    for row in rows:
        by_check[row.check].append(row)
    found = []
    for name, asked in by_check.items():
        if asked:
            failed = tuple(row for row in asked if row.failed)
            share = len(failed) / len(asked)
            low, high = wilson_interval(share, len(asked))
            limit = thresholds.get(name)
            found.append(Tally(name, len(asked), len(failed), share, low, high, limit, failed))
    return found


def figures(rows: Sequence[ProofRow]) -> dict[str, float]:
    """Numbers of the card that are no shares of problems."""
    seconds = sorted(row.figures["seconds"] for row in rows if row.check == "gold")
    chances = [row.figures["chance"] for row in rows if row.check == "guessable"]
    weak = [row.figures for row in rows if row.check == "weak_tests"]
    found: dict[str, float] = {}
    if seconds:
        found["seconds per check, median"] = round(median(seconds), 4)
        found["seconds per check, most"] = round(seconds[-1], 3)
    if chances:
        found["score of blind guesses"] = round(sum(chances) / len(chances), 4)
    if weak:
        found["wrong programs made"] = sum(one["mutants"] for one in weak)
        found["that pass the tests"] = sum(one["passed"] for one in weak)
        found["and are proved wrong"] = sum(one["proved_wrong"] for one in weak)
    samples = [row.figures for row in rows if row.check == "too_easy"]
    if samples:
        right, drawn = sum(one["right"] for one in samples), sum(one["samples"] for one in samples)
        found["stored samples"] = drawn
        found["share of them right"] = round(right / drawn, 4)
    return found
