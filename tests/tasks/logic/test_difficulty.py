"""In every suite, the cost of solving a problem grows with the level."""

import json
import math
import statistics
from itertools import pairwise

import pytest
from assay.tasks import load

from .test_contract import SUITES

SAMPLE = 24


def cells(meta):
    return sum(row.count(0) for row in meta["puzzle"]) * math.log(len(meta["puzzle"]))


# What a fixed way of solving has to go through: steps, or the logarithm of the cases.
EFFORT = {
    "automaton": lambda p, m: len(m["word"]),
    "boolean_circuits": lambda p, m: len(m["gates"]),
    "countdown": lambda p, m: math.lgamma(len(m["numbers"])) + math.log(max(m["numbers"])),
    "dyck": lambda p, m: len(m["prefix"]),
    "family_relations": lambda p, m: len(m["path"]) + len(p.prompt) / 100,
    "first_order_entailment": lambda p, m: len(m["premises"]),
    "game_of_24": lambda p, m: 9 * len(m["numbers"]) + max(m["numbers"]) * 0.1,
    "graph_reachability": lambda p, m: len(m["edges"]),
    "knights_and_knaves": lambda p, m: len(m["names"]) + len(json.dumps(m["claims"])) / 1000,
    "latin_squares": lambda p, m: cells(m),
    "object_tracking": lambda p, m: len(m["swaps"]),
    "ordering": lambda p, m: math.lgamma(len(m["order"])) + len(m["clues"]) / 10,
    "propositional_entailment": lambda p, m: len(m["premises"]),
    "scheduling": lambda p, m: len(m["jobs"]) * math.log(m["days"]),
    "shortest_path": lambda p, m: len(m["roads"]),
    "string_rewriting": lambda p, m: len(m["word"]),
    "sudoku": lambda p, m: cells(m),
    "syllogisms": lambda p, m: len(p.prompt),
    "truth_teller_webs": lambda p, m: len(m["claims"]),
    "zebra": lambda p, m: len(m["columns"]) * math.lgamma(len(m["table"]) + 1),
}


def mean_effort(name, level):
    suite = load(name, difficulty=level, size=SAMPLE)
    return statistics.fmean(EFFORT[name](problem, problem.meta) for problem in suite)


def test_every_suite_has_a_measure():
    assert sorted(EFFORT) == SUITES


@pytest.mark.parametrize("name", SUITES)
def test_higher_levels_cost_more(name):
    levels = load(name).difficulties
    efforts = [mean_effort(name, level) for level in levels]
    for level, (low, high) in enumerate(pairwise(efforts), start=1):
        assert high >= low * 0.98, (level, efforts)
    assert efforts[-1] > 2 * efforts[0] or name in ("countdown", "game_of_24"), efforts
    assert efforts[-1] > efforts[len(efforts) // 2] > efforts[0], efforts


@pytest.mark.parametrize("name", SUITES)
def test_problems_of_a_level_differ(name):
    prompts = [problem.prompt for problem in load(name, size=200)]
    assert len(set(prompts)) >= 150
