"""Compare verdicts of the code suites on an idle machine and under load.

    python benchmarks/code_load.py --data-dir DATA [--busy 2] [--suites humaneval,...]

Verifies reference solutions and known wrong ones of HumanEval, HumanEvalPack, MBPP and
CRUXEval twice: on the machine as it is, and while `--busy` endless processes per core run. Every
verdict must have the same status both times. Writes results/benchmarks/code_load.json.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from assay.sandbox import isolation_in_use
from assay.tasks import load
from data_option import parse_with_data

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "code_load.json"
SUITES = ("humaneval", "humanevalpack", "mbpp", "cruxeval:input")


def verdicts(data_dir: str, workers: int, suites: list[str]) -> dict[str, tuple[str, float | None]]:
    """Status and score of each reference and each known wrong program."""
    found = {}
    for name in suites:
        suite = load(name, data_dir=data_dir)
        for kind, make in (("gold", suite.gold), ("wrong", suite.wrong)):
            pairs = [(problem, text) for problem in suite if (text := make(problem)) is not None]
            problems, texts = [p for p, _ in pairs], [text for _, text in pairs]
            for problem, verdict in zip(
                problems, suite.verify_many(problems, texts, workers), strict=True
            ):
                found[f"{name} {kind} {problem.id}"] = (verdict.status, verdict.score)
    return found


def busy(count: int) -> list[subprocess.Popen[bytes]]:
    """So many processes that do nothing else than use a core."""
    return [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]


def measured(
    data_dir: str, workers: int, suites: list[str]
) -> tuple[dict[str, tuple[str, float | None]], float]:
    """The verdicts and the seconds that they took."""
    started = time.perf_counter()
    found = verdicts(data_dir, workers, suites)
    return found, round(time.perf_counter() - started, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--busy", type=int, default=2, help="busy processes per core")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--suites", default=",".join(SUITES))
    options = parse_with_data(parser)
    suites = options.suites.split(",")
    cores = len(os.sched_getaffinity(0))
    before, quiet_seconds = measured(str(options.data_dir), options.workers, suites)
    load_quiet = os.getloadavg()[0]
    beside = busy(options.busy * cores)
    try:
        after, busy_seconds = measured(str(options.data_dir), options.workers, suites)
    finally:
        for process in beside:
            process.kill()
            process.wait()
    differ = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    report: dict[str, Any] = {
        "machine": {
            "cores": cores,
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        "isolation": isolation_in_use()["backend"],
        "suites": suites,
        "busy_processes": options.busy * cores,
        "load_average_without_them": round(load_quiet, 2),
        "verdicts": len(before),
        "statuses": dict(Counter(status for status, _ in before.values())),
        "seconds": {"without": quiet_seconds, "with": busy_seconds},
        "differ": differ,
    }
    OUT.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
