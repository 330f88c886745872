"""Compare the engine on a simulated Ray cluster with the local one, and kill nodes while it works.

    python benchmarks/checking_ray.py [--math 20000] [--code 2000] [--logic 5000] [--kills 20]

Starts a cluster of three nodes on this machine (`ray.cluster_utils.Cluster`), of one CPU each. The
verdicts of all jobs must equal those of the engine `local` in status and score. Then a node is
killed at a random moment, `--kills` times, each time with `--kill-jobs` math jobs under way and a
new node in its place afterwards: every job must get one verdict, and the right one. Two ratios are
measured on the math jobs, each the best of `--rounds`: the time of a cluster with one node of as
many CPUs as this machine has cores to that of `local` (the overhead of Ray), and of one node of
one CPU to two of them (needs two idle cores). Writes results/benchmarks/checking_ray.json.
"""

import argparse
import itertools
import json
import os
import platform
import random
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ray
from assay.harness.checking import Engine, Job, open_engine
from assay.tasks import load
from ray.cluster_utils import Cluster

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "checking_ray.json"
TASKS = {
    "math": ("arithmetic", "fractions", "quadratic_equations", "polynomials", "modular"),
    "code": ("function_synthesis", "stdio_tasks"),
    "logic": ("knights_and_knaves", "boolean_circuits", "syllogisms"),
}


def jobs_of(domain: str, count: int) -> list[Job]:
    """Different jobs of a domain, half of them right."""
    tasks = TASKS[domain]
    jobs: list[Job] = []
    for number, task in enumerate(tasks):
        share = count // len(tasks) + (number < count % len(tasks))
        suite = load(task, size=max(1, share // 2 + 1))
        texts = ((problem, text) for problem in suite
                 for text in (suite.gold(problem), suite.wrong(problem) or "no idea"))  # fmt: skip
        for problem, text in itertools.islice(texts, share):
            jobs.append(Job(task, text, id=problem.id, options={"size": len(suite)}))
    return jobs


def started(cpus: list[int]) -> tuple[Cluster, list[Any]]:
    """A cluster of nodes with so many CPUs, beside a head without any."""
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False}
    )
    nodes = [cluster.add_node(num_cpus=count) for count in cpus]
    cluster.wait_for_nodes()
    return cluster, nodes


def verdicts_of(engine: Engine, jobs: list[Job]) -> list[tuple[str, float | None]]:
    return [(verdict.status, verdict.score) for verdict in engine.map(jobs)]


def timed(engine: Engine, jobs: list[Job], rounds: int) -> float:
    """The best time of several rounds, after one that warms up."""
    engine.map(jobs)
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        engine.map(jobs)
        best = min(best, time.perf_counter() - begun)
    return best


def equal_and_killed(given: argparse.Namespace, expected: dict[str, list], jobs: dict) -> dict:
    """Verdicts on three nodes, then with nodes killed."""
    rng = random.Random(0)
    cluster, nodes = started([1, 1, 1])
    result: dict[str, Any] = {"differing": 0, "killed": 0, "lost_or_wrong": 0}
    try:
        with open_engine("ray", address=cluster.address, cache=False) as engine:
            begun = time.perf_counter()
            for domain in TASKS:
                found = verdicts_of(engine, jobs[domain])
                pairs = zip(found, expected[domain], strict=True)
                result["differing"] += sum(one != other for one, other in pairs)
            result["seconds"] = round(time.perf_counter() - begun, 1)
            batch, known = jobs["math"][: given.kill_jobs], expected["math"][: given.kill_jobs]
            for _ in range(given.kills):
                futures = [engine.submit(job) for job in batch]
                time.sleep(rng.uniform(0, 1.0))
                cluster.remove_node(nodes.pop(rng.randrange(len(nodes))), allow_graceful=False)
                nodes.append(cluster.add_node(num_cpus=1))
                found = [future.result(300) for future in futures]
                pairs = zip(found, known, strict=True)
                result["lost_or_wrong"] += sum((v.status, v.score) != k for v, k in pairs)
                result["killed"] += 1
    finally:
        ray.shutdown()
        cluster.shutdown()
    return result


def seconds_on(cpus: list[int], jobs: list[Job], rounds: int) -> float:
    cluster, _ = started(cpus)
    try:
        with open_engine("ray", address=cluster.address, cache=False) as engine:
            return timed(engine, jobs, rounds)
    finally:
        ray.shutdown()
        cluster.shutdown()


def main() -> None:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--math", type=int, default=20_000)
    options.add_argument("--code", type=int, default=2_000)
    options.add_argument("--logic", type=int, default=5_000)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--kill-jobs", type=int, default=3_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--skip-times", action="store_true", help="only equality and kills")
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    jobs = {domain: jobs_of(domain, getattr(given, domain)) for domain in TASKS}
    with open_engine("local", cache=False) as engine:
        expected = {domain: verdicts_of(engine, jobs[domain]) for domain in TASKS}
        local = None if given.skip_times else timed(engine, jobs["math"], given.rounds)
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {p: version(p) for p in ("assay", "ray")},
        "jobs": {domain: len(jobs[domain]) for domain in TASKS},
        "three nodes": equal_and_killed(given, expected, jobs),
    }
    if local is not None:
        whole = seconds_on([os.cpu_count() or 1], jobs["math"], given.rounds)
        one = seconds_on([1], jobs["math"], given.rounds)
        two = seconds_on([1, 1], jobs["math"], given.rounds)
        result["overhead"] = round(whole / local, 3)
        result["two_nodes_times_one"] = round(one / two, 2)
        result["math_seconds"] = {
            "local": round(local, 3), "one node": round(whole, 3),
            "one node of one CPU": round(one, 3), "two nodes of one CPU": round(two, 3),
        }  # fmt: skip
    print(json.dumps(result, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
