"""Chooses problems for training (suite, level, index), and held-out problems.

The state of a mixture is plain data, so a resumed run draws the same problems.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, load
from ...tasks.suite import GeneratedSuite
from ..export import read_rows
from .settings import HeldOutSettings, MixEntry

_RATE_DECAY = 0.9


@dataclass(frozen=True, slots=True)
class MixtureItem:
    """A problem with its suite, its level and the arguments that load the suite again."""

    suite: Suite
    problem: Problem
    entry: int
    level: int | None
    spec: dict[str, Any]


class Mixture:
    """Draws training problems by weight; a curriculum adapts the levels of each suite."""

    def __init__(self, entries: Sequence[MixEntry], seed: int, curriculum: str = "uniform"):
        """Raises UsageError for unknown suites, splits or levels."""
        self.entries = list(entries)
        self.seed = seed
        self.curriculum = curriculum
        self.drawn = 0
        self._chosen = [chosen_problems(one, seed) for one in self.entries]
        self._loaded: dict[tuple[int, int | None], tuple[Suite, dict[str, Any]]] = {}
        self.rates: dict[str, float] = {}
        """Running solve rate by "entry/level"."""
        for entry in range(len(self.entries)):
            for level in self.levels(entry):
                self._suite(entry, level)

    def levels(self, entry: int) -> list[int | None]:
        """The levels of an entry, easiest first; [None] when it names none."""
        chosen = self.entries[entry].difficulties
        return [None] if chosen is None else [*sorted(chosen)]

    def draw(self, count: int) -> list[MixtureItem]:
        """The next `count` problems."""
        return [self._next() for _ in range(count)]

    def at(self, number: int) -> MixtureItem:
        """Problem `number` of this mixture under a uniform curriculum: a pure function."""
        rng = random.Random(f"{self.seed}/{number}")
        weights = [entry.weight for entry in self.entries]
        entry = rng.choices(range(len(weights)), weights)[0]
        level = rng.choice(self.levels(entry))
        return self._item(entry, level, number)

    def record_solve_rate(self, key: str, rate: float) -> None:
        """Update the solve rate of "entry/level" with that of one group."""
        old = self.rates.get(key)
        self.rates[key] = rate if old is None else _RATE_DECAY * old + (1 - _RATE_DECAY) * rate

    def state_dict(self) -> dict[str, Any]:
        """The state of the mixture, as plain data."""
        return {"drawn": self.drawn, "rates": dict(self.rates)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state."""
        self.drawn = state["drawn"]
        self.rates = dict(state["rates"])

    def level_weights(self, entry: int) -> list[float]:
        """The sampling weight of each level of an entry.

        `ladder` adds a level when the one below is solved at least 70% of the time. `learnable`
        prefers levels by p (1 - p) of their solve rate p.
        """
        levels = self.levels(entry)
        rates = [self.rates.get(f"{entry}/{level}") for level in levels]
        if self.curriculum == "ladder":
            top = 0
            while top + 1 < len(levels) and (rates[top] or 0.0) >= 0.7:
                top += 1
            return [1.0 if i == top else 0.25 if i < top else 0.0 for i in range(len(levels))]
        if self.curriculum == "learnable":
            return [0.05 + (0.25 if p is None else p * (1 - p)) for p in rates]
        return [1.0] * len(levels)

    def _next(self) -> MixtureItem:
        number = self.drawn
        self.drawn += 1
        if self.curriculum == "uniform":
            return self.at(number)
        rng = random.Random(f"{self.seed}/{number}")
        weights = [entry.weight for entry in self.entries]
        entry = rng.choices(range(len(weights)), weights)[0]
        level = rng.choices(self.levels(entry), self.level_weights(entry))[0]
        return self._item(entry, level, number)

    def _item(self, entry: int, level: int | None, number: int) -> MixtureItem:
        suite, spec = self._suite(entry, level)
        chosen = self._chosen[entry]
        if chosen is not None:
            problem = suite.find(chosen[number % len(chosen)])
        elif isinstance(suite, GeneratedSuite):
            problem = suite.drawn(number)
        else:
            problem = suite[number % len(suite)]
        return MixtureItem(suite, problem, entry, level, spec)

    def _suite(self, entry: int, level: int | None) -> tuple[Suite, dict[str, Any]]:
        key = (entry, level)
        if key not in self._loaded:
            settings = self.entries[entry]
            self._loaded[key] = open_suite(settings, level, "train", self.seed, None)
        return self._loaded[key]


def chosen_problems(entry: MixEntry, seed: int) -> list[str] | None:
    """The ids in the rows of an entry, in random order; None where it names no rows.

    Raises UsageError for a file that cannot be read, and for rows of no or another task.
    """
    if entry.rows is None:
        return None
    ids = []
    for number, row in enumerate(read_rows(Path(entry.rows)), start=1):
        named = row.get("extra_info") if isinstance(row.get("extra_info"), dict) else row
        problem = named.get("problem_id", named.get("id"))
        task = str(row.get("task", row.get("data_source", entry.suite))).removeprefix("assay/")
        if not isinstance(problem, str) or task != entry.suite:
            raise UsageError(
                f"mix entry {entry.suite!r}: {entry.rows} row {number} names no problem of it "
                f"(task {task!r}, problem {problem!r})"
            )
        ids.append(problem)
    if not ids:
        raise UsageError(f"mix entry {entry.suite!r}: {entry.rows} has no rows")
    random.Random(f"rows/{seed}").shuffle(ids)
    return ids


def open_suite(
    entry: MixEntry, level: int | None, split: str, seed: int, size: int | None
) -> tuple[Suite, dict[str, Any]]:
    """A suite of the mixture and the arguments that load it again.

    A generated suite takes seed and size; a stored one has fixed problems and splits.
    """
    spec: dict[str, Any] = dict(entry.options)
    if level is not None:
        spec["difficulty"] = level
    suite = load(entry.suite, **spec)
    spec["name"] = entry.suite
    if isinstance(suite, GeneratedSuite):
        spec |= {"split": split, "seed": seed, "size": size}
    elif "split" not in spec:
        spec["split"] = split
    try:
        return load(**spec), spec
    except UsageError as error:
        raise UsageError(f"mix entry {entry.suite!r}: {error}") from None


def held_out(entries: Sequence[MixEntry], settings: HeldOutSettings) -> list[MixtureItem]:
    """A fixed set of held-out problems: the test split, with a separate seed.

    Stored suites whose split is chosen for training are left out.
    """
    items = []
    for number, entry in enumerate(entries):
        for level in [None] if entry.difficulties is None else sorted(entry.difficulties):
            if "split" in entry.options:
                continue
            suite, spec = open_suite(entry, level, "test", settings.seed, settings.problems)
            for i in range(min(settings.problems, len(suite))):
                items.append(MixtureItem(suite, suite[i], number, level, spec))
    return items
