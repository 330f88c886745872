"""Compare the levels of isolation: what a run and a code verdict cost at each, in one run.

    python benchmarks/sandbox_levels.py [--rounds 40] [--checks 10]

The levels take turns, `--checks` runs each, so that what else the machine does meets both alike.
The wall time of a busy machine says little; CPU time is that of all processes, the servers' and
the programs' included. The result is the speed of `landlock` as a share of that of `namespaces`.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from assay.sandbox import Program, Sandbox, open_sandbox
from assay.sandbox.host_observer import descendants
from assay.tasks.code.verifier import verify_function

RESULTS = Path(__file__).resolve().parents[1] / "results" / "benchmarks"
LEVELS = ("namespaces", "landlock")
COMPLETION = (
    "```python\n"
    "def has_close_elements(numbers, threshold):\n"
    "    for i, a in enumerate(numbers):\n"
    "        for b in numbers[i + 1:]:\n"
    "            if abs(a - b) < threshold:\n"
    "                return True\n"
    "    return False\n"
    "```"
)
TESTS = (
    "def check(candidate):\n"
    "    assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3) == True\n"
    "    assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.05) == False\n"
    "    assert candidate([1.0, 2.0, 5.9, 4.0, 5.0], 0.95) == True\n"
    "    assert candidate([1.0, 2.0, 5.9, 4.0, 5.0], 0.8) == False\n"
)
TICK = os.sysconf("SC_CLK_TCK")


def run_program(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("print(6 * 7)"))
    assert outcome.stdout == "42\n", outcome


def run_with_file(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("open('f', 'w').write('x'); print(42)"))
    assert outcome.stdout == "42\n", outcome


def judge(sandbox: Sandbox) -> None:
    verdict = verify_function(COMPLETION, TESTS, "has_close_elements", sandbox=sandbox)
    assert verdict.correct, verdict


CONTENDERS: dict[str, Callable[[Sandbox], None]] = {
    "a program": run_program,
    "a program that writes a file": run_with_file,
    "a code verdict": judge,
}


def cpu_seconds() -> float:
    """CPU time of this process and all below it, those that have ended included."""
    used = time.process_time()
    for pid in descendants(os.getpid()):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used += sum(map(int, fields[11:15])) / TICK
    return used


def measure(rounds: int, checks: int) -> dict[str, object]:
    boxes = {level: open_sandbox("process", level=level, workers=1) for level in LEVELS}
    found: dict[str, object] = {}
    for name, action in CONTENDERS.items():
        wall: dict[str, list[float]] = {level: [] for level in LEVELS}
        cpu = dict.fromkeys(LEVELS, 0.0)
        for box in boxes.values():
            action(box)
        for number in range(rounds):
            for level in LEVELS if number % 2 else LEVELS[::-1]:
                before = cpu_seconds()
                for _ in range(checks):
                    start = time.perf_counter()
                    action(boxes[level])
                    wall[level].append(time.perf_counter() - start)
                cpu[level] += cpu_seconds() - before
        found[name] = summarize(wall, cpu, rounds * checks)
        print(name, json.dumps(found[name]), flush=True)
    for box in boxes.values():
        box.close()
    return found


def summarize(wall: dict[str, list[float]], cpu: dict[str, float], count: int) -> dict[str, object]:
    """Milliseconds per run, and the speed of landlock as a share of that of namespaces."""
    strong, weak = LEVELS
    median = {level: statistics.median(wall[level]) for level in LEVELS}
    total = {level: sum(wall[level]) for level in LEVELS}
    return {
        **{f"{level} median ms": round(median[level] * 1e3, 2) for level in LEVELS},
        **{f"{level} cpu ms": round(cpu[level] / count * 1e3, 2) for level in LEVELS},
        "speed by median": round(median[strong] / median[weak], 3),
        "speed by total time": round(total[strong] / total[weak], 3),
        "speed by cpu": round(cpu[strong] / cpu[weak], 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--checks", type=int, default=10)
    options = parser.parse_args()
    result = {
        "machine": f"{platform.platform()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}",
        "command": f"python benchmarks/sandbox_levels.py --rounds {options.rounds} "
        f"--checks {options.checks}",
        "results": measure(options.rounds, options.checks),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "sandbox_levels.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
