"""How often `assay curate` decides as all samples would, and how many samples it takes.

    python benchmarks/curation.py [--sample] [--problems 12] [--items 20000]

The packaged model's outcomes are recorded in results/benchmarks/curation_outcomes.json: 64 samples
of problems of several suites and levels at temperature 1; `--sample` draws them anew (minutes).
Simulated items have solve rates from three distributions. For each: the share of items with the
verdict of all 64 samples, and the share of the samples that were taken. Writes
results/benchmarks/curation.json.
"""

import argparse
import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from assay.harness.curation import CurationLimits, StoppingRule, design, item_of
from assay.harness.metrics import wilson_interval

BENCHMARKS = Path(__file__).resolve().parents[1] / "results" / "benchmarks"
OUTCOMES = BENCHMARKS / "curation_outcomes.json"
OUT = BENCHMARKS / "curation.json"
SUITES = (
    ("arithmetic", 1), ("arithmetic", 2), ("linear_equations", 1), ("linear_equations", 2),
    ("modular", 1), ("sequences", 1), ("unit_conversion", 1), ("unit_conversion", 2),
    ("word_problems", 1), ("boolean_circuits", 1), ("boolean_circuits", 2), ("automaton", 1),
    ("knights_and_knaves", 1), ("object_tracking", 1), ("ordering", 1), ("truth_teller_webs", 1),
)  # fmt: skip
DISTRIBUTIONS = {
    "uniform rates": lambda rng, count: rng.random(count),
    "mostly hard or easy, Beta(0.3, 0.3)": lambda rng, count: rng.beta(0.3, 0.3, count),
    "near the limits, 0.1 to 0.3 and 0.7 to 0.9": lambda rng, count: np.where(
        rng.random(count) < 0.5, rng.uniform(0.1, 0.3, count), rng.uniform(0.7, 0.9, count)
    ),
}
FLOORS = {"same_verdict": 0.98, "share_of_samples": 0.5}


def sampled(problems: int, most: int) -> dict[str, str]:
    """The packaged model's outcomes by problem, as text of 1 and 0."""
    from assay.harness.backends import load_model
    from assay.harness.backends.contract import Sampling
    from assay.harness.evaluation import EvalSettings, TaskSpec, evaluate

    model = load_model("bundled")
    found: dict[str, str] = {}
    for level in sorted({level for _, level in SUITES}):
        specs = [
            TaskSpec(name, {"difficulty": level, "seed": 99, "size": problems})
            for name, its_level in SUITES
            if its_level == level
        ]
        settings = EvalSettings(
            samples=most, sampling=Sampling(temperature=1.0, max_tokens=112),
            out=Path("scratch") / "curation", run_id=f"level-{level}-{problems}-{most}",
        )  # fmt: skip
        run = evaluate(model, specs, settings=settings)
        marks: dict[str, dict[int, str]] = {}
        for record in run.folder.samples():
            right = record["verdict"]["score"] == 1
            marks.setdefault(record["problem_id"], {})[record["sample"]] = "01"[right]
        found |= {key: "".join(row[n] for n in sorted(row)) for key, row in marks.items()}
    return found


def measured(items: Sequence[Sequence[bool]], rule: StoppingRule) -> dict[str, Any]:
    """Items, agreement with the verdict of all samples, and the samples taken."""
    same, taken = 0, 0
    verdicts = dict.fromkeys(("hard", "useful", "easy"), 0)
    for outcomes in items:
        item = item_of("", outcomes, rule)
        assert item is not None
        full = rule.limits.verdict(sum(outcomes), len(outcomes))
        same += item.verdict == full
        taken += item.samples
        verdicts[full] += 1
    return {
        "items": len(items),
        "verdicts_of_all_samples": verdicts,
        "same_verdict": round(same / len(items), 4),
        "same_verdict_interval": [
            round(x, 4) for x in wilson_interval(same / len(items), len(items))
        ],
        "share_of_samples": round(taken / (len(items) * rule.limits.most), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", action="store_true", help="draw the model's samples anew")
    parser.add_argument("--problems", type=int, default=12, help="problems of each suite and level")
    parser.add_argument("--items", type=int, default=20_000, help="simulated items")
    options = parser.parse_args()
    limits = CurationLimits()
    rule = design(limits)
    if options.sample:
        OUTCOMES.write_text(json.dumps(sampled(options.problems, limits.most), indent=0) + "\n")
    recorded = json.loads(OUTCOMES.read_text())
    result: dict[str, Any] = {
        "command": "python benchmarks/curation.py",
        "machine": platform.machine(),
        "python": platform.python_version(),
        "limits": {
            "low": limits.low, "high": limits.high, "most": limits.most, "batch": limits.batch,
            "error": limits.error,
        },
        "largest_probability_of_another_verdict": round(rule.worst(), 4),
        "floors": FLOORS,
        "packaged model": measured([[mark == "1" for mark in row] for row in recorded.values()],
                                   rule),
    }  # fmt: skip
    for name, draw in DISTRIBUTIONS.items():
        rng = np.random.default_rng(24)
        rates = draw(rng, options.items)
        outcomes = rng.random((options.items, limits.most)) < rates[:, None]
        result[name] = measured(outcomes.tolist(), rule)
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
