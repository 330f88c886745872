"""Count the errors and the saving of the sequential comparison.

    python benchmarks/comparison_sequential.py [--comparisons 400]

Null pairs count how often equal models are ever separated (at most 5% is promised). Real pairs
are the stored runs under results/: all pairs on common problems, replayed in 20 random orders,
with the decision on all problems by the paired test of `assay compare` beside it.
"""

import argparse
import itertools
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
from assay.harness.comparison import compare_scores
from assay.harness.comparison.runs import pooled, scores_of
from assay.harness.comparison.sequential import replay, shuffled_by_stratum
from assay.harness.results import list_runs

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "benchmarks" / "comparison_sequential.json"
PROBLEMS = 500
PLANTED = ((0.02, 0.02), (0.1, 0.1), (0.25, 0.25), (0.12, 0.08), (0.2, 0.1), (0.3, 0.1), (0.4, 0.1))
"""Chances that only A, and that only B, solves a problem."""


def planted_row(gain: float, loss: float, comparisons: int) -> dict[str, Any]:
    """Decisions and problems used on pairs of a known difference."""
    rng = np.random.default_rng(int(1000 * gain + 10 * loss))
    results = [
        replay(rng.choice([1.0, -1.0, 0.0], PROBLEMS, p=[gain, loss, 1 - gain - loss]).tolist())
        for _ in range(comparisons)
    ]
    decisions = [result.decision for result in results]
    return {
        "only_a": gain,
        "only_b": loss,
        "comparisons": comparisons,
        **{name: decisions.count(name) / comparisons for name in ("A", "B", "undecided")},
        "mean_share_of_problems": float(np.mean([r.problems for r in results])) / PROBLEMS,
    }


def real_rows(orders: int) -> list[dict[str, Any]]:
    """Every pair of stored runs: the sequential decisions beside that on all problems."""
    runs = [(folder, pooled(scores_of(folder))) for folder in list_runs(ROOT / "results")]
    rows = []
    for (folder_a, a), (folder_b, b) in itertools.combinations(runs, 2):
        common = {key: key.partition("/")[0] for key in a if key in b}
        if len(common) < 50:
            continue
        whole = compare_scores(a, b)
        truth = "undecided" if whole.p_value >= 0.05 else "A" if whole.difference > 0 else "B"
        results = []
        for seed in range(orders):
            order = shuffled_by_stratum(common, seed)
            results.append(replay([float(np.mean(a[k]) - np.mean(b[k])) for k in order]))
        rows.append({
            "a": folder_a.run_id, "b": folder_b.run_id, "problems": len(common),
            "difference": whole.difference, "on_all_problems": truth,
            "same_decision": sum(r.decision == truth for r in results) / orders,
            "opposite_decision": sum(
                r.decision in ("A", "B") and r.decision != truth and truth != "undecided"
                for r in results) / orders,
            "mean_share_of_problems": float(np.mean([r.problems for r in results])) / len(common),
        })  # fmt: skip
    return rows


def main() -> None:
    """Run, print and store every row."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--comparisons", type=int, default=400)
    parser.add_argument("--orders", type=int, default=20)
    given = parser.parse_args()
    planted = [planted_row(gain, loss, given.comparisons) for gain, loss in PLANTED]
    real = real_rows(given.orders)
    for row in (*planted, *real):
        print(row, flush=True)
    machine = {"python": platform.python_version(), "numpy": np.__version__}
    record = {"machine": machine, "problems": PROBLEMS, "planted": planted, "real": real}
    OUT.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
