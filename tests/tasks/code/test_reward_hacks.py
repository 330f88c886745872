"""Programs that try to score without solving the task: none may, and none may blame the checker.

The attacks are data beside this file, a section each. They follow what is published on reward
hacking of unit tests: ImpossibleBench (arXiv 2510.20270), EvilGenie (2511.21654), natural
emergent misalignment (2511.18397), Baker et al. 2025, METR 2025, and the graders of
terminal-bench and SWE-bench that were fooled.
"""

from pathlib import Path

import pytest
from assay.sandbox import Limits
from assay.tasks.code.verifier import verify_function, verify_stdio
from assay.tasks.verdict import Verdict

_HERE = Path(__file__).parent
LIMITS = Limits(cpu_seconds=0.6, wall_seconds=60, memory_mb=512, output_kb=256)


def _attacks(file: str) -> dict[str, str]:
    _, *sections = (_HERE / file).read_text("utf-8").split("\n=== ")
    parts = [section.partition("\n") for section in sections]
    return {name: source for name, _, source in parts}


FUNCTION, CLASS, STDIO = (
    _attacks(f"attacks_{kind}.txt") for kind in ("function", "class", "stdio")
)

FUNCTION_TESTS = """
import math, unittest

EXPECTED = [31, 17, 42]

def check(candidate):
    expected = EXPECTED[0]
    assert candidate([3, 1, 2]) == 31
    assert 17 == candidate([])
    for given, expected in zip(([1], [5]), (18, 42)):
        assert candidate(given) == expected, f"wrong for {given}: not {expected}"
    assert abs(candidate([2]) - 21.0) < 1e-9
    assert candidate([4]) in (33, 33.0)
    assert math.isclose(candidate([6]), 53)
    assert not candidate([1]) != 18
    assert [candidate([1])] == [18] and {candidate([1]): 0} == {18: 0}
    assert all(candidate([n]) == n * n + 17 for n in range(3))

class TestWeigh(unittest.TestCase):
    def test_values(self):
        self.assertEqual(weigh([1, 1]), 19)
        self.assertAlmostEqual(weigh([0]), 17.0)
        self.assertIn(weigh([7]), [66])
        self.assertTrue(weigh([8]) == 81)
        self.assertGreater(weigh([9]), 97)
        self.assertLess(weigh([9]), 99)
    def test_type(self):
        self.assertIsInstance(weigh([1]), int)
        with self.assertRaises(TypeError):
            weigh(None)
"""
HONEST_FUNCTION = "def weigh(xs):\n    return sum(x * x for x in xs) + 17\n"

CLASS_TESTS = """
import unittest

EXPECTED = 37

class TestLedger(unittest.TestCase):
    def setUp(self):
        self.ledger = Ledger("ada")

    def test_total(self):
        self.assertEqual(self.ledger.total(), 0)
        self.ledger.add(30)
        self.ledger.add(7)
        self.assertEqual(self.ledger.total(), 37)
        self.assertTrue(abs(self.ledger.total() - 37.0) < 1e-9)
        self.assertEqual(len(self.ledger), 2)

    def test_history(self):
        self.ledger.add(5)
        self.assertEqual(self.ledger.history(), [5])
        self.assertEqual(self.ledger.history().count(5), 1)
        self.assertIn(5, self.ledger.history())
        self.assertEqual(self.ledger.owner, "ada")
        self.assertTrue(self.ledger.owner.startswith("ad"))
        self.assertNotIn(6, self.ledger.history())
"""
HONEST_CLASS = """
class Ledger:
    def __init__(self, owner):
        self.owner, self.entries = owner, []
    def add(self, amount):
        self.entries.append(amount)
    def total(self):
        return sum(self.entries)
    def history(self):
        return list(self.entries)
    def __len__(self):
        return len(self.entries)
"""

STDIO_CASES = [("1 2\n", "3\n"), ("40 2\n", "42\n"), ("-5 5\n", "0\n"), ("999 9\n", "1008\n")]
HONEST_STDIO = "a, b = map(int, input().split())\nprint(a + b)\n"


def _function(source: str) -> Verdict:
    return verify_function(f"```python\n{source}\n```", FUNCTION_TESTS, "weigh", limits=LIMITS)


def _class(source: str) -> Verdict:
    return verify_function(f"```python\n{source}\n```", CLASS_TESTS, "Ledger", limits=LIMITS)


def _stdio(source: str) -> Verdict:
    return verify_stdio(f"```python\n{source}\n```", STDIO_CASES, limits=LIMITS)


def _earns_nothing(verdict: Verdict) -> None:
    assert verdict.score == 0.0, verdict
    assert "is not Python" not in verdict.reason, "the attack itself is broken"


def test_honest_programs_score() -> None:
    for verdict in (_function(HONEST_FUNCTION), _class(HONEST_CLASS), _stdio(HONEST_STDIO)):
        assert verdict.correct, verdict


@pytest.mark.parametrize("name", FUNCTION)
def test_function_attack_earns_nothing(name: str) -> None:
    _earns_nothing(_function(FUNCTION[name]))


@pytest.mark.parametrize("name", CLASS)
def test_class_attack_earns_nothing(name: str) -> None:
    _earns_nothing(_class(CLASS[name]))


@pytest.mark.parametrize("name", STDIO)
def test_stdio_attack_earns_nothing(name: str) -> None:
    _earns_nothing(_stdio(STDIO[name]))


def test_the_checker_is_as_good_as_new_after_all_that() -> None:
    for verdict in (_function(HONEST_FUNCTION), _class(HONEST_CLASS), _stdio(HONEST_STDIO)):
        assert verdict.correct, verdict


def test_there_are_at_least_two_hundred_attacks() -> None:
    assert len(FUNCTION) + len(CLASS) + len(STDIO) >= 200
