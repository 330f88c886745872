"""How fast the logic suites generate, beside reasoning-gym, and why MiniSat proves the puzzles.

    python benchmarks/logic_generators.py

Problems per second of CPU time, so that a busy machine does not change them. For each suite:
the lowest, middle and highest level, and reasoning-gym's generator of the same family at its
own settings where it has one, taken in turns in one process; medians over the rounds.
Writes results/benchmarks/logic_generators.json. Needs reasoning-gym, z3-solver and ortools
for the comparisons; each is left out where it is not installed.
"""

import importlib.metadata
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.tasks import load
from assay.tasks.logic.generating.grids import filled, grid_clauses, variable
from assay.tasks.logic.generating.solving import solving

FAMILIES = {
    "automaton": None,
    "boolean_circuits": "circuit_logic",
    "countdown": "countdown",
    "dyck": None,
    "family_relations": "family_relationships",
    "first_order_entailment": None,
    "game_of_24": "puzzle24",
    "graph_reachability": None,
    "knights_and_knaves": "knights_knaves",
    "latin_squares": "futoshiki",
    "object_tracking": None,
    "ordering": None,
    "propositional_entailment": "propositional_logic",
    "scheduling": "course_schedule",
    "shortest_path": "shortest_path",
    "string_rewriting": "ab",
    "sudoku": "mini_sudoku",
    "syllogisms": "syllogism",
    "truth_teller_webs": None,
    "zebra": "zebra_puzzles",
}
ROUNDS, SECONDS = 5, 0.15


def rate(make: Callable[[int], Any], start: int) -> float:
    """Problems per second of CPU time, over about SECONDS of it."""
    began = time.process_time()
    made = 0
    while (spent := time.process_time() - began) < SECONDS:
        make(start + made)
        made += 1
    return made / spent


def peer(name: str | None) -> Callable[[int], Any] | None:
    """reasoning-gym's generator of this name, or None."""
    try:
        import reasoning_gym
    except ImportError:
        return None
    if name is None:
        return None
    data = reasoning_gym.create_dataset(name, size=10**6, seed=0)
    return data.__getitem__


def one_suite(name: str) -> dict[str, Any]:
    levels = load(name).difficulties
    chosen = {"lowest": levels[0], "middle": levels[len(levels) // 2], "highest": levels[-1]}
    makers: dict[str, Callable[[int], Any]] = {
        key: load(name, difficulty=level, size=10**6).__getitem__ for key, level in chosen.items()
    }
    other = peer(FAMILIES[name])
    if other is not None:
        makers["reasoning-gym"] = other
    rates: dict[str, list[float]] = {key: [] for key in makers}
    for number in range(ROUNDS):
        for key, make in makers.items():
            rates[key].append(rate(make, 1000 * number))
    row: dict[str, Any] = {key: round(statistics.median(found), 1) for key, found in rates.items()}
    if other is not None:
        ratios = [a / b for a, b in zip(rates["lowest"], rates["reasoning-gym"], strict=True)]
        row["family"] = FAMILIES[name]
        row["lowest / reasoning-gym"] = round(statistics.median(ratios), 2)
    return row


def solvers() -> dict[str, dict[str, float]]:
    """Milliseconds of CPU to prove one sudoku unique: build, forbid the solution, refute."""
    result: dict[str, dict[str, float]] = {}
    for n, box in ((4, (2, 2)), (9, (3, 3))):
        rng = random.Random(0)
        full = filled(rng, n, box)
        cells = [(r, c) for r in range(n) for c in range(n)]
        literals = [variable(n, r, c, full[r][c]) for r, c in cells]
        given = rng.sample(literals, len(literals) * 3 // 5)
        clauses = [*grid_clauses(n, box), [-x for x in literals], *([x] for x in given)]
        makers = {"MiniSat (python-sat)": _pysat, "z3": _z3, "CP-SAT (ortools)": _cp_sat}
        times: dict[str, list[float]] = {key: [] for key in makers}
        for _ in range(ROUNDS):
            for key, prove in makers.items():
                began = time.process_time()
                try:
                    unique = prove(clauses)
                except ImportError:
                    continue
                times[key].append(1000 * (time.process_time() - began))
                assert unique in (True, False)
        result[f"{n}x{n}"] = {
            key: round(statistics.median(found), 2) for key, found in times.items() if found
        }
    return result


def _pysat(clauses: list[list[int]]) -> bool:
    with solving(clauses) as solver:
        return not solver.solve()


def _z3(clauses: list[list[int]]) -> bool:
    import z3

    atoms: dict[int, Any] = {}
    solver = z3.Solver()
    for clause in clauses:
        parts = [atoms.setdefault(abs(x), z3.Bool(str(abs(x)))) for x in clause]
        solver.add(z3.Or([a if x > 0 else z3.Not(a) for a, x in zip(parts, clause, strict=True)]))
    return bool(solver.check() == z3.unsat)


def _cp_sat(clauses: list[list[int]]) -> bool:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    atoms: dict[int, Any] = {}
    for clause in clauses:
        parts = [atoms.setdefault(abs(x), model.new_bool_var(str(abs(x)))) for x in clause]
        model.add_bool_or([a if x > 0 else ~a for a, x in zip(parts, clause, strict=True)])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return bool(solver.solve(model) == cp_model.INFEASIBLE)


def version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def main() -> None:
    packages = ("assay", "python-sat", "z3-solver", "ortools", "reasoning-gym")
    report: dict[str, Any] = {
        "command": "python benchmarks/logic_generators.py",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "unit": "problems per second of CPU time (median of rounds)",
        "suites": {},
    }
    for name in FAMILIES:
        report["suites"][name] = row = one_suite(name)
        print(name, row, flush=True)
    report["milliseconds to prove one sudoku unique"] = solvers()
    print(report["milliseconds to prove one sudoku unique"])
    lowest = min(report["suites"].items(), key=lambda item: item[1]["lowest"])
    middle = min(report["suites"].items(), key=lambda item: item[1]["middle"])
    report["slowest at the lowest level"] = [lowest[0], lowest[1]["lowest"]]
    report["slowest at the middle level"] = [middle[0], middle[1]["middle"]]
    print("slowest at the lowest level:", *report["slowest at the lowest level"])
    print("slowest at the middle level:", *report["slowest at the middle level"])
    out = Path("results/benchmarks/logic_generators.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
