"""Measure what GRPO alone adds on held-out problems: paired by problem, by domain, over seeds.

    python benchmarks/training_rise.py [RUN_FOLDER ...]

Without a folder: the bundled model's three seeds, as recorded. Each folder is a finished
`assay train grpo` run (or stage of a recipe) with `heldout.jsonl`. The first and the last
measurement answer the same held-out problems; the interval is the paired t interval over problems
of the change, averaged over the runs. Problems come from the test split, which training never
uses. Writes results/benchmarks/training_rise.json.
"""

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev

from scipy import stats

RESULTS = Path(__file__).resolve().parents[1] / "results"
BUNDLED = [RESULTS / "training" / "bundled" / seed for seed in ("rl", "rl-1", "rl-2")]


def read_change(folder: Path) -> dict[str, tuple[float, float]]:
    """Share solved of each problem before and after."""
    lines = [json.loads(line) for line in (folder / "heldout.jsonl").read_text().splitlines()]
    first, last = lines[0]["solved"], lines[-1]["solved"]
    return {problem: (first[problem], last[problem]) for problem in first if problem in last}


def domain_of(problem: str) -> str:
    """math, code or logic, by the suite that the id begins with."""
    from assay.tasks import load

    suite: str = load(problem.split("-")[0]).domain
    return suite


def paired(differences: list[float]) -> tuple[float, float, float]:
    """Mean and 95% t interval."""
    centre = mean(differences)
    error = stdev(differences) / math.sqrt(len(differences))
    reach = float(stats.t.ppf(0.975, len(differences) - 1)) * error
    return centre, centre - reach, centre + reach


def summarize(runs: list[dict[str, tuple[float, float]]]) -> dict[str, dict[str, object]]:
    """By domain: before, after, the change with its interval, and each seed's own change."""
    problems = sorted(set.intersection(*(set(run) for run in runs)))
    members = defaultdict(list)
    for problem in problems:
        members[domain_of(problem)].append(problem)
        members["all"].append(problem)
    result = {}
    for domain, ids in sorted(members.items()):
        changes = [mean(run[i][1] - run[i][0] for run in runs) for i in ids]
        centre, low, high = paired(changes)
        result[domain] = {
            "problems": len(ids),
            "before": round(mean(run[i][0] for run in runs for i in ids), 4),
            "after": round(mean(run[i][1] for run in runs for i in ids), 4),
            "change": round(centre, 4),
            "interval95": [round(low, 4), round(high, 4)],
            "by_seed": [round(mean(run[i][1] - run[i][0] for i in ids), 4) for run in runs],
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="*", type=Path, default=BUNDLED)
    parser.add_argument("--name", default="training_rise", help="of the file that is written")
    given = parser.parse_args()
    result = {
        "runs": [folder.name for folder in given.runs],
        "domains": summarize([read_change(folder) for folder in given.runs]),
    }
    for domain, row in result["domains"].items():
        low, high = row["interval95"]
        clear = "excludes 0" if low > 0 or high < 0 else "includes 0"
        print(
            f"{domain:6s} n={row['problems']:5d} {row['before']:.3f} -> {row['after']:.3f}  "
            f"change {row['change']:+.3f} [{low:+.3f}, {high:+.3f}] {clear}; "
            f"seeds {row['by_seed']}"
        )
    out = RESULTS / "benchmarks" / f"{given.name}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
