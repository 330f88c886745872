"""The numbers of the leaderboard: costs, curves, votes, ranks, and what a user may get wrong."""

import json
import shutil
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from assay.harness.backends.contract import Price
from assay.harness.cli import app
from assay.harness.comparison import compare_scores
from assay.harness.comparison.runs import scores_of
from assay.harness.leaderboard.build import _thousandths, build_leaderboard
from assay.harness.leaderboard.cost import cost_of, read_prices
from assay.harness.leaderboard.groups import BoardGroup, Entry, Task
from assay.harness.leaderboard.markdown import find_group
from assay.harness.leaderboard.rows import pricing_by, score_row, stored_votes
from assay.harness.leaderboard.runs import RunData
from assay.harness.leaderboard.viewer import make_server
from assay.harness.metrics import ScoredSample
from assay.harness.results import RunFolder, list_runs
from assay.sandbox.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def board(results: Path) -> dict:
    return json.loads((results / "leaderboard.json").read_text())


def _group(board: dict, label: str = "arithmetic") -> dict:
    return next(group for group in board["groups"] if group["label"] == label)


def _row(board: dict, run_id: str, label: str = "all") -> dict:
    return _group(board, label)["rows"][run_id]


def test_a_row_is_the_mean_over_problems_and_its_cost(board: dict, results: Path) -> None:
    row = _row(board, "run-1", "arithmetic")
    folder = next(f for f in list_runs(results) if f.run_id == "run-1")
    summary = (folder.summary() or {})["suites"]["arithmetic"]
    assert row["accuracy"] == pytest.approx(summary["accuracy"])
    assert [row["low"], row["high"]] == pytest.approx(summary["wilson"])
    assert row["standard_error"] == pytest.approx(summary["standard_error"])
    assert row["pass_at_k"] == pytest.approx(summary["pass_at"]["2"])
    assert row["majority"] == pytest.approx(summary["maj_at"]["2"])
    assert row["outcomes"] == summary["statuses"]
    tokens = summary["tokens"]
    expected = (tokens["prompt"] - tokens["cached"]) * 3.0 + tokens["cached"] * 0.3
    expected = (expected + tokens["completion"] * 12.0) / 1e6
    assert row["cost"] == pytest.approx(expected)
    assert row["cost_per_problem"] == pytest.approx(expected / 30)
    assert row["sat"] == row["problems"] == 30


def test_curves_come_from_the_same_samples(board: dict) -> None:
    row = _row(board, "run-2")
    budgets = np.array(row["budget_curve"])
    assert np.all(np.diff(budgets, axis=0) >= 0)
    assert budgets[-1, 1] == pytest.approx(row["accuracy"])
    assert row["pass_curve"][0] == pytest.approx([row["tokens"], row["accuracy"]])
    assert row["pass_curve"][-1] == pytest.approx([2 * row["tokens"], row["pass_at_k"]])
    assert row["vote_curve"][0][1] == pytest.approx(row["accuracy"])


def test_a_pair_is_what_compare_says(board: dict, results: Path) -> None:
    a, b = (scores_of(RunFolder(results / "runs" / run)) for run in ("run-1", "run-2"))
    full = compare_scores(a["arithmetic"], b["arithmetic"])
    test = _group(board)["pairs"]["run-1|run-2"]
    assert test["difference"] == pytest.approx(full.difference)
    assert test["p_value"] == pytest.approx(full.p_value)
    assert (test["low"], test["high"]) == pytest.approx((full.interval.low, full.interval.high))
    assert test["p_holm"] >= test["p_value"]


def test_votes_are_by_text_only_without_a_summary() -> None:
    votes = [
        ScoredSample("correct", 1.0, "1/2"),
        ScoredSample("correct", 1.0, "0.5"),
        ScoredSample("x", 0.0, "3"),
    ]
    votes.append(ScoredSample("x", 0.0, "3"))
    run = RunData(RunFolder(Path("none")), {"model": {"name": "m"}})
    run.suites, run.domains, run.votes = {"s": {"p@1": votes}}, {"s": "math"}, {"s": {}}
    entry = Entry("none", [run], {"s@1": "s"})
    group = BoardGroup("s@1", "task", [Task("s@1", "s", "math", {})], core={"s@1": ["p@1"]})
    problems = group.problems(entry, core=True)
    assert stored_votes(entry, group, core=True) is None
    assert (score_row(problems, None, None) or {})["majority"] == 0.0
    run.votes = {"s": {"1": 0.5, "2": 0.5, "4": 0.5}}
    stored = stored_votes(entry, group, core=True)
    assert (score_row(problems, stored, None) or {})["majority"] == 0.5


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
    assert pricing_by(prices)(run) == prices["hf/open-model-7b"]
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


def _copy(results: Path, out: Path) -> Path:
    shutil.copytree(results / "runs", out / "runs")
    return out / "runs"


def _damage(runs: Path, what: str) -> None:
    manifest = runs / "run-3" / "manifest.json"
    if what == "format":
        manifest.write_text('{"format": 99}')
    elif what == "model":
        manifest.write_text('{"format": 1, "config": {}}')
    elif what == "no manifest":
        manifest.unlink()
    elif what == "no JSON":
        manifest.write_bytes(b"\xff\x00")
    elif what == "summary":
        (runs / "run-3" / "summary.json").write_text("[]")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("format", "written by another version"),
        ("model", "manifest.json: model: Field required"),
        ("no manifest", "manifest.json is missing"),
        ("no JSON", "not JSON"),
        ("summary", "an object is expected"),
    ],
)
def test_a_damaged_run_is_named_and_the_others_are_shown(
    results: Path, tmp_path: Path, what: str, said: str
) -> None:
    _damage(_copy(results, tmp_path), what)
    result = CliRunner().invoke(app, ["leaderboard", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "assay: run-3: is not shown: " in result.stderr
    assert said in result.stderr
    board = json.loads((tmp_path / "leaderboard.json").read_text())
    assert [(n["run"], n["shown"]) for n in board["notices"]] == [("run-3", False)]
    assert [run["run_id"] for run in board["runs"]] == ["run-1", "run-2", "run-4", "run-5"]
    assert said in (tmp_path / "LEADERBOARD.md").read_text()


@pytest.mark.parametrize("line", [b'{"suite": \n', b'{"suite": "x"}\n', b"\xff\x00\n"])
def test_damaged_lines_are_named_and_what_they_held_is_missing(
    results: Path, tmp_path: Path, line: bytes
) -> None:
    path = _copy(results, tmp_path) / "run-3" / "samples.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], line, *lines[6:]]))
    result = CliRunner().invoke(app, ["leaderboard", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "assay: run-3: 1 line is damaged in " in result.stderr
    board = json.loads((tmp_path / "leaderboard.json").read_text())
    below = {one["entry"]: one["reason"] for one in _group(board, "all")["below"]}
    assert below["run-3"] == "1 of 160 samples are missing"
    assert set(_group(board, "all")["rows"]) == {"run-1", "run-2", "run-4"}


def test_two_folders_of_one_run_count_once(results: Path, tmp_path: Path) -> None:
    runs = _copy(results, tmp_path)
    shutil.copytree(runs / "run-2", runs / "a-copy")
    board = build_leaderboard(tmp_path)
    assert board["notices"] == [
        {"run": "a-copy", "message": "holds the run 'run-2', which run-2 holds already",
         "shown": False}
    ]  # fmt: skip
    assert len(board["runs"]) == 5


def test_a_suite_that_is_gone_is_named_and_its_scores_stay(results: Path, tmp_path: Path) -> None:
    runs = _copy(results, tmp_path)
    for name in ("manifest.json", "samples.jsonl", "summary.json"):
        path = runs / "run-1" / name
        path.write_text(path.read_text().replace("sequences", "sequins"))
    board = build_leaderboard(tmp_path)
    notice = board["notices"][0]
    assert notice["shown"]
    assert "'sequins', which this version does not have" in notice["message"]
    assert _row(board, "run-1", "sequins")["accuracy"] > 0.8


def test_unfinished_and_failed_runs_are_listed_without_a_rank(
    results: Path, tmp_path: Path
) -> None:
    runs = _copy(results, tmp_path)
    for run, kept in (("run-1", 70), ("run-4", 0)):
        path = runs / run / "samples.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
        (runs / run / "summary.json").unlink()
    board = build_leaderboard(tmp_path)
    states = {run["run_id"]: (run["state"], run["done"], run["wanted"]) for run in board["runs"]}
    assert states["run-1"] == ("unfinished", 70, 160)
    assert states["run-4"] == ("failed", 0, 160)
    assert not {"run-1", "run-4"} & {id for group in board["groups"] for id in group["rows"]}
    below = {one["entry"]: one["reason"] for one in _group(board)["below"]}
    assert below["run-1"] == "stopped after 70 of 160 samples"
    text = (tmp_path / "LEADERBOARD.md").read_text()
    assert "- run-4 (hf/open-model-7b): stopped after 0 of 160 samples" in text


def test_only_damaged_runs_are_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "old"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(UsageError, match=r"old: .*written by another version"):
        build_leaderboard(tmp_path)


def test_one_board_is_printed_as_text_and_as_json(results: Path) -> None:
    def said(*options: str) -> Any:
        return CliRunner().invoke(app, ["leaderboard", "--out", str(results), *options])

    text = said("--group", "arithmetic").stdout
    assert text.startswith("## arithmetic\n")
    assert "boolean_circuits" not in text
    group = json.loads(said("--group", "all", "--json").stdout)
    assert set(group["rows"]) == {"run-1", "run-2", "run-3", "run-4"}
    assert group["below"][0]["reason"] == "did not sit boolean_circuits"
    with pytest.raises(UsageError, match="no board has this name; there are: all"):
        find_group(json.loads(said("--json").stdout), "unknown")


def test_markdown_has_every_board_and_shares_ranks(results: Path) -> None:
    text = (results / "LEADERBOARD.md").read_text()
    for heading in ("## all", "## arithmetic", "## boolean_circuits", "## sequences"):
        assert heading in text
    assert "| 2\N{EN DASH}4 | openai/small |" in text


def test_several_boards_are_served_under_their_names(results: Path, tmp_path: Path) -> None:
    other = tmp_path / "a&b"
    other.mkdir()
    (other / "index.html").write_text("other board")
    (tmp_path / "secret").write_text("secret")
    with make_server([results, other, other], 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_address[1]}"

        def read(path: str) -> str:
            return urllib.request.urlopen(root + path, timeout=30).read().decode()

        try:
            assert f">{results.name}</a>" in read("/")
            assert ">a&amp;b-2</a></li>" in read("/"), "without its data it is listed by name"
            assert "<p>openai/grand is first; ahead of the next by " in read("/")
            assert "<title>assay leaderboard</title>" in read(f"/{results.name}/")
            assert "assayRun(" in read(f"/{results.name}/leaderboard_samples/run-1/arithmetic.js")
            assert read("/a%26b/") == "other board"
            for path in ("/none/", "/a%26b/../secret", "/a%26b/%2e%2e/secret"):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    read(path)
        finally:
            server.shutdown()


def test_a_run_that_lacks_only_its_summary_is_finished(results: Path, tmp_path: Path) -> None:
    runs = _copy(results, tmp_path)
    (runs / "run-1" / "summary.json").unlink()
    board = build_leaderboard(tmp_path)
    assert board["runs"][0]["state"] == "finished"
    assert "run-1" in _group(board)["rows"]


@given(st.floats(0, 1))
def test_a_rounded_p_value_stays_on_its_side_of_the_level(p: float) -> None:
    shown = 10 ** (-_thousandths(p) / 1000)
    assert (shown < 0.05) == (p < 0.05)
    assert shown == pytest.approx(p, rel=2.5e-3, abs=1e-60)
