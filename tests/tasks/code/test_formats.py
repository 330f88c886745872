# ruff: noqa: E501 (rows of published files are as long as they are)
"""Invented rows in the published formats of RL data sets, judged end to end."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from assay.sandbox import UsageError
from assay.tasks import load

STDIO = {"inputs": ["1 2\n", "5 6\n"], "outputs": ["3\n", "11\n"]}
CALLS = {"fn_name": "double", "inputs": [[2], [5]], "outputs": [[4], [10]]}
METHOD = {"fn_name": "double", "inputs": [["x"]], "outputs": ["xx"]}
ADD = "print(sum(map(int, input().split())))\n"
WRONG_ADD = "print(3)\n"
DOUBLE = "def double(x):\n    return x * 2\n"
WRONG_DOUBLE = "def double(x):\n    return 4\n"
IN_CLASS = "class Solution:\n    def double(self, x):\n        return x + x\n"
WRONG_IN_CLASS = "class Solution:\n    def double(self, x):\n        return x\n"
LISTED = [
    {"input": "1 2\n", "output": "3\n", "type": "stdin_stdout", "fn_name": None},
    {"input": "5 6\n", "output": "11\n", "type": "stdin_stdout", "fn_name": None},
]
TYPED = [
    {"input": "2", "output": "4", "testtype": "functional", "metadata": {"func_name": "double"}},
    {"input": "5", "output": "10", "testtype": "functional", "metadata": {"func_name": "double"}},
]
CHECK = "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(5) == 10\n"
PYTEST = """
import pytest
from solution import double


@pytest.mark.parametrize("given, want", [(2, 4), (5, 10)])
def test_double(given, want):
    assert double(given) == want


def test_float():
    assert double(0.1) == pytest.approx(0.2)


def test_error():
    with pytest.raises(TypeError):
        double(None)
"""
PLAIN_TESTS = "from solution import double\n\n\ndef test_double():\n    assert double(5) == 10\n"
CHECKER = """
import sys

with open(sys.argv[1]) as file:
    total = int(file.read())
with open(sys.argv[3]) as file:
    parts = list(map(int, file.read().split()))
print(1 if len(parts) == 2 and sum(parts) == total else 0)
"""
SPLIT = "n = int(input())\nprint(1, n - 1)\n"
OTHER_SPLIT = "n = int(input())\nprint(n - 2, 2)\n"
GAP = {"prompt": "def double(x):\n", "suffix": "    return y\n", "entry_point": "double"}
STACK = "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, x):\n"
STACK_TEST = (
    "import unittest\n\n\nclass StackTest(unittest.TestCase):\n    def test_push(self):\n"
    "        stack = Stack()\n        stack.push(3)\n        self.assertEqual(stack.items, [3])\n"
)

ROWS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "apps stdin": (
        "apps",
        {"problem_id": 1, "question": "Add.", "input_output": json.dumps(STDIO),
         "solutions": json.dumps([ADD]), "starter_code": ""},
        ADD, WRONG_ADD,
    ),
    "apps call": (
        "apps",
        {"problem_id": 2, "question": "Double.", "input_output": json.dumps(CALLS),
         "solutions": json.dumps([DOUBLE]), "starter_code": "def double(x):\n\t"},
        DOUBLE, WRONG_DOUBLE,
    ),
    "apps method": (
        "apps",
        {"problem_id": 3, "question": "Double.", "input_output": json.dumps(METHOD),
         "solutions": "", "starter_code": "class Solution:\n    def double(self, x):\n"},
        IN_CLASS, WRONG_IN_CLASS,
    ),
    "taco": (
        "taco",
        {"question": "Add.", "input_output": json.dumps(STDIO), "solutions": json.dumps([ADD])},
        ADD, WRONG_ADD,
    ),
    "prime": (
        "prime_code",
        {"data_source": "taco", "ability": "code", "extra_info": {"index": 7},
         "prompt": [{"role": "system", "content": "x"}, {"role": "user", "content": "Add."}],
         "reward_model": {"style": "rule", "ground_truth": json.dumps(STDIO)}},
        ADD, WRONG_ADD,
    ),
    "prime call": (
        "prime_code",
        {"ability": "code", "prompt": "Double.",
         "reward_model": {"ground_truth": json.dumps(CALLS)}},
        DOUBLE, WRONG_DOUBLE,
    ),
    "deepcoder": (
        "deepcoder",
        {"problem": "Add.", "solutions": [f"```python\n{ADD}```"], "tests": json.dumps(LISTED)},
        ADD, WRONG_ADD,
    ),
    "deepcoder truth": (
        "deepcoder", {"problem": "Double.", "ground_truth": json.dumps(TYPED)},
        DOUBLE, WRONG_DOUBLE,
    ),
    "verifiable coding": (
        "verifiable_coding",
        {"problem_id": "v_1", "prompt": "Add.", "gold_standard_solution": f"```python\n{ADD}```",
         "verification_info": json.dumps({"language": "python", "test_cases": LISTED})},
        ADD, WRONG_ADD,
    ),
    "codeforces": (
        "codeforces",
        {"id": "1/A", "description": "Add.", "input_format": "a b", "output_format": "a + b",
         "official_tests": LISTED, "examples": LISTED[:1], "time_limit": 2.0},
        ADD, WRONG_ADD,
    ),
    "codeforces checker": (
        "codeforces",
        {"id": "2/B", "description": "Two numbers with the sum n.", "time_limit": 1.0,
         "official_tests": [{"input": "9\n", "output": "4 5\n"}, {"input": "5\n", "output": "2 3\n"}],
         "generated_checker": CHECKER},
        SPLIT, "n = int(input())\nprint(4, 5)\n",
    ),
    "code contests plus": (
        "code_contests_plus",
        {"id": "c_1", "description": "Two numbers with the sum n.", "time_limit": 1000,
         "test_cases": [{"input": "9\n", "output": "4 5\n"}], "checker": CHECKER,
         "correct_submissions": [{"code": "int main(){}", "language": "cpp"},
                                 {"code": OTHER_SPLIT, "language": "py3"}]},
        SPLIT, "print(1, 1)\n",
    ),
    "kodcode": (
        "kodcode",
        {"question_id": "k_1", "question": "Double.", "solution": DOUBLE, "test": PLAIN_TESTS,
         "test_info": [{"function_name": "double", "parameter_list": "(x)"}]},
        DOUBLE, WRONG_DOUBLE,
    ),
    "acecode": (
        "acecode",
        {"id": "a_1", "question": "Double.", "test_cases": ["assert double(2) == 4",
                                                           "assert double(5) == 10"]},
        DOUBLE, WRONG_DOUBLE,
    ),
    "leetcode": (
        "leetcode_dataset",
        {"task_id": "double-it", "query": "Double.", "entry_point": "Solution().double",
         "prompt": "from typing import *\n", "completion": IN_CLASS, "test": CHECK},
        "class Solution:\n    def double(self, x: List[int]) -> int:\n        return 2 * x\n",
        WRONG_IN_CLASS,
    ),
    "humaneval x": (
        "humaneval_x",
        {"task_id": "Python/0", "prompt": "def double(x):\n", "declaration": "def double(x):\n",
         "canonical_solution": "    return x * 2\n", "test": CHECK + "\ncheck(double)\n"},
        DOUBLE, WRONG_DOUBLE,
    ),
    "multipl e": (
        "multipl_e",
        {"name": "HumanEval_0_double", "language": "py", "prompt": "def double(x: int) -> int:\n",
         "tests": CHECK + "\ndef test_check():\n    check(double)\n\ntest_check()\n",
         "stop_tokens": ["\ndef"]},
        DOUBLE, WRONG_DOUBLE,
    ),
    "infilling": (
        "humaneval_infilling",
        GAP | {"task_id": "SingleLineInfilling/HumanEval/0/L0",
               "canonical_solution": "    y = 2 * x\n", "test": CHECK},
        "    y = x + x\n", "    y = 4\n",
    ),
    "classeval": (
        "classeval",
        {"task_id": "ClassEval_0", "class_name": "Stack", "skeleton": STACK, "test": STACK_TEST,
         "solution_code": STACK + "        self.items.append(x)\n",
         "import_statement": ["import math"]},
        STACK + "        self.items += [x]\n", STACK + "        self.items = [x, x]\n",
    ),
}  # fmt: skip


def _path(folder: Path, row: dict[str, Any]) -> str:
    path = folder / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return str(path)


@pytest.mark.parametrize("key", ROWS)
def test_a_row_is_read_and_judged(tmp_path: Path, key: str) -> None:
    name, row, right, wrong = ROWS[key]
    suite = load(name, path=_path(tmp_path, row))
    problem = suite[0]
    bare = name == "humaneval_infilling"
    good = suite.verify(problem, right if bare else f"```python\n{right}```")
    bad = suite.verify(problem, wrong if bare else f"```python\n{wrong}```")
    assert good.correct, good
    assert bad.status == "incorrect", bad
    gold = suite.gold(problem)
    assert gold is None or suite.verify(problem, gold).correct
    assert right not in problem.prompt
    other = suite.wrong(problem)
    assert other is None or suite.verify(problem, other).score == 0.0


def test_pytest_files_with_marks_raises_and_approx(tmp_path: Path) -> None:
    row = ROWS["kodcode"][1] | {"test": PYTEST}
    suite = load("kodcode", path=_path(tmp_path, row))
    good = suite.verify(suite[0], f"```python\n{DOUBLE}```")
    assert good.correct, good
    assert suite.verify(suite[0], f"```python\n{WRONG_DOUBLE}```").score == 0.0


def test_the_whole_function_fills_a_gap_too(tmp_path: Path) -> None:
    suite = load("humaneval_infilling", path=_path(tmp_path, ROWS["infilling"][1]))
    assert suite.verify(suite[0], f"```python\n{DOUBLE}```").correct
    assert suite.verify(suite[0], "```python\n    y = x + x\n```").correct
    assert suite.verify(suite[0], "").status == "no_answer"


def test_the_entry_point_is_what_the_tests_import(tmp_path: Path) -> None:
    solution = "def helper(x):\n    return x\n\n\nclass Box:\n    def __init__(self, x):\n        self.x = helper(x)\n"
    info = [{"function_name": name} for name in ("helper", "__init__")]
    test = "from solution import Box\n\n\ndef test_box():\n    assert Box(3).x == 3\n"
    row = ROWS["kodcode"][1] | {"solution": solution, "test": test, "test_info": info}
    suite = load("kodcode", path=_path(tmp_path, row))
    assert suite[0].meta["entry_point"] == "Box"
    assert suite.verify(suite[0], suite.gold(suite[0]) or "").correct
    starred = row | {"test": test.replace("Box\n\n", "*\n\n")}
    assert load("kodcode", path=_path(tmp_path, starred))[0].meta["entry_point"] == "Box"


def test_programs_find_what_the_graders_import(tmp_path: Path) -> None:
    row = ROWS["taco"][1] | {
        "input_output": json.dumps({"inputs": ["aab\n", "zz\n"], "outputs": ["2\n", "2\n"]}),
        "solutions": json.dumps(["print 'python 2'", "print(max(Counter(input()).values()))\n"]),
    }  # fmt: skip
    suite = load("taco", path=_path(tmp_path, row))
    assert suite.verify(suite[0], suite.gold(suite[0]) or "").correct
    assert suite.verify(suite[0], "```python\nprint(len(Counter(input())))\n```").score == 0.0
    calls = {"fn_name": "most", "inputs": [[{"1": 5, "2": 3}]], "outputs": [[{"1": 5}]]}
    row |= {"input_output": json.dumps(calls), "solutions": ""}
    suite = load("taco", path=_path(tmp_path, row))
    right = "def most(d: Dict[int, int]):\n    k = max(d, key=d.get)\n    return {k: d[k]}\n"
    assert suite.verify(suite[0], f"```python\n{right}```").correct
    wrong = right.replace("max", "min")
    assert suite.verify(suite[0], f"```python\n{wrong}```").status == "incorrect"


@pytest.mark.parametrize(
    ("printed", "right"),
    [("0.3333333333 7", True), ("0.33333399 7", True), ("0.3334 7", False), ("0.333333 8", False),
     ("0.333333 7.0", True), ("nan 7", False), ("0.333333\n7", False)],
)  # fmt: skip
def test_only_decimals_may_differ_a_little(tmp_path: Path, printed: str, right: bool) -> None:
    row = ROWS["apps stdin"][1] | {
        "input_output": json.dumps({"inputs": ["\n"], "outputs": ["0.333333 7\n"]}),
        "solutions": "",
    }  # fmt: skip
    suite = load("apps", path=_path(tmp_path, row))
    verdict = suite.verify(suite[0], f"```python\nprint({printed!r})\n```")
    assert verdict.correct is right, verdict


def test_a_gap_within_a_line_is_filled_as_it_is(tmp_path: Path) -> None:
    row = GAP | {"task_id": "RandomSpanInfilling/HumanEval/0/1", "test": CHECK,
                 "prompt": "def double(x):\n    return x ", "canonical_solution": "* ",
                 "suffix": "2\n"}  # fmt: skip
    suite = load("humaneval_infilling", path=_path(tmp_path, row))
    for reply in ("* ", "```python\n*\n```", "*"):
        assert suite.verify(suite[0], reply).correct, reply
    assert suite.verify(suite[0], "+ ").status == "incorrect"
    assert suite.verify(suite[0], suite.gold(suite[0]) or "").correct


BAD_ROWS = {
    "not JSON": ("apps", {"problem_id": 4, "question": "x", "input_output": "{"}, "input_output"),
    "no outputs": (
        "apps", {"question": "x", "input_output": {"inputs": ["1"]}}, r"apps 0: field 'input_out",
    ),
    "lengths": (
        "taco", {"question": "x", "input_output": {"inputs": ["1"], "outputs": []}}, "equal lengths",
    ),
    "no truth": (
        "prime_code", {"prompt": "x", "reward_model": {"style": "rule"}}, "ground_truth",
    ),
    "no tests": ("deepcoder", {"problem": "x"}, "ground_truth"),
    "no cases": (
        "verifiable_coding", {"prompt": "x", "verification_info": "{}"}, "verification_info",
    ),
    "cases of another shape": (
        "code_contests_plus", {"description": "x", "test_cases": [1]}, "test_cases",
    ),
    "asserts that are no texts": ("acecode", {"question": "x", "test_cases": [1]}, "test_cases"),
    "no call": (
        "leetcode_dataset", {"query": "x", "entry_point": "a b", "test": "x"}, "entry_point",
    ),
    "no check": ("multipl_e", {"name": "n", "prompt": "x", "tests": "pass"}, "tests"),
    "another language": (
        "humaneval_x",
        {"task_id": "Python/1", "prompt": "int f(", "canonical_solution": "}", "test": "x"},
        "canonical_solution",
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", BAD_ROWS)
def test_a_row_of_another_shape_names_the_field(tmp_path: Path, key: str) -> None:
    name, row, words = BAD_ROWS[key]
    with pytest.raises(UsageError, match=words) as caught:
        load(name, path=_path(tmp_path, row))
    assert "\n" not in str(caught.value)


BAD_TASKS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    # suite, row, a completion, what the sentence says after the task
    "tests that assert nothing": (
        "kodcode",
        {"question_id": "k_7", "question": "Double.", "solution": DOUBLE,
         "test": "from solution import double\n\n\ndef test_double():\n    pass\n"},
        DOUBLE, r"Task k_7, field 'test': .*(never ask|assert nothing)",
    ),
    "tests that do not parse": (
        "acecode",
        {"id": "a_7", "question": "Double.", "test_cases": ["assert double(2) == 4", "assert ("]},
        DOUBLE, "refused: acecode a_7: field 'test_cases'",
    ),
    "tests with a name of nobody's": (
        "kodcode",
        {"question_id": "k_8", "question": "Double.", "solution": DOUBLE,
         "test": "from solution import double\n\n\ndef test_double():\n"
                 "    assert double(2) == undefined_name\n"},
        DOUBLE, r"Task k_8, field 'test': .*undefined_name",
    ),
    "a reference that is wrong": (
        "kodcode",
        {"question_id": "k_9", "question": "Double.", "solution": WRONG_DOUBLE,
         "test": PLAIN_TESTS},
        "def double(x):\n    return 5\n", r"Task k_9: .*field 'solution'.* fails too",
    ),
    "a reference that needs what is not here": (
        "leetcode_dataset",
        {"task_id": "double-it", "query": "Double.", "entry_point": "Solution().double",
         "completion": "import no_such_library\n" + IN_CLASS, "test": CHECK},
        WRONG_IN_CLASS, r"Task double-it: .*field 'completion'.*no_such_library",
    ),
    "a reference over stdin that is wrong": (
        "apps",
        {"problem_id": 9, "question": "Add.", "input_output": json.dumps(STDIO),
         "solutions": json.dumps([WRONG_ADD]), "starter_code": ""},
        "print(4)\n", r"Task 9: .*field 'solutions'.* fails too",
    ),
    "a reference of a gap": (
        "humaneval_infilling",
        GAP | {"task_id": "SingleLineInfilling/HumanEval/9/L0",
               "canonical_solution": "    y = 3 * x\n", "test": CHECK},
        "    y = 4\n", r"Task SingleLineInfilling/HumanEval/9/L0: .*'canonical_solution'",
    ),
    "a reference of a puzzle": (
        "p3",
        {"name": "P:0", "sat": "def sat(x: int):\n    return x == 7", "sol_bodies": ["    return 8"]},
        "def sol():\n    return 6\n", r"Task P:0: .*field 'sol_bodies'.* fails too",
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", BAD_TASKS)
def test_a_task_that_cannot_be_judged_says_so_in_one_sentence(tmp_path: Path, key: str) -> None:
    name, row, program, words = BAD_TASKS[key]
    if words.startswith("refused: "):
        with pytest.raises(UsageError, match=words.removeprefix("refused: ")):
            load(name, path=_path(tmp_path, row))
        return
    suite = load(name, path=_path(tmp_path, row))
    text = program if name == "humaneval_infilling" else f"```python\n{program}```"
    verdict = suite.verify(suite[0], text)
    assert (verdict.status, verdict.score) == ("checker_error", None), verdict
    assert re.search(words, verdict.reason), verdict.reason
    assert "\n" not in verdict.reason


BAD_CHECKERS = {
    "syntax": ("def (", "does not compile"),
    "testlib is not here": ('#include "testlib.h"\nint main() {}\n', "ASSAY_TESTLIB"),
    "C++ syntax": ("#include <cstdio>\nint main( {}\n", "does not compile"),
    "accepts all": ("print(1)\n", "accepts a wrong"),
    "rejects all": ("print(0)\n", "rejects a right"),
    "never ends": ("while True:\n    pass\n", "did not end well"),
}


@pytest.mark.parametrize("key", BAD_CHECKERS)
def test_a_checker_that_proves_nothing_does_not_decide(tmp_path: Path, key: str) -> None:
    source, words = BAD_CHECKERS[key]
    row = ROWS["codeforces checker"][1] | {"generated_checker": source}
    suite = load("codeforces", path=_path(tmp_path, row))
    verdict = suite.verify(suite[0], f"```python\n{SPLIT}```")
    assert verdict.status == "checker_error", verdict
    assert verdict.score is None
    assert "2/B" in verdict.reason
    assert re.search(words, verdict.reason), verdict.reason
