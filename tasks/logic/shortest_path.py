"""Shortest path: between two towns; every shortest path is right."""

import random
from itertools import pairwise
from math import perm
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from .generating.base import LogicSuite
from .generating.graphs import distances, shortest_counts
from .shapes import LogicShape
from .shapes.sequence import Path

TOWNS = (4, 5, 6, 8, 10, 12, 15, 18, 22, 26)
LONGEST = (5, 6, 8, 9, 12, 15, 20, 30, 40, 60)


class ShortestPath(LogicSuite):
    """Find a shortest path among 4 towns (level 1) to 26 towns (level 10).

    Difficulty: more towns and longer roads (up to 5 at level 1, up to 60 at level 10). The
    goal is one of the more distant towns.
    """

    name = "shortest_path"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count = TOWNS[difficulty - 1]
        pairs = [(i, rng.randrange(i)) for i in range(1, count)]
        spare = [(i, j) for i in range(count) for j in range(i) if (i, j) not in pairs]
        pairs += rng.sample(spare, min(len(spare), round(count * rng.uniform(0.5, 0.9))))
        towns = [chr(ord("A") + i) for i in rng.sample(range(count), count)]
        roads: list[list[str | int]] = [
            [*sorted((towns[i], towns[j])), rng.randint(1, LONGEST[difficulty - 1])]
            for i, j in pairs
        ]
        rng.shuffle(roads)
        start = rng.choice(towns)
        lengths = distances(_edges(roads), ord(start))
        goal = chr(rng.choice(list(lengths)[max(2, len(lengths) // 2) :]))
        text = ", ".join(f"{a}-{b} {length}" for a, b, length in roads)
        question = f"Roads with lengths: {text}. What is a shortest way from {start} to {goal}?"
        meta = {"roads": roads, "start": start, "goal": goal, "length": lengths[ord(goal)]}
        answer = " -> ".join(_way(roads, start, goal))
        return Draft(ask(question, "the towns in order, joined by ->,"), answer, meta)

    def shape(self, problem: Problem) -> LogicShape:
        towns = sorted({town for a, b, _ in problem.meta["roads"] for town in (a, b)})
        return Path(tuple(towns), problem.meta["length"])

    def fault(self, problem: Problem, value: tuple[str, ...]) -> str | None:
        meta, stops = problem.meta, value
        length_of = {frozenset((a, b)): length for a, b, length in meta["roads"]}
        if len(stops) < 2 or stops[0] != meta["start"] or stops[-1] != meta["goal"]:
            return f"the answer is not a way from {meta['start']} to {meta['goal']}"
        total = 0
        for here, there in pairwise(stops):
            if frozenset((here, there)) not in length_of:
                return f"there is no road from {here} to {there}"
            total += length_of[frozenset((here, there))]
        best = meta["length"]
        return None if total == best else f"the way is {total} long, the shortest is {best}"

    def steps(self, problem: Problem) -> list[str]:
        meta = problem.meta
        edges = _edges(meta["roads"])
        lengths = distances(edges, ord(meta["start"]))
        lines = []
        for town, length in lengths.items():
            tail = next((a for a, b, w in edges if b == town and lengths[a] + w == length), None)
            lines.append(f"{chr(town)} {length}" + (f" from {chr(tail)}" if tail else ""))
            if chr(town) == meta["goal"]:
                break
        return lines

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """From start to goal by a random number of random other towns."""
        others = _others(problem)
        between = rng.sample(others, rng.randint(0, len(others)))
        return reply(" -> ".join([problem.meta["start"], *between, problem.meta["goal"]]))

    def chance(self, problem: Problem) -> float | None:
        meta = problem.meta
        edges, start = _edges(meta["roads"]), ord(meta["start"])
        counts = shortest_counts(edges, start, ord(meta["goal"]), distances(edges, start))
        others = len(_others(problem))
        ways = sum(count / perm(others, hops - 1) for hops, count in counts.items())
        return ways / (others + 1)

    def wrong(self, problem: Problem) -> str | None:
        start, goal = problem.meta["start"], problem.meta["goal"]
        others = _others(problem)
        # All of them may be shortest; one that ends elsewhere never is.
        tries = [[start, goal], *([start, town, goal] for town in others), [start, others[0]]]
        wrong = next(stops for stops in tries if self.fault(problem, tuple(stops)) is not None)
        return reply(" -> ".join(wrong))


def _edges(roads: list[list[str | int]]) -> list[tuple[int, int, int]]:
    """Each road in both directions, towns as code points."""
    one_way = [(ord(str(a)), ord(str(b)), int(length)) for a, b, length in roads]
    return [edge for a, b, length in one_way for edge in ((a, b, length), (b, a, length))]


def _others(problem: Problem) -> list[str]:
    ends = (problem.meta["start"], problem.meta["goal"])
    towns = sorted({town for a, b, _ in problem.meta["roads"] for town in (a, b)})
    return [town for town in towns if town not in ends]


def _way(roads: list[list[str | int]], start: str, goal: str) -> list[str]:
    """One shortest way, read back from the goal."""
    edges = _edges(roads)
    lengths = distances(edges, ord(start))
    way = [goal]
    while way[0] != start:
        here = ord(way[0])
        tail = next(a for a, b, w in edges if b == here and lengths[a] + w == lengths[here])
        way.insert(0, chr(tail))
    return way


load = ShortestPath
