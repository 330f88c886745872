"""What a framework passes beside golds: read, or refused in one line; never a traceback or a 0."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from assay.harness.adapters.openrlhf import verdicts_of
from assay.harness.adapters.row_reward import RowReward
from assay.harness.adapters.trl import math_reward, trl_reward
from assay.harness.adapters.verl import compute_score, compute_scores
from assay.sandbox.errors import UsageError

BOX = "\\boxed{34}"
_ROW = RowReward()
_MATH = math_reward("gold")
_TASK = trl_reward("arithmetic")
ODD: tuple[Any, ...] = (
    None, float("nan"), 3, 2.5, [], ["math"], {"a": 1}, b"math", np.str_("math"), "", " ",
    "MATH", True, np.array(["math"]), ("math",), {"math"}, object(), 1j,
)  # fmt: skip
PLACES: dict[str, Callable[[Any], Any]] = {
    "verl data_source": lambda x: compute_score(x, BOX, "34", {"ability": "math"})["score"],
    "verl extra_info": lambda x: compute_score("math", BOX, "34", x)["score"],
    "verl ability": lambda x: compute_score("math", BOX, "34", {"ability": x})["score"],
    "verl index": lambda x: compute_score("math", BOX, "34", {"index": x})["score"],
    "verl num_turns": lambda x: compute_score("math", BOX, "34", {"num_turns": x})["score"],
    "verl rules": lambda x: compute_score("math", BOX, "34", rules=x)["score"],
    "verl engine": lambda x: compute_score("math", BOX, "34", engine=x)["score"],
    "verl choice": lambda x: compute_score("math", BOX, "34", on_checker_error=x)["score"],
    "verl extra_infos": lambda x: compute_scores(["math"], [BOX], ["34"], x)[0]["score"],
    "trl column": lambda x: _MATH(completions=[BOX], gold=x)[0],
    "trl completion_ids": lambda x: _MATH(completions=[BOX], gold=["34"], completion_ids=x)[0],
    "trl column name": lambda x: math_reward(x)(completions=[BOX], gold=["34"])[0],
    "trl prompts": lambda x: _TASK(prompts=[x], completions=[BOX])[0],
    "trl problem_id": lambda x: _TASK(prompts=["?"], completions=[BOX], problem_id=x)[0],
    "openrlhf prompt": lambda x: verdicts_of([f"Q{BOX}"], [x], ["34"])[0].score,
    "openrlhf query": lambda x: verdicts_of([x], ["Q"], ["34"])[0].score,
    "openrlhf labels": lambda x: verdicts_of([f"Q{BOX}"], ["Q"], x)[0].score,
    "row": lambda x: _ROW.score(BOX, x).reward,
    "row, task": lambda x: _ROW.score(BOX, {"task": x, "problem_id": "1"}).reward,
    "row, source": lambda x: _ROW.score(BOX, {"data_source": x, "answer": "34"}).reward,
}  # fmt: skip
TRUTHS = ("trl column", "openrlhf labels", "openrlhf query", "openrlhf prompt")
"""Where some of the values above are themselves a gold or a text that can be read."""


def _tried(call: Callable[[Any], Any], value: Any) -> tuple[Any, str | None]:
    """(score, None), or (None, why the value is refused)."""
    try:
        return call(value), None
    except UsageError as refused:
        return None, str(refused)


@pytest.mark.parametrize("place", PLACES)
def test_a_value_of_any_type_is_read_or_refused(place: str) -> None:
    found: Counter[str] = Counter()
    for value in ODD:
        score, refusal = _tried(PLACES[place], value)
        found["read" if refusal is None else "refused"] += 1
        assert "\n" not in (refusal or "")
        assert refusal or score == 1.0 or place in TRUTHS, (place, value, score)
    assert found["refused"] > 0 or found["read"] == len(ODD)


@pytest.mark.parametrize("role", ["assistant", "Assistant", "MODEL", None])
def test_the_name_of_a_role_is_read_in_any_case(role: str | None) -> None:
    assert _MATH(completions=[[{"role": role, "content": BOX}]], gold=["34"]) == [1.0]


@pytest.mark.parametrize("message", [{}, {"from": "gpt", "value": BOX}])
def test_a_message_of_another_format_is_refused(message: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="pass messages with role and content"):
        _MATH(completions=[[message]], gold=["34"])


def test_a_task_played_in_turns_is_refused_not_rewarded_with_zeros() -> None:
    row = {"task": "hanoi", "problem_id": "hanoi-test-d1-s0-0"}
    for call in (
        lambda: trl_reward("hanoi"),
        lambda: trl_reward("arithmetic", tools="python"),
        lambda: RowReward().score(BOX, row),
        lambda: compute_score("assay/hanoi", BOX, "34", row),
    ):
        with pytest.raises(UsageError, match="played in turns"):
            call()
