"""Measure what GRPO adds to a cold start that plays episodes: paired by problem, over seeds.

    assay train recipe --config episodes
    python benchmarks/training_episodes.py [RUN_FOLDER] [--out FILE] [--keep FOLDER]

Reads the measure stages, in which every model plays the same held-out problems, sampled and
greedy. Prints the success before and after for each suite with the paired 95% interval of the
change, for each seed alone and over all seeds. Writes results/benchmarks/training_episodes.json
and copies the curves and the results by problem to results/training/episodes.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from assay.harness.comparison.paired import compare_scores

RESULTS = Path(__file__).resolve().parents[1] / "results"
COLD = "measured-cold"
WAYS = ("sampled", "greedy")
KEPT = ("*/manifest.json", "*/metrics.jsonl", "*/heldout.jsonl", "measured-*/problems.jsonl")
Scores = dict[str, list[float]]


def read_scores(stage: Path, at: str, way: str) -> Scores:
    """The scores of a stage's plays, by problem of one suite and level."""
    rows = [json.loads(line) for line in (stage / "problems.jsonl").read_text().splitlines()]
    found: Scores = {}
    for row in rows:
        if row["at"] == at:
            right, scored = row[f"{way}_right"], row[f"{way}_scored"]
            found[row["problem"]] = [1.0] * right + [0.0] * (scored - right)
    return found


def pool(runs: list[Scores]) -> Scores:
    """The scores of all seeds, by problem."""
    return {problem: [one for run in runs for one in run[problem]] for problem in runs[0]}


def change(after: Scores, before: Scores) -> dict[str, Any]:
    """Both successes and the paired difference."""
    found = compare_scores(after, before)
    interval = found.interval
    return {
        "problems": found.problems,
        "before": round(found.mean_b, 4),
        "after": round(found.mean_a, 4),
        "change": round(found.difference, 4),
        "interval95": [round(interval.low, 4), round(interval.high, 4)],
    }


def summarize(run: Path) -> dict[str, Any]:
    """For each suite and level, sampled and greedy: the change over all seeds, and by seed."""
    seeds = sorted(path.parent for path in run.glob("measured-rl*/done.json"))
    levels = json.loads((run / COLD / "measures.json").read_text())["by"]
    result: dict[str, Any] = {}
    for at in (name for name in levels if name != "all"):
        for way in WAYS:
            before = read_scores(run / COLD, at, way)
            after = [read_scores(seed, at, way) for seed in seeds]
            result[f"{at} {way}"] = change(pool(after), before) | {
                "seeds": [change(one, before) for one in after]
            }
    return result


def keep(run: Path, folder: Path) -> None:
    """Copy what a reader needs."""
    for pattern in KEPT:
        for path in run.glob(pattern):
            target = folder / path.relative_to(run)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, default=Path("runs/episodes"))
    parser.add_argument(
        "--out", type=Path, default=RESULTS / "benchmarks" / "training_episodes.json"
    )
    parser.add_argument("--keep", type=Path, default=RESULTS / "training" / "episodes")
    given = parser.parse_args()
    result = summarize(given.run)
    for name, row in result.items():
        low, high = row["interval95"]
        clear = "excludes 0" if low > 0 or high < 0 else "includes 0"
        seeds = [f"{seed['change']:+.3f}" for seed in row["seeds"]]
        print(
            f"{name:22s} n={row['problems']} {row['before']:.3f} -> {row['after']:.3f}  "
            f"change {row['change']:+.3f} [{low:+.3f}, {high:+.3f}] {clear}; "
            f"seeds {', '.join(seeds)}"
        )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n")
    keep(given.run, given.keep)


if __name__ == "__main__":
    main()
