"""Episodes per second of the harnesses, on one game with a model that answers at once.

    make bench-peers BENCH=benchmarks/episodes_peers.py

Tower of Hanoi, 256 episodes at a time, each played best by tool calls. Ours is `evaluate`, with
every turn journalled, every episode stored and its record played again for the verdict. inspect_ai
plays the same episodes with its `mockllm/model`, a tool that acts on the same object, its own loop
of generation and tools, a scorer that judges the state, and its log written; 256 samples and
connections at a time. Whole processes are timed alternately, with those that they start, by the
clock and by the processor; a process that plays 8 episodes is the start, which is subtracted. Other
programs change the clock, hardly the processor time. Writes results/benchmarks/episodes_peers.json
when the peer ran.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.harness.evaluation import TaskSpec, evaluate
from assay.tasks import load
from assay.tasks.episode import EpisodeSuite
from peers import find_peers, versions

RESULTS = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "episodes_peers.json"
TASK = "hanoi"
AT_ONCE = 256
START = 8
"""Episodes of the start."""
Run = Callable[[int], float]
"""Plays so many episodes; the mean score."""


def suite_of(size: int) -> EpisodeSuite:
    """The problems that every harness plays."""
    suite = load(TASK, difficulty=2, size=size)
    assert isinstance(suite, EpisodeSuite)
    return suite


def ours(size: int) -> float:
    """A whole run with the model that plays best."""
    with tempfile.TemporaryDirectory() as folder:
        spec = TaskSpec(TASK, {"difficulty": 2, "size": size})
        run = evaluate("oracle", [spec], out=Path(folder), progress=False, cache=False)
        return run.accuracy[TASK]


def inspect_run() -> Run:
    """The same with inspect_ai. Raises ImportError where it is not installed."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.scorer import Score, Target, mean, scorer
    from inspect_ai.solver import Generate, TaskState, solver, use_tools
    from inspect_ai.tool import tool

    episodes: dict[str, Any] = {}

    @tool
    def move() -> Any:
        async def execute(source: int, target: int) -> str:
            """Move the top disk of a peg to another peg.

            Args:
                source: The peg to take from.
                target: The peg to put on.
            """
            from inspect_ai.solver._task_state import sample_state

            state = sample_state()
            assert state is not None
            episode = episodes[str(state.sample_id)]
            return str(episode.call("move", {"source": source, "target": target}).text)

        return execute

    @solver
    def play(suite: EpisodeSuite) -> Any:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            episode = suite.start(suite.find(str(state.sample_id)))
            episodes[str(state.sample_id)] = episode
            while not episode.done:
                state = await generate(state, tool_calls="single")
            return state

        return solve

    @scorer(metrics=[mean()])
    def judged(suite: EpisodeSuite) -> Any:
        async def score(state: TaskState, target: Target) -> Score:
            problem = suite.find(str(state.sample_id))
            return Score(value=suite.judge(problem, episodes.pop(problem.id)).score or 0.0)

        return score

    def run(size: int) -> float:
        suite = suite_of(size)
        plays = {problem.prompt: suite.solve(problem) for problem in suite}

        def answer(messages: Any, *rest: Any) -> Any:
            turn = sum(one.role == "assistant" for one in messages)
            call = plays[messages[0].text][turn]
            made = ModelOutput.for_tool_call("mockllm/model", call.name, dict(call.arguments))
            made.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
            return made

        samples = [Sample(id=problem.id, input=problem.prompt) for problem in suite]
        task = Task(
            MemoryDataset(samples), solver=[use_tools(move()), play(suite)], scorer=judged(suite)
        )
        with tempfile.TemporaryDirectory() as folder:
            (log,) = eval(
                task, model=get_model("mockllm/model", custom_outputs=answer, memoize=False),
                max_samples=AT_ONCE, max_connections=AT_ONCE, display="none", log_dir=folder,
                log_level="error",
            )  # fmt: skip
        assert log.results is not None, log.error
        return float(log.results.scores[0].metrics["mean"].value)

    return run


HARNESSES: dict[str, Callable[[], Run]] = {"assay": lambda: ours, "inspect_ai": inspect_run}


def timed(name: str, size: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor of a process that plays so many episodes.

    Raises RuntimeError when it fails.
    """
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, __file__, "--play", name, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-800:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - clock, processor


def measured(name: str, size: int) -> tuple[float, float]:
    """The same without the start."""
    start, whole = timed(name, START), timed(name, size)
    return whole[0] - start[0], whole[1] - start[1]


def rate(size: int, seconds: list[float]) -> float:
    """Episodes per second, of the median time."""
    return round((size - START) / statistics.median(seconds), 1)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--play", choices=HARNESSES, help="play with one harness, untimed")
    given = parser.parse_args()
    if given.play:
        score = HARNESSES[given.play]()(given.size)
        sys.exit(0 if score == 1.0 else f"the mean score is {score}, not 1")
    peers = {name: make for name, make in HARNESSES.items() if name != "assay"}
    found, not_run = find_peers(peers, lambda run: run(START) == 1.0)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ("assay", *found)}
    for _ in range(given.repeats):
        for name in times:
            times[name].append(measured(name, given.size))
            print(name, *(round(one, 3) for one in times[name][-1]), flush=True)
    rates = {
        name: {
            "episodes_per_second": rate(given.size, [t for t, _ in spent]),
            "episodes_per_cpu_second": rate(given.size, [t for _, t in spent]),
        }
        for name, spent in times.items()
    }
    result = {
        "command": " ".join(["python", *sys.argv]),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version()} | versions(("assay", "inspect_ai")),
        "not_run": not_run, "task": TASK, "episodes": given.size, "at_once": AT_ONCE,
        "repeats": given.repeats, "harnesses": rates,
        "times_theirs": {
            name: {key: round(rates["assay"][key] / rate, 1) for key, rate in row.items()}
            for name, row in rates.items() if name != "assay"
        },
        "floor": 5.0,
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if found:
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
