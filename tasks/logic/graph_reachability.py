"""Graph reachability: is there a way along the arrows from one node to another?"""

import random

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import YesNoSuite
from .generating.graphs import layers

NODES = (5, 6, 8, 10, 13, 17, 22, 28, 36, 48)


class GraphReachability(YesNoSuite):
    """Search a graph of 5 nodes (level 1) to 48 nodes (level 10); half of the answers are yes.

    Difficulty: more nodes and arrows; where the answer is yes, the goal is one of the more
    distant nodes.
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

    def meaning(self, problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]]:
        start, goal = problem.meta["start"], problem.meta["goal"]
        ways = [f"from {start} to {goal}", f"to {goal}", f"to {goal} from {start}", ""]
        tails = ("", " along the arrows")
        you = [f"get {way}".strip() for way in ways] + [
            f"reach {goal}",
            f"reach {goal} from {start}",
        ]
        is_there = [f"path {way}".strip() for way in ways] + [f"way {way}".strip() for way in ways]
        is_there += [f"route {way}".strip() for way in ways]
        yes = [f"{who} can {one}" for who in ("you", "we", "one") for one in you]
        no = [f"{who} cannot {one}" for who in ("you", "we", "one") for one in you]
        yes += [f"there is a {one}" for one in is_there] + [
            f"there exists a {one}" for one in is_there
        ]
        no += [f"there is no {one}" for one in is_there]
        yes += [f"it is possible to {one}" for one in you]
        no += [f"it is {how} to {one}" for how in ("not possible", "impossible") for one in you]
        for of in (f" from {start}", ""):
            yes += [f"{goal} is reachable{of}", f"{goal} can be reached{of}"]
            no += [f"{goal} is not reachable{of}", f"{goal} cannot be reached{of}"]
            no += [f"{goal} is unreachable{of}"]
        yes, no = [*yes, f"{start} can reach {goal}"], [*no, f"{start} cannot reach {goal}"]
        yes, no = [*yes, "it is possible"], [*no, "it is not possible", "it is impossible"]
        return (
            tuple(one + tail for one in yes for tail in tails),
            tuple(one + tail for one in no for tail in tails),
        )

    def steps(self, problem: Problem) -> list[str]:
        goal = problem.meta["goal"]
        lines = []
        for number, layer in enumerate(layers(problem.meta["edges"], problem.meta["start"])):
            lines.append(f"{number}: {' '.join(map(str, layer))}")
            if goal in layer:
                return [*lines, f"{goal} found"]
        return [*lines, f"no more, {goal} not found"]


load = GraphReachability
