"""The SAT solver behind the puzzles: models, uniqueness and minimal sets of clues.

MiniSat (through PySAT) proves; z3 and CP-SAT were 100 times slower on these small formulas
(benchmarks/logic_generators.py measures it). Only satisfiable/unsatisfiable is ever used of
its replies, never which model it happened to find: so puzzles do not change with the solver.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Any

from pysat.solvers import Solver

Clause = list[int]
SOLVER = "minisat22"


class Cnf:
    """Clauses over variables that any hashable key names."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self._numbers: dict[Any, int] = {}

    def var(self, *key: Any) -> int:
        """Return the variable of this key; create it when it is new."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def fresh(self) -> int:
        """Create a variable without a key."""
        return self.var(self, len(self._numbers))

    def add(self, *literals: int) -> None:
        """Add a clause."""
        self.clauses.append(list(literals))

    def exactly_one(self, literals: Sequence[int]) -> None:
        """Require exactly one of the literals to hold."""
        self.clauses.append(list(literals))
        for first, second in combinations(literals, 2):
            self.clauses.append([-first, -second])


@contextmanager
def solving(clauses: Sequence[Clause]) -> Iterator[Any]:
    """Open a solver with the clauses; its memory is freed at the end."""
    solver = Solver(name=SOLVER, bootstrap_with=clauses)
    try:
        yield solver
    finally:
        solver.delete()


def satisfiable(clauses: Sequence[Clause]) -> bool:
    """Return whether some assignment satisfies all clauses."""
    with solving(clauses) as solver:
        return bool(solver.solve())


def only_model(clauses: Sequence[Clause], model: Sequence[int]) -> bool:
    """Return whether `model` is the only assignment that satisfies the clauses."""
    return not satisfiable([*clauses, [-literal for literal in model]])


def count_models(clauses: Sequence[Clause], over: Sequence[int], limit: int) -> int:
    """Count the assignments of the variables `over` that extend to a model, up to `limit`."""
    count = 0
    with solving(clauses) as solver:
        while count < limit and solver.solve():
            count += 1
            model = solver.get_model()
            solver.add_clause([-model[number - 1] for number in over])
    return count


def fewest_clues(
    base: Sequence[Clause],
    model: Sequence[int],
    clues: Sequence[Sequence[Clause]],
    spare: int = 0,
) -> list[int] | None:
    """Return indices of clues that leave `model` as the only solution; None if even all do not.

    Takes the shortest sufficient prefix of `clues`, then drops each clue that the others
    imply, until none is left to drop or only `spare` droppable ones would remain kept.
    `model` is the literals whose conjunction is the solution; every clue must hold in it.
    """
    top = max(abs(literal) for clause in base for literal in clause)
    selectors = list(range(top + 1, top + 1 + len(clues)))
    with solving([*base, [-literal for literal in model]]) as solver:
        for selector, clue in zip(selectors, clues, strict=True):
            for clause in clue:
                solver.add_clause([-selector, *clause])
        low, high = 0, len(clues)
        if solver.solve(assumptions=selectors):
            return None
        while low < high:
            middle = (low + high) // 2
            if solver.solve(assumptions=selectors[:middle]):
                low = middle + 1
            else:
                high = middle
        kept = list(range(high))
        dropped = []
        for index in list(kept):
            rest = [other for other in kept if other != index]
            if not solver.solve(assumptions=[selectors[other] for other in rest]):
                kept = rest
                dropped.append(index)
    return sorted(kept + dropped[:spare])
