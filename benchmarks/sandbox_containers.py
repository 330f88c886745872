"""Code verdicts in containers with an engine's default profile: speed, golds, and attacks.

    DOCKER_HOST=... python benchmarks/sandbox_containers.py [--rounds 3] [--checks 60] [--attacks]

`.ci/engine` starts such an engine. Each container has this machine's Python, this source tree and
its packages, all read-only. Before each container the same verdicts are made at the level
`namespaces` on this machine, so that what else it does meets both alike: `speed` is the CPU time of
a verdict at `namespaces` by that of one in the container, the best of `--rounds` of both; CPU time
is that of all processes, which a busy machine hardly changes. In each container a program also
looks through all files and /proc for the caller's gold. `--attacks` runs the attacks of `assay
doctor --self-check` in each (minutes). Exits 1 where a verdict is wrong, the gold is found, an
attack succeeds, or the speed is below 0.6. Writes results/benchmarks/sandbox_containers.json.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from assay.sandbox.docker import engine, image
from assay.sandbox.interpreter_survey import base_interpreter

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "benchmarks" / "sandbox_containers.json"
LEAST_SPEED = 0.6
SHAPES = {
    "root": ["--user", "0"],
    "uid 1000": ["--user", "1000"],
    "a uid without a passwd entry": ["--user", "54321:54321"],
    "read-only, without /tmp": ["--user", "1000", "--read-only"],
    "read-only, with /tmp": ["--user", "1000", "--read-only", "--tmpfs", "/tmp"],
    "cap-drop ALL, no-new-privileges": [
        "--user", "0", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    ],
    "no /dev/shm": ["--user", "1000", "--ipc", "none"],
    "all of these": [
        "--user", "54321", "--read-only", "--tmpfs", "/tmp", "--ipc", "none", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--pids-limit", "64",
    ],
}  # fmt: skip
VERDICTS = """
import json, os, sys, time
sys.path.insert(0, "/src/assay/benchmarks")
from assay.sandbox import Program, default_sandbox
from sandbox_levels import cpu_seconds, judge
sandbox, checks = default_sandbox(), CHECKS
for _ in range(20):
    judge(sandbox)
best_cpu = best_wall = 1e9
for _ in range(3):
    began, used = time.perf_counter(), cpu_seconds()
    for _ in range(checks):
        judge(sandbox)
    best_cpu = min(best_cpu, 1000 * (cpu_seconds() - used) / checks)
    best_wall = min(best_wall, 1000 * (time.perf_counter() - began) / checks)
look = '''
import os
found = []
for base, folders, files in os.walk("/"):
    for name in files:
        try:
            with open(os.path.join(base, name), "rb") as file:
                if b"the-gold-" + b"of-the-caller" in file.read(1 << 16):
                    found.append(base + "/" + name)
        except OSError:
            pass
for own in ("self", "1", "HARNESS"):
    for way in ("root/gold/gold", "cwd/gold", "environ", "mem"):
        try:
            found.append(str(open(f"/proc/{own}/{way}", "rb").read(64)))
        except OSError:
            pass
print(found)
'''.replace("HARNESS", str(os.getpid()))
found = sandbox.run(Program(look)).stdout.strip()
print(json.dumps({"level": str(sandbox.isolation), "cpu_ms": best_cpu, "wall_ms": best_wall,
                  "golds found": found}))
"""
ATTACKS = """
import json
from assay.sandbox.doctor import self_check
checks = self_check("process", level="landlock")
print(json.dumps([len(checks), [one.name for one in checks if not one.passed]]))
"""


def in_container(shape: list[str], code: str, gold: str, seconds: int = 900) -> Any:
    """Run Python code in a container; what it printed last, as JSON."""
    folders = ("sandbox", "tasks", "harness", "benchmarks")
    mounts = {str(ROOT / name): f"/src/assay/{name}" for name in folders}
    mounts |= {sysconfig.get_path("purelib"): "/site", gold: "/gold", "/usr/lib": "/usr/lib"}
    # The shares are for a busy machine: they say who goes first, not what is allowed.
    command = ["docker", "run", "--rm", "--network", "none", "--cpu-shares", "65536", *shape]
    command += [part for a, b in mounts.items() for part in ("--volume", f"{a}:{b}:ro")]
    command += ["--env", "PYTHONPATH=/src:/site", "--workdir", "/", "--entrypoint"]
    command += [os.path.realpath(base_interpreter()), engine.IMAGE, "-B", "-c", code]
    return said_by(command, seconds)


def here(code: str) -> Any:
    """The same on this machine."""
    text = code.replace("/src/assay/benchmarks", str(ROOT / "benchmarks"))
    return said_by([sys.executable, "-c", text], 900)


def said_by(command: list[str], seconds: int) -> Any:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise SystemExit(done.stdout[-1000:] + done.stderr[-2000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--checks", type=int, default=60)
    parser.add_argument("--attacks", action="store_true")
    options = parser.parse_args()
    if "DOCKER_HOST" not in os.environ:
        raise SystemExit("DOCKER_HOST names no engine: start one with .ci/engine")
    image.build_from_host()
    code = VERDICTS.replace("CHECKS", str(options.checks))
    result: dict[str, Any] = {
        "machine": f"{platform.platform()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}",
        "rounds": options.rounds, "checks": options.checks,
    }  # fmt: skip
    found: dict[str, dict[str, Any]] = {name: {"cpu_ms": 1e9, "wall_ms": 1e9} for name in SHAPES}
    host: dict[str, dict[str, Any]] = {name: {"cpu_ms": 1e9, "wall_ms": 1e9} for name in SHAPES}
    with tempfile.TemporaryDirectory() as gold:
        Path(gold, "gold").write_text("the-gold-of-the-caller")
        Path(gold).chmod(0o755)
        for name, shape in SHAPES.items():
            for _ in range(options.rounds):
                keep_best(host[name], here(code))
                keep_best(found[name], in_container(shape, code, gold))
            if options.attacks:
                count, lost = in_container(shape, ATTACKS, gold)
                found[name] |= {"attacks": count, "attacks that succeed": lost}
            beside = host[name]["cpu_ms"]
            found[name] |= {"namespaces cpu_ms": beside}
            found[name]["speed"] = round(beside / found[name]["cpu_ms"], 2)
            print(name, json.dumps(found[name]), flush=True)
    result["landlock in a container"] = found
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    good = all(
        one["level"] == "landlock" and one["golds found"] == "[]" and one["speed"] >= LEAST_SPEED
        and not one.get("attacks that succeed")
        for one in found.values()
    )  # fmt: skip
    raise SystemExit(not good)


def keep_best(kept: dict[str, Any], said: dict[str, Any]) -> None:
    """Keep the smaller times of the rounds, and what else was said."""
    for name, value in said.items():
        kept[name] = round(min(kept[name], value), 2) if name in ("cpu_ms", "wall_ms") else value


if __name__ == "__main__":
    main()
