"""Measure the checking engine of one machine: start, throughput, processes, and the store.

    python benchmarks/checking.py [--records 10000] [--rounds 3] [--parts code rescore]

Everything is measured in fresh processes. `first code verdict`: from the start of the interpreter
to the first verdict of a program. `math`: 2,048 completions in groups of 8 with the CPU time of all
processes, the engine beside `verify` in this process. `code`: programs a second one at a time and
two at a time, each by `verify` and by the engine, on two cores and on one; and the CPU time of a
check in all processes (from a cgroup of version 1), by which two cores bound the rate. `processes`:
what a caller has under it, at the most while checks of all domains are made and at rest after
them; the servers of the sandbox count with their children. `rescore`: a run
of `--records` records, of published benchmarks where `ASSAY_DATA` has them and of generated
problems elsewhere, is scored again twice, the second time from the store.
Writes results/benchmarks/checking.json.
"""

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assay.harness.backends.contract import Sampling
from assay.harness.checking import Job, open_engine
from assay.harness.evaluation import EvalSettings, evaluate
from assay.harness.evaluation.plan import TaskSpec
from assay.harness.results import open_run
from assay.harness.scoring import rescore
from assay.tasks import load

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "checking.json"
MATH = ("arithmetic", "fractions", "quadratic_equations", "polynomials", "linear_equations")
MIX = (*MATH, "knights_and_knaves", "boolean_circuits", "function_synthesis", "stdio_tasks")
PUBLISHED = ("gsm8k", "math500", "humaneval", "mbpp")
REST_SECONDS = 30.0
FIRST = """
from assay.tasks import load
from assay.harness.checking import open_engine
suite = load("function_synthesis")
engine = open_engine(cache=False)
assert engine.begin(suite, suite[0], suite.gold(suite[0])).result().correct
"""


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def groups(count: int, size: int = 8) -> list[Job]:
    """Jobs in groups of completions of one problem, half of them right."""
    rng, jobs = random.Random(1), []
    suites: list[Any] = [load(task) for task in MATH]
    work = "First the terms are collected, $3x+4=2x-7$ being of that kind. " * 6
    while len(jobs) < count:
        suite = rng.choice(suites)
        problem = suite.drawn(rng.randrange(200))
        for _ in range(size):
            named = problem if rng.random() < 0.5 else suite.drawn(rng.randrange(200))
            text = f"<think>\n{work}\n</think>\nThe result is $\\boxed{{{named.answer}}}$."
            jobs.append(Job(suite.name, text, id=problem.id))
    return jobs


def math_in_process() -> dict[str, float]:
    jobs = groups(2048)
    suites = {task: load(task) for task in MATH}
    pairs = [(suites[job.task], suites[job.task].find(job.id or ""), job.completion)
             for job in jobs]  # fmt: skip
    for suite, problem, text in pairs[:100]:
        suite.verify(problem, text)
    began = cpu_seconds()
    for suite, problem, text in pairs:
        suite.verify(problem, text)
    return {"cpu_seconds": round(cpu_seconds() - began, 3)}


def math_by_engine() -> dict[str, float]:
    """The CPU time of everything, with the start of one worker."""
    jobs = groups(2048)
    began, wall = cpu_seconds(), time.perf_counter()
    with open_engine(workers=1, cache=False) as engine:
        engine.map(jobs)
        engine_wall = time.perf_counter() - wall
    return {
        "cpu_seconds_with_start": round(cpu_seconds() - began, 3),
        "wall_seconds_with_start": round(engine_wall, 3), "checked": engine.counts.checked,
    }  # fmt: skip


def code_rates(rounds: int) -> dict[str, Any]:
    """Programs a second, the best of several rounds; and what a check costs."""
    suite = load("function_synthesis", size=100)
    pairs = [(problem, suite.gold(problem) or "") for problem in suite]
    rates: dict[str, Any] = {}
    costs: dict[str, float] = {}
    with accounted() as cpu:

        def best(name: str, make: Callable[[], object]) -> None:
            make()
            times, used = [], []
            for _ in range(rounds):
                began, before = time.perf_counter(), cpu()
                make()
                times.append(time.perf_counter() - began)
                used.append(1000 * (cpu() - before) / len(pairs))
            rates[name] = round(len(pairs) / min(times), 1)
            costs[name] = round(min(used), 2)

        def one() -> None:
            for pair in pairs:
                suite.verify(*pair)

        def two() -> None:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda pair: suite.verify(*pair), pairs))

        best("verify, one at a time", one)
        best("verify, two at a time", two)
        with open_engine(cache=False) as engine:
            best("engine, one at a time", lambda: [engine.begin(suite, *p).result() for p in pairs])
            best("engine, all at once", lambda: engine.verify(suite, *zip(*pairs, strict=True)))
    first, second = rates["verify, one at a time"], rates["verify, two at a time"]
    rates["two at a time by one"] = round(second / first, 2)
    rates["cpu milliseconds"] = costs
    return rates


def code_rate_on_one_core(rounds: int) -> float:
    """Programs a second, one at a time, where every process shares one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rate = code_rates(rounds)["verify, one at a time"]
    assert isinstance(rate, float)
    return rate


@contextmanager
def accounted() -> Iterator[Callable[[], float]]:
    """A function that says the CPU seconds of this process and all below it, in a cgroup of v1."""
    place = Path(f"/sys/fs/cgroup/cpuacct/assay-benchmark-{os.getpid()}")
    try:
        place.mkdir()
        (place / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        yield lambda: float("nan")
        return
    yield lambda: int((place / "cpuacct.usage").read_text()) / 1e9


def below() -> list[str]:
    """The commands of all processes under this one."""
    parents: dict[int, tuple[int, str]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text().rpartition(")")[2].split()
            command = (place / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        parents[int(place.name)] = (int(stat[1]), command)
    ours, found = {os.getpid()}, True
    while found:
        found = {pid for pid, (up, _) in parents.items() if up in ours} - ours
        ours |= found
    return [parents[pid][1] for pid in ours - {os.getpid()}]


def counted(commands: list[str]) -> dict[str, int]:
    workers = sum("checking.worker" in command for command in commands)
    return {"all": len(commands), "workers": workers, "sandbox": len(commands) - workers}


def processes() -> dict[str, Any]:
    """Processes under a caller: workers, and the sandbox's with the programs that run."""
    most: list[str] = []
    with open_engine(cache=False) as engine:
        jobs = []
        for task in MIX:
            suite = load(task, size=20)
            jobs += [Job(task, suite.gold(p) or "", id=p.id, options={"size": 20}) for p in suite]
        futures = [engine.submit(job) for job in jobs]
        while not all(future.done() for future in futures):
            most = max(most, below(), key=len)
            time.sleep(0.05)
        until = time.monotonic() + REST_SECONDS
        while len(rest := below()) > (os.cpu_count() or 1) + 2 and time.monotonic() < until:
            time.sleep(0.1)
    return {
        "at work": counted(most), "at rest": counted(rest),
        "seconds until rest": round(REST_SECONDS - (until - time.monotonic()), 1),
        "cores": os.cpu_count() or 1,
    }  # fmt: skip


def rescored(records: int) -> dict[str, Any]:
    """Seconds of scoring a run again, without and with what the store has."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSAY_CACHE"] = f"{folder}/cache"
        if os.environ.get("ASSAY_DATA"):
            specs = [TaskSpec(task) for task in PUBLISHED]
            samples = records // sum(len(spec.load()) for spec in specs) + 1
        else:
            share = records // len(MIX) + 1
            specs, samples = [TaskSpec(task, {"size": share}) for task in MIX], 1
        settings = EvalSettings(
            out=folder, run_id="one", progress=False, cache=False, samples=samples,
            sampling=Sampling(temperature=1.0),
        )  # fmt: skip
        evaluate("random", specs, settings=settings)
        seconds = []
        for _ in range(2):
            began = time.perf_counter()
            with open_engine() as engine:
                run = rescore(open_run("one", folder), progress=False, engine=engine).run
            seconds.append(time.perf_counter() - began)
        noted = run.folder.manifest()["engine"]
        count = sum(1 for _ in run.folder.samples())
    return {
        "records": count, "tasks": [spec.name for spec in specs],
        "first_seconds": round(seconds[0], 2),
        "second_seconds": round(seconds[1], 2), "times": round(seconds[0] / seconds[1], 1),
        "engine": noted,
    }  # fmt: skip


PARTS = ("first", "math", "processes", "code", "rescore")


def alone(expression: str) -> Any:
    """What a function of this file returns in a process of its own."""
    code = f"import json, checking; print(json.dumps(checking.{expression}))"
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=here
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {"assay": version("assay"), "python": platform.python_version()},
    }
    rounds = given.rounds
    if "first" in given.parts:
        firsts = []
        for _ in range(rounds):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", FIRST], check=True)
            firsts.append(round(time.perf_counter() - began, 3))
        result["first code verdict"] = {"seconds": min(firsts), "all": firsts}
    if "math" in given.parts:
        result["math in process"] = alone("math_in_process()")
        result["math by the engine"] = alone("math_by_engine()")
    if "processes" in given.parts:
        result["processes"] = alone("processes()")
    if "code" in given.parts:
        result["code"] = alone(f"code_rates({rounds})")
        result["code"]["one at a time on one core"] = alone(f"code_rate_on_one_core({rounds})")
    if "rescore" in given.parts:
        result["rescore"] = alone(f"rescored({given.records})")
    print(json.dumps(result, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
