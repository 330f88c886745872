"""Measure the checking engine of one machine: start, throughput, processes, and the store.

    python benchmarks/checking.py [--records 10000] [--rounds 3] [--parts code rescore]

Everything is measured in fresh processes. `first code verdict`: from the start of the interpreter
to the first verdict of a program. `math`: 2,048 completions in groups of 8 with the CPU time of all
processes, the engine beside `verify` in this process. `code`: programs a second one at a time and
two at a time, each by `verify` and by the engine, on two cores and on one; the CPU time of a check
in all processes (from a cgroup of version 1), by which two cores bound the rate; and how many cores
were in use. `--awake` puts all of it before other processes and keeps the cores from sleeping: it
shows what the checks cost, without what else the machine does and what a core takes to wake up.
`processes`: what a caller has under it, at the most while checks of all domains, and of code alone,
are made and at rest after them. Workers, fork servers and their zygotes outlive a check; a program
under check, its init and the child made ready for the next program do not. `rescore`: a run
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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assay.harness.backends.contract import Sampling
from assay.harness.checking import Job, open_engine
from assay.harness.evaluation import EvalSettings, evaluate
from assay.harness.evaluation.plan import TaskSpec
from assay.harness.results import open_run
from assay.harness.scoring import rescore
from assay.tasks import Problem, load

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "checking.json"
MATH = ("arithmetic", "fractions", "quadratic_equations", "polynomials", "linear_equations")
CODE = ("function_synthesis", "stdio_tasks")
MIX = (*MATH, "knights_and_knaves", "boolean_circuits", *CODE)
PUBLISHED = ("gsm8k", "math500", "humaneval", "mbpp")
REST_SECONDS = 30.0
FIRST = """
from assay.tasks import Problem, load
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


def code_rates(rounds: int, awake: bool) -> dict[str, Any]:
    """Programs a second, the best of several rounds; what a check costs, and the cores in use.

    With `awake` these processes come before all others and no core sleeps.
    """
    if awake:
        stay_awake()
    suite = load("function_synthesis", size=100)
    pairs = [(problem, suite.gold(problem) or "") for problem in suite]
    rates: dict[str, float] = {}
    costs: dict[str, float] = {}
    cores: dict[str, float] = {}
    with accounted() as cpu:

        def best(name: str, make: Callable[[], object]) -> None:
            make()
            rounds_: list[tuple[float, float]] = []
            for _ in range(rounds):
                began, before = time.perf_counter(), cpu()
                make()
                rounds_.append((time.perf_counter() - began, cpu() - before))
            wall, used = min(rounds_)
            rates[name] = round(len(pairs) / wall, 1)
            costs[name] = round(1000 * min(used for _, used in rounds_) / len(pairs), 2)
            cores[name] = round(used / wall, 2)

        def by_two(verify: Callable[..., object]) -> None:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda pair: verify(*pair), pairs))

        best("verify, one at a time", lambda: [suite.verify(*pair) for pair in pairs])
        best("verify, two at a time", lambda: by_two(suite.verify))
        with open_engine(cache=False) as engine:

            def check(problem: Problem, text: str) -> None:
                engine.begin(suite, problem, text).result()

            best("engine, one at a time", lambda: [check(*pair) for pair in pairs])
            best("engine, two at a time", lambda: by_two(check))
            best("engine, all at once", lambda: engine.verify(suite, *zip(*pairs, strict=True)))
    one, two = rates["engine, one at a time"], rates["engine, two at a time"]
    cost = costs["engine, two at a time"]
    return {
        "checks a second": rates, "cpu milliseconds of a check": costs, "cores in use": cores,
        "two at a time by one": round(two / one, 2),
        "two cores by the cost of a check": round(2000 / cost, 1),
    }  # fmt: skip


def stay_awake() -> None:
    """Put this process and those it starts before all others, and let no core sleep.

    A core of a virtual machine takes long to wake up, and one check at a time wakes it ten times.
    The processes that keep the cores awake get nothing where anybody else wants to run.
    """
    for core in os.sched_getaffinity(0):
        if os.fork() == 0:
            parent = os.getppid()
            os.closerange(0, 3)  # whoever reads the results does not wait for it
            os.sched_setaffinity(0, {core})
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            while os.getppid() == parent:
                pass
            os._exit(0)
    come_first()


def come_first() -> None:
    """Put this process and those it starts before all others."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def code_rates_on_one_core(rounds: int, awake: bool) -> dict[str, Any]:
    """The same where every process shares one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return code_rates(rounds, awake)


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


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """A process under the caller."""

    parent: int
    command: str
    namespaces: int
    """How many pid namespaces it is in, below this one's."""
    first: bool
    """Whether it is the first process of its own, and so its init."""


def below() -> dict[int, ProcessSeen]:
    """All processes under this one, by process id."""
    found: dict[int, ProcessSeen] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            lines = (place / "status").read_text().splitlines()
            command = (place / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        own = fields["NSpid"].split()[1:]
        if not fields["State"].startswith("Z"):
            parent = int(fields["PPid"])
            found[int(place.name)] = ProcessSeen(parent, command, len(own), own[-1:] == ["1"])
    ours, more = {os.getpid()}, {0}
    while more := {pid for pid, one in found.items() if one.parent in ours} - ours:
        ours |= more
    return {pid: found[pid] for pid in ours - {os.getpid()}}


def counted(seen: dict[int, ProcessSeen]) -> dict[str, int]:
    """What of the processes outlives a check (ours), and what belongs to one program."""
    counts: Counter[str] = Counter()
    for one in seen.values():
        if "checking.worker" in one.command:
            counts["workers"] += 1
        elif one.namespaces < 2:
            counts["fork servers" if one.parent == os.getpid() else "their zygotes"] += 1
        else:
            counts["inits of programs" if one.first else "programs and spare children"] += 1
    ours = counts["workers"] + counts["fork servers"] + counts["their zygotes"]
    return {"all": len(seen), "that outlive a check": ours, **counts}


def processes(tasks: Sequence[str], awake: bool) -> dict[str, Any]:
    """Processes under a caller while checks of these tasks are made, and after them."""
    if awake:
        come_first()
    most: dict[int, ProcessSeen] = {}
    with open_engine(cache=False) as engine:
        jobs = []
        for task in tasks:
            suite = load(task, size=20)
            jobs += [Job(task, suite.gold(p) or "", id=p.id, options={"size": 20}) for p in suite]
        for _ in range(3):
            futures = [engine.submit(job) for job in jobs]
            while not all(future.done() for future in futures):
                most = max(most, below(), key=len)
                time.sleep(0.02)
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
    options.add_argument("--awake", action="store_true", help="first, on cores that never sleep")
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
        result["processes"] = {
            name: alone(f"processes({tasks!r}, {given.awake})")
            for name, tasks in (("all domains", MIX), ("code", CODE))
        }  # fmt: skip
    if "code" in given.parts:
        how = f"{rounds}, {given.awake}"
        both = alone(f"code_rates({how})")
        one = alone(f"code_rates_on_one_core({how})")
        rates = both["checks a second"], one["checks a second"]
        result["code, the cores kept awake" if given.awake else "code"] = {
            "two cores": both,
            "one core": one,
            "two at a time on two cores by one at a time on one core": round(
                rates[0]["engine, two at a time"] / rates[1]["engine, one at a time"], 2
            ),
        }
    if "rescore" in given.parts:
        result["rescore"] = alone(f"rescored({given.records})")
    print(json.dumps(result, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    if given.out.exists():  # the parts that were not measured now
        result = json.loads(given.out.read_text("utf-8")) | result
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
