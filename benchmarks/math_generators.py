"""Compare problems generated per second and core: every math suite and reasoning-gym's families.

Ours is timed at the lowest, the middle and the highest difficulty, including the worked gold;
theirs in its default configuration, without a worked solution. The two run alternately in one
process, and medians over the rounds are printed. If reasoning-gym cannot run, it is listed under
`not_run` with the reason. Floors: 200 a second at the lowest difficulty, 20 in the middle.

    python benchmarks/math_generators.py [--problems 200] [--rounds 5]
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.tasks import load, names
from assay.tasks.suite import GeneratedSuite
from peers import find_peers, versions

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "math_generators.json"
Make = Callable[..., Any]
FAMILIES = {
    "arithmetic": ["chain_sum", "basic_arithmetic"],
    "factorisation": ["prime_factorization"],
    "fractions": ["fraction_simplification"],
    "geometry": ["simple_geometry", "advanced_geometry"],
    "integrals": ["simple_integration"],
    "linear_equations": ["simple_equations"],
    "number_theory": ["gcd", "lcm"],
    "polynomials": ["polynomial_multiplication"],
    "probability": ["dice"],
    "quadratic_equations": ["polynomial_equations"],
    "sequences": ["number_sequence"],
    "word_problems": ["leg_counting", "gsm_symbolic"],
}


def ours(name: str, difficulty: int, problems: int) -> Callable[[int], None]:
    """A round: new problems of a suite, with their golds."""

    def generate(seed: int) -> None:
        suite = load(name, difficulty=difficulty, size=problems, seed=seed + 1)
        for problem in suite:
            suite.gold(problem)

    return generate


def reasoning_gym_maker() -> Make:
    """`create_dataset` of reasoning-gym."""
    import reasoning_gym

    make: Make = reasoning_gym.create_dataset
    return make


def makes_a_problem(make: Make) -> bool:
    """The probe of reasoning-gym."""
    return bool(make("chain_sum", size=1, seed=0)[0]["question"])


def theirs(make: Make, name: str, problems: int) -> Callable[[int], None]:
    """A round: new problems of a reasoning-gym data set."""

    def generate(seed: int) -> None:
        data = make(name, size=problems, seed=seed)
        for index in range(problems):
            data[index]

    return generate


def rate(generate: Callable[[int], None], seed: int, problems: int) -> float:
    """Problems a second of one round."""
    started = time.perf_counter()
    generate(seed)
    return problems / (time.perf_counter() - started)


def measure(suite: str, problems: int, rounds: int, gym: Make | None) -> dict[str, float]:
    """Median rates of a suite's three difficulties and of its family, taking turns."""
    first = load(suite)
    assert isinstance(first, GeneratedSuite)
    levels = first.difficulties
    middle = levels[len(levels) // 2]
    makers = {
        f"lowest ({levels[0]})": ours(suite, levels[0], problems),
        f"middle ({middle})": ours(suite, middle, problems),
        f"highest ({levels[-1]})": ours(suite, levels[-1], problems),
    }
    if gym is not None:
        families = FAMILIES.get(suite, [])
        makers |= {f"reasoning-gym {name}": theirs(gym, name, problems) for name in families}
    rates: dict[str, list[float]] = {name: [] for name in makers}
    for seed in range(rounds):
        for name, generate in makers.items():
            rates[name].append(rate(generate, seed, problems))
    return {name: round(statistics.median(found), 1) for name, found in rates.items()}


def generated() -> list[str]:
    """The math suites that generate."""
    from assay.tasks.registry import options_of

    return [name for name in names("math") if "difficulty" in options_of(name)]


def main() -> None:
    """Measure, print the table, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    gym, not_run = find_peers({"reasoning-gym": reasoning_gym_maker}, makes_a_problem)
    about = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": versions(("assay", "reasoning-gym")),
        "not_run": not_run,
        "problems": arguments.problems,
        "rounds": arguments.rounds,
    }
    print(about)
    table = {}
    for suite in generated():
        table[suite] = measure(
            suite, arguments.problems, arguments.rounds, gym.get("reasoning-gym")
        )
        shown = "  ".join(f"{name} {value:,.0f}/s" for name, value in table[suite].items())
        print(f"{suite:20} {shown}")
    lows = [next(iter(row.values())) for row in table.values()]
    middles = [list(row.values())[1] for row in table.values()]
    floors = {
        "slowest at the lowest difficulty": min(lows),
        "slowest in the middle": min(middles),
        "floors hold": min(lows) >= 200 and min(middles) >= 20,
    }
    print(floors)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(about | {"per second": table} | floors, indent=1) + "\n")


if __name__ == "__main__":
    main()
