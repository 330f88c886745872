"""Solver, random and greedy players on every suite of episodes, at every level.

    python benchmarks/episodes.py [--size 500] [--suites hanoi,debug:4-6] [--plays 1] [--out FILE]

The solver has to win every episode. The random player's wins are compared with its computed
chance: `z` is the difference in standard errors, and `p` the exact probability of so many wins or
so few, the smaller one doubled. Where few wins are due, `p` is to be read: one win where 0.04 are
due is a `z` of 5 and happens once in 25 times. A verdict is made by replaying the record; of
`plays` random plays of a problem the first is, the others are judged where they end.
"""

import argparse
import json
import math
import platform
import random
import sys
import time
from functools import partial
from pathlib import Path

from assay.tasks import Problem, load, names
from assay.tasks.episode import GeneratedEpisodes

RESULTS = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "episodes.json"


def tail(chances: list[float], plays: int, wins: int) -> float:
    """The probability of at most or at least `wins`, the smaller one doubled, at most 1.

    The distribution of the number of wins, exactly, by adding one play after another; numbers of
    wins far above both the wins and what is due count together.
    """
    most = wins + 2 + math.ceil(plays * sum(chances) + 8 * math.sqrt(plays * sum(chances)))
    spread = [1.0] + [0.0] * most
    for chance in chances:
        for _ in range(plays):
            for count in range(most, 0, -1):
                stays = 1.0 if count == most else 1 - chance
                spread[count] = spread[count] * stays + spread[count - 1] * chance
            spread[0] *= 1 - chance
    return min(1.0, 2 * min(sum(spread[: wins + 1]), sum(spread[wins:])))


def random_wins(suite: GeneratedEpisodes, problem: Problem, plays: int) -> int:
    """How many of some random plays of a problem win."""
    wins = 0
    for play in range(plays):
        rng = random.Random(f"{problem.id}/benchmark" + (f"/{play}" if play else ""))
        if play == 0:
            wins += suite.verify(problem, suite.guess(problem, rng)).correct
            continue
        choose = partial(suite.random_call, problem, rng=rng)
        wins += suite.judge(problem, suite.played(problem, 0, choose)).correct
    return wins


def measured(name: str, level: int, size: int, plays: int) -> dict[str, object]:
    """The players' results on one level."""
    suite = load(name, difficulty=level, size=1, seed=2026)
    assert isinstance(suite, GeneratedEpisodes)
    started = time.process_time()
    # By number: a small level has fewer different problems, so that some come again.
    problems = [suite.find(f"{name}-test-d{level}-s2026-{number}") for number in range(size)]
    drawn = time.process_time()
    solved = sum(suite.verify(p, suite.gold(p) or "").correct for p in problems)
    wins, chances = 0, []
    for problem in problems:
        chance = suite.chance(problem)
        if chance is not None:
            chances.append(chance)
            wins += random_wins(suite, problem, plays)
    due = plays * sum(chances)
    spread = plays * sum(chance * (1 - chance) for chance in chances)
    greedy = [suite.greedy_wins(problem) for problem in problems]
    z = (wins - due) / math.sqrt(spread) if spread else 0.0
    return {
        "suite": name, "level": level, "problems": size, "solver": solved / size,
        "random_on": len(chances), "random_plays": plays, "random_wins": wins,
        "random_expected": round(due, 3), "z": round(z, 2),
        "p": round(tail(chances, plays, wins), 4),
        "greedy": None if None in greedy else sum(map(bool, greedy)) / size,
        "mean_optimum": sum(p.meta["optimum"] for p in problems) / size,
        "draw_cpu_ms": round(1e3 * (drawn - started) / size, 2),
    }  # fmt: skip


def chosen(words: str) -> tuple[str, range]:
    """A suite and its levels: `debug`, `debug:4` or `debug:4-6`."""
    name, _, levels = words.partition(":")
    suite = load(name)
    assert isinstance(suite, GeneratedEpisodes), f"{name} is no suite of episodes"
    if not levels:
        return name, suite.difficulties
    first, _, last = levels.partition("-")
    return name, range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--plays", type=int, default=1)
    parser.add_argument("--suites", default=",".join(names("episodes")))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    if given.out.exists():
        rows = json.loads(given.out.read_text())["rows"]
    for name, levels in map(chosen, given.suites.split(",")):
        for level in levels:
            row = measured(name, level, given.size, given.plays)
            print(json.dumps(row), flush=True)
            rows = [one for one in rows if (one["suite"], one["level"]) != (name, level)] + [row]
            written = {
                "command": " ".join(["python", *sys.argv]), "python": platform.python_version(),
                "rows": rows,
            }  # fmt: skip
            given.out.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
