"""Graph reachability: is there a way along the arrows from one node to another?"""

import random

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import YesNoSuite
from .generating.graphs import layers

NODES = (5, 6, 8, 10, 13, 17, 22, 28, 36, 48)


class GraphReachability(YesNoSuite):
    """Search 5 nodes (level 1) up to 48 (level 10); half of the answers are yes.

    The dial: the number of nodes and arrows, thus of steps of the search; for "yes" the goal
    is among the farther nodes that can be reached.
    """

    name = "graph_reachability"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        count = NODES[difficulty - 1]
        pairs = [(a, b) for a in range(1, count + 1) for b in range(1, count + 1) if a != b]
        wanted = rng.random() < 0.5
        while True:
            edges = rng.sample(pairs, round(count * rng.uniform(1.1, 1.5)))
            start = rng.randint(1, count)
            reached = layers(edges, start)
            inside = {node for layer in reached for node in layer}
            outside = [node for node in range(1, count + 1) if node not in inside]
            if len(reached) < 3 or not outside or len(inside) < count // 3:
                continue
            far = [node for layer in reached[max(2, len(reached) // 2) :] for node in layer]
            goal = rng.choice(far if wanted else outside)
            break
        arrows = ", ".join(f"{a}->{b}" for a, b in edges)
        question = f"Arrows: {arrows}. Can you get from {start} to {goal} along the arrows?"
        meta = {"edges": edges, "start": start, "goal": goal}
        return Draft(ask(question, "yes or no"), "yes" if wanted else "no", meta)

    def steps(self, problem: Problem) -> list[str]:
        goal = problem.meta["goal"]
        lines = []
        for number, layer in enumerate(layers(problem.meta["edges"], problem.meta["start"])):
            lines.append(f"{number}: {' '.join(map(str, layer))}")
            if goal in layer:
                return [*lines, f"{goal} found"]
        return [*lines, f"no more, {goal} not found"]


load = GraphReachability
