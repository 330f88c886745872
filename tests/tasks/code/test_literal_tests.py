"""Tests that are only data take one request, and the verdict equals the judge's."""

import ast
import dataclasses
import itertools
import json
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from assay.sandbox import Limits
from assay.tasks.code import verifier
from assay.tasks.code.judging import session
from assay.tasks.code.judging.batching import _literal
from assay.tasks.code.judging.codec import Packer, no_foreign
from assay.tasks.code.judging.literal_tests import (
    LONGEST_TEXT,
    LiteralTests,
    harmless,
    read_literal_tests,
)
from assay.tasks.code.judging.notation import dumps
from assay.tasks.code.judging.test_analysis import analyse_tests
from assay.tasks.verdict import Verdict

LIMITS = Limits(cpu_seconds=4, wall_seconds=120, memory_mb=512, output_kb=256)

TESTS = """
METADATA = {"author": "nobody"}

def check(candidate):
    # Values of most kinds.
    assert candidate(3) == [0, 1, 2], "three"
    assert [0] == candidate(1)
    assert not candidate(0)
    assert candidate(-1)
    assert candidate(2 * 5 + 1) == (1.5, {"a": {1, 2}}, None, "é", b"x", 2**70)
    assert True
"""
RIGHT = """
def f(n):
    special = {0: [], -1: "yes", 11: (1.5, {"a": {1, 2}}, None, "é", b"x", 2**70)}
    return special[n] if n in special else list(range(n))
"""
PROGRAMS = {
    "right": RIGHT,
    "a number for a boolean": RIGHT.replace('"yes"', "1"),
    "an empty value for a false one": RIGHT.replace("[]", "''"),
    "a value of another type": RIGHT.replace("list(range(n))", "tuple(range(n))"),
    "equal numbers of another type": RIGHT.replace("list(range(n))", "[0.0, 1.0, 2.0][:n]"),
    "another order of a set": RIGHT.replace("{1, 2}", "{2, 1}"),
    "wrong in the last": RIGHT.replace("1.5", "1.25"),
    "raises in one": RIGHT + "\ng = f\ndef f(n):\n    return g(n) if n else 1 / 0",
    "prints": RIGHT + "\ng = f\ndef f(n):\n    print(n)\n    return g(n)",
    "slow in one": RIGHT.replace("    return", "    __import__('time').sleep(n == 1)\n    return"),
    "ends": RIGHT + "\nimport os\ng = f\ndef f(n):\n    return g(n) if n else os._exit(0)",
    "never ends": RIGHT + "\ng = f\ndef f(n):\n    while n == 1: pass\n    return g(n)",
    "an iterator": "def f(n):\n    yield from range(n)",
    "an object": "class A: pass\ndef f(n):\n    return A()",
    "counts its calls": "calls = []\ndef f(n):\n    calls.append(n)\n    return [0] * len(calls)",
    "a class": "class f:\n    def __init__(self, n): self.n = n",
    "a value": "f = 3",
    "an instance that can be called": "class A:\n    def __call__(self, n): return [0]\nf = A()",
    "not there": "def g(n): return n",
    "fails as it is loaded": RIGHT + "\n1 / 0",
    "no Python": "def f(n:\n",
    "a large value": "def f(n):\n    return list(range(200_000))",
    "a string of one kind of brackets": "def f(n):\n    return '[' * 5000",
    "deep": "def f(n):\n    x = []\n    for _ in range(150): x = [x]\n    return x",
    "too deep": "def f(n):\n    x = []\n    for _ in range(5000): x = [x]\n    return x",
}  # fmt: skip


def _verdict(source: str, tests: str = TESTS) -> Verdict:
    return verifier.verify_function(f"```python\n{source}\n```", tests, "f", limits=LIMITS)


def _judged_only(monkeypatch: pytest.MonkeyPatch, source: str, tests: str = TESTS) -> Verdict:
    known = verifier.analyse_tests

    def blind(*texts: str) -> Any:
        return dataclasses.replace(known(*texts), literal=None)

    with monkeypatch.context() as patch:
        patch.setattr(verifier, "analyse_tests", blind)
        return _verdict(source, tests)


def _told(verdict: Verdict) -> dict[str, Any]:
    told = verdict.model_dump(exclude={"seconds"})
    told["meta"].pop("cpu_seconds", None)
    for failure in told["meta"].get("failures", []):
        failure.pop("calls", None)  # how many were asked by then depends on how long each takes
    return told


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_verdict_is_that_of_the_judge(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_foresight = _verdict(PROGRAMS[name])
    alone = _judged_only(monkeypatch, PROGRAMS[name])
    if name in ENDS:
        assert with_foresight.status == alone.status
        return  # of a program that ends, more is said: see below
    assert _told(with_foresight) == _told(alone)
    assert with_foresight.correct is (
        name in ("right", "a number for a boolean", "an empty value for a false one",
                 "equal numbers of another type", "another order of a set", "prints", "slow in one")
    )  # fmt: skip


ENDS = {"ends": ("crashed", 2, "0"), "never ends": ("timeout", 1, "1")}


@pytest.mark.parametrize("name", ENDS)
def test_the_case_that_ends_a_program_is_found(name: str) -> None:
    status, passed, asked = ENDS[name]
    verdict = _verdict(PROGRAMS[name])
    assert verdict.status == status
    assert verdict.reason.endswith(f", for input {asked}.")
    assert verdict.meta["cases"] == 6
    assert verdict.meta["passed"] == passed
    assert verdict.meta["fraction"] == passed / 6
    assert verdict.meta["failures"][-1]["input"] == asked


def test_a_program_that_ends_as_it_is_loaded_has_no_case() -> None:
    verdict = _verdict("import os\nos._exit(3)\ndef f(n): return n")
    assert (verdict.status, verdict.meta) == ("crashed", {})


def test_a_program_that_ends_only_once_fails_one_case() -> None:
    """Even if the second look finds nothing wrong, because the program can tell its runs apart."""

    source = RIGHT + "\ng = f\ndef f(n):\n    ENDS\n    return g(n)"
    # Asked everything at once it ends; asked one by one, with little time each, it does not.
    ends = "import os, sys; sys._getframe(6).f_code.co_name == 'load_and_ahead' and os._exit(1)"
    verdict = _verdict(source.replace("ENDS", ends))
    assert verdict.status == "crashed"
    assert verdict.score == 0
    assert verdict.meta["passed"] == 5


def test_no_judge_is_asked_where_every_reply_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    run = session.Judges.run

    def counted(self: session.Judges, job: session.JudgeTask, *rest: Any) -> dict[str, Any]:
        asked.append(job.entry_point)
        return run(self, job, *rest)

    monkeypatch.setattr(session.Judges, "run", counted)
    assert _verdict(RIGHT).correct
    assert asked == []
    assert not _verdict(PROGRAMS["wrong in the last"]).correct
    assert asked == ["f"]


def test_a_failure_is_judged_without_a_second_run(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    load = session.ProgramChannel.load

    def counted(self: session.ProgramChannel, *rest: Any) -> bytes:
        opened.append(1)
        return load(self, *rest)

    monkeypatch.setattr(session.ProgramChannel, "load", counted)
    verdict = _verdict(PROGRAMS["counts its calls"])
    assert verdict.meta["failures"][0]["got"] == "[0]"
    assert len(opened) == 1


@pytest.mark.parametrize(
    "tests",
    [
        "def check(c):\n    x = 1\n    assert c(1) == x",
        "def check(c):\n    for n in [1]:\n        assert c(n) == 1",
        "import math\ndef check(c):\n    assert c(1) == 1",
        "def check(c, d=1):\n    assert c(1) == 1",
        "def check(*c):\n    assert c(1) == 1",
        "@staticmethod\ndef check(c):\n    assert c(1) == 1",
        "def check(c):\n    assert c(1) == 1\nf = {}",
        "def check(c):\n    assert c(1) == 1\ndef other(): pass",
        "def check(c):\n    assert c(1) == 1\n    assert False",
        "def check(c):\n    assert c(c) == 1",
        "def check(c):\n    assert c(c(1)) == 1",
        "def check(c):\n    assert c(1) == 1 == 1",
        "def check(c):\n    assert c(1) is 1",
        "def check(c):\n    assert abs(c(1) - 1) < 0.1",
        "def check(c):\n    assert c(1) == 10**10**10",
        "def check(c):\n    assert c('a' * 10**9) == 1",
        "def check(c):\n" + "    assert c(1) == 1, c(2)\n" * 25,
        "def check(c):\n    assert c(1) == 1, (yield)",
        "def check(c):\n    assert c(1) == 1, (await c)",
        "def check(c):\n    assert c(1) == 1, [x := 1 for x in [1]]",
        "def check(c):\n    assert c(1) == 1, foo",
        "def check(c):\n    assert c({'a', 'b'}) == 1",
        "def check(c):\n    assert c([{'a', 'b'}]) == 1",
        "def check(c):\n    assert c(1) == '\\ud800'",
        "def check(c):\n    assert c(1) == [2j]",
        "def check(c):\n" + "    assert c(1) == 1\n" * 100,
        "def check(c):\n    c = {'a': 1}\n    assert c(1) == 1",
        "def check(c):\n    assert c(1) == 1\ncheck = {'a': 1}",
        "def check(c):\n    assert c(1) == 1\n__builtins__ = {'a': 1}",
        "def check(c: list):\n    assert c(1) == 1",
        "def check(c) -> 1 / 0:\n    assert c(1) == 1",
        "def check(__debug__):\n    assert __debug__(1) == 1",
        "def check(c):\n    assert c(1) == [[0]] * 3",
        "async def check(c):\n    assert c(1) == 1",
        "def check(c):\n    assert c(1) == 1\n    yield",
        "def check(c):\n    return\n    assert c(1) == 1",
        "def check(c):\n    assert c(1) == [0] * 9999 * 9999",
        "def check(c):\n    assert c(1) == [''] * 9999 * 9999",
        "def check(c):\n    assert c(1) == " + " + ".join(["[0] * 900"] * 600),
        "",
    ],
)
def test_other_tests_are_left_to_the_judge(tests: str) -> None:
    assert read_literal_tests(ast.parse(tests), "f", "check") is None


@pytest.mark.parametrize("end", ["", "check(f)", "METADATA = {}\ncheck(f)\n'The end.'"])
def test_a_check_may_be_called_by_the_tests(end: str) -> None:
    text = "def check(c):\n    assert c(1) == 1\n" + end
    found = analyse_tests(text, "", "", "f").literal
    assert found is not None
    assert _verdict("def f(n): return n", text).meta["calls"] == 1
    assert not _verdict("def f(n): return 2", text).correct


@pytest.mark.parametrize(
    "end", ["check(f)\ncheck(f)", "check(g)", "check(f, f)", "x = check(f)", "if 1: check(f)"]
)
def test_a_check_that_is_called_otherwise_is_left_to_the_judge(end: str) -> None:
    text = "def check(c):\n    assert c(1) == 1\n" + end
    assert analyse_tests(text, "", "", "f").literal is None


def test_tests_of_the_entry_point_check_are_left_to_the_judge() -> None:
    assert (
        read_literal_tests(ast.parse("def check(c):\n    assert c(1) == 1"), "check", "check")
        is None
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", True),
        ("from typing import List\n\ndef f(xs: List[int]) -> int:\n    'Sum.'\n    pass", True),
        ("'A text.'\nimport math, os", True),
        ("from typing import Dict, List\ndef f(x: Dict[str, List[int]]) -> None: pass", True),
        ("import os.nonexistent", False),
        ("from math import nonexistent", False),
        ("from . import math", False),
        ("import tkinter", False),
        ("def f(*, x=1): pass", False),
        ("def f(x: 'A' | None): pass", False),
        ("def f(x: 1 / 0): pass", False),
        ("from typing import Tuple\ndef f(x: Tuple[int][str]): pass", False),
        ("def f(x: List[int]): pass\nfrom typing import List", False),
        ("import module_of_no_one", False),
        ("def f(xs: List[int]): pass", False),
        ("def f(xs=1 / 0): pass", False),
        ("@staticmethod\ndef f(x): pass", False),
        ("import unittest\nclass T(unittest.TestCase): pass", False),
        ("if __name__ == '__tests__': 1 / 0", False),
        ("x = 1", False),
    ],
)
def test_only_code_that_defines_may_stand_before_literal_tests(code: str, expected: bool) -> None:
    assert harmless(ast.parse(code)) is expected
    if not expected:
        assert analyse_tests("assert f(1) == 1", code, "", "f").literal is None
        assert analyse_tests("assert f(1) == 1", "", code, "f").literal is None


def test_products_of_large_numbers_are_not_computed() -> None:
    product = "(" + " * ".join(["9 ** 399"] * 100) + ")"
    with pytest.raises(ValueError, match="large"):
        _literal(ast.parse(" * ".join([product] * 100), mode="eval").body)


@pytest.mark.parametrize("text", ["x = a{}()\nassert f(1) == 1", "class A(a{}): pass"])
def test_deep_tests_are_broken_ones(text: str) -> None:
    deep = text.format(".a" * 900)
    for tests, prompt in ((deep, ""), ("assert f(1) == 1", deep)):
        verdict = verifier.verify_function("def f(n): return n", tests, "f", prompt=prompt)
        assert verdict.status == "checker_error"


def test_a_judge_that_asks_something_else_gives_no_second_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = verifier.analyse_tests

    def other(*texts: str) -> Any:
        found = known(*texts)
        assert found.literal is not None
        question = found.literal.question.replace(b"3", b"4")
        changed = dataclasses.replace(found.literal, question=question)
        return dataclasses.replace(found, literal=changed)

    monkeypatch.setattr(verifier, "analyse_tests", other)
    verdict = _verdict("def f(n): return n", "assert f(3) == 3")
    assert verdict.status == "checker_error"
    assert "its text shows" in verdict.reason


def test_threads_leave_the_filters_of_warnings_as_they_were() -> None:
    before = list(warnings.filters)
    texts = [f"assert f({n}) == '\\d'" for n in range(400)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda text: analyse_tests(text, "", "", "f"), texts))
    assert list(warnings.filters) == before


def test_long_tests_are_left_to_the_judge() -> None:
    text = "assert f(1) == '" + "a" * LONGEST_TEXT + "'"
    assert analyse_tests(text, "", "", "f").literal is None
    assert analyse_tests(text[:100] + "'", "", "", "f").literal is not None


@pytest.mark.parametrize("count", [1, 3, 24, 25, 64])
def test_a_message_is_made_only_where_its_assert_fails(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = "def check(c):\n" + "".join(
        f"    assert c({n}) == {n}, f'{{c({n})}} is wrong'\n" for n in range(count)
    )
    for source in (
        "def f(n): return n",
        "calls = []\ndef f(n):\n    calls.append(n)\n    return 2",
    ):
        verdict = _verdict(source, tests)
        assert _told(verdict) == _told(_judged_only(monkeypatch, source, tests))
    assert verdict.meta["failures"][0]["message"] == "2 is wrong"


def test_asserts_of_a_module_are_literal_tests() -> None:
    found = read_literal_tests(ast.parse("assert f(1, [2], k='x') == 3\nassert f()"), "f", None)
    assert found is not None
    assert json.loads(found.question)[2] == [
        [["l", 1, ["l", 2]], ["d", "k", "x"]],
        [["l"], ["d"]],
    ]
    assert found.cases == 2


LITERAL = LiteralTests(b"", (("left", ["l", 1, 2]), ("true", None), ("false", None)), 3)


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [
        ([["v", ["l", 1, 2], [], ""], ["v", 5, [], "x"], ["v", 0, [], ""]], True),
        ([["v", ["l", 1, 2], [], ""], ["v", "a", [], ""], ["v", None, [], ""]], True),
        ([["v", ["l", 2, 1], [], ""], ["v", 5, [], ""], ["v", 0, [], ""]], False),
        ([["v", ["t", 1, 2], [], ""], ["v", 5, [], ""], ["v", 0, [], ""]], False),
        ([["v", ["l", 1, 2], [], ""], ["v", ["l"], [], ""], ["v", 0, [], ""]], False),
        ([["v", ["l", 1, 2], [], ""], ["v", 5, [], ""], ["v", ["l"], [], ""]], True),
        ([["v", ["l", 1, 2], [], ""], ["v", 5, [], ""], ["v", ["h"], [], ""]], False),
        ([["v", ["l", 1, 2], [], ""], ["v", 5, [], ""], ["v", ["l", 0], [], ""]], False),
        ([["v", ["l", 1, 2], [], ""], ["v", 5, [], ""], ["v", {}, [], ""]], False),
        ([["v", ["l", 1, 2], [0, ["l"]], ""], ["v", 5, [], ""], ["v", 0, [], ""]], False),
        ([["v", ["l", 1, 2], [], "", 1], ["v", 5, [], ""], ["v", 0, [], ""]], False),
        ([["x", ["l", 1, 2], [], ""], ["v", 5, [], ""], ["v", 0, [], ""]], False),
        ([["v", ["l", 1, 2], [], ""], ["v", 5, [], ""]], False),
        ([[], [], []], False),
        ([1, 2, 3], False),
        ({"v": 1}, False),
    ],
)  # fmt: skip
def test_a_reply_is_accepted_only_where_every_assert_surely_holds(
    answers: Any, accepted: bool
) -> None:
    assert LITERAL.accepts(dumps(["ahead", answers])) is accepted
    assert not LITERAL.accepts(dumps(["other", answers]))
    assert not LITERAL.accepts(dumps(["ahead", answers])[:-1])


def test_equal_trees_are_equal_values() -> None:
    values = [
        0, 1, True, False, None, 1.0, -0.0, "", "a", b"", b"a", "l", 2**90, 1j, (), (1,), [], [1],
        [[1]], [(1,)], {}, {1: 2}, {"a": [1]}, set(), {1}, frozenset({1}), float("inf"),
        float("nan"), ["l", 1], ["r", 0], ("t",), ..., range(3), {True: 2},
    ]  # fmt: skip
    for one, other in itertools.product(values, values):
        trees = [json.loads(dumps(Packer(no_foreign).pack(value))) for value in (one, other)]
        assert (trees[0] != trees[1]) or one == other, (one, other)


def test_arithmetic_of_tests_is_computed_within_bounds() -> None:
    for text in ("2 * 3", "-(4 // 3)", "10 ** 6", "[0] * 5", "'ab' * 3", "(1, 2 + 3)", "7 % 4 / 2"):
        assert _literal(ast.parse(text, mode="eval").body) == eval(text)
    for text in (
        "10 ** 10 ** 10",
        "[0] * 10**9",
        "'%99999999d' % 1",
        "1 << 9",
        "f(1) + 1",
        "1 / 0",
    ):
        with pytest.raises((ValueError, ZeroDivisionError)):
            _literal(ast.parse(text, mode="eval").body)
