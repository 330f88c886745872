"""Problems generated per second and core: every math suite, beside reasoning-gym's families.

Ours is timed at the lowest, the middle and the highest difficulty, worked gold included;
theirs as configured by default, without a worked solution. The two take turns in one process,
round after round, and medians are printed. Floors: 200 a second at the lowest difficulty, 20
in the middle.

    python benchmarks/math_generators.py [--problems 200] [--rounds 5]
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import reasoning_gym
from assay.tasks import load, names
from assay.tasks.suite import GeneratedSuite

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "math_generators.json"
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


def theirs(name: str, problems: int) -> Callable[[int], None]:
    """A round: new problems of a reasoning-gym data set."""

    def generate(seed: int) -> None:
        data = reasoning_gym.create_dataset(name, size=problems, seed=seed)
        for index in range(problems):
            data[index]

    return generate


def rate(generate: Callable[[int], None], seed: int, problems: int) -> float:
    """Problems a second of one round."""
    started = time.perf_counter()
    generate(seed)
    return problems / (time.perf_counter() - started)


def measure(suite: str, problems: int, rounds: int) -> dict[str, float]:
    """Median rates of a suite's three difficulties and of its family, taking turns."""
    first = load(suite)
    assert isinstance(first, GeneratedSuite)
    levels = first.difficulties
    middle = levels[len(levels) // 2]
    jobs = {
        f"lowest ({levels[0]})": ours(suite, levels[0], problems),
        f"middle ({middle})": ours(suite, middle, problems),
        f"highest ({levels[-1]})": ours(suite, levels[-1], problems),
    }
    jobs |= {f"reasoning-gym {name}": theirs(name, problems) for name in FAMILIES.get(suite, [])}
    rates: dict[str, list[float]] = {job: [] for job in jobs}
    for seed in range(rounds):
        for job, generate in jobs.items():
            rates[job].append(rate(generate, seed, problems))
    return {job: round(statistics.median(found), 1) for job, found in rates.items()}


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
    about = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "reasoning-gym": version("reasoning-gym"),
        "problems": arguments.problems,
        "rounds": arguments.rounds,
    }
    print(about)
    table = {}
    for suite in generated():
        table[suite] = measure(suite, arguments.problems, arguments.rounds)
        shown = "  ".join(f"{job} {value:,.0f}/s" for job, value in table[suite].items())
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
