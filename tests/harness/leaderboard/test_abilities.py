"""Abilities and problems of a board: what strangers cannot change, and which gold is doubted."""

from typing import Any

import pytest
from assay.harness.leaderboard.abilities import abilities_of
from assay.harness.metrics import ScoredSample
from hypothesis import given, settings

from .test_groups import run_of, runs_lists, scores


def estimates(found: dict[str, Any], ids: set[str]) -> dict[str, list[Any]]:
    """entry -> (ability, error, problems) of the entries with these ids."""
    return {
        row["entry"]: [row["ability"], row["error"], row["problems"]]
        for group in found["abilities"]
        for row in group["entries"]
        if row["entry"].partition("+")[0] in ids
    }


@settings(max_examples=25, deadline=None)
@given(runs_lists, runs_lists)
def test_runs_that_share_nothing_change_no_ability(own: Any, strangers: Any) -> None:
    runs = [run_of(f"run{i}", suites, state=state) for i, (suites, state) in enumerate(own)]
    others = [
        run_of(
            f"other{i}",
            {suite: {f"x{key}": score for key, score in problems.items()}
             for suite, problems in suites.items()},
            state=state,
        )
        for i, (suites, state) in enumerate(strangers)
    ]  # fmt: skip
    ids = {run.run_id for run in runs}
    alone, together = abilities_of(runs), abilities_of([*others, *runs])
    assert estimates(together, ids) == estimates(alone, ids)
    assert {run.run_id for run in runs if run.state == "unfinished"}.isdisjoint(
        estimates(alone, ids)
    )
    assert all(together["problems"][task] for task in alone["problems"])


def test_runs_on_different_problems_are_linked_by_a_third_or_stand_apart() -> None:
    first, second = scores(0.5, 40), scores(0.5, 40, "q")
    runs = [run_of("a", {"s": first}), run_of("b", {"t": second}), run_of("c", {"u": first})]
    assert [len(one["entries"]) for one in abilities_of(runs)["abilities"]] == [1, 1, 1]
    bridge = run_of("bridge", {"s": scores(0.8, 40), "t": scores(0.8, 40, "q")})
    groups = abilities_of([*runs, bridge])["abilities"]
    assert [[row["entry"] for row in one["entries"]] for one in groups] == [
        ["bridge", "a", "b"], ["c"],
    ]  # fmt: skip
    assert groups[0]["entries"][0]["ability"] > groups[0]["entries"][1]["ability"] + 1


def test_who_solves_all_or_none_has_no_finite_ability_but_a_place() -> None:
    runs = [run_of(str(skill), {"s": scores(skill)}) for skill in (1.0, 0.5, 0.0)]
    (group,) = abilities_of(runs)["abilities"]
    assert [(row["entry"], row["ability"] is None) for row in group["entries"]] == [
        ("1.0", True), ("0.5", False), ("0.0", True),
    ]  # fmt: skip


@pytest.mark.parametrize("able", [True, False])
def test_able_runs_that_agree_against_the_gold_put_it_in_doubt(able: bool) -> None:
    runs = []
    for i in range(9):
        run = run_of(f"run{i}", {"s": scores(0.1 + 0.1 * i)})
        agrees = i >= 4 if able else i < 5
        run.suites["s"]["odd@h"] = [ScoredSample("incorrect", 0.0, "12" if agrees else str(i))]
        runs.append(run)
    found = abilities_of(runs)
    ((_, listed),) = found["problems"].items()
    problems = [dict(zip(found["problem_keys"], one, strict=True)) for one in listed]
    odd = next(one for one in problems if one["problem"] == "odd")
    assert (odd["sat"], odd["solved"], odd["hash"]) == (9, 0.0, "h")
    assert (odd["agreed"], odd["answer"]) == ((5, "12") if able else (0, None))
    if able:
        assert odd["p_agreed"] == pytest.approx(1 / 126)
    assert all(one["agreed"] == 0 for one in problems if one is not odd)
