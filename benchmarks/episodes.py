"""Solver, random and greedy players on every suite of episodes, at every level.

    python benchmarks/episodes.py [--size 500] [--suites hanoi,debug] [--out FILE]

The solver has to win every episode. The random player's wins are compared with its computed
chance: `z` is the difference in standard errors. A verdict is made by replaying the record.
"""

import argparse
import json
import math
import platform
import random
import sys
import time
from pathlib import Path

from assay.tasks import load, names
from assay.tasks.episode import GeneratedEpisodes

RESULTS = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "episodes.json"


def measured(name: str, level: int, size: int, chances: int) -> dict[str, object]:
    """The players' results on one level; the chance is the mean of `chances` problems or more."""
    suite = load(name, difficulty=level, size=size, seed=2026)
    assert isinstance(suite, GeneratedEpisodes)
    started = time.process_time()
    problems = list(suite)
    drawn = time.process_time()
    solved = sum(suite.verify(p, suite.gold(p) or "").correct for p in problems)
    known, wins, due, spread = 0, 0, 0.0, 0.0
    for problem in problems:
        chance = suite.chance(problem) if known < chances else None
        if chance is None:
            continue
        known += 1
        guess = suite.guess(problem, random.Random(f"{problem.id}/benchmark"))
        wins += suite.verify(problem, guess).correct
        due, spread = due + chance, spread + chance * (1 - chance)
    greedy = [suite.greedy_wins(problem) for problem in problems]
    z = (wins - due) / math.sqrt(spread) if spread else 0.0
    return {
        "suite": name, "level": level, "problems": size, "solver": solved / size,
        "random_on": known, "random_wins": wins, "random_expected": round(due, 3), "z": round(z, 2),
        "greedy": None if None in greedy else sum(map(bool, greedy)) / size,
        "mean_optimum": sum(p.meta["optimum"] for p in problems) / size,
        "draw_cpu_ms": round(1e3 * (drawn - started) / size, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--chances", type=int, default=10**9)
    parser.add_argument("--suites", default=",".join(names("episodes")))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    if given.out.exists():
        rows = json.loads(given.out.read_text())["rows"]
    for name in given.suites.split(","):
        for level in load(name).difficulties:
            row = measured(name, level, given.size, given.chances)
            print(json.dumps(row), flush=True)
            rows = [one for one in rows if (one["suite"], one["level"]) != (name, level)] + [row]
            written = {
                "command": " ".join(["python", *sys.argv]), "python": platform.python_version(),
                "rows": rows,
            }  # fmt: skip
            given.out.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
