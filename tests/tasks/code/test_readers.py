# ruff: noqa: E501 (rows of published files are as long as they are)
"""Suites recognise formats: invented rows in published formats, judged end to end."""

import base64
import gzip
import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest
from assay.sandbox import UsageError
from assay.tasks import Suite, load


def _file(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> str:
    path = folder / name
    text = (
        json.dumps(rows) if name.endswith(".json") else "".join(json.dumps(r) + "\n" for r in rows)
    )
    path.write_text(text) if not name.endswith(".gz") else path.write_bytes(
        gzip.compress(text.encode())
    )
    return str(path)


def _decides(suite: Suite, right: str, wrong: str, index: int = 0) -> None:
    problem = suite[index]
    good, bad = suite.verify(problem, right), suite.verify(problem, wrong)
    assert good.correct, good
    assert bad.status == "incorrect", bad
    gold = suite.gold(problem)
    assert gold is None or suite.verify(problem, gold).correct


HUMAN_EVAL = {
    "task_id": "HumanEval/900", "entry_point": "triple",
    "prompt": 'from typing import List\n\n\ndef triple(xs: List[int]) -> List[int]:\n    """ Triple each. """\n',
    "canonical_solution": "    return [3 * x for x in xs]\n",
    "test": "METADATA = {}\n\n\ndef check(candidate):\n    assert candidate([1, 2]) == [3, 6]\n"
    "    assert candidate([]) == []\n",
}  # fmt: skip


def test_humaneval(tmp_path: Path) -> None:
    suite = load("humaneval", path=_file(tmp_path, [HUMAN_EVAL], "rows.jsonl.gz"))
    assert suite[0].prompt == HUMAN_EVAL["prompt"], "a base model continues the prompt as it is"
    _decides(suite, "    return [x * 3 for x in xs]\n\n\nprint(1)\ndef more(", "    return xs\n")
    _decides(suite, "```python\ndef triple(xs: List[int]):\n    return [x + x + x for x in xs]\n```",
             "```python\ndef triple(xs):\n    return xs + xs + xs\n```")  # fmt: skip


PLUS_TEXT = """
import numpy as np

def is_floats(x) -> bool:
    if isinstance(x, float):
        return True
    if isinstance(x, (list, tuple)):
        return all(isinstance(i, float) for i in x)
    if isinstance(x, np.ndarray):
        return x.dtype == np.float64 or x.dtype == np.float32
    return False

def assertion(out, exp, atol):
    exact_match = out == exp
    if atol == 0 and is_floats(exp):
        atol = 1e-6
    if not exact_match and atol != 0:
        np.testing.assert_allclose(out, exp, rtol=1e-07, atol=atol)
    else:
        assert exact_match

def check(candidate):
    inputs = [[[1, 2]], [[0.5]], [[]]]
    results = [[3, 6], [1.5], []]
    for i, (inp, exp) in enumerate(zip(inputs, results)):
        assertion(candidate(*inp), exp, 0)
"""


def test_evalplus_with_a_test_text(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    suite = load("humaneval", path=_file(tmp_path, [HUMAN_EVAL | {"test": PLUS_TEXT}]))
    _decides(suite, "    return [x * 3 + (x % 1) * 1e-12 for x in xs]\n", "    return xs\n")
    verdict = suite.verify(suite[0], "    return [3 * x for x in xs] if len(xs) != 1 else [2.0]\n")
    assert (verdict.meta["cases"], verdict.meta["passed"]) == (3, 2)
    assert verdict.meta["failures"][0]["input"] == "[0.5]"
    for lie in ("    return []\n", "    return [[]]\n"):
        assert suite.verify(suite[0], lie).score == 0.0


def test_evalplus_with_inputs(tmp_path: Path) -> None:
    native = {key: value for key, value in HUMAN_EVAL.items() if key != "test"}
    native |= {"contract": "", "atol": 0, "base_input": [[[1, 2]], [[]]], "plus_input": [[[0.1]]]}
    suite = load("humaneval", path=_file(tmp_path, [native]))
    _decides(
        suite,
        "    return [x * 3 + (x % 1) * 1e-9 for x in xs]\n",
        "    return [3 * int(x) for x in xs]\n",
    )
    mutating = "    xs[:] = [3 * x for x in xs]\n    return xs\n"
    assert suite.verify(suite[0], mutating).correct
    assert suite.verify(suite[0], "    return [float('nan') for x in xs]\n").score == 0.0
    roots = {
        "task_id": "HumanEval/32", "entry_point": "find_zero", "atol": 1e-6,
        "prompt": 'def find_zero(xs: list):\n    """ A root of the polynomial. """\n',
        "canonical_solution": "    return -xs[0] / xs[1]\n", "base_input": [[[1, 2]]],
        "plus_input": [[[4, -2]]],
    }  # fmt: skip
    suite = load("humaneval", path=_file(tmp_path, [roots]))
    _decides(suite, "    return -xs[0] / xs[1] + 1e-9\n", "    return 0.0\n")


MBPP = {
    "task_id": 904, "text": "Write a function to check for an even number.",
    "code": "def even(n):\r\n  return n % 2 == 0", "test_setup_code": "", "challenge_test_list": [],
    "test_list": ["assert even(4) == True", "assert even(3) == False"],
}  # fmt: skip
SHOT = {
    "task_id": 2, "text": "Write a function to find one.", "code": "def one():\r\n  return 1",
    "test_setup_code": "", "challenge_test_list": [], "test_list": ["assert one() == 1"],
}  # fmt: skip


def test_mbpp_with_shots(tmp_path: Path) -> None:
    path = _file(tmp_path, [SHOT, MBPP])
    suite = load("mbpp", path=path)
    prompt = suite.find("904").prompt
    assert prompt.startswith("You are an expert Python programmer, and here is your task: Write a")
    assert "def one():\n  return 1\n[DONE]\n\n" in prompt
    assert prompt.endswith("assert even(4) == True\nassert even(3) == False\n[BEGIN]\n")
    assert "[DONE]" not in load("mbpp", path=path, shots=0).find("904").prompt
    _decides(
        suite, "def even(n):\n    return not n % 2\n[DONE]\n\nYou are", "def even(n): return n", 1
    )
    _decides(
        suite, "[BEGIN]\ndef even(n):\n    return not n % 2\n[DONE]", "def even(n): return 1", 1
    )
    with pytest.raises(UsageError, match="shots"):
        load("mbpp", path=path, shots=4)


def test_mbpp_sanitized_and_plus(tmp_path: Path) -> None:
    sanitized = {
        "task_id": 904, "prompt": "Write a function to check for an even number.",
        "source_file": "x", "code": "def even(n):\n  return n % 2 == 0", "test_imports": ["import math"],
        "test_list": ["assert even(math.floor(4.5)) == True", "assert even(3) == False"],
    }  # fmt: skip
    suite = load("mbpp:sanitized", path=_file(tmp_path, [sanitized], "s.json"))
    _decides(suite, "def even(n): return n % 2 == 0", "def even(n): return True")
    plus = sanitized | {"test": "for i in range(9):\n    assert even(i) == (i % 2 == 0), i\n"}
    suite = load("mbpp", path=_file(tmp_path, [plus]))
    _decides(suite, "def even(n): return n % 2 == 0", "def even(n): return n == 4")
    native = {
        "task_id": "Mbpp/579", "entry_point": "find_dissimilar", "contract": "", "atol": 0,
        "prompt": '"""\nWrite a function to find the dissimilar elements.\n"""\n',
        "canonical_solution": "def find_dissimilar(a, b):\n    return tuple(set(a) ^ set(b))\n",
        "base_input": [[[3, 4], [4, 5]]], "plus_input": [[[1, 2], [2]]],
    }  # fmt: skip
    suite = load("mbpp", path=_file(tmp_path, [native]), split="all")
    sorted_list = "def find_dissimilar(a, b):\n    assert type(a) is tuple\n    return sorted(set(a) ^ set(b))"
    _decides(suite, sorted_list, "def find_dissimilar(a, b): return a")


def test_humanevalpack_asks_for_a_repair(tmp_path: Path) -> None:
    row = HUMAN_EVAL | {
        "declaration": "from typing import List\n\n\ndef triple(xs: List[int]) -> List[int]:\n",
        "buggy_solution": "    return [2 * x for x in xs]\n", "bug_type": "value misuse",
        "test": HUMAN_EVAL["test"] + "\n\ncheck(triple)\n",
    }  # fmt: skip
    suite = load("humanevalpack", path=_file(tmp_path, [row]))
    assert "return [2 * x" in suite[0].prompt
    assert "Fix bugs in triple." in suite[0].prompt
    assert suite.verify(suite[0], suite.wrong(suite[0]) or "").status == "incorrect"
    _decides(suite, "```python\ndef triple(xs):\n    return [x * 3 for x in xs]\n```",
             "```python\ndef triple(xs):\n    return [x * 4 for x in xs]\n```")  # fmt: skip


CRUX = {
    "id": "x",
    "code": "def f(a, b=2):\n    return [a] * b",
    "input": "'q', 3",
    "output": "['q', 'q', 'q']",
}


def test_cruxeval_output(tmp_path: Path) -> None:
    suite = load("cruxeval", path=_file(tmp_path, [CRUX]))
    right = ("['q','q','q']", '["q", "q", "q"]', "f('q', 3) == ['q', 'q', 'q']")
    wrong = ("['q', 'q']", "['q'] * 3", "('q', 'q', 'q')", "f('q', 3)", "[str('q')] * 3",
             "__import__('os')._exit(0)", "f", "[*'qqq']", "'qqq'.split('')", "[" * 2_000)  # fmt: skip
    for text in right:
        for form in (f"<answer>{text}</answer>", f"so\n[ANSWER]{text}[/ANSWER]"):
            assert suite.verify(suite[0], form).correct, form
    for text in wrong:
        assert suite.verify(suite[0], f"<answer>{text}</answer>").score == 0.0, text
    assert "assert f('q', 3) == ??" in suite[0].prompt


def test_cruxeval_input(tmp_path: Path) -> None:
    suite = load("cruxeval:input", path=_file(tmp_path, [CRUX]))
    for text in ("'q', 3", "f('q', 3)", "a='q', b=3", "f('q', b=3) == ['q', 'q', 'q']"):
        assert suite.verify(suite[0], f"<answer>{text}</answer>").correct, text
    for text in (
        "'q'",
        "'q', 2",
        "['q']",
        "",
        "*'q3'",
        "x, 3",
        "'q', 10**9",
        "'q', -1",
        "f('q', 10)",
    ):
        assert suite.verify(suite[0], f"<answer>{text}</answer>").score == 0.0, text


CONTEST = {
    "name": "1_A. Sum", "description": "Add two numbers.",
    "public_tests": {"input": ["1 2\n"], "output": ["3\n"]},
    "private_tests": {"input": ["5 6\n"], "output": ["11\n"]},
    "generated_tests": {"input": [], "output": []},
    "solutions": {"language": [2, 3], "solution": ["int main(){}", "print(sum(map(int, input().split())))"]},
    "incorrect_solutions": {"language": [3], "solution": ["print(3)"]},
}  # fmt: skip
ADD, THREE = (
    "```python\na, b = map(int, input().split())\nprint(a + b)\n```",
    "```python\nprint(3)\n```",
)


def test_code_contests(tmp_path: Path) -> None:
    suite = load("code_contests", path=_file(tmp_path, [CONTEST]))
    assert suite[0].id == "1_A. Sum"
    _decides(suite, ADD, THREE)
    assert suite.bad_solutions(suite[0]) == ["print(3)"]  # type: ignore[attr-defined]
    sample = {"problem": "Add.", "tests": {"inputs": ["1 2", "2 2"], "outputs": ["3", "4"]}}
    _decides(load("code_contests", path=_file(tmp_path, [sample], "s.json")), ADD, THREE)


def _hidden(cases: list[dict[str, str]]) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(json.dumps(cases)))).decode()


def test_livecodebench_stdin(tmp_path: Path) -> None:
    row = {
        "question_id": "abc_a", "question_content": "Add.", "starter_code": "", "difficulty": "easy",
        "contest_date": "2024-01-06T00:00:00", "metadata": "{}",
        "public_test_cases": json.dumps([{"input": "1 2\n", "output": "3\n", "testtype": "stdin"}]),
        "private_test_cases": _hidden([{"input": "5 6", "output": "11", "testtype": "stdin"}]),
    }  # fmt: skip
    path = _file(tmp_path, [row])
    suite = load("livecodebench", path=path)
    assert len(suite[0].meta["cases"]) == 2
    _decides(suite, ADD, THREE)
    as_float = "```python\na, b = map(int, input().split())\nprint(float(a + b))\n```"
    assert suite.verify(suite[0], as_float).correct, "the benchmark's grader compares numbers"
    with pytest.raises(UsageError, match="no problems"):
        load("livecodebench", path=path, since="2025-01-01")


def test_livecodebench_functional(tmp_path: Path) -> None:
    row = {
        "question_id": "1", "question_content": "Pair.", "difficulty": "easy",
        "starter_code": "class Solution:\n    def pair(self, xs: List[int], k: int) -> List[int]:\n        ",
        "contest_date": "2024-01-06", "metadata": json.dumps({"func_name": "pair"}),
        "public_test_cases": [{"input": "[1, 2]\n3", "output": "[3, 3]", "testtype": "functional"}],
        "private_test_cases": "",
    }  # fmt: skip
    suite = load("livecodebench", path=_file(tmp_path, [row]))
    body = "```python\nclass Solution:\n    def pair(self, xs: List[int], k: int) -> List[int]:\n        return {}\n```"
    _decides(suite, body.format("[sum(xs), k]"), body.format("[k, sum(xs) + 1]"))
    assert suite.verify(
        suite[0], body.format("(sum(xs), Counter([k]).most_common()[0][0])")
    ).correct


def test_a_pickle_that_does_more_than_hold_a_text_is_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (print, ("harm",))

    text = base64.b64encode(zlib.compress(pickle.dumps(Harm()))).decode()
    row = {"question_id": "1", "question_content": "x", "public_test_cases": text}
    with pytest.raises(UsageError, match="livecodebench 1"):
        load("livecodebench", path=_file(tmp_path, [row]))


PUZZLES = [
    {"name": "Sum:0", "sat": "def sat(x: List[int], total=10):\n    return sum(x) == total and len(x) == 2",
     "sol_header": "def sol(total=10):", "sol_bodies": ["    return [total, 0]"]},
    {"name": "Pairs:0", "sat": "def sat(x: List[List[int]]):\n    return len(x) == 1 and x[0][0] == 1",
     "sol_header": "def sol():", "sol_bodies": ["    return [[1]]"]},
]  # fmt: skip


def test_programming_puzzles(tmp_path: Path) -> None:
    suite = load("p3", path=_file(tmp_path, PUZZLES, "puzzles.json"))
    code = "```python\ndef sol():\n    return {}\n```".format
    _decides(suite, code("[4, 6]"), code("[4, 7]"))
    for lie in ("(4, 6)", "[4.0, 6.0]", "[True, 9]", "{4: 0, 6: 1}", "range(4, 7, 2)"):
        assert suite.verify(suite[0], code(lie)).score == 0.0, lie
    liar = (
        "```python\nclass L(list):\n    __len__ = lambda s: 2\ndef sol():\n    return L([10])\n```"
    )
    assert suite.verify(suite[0], liar).score == 0.0
    redefined = "```python\ndef sat(x, total=10): return True\ndef sol(): return [1]\n```"
    assert suite.verify(suite[0], redefined).score == 0.0
    _decides(suite, code("[[1, 2]]"), code("[[2]]"), 1)
    assert suite.verify(suite[1], code("[[1.0]]")).score == 0.0, "types are checked to the bottom"
    assert suite.verify(suite[1], code("[(1,)]")).score == 0.0


BIG = {
    "task_id": "BigCodeBench/9000", "entry_point": "task_func", "libs": "['collections']",
    "complete_prompt": "import collections\n\ndef task_func(text):\n    \"\"\"Count.\"\"\"\n",
    "instruct_prompt": "Count letters.", "code_prompt": "import collections\ndef task_func(text):\n",
    "canonical_solution": "    return collections.Counter(text)",
    "test": "import unittest\nclass TestCases(unittest.TestCase):\n    def test_1(self):\n"
    "        self.assertEqual(task_func('aab'), {'a': 2, 'b': 1})\n",
}  # fmt: skip


def test_bigcodebench_counts_what_it_leaves_out(tmp_path: Path) -> None:
    rows = [
        BIG,
        BIG | {"task_id": "BigCodeBench/9001", "libs": "['tensorflow']"},
        BIG
        | {
            "task_id": "BigCodeBench/9002",
            "test": BIG["test"] + "from unittest.mock import patch\n",
        },
    ]
    suite = load("bigcodebench", path=_file(tmp_path, rows))
    assert [problem.id for problem in suite] == ["BigCodeBench/9000"]
    assert sorted(suite.left_out.values()) == [1, 1]  # type: ignore[attr-defined]
    _decides(suite, "```python\nfrom collections import Counter\ndef task_func(text):\n    return Counter(text)\n```",
             "```python\ndef task_func(text):\n    return {}\n```")  # fmt: skip


BAD_ROWS = [
    ("humaneval", {"task_id": "HumanEval/1", "prompt": "x", "entry_point": "f"}, "HumanEval/1"),
    ("humaneval", {"prompt": "x"}, "task_id"),
    ("mbpp", {"task_id": 5, "text": "x"}, "code"),
    ("cruxeval", {"id": "a", "code": "x", "input": "1"}, "output"),
    ("p3", {"name": "A", "sat": "def sat(x"}, "sat is not Python"),
    ("livecodebench", {"question_content": "x", "public_test_cases": "!!"}, "test cases"),
]


@pytest.mark.parametrize(
    ("name", "row", "words"), BAD_ROWS, ids=[str(n) for n in range(len(BAD_ROWS))]
)
def test_a_bad_row_is_the_users_mistake(
    tmp_path: Path, name: str, row: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        load(name, path=_file(tmp_path, [row]))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_the_users_mistake(tmp_path: Path) -> None:
    for name in ("humaneval", "mbpp", "cruxeval", "p3", "code_contests", "livecodebench"):
        with pytest.raises(UsageError, match="not a file"):
            load(name, path=str(tmp_path / "gone.jsonl"))
    with pytest.raises(UsageError, match=r"split 'dev'.*test"):
        load("humaneval", path=_file(tmp_path, [HUMAN_EVAL]), split="dev")
