"""Compare two stored runs problem by problem; the runs may grow between two looks.

A test by betting may be looked at any number of times, but only along one order of the problems.
So the order is kept beside the runs, and what a run gained since the last look is put behind it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from ...sandbox.errors import UsageError
from ..results import RunFolder, write_json
from .runs import Scores, pooled, scores_of
from .sequential import SequentialResult, replay, shuffled_by_stratum

FOLDER = "comparisons"


@dataclass(frozen=True, slots=True)
class SequentialRuns:
    """A sequential comparison of two stored runs."""

    result: SequentialResult
    problems: int
    """All problems in common; those after `result.problems` were not needed."""


def compare_until_decided(
    a: RunFolder, b: RunFolder, out: Path, alpha: float = 0.05, margin: float | None = None
) -> SequentialRuns:
    """Take the common problems in random order until they decide, suites in their shares.

    The order is kept in `out`/comparisons. Raises UsageError when nothing is in common, alpha or
    the margin is not in (0, 1), or the order cannot be read or written.
    """
    all_a, all_b = pooled(scores_of(a)), pooled(scores_of(b))
    if not set(all_a) & set(all_b):
        raise UsageError(
            f"runs {a.run_id!r} and {b.run_id!r} have no problem in common, "
            "so nothing can be compared"
        )
    # A against B and B against A are one comparison, so they share one order.
    name = "--".join(sorted((a.run_id, b.run_id)))
    order = _order(all_a, all_b, out / FOLDER / f"{name}.json")
    differences = [float(np.mean(all_a[key]) - np.mean(all_b[key])) for key in order]
    return SequentialRuns(replay(differences, alpha, margin), len(order))


def _order(all_a: Scores, all_b: Scores, path: Path) -> list[str]:
    """The common problems: those of earlier looks in the order they had, then the new ones."""
    earlier = _earlier(path)
    known = set(earlier)
    new = {key: key.partition("/")[0] for key in all_a if key in all_b and key not in known}
    order = earlier + shuffled_by_stratum(new, seed=len(earlier))
    if new:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{path.parent} cannot be made: {error.strerror}") from error
        write_json(path, {"order": order})
    return [key for key in order if key in all_a and key in all_b]


def _earlier(path: Path) -> list[str]:
    if not path.is_file():
        return []
    try:
        return [str(key) for key in orjson.loads(path.read_bytes())["order"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: the order of an earlier comparison cannot be read ({error}): remove the file "
            "to begin a new comparison"
        ) from error
