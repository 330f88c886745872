"""Compare the start of `assay --help` with that of an empty typer program, and time an evaluation.

    python benchmarks/command_start.py [--rounds 15]

Whole processes of the same interpreter run alternately. CPU seconds (user and system) are
measured, so that a busy machine does not change them. `assay --help` may take at most twice as
long as the empty program (`floor` in the result). For an evaluation of a served model, the clock
and CPU seconds of the process are read when its first request arrives; that may take 2 seconds.
Writes results/benchmarks/command_start.json.
"""

import argparse
import json
import os
import platform
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peers import versions

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "command_start.json"
FLOOR = 2.0
REQUEST_FLOOR = 2.0
"""Seconds until the first request."""
EMPTY = """
import typer

app = typer.Typer(add_completion=False)


@app.command()
def first() -> None:
    "The first verb."


@app.command()
def second() -> None:
    "The second verb."


app(["--help"])
"""
ASSAY = [sys.executable, "-m", "assay.harness.cli"]
COMMANDS = {
    "empty typer program": [sys.executable, "-c", EMPTY],
    "assay --help": [*ASSAY, "--help"],
    "assay --version": [*ASSAY, "--version"],
    "assay list tasks": [*ASSAY, "list", "tasks"],
    "assay eval --help": [*ASSAY, "eval", "--help"],
}
HELD_TO_THE_FLOOR = ("assay --help", "assay --version")


def cpu_seconds(command: list[str]) -> float:
    """CPU seconds of one process. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_request(tasks: str) -> tuple[float, float]:
    """Seconds and CPU seconds of `assay eval` until its first request has arrived."""
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryDirectory() as out:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        started = time.perf_counter()
        process = subprocess.Popen(
            [*ASSAY, "eval", "--model", "openai/m", "--base-url", url, "--tasks", tasks,
             "--size", "20", "--quiet", "--out", out],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            server.settimeout(120)
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                seconds = time.perf_counter() - started
                after_name = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2]
        finally:
            process.kill()
            process.wait()
    ticks = sum(map(int, after_name.split()[11:15]))  # its own, and of children that have ended
    return seconds, ticks / os.sysconf("SC_CLK_TCK")


def requests_row(rounds: int) -> dict[str, dict[str, float]]:
    """By task: median seconds and CPU seconds until the first request."""
    found = {}
    for tasks in ("arithmetic", "function_synthesis"):
        times = [first_request(tasks) for _ in range(rounds)]
        wall, cpu = (statistics.median(one) for one in zip(*times, strict=True))
        found[tasks] = {"seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)}
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            seconds = cpu_seconds(command)
            if number:  # the first round fills the caches of files
                times[name].append(seconds)
    medians = {name: statistics.median(found) for name, found in times.items()}
    empty = medians["empty typer program"]
    ratios = {name: round(seconds / empty, 2) for name, seconds in medians.items()}
    result = {
        "command": "python benchmarks/command_start.py",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version()} | versions(("assay", "typer")),
        "rounds": rounds,
        "cpu_milliseconds": {name: round(1000 * seconds) for name, seconds in medians.items()},
        "times_the_empty_program": ratios,
        "first_request": (first := requests_row(max(3, rounds // 3))),
        "first_request_floor_seconds": REQUEST_FLOOR,
        "first_request_floor_holds": all(one["seconds"] < REQUEST_FLOOR for one in first.values()),
        "floor": FLOOR,
        "floor_holds": all(ratios[name] <= FLOOR for name in HELD_TO_THE_FLOOR),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
