"""The accuracy of the packaged models on every suite they trained on, against chance.

    python benchmarks/bundled_model.py [--problems 200] [--models bundled/base,bundled/cold,bundled]

Problems come from the test split at the lowest difficulty, with a seed that no training used. Every
answer of a code suite is executed in the sandbox. A model is above chance on a suite when the
paired difference to `random` on the same problems has a 95% interval above 0 and Holm's corrected
p-value is below 0.05. Answers are sampled at temperature 1, as in training, and then greedily.
The runs stay in results/runs; the table goes to results/benchmarks/bundled_model.json.
"""

import argparse
import json
import platform
import shutil
import tomllib
from pathlib import Path
from typing import Any

import torch
from assay.harness.backends.contract import Sampling
from assay.harness.comparison.runs import compare_runs
from assay.harness.evaluation import Run, TaskSpec, evaluate
from assay.harness.results import open_run

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results"
SEED = 4_242
CONFIG = ROOT / "harness" / "training" / "configs" / "bundled.toml"


def suites() -> list[str]:
    """The suites of the recipe's mixture."""
    mix = tomllib.loads(CONFIG.read_text())["common"]["mix"]
    return [entry["suite"] for entry in mix]


def sit(name: str, tasks: list[str], problems: int, temperature: float) -> Run:
    """Run one model on every suite again."""
    run_id = name.replace("/", "-") + ("" if temperature else "-greedy")
    run_id = run_id if run_id.startswith("bundled") else f"bundled-beside-{name}"
    shutil.rmtree(OUT / "runs" / run_id, ignore_errors=True)
    specs = [TaskSpec(task, {"seed": SEED, "size": problems, "difficulty": 1}) for task in tasks]
    return evaluate(
        name,
        specs,
        sampling=Sampling(temperature=temperature, max_tokens=192),
        out=OUT,
        run_id=run_id,
    )


def against_chance(run: Run, chance: Run) -> dict[str, dict[str, Any]]:
    """By suite: accuracy, chance, and the paired difference with its interval."""
    compared = compare_runs(open_run(run.run_id, OUT), open_run(chance.run_id, OUT))
    rows = {}
    for suite, comparison in compared.items():
        result = comparison.result
        rows[suite] = {
            "accuracy": round(result.mean_a, 4),
            "chance": round(result.mean_b, 4),
            "difference": round(result.difference, 4),
            "interval95": [round(result.interval.low, 4), round(result.interval.high, 4)],
            "p_holm": comparison.p_holm,
            "above_chance": result.interval.low > 0 and comparison.p_holm < 0.05,
        }
        if suite != "all":
            rows[suite]["domain"] = run.summary["suites"][suite]["domain"]
    return rows


def count_above(rows: dict[str, dict[str, Any]]) -> dict[str, int]:
    """By domain, on how many suites the model is above chance."""
    above: dict[str, int] = {}
    for row in rows.values():
        if "domain" in row:
            above[row["domain"]] = above.get(row["domain"], 0) + row["above_chance"]
    return above


def show(name: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print one model's table."""
    print(name, count_above(rows))
    for suite, row in rows.items():
        mark = "above chance" if row["above_chance"] else ""
        print(f"  {suite:22s} {row['accuracy']:.3f}  chance {row['chance']:.3f}  {mark}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--models", default="bundled/base,bundled/cold,bundled/zero,bundled")
    given = parser.parse_args()
    chance = sit("random", suites(), given.problems, 1.0)
    models: dict[str, Any] = {}
    for name in given.models.split(","):
        for temperature in (1.0, 0.0):
            run = sit(name, suites(), given.problems, temperature)
            rows = against_chance(run, chance)
            models[run.run_id] = {"suites_above_chance": count_above(rows), "suites": rows}
            show(run.run_id, rows)
    result = {
        "command": "python benchmarks/bundled_model.py",
        "machine": platform.machine(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "problems_per_suite": given.problems,
        "difficulty": 1,
        "models": models,
    }
    path = OUT / "benchmarks" / "bundled_model.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
