"""Values that few tests use, large replies, and values whose making is meant to take long."""

import re
import threading

import pytest
from assay.sandbox import Limits
from assay.tasks.code.judging.bounded_reading import in_time
from assay.tasks.code.judging.codec import Packer, Unpacker
from assay.tasks.code.judging.known_values import KNOWN_KINDS, known_foreign, known_rebuild
from assay.tasks.code.judging.notation import MalformedError
from assay.tasks.code.judging.sandbox_registry import imported_libraries
from assay.tasks.code.verifier import verify_function, verify_stdio
from assay.tasks.verdict import Verdict

LIMITS = Limits(cpu_seconds=6, wall_seconds=60, memory_mb=1024, output_kb=256)


def _verdict(source: str, tests: str) -> Verdict:
    return verify_function(f"```python\n{source}\n```", tests, "f", limits=LIMITS)


def test_a_type_of_numpy_arrives_as_itself() -> None:
    numpy = pytest.importorskip("numpy")
    tree = Packer(known_foreign).pack(numpy.dtype("int16"))
    assert tree[0] == "nt"
    assert Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree) == numpy.dtype("int16")
    made = _verdict("import numpy as np\ndef f(): return np.dtype('<i2')",
                    "import numpy as np\nassert f() == np.dtype('int16')")  # fmt: skip
    assert made.correct, made.reason


def test_missing_values_have_no_number() -> None:
    pandas = pytest.importorskip("pandas")
    held: list[object] = []
    value = [pandas.NA, pandas.NaT, held, held]
    packer = Packer(known_foreign)
    tree = packer.pack(value)
    assert packer.table.objects == [value, held]
    got = Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree)
    assert got[0] is pandas.NA
    assert got[1] is pandas.NaT
    assert got[2] is got[3]


@pytest.mark.parametrize(
    ("size", "source", "tests"),
    [
        (10**6, "def f(n): return list(range(n))", "assert f({n}) == list(range({n}))"),
        (10**7, "def f(n): return 'ab' * n", "assert f({n}) == 'ab' * {n}"),
    ],
)
def test_large_replies_arrive(size: int, source: str, tests: str) -> None:
    verdict = _verdict(source, tests.format(n=size))
    assert verdict.correct, verdict.reason


def test_a_value_that_takes_long_to_make_is_malformed() -> None:
    pattern, text = re.compile("(a+)+$"), "a" * 60 + "b"
    with pytest.raises(MalformedError, match="too long"):
        in_time(in_time, pattern.match, text)
    assert in_time(pattern.match, "aa") is not None
    found: list[object] = []
    other = threading.Thread(target=lambda: found.append(in_time(pattern.match, "a")))
    other.start()
    other.join()
    assert found[0] is not None


def test_a_hostile_match_does_not_hold_the_judge() -> None:
    source = (
        "import re, sys\n"
        "def f(): return re.match('a', 'a')\n"
        "main = sys.modules['__main__']\n"
        "tree = ['rm', ['re', '(a+)+$', 32], 'a' * 60 + 'b', 0, 61, [[0, 1]]]\n"
        "write = lambda packer, one, depth: tree\n"
        "main.known_writer = lambda one: (write, False) if isinstance(one, re.Match) else None\n"
    )
    verdict = _verdict(source, "assert f().group() == 'a'")
    assert verdict.status == "rejected", verdict.reason
    assert "too long" in verdict.reason


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np", ("numpy",)),
        ("from pandas import DataFrame", ("numpy", "pandas")),
        ("import os, sympy; import math", ("sympy",)),
        ("def f():\n    import mpmath", ("mpmath",)),
        ("x = 'numpy'", ()),
        ("# import numpy", ()),
        ("import mynumpy", ()),
    ],
)
def test_the_libraries_that_a_program_imports(source: str, found: tuple[str, ...]) -> None:
    for name in found:
        pytest.importorskip(name)
    assert imported_libraries(source) == found


def test_a_program_finds_its_own_text() -> None:
    source = (
        "import inspect, linecache\n"
        "def f():\n"
        "    return inspect.getsource(f), linecache.getline('solution.py', 2)\n"
    )
    tests = (
        "text, line = f()\n"
        "assert text.startswith('def f():') and 'getsource' in text\n"
        "assert line == 'def f():\\n' or line == ''\n"
    )
    verdict = _verdict(source, tests)
    assert verdict.correct, verdict.reason


def test_a_header_stays_where_a_program_has_futures() -> None:
    program = "```python\nfrom __future__ import annotations\nprint(floor(2.5), int(input()))\n```"
    verdict = verify_stdio(program, [("3", "2 3")], limits=LIMITS, header="from math import *\n")
    assert verdict.correct, verdict.reason
