"""Kill an evaluation with SIGKILL at random moments, resume it, and count lost records.

    python benchmarks/kill_resume.py --kills 60

A run starts small and is killed at random moments; some of the resumes widen it, to more samples,
more problems and more tasks. When it has finished at its full size, its records and its problems
are compared with those of an undisturbed run. New runs are started until the number of kills is
reached. Writes results/benchmarks/kill_resume.json, unless there are fewer than 60 kills.
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
STAGES = (
    ("arithmetic", 1000, 2),
    ("arithmetic", 1000, 4),
    ("arithmetic", 1500, 4),
    ("arithmetic,boolean_circuits", 1500, 4),
)
"""Tasks, problems and samples: each stage is wider than the one before."""


def command(out: Path, run_id: str, stage: int = -1) -> list[str]:
    """The evaluation that is disturbed: an instant model, so that writing never pauses."""
    tasks, limit, samples = STAGES[stage]
    resume = ["--resume"] if (out / "runs" / run_id / "manifest.json").exists() else []
    return [
        sys.executable, "-m", "assay.harness.cli", "eval", "--model", "random", "--tasks", tasks,
        "--difficulty", "3", "--size", "2000", "--limit", str(limit),
        "--samples", str(samples), "--quiet",
        "--out", str(out), "--run-id", run_id, *resume,
    ]  # fmt: skip


def disturb(out: Path, run_id: str, stage: int, rng: random.Random) -> bool:
    """Start or resume the run and kill it at a random moment; whether it was killed.

    Most kills come while records are written, the others while the run starts.
    """
    samples = out / "runs" / run_id / "samples.jsonl"
    before = samples.stat().st_size if samples.exists() else 0
    process = subprocess.Popen(
        command(out, run_id, stage), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    if rng.random() < 0.8:
        while process.poll() is None and not (samples.exists() and samples.stat().st_size > before):
            time.sleep(0.01)
    try:
        _, errors = process.communicate(timeout=rng.uniform(0.0, 1.0))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    if process.returncode != 0:
        raise SystemExit(f"the run failed: {errors.decode()}")
    return False


def lines(out: Path, run_id: str) -> Counter[bytes]:
    """The records and the problems of a run, order aside."""
    folder = out / "runs" / run_id
    return Counter(
        line
        for name in ("samples.jsonl", "problems.jsonl")
        for line in (folder / name).read_bytes().splitlines()
    )


def main() -> None:
    """Kill until there were enough kills; print and store what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    kills = runs = lost = doubled = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        subprocess.run(command(out, "undisturbed"), check=True, stdout=subprocess.DEVNULL)
        expected = lines(out, "undisturbed")
        while kills < given.kills:
            runs += 1
            run_id = f"disturbed-{runs}"
            stage = 0
            while True:
                killed = disturb(out, run_id, stage, rng)
                if not killed and stage == len(STAGES) - 1:
                    break
                kills += killed
                if not killed or rng.random() < 0.4:
                    stage = min(stage + 1, len(STAGES) - 1)
            found = lines(out, run_id)
            lost += sum((expected - found).values())
            doubled += sum((found - expected).values())
            print(f"run {runs}: {kills} kills, {lost} lost, {doubled} doubled", flush=True)
    result = {
        "machine": hardware(),
        "widening_resumes": "up to 3 a run: samples, problems, tasks",
        "records_and_problems_per_run": sum(expected.values()),
        "runs": runs,
        "kills": kills,
        "records_lost": lost,
        "records_doubled_or_different": doubled,
    }
    if given.kills < 60:
        print(json.dumps(result, indent=2))
        sys.exit(1 if lost or doubled else 0)
    target = ROOT / "results" / "benchmarks" / "kill_resume.json"
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    sys.exit(1 if lost or doubled else 0)


if __name__ == "__main__":
    main()
