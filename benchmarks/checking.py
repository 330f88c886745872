"""Measure the checking engine of one machine: start, throughput, processes, and the store.

    python benchmarks/checking.py [--records 10000] [--rounds 3]

Everything is measured in fresh processes. `first code verdict`: from the start of the interpreter
to the first verdict of a program. `math`: 2,048 completions in groups of 8 with the CPU time of all
processes, the engine beside `verify` in this process. `code`: programs a second one at a time and
two at a time, each by `verify` and by the engine. `processes`: what a caller has under it after
checks of all domains; the servers of the sandbox count with their children. `rescore`: a run of
`--records` records, of published benchmarks where `ASSAY_DATA` has them and of generated problems
elsewhere, is scored again twice, the second time from the store.
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
from concurrent.futures import ThreadPoolExecutor
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
    suites = [load(task, size=200) for task in MATH]
    work = "First the terms are collected, $3x+4=2x-7$ being of that kind. " * 6
    while len(jobs) < count:
        suite = rng.choice(suites)
        problem = suite[rng.randrange(200)]
        for _ in range(size):
            answer = problem.answer if rng.random() < 0.5 else suite[rng.randrange(200)].answer
            text = f"<think>\n{work}\n</think>\nThe result is $\\boxed{{{answer}}}$."
            jobs.append(Job(suite.name, text, id=problem.id, options={"size": 200}))
    return jobs


def math_in_process() -> dict[str, float]:
    jobs = groups(2048)
    suites = {task: load(task, size=200) for task in MATH}
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


def code_rates(rounds: int) -> dict[str, float]:
    """Programs a second, the best of several rounds."""
    suite = load("function_synthesis", size=100)
    pairs = [(problem, suite.gold(problem) or "") for problem in suite]
    rates = {}

    def best(name: str, make: Any) -> None:
        make()
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            make()
            times.append(time.perf_counter() - began)
        rates[name] = round(len(pairs) / min(times), 1)

    best("verify, one at a time", lambda: [suite.verify(*pair) for pair in pairs])
    with ThreadPoolExecutor(2) as pool:
        best("verify, two at a time", lambda: list(pool.map(lambda p: suite.verify(*p), pairs)))
    with open_engine(cache=False) as engine:
        best("engine, one at a time", lambda: [engine.begin(suite, *p).result() for p in pairs])
        best("engine, all at once", lambda: engine.verify(suite, *zip(*pairs, strict=True)))
    return rates


def processes() -> dict[str, int]:
    """Processes under a caller after checks of all domains: workers, and the sandbox's."""
    with open_engine(cache=False) as engine:
        jobs = []
        for task in MIX:
            suite = load(task, size=20)
            jobs += [Job(task, suite.gold(p) or "", id=p.id, options={"size": 20}) for p in suite]
        engine.map(jobs)
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
        ours.discard(os.getpid())
        workers = sum("checking.worker" in parents[pid][1] for pid in ours)
    return {"workers": workers, "sandbox": len(ours) - workers, "cores": os.cpu_count() or 1}


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


PARTS = {
    "math in process": math_in_process, "math by the engine": math_by_engine,
    "processes": processes,
}  # fmt: skip


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
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {"assay": version("assay"), "python": platform.python_version()},
    }
    firsts = []
    for _ in range(given.rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST], check=True)
        firsts.append(round(time.perf_counter() - began, 3))
    result["first code verdict"] = {"seconds": min(firsts), "all": firsts}
    for name, part in PARTS.items():
        result[name] = alone(f"{part.__name__}()")
    result["code"] = alone(f"code_rates({given.rounds})")
    result["rescore"] = alone(f"rescored({given.records})")
    print(json.dumps(result, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
