"""The thresholds of a proof: a small TOML file, so that a data set's CI can fail.

[thresholds]            # largest share of problems that may fail a check
gold = 0.0
weak_tests = 0.1

[tasks.mbpp]            # for one task instead
weak_tests = 0.3
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from .checks import CHECKS


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Largest share of failed problems by check, for all tasks and for single ones."""

    everywhere: Mapping[str, float] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, task: str) -> dict[str, float]:
        """The thresholds of one task."""
        return {**self.everywhere, **self.tasks.get(task, {})}


def read_thresholds(path: Path) -> Thresholds:
    """The thresholds in a file. Raises UsageError that names the file and the key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"--thresholds {path}: cannot be read: {error}") from error
    for key in data:
        if key not in ("thresholds", "tasks"):
            raise UsageError(f"--thresholds {path}: [{key}]: use [thresholds] and [tasks.NAME]")
    tasks = data.get("tasks", {})
    if not isinstance(tasks, dict):
        raise UsageError(f"--thresholds {path}: tasks: use a table [tasks.NAME] for each task")
    return Thresholds(
        _table(path, "thresholds", data.get("thresholds", {})),
        {name: _table(path, f"tasks.{name}", table) for name, table in tasks.items()},
    )


def _table(path: Path, name: str, table: Any) -> dict[str, float]:
    if not isinstance(table, dict):
        raise UsageError(f"--thresholds {path}: {name}: use a table of checks and shares")
    for check, share in table.items():
        if check not in CHECKS:
            raise UsageError(
                f"--thresholds {path}: [{name}] {check}: use one of {', '.join(CHECKS)}"
            )
        number = isinstance(share, int | float) and not isinstance(share, bool)
        if not number or not 0 <= share <= 1:
            raise UsageError(f"--thresholds {path}: [{name}] {check} = {share!r}: use 0 to 1")
    return {check: float(share) for check, share in table.items()}
