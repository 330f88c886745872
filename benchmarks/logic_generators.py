"""Compare the generation speed of the logic suites with reasoning-gym, and solvers for the proofs.

    python benchmarks/logic_generators.py

The unit is problems per second of CPU time, so that a busy machine does not change it. Each suite
is timed at the lowest, middle and highest level, alternately with reasoning-gym's generator of the
same family at its own settings, if there is one, in one process; medians over the rounds.
Writes results/benchmarks/logic_generators.json. The peers are reasoning-gym, z3 and ortools; one
that cannot run is listed under `not_run` with the reason.
"""

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
from peers import find_peers, versions

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
Prover = Callable[[list[list[int]]], bool]
"""Whether clauses contradict each other."""


def rate(make: Callable[[int], Any], start: int) -> float:
    """Problems per second of CPU time, over about SECONDS of it."""
    began = time.process_time()
    made = 0
    while (spent := time.process_time() - began) < SECONDS:
        make(start + made)
        made += 1
    return made / spent


def reasoning_gym_families() -> Callable[[str], Any]:
    """reasoning-gym's data sets by name."""
    import reasoning_gym

    return lambda name: reasoning_gym.create_dataset(name, size=10**6, seed=0)


def one_suite(name: str, gym: Callable[[str], Any] | None) -> dict[str, Any]:
    """Rates of one suite at three levels, and of the same family in reasoning-gym if it is here."""
    levels = load(name).difficulties
    chosen = {"lowest": levels[0], "middle": levels[len(levels) // 2], "highest": levels[-1]}
    makers: dict[str, Callable[[int], Any]] = {
        key: load(name, difficulty=level).drawn for key, level in chosen.items()
    }
    family = FAMILIES[name]
    compared = gym is not None and family is not None
    if gym is not None and family is not None:
        makers["reasoning-gym"] = gym(family).__getitem__
    rates: dict[str, list[float]] = {key: [] for key in makers}
    for number in range(ROUNDS):
        for key, make in makers.items():
            rates[key].append(rate(make, 1000 * number))
    row: dict[str, Any] = {key: round(statistics.median(found), 1) for key, found in rates.items()}
    if compared:
        ratios = [a / b for a, b in zip(rates["lowest"], rates["reasoning-gym"], strict=True)]
        row["family"] = family
        row["lowest / reasoning-gym"] = round(statistics.median(ratios), 2)
    return row


def solvers(provers: dict[str, Prover]) -> dict[str, dict[str, float]]:
    """Milliseconds of CPU to prove one sudoku unique: build, forbid the solution, refute."""
    result: dict[str, dict[str, float]] = {}
    for n, box in ((4, (2, 2)), (9, (3, 3))):
        rng = random.Random(0)
        full = filled(rng, n, box)
        cells = [(r, c) for r in range(n) for c in range(n)]
        literals = [variable(n, r, c, full[r][c]) for r, c in cells]
        given = rng.sample(literals, len(literals) * 3 // 5)
        clauses = [*grid_clauses(n, box), [-x for x in literals], *([x] for x in given)]
        times: dict[str, list[float]] = {key: [] for key in provers}
        for _ in range(ROUNDS):
            for key, prove in provers.items():
                began = time.process_time()
                prove(clauses)
                times[key].append(1000 * (time.process_time() - began))
        result[f"{n}x{n}"] = {
            key: round(statistics.median(found), 2) for key, found in times.items()
        }
    return result


def prove_with_minisat(clauses: list[list[int]]) -> bool:
    with solving(clauses) as solver:
        return not solver.solve()


def z3_prover() -> Prover:
    """A proof by z3."""
    import z3

    def prove(clauses: list[list[int]]) -> bool:
        atoms: dict[int, Any] = {}
        solver = z3.Solver()
        for clause in clauses:
            parts = [atoms.setdefault(abs(x), z3.Bool(str(abs(x)))) for x in clause]
            signed = zip(parts, clause, strict=True)
            solver.add(z3.Or([a if x > 0 else z3.Not(a) for a, x in signed]))
        return bool(solver.check() == z3.unsat)

    return prove


def cp_sat_prover() -> Prover:
    """A proof by CP-SAT with one worker."""
    from ortools.sat.python import cp_model

    def prove(clauses: list[list[int]]) -> bool:
        model = cp_model.CpModel()
        atoms: dict[int, Any] = {}
        for clause in clauses:
            parts = [atoms.setdefault(abs(x), model.new_bool_var(str(abs(x)))) for x in clause]
            model.add_bool_or([a if x > 0 else ~a for a, x in zip(parts, clause, strict=True)])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        return bool(solver.solve(model) == cp_model.INFEASIBLE)

    return prove


GYM: dict[str, Callable[[], Callable[[str], Any]]] = {"reasoning-gym": reasoning_gym_families}
PROVERS: dict[str, Callable[[], Prover]] = {"z3": z3_prover, "CP-SAT (ortools)": cp_sat_prover}


def makes_a_problem(gym: Callable[[str], Any]) -> bool:
    """The probe of reasoning-gym."""
    return bool(gym("countdown")[0]["question"])


def proves(prove: Prover) -> bool:
    """The probe of a solver: it tells a contradiction from a satisfiable formula."""
    return prove([[1], [-1]]) and not prove([[1], [2]])


def main() -> None:
    """Measure, print, write."""
    packages = ("assay", "python-sat", "z3-solver", "ortools", "reasoning-gym")
    report: dict[str, Any] = {
        "command": "python benchmarks/logic_generators.py",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "versions": versions(packages),
        "unit": "problems per second of CPU time (median of rounds)",
        "suites": {},
    }
    gym, no_gym = find_peers(GYM, makes_a_problem)
    provers, no_provers = find_peers(PROVERS, proves)
    report["not_run"] = no_gym | no_provers
    for name in FAMILIES:
        report["suites"][name] = row = one_suite(name, gym.get("reasoning-gym"))
        print(name, row, flush=True)
    report["milliseconds to prove one sudoku unique"] = solvers(
        {"MiniSat (python-sat)": prove_with_minisat} | provers
    )
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
