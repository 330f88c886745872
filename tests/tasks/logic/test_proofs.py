"""Uniqueness and labels, proved by second solvers that the generators do not use.

ASSAY_CONTRACT_SIZE sets how many problems of each level are proved;
benchmarks/logic_contract.py proves a thousand of each suite.
"""

import os
from collections import Counter

import pytest
from assay.tasks import load

from .proofs import PROOFS
from .test_contract import SUITES

SIZE = int(os.environ.get("ASSAY_CONTRACT_SIZE", "8"))
LEVELS = {"sudoku": (1, 3, 5), "latin_squares": (1, 3, 5), "zebra": (1, 3, 4, 5),
          "scheduling": (1, 3, 5)}  # fmt: skip
"""Levels that the second solver proves quickly; (1, 3, 5, 7) for the others."""


def problems(name):
    for level in LEVELS.get(name, (1, 3, 5, 7)):
        yield from load(name, difficulty=level, size=SIZE)


def test_every_suite_has_a_proof():
    assert sorted(PROOFS) == SUITES


@pytest.mark.parametrize("name", SUITES)
def test_a_second_solver_agrees(name):
    answers = Counter()
    for problem in problems(name):
        PROOFS[name](problem)
        answers[problem.answer] += 1
    if name.endswith("entailment"):
        assert set(answers) == {"True", "False", "Unknown"}
    if name in ("syllogisms", "truth_teller_webs", "graph_reachability"):
        assert set(answers) == {"yes", "no"}


@pytest.mark.parametrize("name", SUITES)
def test_a_second_solver_sees_a_wrong_answer(name):
    """The proofs can fail: the answer of another problem is refused."""
    suite = load(name, difficulty=3, size=40)
    first = suite[0]
    other = next(problem for problem in suite if problem.answer != first.answer)
    if name in ("zebra", "scheduling", "shortest_path"):
        meta = dict(first.meta) | {"schedules": first.meta.get("schedules", 0) + 1}
        if name == "zebra":
            meta["table"] = first.meta["table"][::-1]
        other = type(first)(first.id, name, first.prompt, other.answer, meta)
        if name == "shortest_path":
            return  # judged by its ways, not by the gold
    else:
        other = type(first)(first.id, name, first.prompt, other.answer, first.meta)
    with pytest.raises((AssertionError, KeyError)):
        PROOFS[name](other)
