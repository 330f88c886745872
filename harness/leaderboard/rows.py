"""The rows of the leaderboard: numbers of each run for each suite, each domain, and all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..backends.contract import Price
from ..comparison.multiplicity import holm, rank_sets
from ..comparison.paired import PairedTest, quick_test
from ..metrics import Scored, majority, pass_at_k, summarize
from ..results import RunFolder
from .cost import cost_of, price_from

Groups = dict[str, list[Scored]]
BUDGET_POINTS = 16


@dataclass(slots=True)
class RunData:
    """One run as the leaderboard needs it."""

    folder: RunFolder
    manifest: dict[str, Any]
    suites: dict[str, Groups] = field(default_factory=dict)
    """suite -> problem (with the hash of its prompt) -> samples in order."""
    domains: dict[str, str] = field(default_factory=dict)

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


def score_row(groups: Groups, price: Price | None) -> dict[str, Any] | None:
    """The numbers of one run in one view; None when it has no scored sample there."""
    scored = {
        key: kept
        for key, samples in groups.items()
        if (kept := [sample for sample in samples if sample.score is not None])
    }
    if not scored:
        return None
    numbers = summarize(groups, dict.fromkeys(groups, _as_text))
    k = min(len(samples) for samples in scored.values())
    cost = None if price is None else cost_of(numbers.tokens, price)
    solved = sum(any(s.correct for s in samples) for samples in scored.values())
    low, high = numbers.wilson or (0.0, 1.0)
    return {
        "problems": numbers.problems,
        "samples": k,
        "accuracy": numbers.accuracy,
        "low": low,
        "high": high,
        "standard_error": numbers.standard_error,
        "pass_at_k": sum(pass_at_k(len(g), sum(s.correct for s in g), k) for g in scored.values())
        / len(scored),
        "majority": sum(majority(g, _as_text) or 0.0 for g in scored.values()) / len(scored)
        if k > 1
        else None,
        "tokens": numbers.mean_completion_tokens,
        "truncated": numbers.truncated,
        "checker_errors": numbers.checker_errors,
        "cost": None if cost is None else cost.amount,
        "cost_per_solved": cost.amount / solved if cost is not None and solved else None,
        "currency": None if cost is None else cost.currency,
        "budget_curve": budget_curve(scored),
    }


def _as_text(first: str, second: str) -> bool:
    # The page votes by text; `summary.json` holds the vote by the suite's own equality.
    return first.strip() == second.strip()


def budget_curve(groups: Mapping[str, Sequence[Scored]]) -> list[tuple[int, float]]:
    """(tokens allowed, accuracy) from one set of samples: a longer completion counts as wrong."""
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
    """The user's price for the model, else the one in the manifest."""
    if run.model in prices:
        return prices[run.model]
    stored = run.manifest["model"].get("price")
    return price_from(stored, str(run.folder.manifest_path)) if stored else None


def pair_tests(runs: Sequence[RunData], view: str) -> dict[tuple[str, str], PairedTest]:
    """The paired test of every two runs with a common problem in this view."""
    scores = {
        run.folder.run_id: {
            key: [s.score for s in samples if s.score is not None]
            for key, samples in run.groups(view).items()
        }
        for run in runs
    }
    ids = [run_id for run_id, problems in scores.items() if problems]
    tests = {}
    for i, a in enumerate(ids):
        for b in ids[i + 1 :]:
            test = quick_test(scores[a], scores[b])
            if test is not None:
                tests[a, b] = test
    return tests


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
