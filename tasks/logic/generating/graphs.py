"""Small directed graphs: reachability, distances and numbers of shortest paths."""

import heapq
from collections.abc import Mapping, Sequence

Edge = tuple[int, int]


def successors(edges: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """Map each node to the nodes it leads to, in the order of the edges."""
    following: dict[int, list[int]] = {}
    for start, end, *_ in edges:
        following.setdefault(start, []).append(end)
    return following


def layers(edges: Sequence[Sequence[int]], start: int) -> list[list[int]]:
    """Group nodes by their distance in edges from `start`; the first layer is `[start]`."""
    following = successors(edges)
    seen = {start}
    result = [[start]]
    while result[-1]:
        layer: list[int] = []
        for node in result[-1]:
            for other in following.get(node, []):
                if other not in seen:
                    seen.add(other)
                    layer.append(other)
        result.append(layer)
    return result[:-1]


def distances(edges: Sequence[Sequence[int]], start: int) -> dict[int, int]:
    """Return the least total weight from `start` to each node it reaches, nearest first.

    Edges are (from, to, weight) with weights of at least 1.
    """
    outgoing: dict[int, list[tuple[int, int]]] = {}
    for tail, head, weight in edges:
        outgoing.setdefault(tail, []).append((head, weight))
    done: dict[int, int] = {}
    queue = [(0, start)]
    while queue:
        length, node = heapq.heappop(queue)
        if node in done:
            continue
        done[node] = length
        for head, weight in outgoing.get(node, []):
            if head not in done:
                heapq.heappush(queue, (length + weight, head))
    return done


def shortest_counts(
    edges: Sequence[Sequence[int]], start: int, goal: int, lengths: Mapping[int, int]
) -> dict[int, int]:
    """Count the shortest paths from `start` to `goal` by their number of edges."""
    incoming: dict[int, list[int]] = {}
    for tail, head, weight in edges:
        if tail in lengths and lengths[tail] + weight == lengths.get(head):
            incoming.setdefault(head, []).append(tail)
    counts: dict[int, dict[int, int]] = {start: {0: 1}}
    for node in lengths:  # nearest first, and every weight is positive
        if node != start:
            total: dict[int, int] = {}
            for tail in incoming.get(node, []):
                for hops, number in counts[tail].items():
                    total[hops + 1] = total.get(hops + 1, 0) + number
            counts[node] = total
    return counts[goal]
