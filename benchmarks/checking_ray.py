"""Compare the engine on a simulated Ray cluster with the local one, and kill nodes while it works.

    python benchmarks/checking_ray.py [--parts equal kills times nodes] [--seconds 200]

Every cluster is made by `ray.cluster_utils.Cluster` on this machine. `equal`: on three nodes of one
CPU, the verdicts of `--math`, `--code` and `--logic` jobs must equal those of the engine `local` in
status and score. `kills`: a node is killed at a random moment, `--kills` times, each time with
`--kill-jobs` jobs of all domains under way and a new node in its place afterwards; every job must
get one verdict, and the right one. `times`, which needs idle cores: `overhead`, the time of math
jobs on one node of as many CPUs as the machine has cores, by that of `local` in the rounds between;
and `two_nodes_times_one`, the time on one node of one CPU by that on two (the machine should have
a core for the driver too). Each is the best of `--rounds`; `cpu_milliseconds` is what one check
takes in all processes together, which load does not change. `nodes`: one node of one CPU beside
two, where everything of a node runs on a core of its own and the caller on all of them, with code
jobs, math jobs, and a tenth of the mix of `equal`. As the caller has no core of its own, two nodes
can be no faster than `ceiling` times one, which is two cores by the CPU time of a job in caller and
node, over one core by that in the node. `--first` puts all processes before those of other programs
(SCHED_RR), which makes a busy machine idle for as long.

What is done is kept in the output file, and a later call goes on from there; it stops in time for
`--seconds`. `--anew` begins again. Writes results/benchmarks/checking_ray.json.
"""

import argparse
import itertools
import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
CHUNK = {"math": 2000, "code": 250, "logic": 1000}
"""Jobs that are compared, and noted, at a time."""
KILL_MIX = {"math": 0.8, "code": 0.04, "logic": 0.16}
_ACCOUNTS = Path("/sys/fs/cgroup/cpuacct")


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


@contextmanager
def cluster_of(cpus: list[int]) -> Iterator[tuple[Cluster, list[Any]]]:
    """A cluster of nodes with so many CPUs, beside a head without any."""
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False}
    )
    try:
        nodes = [cluster.add_node(num_cpus=count) for count in cpus]
        cluster.wait_for_nodes()
        yield cluster, nodes
    finally:
        ray.shutdown()
        cluster.shutdown()


def verdicts_of(engine: Engine, jobs: list[Job]) -> list[tuple[str, float | None]]:
    return [(verdict.status, verdict.score) for verdict in engine.map(jobs)]


class Work:
    """What has been done so far, in a file, and how much time is left."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given, self.path = given, given.out
        self._until = time.monotonic() + given.seconds
        plan = {name: getattr(given, name) for name in ("math", "code", "logic", "kills")}
        self.result: dict[str, Any] = {}
        if self.path.exists() and not given.anew:
            self.result = json.loads(self.path.read_text())
        if self.result.get("plan") != plan:
            self.result = {"plan": plan}
        load = os.getloadavg()[0]
        self.result["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}"
        self.result["versions"] = {name: version(name) for name in ("assay", "ray")}

    def time_left(self, needed: float) -> bool:
        """Whether a step of so many seconds still fits."""
        return time.monotonic() + needed < self._until

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.result, indent=1) + "\n", "utf-8")


def equal(work: Work) -> None:
    """Compare three nodes with `local`, a chunk at a time."""
    done = work.result.setdefault("equal", {"compared": {}, "differing": 0, "examples": []})
    left = [domain for domain in TASKS
            if done["compared"].get(domain, 0) < getattr(work.given, domain)]  # fmt: skip
    if not left:
        return
    with (
        cluster_of([1, 1, 1]) as (cluster, _),
        open_engine("local", cache=False) as local,
        open_engine("ray", address=cluster.address, cache=False) as engine,
    ):
        for domain in left:
            jobs, took = jobs_of(domain, getattr(work.given, domain)), 0.0
            while (at := done["compared"].get(domain, 0)) < len(jobs):
                if not work.time_left(1.5 * took + 5):
                    return
                begun = time.monotonic()
                chunk = jobs[at : at + CHUNK[domain]]
                pairs = zip(chunk, verdicts_of(local, chunk), verdicts_of(engine, chunk),
                            strict=True)  # fmt: skip
                differing = [(job.task, job.id, here, there) for job, here, there in pairs
                             if here != there]  # fmt: skip
                done["differing"] += len(differing)
                done["examples"] = (done["examples"] + differing)[:10]
                done["compared"][domain] = at + len(chunk)
                took = time.monotonic() - begun
                work.save()


def kills(work: Work) -> None:
    """Kill nodes while jobs are under way."""
    fresh = {"killed": 0, "jobs_each": 0, "lost_or_wrong": 0, "checker_errors": 0, "seconds": []}
    done = work.result.setdefault("kills", fresh)
    if done["killed"] >= work.given.kills:
        return
    rng = random.Random(done["killed"])
    batch = [job for domain, share in KILL_MIX.items()
             for job in jobs_of(domain, int(work.given.kill_jobs * share))]  # fmt: skip
    rng.shuffle(batch)
    done["jobs_each"] = len(batch)
    with open_engine("local", cache=False) as local:
        begun = time.monotonic()
        known = verdicts_of(local, batch)
        longest = time.monotonic() - begun
    with (
        cluster_of([1, 1, 1]) as (cluster, nodes),
        open_engine("ray", address=cluster.address, cache=False) as engine,
    ):
        took = 0.0
        while done["killed"] < work.given.kills and work.time_left(1.5 * took + 15):
            begun = time.monotonic()
            futures = [engine.submit(job) for job in batch]
            time.sleep(rng.uniform(0, longest))
            cluster.remove_node(nodes.pop(rng.randrange(len(nodes))), allow_graceful=False)
            nodes.append(cluster.add_node(num_cpus=1))
            found = [future.result(300) for future in futures]
            pairs = zip(found, known, strict=True)
            done["lost_or_wrong"] += sum((one.status, one.score) != ours for one, ours in pairs)
            done["checker_errors"] += sum(one.score is None for one in found)
            done["killed"] += 1
            took = time.monotonic() - begun
            done["seconds"].append(round(took, 1))
            work.save()


@contextmanager
def accounted() -> Iterator[Callable[[], float]]:
    """A function that says the CPU seconds of this process and all below it, in a cgroup of v1."""
    place = _ACCOUNTS / f"assay-benchmark-{os.getpid()}"
    try:
        place.mkdir()
        (place / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        yield lambda: float("nan")
        return
    try:
        yield lambda: int((place / "cpuacct.usage").read_text()) / 1e9
    finally:
        with suppress(OSError):
            (_ACCOUNTS / "cgroup.procs").write_text(str(os.getpid()))
            place.rmdir()


def times(work: Work) -> None:
    """Time the cluster beside `local`, and two nodes beside one."""
    if "two_nodes_times_one" in work.result or not work.time_left(60):
        return
    jobs = jobs_of("math", work.given.time_jobs)
    walls: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    with accounted() as cpu:

        def measure(name: str, engine: Engine) -> None:
            begun, used = time.perf_counter(), cpu()
            engine.map(jobs)
            walls.setdefault(name, []).append(time.perf_counter() - begun)
            costs.setdefault(name, []).append((cpu() - used) * 1000 / len(jobs))

        with (
            cluster_of([os.cpu_count() or 1]) as (cluster, _),
            open_engine("local", cache=False) as local,
            open_engine("ray", address=cluster.address, cache=False) as engine,
        ):
            for one in (local, engine):
                one.map(jobs)
            for _ in range(work.given.rounds):
                measure("local", local)
                measure("one node", engine)
        for name, cpus in (("one node of one CPU", [1]), ("two nodes of one CPU", [1, 1])):
            with (
                cluster_of(cpus) as (cluster, _),
                open_engine("ray", address=cluster.address, cache=False) as engine,
            ):
                engine.map(jobs)
                for _ in range(work.given.rounds):
                    measure(name, engine)
    best = {name: min(seconds) for name, seconds in walls.items()}
    work.result["overhead"] = round(best["one node"] / best["local"], 3)
    one, two = best["one node of one CPU"], best["two nodes of one CPU"]
    work.result["two_nodes_times_one"] = round(one / two, 2)
    work.result["times"] = {
        "jobs": len(jobs),
        "seconds": {name: [round(one, 3) for one in all_] for name, all_ in walls.items()},
        "cpu_milliseconds": {name: round(min(all_), 3) for name, all_ in costs.items()},
    }
    work.save()


def nodes(work: Work) -> None:
    """Time one pinned node beside two."""
    if "nodes" in work.result or not work.time_left(60):
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        work.result["nodes"] = "not measured: one core"
        return
    found: dict[str, Any] = {}
    counts = {"code": work.given.node_code_jobs, "math": work.given.time_jobs}
    jobs = {domain: jobs_of(domain, count) for domain, count in counts.items()}
    shares = {domain: getattr(work.given, domain) // 10 for domain in TASKS}
    jobs["mix"] = [job for domain, count in shares.items() for job in jobs_of(domain, count)]
    with accounted() as cpu:
        for name, used in (("one", cores[:1]), ("two", cores[:2])):
            with (
                pinned_nodes(used) as address,
                open_engine("ray", address=address, cache=False) as engine,
            ):
                for domain, list_ in jobs.items():
                    engine.map(list_)
                    figures = []
                    for _ in range(work.given.rounds):
                        begun, all_, own = time.perf_counter(), cpu(), time.process_time()
                        engine.map(list_)
                        figures.append((
                            time.perf_counter() - begun,
                            (cpu() - all_) * 1000 / len(list_),
                            (time.process_time() - own) * 1000 / len(list_),
                        ))  # fmt: skip
                    found.setdefault(domain, {"jobs": len(list_)})[name] = figures
    for one in found.values():
        wall = {name: min(figures[0] for figures in one[name]) for name in ("one", "two")}
        cost, own = (min(figures[at] for figures in one["one"]) for at in (1, 2))
        one |= {
            "seconds": {name: [round(f[0], 3) for f in one.pop(name)] for name in ("one", "two")},
            "two nodes by one": round(wall["one"] / wall["two"], 2),
            "cpu milliseconds of a job": {"caller": round(own, 3), "node": round(cost - own, 3)},
            "ceiling": round(2 * (cost - own) / cost, 2),
        }
    work.result["nodes"] = found
    work.save()


@contextmanager
def pinned_nodes(cores: list[int]) -> Iterator[str]:
    """A cluster with a node of one CPU on each of these cores; its address."""
    everywhere = os.sched_getaffinity(0)
    with cluster_of([]) as (cluster, _):
        for core in cores:
            os.sched_setaffinity(0, {core})  # which what the node starts inherits
            cluster.add_node(num_cpus=1)
        os.sched_setaffinity(0, everywhere)
        cluster.wait_for_nodes()
        yield cluster.address


PARTS = {"equal": equal, "kills": kills, "times": times, "nodes": nodes}


def main() -> None:
    """Do what is left, print, write; exit 1 when a verdict is lost or differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    options.add_argument("--seconds", type=float, default=3600)
    options.add_argument("--math", type=int, default=20_000)
    options.add_argument("--code", type=int, default=2_000)
    options.add_argument("--logic", type=int, default=5_000)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--kill-jobs", type=int, default=3_000)
    options.add_argument("--time-jobs", type=int, default=6_000)
    options.add_argument("--node-code-jobs", type=int, default=400)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--first", action="store_true", help="before other processes")
    options.add_argument("--anew", action="store_true", help="forget what has been done")
    options.add_argument("--out", type=Path, default=OUT)
    work = Work(options.parse_args())
    if work.given.first:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    for name in work.given.parts:
        PARTS[name](work)
    work.save()
    print(json.dumps(work.result, indent=1))
    bad = work.result.get("equal", {}).get("differing", 0)
    raise SystemExit(bool(bad + work.result.get("kills", {}).get("lost_or_wrong", 0)))


if __name__ == "__main__":
    main()
