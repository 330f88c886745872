"""The rows of the leaderboard: metrics of each run per suite, per domain, and overall."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.contract import Price
from ..comparison.multiplicity import holm, rank_sets
from ..comparison.paired import PairedTest, mean_samples, quick_test_of
from ..metrics import (
    TOKEN_KINDS,
    Scored,
    clustered_standard_error,
    majority_at,
    pass_at_k,
    powers,
    share_interval,
)
from ..results import RunFolder
from .cost import cost_of, price_from

Groups = dict[str, list[Scored]]
BUDGET_POINTS = 16


@dataclass(slots=True)
class RunData:
    """The data of one run for the leaderboard."""

    folder: RunFolder
    manifest: dict[str, Any]
    suites: dict[str, Groups] = field(default_factory=dict)
    """suite -> problem (with the hash of its prompt) -> samples in order."""
    domains: dict[str, str] = field(default_factory=dict)
    votes: dict[str, dict[str, float]] = field(default_factory=dict)
    """suite -> k -> maj@k under the suite's own equality, from `summary.json`."""

    @property
    def model(self) -> str:
        return str(self.manifest["model"]["name"])

    def groups(self, view: str) -> Groups:
        """The problems of a view: a suite, `domain:NAME`, or `all`."""
        if view in self.suites:
            return self.suites[view]
        return {
            f"{suite}/{problem}": samples
            for suite, problems in self.suites.items()
            if view == "all" or view == f"domain:{self.domains[suite]}"
            for problem, samples in problems.items()
        }


def read_run(folder: RunFolder) -> RunData:
    """Read a stored run. Raises UsageError when it is malformed or of another version."""
    data = RunData(folder, folder.manifest())
    summary = folder.summary() or {"suites": {}}
    seen = set()
    for record in folder.samples():
        key = (record["suite"], record["problem_id"], record["sample"])
        if key in seen:
            continue
        seen.add(key)
        problem = f"{record['problem_id']}@{record['prompt_hash']}"
        groups = data.suites.setdefault(record["suite"], {})
        groups.setdefault(problem, []).append(Scored.of(record))
    for suite in data.suites:
        numbers = summary["suites"].get(suite, {})
        data.domains[suite] = numbers.get("domain") or _domain(suite)
        data.votes[suite] = numbers.get("maj_at") or {}
    return data


def _domain(suite: str) -> str:
    from ...tasks.registry import DOMAINS, names

    base = suite.partition(":")[0]
    return next((domain for domain in DOMAINS if base in names(domain)), "other")


def views(runs: Iterable[RunData]) -> list[str]:
    """Every suite, every domain, and all."""
    suites = sorted({suite for run in runs for suite in run.suites})
    domains = sorted({f"domain:{domain}" for run in runs for domain in run.domains.values()})
    return [*suites, *domains, "all"]


def score_row(run: RunData, view: str, price: Price | None) -> dict[str, Any] | None:
    """The metrics of one run in one view; None when it has no scored sample there."""
    groups = run.groups(view)
    scored = {
        key: kept
        for key, samples in groups.items()
        if (kept := [sample for sample in samples if sample.score is not None])
    }
    if not scored:
        return None
    everything = [sample for samples in groups.values() for sample in samples]
    k = min(map(len, scored.values()))
    length = _mean_tokens(everything, "completion")
    votes = vote_curve(run, view, scored, k)
    passes = [(i, _mean(_pass(group, i) for group in scored.values())) for i in powers(k)]
    return {
        "problems": len(groups),
        "samples": k,
        **_accuracy(scored),
        "pass_at_k": passes[-1][1],
        "majority": votes[-1][1] if k > 1 else None,
        "tokens": length,
        "thinking": _mean_thinking(everything),
        "truncated": sum(_cut(sample) for sample in everything) / len(everything),
        "checker_errors": sum(sample.status == "checker_error" for sample in everything),
        **_costs(everything, scored, price),
        "budget_curve": budget_curve(scored),
        "pass_curve": [(i * length, share) for i, share in passes] if length else [],
        "vote_curve": [(i * length, share) for i, share in votes] if length else [],
    }


def _accuracy(scored: Groups) -> dict[str, float | None]:
    shares = [_mean(sample.correct for sample in group) for group in scored.values()]
    error = clustered_standard_error(shares, range(len(shares)))
    low, high = share_interval(shares, sum(map(len, scored.values())), error) or (0.0, 1.0)
    return {"accuracy": _mean(shares), "low": low, "high": high, "standard_error": error}


def _costs(
    everything: Sequence[Scored], scored: Groups, price: Price | None
) -> dict[str, float | str | None]:
    """The cost of the run, per problem, and per problem that some sample solved."""
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


def vote_curve(run: RunData, view: str, scored: Groups, k: int) -> list[tuple[int, float]]:
    """(k, maj@k) under the suites' own equality, or by text without a `summary.json`.

    A view of several suites averages over their problems.
    """
    sizes = Counter(suite for suite in run.suites for _ in run.suites[suite])
    suites = [s for s in run.suites if view in (s, "all", f"domain:{run.domains[s]}")]
    curve = []
    for i in powers(k):
        known = [(sizes[s], run.votes[s].get(str(i))) for s in suites]
        if any(value is None for _, value in known):
            share = _mean(majority_at(group, _as_text, i) for group in scored.values())
        else:
            total = sum(size for size, _ in known)
            share = sum(size * (value or 0.0) for size, value in known) / total
        curve.append((i, share))
    return curve


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _mean_tokens(samples: Iterable[Scored], kind: str) -> float | None:
    counted = [n for sample in samples if (n := sample.tokens.get(kind)) is not None]
    return _mean(counted) if counted else None


def _mean_thinking(samples: Sequence[Scored]) -> float | None:
    """Mean thinking tokens; a completion without thinking counts as 0."""
    counted = [sample.tokens for sample in samples if sample.tokens.get("completion") is not None]
    if all(tokens.get("thinking") is None for tokens in counted):
        return None
    return _mean([tokens.get("thinking") or 0 for tokens in counted])


def _pass(group: Sequence[Scored], k: int) -> float:
    return pass_at_k(len(group), sum(sample.correct for sample in group), k)


def _cut(sample: Scored) -> bool:
    return sample.finish_reason == "length" or sample.status == "truncated"


def _as_text(first: str, second: str) -> bool:
    return first.strip() == second.strip()


def budget_curve(groups: Mapping[str, Sequence[Scored]]) -> list[tuple[int, float]]:
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


def _within(groups: Mapping[str, Sequence[Scored]], budget: int) -> float:
    shares = [
        sum(s.correct and (s.tokens.get("completion") or 0) <= budget for s in samples)
        / len(samples)
        for samples in groups.values()
    ]
    return sum(shares) / len(shares)


def price_of(run: RunData, prices: Mapping[str, Price]) -> Price | None:
    """The price from the user's table, else the one in the manifest."""
    model = run.manifest["model"]
    # A budget-forced model is priced as its underlying model.
    for name in (run.model, model.get("details", {}).get("model")):
        if name in prices:
            return prices[name]
    stored = model.get("price")
    return price_from(stored, str(run.folder.manifest_path)) if stored else None


def pair_tests(runs: Sequence[RunData], view: str) -> dict[tuple[str, str], PairedTest]:
    """The paired test of every pair of runs with a common problem in this view."""
    means_RP, counts_RP = _mean_scores([run.groups(view) for run in runs])
    tests = {}
    for i, a in enumerate(runs):
        for j in range(i + 1, len(runs)):
            differences = means_RP[i] - means_RP[j]
            both = ~np.isnan(differences)
            if both.any():
                samples = mean_samples(np.minimum(counts_RP[i], counts_RP[j])[both].tolist())
                test = quick_test_of(differences[both], samples)
                tests[a.folder.run_id, runs[j].folder.run_id] = test
    return tests


def _mean_scores(groups: Sequence[Groups]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The mean score of each run (rows) on each problem (columns), and the samples behind it.

    The mean is NaN and the count 0 where there is none.
    """
    places = {key: n for n, key in enumerate({key: None for one in groups for key in one})}
    means_RP = np.full((len(groups), len(places)), np.nan)
    counts_RP = np.zeros((len(groups), len(places)), np.int64)
    for row, counts, one in zip(means_RP, counts_RP, groups, strict=True):
        for key, samples in one.items():
            scores = [sample.score for sample in samples if sample.score is not None]
            if scores:
                row[places[key]] = sum(scores) / len(scores)
                counts[places[key]] = len(scores)
    return means_RP, counts_RP


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
    runs: Sequence[RunData], tests: Mapping[tuple[str, str], PairedTest]
) -> dict[str, dict[str, int]]:
    """The rank set of each run from the tests of one view."""
    sets = rank_sets([run.folder.run_id for run in runs], tests)
    return {run_id: {"best": found.best, "worst": found.worst} for run_id, found in sets.items()}
