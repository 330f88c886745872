"""A check that failed on our side loses neither its group nor its step, and is never a 0."""

import asyncio
import logging
import math
import pickle
from typing import Any

import pytest
from assay.harness.adapters import verl
from assay.harness.adapters.checker_errors import PATIENCE, CheckerErrors, CheckerFailedError
from assay.sandbox.errors import UsageError
from assay.tasks import Verdict
from assay.tasks.math import verifier
from assay.tasks.verdict import checker_error


def _replaced(errors: CheckerErrors, rewards: list[float | None], groups: list[Any]) -> list[float]:
    batch = (rewards, groups, ["math"] * len(rewards), ["broke"] * len(rewards))
    if len(rewards) == 1:
        return [errors.replaced(*(column[0] for column in batch))]
    return errors.all_replaced(*batch)


def test_the_mean_of_the_other_rewards_of_the_group(caplog: pytest.LogCaptureFixture) -> None:
    errors = CheckerErrors()
    with caplog.at_level(logging.WARNING):
        found = _replaced(errors, [1.0, None, 0.0, 0.0, 1.0, None], ["a", "a", "a", "a", "b", "b"])
    assert found == [1.0, pytest.approx(1 / 3), 0.0, 0.0, 1.0, 1.0]
    assert (errors.failed, errors.succeeded) == (2, 4)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert "check 2 of 6 failed on our side" in messages[1]


def test_a_single_sample_is_given_what_its_group_earned_before() -> None:
    errors = CheckerErrors()
    assert _replaced(errors, [None], ["a"]) == [0.5]
    for value in (1.0, 1.0, 0.0, 0.0):
        _replaced(errors, [value], ["a"])
    _replaced(errors, [1.0], ["b"])
    assert _replaced(errors, [None], ["a"]) == [0.5]
    assert _replaced(errors, [None], ["unknown"]) == [0.6]


def test_a_group_with_nothing_known_gets_the_mean_of_its_source() -> None:
    errors = CheckerErrors()
    _replaced(errors, [1.0, 1.0, 1.0, 0.0], ["a", "b", "c", "d"])
    assert _replaced(errors, [None, None], ["new", "new"]) == [0.75, 0.75]


@pytest.mark.parametrize("choice", ["nan", 0.0, 0])
def test_the_other_choices(choice: Any) -> None:
    (value,) = _replaced(CheckerErrors(choice), [None], ["a"])
    assert math.isnan(value) if choice == "nan" else value == 0.0


def test_raise_stops_at_the_first() -> None:
    with pytest.raises(CheckerFailedError, match=r"1 checks failed on our side.*broke"):
        _replaced(CheckerErrors("raise"), [1.0, None], ["a", "a"])


def test_a_permanent_fault_is_raised_and_not_averaged_away() -> None:
    errors = CheckerErrors()
    _replaced(errors, [None] * (PATIENCE - 1), ["a"] * (PATIENCE - 1))
    with pytest.raises(CheckerFailedError, match="16 checks failed on our side, 0 succeeded"):
        _replaced(errors, [None], ["a"])


@pytest.mark.parametrize("choice", ["skip", 1.0, None, True, "0"])
def test_an_unknown_choice_is_one_line(choice: Any) -> None:
    with pytest.raises(UsageError, match=r"use 'raise', 'nan', 'group_mean' or 0\.0"):
        CheckerErrors(choice)


def test_it_can_be_pickled() -> None:
    errors = pickle.loads(pickle.dumps(CheckerErrors("nan")))
    assert math.isnan(_replaced(errors, [None], ["a"])[0])


def test_a_group_of_verl_keeps_its_other_samples(
    monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    plain = verifier.verify_math

    def failing(gold: str, completion: str) -> Verdict:
        return checker_error("a fault") if "poison" in completion else plain(gold, completion)

    monkeypatch.setattr(verifier, "verify_math", failing)
    texts = ["\\boxed{4}", "poison", "\\boxed{5}", "\\boxed{4}"]
    found = verl.compute_scores(["math"] * 4, texts, ["4"] * 4, [{"index": 9}] * 4)
    assert [one["score"] for one in found] == [1.0, pytest.approx(2 / 3), 0.0, 1.0]
    assert [one["checker_error"] for one in found] == [0.0, 1.0, 0.0, 0.0]
    one = verl.compute_score("math", "poison", "4", {"index": 9})
    assert one["score"] == pytest.approx(2 / 3)
    assert verl.prime_score("math", "poison", "4", {"index": 9}) == pytest.approx(2 / 3)


def test_the_coroutine_of_verl_awaits_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_thread(*args: Any) -> Any:
        raise AssertionError("a math answer needs no thread")

    async def together() -> list[dict[str, Any]]:
        rows = [("math", f"\\boxed{{{n}}}", "4") for n in (4, 5)]
        return await asyncio.gather(*(verl.compute_score_async(*row) for row in rows))

    monkeypatch.setattr(asyncio, "to_thread", no_thread)
    assert [one["score"] for one in asyncio.run(together())] == [1.0, 0.0]


def test_lists_of_a_batch_must_have_one_length() -> None:
    with pytest.raises(UsageError, match="2 data sources, 1 solutions, 2 ground truths and 2 "):
        verl.compute_scores(["math"] * 2, ["4"], ["4", "5"])
