"""Compare math rewards per second with TRL's accuracy_reward, called as GRPOTrainer does.

    python benchmarks/reward_throughput.py [--rounds 5] [--batch 1024] [--group 8] [--calls 0]

One call per batch from the main thread, with conversational completions and the dataset's
columns, as in `GRPOTrainer._calculate_rewards` (TRL 1.16): groups of completions of one prompt.
The problems come from the packaged math suites. Half the completions are right and half wrong,
each after a paragraph of work and in a box, because accuracy_reward reads nothing else. The
rewards run alternately, so that all see the same machine, and get a new batch in every round. If
accuracy_reward cannot accept a right answer (it needs math-verify), it is listed under `not_run`
with the reason, and no ratio is printed or stored.

With `--calls 20000` only `compute_score` (verl's signature) is compared with `verify_math` itself:
short answers of five forms, a gold of its own for each, the two called in turn on one core. A call
is timed by the processor time of its thread; the tenth part that is quickest is least disturbed by
others. That writes results/benchmarks/reward_calls.json.
"""

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.harness.adapters.trl import math_reward, trl_reward
from assay.tasks import load
from peers import find_peers, versions

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "reward_throughput.json"
CALLS_OUT = OUT.with_name("reward_calls.json")
TASKS = (
    "arithmetic", "fractions", "percentages", "linear_equations", "quadratic_equations",
    "polynomials", "probability", "sequences", "modular", "unit_conversion",
)  # fmt: skip
WORK = (
    "<think>\nLet us write down what is given and work through it step by step. First the terms "
    "that do not depend on the unknown are collected on one side, $3x + 4 = 2x - 7$ being of "
    "that kind, then both sides are divided by the factor that is left. A check by substitution "
    "confirms the value, so there is nothing more to do.\n</think>\nThe work above gives "
)
FORMS = (
    "We add {0} and {0}. So the answer is \\boxed{{{1}}}.",
    "{0} + {0} = {1}\n#### {1}",
    "Each of the two has {0} apples, so together they have {1}.\n\nThe final answer is ${1}$.",
    "Twice {0} is {1}.\n\n$\\boxed{{{1}}}$",
    "<think>\nTwo times {0}: that is {1}.\n</think>\n<answer>{1}</answer>",
)
"""How short answers end."""
Reward = Callable[..., list[float | None]]
PEER = "trl accuracy_reward"


def rows(batch: int, group: int, seed: int) -> dict[str, list[Any]]:
    """Columns as TRL passes them, and `expected`, which no reward is given."""
    rng = random.Random(seed)
    columns: dict[str, list[Any]] = {
        key: [] for key in ("prompts", "completions", "task", "problem_id", "solution", "expected")
    }
    suites: dict[str, Any] = {task: load(task, seed=seed) for task in TASKS}
    while len(columns["task"]) < batch:
        suite = suites[rng.choice(TASKS)]
        problem = suite.drawn(rng.randrange(200))
        for _ in range(group):
            named = problem if rng.random() < 0.5 else suite.drawn(rng.randrange(200))
            right = suite.same_answer(problem, problem.answer, named.answer)
            text = f"{WORK}$\\boxed{{{named.answer}}}$."
            columns["prompts"].append([{"role": "user", "content": problem.prompt}])
            columns["completions"].append([{"role": "assistant", "content": text}])
            columns["task"].append(suite.name)
            columns["problem_id"].append(problem.id)
            columns["solution"].append(problem.answer)
            columns["expected"].append(float(right))
    return {key: values[:batch] for key, values in columns.items()}


def measure(rewards: dict[str, Reward], rounds: int, batch: int, group: int) -> dict:
    """Seconds of each round and the share of right verdicts of each reward."""
    seconds: dict[str, list[float]] = {name: [] for name in rewards}
    right: dict[str, list[bool]] = {name: [] for name in rewards}
    for number in range(rounds + 1):  # the first round warms up
        columns = rows(batch, group, seed=number)
        expected = columns.pop("expected")
        columns["completion_ids"] = [[0] * 120 for _ in expected]
        for name, function in rewards.items():
            started = time.perf_counter()
            values = function(**columns)
            if number:
                seconds[name].append(time.perf_counter() - started)
            right[name] += [value == want for value, want in zip(values, expected, strict=True)]
    shares = {name: round(100 * sum(found) / len(found), 2) for name, found in right.items()}
    return {"seconds": seconds, "right_percent": shares}


def single_calls(count: int) -> dict[str, dict[str, float]]:
    """Calls a CPU second of `compute_score` and of `verify_math`, and their ratio."""
    from assay.harness.adapters.verl import compute_score
    from assay.tasks.math.verifier import verify_math

    calls: dict[str, Callable[[str, str], Any]] = {
        "verify_math": lambda text, gold: verify_math(gold, text).score,
        "compute_score": lambda text, gold: compute_score("openai/gsm8k", text, gold)["score"],
    }
    taken: dict[str, list[int]] = {name: [] for name in calls}
    order = list(calls)
    for number in range(-500, count):  # the first ones warm up
        order.reverse()
        for place, name in enumerate(order):
            addend = 2 * abs(number) + place
            gold = str(2 * addend)
            text = FORMS[number % len(FORMS)].format(addend, gold)
            started = time.thread_time_ns()
            score = calls[name](text, gold)
            if number >= 0:
                taken[name].append(time.thread_time_ns() - started)
            assert score == 1.0, text
    figures: dict[str, Callable[[list[int]], float]] = {
        "quickest tenth": lambda found: statistics.quantiles(found, n=10)[0],
        "median": statistics.median,
        "mean": statistics.fmean,
    }
    result = {}
    for figure, of in figures.items():
        rates = {name: round(1e9 / of(found), 1) for name, found in taken.items()}
        ratio = rates["compute_score"] / rates["verify_math"]
        result[figure] = rates | {"ratio": round(ratio, 3)}
    return {"calls of each": count} | result


def trl_accuracy_reward() -> Reward:
    """TRL's own reward for math."""
    from trl.rewards import accuracy_reward

    return accuracy_reward


def accepts_a_right_answer(reward: Reward) -> bool:
    """The probe: a reward that refuses this cannot work here."""
    completion = [{"role": "assistant", "content": "The answer is $\\boxed{3}$."}]
    return reward(prompts=["?"], completions=[completion], solution=["$3$"]) == [1.0]


def main() -> None:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--batch", type=int, default=1024)
    options.add_argument("--group", type=int, default=8)
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--calls", type=int, default=0)
    given = options.parse_args()
    if given.calls:
        load_now = f"load {os.getloadavg()[0]:.1f}"
        found = {"machine": f"{platform.machine()}, one core of {os.cpu_count()}, {load_now}"}
        found |= single_calls(given.calls)
        print(json.dumps(found, indent=1))
        CALLS_OUT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        return
    peers, not_run = find_peers({PEER: trl_accuracy_reward}, accepts_a_right_answer)
    rewards: dict[str, Reward] = peers | {
        "assay trl_reward": trl_reward(*TASKS),
        "assay math_reward": math_reward(),
    }
    found = measure(rewards, given.rounds, given.batch, given.group)
    medians = {name: statistics.median(times) for name, times in found["seconds"].items()}
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {"python": platform.python_version()}
        | versions(("trl", "math-verify", "sympy")),
        "not_run": not_run,
        "batch": given.batch,
        "group": given.group,
        "rewards_per_second": {n: round(given.batch / s, 1) for n, s in medians.items()},
        "right_percent": found["right_percent"],
        "seconds": {n: [round(s, 3) for s in times] for n, times in found["seconds"].items()},
    }
    if PEER in medians:
        result["times_trl"] = {n: round(medians[PEER] / s, 2) for n, s in medians.items()}
    print(json.dumps(result, indent=1))
    if not_run:
        print(f"{given.out} is left as it is: a peer was not run")
        return
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
