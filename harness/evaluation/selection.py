"""Which problems a limited run covers: the same part of every part of the suite."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from ...tasks.suite import GeneratedSuite

PART_KEYS = (
    "task", "subject", "category", "type", "level", "difficulty", "language", "platform",
)  # fmt: skip
"""Keys of a problem's `meta` that name the part of the suite it belongs to."""
MOST = 10_000_000
"""Problems that a run covers at most."""


def chosen(suite: Suite, limit: int | None, first: int | None, seed: int) -> list[Problem]:
    """All problems of a suite, the `first` ones, or a sample of `limit`, in the suite's order.

    A sample takes from every part (task, subject, level, language) its share, and is nested: the
    sample of 100 is a part of the sample of 200. The problems of a generated suite are drawn
    independently already, so there the first ones are the sample.
    Raises UsageError for a suite without end.
    """
    wanted = first if limit is None else limit
    _refuse_endless(suite, wanted)
    if limit is None or isinstance(suite, GeneratedSuite):
        return list(itertools.islice(suite, wanted))
    problems = list(suite)
    kept = set(nested_order(problems, seed)[:limit])
    return [problem for number, problem in enumerate(problems) if number in kept]


def nested_order(problems: Sequence[Problem], seed: int) -> list[int]:
    """The positions of problems in an order whose every beginning is a stratified sample.

    Within a part the order is random. A part of m problems has its i-th one (from 0) at
    (i + u) / m of the way, where u is random: each beginning holds each part's share, give or
    take one.
    """
    parts: dict[tuple[object, ...], list[int]] = {}
    for number, problem in enumerate(problems):
        parts.setdefault(part_of(problem.meta), []).append(number)
    placed = []
    for part, members in parts.items():
        offset = _random(seed, repr(part))
        members.sort(key=lambda number: _random(seed, problems[number].id))
        placed += [
            ((place + offset) / len(members), number) for place, number in enumerate(members)
        ]
    return [number for _, number in sorted(placed)]


def part_of(meta: Mapping[str, object]) -> tuple[object, ...]:
    """The part of the suite that a problem belongs to."""
    return tuple(meta[key] for key in PART_KEYS if isinstance(meta.get(key), str | int))


def _random(seed: int, text: str) -> float:
    """A number in [0, 1) from a hash: the same everywhere, whatever else is in the suite."""
    data = f"{seed}/{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(data).digest()[:6], "big") / 2**48


def _refuse_endless(suite: Suite, wanted: int | None) -> None:
    try:
        size = len(suite)
    except OverflowError:
        size = MOST + 1
    if min(size, size if wanted is None else wanted) > MOST:
        raise UsageError(
            f"task {suite.name!r} has {getattr(suite, 'size', size)} problems, and a run covers "
            f"{MOST:,} at most: give a smaller --size, or --limit"
        )
