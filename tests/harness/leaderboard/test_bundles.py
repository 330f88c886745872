"""Bundles of others on a board: shown where every hash is right, named where one is wrong."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from assay.harness.bundle import HEADER, SAMPLES, write_bundle
from assay.harness.cli import app
from assay.harness.leaderboard.build import build_leaderboard
from assay.harness.results import RunFolder
from typer.testing import CliRunner

Change = Callable[[dict[str, bytes]], dict[str, bytes]]


def _bundle(results: Path, run_id: str, out: Path, change: Change = dict) -> Path:
    path = write_bundle(RunFolder(results / "runs" / run_id), out / "bundles")
    with zipfile.ZipFile(path) as archive:
        files = change({name: archive.read(name) for name in archive.namelist()})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path


def _with_header(**values: object) -> Change:
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        return files | {HEADER: json.dumps(json.loads(files[HEADER]) | values).encode()}

    return change


def _other_score(files: dict[str, bytes]) -> dict[str, bytes]:
    return files | {SAMPLES: files[SAMPLES].replace(b'"score":0.0', b'"score":1.0')}


def test_a_bundle_is_ranked_like_a_run_of_ours(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "runs", tmp_path / "runs")
    expected = build_leaderboard(tmp_path)
    _bundle(results, "run-2", tmp_path)
    same = build_leaderboard(tmp_path)
    assert same["notices"] == [], "a bundle of a run that is there adds nothing"
    assert len(same["runs"]) == 5
    shutil.rmtree(tmp_path / "runs" / "run-2")
    board = build_leaderboard(tmp_path)
    assert board["notices"] == []
    assert board["groups"] == expected["groups"]
    entry = next(run for run in board["runs"] if run["run_id"] == "run-2")
    assert len(entry["bundle"]) == 64
    sample = next((tmp_path / "leaderboard_samples" / "run-2").glob("*.js")).read_text()
    assert "Give the final answer" in sample, "its prompts are in the bundle"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_score, "samples.jsonl does not have the hash that the bundle states"),
        (_with_header(files={}), "manifest.json, problems.jsonl, samples.jsonl"),
        (_with_header(run_id="../../escaped"), "'../../escaped' is no run id"),
        (_with_header(format=2), "format 2 of a bundle is not 1"),
        (lambda files: {HEADER: files[HEADER]}, "is no bundle: it lacks manifest.json"),
    ],
)
def test_a_wrong_bundle_is_named_and_the_others_are_shown(
    results: Path, tmp_path: Path, change: Change, said: str
) -> None:
    shutil.copytree(results / "runs" / "run-1", tmp_path / "runs" / "run-1")
    _bundle(results, "run-3", tmp_path)
    _bundle(results, "run-2", tmp_path, change)
    result = CliRunner().invoke(app, ["leaderboard", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "assay: bundles/run-2.assay.zip: is not shown: " in result.stderr
    assert said in result.stderr
    board = json.loads((tmp_path / "leaderboard.json").read_text())
    assert [run["run_id"] for run in board["runs"]] == ["run-1", "run-3"]
    assert said in (tmp_path / "LEADERBOARD.md").read_text()


def test_a_bundle_with_the_id_of_another_run_is_named(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "runs" / "run-1", tmp_path / "runs" / "run-1")
    shutil.copytree(results / "runs" / "run-2", tmp_path / "other" / "run-1")
    write_bundle(RunFolder(tmp_path / "other" / "run-1"), tmp_path / "bundles")
    board = build_leaderboard(tmp_path)
    assert [run["model"] for run in board["runs"]] == ["openai/grand"]
    (notice,) = board["notices"]
    assert notice["run"] == "bundles/run-1.assay.zip"
    assert notice["message"] == "holds a run 'run-1' that differs from the one that is shown"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("price", {"input": -1, "output": 1}, "a price is negative"),
        ("price", {"input": 1}, "output: Field required"),
        ("details", [], "model.details: Input should be a valid dictionary"),
    ],
)
def test_a_manifest_with_a_wrong_field_costs_its_run_alone(
    results: Path, tmp_path: Path, field: str, value: object, said: str
) -> None:
    for run in ("run-1", "run-2"):
        shutil.copytree(results / "runs" / run, tmp_path / "runs" / run)
    path = tmp_path / "runs" / "run-2" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["model"][field] = value
    path.write_text(json.dumps(manifest))
    board = build_leaderboard(tmp_path)
    assert [run["run_id"] for run in board["runs"]] == ["run-1"]
    assert said in board["notices"][0]["message"]
