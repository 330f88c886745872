"""A ground truth of any type is read right or refused in one line; none is graded as wrong."""

import json
import random
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from assay.harness.adapters import golds
from assay.harness.adapters.golds import accepted_answers
from assay.harness.adapters.openrlhf import reward_func
from assay.harness.adapters.trl import math_reward
from assay.harness.adapters.verl import compute_score
from assay.sandbox.errors import UsageError

torch = pytest.importorskip("torch", reason="torch is not installed")
arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def _trl(truth: Any, text: str) -> float | None:
    (value,) = math_reward("gold")(completions=[text], gold=[truth])
    return value


def _verl(truth: Any, text: str) -> float | None:
    value: float = compute_score("math_dapo", text, truth)["score"]
    return value


def _openrlhf(truth: Any, text: str) -> float | None:
    value: float = reward_func([f"Q: {text}"], ["Q: "], [truth])["rewards"][0].item()
    return value


FRAMEWORKS: dict[str, Callable[[Any, str], float | None]] = {
    "trl": _trl, "verl": _verl, "openrlhf": _openrlhf,
}  # fmt: skip
SOLUTION = "Natalia sold 17 clips in May.\nIn June 17+17 = <<17+17=34>>34.\n#### 34"
READ = {
    "text": "34",
    "text with spaces": " 34 \n",
    "text in dollars signs": "$34$",
    "text of a float": "34.0",
    "text with a comma, list": ["34", "1,034"],
    "int": 34,
    "float": 34.0,
    "bytes": b"34",
    "bytearray": bytearray(b"34"),
    "Decimal": Decimal("34"),
    "Fraction": Fraction(68, 2),
    "list of text": ["34"],
    "list of int": [34],
    "list of float": [34.0],
    "list of bytes": [b"34"],
    "tuple": ("34",),
    "list of several": ["35", "34"],
    "list of mixed types": [35, "34"],
    "list in a list": [["34"]],
    "list of an object": [{"answer": "34"}],
    "JSON list of text": '["34"]',
    "JSON list of several": '["35", "34"]',
    "JSON list of numbers": "[34]",
    "JSON text": '"34"',
    "JSON object": '{"answer": "34"}',
    "Python list as text": "['34']",
    "Python object as text": "{'answer': 34}",
    "numpy text": np.str_("34"),
    "numpy bytes": np.bytes_(b"34"),
    "numpy int64": np.int64(34),
    "numpy int8": np.int8(34),
    "numpy float64": np.float64(34),
    "numpy float32": np.float32(34),
    "numpy array of text": np.array(["34"]),
    "numpy array of objects": np.array(["34"], dtype=object),
    "numpy array of int": np.array([34]),
    "numpy array of an array": np.array([["34"]]),
    "numpy scalar array": np.array(34),
    "pandas Series": pd.Series(["34"]),
    "pandas value": pd.Series([34], dtype="Int64")[0],
    "pandas text value": pd.Series(["34"], dtype="string")[0],
    "pandas array": pd.array([34], dtype="Int64"),
    "arrow text": arrow.scalar("34"),
    "arrow int": arrow.scalar(34),
    "arrow list": arrow.scalar(["34"]),
    "arrow array": arrow.array(["34"]),
    "arrow struct": arrow.scalar({"ground_truth": "34"}),
    "torch scalar": torch.tensor(34),
    "torch vector": torch.tensor([34.0]),
    "object of the answer": {"answer": "34"},
    "object of the ground truth": {"ground_truth": "34", "style": "rule"},
    "object of a target list": {"target": ["34", "35"]},
    "object, any of": {"any_of": ["34", "35"]},
    "GSM8K solution": SOLUTION,
    "GSM8K solution in a list": [SOLUTION],
    "GSM8K solution in an array": np.array([SOLUTION]),
    "GSM8K answer alone": "#### 34",
    "MATH solution": "We add 17 and 17 to find $17+17 = \\boxed{34}$.",
    "solution that states its answer": "17 and 17 make 34.\nThe answer is 34.",
    "answer tag": "<answer>34</answer>",
    "LaTeX": "\\frac{68}{2}",
}  # fmt: skip
"""Ground truths for which 34 is right and 33 is wrong."""
REFUSED = {
    "None": None,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "numpy NaN": np.float64("nan"),
    "pandas NA": pd.NA,
    "pandas NaT": pd.NaT,
    "arrow null": arrow.scalar(None),
    "text of NaN": "nan",
    "text of None": "None",
    "text of null": "null",
    "empty text": "",
    "blank text": " \n",
    "empty list": [],
    "empty array": np.array([]),
    "JSON empty list": "[]",
    "JSON null in a list": "[null]",
    "None in a list": ["34", None],
    "empty text in a list": ["34", ""],
    "lists in a list": [["34"], ["35"]],
    "matrix": np.array([[1, 2]]),
    "set": {34},
    "printed numpy array": "['34' '35']",
    "printed array": "array(['34'])",
    "broken JSON list": '["34"',
    "bytes that are no text": b"\xff34",
    "object of other keys": {"target": 34, "numbers": [1, 2]},
    "empty object": {},
    "object of two answers": {"answer": "34", "target": "35"},
    "float beyond its digits": 1e20,
    "computed float": 1 / 3,
    "float32 whose digits are lost": float(np.float32(100000.1)),
    "complex": 34 + 0j,
    "timestamp": pd.Timestamp("2020-01-01"),
    "object of a class": object(),
    "solution without an answer": "We add the first number to the second number.\nThen it is done.",
}
"""Ground truths that do not say what is right."""


def _rows(truths: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(framework, truth, id=f"{framework}: {name}")
        for framework in FRAMEWORKS
        for name, truth in truths.items()
    ]


def test_the_table_is_large_enough() -> None:
    assert len(_rows(READ)) >= 150


@pytest.mark.parametrize(("framework", "truth"), _rows(READ))
def test_a_right_answer_earns_the_reward(framework: str, truth: Any) -> None:
    assert FRAMEWORKS[framework](truth, "\\boxed{34}") == 1.0
    assert FRAMEWORKS[framework](truth, "\\boxed{33}") == 0.0


@pytest.mark.parametrize(("framework", "truth"), _rows(REFUSED))
def test_what_does_not_say_what_is_right_is_refused(framework: str, truth: Any) -> None:
    with pytest.raises(UsageError) as refused:
        FRAMEWORKS[framework](truth, "\\boxed{34}")
    message = str(refused.value)
    assert "\n" not in message
    assert "of type" in message
    assert ": " in message


def test_a_refusal_names_row_column_type_and_mend() -> None:
    with pytest.raises(UsageError) as refused:
        math_reward("gold")(completions=["1", "2"], gold=["1", object()])
    for part in ("row 1", "column 'gold'", "type object", "pass the answer as text or a number"):
        assert part in str(refused.value)
    with pytest.raises(UsageError, match="data source 'math', row 7: "):
        compute_score("math", "1", None, {"index": 7})
    with pytest.raises(UsageError, match="label 1: "):
        reward_func(["Q 1", "Q 2"], ["Q", "Q"], ["1", None])


@pytest.mark.parametrize("value", [0.1, 3.14, 0.001, 12345.678])
def test_a_float_keeps_the_digits_it_was_written_with(value: float) -> None:
    assert accepted_answers(value) == [repr(value)]
    assert accepted_answers(np.float32(value)) == [repr(value)]
    assert accepted_answers(np.array([value], dtype="float32")) == [repr(value)]
    assert accepted_answers(torch.tensor(value)) == [repr(value)]


@pytest.mark.parametrize("value", [0.1, 3.14, 0.001])
def test_a_float32_that_became_a_float_is_read_by_its_own_digits(value: float) -> None:
    """Parquet keeps float32, and Python shows 0.1 as 0.10000000149011612."""
    assert accepted_answers(float(np.float32(value))) == [repr(value)]


def test_a_list_means_any_of_its_answers_unless_all_are_asked_for() -> None:
    assert accepted_answers(["1", "2"]) == ["1", "2"]
    assert accepted_answers(["1", "2"], listed="all") == ["1, 2"]
    assert accepted_answers({"all_of": ["1", "2"]}) == ["1, 2"]
    both = math_reward("gold", listed="all")
    texts = ["\\boxed{1, 2}", "\\boxed{2, 1}", "\\boxed{1}"]
    assert both(completions=texts, gold=[["1", "2"]] * 3)[2] == 0.0
    assert both(completions=texts, gold=[["1", "2"]] * 3)[0] == 1.0
    with pytest.raises(UsageError, match="listed='one': use 'any' or 'all'"):
        accepted_answers("1", listed="one")  # type: ignore[arg-type]


def test_a_formula_is_read_at_once_as_what_it_would_be_read_as_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces = ["1", "23", "4.5", *"-+*/^(){},.!|=$%_xyN", "ab", "na", "\\frac", "\\sqrt", "\\pi"]
    rng = random.Random(0)
    texts = {"".join(rng.choices(pieces, k=rng.randrange(1, 8))) for _ in range(1_500)}
    quick = {text for text in texts if golds._FORMULA.fullmatch(text)}
    assert len(quick) > 200
    monkeypatch.setattr(golds, "_FORMULA", re.compile(r"(?!)"))
    assert {text: accepted_answers(text) for text in quick} == {text: [text] for text in quick}


def test_a_list_of_numbers_as_text_is_a_math_answer_and_not_a_list_of_answers() -> None:
    assert compute_score("math", "\\boxed{[1, 2]}", "[1, 2]")["score"] == 1.0
    assert compute_score("math", "\\boxed{1}", "[1, 2]")["score"] == 0.0


CALLS = {"inputs": [[1, 2], [20, 22]], "outputs": [3, 42], "fn_name": "add"}
GOOD = "```python\ndef add(a, b):\n    return a + b\n```"
METHOD = "```python\nclass Solution:\n    def add(self, a, b):\n        return a + b\n```"


@pytest.mark.parametrize("truth", [CALLS, json.dumps(CALLS)])
@pytest.mark.parametrize("text", [GOOD, METHOD])
def test_programs_that_are_called_by_name_are_called(truth: Any, text: str) -> None:
    assert compute_score("taco", text, truth)["score"] == 1.0
    assert compute_score("taco", text.replace("a + b", "a - b"), truth)["score"] == 0.0


@pytest.mark.parametrize("truth", ["34", None, '{"inputs": ', ["1"], {"inputs": ["1"]}, b"\xff"])
def test_cases_of_a_program_that_cannot_be_read_are_refused(truth: Any) -> None:
    with pytest.raises(UsageError, match=r"data source 'apps': .*of type .*pass ") as refused:
        compute_score("apps", GOOD, truth)
    assert "\n" not in str(refused.value)
