"""DS-1000: the frame runs with the program; inputs, results and comparison stay with the tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from assay.sandbox import UsageError
from assay.tasks import Suite, load

pytest.importorskip("pandas")

NUMPY = '''
import numpy as np
import copy
import tokenize, io


def generate_test_case(test_case_id):
    def define_test_input(test_case_id):
        if test_case_id == 1:
            a = np.array([[1, 2], [3, 4]])
        elif test_case_id == 2:
            np.random.seed(7)
            a = np.random.rand(3, 2)
        return a

    def generate_ans(data):
        a = data
        return a.sum(axis=1)

    test_input = define_test_input(test_case_id)
    expected_result = generate_ans(copy.deepcopy(test_input))
    return test_input, expected_result


def exec_test(result, ans):
    np.testing.assert_allclose(result, ans)
    return 1


exec_context = r"""
import numpy as np
a = test_input
[insert]
"""


def test_execution(solution: str):
    code = exec_context.replace("[insert]", solution)
    for i in range(2):
        test_input, expected_result = generate_test_case(i + 1)
        test_env = {"test_input": test_input}
        exec(code, test_env)
        assert exec_test(test_env["result"], expected_result)


def test_string(solution: str):
    tokens = []
    for token in tokenize.tokenize(io.BytesIO(solution.encode("utf-8")).readline):
        tokens.append(token.string)
    assert "while" not in tokens and "for" not in tokens
'''
PANDAS = '''
import pandas as pd
import numpy as np
import copy


def generate_test_case(test_case_id):
    def generate_ans(data):
        df = data
        return df.groupby("key", as_index=False)["value"].max()

    def define_test_input(test_case_id):
        return pd.DataFrame({"key": list("abab"), "value": [1, 5, 3, 2]})

    test_input = define_test_input(test_case_id)
    expected_result = generate_ans(copy.deepcopy(test_input))
    return test_input, expected_result


def exec_test(result, ans):
    try:
        pd.testing.assert_frame_equal(result, ans, check_dtype=False)
        return 1
    except:
        return 0


exec_context = r"""
import pandas as pd
import numpy as np
df = test_input
def f(df):
[insert]
result = f(df)
"""


def test_execution(solution: str):
    code = exec_context.replace("[insert]", solution)
    for i in range(1):
        test_input, expected_result = generate_test_case(i + 1)
        test_env = {"test_input": test_input}
        exec(code, test_env)
        assert exec_test(test_env["result"], expected_result)
'''


def _row(number: int, library: str, context: str, reference: str) -> dict[str, Any]:
    return {
        "prompt": "Problem:\nAdd up.\n<code>\n[insert]\n</code>\nBEGIN SOLUTION\n<code>\n",
        "reference_code": reference, "code_context": context,
        "metadata": {"problem_id": number, "library": library, "test_case_cnt": 2,
                     "perturbation_type": "Origin"},
    }  # fmt: skip


ROWS = [
    _row(300, "Numpy", NUMPY, "result = a.sum(axis=1)\n"),
    _row(5, "Pandas", PANDAS, "    return df.groupby('key', as_index=False)['value'].max()\n"),
    _row(700, "Pytorch", NUMPY, "result = a\n"),
]


def _suite(folder: Path, rows: list[dict[str, Any]]) -> Suite:
    path = folder / "ds1000.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return load("ds1000", path=str(path))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("result = a.sum(axis=1)", "correct"),
        ("result = np.einsum('ij->i', a)", "correct"),
        ("import numpy\nresult = numpy.add.reduce(a, 1)\n", "correct"),
        ("result = a.sum(axis=0)", "incorrect"),
        ("result = np.array([sum(row) for row in a])", "incorrect"),
        ("result = 'x'", "incorrect"),
        ("answer = a.sum(axis=1)", "incorrect"),
        ("result = a.sum(axis=", "incorrect"),
        ("class Any:\n    __eq__ = __ge__ = lambda s, o: True\nresult = Any()", "incorrect"),
        ("def exec_test(result, ans):\n    return 1\nresult = 0", "incorrect"),
        ("raise SystemExit", "incorrect"),
    ],
)
def test_a_fragment_is_judged_in_its_frame(tmp_path: Path, code: str, status: str) -> None:
    suite = _suite(tmp_path, ROWS)
    problem = suite.find("300")
    for reply in (f"```python\n{code}\n```", f"{code}\n</code>\nEND SOLUTION\nmore"):
        verdict = suite.verify(problem, reply)
        if status == "correct":
            assert verdict.correct, verdict
        else:
            assert verdict.score == 0.0, verdict


def test_a_frame_within_a_function(tmp_path: Path) -> None:
    suite = _suite(tmp_path, ROWS)
    problem = suite.find("5")
    for reply in (
        "```python\n    return df.groupby('key', as_index=False).max()\n```",
        "```python\nreturn df.groupby('key', as_index=False).max()\n```",
    ):
        assert suite.verify(problem, reply).correct
    wrong = "```python\nreturn df.groupby('key', as_index=False).min()\n```"
    assert suite.verify(problem, wrong).status == "incorrect"
    assert suite.verify(problem, "").status == "no_answer"


def test_references_pass_and_other_libraries_are_left_out(tmp_path: Path) -> None:
    suite = _suite(tmp_path, ROWS)
    assert [problem.id for problem in suite] == ["300", "5"]
    assert suite.left_out == {"needs pytorch": 1}  # type: ignore[attr-defined]
    for problem in suite:
        assert suite.verify(problem, suite.gold(problem) or "").correct
        assert suite.verify(problem, suite.wrong(problem) or "").score == 0.0


def test_a_reference_that_fails_is_the_tasks_fault(tmp_path: Path) -> None:
    suite = _suite(tmp_path, [_row(1, "Numpy", NUMPY, "result = a.sum(axis=0)\n")])
    verdict = suite.verify(suite[0], "```python\nresult = 3\n```")
    assert verdict.status == "checker_error"
    assert "Task 1" in verdict.reason
    assert "'reference_code'" in verdict.reason
    assert suite.verify(suite[0], "```python\nresult = a.sum(axis=1)\n```").correct


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code_context": "def ("}, "code_context"),
        ({"code_context": "x = 1"}, "generate_test_case"),
        ({"code_context": NUMPY.replace("[insert]", "")}, "insert"),
        ({"metadata": {}}, "metadata"),
    ],
)
def test_a_row_of_another_shape_names_the_field(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        _suite(tmp_path, [ROWS[0] | change])
