"""Compare verdicts of the math verifier on an idle machine and beside busy processes.

    python benchmarks/math_load.py [--cases 2000] [--busy 8]

Judges the same labelled cases twice, each time in a new process whose workers start cold: on the
machine as it is, and while `--busy` endless processes run. All relations among the cases are
included, since only relations reach the worker, and more relations are derived from them. No
verdict may differ in its status. Writes results/benchmarks/math_load.json.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
OUT = _ROOT / "results" / "benchmarks" / "math_load.json"
_CASES = _ROOT / "tests" / "tasks" / "math_verifier"
_HARD = (
    ("e^{{x}}={a}", "x=\\ln {a}"),
    ("\\ln x<{a}", "0<x<e^{{{a}}}"),
    ("\\ln x<{a}", "x<e^{{{a}}}"),
    ("y^2={a}x", "y=\\sqrt{{{a}x}}"),
    ("\\sqrt{{x}}<{a}", "[0,{square})"),
    ("\\sqrt{{x}}<{a}", "x<{square}"),
    ("2^x>{a}", "x>\\log_2 {a}"),
    ("\\frac{{x}}{{y}}+\\frac{{y}}{{x}}={a}", "x^2+y^2={a}xy"),
    ("\\cos x={a}-{a}", "\\sin x=1"),
    ("y=\\frac{{{a}}}{{x-1}}", "xy=y+{a}"),
)
"""Pairs for the symbolic stage, to be filled with a number."""


def chosen(count: int) -> list[tuple[str, str]]:
    """(gold, completion): the relations first, then others at random, the same every time."""
    lines = (_CASES / "cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    relations = [one for one in cases if one["kind"] in ("equation", "inequality")]
    others = [one for one in cases if one["kind"] not in ("equation", "inequality")]
    random.Random(5).shuffle(others)
    hard = [
        tuple(text.format(a=number, square=number * number) for text in pair)
        for number in range(2, 2 + count // 40)
        for pair in _HARD
    ]
    pairs = [(gold, f"\\boxed{{{answer}}}") for gold, answer in hard]
    for one in relations + others:
        completion = one["completion"] if "completion" in one else f"\\boxed{{{one['answer']}}}"
        pairs.append((one["gold"], completion))
    return pairs[:count]


def judge(count: int) -> dict[str, Any]:
    """The statuses, and what the verdicts took, in this process."""
    from assay.tasks.math.verifier import verify_math

    found, times, stages = [], [], Counter[str]()
    for gold, completion in chosen(count):
        before = time.perf_counter()
        verdict = verify_math(gold, completion)
        times.append(time.perf_counter() - before)
        found.append(verdict.status)
        stages[str(verdict.meta.get("stage"))] += 1
    times.sort()
    return {
        "statuses": found,
        "symbolic": stages["algebra"],
        "seconds": round(sum(times), 1),
        "slowest_s": round(times[-1], 2),
        "p99_ms": round(1000 * times[int(0.99 * len(times))], 1),
    }


def in_a_process(count: int) -> dict[str, Any]:
    """`judge` in a new interpreter."""
    command = [sys.executable, __file__, "--judge", "--cases", str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure both ways, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--busy", type=int, default=8, help="busy processes")
    parser.add_argument("--judge", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.judge:
        print(json.dumps(judge(options.cases)))
        return
    load = round(os.getloadavg()[0], 1)
    quiet = in_a_process(options.cases)
    beside = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.busy)
    ]
    try:
        busy = in_a_process(options.cases)
    finally:
        for process in beside:
            process.kill()
            process.wait()
    before, after = quiet.pop("statuses"), busy.pop("statuses")
    both = zip(chosen(options.cases), before, after, strict=True)
    differ = [[*pair, one, other] for pair, one, other in both if one != other]
    report = {
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        "versions": {one: importlib.metadata.version(one) for one in ("python-flint", "sympy")},
        "busy_processes": options.busy,
        "load_average_without_them": load,
        "verdicts": len(before),
        "statuses": dict(Counter(before)),
        "without": quiet,
        "with": busy,
        "differ": differ,
    }
    OUT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=1, ensure_ascii=False))
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
