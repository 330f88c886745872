"""Measure the size of the paired tests and the coverage of the intervals.

With one sample per problem, both are sums over every table of (A alone, B alone, neither alone),
so they are exact. With several samples they are simulated: the tests on 2,000 null comparisons,
the intervals on 20,000 draws (with 2,000, a coverage of 95% would have an error of +-1%).

    python benchmarks/comparison_calibration.py [--comparisons 2000] [--draws 20000] [--resume]

Every row is written when it is ready; --resume keeps the existing ones.
"""

import argparse
import itertools
import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from assay.harness.comparison import difference_interval, mcnemar, permutation_p_value
from assay.harness.metrics import share_interval
from scipy import special, stats

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "comparison_calibration.json"
SIZES = (30, 60, 100, 200, 500, 2000)
EXACT_SIZES = (5, 10, 20, 30, 60, 100, 200)
TABLES = ((0.15, 0.15), (0.19, 0.115), (0.3, 0.3), (0.3, 0.1), (0.2, 0.05), (0.1, 0.1),
          (0.1, 0.02), (0.05, 0.05), (0.02, 0.02), (0.25, 0.25), (0.18, 0.08),
          (0.0297, 0.0097), (0.0099, 0.0099), (0.9801, 0.0001))  # fmt: skip
"""Chances that only A, and that only B, solves a problem."""
EDGE_SIZES = (5, 10, 20, 50, 200, 2000)
EDGE_RATES = ((0.01, 0.01), (0.99, 0.01), (0.5, 0.5), (0.9, 0.8), (0.99, 0.97), (0.3, 0.1))
"""Success rates of the two models."""
EDGE_SPREADS = (None, 10.0, 1.6)
"""Problems alike, or rates drawn from a beta distribution: the smaller, the more they differ."""
EDGE_DRAWS = 2000
ALPHA = 0.05
Row = dict[str, float]


def tables(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of counts (A alone, B alone) of n problems."""
    a, b = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    legal = a + b <= n
    return a[legal], b[legal]


def answers(only_a: int, only_b: int, n: int) -> tuple[float, float, float, float, float]:
    """Interval and p-values (t, mid-p, exact) of one table, by the code under test."""
    differences = np.zeros(n)
    differences[:only_a] = 1.0
    differences[only_a : only_a + only_b] = -1.0
    _, interval, t_p_value = difference_interval(differences)
    exact, mid = mcnemar(only_a, only_b), mcnemar(only_a, only_b, mid=True)
    return interval.low, interval.high, t_p_value, mid, exact


def exact_rows(n: int) -> Iterator[dict[str, float]]:
    """Exact coverage of the interval, and exact size of the tests where the truth is 0."""
    a, b = tables(n)
    low, high, t, mid, exact = np.array(
        [answers(int(x), int(y), n) for x, y in zip(a, b, strict=True)]
    ).T
    ways = special.gammaln(n + 1) - special.gammaln(np.array([a + 1, b + 1, n - a - b + 1])).sum(0)
    for gain, loss in TABLES:
        chance = np.exp(
            ways + a * np.log(gain) + b * np.log(loss) + (n - a - b) * np.log1p(-gain - loss)
        )
        truth = gain - loss
        held = (low - 1e-12 <= truth) & (truth <= high + 1e-12)
        row = {"problems": n, "only_a": gain, "only_b": loss, "coverage": chance[held].sum()}
        if gain == loss:
            for name, p_value in (("t", t), ("mid_p", mid), ("mcnemar", exact)):
                row[f"rejects_{name}"] = chance[p_value < ALPHA].sum()
        yield {key: float(value) for key, value in row.items()}


def rates(rng: np.random.Generator, problems: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Per-problem success rates of two models; `shift` is their true mean difference, roughly."""
    base = rng.beta(0.8, 0.8, problems)
    return base, np.clip(base + shift, 0.0, 1.0)


def null_row(n: int, samples: int, comparisons: int) -> dict[str, float]:
    """How often each test rejects when two models are the same."""
    rng = np.random.default_rng(n + samples)
    rejected = dict.fromkeys(("t", "mid_p", "permutation"), 0)
    for number in range(comparisons):
        p_a, p_b = rates(rng, n, 0.0)
        differences = (rng.binomial(samples, p_b) - rng.binomial(samples, p_a)) / samples
        found = {
            "t": difference_interval(differences)[2],
            "mid_p": permutation_p_value(differences, 1000, number, mid=True),
            "permutation": permutation_p_value(differences, 1000, number),
        }
        for name, p_value in found.items():
            rejected[name] += p_value < ALPHA
    shares = {f"rejects_{name}": count / comparisons for name, count in rejected.items()}
    return {"problems": n, "samples": samples, **shares}


def coverage_row(n: int, samples: int, shift: float, draws: int) -> dict[str, float]:
    """How often the interval of the difference, and that of an accuracy, hold the truth.

    Problems are drawn anew each time, so the truth is that of the population of problems.
    """
    rng = np.random.default_rng(n + samples)
    population = rates(rng, 2_000_000, shift)
    mean_a, mean_b = (float(p.mean()) for p in population)
    held, held_accuracy = 0, 0
    for _ in range(draws):
        p_a, p_b = rates(rng, n, shift)
        a, b = rng.binomial(samples, p_a) / samples, rng.binomial(samples, p_b) / samples
        _, interval, _ = difference_interval(b - a, samples=samples)
        held += interval.low <= mean_b - mean_a <= interval.high
        error = float(a.std(ddof=1) / np.sqrt(n))  # each problem is a cluster of its own
        low, high = share_interval(a.tolist(), n * samples, error) or (0.0, 1.0)
        held_accuracy += low <= mean_a <= high
    return {
        "problems": n, "samples": samples, "shift": shift, "draws": draws,
        "true_difference": mean_b - mean_a,
        "coverage": held / draws, "coverage_of_accuracy": held_accuracy / draws,
    }  # fmt: skip


def edge_row(n: int, samples: int, p: tuple[float, float], spread: float | None) -> Row:
    """How often the interval of the difference holds the truth, at the edges too."""
    rng = np.random.default_rng([n, samples, int(100 * p[0]), int(100 * p[1])])
    held, width = 0, 0.0
    for _ in range(EDGE_DRAWS):
        a, b = (
            rng.binomial(samples, np.full(n, q) if spread is None else rng.beta(
                spread * q, spread * (1 - q), n)) / samples
            for q in p
        )  # fmt: skip
        _, interval, _ = difference_interval(a - b, samples=samples)
        held += interval.low - 1e-12 <= p[0] - p[1] <= interval.high + 1e-12
        width += interval.high - interval.low
    return {
        "problems": n, "samples": samples, "rate_a": p[0], "rate_b": p[1],
        "spread": spread or 0.0, "coverage": held / EDGE_DRAWS, "width": width / EDGE_DRAWS,
    }  # fmt: skip


class Record:
    """The file of results, written after each row."""

    def __init__(self, head: dict[str, Any], resume: bool) -> None:
        stored = json.loads(OUT.read_text()) if resume and OUT.exists() else {}
        self.sections: dict[str, list[dict[str, float]]] = {
            name: stored.get(name, []) for name in ("one_sample_exact", "null", "coverage", "edges")
        }
        self.head = head

    def add(self, section: str, key: dict[str, float], make: Callable[[], list[Row]]) -> None:
        """Make the rows of one setting, unless they are there, print them and write the file."""
        rows = self.sections[section]
        if any(key.items() <= row.items() for row in rows):
            return
        for row in make():
            print("  ".join(f"{name}={value:.4g}" for name, value in row.items()), flush=True)
            rows.append(row)
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(self.head | self.sections, indent=1) + "\n")


def main() -> None:
    """Run every setting, print the rows, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--comparisons", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--resume", action="store_true")
    given = parser.parse_args()
    band = stats.binom.ppf([0.001, 0.999], given.comparisons, ALPHA) / given.comparisons
    print(f"99.8% band of a 5% test in {given.comparisons} comparisons: {band}")
    machine = {"python": platform.python_version(), "scipy": scipy.__version__,
               "machine": platform.machine()}  # fmt: skip
    head = {"comparisons": given.comparisons, "band": band.tolist(), "machine": machine}
    record = Record(head, given.resume)
    for n in EXACT_SIZES:
        record.add("one_sample_exact", {"problems": n}, lambda n=n: list(exact_rows(n)))
    for k, n in itertools.product((1, 4), SIZES):
        key = {"problems": n, "samples": k}
        record.add("null", key, lambda n=n, k=k: [null_row(n, k, given.comparisons)])
    for shift, k, n in itertools.product((0.0, 0.08), (1, 4), SIZES):
        key = {"problems": n, "samples": k, "shift": shift}
        record.add("coverage", key, lambda n=n, k=k, s=shift: [coverage_row(n, k, s, given.draws)])
    for k, n, p, spread in itertools.product((1, 4, 64), EDGE_SIZES, EDGE_RATES, EDGE_SPREADS):
        key = {
            "problems": n, "samples": k, "rate_a": p[0], "rate_b": p[1], "spread": spread or 0.0,
        }  # fmt: skip
        record.add("edges", key, lambda n=n, k=k, p=p, s=spread: [edge_row(n, k, p, s)])


if __name__ == "__main__":
    main()
