"""Objects keep their identity between the tests and the program, as in one interpreter."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from assay.sandbox import Limits
from assay.tasks.code.judging.shorten import shorten
from assay.tasks.code.verifier import verify_function
from hypothesis import given, settings
from hypothesis import strategies as st

LIMITS = Limits(cpu_seconds=4, wall_seconds=60, memory_mb=512, output_kb=256)
NODES = "class O:\n    def __init__(self, x=1): self.x = x\n"


def _benchmark() -> ModuleType:
    path = Path(__file__).parents[3] / "benchmarks" / "code_identity.py"
    spec = importlib.util.spec_from_file_location("code_identity", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@settings(max_examples=12, deadline=None)
@given(st.integers(min_value=10**6, max_value=10**9))
def test_random_graphs_look_as_in_one_interpreter(seed: int) -> None:
    assert _benchmark().differing(list(range(seed, seed + 5))) == []


def _status(source: str, tests: str, entry: str = "f") -> str:
    return verify_function(f"```python\n{source}\n```", tests, entry, limits=LIMITS).status


CASES = {
    "the second object is the second": (
        "def f(a, b):\n    a.x += b.x\n    b.x = 999",
        NODES + "a = O(1); b = O(2)\nf(a, b)\nassert a.x == 3\nassert b.x == 2", "incorrect"),
    "a change of the second arrives": (
        "def f(a, b): b.x = 5", NODES + "a = O(1); b = O(2)\nf(a, b)\nassert b.x == 5", "correct"),
    "an argument comes back as itself": (
        "def f(a): return [a, a]", NODES + "a = O()\nassert all(one is a for one in f(a))",
        "correct"),
    "a tuple comes back as itself": (
        "def f(a): return [a, a]",
        "t = ([1], 2)\nx = f(t)\nassert x[0] is t and x[1] is t\nassert f(t[0])[0] is t[0]",
        "correct"),
    "an equal tuple is another one": (
        "def f(a): return (a[0], a[1])",
        "t = ([1], 2)\nassert f(t) is not t\nassert f(t)[0] is t[0]",
        "correct"),
    "a tuple that its own part holds": (
        "def f(a):\n    t = (a,)\n    a.append(t)\n    return t",
        "a = []\nt = f(a)\nassert t[0] is a and a[0] is t and len(a) == 1", "correct"),
    "a named tuple comes back as itself": (
        "def f(a): return {'it': a}",
        "from collections import namedtuple\nQ = namedtuple('Q', 'x y')\nq = Q([1], 2)\n"
        "assert f(q)['it'] is q and f(q)['it'].x is q.x", "correct"),
    "what was kept in one call is changed in the next": (
        "kept = []\ndef f(a):\n    kept.append(a)\n    kept[0].append(len(kept))",
        "a = []\nf(a)\nf([])\nassert a == [1, 2]", "correct"),
    "the tests' changes between calls arrive": (
        "kept = []\ndef f(a):\n    kept.append(a)\n    return kept[0]",
        "a = []\nf(a)\na.append(7)\nassert f([]) is a\nassert f([]) == [7]", "correct"),
    "methods of the tests' objects run there": (
        "def f(o): return o.area() * 2 + o.side",
        "class O:\n    def __init__(self): self.x = 3\n    def area(self): return self.x\n"
        "    @property\n    def side(self): return 1\nassert f(O()) == 7", "correct"),
    "an infinite iterator is read as far as needed": (
        "def f(it): return [next(it) for _ in range(3)]",
        "import itertools\nit = itertools.count()\nassert f(it) == [0, 1, 2]\nassert next(it) == 3",
        "correct"),
    "a frame changed in place": (
        "def f(df):\n    df['c'] = 1\n    return 1",
        "import pandas as pd\ndf = pd.DataFrame({'a': [1]})\nassert f(df) == 1\n"
        "assert list(df.columns) == ['a']", "incorrect"),
    "a second function is left out": (
        "def f(x): return x", "assert f(1) == 1\nassert g(1) == 1", "incorrect"),
    "an exception is left out": (
        "def f(x): raise ValueError", "try:\n    f(1)\nexcept MissingError:\n    pass\nassert f",
        "incorrect"),
    "objects where values are compared": (
        "def f(x): return object()", "assert f(1) == f(1)", "incorrect"),
    "an own exception keeps its fields": (
        "class E(Exception):\n    def __init__(self, c):\n        super().__init__('m')\n"
        "        self.code = c\ndef f(x): raise E(x)",
        "try:\n    f(5)\n    assert False\nexcept E as error:\n    assert error.code == 5",
        "correct"),
    "an empty array equals no full one": (
        "import numpy as np\ndef f(): return np.array([])",
        "import numpy as np\nassert (f() == np.array([5])).all()", "incorrect"),
    "told what is expected, an object says yes": (
        "class Yes:\n    def __getattr__(self, name): return lambda *given: True\n"
        "def f(): return Yes()",
        "assert f().startswith('abc')", "incorrect"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_verdicts_follow_identity_and_value(name: str) -> None:
    source, tests, status = CASES[name]
    if "pandas" in tests:
        pytest.importorskip("pandas")
    assert _status(source, tests) == status


def test_own_equality_decides_no_set() -> None:
    source = "class P:\n    def __init__(self, x): self.x = x\n"
    always = source + "    def __eq__(self, o): return True\n    def __hash__(self): return 1\n"
    tests = "assert len({P(1), P(2)}) == 2\nassert P(1).x == 1"
    assert _status(source, tests, "P") == "correct"
    assert _status(always, tests, "P") == "incorrect"


def test_what_is_rendered_is_bounded() -> None:
    value = [1]
    for _ in range(60):
        value = [value, value]  # type: ignore[list-item]
    assert len(shorten(value)) <= 400
    assert shorten({"a": (1,), "b": {2}}) == repr({"a": (1,), "b": {2}})
    loop: list[object] = []
    loop.append(loop)
    assert shorten(loop) == "[[...]]"


PYTEST = """
import pytest

@pytest.fixture
def three(): return 3

@pytest.mark.parametrize("given, wanted", [(1, 2), (2, 3)])
def test_rows(given, wanted): assert f(given) == wanted

def test_fixture(three): assert f(three) == pytest.approx(4.0)

class TestMore:
    def test_raises(self):
        with pytest.raises(TypeError, match="str"): f("a")
"""


def test_tests_in_the_style_of_pytest() -> None:
    verdict = verify_function("```python\ndef f(x): return x + 1\n```", PYTEST, "f")
    assert verdict.correct, verdict
    assert _status("def f(x): return x + 2", PYTEST) == "incorrect"
    assert (
        _status("def f(x): return x + 1", "from solution import f\nassert f(1) == 2") == "correct"
    )
