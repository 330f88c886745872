"""Do the paired tests and intervals hold what they promise? Simulated, not argued.

Type-I error: two models with the same per-problem success rates, 2,000 comparisons a setting.
Coverage: models that truly differ, how often the 95% interval holds the true difference.

    python benchmarks/comparison_calibration.py [--comparisons 2000]
"""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import scipy
from assay.harness.comparison import difference_interval, mcnemar, permutation_p_value
from scipy import stats

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "comparison_calibration.json"
SIZES = (30, 100, 500, 2000)


def rates(rng: np.random.Generator, problems: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Per-problem success rates of two models; `shift` is their true mean difference, roughly."""
    base = rng.beta(0.8, 0.8, problems)
    return base, np.clip(base + shift, 0.0, 1.0)


def simulate(n: int, samples: int, shift: float, comparisons: int, seed: int) -> dict[str, float]:
    """Rejection rates of the tests and coverage of the interval over many comparisons."""
    rng = np.random.default_rng(seed)
    # Problems are drawn anew each time, so the true difference is the population's.
    population_a, population_b = rates(rng, 2_000_000, shift)
    truth = float((population_b - population_a).mean())
    rejected = {"t": 0, "permutation": 0, "mcnemar": 0}
    covered = 0
    for number in range(comparisons):
        p_a, p_b = rates(rng, n, shift)
        a = rng.binomial(samples, p_a) / samples
        b = rng.binomial(samples, p_b) / samples
        differences = b - a
        _, interval, p_value = difference_interval(differences)
        covered += interval.low <= truth <= interval.high
        rejected["t"] += p_value < 0.05
        rejected["permutation"] += permutation_p_value(differences, 1000, number) < 0.05
        if samples == 1:
            only_a, only_b = int((differences < 0).sum()), int((differences > 0).sum())
            rejected["mcnemar"] += mcnemar(only_a, only_b) < 0.05
    result = {f"rejects_{name}": count / comparisons for name, count in rejected.items()}
    if samples > 1:
        del result["rejects_mcnemar"]
    return result | {"coverage": covered / comparisons, "true_difference": truth}


def main() -> None:
    """Run every setting, print the table, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--comparisons", type=int, default=2000)
    comparisons = parser.parse_args().comparisons
    band = stats.binom.ppf([0.001, 0.999], comparisons, 0.05) / comparisons
    print(f"type-I error should not exceed {band[1]:.4f} (99.8% band of a 5% test)")
    rows = []
    for shift in (0.0, 0.08):
        for samples in (1, 4):
            for n in SIZES:
                row = {"shift": shift, "samples": samples, "problems": n}
                row |= simulate(n, samples, shift, comparisons, seed=n + samples)
                rows.append(row)
                print("  ".join(f"{key}={value:.4g}" for key, value in row.items()), flush=True)
    machine = {
        "python": platform.python_version(),
        "scipy": scipy.__version__,
        "machine": platform.machine(),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(
        json.dumps(
            {"comparisons": comparisons, "band": band.tolist(), "machine": machine, "rows": rows},
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
