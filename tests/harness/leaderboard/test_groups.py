"""Which runs are ranked: only those that sat the same problems, whatever else is there."""

from pathlib import Path
from typing import Any

import pytest
from assay.harness.leaderboard.build import make_board
from assay.harness.leaderboard.groups import comparable
from assay.harness.leaderboard.runs import RunData, State
from assay.harness.metrics import ScoredSample
from assay.harness.results import RunFolder
from hypothesis import given, settings
from hypothesis import strategies as st


def run_of(
    name: str,
    suites: dict[str, dict[str, float]],
    *,
    model: str = "",
    state: State = "finished",
    seed: int = 0,
    options: dict[str, Any] | None = None,
) -> RunData:
    """A run with one sample per problem: suite -> problem -> score."""
    tasks = [{"name": suite, "options": options or {}} for suite in suites]
    manifest = {
        "model": {"name": model or name},
        "config": {"tasks": tasks, "seed": seed, "sampling": {"temperature": 1.0}},
    }
    run = RunData(RunFolder(Path(name)), manifest, state=state)
    for suite, scores in suites.items():
        run.suites[suite] = {
            problem: [ScoredSample("correct" if score == 1 else "incorrect", score)]
            for problem, score in scores.items()
        }
        run.domains[suite] = "math"
        run.votes[suite] = {}
    run.done = sum(map(len, suites.values()))
    run.wanted = run.done + (state != "finished")
    run.reason = "" if state == "finished" else "stopped"
    return run


def scores(skill: float, problems: int = 40, prefix: str = "p") -> dict[str, float]:
    """Right on the first `skill` of the problems."""
    return {f"{prefix}{i}@h": float(i < skill * problems) for i in range(problems)}


def ranks_of(board: dict[str, Any]) -> dict[tuple[str, str], dict[str, int]]:
    return {
        (group["id"], entry): row["rank"]
        for group in board["groups"]
        for entry, row in group["rows"].items()
    }


def group_of(board: dict[str, Any], label: str) -> dict[str, Any]:
    return next(group for group in board["groups"] if group["label"] == label)


sat = st.dictionaries(
    st.sampled_from(["alpha", "beta", "gamma"]),
    st.dictionaries(
        st.integers(0, 11).map(lambda i: f"p{i}@h"), st.sampled_from([0.0, 1.0]), min_size=1
    ),
    min_size=1,
)
states = st.sampled_from(["finished", "finished", "unfinished"])
runs_lists = st.lists(st.tuples(sat, states), min_size=1, max_size=5)


@settings(max_examples=60)
@given(runs_lists, runs_lists)
def test_runs_that_share_nothing_change_no_rank(
    own: list[tuple[dict[str, dict[str, float]], State]],
    strangers: list[tuple[dict[str, dict[str, float]], State]],
) -> None:
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
    alone = ranks_of(make_board(runs, []))
    together = ranks_of(make_board([*runs, *others], []))
    assert alone == {key: rank for key, rank in together.items() if key in alone}
    own_ids = {run.run_id for run in runs}
    assert {key for key in together if key[1].partition("+")[0] in own_ids} == set(alone)


@settings(max_examples=60)
@given(runs_lists)
def test_an_unfinished_run_never_has_a_rank(
    given_runs: list[tuple[dict[str, dict[str, float]], State]],
) -> None:
    runs = [run_of(f"run{i}", suites, state=state) for i, (suites, state) in enumerate(given_runs)]
    board = make_board(runs, [])
    unfinished = {run.run_id for run in runs if run.state == "unfinished"}
    assert not unfinished & {entry for _, entry in ranks_of(board)}
    listed = {one["entry"] for group in board["groups"] for one in group["below"]}
    assert unfinished <= listed, "but it is on a board, below the line"


@settings(max_examples=60)
@given(runs_lists)
def test_every_ranked_row_is_over_the_same_problems(
    given_runs: list[tuple[dict[str, dict[str, float]], State]],
) -> None:
    runs = [run_of(f"run{i}", suites, state=state) for i, (suites, state) in enumerate(given_runs)]
    for group in make_board(runs, [])["groups"]:
        assert {row["problems"] for row in group["rows"].values()} <= {group["core"]}
        assert all(test["problems"] == group["core"] for test in group["pairs"].values())


def test_a_smoke_run_is_below_the_line_with_the_reason() -> None:
    runs = [run_of(name, {"s": scores(skill)}) for name, skill in (("a", 0.9), ("b", 0.2))]
    smoke = run_of("smoke", {"s": scores(1.0, problems=4)})
    group = group_of(make_board([*runs, smoke], []), "s")
    assert set(group["rows"]) == {"a", "b"}
    assert group["core"] == 40
    assert [one["reason"] for one in group["below"]] == ["has 4 of 40 problems of s"]
    assert group["below"][0]["row"]["accuracy"] == 1.0, "its own score is still shown"


def test_the_core_is_what_all_members_sat() -> None:
    half = dict.fromkeys(list(scores(1.0))[:36], 1.0)
    board = make_board([run_of("a", {"s": scores(0.5)}), run_of("b", {"s": half})], [])
    group = group_of(board, "s")
    assert group["core"] == 36
    assert group["rows"]["a"]["accuracy"] == pytest.approx(20 / 36)
    assert group["rows"]["a"]["sat"] == 40


def test_comparable_keeps_most_entries_times_problems() -> None:
    full = {f"p{i}" for i in range(50)}
    assert comparable({"a": full, "b": full, "c": set(list(full)[:5])}) == {"a", "b"}
    assert comparable({"a": full, "b": set(list(full)[:40])}) == {"a", "b"}
    assert comparable({"a": set()}) == set()


def test_settings_that_change_the_problems_make_boards_of_their_own() -> None:
    runs = [
        run_of("easy", {"arithmetic": scores(1.0)}, options={"difficulty": 1, "size": 40}),
        run_of("easy2", {"arithmetic": scores(0.5)}, options={"difficulty": 1, "size": 99}),
        run_of("hard", {"arithmetic": scores(0.1)}, options={"difficulty": 3}),
    ]
    board = make_board(runs, [])
    labels = {group["label"]: set(group["rows"]) for group in board["groups"]}
    assert labels == {
        "arithmetic (difficulty 1)": {"easy", "easy2"},
        "arithmetic (difficulty 3)": {"hard"},
    }


def test_another_prompt_is_another_task() -> None:
    runs = [
        run_of("a", {"s": {"p1@x": 1.0, "p2@x": 1.0}}),
        run_of("b", {"s": {"p1@y": 1.0, "p2@y": 0.0}}),
    ]
    board = make_board(runs, [])
    assert [len(group["rows"]) for group in board["groups"]] == [1, 1]
    assert {group["label"] for group in board["groups"]} == {"s", "s, other problems 2"}


def test_all_is_only_where_everything_was_sat() -> None:
    both = {"s": scores(0.5), "t": scores(0.9)}
    runs = [run_of("a", both), run_of("b", both), run_of("c", {"s": scores(1.0)})]
    group = group_of(make_board(runs, []), "all")
    assert set(group["rows"]) == {"a", "b"}
    assert group["below"][0]["reason"] == "did not sit t"
    assert group["rows"]["a"]["macro"] == pytest.approx(0.7)


def test_micro_and_macro_average_differ_where_sizes_do() -> None:
    run = run_of("a", {"s": scores(1.0, problems=30), "t": scores(0.0, problems=10)})
    row = group_of(make_board([run], []), "all")["rows"]["a"]
    assert (row["accuracy"], row["macro"]) == pytest.approx((0.75, 0.5))


def test_seeds_of_one_model_are_one_entry_and_a_repeated_seed_is_not() -> None:
    runs = [
        run_of(f"r{i}", {"s": scores(skill)}, model="m", seed=seed)
        for i, (skill, seed) in enumerate([(0.5, 1), (0.7, 2), (0.5, 1)])
    ]
    board = make_board(runs, [])
    group = group_of(board, "s")
    assert set(group["rows"]) == {"r0+1", "r2"}
    row = group["rows"]["r0+1"]
    assert row["accuracy"] == pytest.approx(0.6)
    assert row["runs"]["r1"]["accuracy"] == pytest.approx(0.7)
    names = [entry["name"] for entry in board["entries"]]
    assert names == ["m (seed 1, 2)", "m (seed 1)"]


def test_the_sentence_names_the_first_and_the_gap() -> None:
    runs = [
        run_of("a", {"s": scores(0.9, problems=200)}),
        run_of("b", {"s": scores(0.9, problems=200)}),
        run_of("c", {"s": scores(0.4, problems=200)}),
    ]
    said = group_of(make_board(runs, []), "s")["sentence"]
    assert said == "a and b are tied for first; ahead of the next by 50.0 points."
    assert "alone" in group_of(make_board(runs[:1], []), "s")["sentence"]
    tied = group_of(make_board(runs[:2], []), "s")["sentence"]
    assert tied == "No test separates the 2 entries: they are all tied for first."
    stopped = [run_of("d", {"s": scores(1.0)}, state="unfinished")]
    assert "nothing is ranked" in group_of(make_board(stopped, []), "s")["sentence"]
