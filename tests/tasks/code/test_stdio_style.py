"""Programs that read stdin and print: what counts as the expected output, and what does not."""

import pytest
from assay.sandbox import Limits
from assay.tasks.code.judging.stdio import Compare, compare_output
from assay.tasks.code.verifier import verify_stdio
from assay.tasks.verdict import Verdict

LIMITS = Limits(cpu_seconds=1, wall_seconds=120, memory_mb=256, output_kb=64)
EXACT = Compare()
NEAR = Compare(tolerance=1e-6)
NUMBERS = Compare(numbers=True)

SAME = [
    ("3", "3\n"), ("3\n\n\n", "3"), ("3  \t\n", "3\n"), ("a b\r\nc\r\n", "a b\nc\n"), ("", "\n"),
    ("", ""), ("x\n\ny\n", "x\n\ny"), ("é\n", "é"),
]  # fmt: skip
OTHER = [
    ("3", "4"), (" 3", "3"), ("3\n4", "3"), ("3", "3\n4"), ("3 4", "3  4"), ("Yes", "YES"),
    ("3.0", "3"), ("a\nb", "b\na"), ("", "0"), ("0", ""), ("1e3", "1000"), ("nan", "nan0"),
    ("x\ny", "x\n\ny"), ("3\0", "3"), ("\u00a03", "3"),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "expected"), SAME)
def test_trailing_whitespace_is_forgiven(printed: str, expected: str) -> None:
    assert compare_output(printed, [expected], EXACT)


@pytest.mark.parametrize(("printed", "expected"), OTHER)
def test_anything_else_is_not(printed: str, expected: str) -> None:
    assert not compare_output(printed, [expected], EXACT)


def test_a_tolerance_only_where_it_is_declared() -> None:
    assert not compare_output("0.3333333", ["0.33333331"], EXACT)
    assert compare_output("0.3333333", ["0.33333331"], NEAR)
    assert compare_output("a 1e6\n2", ["a 1000000.5\n2.0"], NEAR)
    for printed, expected in (("0.33", "0.34"), ("nan", "nan0"), ("inf", "1e400"), ("1 2", "1"),
                              ("b 1", "a 1"), ("1\n2", "1 2"), ("nan", "1"), ("x",
                              "1")):  # fmt: skip
        assert not compare_output(printed, [expected], NEAR), printed


def test_numbers_of_the_same_value_where_that_is_declared() -> None:
    assert compare_output(" 3.0 2", ["3 2.00"], NUMBERS)
    assert compare_output("1e3", ["1000"], NUMBERS)
    for printed, expected in (("3.0000001", "3"), ("nan", "NaN"), ("3 2", "3"), ("a 1.0", "a 1"),
                              ("sNaN", "1"), ("1\n2", "1 2")):  # fmt: skip
        assert not compare_output(printed, [expected], NUMBERS), printed


def _verdict(source: str, cases: list[tuple[str, str]], **named: object) -> Verdict:
    return verify_stdio(f"```python\n{source}\n```", cases, limits=LIMITS, **named)  # type: ignore[arg-type]


ADD = "import sys\na, b = map(int, sys.stdin.read().split())\nprint(a + b)"
CASES = [("1 2", "3"), ("5 5\n", "10\n")]


def test_every_case_must_be_right() -> None:
    verdict = _verdict(ADD, CASES)
    assert verdict.correct
    assert (verdict.meta["cases"], verdict.meta["passed"], verdict.meta["fraction"]) == (2, 2, 1.0)
    half = _verdict("print(3)", CASES, stop_early=False)
    assert (half.status, half.meta["passed"], half.meta["fraction"]) == ("incorrect", 1, 0.5)
    note = half.meta["failures"][0]
    assert (note["case"], note["input"], note["got"], note["expected"]) == (
        1,
        "5 5\n",
        "3\n",
        "10\n",
    )
    assert "case 2" in half.reason


def test_any_of_several_outputs_only_where_it_is_declared() -> None:
    source = "print('b a')"
    assert not _verdict(source, [("", "a b")]).correct
    assert _verdict(source, [("", "a b")], any_of=[["b a"]]).correct


ENDINGS = {
    "crash": ("1 / 0", "crashed", "ZeroDivisionError"),
    "exit status": ("print(3)\nraise SystemExit(2)", "crashed", "case 1"),
    "endless loop": ("while True: pass", "timeout", "case 1"),
    "endless output": ("while True: print('x' * 999)", "crashed", "case 1"),
    "memory": ("x = []\nwhile True: x.append(bytearray(1 << 22))", "crashed", "MemoryError"),
    "syntax": ("print('", "crashed", "SyntaxError"),
    "reads too much": ("for _ in range(99): input()", "crashed", "EOFError"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_program_that_does_not_end_well(name: str) -> None:
    source, status, words = ENDINGS[name]
    verdict = _verdict(source, CASES)
    assert verdict.status in (status, "memory") if name == "memory" else verdict.status == status
    assert verdict.score == 0.0
    assert words in verdict.reason or verdict.status == "memory", verdict.reason


def test_no_cases_and_no_program() -> None:
    assert _verdict(ADD, []).status == "checker_error"
    assert verify_stdio("", CASES).status == "no_answer"
    assert verify_stdio("I do not know.", CASES).status == "no_answer"
    assert verify_stdio("```python\nprint(3)", CASES).status == "truncated"


def test_the_main_guard_runs_and_large_texts_cross() -> None:
    guarded = "def main():\n    print(len(input()))\nif __name__ == '__main__':\n    main()"
    assert _verdict(guarded, [("x" * 200_000, "200000")]).correct
    copied = "import sys\nsys.stdout.write(sys.stdin.read())"
    text = "é" * 10_000 + "\n"
    assert _verdict(copied, [(text, text)]).correct


def test_a_case_leaves_nothing_for_the_next() -> None:
    source = """
import os
try:
    print(open('note').read())
except OSError:
    open('note', 'w').write(input())
    print('new')
"""
    assert _verdict(source, [("one", "new"), ("two", "new")]).correct
