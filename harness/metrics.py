"""Metrics from verdicts: accuracy, pass@k, avg@k, maj@k, and their intervals.

The unit is the problem: the samples of one problem are averaged first, and problems are
treated as independent draws (Miller 2024, "Adding Error Bars to Evals", section 2). Samples
whose check failed on our side (`checker_error`) have no score; they are left out and counted.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import NormalDist
from typing import Any

from .bootstrap import bootstrap_interval

Same = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """One sample of a problem, with what the metrics need."""

    status: str
    score: float | None
    extracted: str | None = None
    finish_reason: str = "stop"
    tokens: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def correct(self) -> bool:
        return self.score == 1.0

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "ScoredSample":
        """From a record of `samples.jsonl`."""
        verdict = record["verdict"]
        return cls(
            status=verdict["status"],
            score=verdict["score"],
            extracted=verdict.get("extracted"),
            finish_reason=record.get("finish_reason", "stop"),
            tokens={name: record.get(f"{name}_tokens") for name in TOKEN_KINDS},
        )


TOKEN_KINDS = ("prompt", "completion", "thinking", "cached")


def pass_at_k(n: int, c: int, k: int) -> float:
    """The probability that k of n samples, c of them correct, include a correct one.

    The unbiased estimator 1 - C(n-c, k) / C(n, k) of Chen et al. 2021, section 2.1.
    Raises ValueError unless 0 <= c <= n and 1 <= k <= n.
    """
    if not 0 <= c <= n or not 1 <= k <= n:
        raise ValueError(f"pass@{k} of {n} samples with {c} correct is not defined")
    return 1.0 - math.comb(n - c, k) / math.comb(n, k)


def majority(samples: Sequence[ScoredSample], same: Same) -> float | None:
    """The score of the most frequent extracted answer (Wang et al. 2022, self-consistency).

    Samples without an answer do not vote. When several answers have the most votes, their mean
    score is returned, the expectation of drawing one of them. 0 when nobody votes, None when no
    sample has a score. `same` says whether two answers are equal.
    """
    scored = [sample for sample in samples if sample.score is not None]
    if not scored:
        return None
    ballots: dict[str, list[ScoredSample]] = {}
    for sample in scored:
        if sample.extracted is not None:
            ballots.setdefault(sample.extracted, []).append(sample)
    classes: list[tuple[str, list[ScoredSample]]] = []
    for answer, voters in ballots.items():
        for known, members in classes:
            if same(known, answer):
                members.extend(voters)
                break
        else:
            classes.append((answer, list(voters)))
    if not classes:
        return 0.0
    most = max(len(members) for _, members in classes)
    winners = [members for _, members in classes if len(members) == most]
    return math.fsum(float(members[0].correct) for members in winners) / len(winners)


def clustered_standard_error(values: Sequence[float], clusters: Sequence[Any]) -> float | None:
    """Standard error of the mean of `values`, which are dependent within a cluster.

    sqrt(G/(G-1) * sum over clusters of (sum of residuals)^2) / N: Miller 2024, equation 4,
    with the usual correction for G clusters. None with fewer than two clusters.
    Raises ValueError when the lengths differ.
    """
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values but {len(clusters)} cluster labels")
    count = len(set(clusters))
    if count < 2:
        return None
    mean = math.fsum(values) / len(values)
    residuals: dict[Any, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        residuals.setdefault(cluster, []).append(value - mean)
    squares = math.fsum(math.fsum(group) ** 2 for group in residuals.values())
    return math.sqrt(count / (count - 1) * squares) / len(values)


def wilson_interval(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a share observed in n draws (Wilson 1927). ValueError if n <= 0."""
    if n <= 0:
        raise ValueError("an interval needs at least one draw")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # The bounds of a share of 0 and 1 are exactly 0 and 1; rounding must not change them.
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return low, high


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of one suite in one run; shares are in [0, 1]."""

    problems: int
    samples: int
    k: int
    """The largest number of samples of a problem."""
    accuracy: float | None
    """The mean over problems of the share of correct samples; None when nothing was scored."""
    standard_error: float | None
    wilson: tuple[float, float] | None
    bootstrap: tuple[float, float] | None
    mean_score: float | None
    """Like accuracy, but of the scores, so that partial credit counts."""
    pass_at: dict[str, float]
    avg_at: dict[str, float]
    maj_at: dict[str, float]
    truncated: float | None
    no_answer: float | None
    checker_errors: int
    statuses: dict[str, int]
    tokens: dict[str, int]
    mean_completion_tokens: float | None

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for `summary.json`."""
        return asdict(self)


def summarize(problems: Mapping[str, Sequence[ScoredSample]], same: Mapping[str, Same]) -> Summary:
    """The numbers of one suite. `problems` maps an id to its samples in sample order.

    `same` maps an id to the comparison of two answers to it, for maj@k.
    """
    everything = [sample for samples in problems.values() for sample in samples]
    scored = {
        key: kept
        for key, samples in problems.items()
        if (kept := [sample for sample in samples if sample.score is not None])
    }
    shares = [_mean([float(s.correct) for s in samples]) for samples in scored.values()]
    drawn = sum(len(samples) for samples in scored.values())
    k = max((len(samples) for samples in problems.values()), default=0)
    error = clustered_standard_error(shares, list(scored))
    ks = powers(min((len(samples) for samples in scored.values()), default=0))
    statuses = Counter(sample.status for sample in everything)
    generated = [n for s in everything if (n := s.tokens.get("completion")) is not None]
    return Summary(
        problems=len(problems),
        samples=len(everything),
        k=k,
        accuracy=_mean(shares) if shares else None,
        standard_error=error,
        wilson=share_interval(shares, drawn, error),
        bootstrap=bootstrap_interval(shares),
        mean_score=_mean([_mean([s.score or 0.0 for s in g]) for g in scored.values()])
        if scored
        else None,
        pass_at={str(i): _pass_at(scored, i) for i in ks},
        avg_at={str(i): _avg_at(scored, i) for i in ks},
        maj_at={str(i): _maj_at(scored, same, i) for i in ks},
        truncated=_share(
            everything, lambda s: s.finish_reason == "length" or s.status == "truncated"
        ),
        no_answer=_share(everything, lambda s: s.status == "no_answer"),
        checker_errors=statuses["checker_error"],
        statuses=dict(sorted(statuses.items())),
        tokens={kind: _total(everything, kind) for kind in TOKEN_KINDS},
        mean_completion_tokens=_mean([float(n) for n in generated]) if generated else None,
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _share(samples: Sequence[ScoredSample], test: Callable[[ScoredSample], bool]) -> float | None:
    return sum(test(sample) for sample in samples) / len(samples) if samples else None


def _total(samples: Sequence[ScoredSample], kind: str) -> int:
    return sum(sample.tokens.get(kind) or 0 for sample in samples)


def powers(n: int) -> list[int]:
    """1, 2, 4, ... and n itself, for curves over samples; none for n = 0."""
    found = [1 << i for i in range(n.bit_length()) if 1 << i <= n]
    return sorted({*found, n} - {0})


def _pass_at(scored: Mapping[str, Sequence[ScoredSample]], k: int) -> float:
    return _mean([pass_at_k(len(g), sum(s.correct for s in g), k) for g in scored.values()])


def _avg_at(scored: Mapping[str, Sequence[ScoredSample]], k: int) -> float:
    return _mean([_mean([float(s.correct) for s in g[:k]]) for g in scored.values()])


def _maj_at(
    scored: Mapping[str, Sequence[ScoredSample]], same: Mapping[str, Same], k: int
) -> float:
    return _mean([majority_at(group, same[key], k) for key, group in scored.items()])


def majority_at(samples: Sequence[ScoredSample], same: Same, k: int) -> float:
    """maj@k (cons@k) of one problem: the mean over its disjoint blocks of k scored samples.

    All samples count, so that maj@1 is the accuracy. Raises ValueError for fewer than k samples.
    """
    if not 1 <= k <= len(samples):
        raise ValueError(f"maj@{k} of {len(samples)} samples is not defined")
    if k == 1:  # nobody to compare with
        return _mean([float(s.correct and s.extracted is not None) for s in samples])
    blocks = [samples[i * k : (i + 1) * k] for i in range(len(samples) // k)]
    return _mean([majority(block, same) or 0.0 for block in blocks])


def share_interval(
    shares: Sequence[float], samples: int, error: float | None
) -> tuple[float, float] | None:
    """Wilson's interval for shares averaged over dependent samples.

    The number of draws is the effective one, p(1-p)/SE^2, limited to between the number of
    problems and of samples. With one sample per problem this is the textbook interval.
    """
    if not shares:
        return None
    share = _mean(shares)
    effective = float(len(shares))
    if error is not None and error > 0:
        effective = min(max(share * (1 - share) / error**2, effective), float(samples))
    return wilson_interval(share, effective)
