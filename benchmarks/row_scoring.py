"""Score many short math rows from Parquet over Ray Data, twice: the second call finds all known.

    python benchmarks/row_scoring.py [--rows 1000000] [--files 20] [--first]

The rows are right, wrong and empty-handed answers to generated problems, no two alike. The cluster
is one of this machine, with a node of as many CPUs as it has cores; `memory_mb` is the caller's at
its peak. `--first` puts all processes before those of other programs (SCHED_RR). Exits 1 when a row
has no verdict or a wrong one. Writes results/benchmarks/row_scoring.json.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import pyarrow
import pyarrow.parquet
from assay.harness.checking import EngineSettings
from assay.harness.evaluation.plan import TaskSpec
from assay.harness.row_scoring import score_rows
from assay.tasks import load
from checking_ray import cluster_of

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "row_scoring.json"
PROBLEMS = 2000


def write_rows(folder: Path, rows: int, files: int) -> int:
    """Write the rows; how many of them are right."""
    suite = load("arithmetic", size=PROBLEMS)
    problems = list(suite)
    correct = 0
    for number in range(files):
        ids, texts = [], []
        for row in range(number, rows, files):
            problem = problems[row % PROBLEMS]
            right = row // PROBLEMS % 2 == 0
            correct += right
            answer = problem.answer if right else "no idea"
            ids.append(problem.id)
            texts.append(f"After {row} steps the result is <answer>{answer}</answer>")
        table = pyarrow.table({"id": ids, "completion": texts})
        pyarrow.parquet.write_table(table, folder / f"{number:03}.parquet")
    return correct


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--first", action="store_true", help="before other processes")
    given = parser.parse_args()
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {name: version(name) for name in ("assay", "ray", "pyarrow")},
        "rows": given.rows, "files": given.files, "before other processes": given.first,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        rows, out = Path(place, "rows"), Path(place, "out")
        rows.mkdir()
        correct = write_rows(rows, given.rows, given.files)
        if given.first:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        with cluster_of([os.cpu_count() or 1]) as (cluster, _):
            engine = EngineSettings(engine="ray", ray_address=cluster.address, cache=False)
            for call in ("first", "second"):
                began = time.perf_counter()
                counts = score_rows(
                    TaskSpec("arithmetic", {"size": PROBLEMS}), rows, out, engine=engine
                )
                seconds = time.perf_counter() - began
                result[f"{call} call"] = {
                    "seconds": round(seconds, 1), "rows a second": round(given.rows / seconds),
                    "checked": counts.checked, "known": counts.known, "failed": counts.failed,
                    "verdicts": counts.verdicts, "correct": counts.correct,
                }  # fmt: skip
                print(json.dumps(result[f"{call} call"]), flush=True)
    result["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    OUT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    raise SystemExit(not (counts.verdicts == given.rows and counts.correct == correct))


if __name__ == "__main__":
    main()
