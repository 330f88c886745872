"""Check the floors of the R1-Zero recipe against a finished run, and record it.

    assay train recipe --config zero
    python benchmarks/training_zero.py [RUN_FOLDER]

Reads the measure stages, which answer the same held-out problems for every model, and the gains
paired by problem. Prints each floor with met or missed, writes
results/benchmarks/training_zero.json and copies the page, the gate, the measures and the curves to
results/training/zero.
"""

import argparse
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results"
SEEDS = ("zero-0", "zero-1", "zero-2")
KEPT = ("report.html", "gains.json", "*/gate.json", "*/measures.json", "*/done.json",
        "*/heldout.jsonl", "zero-*/metrics.jsonl", "control-zero/metrics.jsonl")  # fmt: skip


def floors(run: Path) -> Iterator[tuple[str, object, bool]]:
    """Each floor: its name, the figure, whether it is met."""
    gains = json.loads((run / "gains.json").read_text("utf-8"))
    measured = {
        name: json.loads((run / f"measured-{name}" / "measures.json").read_text("utf-8"))["by"]
        for name in ("base", *SEEDS, "control", "control-zero")
    }
    base = measured["base"]["all"]
    for seed in SEEDS:
        own = measured[seed]["all"]
        for measure in ("greedy", "pass@1"):
            gain = next(
                g for g in gains
                if (g["model"], g["at"], g["measure"]) == (seed, "all", measure)
            )  # fmt: skip
            met = gain["change"] >= 0.30 and gain["interval95"][0] > 0.20
            yield f"{seed}: {measure} +.30, interval above +.20", gain, met
        longer = own["sampled"]["tokens"] / base["sampled"]["tokens"]
        yield f"{seed}: length x1.5", round(longer, 2), longer >= 1.5
        share = own["sampled"]["verified_backtracks"]
        yield f"{seed}: verified backtracks over 30%", round(share, 4), share > 0.30
    share = base["sampled"]["verified_backtracks"]
    yield "base: verified backtracks under 8%", round(share, 4), share < 0.08
    control = measured["control-zero"]["all"]["sampled"]["verified_backtracks"]
    yield "control shown: verified backtracks after RL", round(control, 4), True
    crossed = {
        f"{seed} {at}": [round(row["sampled"]["accuracy"], 4), measured["base"][at]["pass@k"]["8"]]
        for seed in SEEDS
        for at, row in measured[seed].items()
        if row["sampled"]["accuracy"] > measured["base"][at]["pass@k"]["8"]
    }
    yield "a level where pass@1 passes the base's pass@8", crossed or "none", bool(crossed)
    minutes = {
        path.parent.name: round(json.loads(path.read_text().splitlines()[-1])["seconds"] / 60, 2)
        for path in sorted(run.glob("*/done.json"))
        if "seconds" in path.read_text()
    }
    rl = {seed: minutes.get(seed, 99.0) for seed in SEEDS}
    yield "each RL stage at most 10 minutes", rl, max(rl.values()) <= 10


def keep(run: Path) -> None:
    """Copy what a reader needs to results/training/zero."""
    for pattern in KEPT:
        for path in run.glob(pattern):
            target = RESULTS / "training" / "zero" / path.relative_to(run)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, default=Path("runs/zero"))
    given = parser.parse_args()
    result: dict[str, Any] = {}
    for name, figure, met in floors(given.run):
        print(f"{'met   ' if met else 'missed'} {name}: {figure}")
        result[name] = {"figure": figure, "met": met}
    out = RESULTS / "benchmarks" / "training_zero.json"
    out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    keep(given.run)


if __name__ == "__main__":
    main()
