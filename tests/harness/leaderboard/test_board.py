"""The numbers of the leaderboard: costs, curves, votes, ranks, and what a user may get wrong."""

import json
from pathlib import Path

import numpy as np
import pytest
from assay.harness.backends.contract import Price
from assay.harness.comparison import compare_scores
from assay.harness.comparison.runs import scores_of
from assay.harness.leaderboard.build import build_leaderboard
from assay.harness.leaderboard.cost import cost_of, read_prices
from assay.harness.leaderboard.rows import RunData, pair_tests, price_of, read_run, vote_curve
from assay.harness.leaderboard.viewer import make_server
from assay.harness.metrics import Scored
from assay.harness.results import RunFolder, list_runs
from assay.sandbox.errors import UsageError


@pytest.fixture(scope="module")
def board(results: Path) -> dict:
    return json.loads((results / "leaderboard.json").read_text())


def _row(board: dict, model: str, view: str = "all") -> dict:
    return next(run["scores"][view] for run in board["runs"] if run["model"] == model)


def test_a_row_is_the_mean_over_problems_and_its_cost(board: dict, results: Path) -> None:
    row = _row(board, "openai/grand", "arithmetic")
    folder = next(f for f in list_runs(results) if f.run_id == "run-1")
    summary = (folder.summary() or {})["suites"]["arithmetic"]
    assert row["accuracy"] == pytest.approx(summary["accuracy"])
    assert [row["low"], row["high"]] == pytest.approx(summary["wilson"])
    assert row["standard_error"] == pytest.approx(summary["standard_error"])
    assert row["pass_at_k"] == pytest.approx(summary["pass_at"]["2"])
    assert row["majority"] == pytest.approx(summary["maj_at"]["2"])
    tokens = summary["tokens"]
    expected = (tokens["prompt"] - tokens["cached"]) * 3.0 + tokens["cached"] * 0.3
    expected = (expected + tokens["completion"] * 12.0) / 1e6
    assert row["cost"] == pytest.approx(expected)
    assert row["cost_per_problem"] == pytest.approx(expected / 30)
    assert row["of"] == row["problems"] == 30


def test_curves_come_from_the_same_samples(board: dict) -> None:
    row = _row(board, "openai/small")
    budgets = np.array(row["budget_curve"])
    assert np.all(np.diff(budgets, axis=0) >= 0)
    assert budgets[-1, 1] == pytest.approx(row["accuracy"])
    assert row["pass_curve"][0] == pytest.approx([row["tokens"], row["accuracy"]])
    assert row["pass_curve"][-1] == pytest.approx([2 * row["tokens"], row["pass_at_k"]])
    assert row["vote_curve"][0][1] == pytest.approx(row["accuracy"])


def test_a_pair_is_what_compare_says(board: dict, results: Path) -> None:
    a, b = (scores_of(RunFolder(results / "runs" / run)) for run in ("run-1", "run-2"))
    full = compare_scores(a["arithmetic"], b["arithmetic"])
    test = board["pairs"]["arithmetic"]["run-1|run-2"]
    assert test["difference"] == pytest.approx(full.difference)
    assert test["p_value"] == pytest.approx(full.p_value)
    assert (test["low"], test["high"]) == pytest.approx((full.interval.low, full.interval.high))
    assert test["p_holm"] >= test["p_value"]


def test_runs_without_a_common_problem_are_not_compared(results: Path) -> None:
    runs = [read_run(folder) for folder in list_runs(results)]
    apart = RunData(RunFolder(results / "runs" / "apart"), runs[0].manifest)
    apart.suites = {"other": {"x@1": [Scored("correct", 1.0)]}}
    apart.domains = {"other": "math"}
    pairs = pair_tests([runs[0], runs[4], apart], "all")
    assert set(pairs) == {("run-1", "run-5")}
    assert pairs["run-1", "run-5"].problems == 50


def test_votes_are_by_text_only_without_a_summary(results: Path) -> None:
    votes = [Scored("correct", 1.0, "1/2"), Scored("correct", 1.0, "0.5"), Scored("x", 0.0, "3")]
    votes.append(Scored("x", 0.0, "3"))
    run = RunData(RunFolder(results / "runs" / "none"), {"model": {"name": "m"}})
    run.suites, run.domains = {"s": {"p@1": votes}}, {"s": "math"}
    run.votes = {"s": {}}
    assert vote_curve(run, "all", run.groups("all"), 4)[-1] == (4, 0.0)
    run.votes = {"s": {"1": 0.5, "2": 0.5, "4": 0.5}}
    assert vote_curve(run, "all", run.groups("all"), 4)[-1] == (4, 0.5)


def test_a_price_table_decides_and_forced_models_cost_what_their_model_does(
    tmp_path: Path, results: Path
) -> None:
    table = tmp_path / "prices.toml"
    table.write_text('["hf/open-model-7b"]\ninput = 1\noutput = 2\ncurrency = "EUR"\n')
    prices = read_prices(table)
    assert prices == {"hf/open-model-7b": Price(1.0, 2.0, currency="EUR")}
    details = {"model": "hf/open-model-7b"}
    manifest = {"model": {"name": "hf/open-model-7b (thought 9, waits 1)", "details": details}}
    run = RunData(RunFolder(results), manifest)
    assert price_of(run, prices) == prices["hf/open-model-7b"]
    assert cost_of({"prompt": 10, "cached": 4, "completion": 1}, Price(1, 2)).amount == 12e-6


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = 1\n", "'x' is not a table"),
        ('["m"]\ninput = 1\n', "[m]: output: Field required"),
        ('["m"]\ninput = -1\noutput = 1\n', "[m]: a price is negative"),
        ('["m"]\ninput = 1\noutput = 1\nprice = 2\n', "unknown field 'price'"),
        ('["m"]\ninput = "free"\noutput = 1\n', "[m]: input: "),
        ("[[[", "cannot be read"),
    ],
)
def test_a_bad_price_table_is_one_line(tmp_path: Path, text: str, names: str) -> None:
    table = tmp_path / "prices.toml"
    table.write_text(text)
    with pytest.raises(UsageError) as refusal:
        read_prices(table)
    assert names in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_folder_without_runs_or_page_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run with samples"):
        build_leaderboard(tmp_path)
    with pytest.raises(UsageError, match="run assay leaderboard first"):
        make_server(tmp_path, 0)


def test_a_run_of_another_version_is_left_out_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "runs" / "old"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(UsageError, match="there is no run with samples"):
        build_leaderboard(tmp_path)
    assert "written by another version" in caplog.text


def test_markdown_has_every_view_and_shares_ranks(results: Path) -> None:
    text = (results / "LEADERBOARD.md").read_text()
    for heading in ("## all", "## arithmetic", "## boolean_circuits", "## sequences"):
        assert heading in text
    assert "| 2–3 | openai/small |" in text
