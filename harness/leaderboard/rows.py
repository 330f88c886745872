"""The rows of a board: metrics of one entry on its problems, and the ranks of a group."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.contract import Price
from ..comparison.multiplicity import holm, rank_sets
from ..comparison.paired import PairedTest, mean_samples, quick_test_of
from ..metrics import (
    TOKEN_KINDS,
    ScoredSample,
    clustered_standard_error,
    majority_at,
    pass_at_k,
    powers,
    share_interval,
)
from .cost import cost_of, price_from
from .groups import BoardGroup, Entry
from .runs import Groups, RunData, outcome_counts

BUDGET_POINTS = 16
Curve = list[tuple[int, float]]


def score_row(groups: Groups, votes: Curve | None, price: Price | None) -> dict[str, Any] | None:
    """The metrics of the problems of one entry; None when no sample has a score.

    `votes` are (k, maj@k) under the suites' own equality; without them votes are by text.
    """
    scored = _scored(groups)
    if not scored:
        return None
    everything = [sample for samples in groups.values() for sample in samples]
    k = min(map(len, scored.values()))
    length = _mean_tokens(everything, "completion")
    curve = votes or [
        (i, _mean(majority_at(group, _as_text, i) for group in scored.values())) for i in powers(k)
    ]
    passes = [(i, _mean(_pass(group, i) for group in scored.values())) for i in powers(k)]
    return {
        "problems": len(scored),
        "samples": k,
        **_accuracy(scored),
        "pass_at_k": passes[-1][1],
        "majority": curve[-1][1] if k > 1 else None,
        "tokens": length,
        "thinking": _mean_thinking(everything),
        "truncated": sum(_cut(sample) for sample in everything) / len(everything),
        "outcomes": outcome_counts([groups]),
        **_costs(everything, scored, price),
        "budget_curve": budget_curve(scored),
        "pass_curve": [(i * length, share) for i, share in passes] if length else [],
        "vote_curve": [(i * length, share) for i, share in curve] if length else [],
    }


def accuracy_of(groups: Groups) -> dict[str, Any]:
    """The accuracy with its interval, and the number of problems; None without any score."""
    scored = _scored(groups)
    if not scored:
        return dict.fromkeys(("accuracy", "low", "high", "standard_error")) | {"problems": 0}
    return _accuracy(scored) | {"problems": len(scored)}


def _scored(groups: Groups) -> Groups:
    """The samples that have a score, by problem; problems without one are left out."""
    return {
        key: kept
        for key, samples in groups.items()
        if (kept := [sample for sample in samples if sample.score is not None])
    }


def _accuracy(scored: Groups) -> dict[str, float | None]:
    shares = [_mean(sample.correct for sample in group) for group in scored.values()]
    error = clustered_standard_error(shares, range(len(shares)))
    low, high = share_interval(shares, sum(map(len, scored.values())), error) or (0.0, 1.0)
    return {"accuracy": _mean(shares), "low": low, "high": high, "standard_error": error}


def _costs(
    everything: Sequence[ScoredSample], scored: Groups, price: Price | None
) -> dict[str, float | str | None]:
    """The cost of the samples, per problem, and per problem that some sample solved."""
    if price is None:
        return dict.fromkeys(("cost", "cost_per_problem", "cost_per_solved", "currency"))
    tokens = {k: sum(s.tokens.get(k) or 0 for s in everything) for k in TOKEN_KINDS}
    cost = cost_of(tokens, price)
    solved = sum(any(sample.correct for sample in group) for group in scored.values())
    return {
        "cost": cost.amount,
        "cost_per_problem": cost.amount / len(scored),
        "cost_per_solved": cost.amount / solved if solved else None,
        "currency": cost.currency,
    }


def stored_votes(entry: Entry, group: BoardGroup, core: bool) -> Curve | None:
    """(k, maj@k) from `summary.json`, averaged over the problems of the group's tasks.

    None where the summary does not fit: several pooled runs, a core that is smaller than what
    the run sat, or no summary.
    """
    if len(entry.runs) != 1:
        return None
    run = entry.runs[0]
    sizes: list[int] = []
    stored: list[Mapping[str, float]] = []
    for task in group.tasks:
        if task.id in entry.tasks:
            suite = entry.tasks[task.id]
            if core and len(group.core[task.id]) != len(run.suites[suite]):
                return None
            sizes.append(len(run.suites[suite]))
            stored.append(run.votes[suite])
    ks = sorted(set.intersection(*({int(k) for k in one} for one in stored))) if stored else []
    return [
        (k, sum(n * one[str(k)] for n, one in zip(sizes, stored, strict=True)) / sum(sizes))
        for k in ks
    ] or None


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _mean_tokens(samples: Iterable[ScoredSample], kind: str) -> float | None:
    counted = [n for sample in samples if (n := sample.tokens.get(kind)) is not None]
    return _mean(counted) if counted else None


def _mean_thinking(samples: Sequence[ScoredSample]) -> float | None:
    """Mean thinking tokens; a completion without thinking counts as 0."""
    counted = [sample.tokens for sample in samples if sample.tokens.get("completion") is not None]
    if all(tokens.get("thinking") is None for tokens in counted):
        return None
    return _mean([tokens.get("thinking") or 0 for tokens in counted])


def _pass(group: Sequence[ScoredSample], k: int) -> float:
    return pass_at_k(len(group), sum(sample.correct for sample in group), k)


def _cut(sample: ScoredSample) -> bool:
    return sample.finish_reason == "length" or sample.status == "truncated"


def _as_text(first: str, second: str) -> bool:
    return first.strip() == second.strip()


def budget_curve(groups: Mapping[str, Sequence[ScoredSample]]) -> Curve:
    """(token budget, accuracy) from one set of samples: a longer completion counts as wrong."""
    lengths = sorted(
        length
        for samples in groups.values()
        for sample in samples
        if (length := sample.tokens.get("completion"))
    )
    if not lengths:
        return []
    picks = {lengths[(len(lengths) - 1) * i // (BUDGET_POINTS - 1)] for i in range(BUDGET_POINTS)}
    return [(budget, _within(groups, budget)) for budget in sorted(picks)]


def _within(groups: Mapping[str, Sequence[ScoredSample]], budget: int) -> float:
    shares = [
        sum(s.correct and (s.tokens.get("completion") or 0) <= budget for s in samples)
        / len(samples)
        for samples in groups.values()
    ]
    return sum(shares) / len(shares)


def macro_average(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """The mean of the tasks' accuracies, with its standard error (tasks as fixed)."""
    errors = [row["standard_error"] for row in rows]
    known = [error for error in errors if error is not None]
    error = sum(e * e for e in known) ** 0.5 / len(rows) if len(known) == len(errors) else None
    return {"macro": _mean([row["accuracy"] for row in rows]), "macro_error": error}


Pricing = Callable[[RunData], Price | None]
"""The price of the model of a run; None where none is known."""


def stored_price(run: RunData) -> Price | None:
    """The price in the manifest."""
    stored = run.manifest["model"].get("price")
    return price_from(stored, str(run.folder.manifest_path)) if stored else None


def pricing_by(prices: Mapping[str, Price]) -> Pricing:
    """The price from the user's table, else the one in the manifest."""

    def price(run: RunData) -> Price | None:
        # A budget-forced model is priced as its underlying model.
        details = run.manifest["model"].get("details") or {}
        for name in (run.model, str(details.get("model"))):
            if name in prices:
                return prices[name]
        return stored_price(run)

    return price


# ---- ranks -------------------------------------------------------------------------------
def pair_tests(group: BoardGroup) -> dict[tuple[str, str], PairedTest]:
    """The paired test of every pair of members, on the core."""
    problems = [group.problems(entry, core=True) for entry in group.members]
    means_EP, counts_EP = _mean_scores(problems)
    tests = {}
    for i, a in enumerate(group.members):
        for j in range(i + 1, len(group.members)):
            samples = mean_samples(np.minimum(counts_EP[i], counts_EP[j]).tolist())
            tests[a.id, group.members[j].id] = quick_test_of(means_EP[i] - means_EP[j], samples)
    return tests


def _mean_scores(groups: Sequence[Groups]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The mean score of each entry (rows) on each problem of the core (columns), and the samples
    behind it."""
    scores = [
        [[s.score for s in samples if s.score is not None] for samples in one.values()]
        for one in groups
    ]
    means = np.array([[_mean(some) for some in row] for row in scores], np.float64)
    return means, np.array([[len(some) for some in row] for row in scores], np.int64)


def pair_rows(tests: Mapping[tuple[str, str], PairedTest]) -> dict[str, dict[str, Any]]:
    """The tests as plain data by `A|B`, with Holm-corrected p-values."""
    adjusted = holm([test.p_value for test in tests.values()])
    return {
        f"{a}|{b}": {
            "difference": test.difference,
            "low": test.interval.low,
            "high": test.interval.high,
            "p_value": test.p_value,
            "p_holm": corrected,
            "problems": test.problems,
        }
        for ((a, b), test), corrected in zip(tests.items(), adjusted, strict=True)
    }


def ranks(
    group: BoardGroup, tests: Mapping[tuple[str, str], PairedTest]
) -> dict[str, dict[str, int]]:
    """The rank set of each member."""
    sets = rank_sets([entry.id for entry in group.members], tests)
    return {id: {"best": found.best, "worst": found.worst} for id, found in sets.items()}
