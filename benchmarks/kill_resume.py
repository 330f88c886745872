"""Kill an evaluation with SIGKILL at random moments, resume it, and count lost records.

    python benchmarks/kill_resume.py --kills 60

A run is killed and resumed until it finishes; its records are then compared with those of an
undisturbed run. New runs are started until the number of kills is reached. Writes
results/benchmarks/kill_resume.json.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from assay.harness.evaluation import hardware

ROOT = Path(__file__).resolve().parents[1]
TASKS = "arithmetic,boolean_circuits"
SIZE, SAMPLES = 1500, 4


def command(out: Path, run_id: str) -> list[str]:
    """The evaluation that is disturbed: an instant model, so that writing never pauses."""
    resume = ["--resume"] if (out / "runs" / run_id / "manifest.json").exists() else []
    return [
        sys.executable, "-m", "assay.harness.cli", "eval", "--model", "random", "--tasks", TASKS,
        "--difficulty", "1", "--size", str(SIZE), "--samples", str(SAMPLES), "--quiet",
        "--out", str(out), "--run-id", run_id, *resume,
    ]  # fmt: skip


def disturb(out: Path, run_id: str, rng: random.Random, patience: float) -> bool:
    """Start or resume the run and kill it after a random time; whether it was killed."""
    process = subprocess.Popen(
        command(out, run_id), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        _, errors = process.communicate(timeout=rng.uniform(0.3, patience))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    if process.returncode != 0:
        raise SystemExit(f"the run failed: {errors.decode()}")
    return False


def lines(out: Path, run_id: str) -> Counter[bytes]:
    """The records of a run, order aside."""
    return Counter((out / "runs" / run_id / "samples.jsonl").read_bytes().splitlines())


def main() -> None:
    """Kill until there were enough kills; print and store what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    kills = runs = lost = doubled = during = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        started = time.perf_counter()
        subprocess.run(command(out, "undisturbed"), check=True, stdout=subprocess.DEVNULL)
        patience = 1.1 * (time.perf_counter() - started)
        expected = lines(out, "undisturbed")
        while kills < given.kills:
            runs += 1
            run_id = f"disturbed-{runs}"
            while disturb(out, run_id, rng, patience):
                kills += 1
                samples = out / "runs" / run_id / "samples.jsonl"
                during += samples.exists() and samples.stat().st_size > 0
            found = lines(out, run_id)
            lost += sum((expected - found).values())
            doubled += sum((found - expected).values())
            print(f"run {runs}: {kills} kills, {lost} lost, {doubled} doubled", flush=True)
    result = {
        "machine": hardware(),
        "records_per_run": sum(expected.values()),
        "runs": runs,
        "kills": kills,
        "kills_with_records_written": during,
        "records_lost": lost,
        "records_doubled_or_different": doubled,
    }
    target = ROOT / "results" / "benchmarks" / "kill_resume.json"
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    sys.exit(1 if lost or doubled else 0)


if __name__ == "__main__":
    main()
