"""Compare many models: corrected p-values, and rank sets for models that tests do not separate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Comparison(Protocol):
    """What ranking needs from a paired comparison."""

    @property
    def difference(self) -> float:
        """First minus second."""
        ...

    @property
    def p_value(self) -> float:
        """Of the test that the difference is 0."""
        ...


@dataclass(frozen=True, slots=True)
class RankSet:
    """The ranks a model may hold: from 1 + (models shown better) to n - (models shown worse)."""

    best: int
    worst: int

    def __str__(self) -> str:
        return str(self.best) if self.best == self.worst else f"{self.best}\N{EN DASH}{self.worst}"


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values, in the order given (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [1.0] * len(p_values)
    running = 0.0
    for position, index in enumerate(order):
        running = max(running, (len(p_values) - position) * p_values[index])
        adjusted[index] = min(1.0, running)
    return adjusted


def rank_sets(
    models: Sequence[str],
    comparisons: Mapping[tuple[str, str], Comparison],
    alpha: float = 0.05,
) -> dict[str, RankSet]:
    """The rank set of each model from its pairwise comparisons, Holm-corrected over all pairs.

    `comparisons[a, b]` compares a with b, one entry a pair; a pair without an entry (no common
    problem) counts as not separated. Models that no test separates share a rank.
    """
    pairs = list(comparisons)
    adjusted = holm([comparisons[pair].p_value for pair in pairs])
    better: dict[str, int] = dict.fromkeys(models, 0)
    worse: dict[str, int] = dict.fromkeys(models, 0)
    for (a, b), p_value in zip(pairs, adjusted, strict=True):
        if p_value >= alpha:
            continue
        winner, loser = (a, b) if comparisons[a, b].difference > 0 else (b, a)
        better[loser] += 1
        worse[winner] += 1
    return {m: RankSet(1 + better[m], len(models) - worse[m]) for m in models}
