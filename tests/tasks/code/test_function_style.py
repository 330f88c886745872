"""Tests that call a function or a class: what crosses, what comes back, and what the log shows."""

import pytest
from assay.sandbox import Limits
from assay.tasks.code.verifier import verify_function
from assay.tasks.verdict import Verdict

LIMITS = Limits(cpu_seconds=4, wall_seconds=120, memory_mb=512, output_kb=256)


def _verdict(source: str, tests: str, entry: str = "f", **named: str) -> Verdict:
    return verify_function(f"```python\n{source}\n```", tests, entry, limits=LIMITS, **named)


ECHO = "def f(*args, **named):\n    return args[0] if args else named\n"

ROUND_TRIPS = """
import collections, dataclasses, datetime, decimal, enum, fractions, math, typing

Point = collections.namedtuple("Point", "x y")

class Pair(typing.NamedTuple):
    left: int
    right: list

@dataclasses.dataclass
class Box:
    size: int
    items: list = dataclasses.field(default_factory=list)

@dataclasses.dataclass(frozen=True)
class Leaf:
    name: str

class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"

VALUES = [
    None, True, 0, -5, 2**200, 1.5, -0.0, math.inf, 1 + 2j, "", "é\\n", b"\\xff", bytearray(b"x"),
    [1, [2]], (1, (2,)), {1: [2]}, {1, 2}, frozenset({3}), range(3, 9, 2), slice(1, 2),
    decimal.Decimal("1.10"), fractions.Fraction(1, 3), datetime.date(2024, 1, 2),
    datetime.datetime(2024, 1, 2, 3, tzinfo=datetime.timezone.utc), datetime.timedelta(3),
    collections.deque([1]), collections.Counter("aab"), collections.OrderedDict(a=1),
    collections.defaultdict(int, {"a": 1}), Point(1, [2]), Pair(1, [2]), Box(3, [Box(4)]),
    Leaf("a"), Colour.RED, [Colour.BLUE, {Leaf("b"): Point(0, 0)}],
]

def check(candidate):
    for value in VALUES:
        got = candidate(value)
        assert type(got) is type(value), (value, got)
        assert got == value
    assert math.isnan(candidate(math.nan))
    assert candidate(a=1, b=[2]) == {"a": 1, "b": [2]}
    assert list(candidate(iter([1, 2]))) == [1, 2]
    assert candidate({1: 2}.keys()) is not None
"""


def test_every_plain_value_crosses_both_ways() -> None:
    verdict = _verdict(ECHO, ROUND_TRIPS)
    assert verdict.correct, verdict
    assert verdict.meta["cases"] == verdict.meta["passed"] > 70


def test_the_program_sees_the_values_that_the_tests_give() -> None:
    source = """
import collections
def f(value):
    names = [type(value).__name__]
    if hasattr(value, "_fields"):
        return names + list(value._fields) + [value[0]]
    if hasattr(value, "size"):
        return names + [value.size]
    return names + [value.name] if hasattr(value, "name") else names
"""
    tests = """
import collections, dataclasses, enum
Point = collections.namedtuple("Point", "x y")
@dataclasses.dataclass
class Box:
    size: int
class Colour(enum.IntEnum):
    RED = 1
class Text(str): pass
assert f(Point(7, 8)) == ["Point", "x", "y", 7]
assert f(Box(3)) == ["Box", 3]
assert f(Text("a")) == ["str"]
assert f(collections.OrderedDict(a=1)) == ["OrderedDict"]
"""
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict


def test_classes_of_the_prompt_are_shared() -> None:
    prompt = """
class Node:
    def __init__(self, value, rest=None):
        self.value = value
        self.rest = rest

def length(node):
"""
    source = prompt + "    return 0 if node is None else 1 + length(node.rest)\n"
    tests = "def check(candidate):\n    assert candidate(Node(1, Node(2))) == 2\n"
    verdict = _verdict(source, tests, "length", prompt=prompt)
    assert verdict.correct, verdict


IN_PLACE = """
import array, collections

def check(candidate):
    xs = [3, 1, 2]
    assert candidate(xs) is None
    assert xs == [1, 2, 3]
    rows = [[2, 1], [4, 3]]
    candidate(rows[0])
    assert rows == [[1, 2], [4, 3]]
    inner = [2, 1]
    both = [inner, inner]
    candidate(both[1])
    assert both[0] is inner and inner == [1, 2]
    ys = [2, 1]
    assert candidate(ys) == candidate([5])
    assert ys == [1, 2]
    queue = collections.deque([1])
    candidate(queue)
    assert list(queue) == [1, "end"]
    kept = {"a": [2, 1]}
    candidate(kept)
    assert kept == {"a": [2, 1], "seen": True}
"""
SORTS = """
def f(x):
    if isinstance(x, dict):
        x["seen"] = True
    elif hasattr(x, "appendleft"):
        x.append("end")
    else:
        x.sort()
"""


def test_arguments_changed_in_place_come_back() -> None:
    verdict = _verdict(SORTS, IN_PLACE)
    assert verdict.correct, verdict
    untouched = _verdict("def f(x): pass", IN_PLACE)
    assert untouched.status == "incorrect"


def test_emptying_an_argument_does_not_fool_a_statement_that_reads_it_again() -> None:
    tests = "xs = [3, 1, 2]\nassert f(xs) == sorted(xs)\n"
    assert _verdict("def f(xs):\n    xs.clear()\n    return []", tests).status == "incorrect"
    assert _verdict("def f(xs):\n    return sorted(xs)", tests).correct
    assert _verdict("def f(xs):\n    xs.sort()\n    return xs", tests).correct


def test_iterators_are_drained() -> None:
    source = """
def f(n):
    if n < 0:
        return map(str, range(3))
    if n == 0:
        return ({1: 2}.items(), {1: 2}.values(), reversed([1, 2]), zip([1], [2]))
    return (k for k in range(n))
"""
    tests = """
import itertools
assert list(f(3)) == [0, 1, 2]
assert sum(f(2000)) == 1999000
assert next(f(5)) == 0
assert list(itertools.islice(f(10**9), 3)) == [0, 1, 2]
items, values, back, pairs = f(0)
assert list(items) == [(1, 2)] and list(values) == [2] and list(back) == [2, 1]
assert list(pairs) == [(1, 2)]
assert "".join(f(-1)) == "012"
got = f(4)
assert list(got) == [0, 1, 2, 3] and list(got) == []
"""
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict


def test_exceptions_arrive_by_type_and_message() -> None:
    source = """
import decimal, json
class Own(KeyError): pass
def f(kind):
    if kind == "own": raise Own("gone")
    if kind == "json": json.loads("{")
    if kind == "zero": return decimal.Decimal(1) / decimal.Decimal(0)
    if kind == "stop": return next(iter([]))
    if kind == "exit": raise SystemExit(3)
    if kind == "late": return (1 // (2 - k) for k in range(4))
    raise ValueError("no %s" % kind, 7)
"""
    tests = """
import json
class Own(KeyError): pass
def caught(kind):
    try:
        f(kind)
    except BaseException as error:
        return error
assert type(caught("other")) is ValueError and caught("other").args == ("no other", 7)
assert str(caught("x")) == "('no x', 7)"
assert isinstance(caught("own"), KeyError) and isinstance(caught("own"), Own)
assert isinstance(caught("json"), ValueError) and isinstance(caught("json"), json.JSONDecodeError)
assert isinstance(caught("zero"), ZeroDivisionError)
assert isinstance(caught("stop"), RuntimeError)
assert isinstance(caught("exit"), SystemExit)
try:
    list(f("late"))
    assert False
except ZeroDivisionError as error:
    assert "zero" in str(error)
"""
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict


def test_functions_that_tests_pass_are_called_back() -> None:
    source = """
def f(call, *values):
    try:
        return [call(value) for value in values]
    except ValueError as error:
        return str(error)
"""
    tests = """
seen = []
def double(x):
    seen.append(x)
    if x < 0:
        raise ValueError(f"{x} is below zero")
    return 2 * x
assert f(double, 1, 2) == [2, 4] and seen == [1, 2]
assert f(double, -1) == "-1 is below zero"
assert f(lambda pair: pair[0], (1, 2), [3]) == [1, 3]
assert f(f, double) == [[]]
"""
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict


def test_printed_text_reaches_tests_that_capture_it() -> None:
    tests = """
import contextlib, io
out = io.StringIO()
with contextlib.redirect_stdout(out):
    f("hello")
assert out.getvalue() == "hello\\n"
"""
    assert _verdict("def f(text): print(text)", tests).correct
    assert not _verdict("def f(text): pass", tests).correct


def test_arrays_and_frames_cross_by_value() -> None:
    pytest.importorskip("numpy")
    pytest.importorskip("pandas")
    source = """
import numpy as np
import pandas as pd
def f(x):
    if isinstance(x, pd.DataFrame):
        return x.assign(total=x.sum(axis=1))
    if isinstance(x, pd.Series):
        return x * 2
    return np.asarray(x) + 1
"""
    tests = """
import numpy as np, pandas as pd
def check(candidate):
    assert (candidate(np.array([1, 2])) == np.array([2, 3])).all()
    got = candidate(np.zeros((2, 2), dtype="float32"))
    assert got.dtype == np.float32 and got.shape == (2, 2)
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    pd.testing.assert_frame_equal(candidate(frame), frame.assign(total=[4, 6]))
    pd.testing.assert_series_equal(candidate(pd.Series([1, 2], name="s")), pd.Series([2, 4],
    name="s"))
    assert np.allclose(candidate([0.5]), [1.5])
"""
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict
    for liar in ("return []", "return np.empty((0, 1))", "return np.array([np.nan])"):
        lie = f"import numpy as np\ndef f(x):\n    {liar}"
        test = (
            "import numpy as np\nassert np.allclose(f(1.0), 3.0)\nassert np.allclose(f(2), [3.0])"
        )
        assert _verdict(lie, test).status == "incorrect", liar


def test_a_program_may_import_numpy() -> None:
    pytest.importorskip("numpy")
    source = "import numpy as np\ndef f(xs):\n    return int(np.sum(xs))"
    assert _verdict(source, "assert f([1, 2]) == 3").correct


CLASS = """
class Stack:
    limit = 3
    def __init__(self, *items):
        self.items = list(items)
    def push(self, item):
        if len(self.items) >= self.limit:
            raise OverflowError("full")
        self.items.append(item)
        return self
    def pop(self):
        return self.items.pop()
    @property
    def top(self):
        return self.items[-1]
    @staticmethod
    def name():
        return "stack"
    @classmethod
    def of(cls, items):
        return cls(*items)
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __getitem__(self, index): return self.items[index]
    def __contains__(self, item): return item in self.items
    def __repr__(self): return f"Stack({self.items})"
    def __add__(self, other): return Stack(*self.items, *other.items)
    def __enter__(self): return self
    def __exit__(self, *_): self.items.clear()
"""
CLASS_TESTS = """
import unittest

class TestStack(unittest.TestCase):
    def setUp(self):
        self.stack = Stack(1)
    def test_push_and_pop(self):
        self.assertIs(self.stack.push(2), self.stack)
        self.assertEqual(self.stack.top, 2)
        self.assertEqual(self.stack.pop(), 2)
        self.assertEqual(len(self.stack), 1)
        with self.assertRaisesRegex(OverflowError, "full"):
            for n in range(9):
                self.stack.push(n)
    def test_protocols(self):
        self.stack.push("b")
        self.assertEqual(list(self.stack), [1, "b"])
        self.assertEqual(self.stack[0], 1)
        self.assertIn("b", self.stack)
        self.assertNotIn(7, self.stack)
        self.assertEqual(repr(self.stack), "Stack([1, 'b'])")
        self.assertEqual(str(self.stack), "Stack([1, 'b'])")
        self.assertEqual(list(self.stack + Stack(3)), [1, "b", 3])
        self.assertTrue(self.stack)
        with self.stack as opened:
            self.assertEqual(len(opened), 2)
        self.assertEqual(len(self.stack), 0)
    def test_class_attributes(self):
        self.assertEqual(Stack.limit, 3)
        self.assertEqual(Stack.name(), "stack")
        self.assertEqual(len(Stack.of([1, 2])), 2)
        self.assertIsInstance(self.stack, Stack)
        self.stack.items = [9]
        self.assertEqual(self.stack.items, [9])
"""


def test_class_style_calls_on_instances() -> None:
    verdict = _verdict(CLASS, CLASS_TESTS, "Stack")
    assert verdict.correct, verdict
    assert verdict.meta["cases"] == 3
    wrong = _verdict(CLASS.replace("self.items[-1]", "self.items[0]"), CLASS_TESTS, "Stack")
    assert wrong.status == "incorrect"
    assert wrong.meta["passed"] == 2


def test_objects_are_never_compared_by_the_program() -> None:
    source = (
        "class V:\n    def __init__(self, n): self.n = n\n    def __eq__(self, o): return True\n"
    )
    for test in ("assert V(1) == V(2)", "assert V(1) <= V(2)", "assert not V(1) != V(1)"):
        verdict = _verdict(source, test, "V")
        assert verdict.status == "incorrect", test
        assert "only the program itself could decide" in verdict.reason
    assert _verdict(source, "v = V(1)\nassert v == v and v.n == 1", "V").correct
    assert _verdict(source, "assert V(1) == 1", "V").status == "incorrect"


def test_each_case_is_told_in_the_log() -> None:
    tests = """
def check(candidate):
    assert candidate(2) == 4
    for n in (3, 4):
        assert candidate(n) == n * n, "square"
    assert 25 == candidate(5)
"""
    verdict = _verdict("def f(n):\n    return n * n if n < 4 else n", tests)
    assert verdict.status == "incorrect"
    assert verdict.score == 0.0
    assert (verdict.meta["cases"], verdict.meta["passed"]) == (4, 2)
    assert verdict.meta["fraction"] == 0.5
    first, second = verdict.meta["failures"]
    assert first["test"] == 'assert candidate(n) == n * n, "square"'
    assert (first["input"], first["got"], first["expected"]) == ("4", "4", "16")
    assert first["message"] == "square"
    assert (second["input"], second["got"], second["expected"]) == ("5", "5", "25")
    assert "the first for input 4: the program gave 4, not 16" in verdict.reason


def test_unittest_methods_and_test_functions_are_cases() -> None:
    tests = """
import unittest
class TestF(unittest.TestCase):
    def test_one(self): self.assertEqual(f(1), 1)
    def test_two(self): self.assertEqual(f(2), 3)
def test_three(): assert f(3) == 3
def test_four(): f(4)
"""
    verdict = _verdict("def f(n): return n", tests)
    assert (verdict.meta["cases"], verdict.meta["passed"]) == (4, 3)
    assert "test_two" in verdict.meta["failures"][0]["test"]
    assert "2 != 3" in verdict.meta["failures"][0]["message"]


def test_tests_without_a_case_to_count() -> None:
    nested = "def check(c):\n    def same(a, b):\n        assert a == b\n    same(c(2), 4)\n"
    raising = "if f(2) != 4:\n    raise ValueError('not 4')\n"
    around = "for got, want in zip(f(2), [4, 5]):\n    assert got == want\n"
    square, empty = "def f(n): return n * n", "def f(n): return []"
    assert _verdict(square, nested).correct
    assert _verdict(square, raising).correct
    assert _verdict(empty, nested).status == _verdict(empty, raising).status == "incorrect"
    skipped = _verdict(empty, around)
    assert (skipped.status, skipped.score) == ("incorrect", 0.0)
    assert "around every assertion" in skipped.reason
    assert _verdict("def f(n): return [4, 5]", around).correct
    assert _verdict(square, "f(2)").status == "checker_error"


def test_tests_that_change_their_interpreter_do_not_reach_the_next() -> None:
    changing = "import decimal\ndecimal.getcontext().prec = 3\nassert f(1) == 1\n"
    reading = "import decimal\nassert f(decimal.Decimal(1) / 3) == decimal.Decimal(1) / 3\n"
    assert _verdict("def f(n): return n", changing).correct
    length = "import decimal\nassert len(str(decimal.Decimal(1) / 3)) == 30\n" + reading
    assert _verdict("def f(n): return n", length).correct


def test_calls_that_are_asked_together_come_in_order() -> None:
    tests = """
def check(candidate):
    assert candidate(1) == [1]
    assert True, "between them"
    assert sorted(candidate(2)) == [1, 2], "not " + str(candidate(2))
    assert candidate(n=3) == [1, 2, 3]
    assert len(candidate(4)) == 4 and candidate(5) == [1, 2, 3, 4, 5]
    for n in (6, 7):
        assert candidate(n)[-1] == n
    assert missing_one(candidate(8)) == 0
    assert candidate(9) == list(range(1, 10))

def missing_one(values):
    return len(values) - 8
"""
    source = "seen = []\ndef f(n):\n    seen.append(n)\n    return list(seen)"
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict
    assert verdict.meta["calls"] == 9
    failing = "def f(n):\n    if n == 2: raise KeyError(n)\n    return list(range(1, n + 1))"
    verdict = _verdict(failing, tests)
    assert (verdict.meta["cases"], verdict.meta["passed"]) == (9, 8)
    assert verdict.meta["failures"][0]["input"] == "2"
    assert verdict.meta["failures"][0]["error"] == "KeyError"
    wrong = _verdict(source.replace("list(seen)", "len(seen)"), tests)
    assert wrong.status == "incorrect"
    slow = "import time\ndef f(n):\n    time.sleep(0.03)\n    return list(range(1, n + 1))"
    assert _verdict(slow, tests).correct
    large = "assert f(1) == 1\n" * 3 + "assert len(f(3)) == 900_000\n" * 4 + "assert f(2) == 2\n"
    assert _verdict("def f(n): return 'x' * 900_000 if n > 2 else n", large).correct


def test_one_job_leaves_nothing_for_the_next() -> None:
    leaving = "left = 1\nclass Box: pass\nassert f(1) == 1\n"
    assert _verdict("def f(n): return n", leaving).correct
    verdict = _verdict("def f(n): return n", "assert f(1) == 1\nassert 'left' not in globals()\n")
    assert verdict.correct, verdict


def test_the_same_program_gets_the_same_verdict() -> None:
    tests = "import random\nxs = [random.random() for _ in range(3)]\nassert f(xs) == sorted(xs)\n"
    source = "def f(xs): return list(set(map(str, xs)))"
    verdicts = [_verdict(source, tests).model_copy(update={"seconds": 0}) for _ in range(3)]
    assert verdicts[0] == verdicts[1] == verdicts[2]


COUNTER = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)\n"

IN_LOOPS = """
def check(candidate):
    total = 0
    for i in range(150):
        assert candidate(i) == i + 1
    for i in range(100):
        assert candidate(str(i)) == 151 + 2 * i, "a text"
        assert candidate(x=i) == sum([151, 2 * i, 1])
    assert candidate(0) == 351
    for i in range(10):
        if i % 2:
            continue
        n = candidate(i)
        assert candidate(0) == n + 1
        if i == 4:
            break
    while True:
        assert candidate(1) == 358
        return
"""


def test_asserts_in_loops_ask_in_order() -> None:
    verdict = _verdict(COUNTER, IN_LOOPS)
    assert verdict.score == 1, verdict.reason
    assert verdict.meta["cases"] == 150 + 200 + 1 + 3 + 1
    assert verdict.meta["calls"] == 150 + 200 + 1 + 6 + 1


@pytest.mark.parametrize("bad", [0, 63, 64, 99])
def test_the_round_of_a_loop_that_fails_is_the_one_in_the_log(bad: int) -> None:
    source = f"def f(x):\n    if x == {bad}: raise KeyError('no')\n    return x if x != 70 else 7\n"
    tests = "def check(candidate):\n    for i in range(100):\n        assert candidate(i) == i\n"
    verdict = _verdict(source, tests)
    assert verdict.meta["cases"] == 100
    assert verdict.meta["passed"] == 98
    first, second = sorted(verdict.meta["failures"], key=lambda one: one["error"], reverse=True)
    assert (first["case"], first["input"], first["error"]) == (bad, str(bad), "KeyError")
    assert first["from_program"]
    assert (second["case"], second["got"], second["expected"]) == (70, "7", "70")
    assert second["test"] == "assert candidate(i) == i"


def test_what_a_loop_expects_is_what_it_was_at_that_time() -> None:
    tests = """
def check(candidate):
    wanted = []
    for i in range(5):
        wanted.append(i)
        assert candidate(i) == wanted
    wanted.clear()
    for i in range(5):
        assert candidate(i) == list(range(i + 1))
        wanted.append(candidate(1))
    assert wanted == [[0, 1]] * 5
"""
    assert _verdict("def f(x): return list(range(x + 1))", tests).score == 1
    assert _verdict("def f(x): return []", tests).score == 0
    assert _verdict("def f(x): return list(range(5))", tests).score == 0


def test_arguments_that_change_in_a_loop_are_read_when_they_were() -> None:
    tests = """
def check(candidate):
    for xs in ([3, 1], [2, 9, 4]):
        assert candidate(xs) == sorted(xs)
    for i in range(3):
        xs = [i, 0]
        assert candidate(xs) == [0, i]
        assert xs == [i, 0]
"""
    assert _verdict("def f(xs): return sorted(xs)", tests).score == 1
    assert _verdict("def f(xs):\n    xs.clear()\n    return []", tests).score == 0
    assert _verdict("def f(xs):\n    xs.sort()\n    return xs", tests).score == 0


def test_tests_cannot_pass_over_a_broken_reply_in_a_loop() -> None:
    source = """
import sys
def f(x):
    if x == 3:
        space = sys._getframe(1).f_globals
        space["dumps"] = lambda tree: b'["v"]'
        space["Packer"].pack = lambda *rest: ["nothing"]
    return x
"""
    tests = """
def check(candidate):
    for i in range(5):
        assert candidate(i) == i
    try:
        candidate(9)
    except Exception:
        pass
"""
    verdict = _verdict(source, tests)
    assert verdict.score == 0
    assert verdict.status in ("rejected", "crashed")


def test_printed_text_of_a_loop_goes_where_it_was_printed() -> None:
    tests = """
import contextlib, io
def check(candidate):
    for i in range(3):
        assert candidate(i) == i
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        assert candidate(7) == 7
    assert caught.getvalue() == "7\\n"
"""
    assert _verdict("def f(x):\n    print(x)\n    return x", tests).score == 1


def test_a_loop_that_watches_the_clock_asks_at_once() -> None:
    tests = """
import time
def check(candidate):
    for i in range(3):
        began = time.perf_counter()
        assert candidate(i) == i
        assert time.perf_counter() - began >= 0.05
"""
    assert _verdict("import time\ndef f(x):\n    time.sleep(0.06)\n    return x", tests).score == 1


PLAIN_RUN = """
def check(candidate):
    "a text"
    assert candidate([3, 1, 2], 1) == [1, 2, 3], "first"
    assert True, "between"
    assert [9] == candidate([9], 2)
    assert candidate([], 3) == []
    assert candidate([1] * 3, -4) == [1, 1, 1]
    assert not candidate([], n=5)
    assert candidate([0], n=3 * 2)
"""


def test_asserts_of_literals_in_a_row() -> None:
    in_place = "seen = []\ndef f(xs, n):\n    seen.append(n)\n    xs.sort()\n    return xs"
    for _ in range(2):  # what the program does to its arguments stays with this program
        verdict = _verdict(in_place, PLAIN_RUN)
        assert verdict.correct, verdict
        assert (verdict.meta["cases"], verdict.meta["calls"]) == (7, 6)
    verdict = _verdict("def f(xs, n):\n    if n == 2: return 0\n    return sorted(xs)", PLAIN_RUN)
    assert (verdict.meta["cases"], verdict.meta["passed"]) == (7, 6)
    (failure,) = verdict.meta["failures"]
    assert failure["test"] == "assert [9] == candidate([9], 2)"
    assert (failure["got"], failure["expected"], failure["case"]) == ("0", "[9]", 2)
    verdict = _verdict("def f(xs, n):\n    if n == 1: 1 / 0\n    return sorted(xs)", PLAIN_RUN)
    assert verdict.meta["failures"][0]["error"] == "ZeroDivisionError"
    assert not _verdict(in_place, "assert f([1], 1) == [1]\nassert False\n").correct
    lying = "class L(list):\n    def __eq__(s, o): return True\ndef f(xs, n): return L()"
    assert not _verdict(lying, PLAIN_RUN).correct
    many = "".join(f"assert f({n}) == {n}\n" for n in range(150))
    assert _verdict("def f(n): return n", many).meta["passed"] == 150
    stopping = "import os\ndef f(n):\n    if n == 70: os._exit(0)\n    return n"
    assert _verdict(stopping, many).status == "crashed"


WRAPPED = """
import functools
def strict(function):
    @functools.wraps(function)
    def inner(*given):
        result = function(*given)
        assert type(result) is int
        return result
    return inner
f = strict(f)
assert f(3) == 3
assert f(4) == 4
"""
POPPED = """
def check(c):
    d = [1, 2, 3, 4]
    for i in range(2):
        assert d.pop() == c(d.pop())
"""
VIEWED = """
def check(c):
    d = {1: 2, 3: 4}
    for i in range(2):
        assert c(i) == d.keys()
"""
CAUGHT = """
import io, sys
for i in range(3):
    sys.stdout = io.StringIO()
    assert f(i) == None
    out = sys.stdout.getvalue()
    assert out == f"{i}\\n"
"""
TIMED = """
import time
def now(): return time.time()
def check(c):
    for i in range(3):
        began = now()
        assert c(i) == i
        assert now() - began > 0.01
"""
HELPED = """
def ref(i): return f(i) + 1
def check(c):
    for i in range(3):
        assert c(i) == ref(i) - 2
"""


@pytest.mark.parametrize(
    ("tests", "right", "wrong"),
    [
        (
            "assert f(1, grid=[[0] * 3] * 2) == [[0, 0, 0], [0, 0, 0]]",
            "def f(a, grid): return [list(row) for row in grid]",
            "def f(a, grid): return [[0] * 3]",
        ),
        (WRAPPED, "def f(x): return x", "def f(x): return float(x)"),
        (POPPED, "def f(a): return a + 1", "def f(a): return a - 1"),
        (VIEWED, "def f(i): return {1, 3}", "def f(i): return {1}"),
        (CAUGHT, "def f(i): print(i)", "def f(i): pass"),
        (TIMED, "import time\ndef f(i):\n    time.sleep(0.02)\n    return i", "def f(i): return i"),
        (HELPED, "n = [0]\ndef f(i):\n    n[0] += 1\n    return n[0]", "def f(i): return i"),
        (
            "def check(c):\n    for y in c(3): z = y\n    assert z == 2\n",
            "def f(x): return [2]",
            "def f(x): return []",
        ),
    ],
)
def test_asking_together_changes_no_verdict(tests: str, right: str, wrong: str) -> None:
    assert _verdict(right, tests).score == 1
    assert _verdict(wrong, tests).score == 0


AREA = """
class Area:
    size = 1
    def __init__(self, *given): pass
    def __sub__(self, other): return 0.0
    def __len__(self): raise TypeError()
    def __contains__(self, item): return True
"""


@pytest.mark.parametrize(
    "tests",
    [
        "assert abs(Area(3) - 28.27) < 0.01",
        "import numpy as np\nassert np.allclose(Area(3), 28.27, rtol=1e-07, atol=1e-6)",
        "assert 3 in Area(3)",
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_a(self): self.assertAlmostEqual(Area(3), 28.27)\n",
    ],
)
def test_a_function_with_a_capital_is_no_class(tests: str) -> None:
    assert _verdict(AREA, tests, "Area").score == 0


def test_one_object_cannot_stand_for_several() -> None:
    source = (
        "class Vec:\n    kept = None\n    def __new__(cls, *given):\n"
        "        cls.kept = cls.kept or object.__new__(cls)\n        return cls.kept\n"
        "def add(a, b): return Vec(0, 0)\n"
    )
    assert not _verdict(source, "assert add(Vec(1, 2), Vec(3, 4)) == Vec(4, 6)", "add").correct


def test_no_address_is_in_a_verdict() -> None:
    source = "def f(n):\n    yield n"
    verdicts = [_verdict(source, "assert f(1) == [1]\nassert [f(1)] == 1") for _ in range(2)]
    assert verdicts[0].meta == verdicts[1].meta
    assert "generator object" in verdicts[0].reason
    assert " at 0x" not in str(verdicts[0].meta)
