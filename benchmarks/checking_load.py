"""Compare verdicts on an idle machine with those under load, in threads, after a fork and on Ray.

    python benchmarks/checking_load.py [--jobs 3000] [--busy 8] [--threads 20] [--ways busy ray]

The same jobs of all domains (right, wrong, hostile and slow completions) are checked by the engine
`local` alone, beside `--busy` endless processes, from `--threads` threads at once, and in a child
of a fork; and by the engine `ray` on a cluster of two nodes on this machine. No verdict may differ
in its status or score. Nothing comes from the store. `--ways` picks from busy, threads, fork and
ray. Writes results/benchmarks/checking_load.json.
"""

import argparse
import json
import os
import pickle
import platform
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assay.harness.checking import Engine, Job, open_engine
from assay.harness.checking.engine import close_shared, engine_of
from assay.tasks import load

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "checking_load.json"
TASKS = {
    "math": ("arithmetic", "fractions", "quadratic_equations", "linear_systems", "derivatives"),
    "logic": ("knights_and_knaves", "boolean_circuits", "syllogisms", "countdown"),
    "code": ("function_synthesis", "stdio_tasks"),
}
RELATIONS = (
    ("\\ln x<{a}", "\\boxed{{0<x<e^{{{a}}}}}"),
    ("e^{{x}}={a}", "\\boxed{{x=\\ln {a}}}"),
    ("\\sqrt{{x}}<{a}", "\\boxed{{x<{a}}}"),
    ("\\cos x={a}-{a}", "\\boxed{{\\sin x=1}}"),
)
HOSTILE = ("9^{9^{9^{9}}}", "(" * 20_000, "((((100!)!)!)!)", "\\sqrt{" * 500 + "2" + "}" * 500)
PROGRAMS = (
    "while True:\n    pass\n",
    "x = []\nwhile True:\n    x.append(bytearray(1 << 24))\n",
    "import os\nos._exit(0)\n",
    "raise SystemExit(3)\n",
)
WAYS = ("busy", "threads", "fork", "ray")
Verdicts = list[tuple[str, float | None]]


def chosen(count: int) -> list[Job]:
    """Jobs of all domains, a third each; 2% of them made to hang or fill a checker."""
    rng = random.Random(0)
    jobs: list[Job] = []
    for domain, tasks in TASKS.items():
        share, own = count // len(TASKS), []
        size = share // (2 * len(tasks)) + 1
        for task in tasks:
            suite = load(task, size=size)
            for problem in suite:
                for text in (suite.gold(problem), suite.wrong(problem) or "no idea"):
                    own.append(Job(task, text or "", id=problem.id, options={"size": size}))
        rng.shuffle(own)
        for number in range(max(1, share // 50)):
            job = own[number]
            bad = (f"```python\n{rng.choice(PROGRAMS)}```" if domain == "code"
                   else f"<answer>{rng.choice(HOSTILE)}</answer>")  # fmt: skip
            own[number] = Job(job.task, bad, id=job.id, options=job.options)
        if domain == "math":
            for number in range(share // 20):
                gold, answer = RELATIONS[number % len(RELATIONS)]
                own[-1 - number] = Job(
                    completion=answer.format(a=number + 2), answers=(gold.format(a=number + 2),)
                )
        jobs += own[:share]
    rng.shuffle(jobs)
    return jobs


def made(engine: Engine, jobs: list[Job]) -> Verdicts:
    return [(verdict.status, verdict.score) for verdict in engine.map(jobs)]


def alone(jobs: list[Job]) -> Verdicts:
    with open_engine(cache=False) as engine:
        return made(engine, jobs)


def beside_busy(jobs: list[Job], count: int) -> Verdicts:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        return alone(jobs)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def in_threads(jobs: list[Job], count: int) -> Verdicts:
    found: dict[int, Verdicts] = {}
    with open_engine(cache=False) as engine:

        def work(number: int) -> None:
            found[number] = made(engine, jobs[number::count])

        threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    verdicts: Verdicts = [("", None)] * len(jobs)
    for number, part in found.items():
        verdicts[number::count] = part
    return verdicts


def after_fork(jobs: list[Job]) -> Verdicts:
    os.environ["ASSAY_CACHE"] = "off"
    made(engine_of("local"), jobs[:60])  # the parent's workers and sandbox are warm
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as reply:
            reply.write(pickle.dumps(made(engine_of("local"), jobs)))
        close_shared()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as reply:
        body = reply.read()
    os.waitpid(child, 0)
    close_shared()
    return pickle.loads(body)


def on_ray(jobs: list[Job]) -> Verdicts:
    import ray
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    try:
        with open_engine("ray", address=cluster.address, cache=False) as engine:
            return made(engine, jobs)
    finally:
        ray.shutdown()
        cluster.shutdown()


def main() -> None:
    """Check, compare, print, write; exit 1 when a verdict differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--jobs", type=int, default=3000)
    options.add_argument("--busy", type=int, default=8)
    options.add_argument("--threads", type=int, default=20)
    options.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    jobs = chosen(given.jobs)
    named: dict[str, tuple[str, Callable[[], Verdicts]]] = {
        "busy": (f"beside {given.busy} busy processes", lambda: beside_busy(jobs, given.busy)),
        "threads": (f"in {given.threads} threads", lambda: in_threads(jobs, given.threads)),
        "fork": ("after a fork", lambda: after_fork(jobs)),
        "ray": ("on Ray", lambda: on_ray(jobs)),
    }
    ways = {"alone": lambda: alone(jobs)} | dict(named[name] for name in given.ways)
    found: dict[str, Verdicts] = {}
    seconds: dict[str, float] = {}
    differing: dict[str, list[Any]] = {}
    for name, way in ways.items():
        begun = time.perf_counter()
        found[name] = way()
        seconds[name] = round(time.perf_counter() - begun, 1)
        pairs = zip(jobs, found["alone"], found[name], strict=True)
        differing[name] = [(job.task, job.completion[:60], one, other)
                           for job, one, other in pairs if one != other]  # fmt: skip
        print(f"{name}: {seconds[name]} s, {len(differing[name])} differ", flush=True)
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {"assay": version("assay"), "python": platform.python_version()},
        "jobs": len(jobs),
        "statuses": dict(Counter(status for status, _ in found["alone"]).most_common()),
        "seconds": seconds,
        "differing": {name: len(pairs) for name, pairs in differing.items()},
        "examples": {name: pairs[:5] for name, pairs in differing.items() if pairs},
    }
    print(json.dumps(result, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    sys.exit(any(differing.values()))


if __name__ == "__main__":
    main()
