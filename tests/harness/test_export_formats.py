"""A run in the formats of other tools, as those tools define them."""

import json
from pathlib import Path

import pytest
from assay.harness.backends import load_model
from assay.harness.cli import app
from assay.harness.evaluation import Run, TaskSpec, evaluate
from assay.harness.export_formats import (
    export_every_eval_ever,
    export_hf_results,
    export_inspect,
)
from assay.harness.results import RunFolder
from assay.harness.scoring import score_file
from assay.sandbox.errors import UsageError
from typer.testing import CliRunner

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
SPEC = TaskSpec("arithmetic", {"size": 20, "difficulty": 1})


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("exports")
    return evaluate(load_model("random"), [SPEC], 2, out=out, run_id="one", progress=False)


def test_inspect_logs_are_read_back_with_the_same_verdicts(done: Run, tmp_path: Path) -> None:
    (path,) = export_inspect(done.folder, tmp_path)
    log = json.loads(path.read_text())
    assert log["status"] == "success"
    assert [sample["epoch"] for sample in log["samples"][:2]] == [1, 2]
    assert log["samples"][0]["input"][0]["role"] == "user"
    again = score_file(SPEC, path, out=tmp_path, run_id="again", progress=False)
    assert again.accuracy == done.accuracy


def test_every_eval_ever_has_what_its_schema_requires(done: Run, tmp_path: Path) -> None:
    (path,) = export_every_eval_ever(done.folder, tmp_path)
    document = json.loads(path.read_text())
    required = {
        "schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata",
        "model_info", "eval_library", "evaluation_results",
    }  # fmt: skip
    assert required <= document.keys()
    (result,) = document["evaluation_results"]
    assert {"evaluation_name", "source_data", "metric_config", "score_details"} <= result.keys()
    assert result["score_details"]["score"] == done.accuracy["arithmetic"]
    interval = result["score_details"]["uncertainty"]["confidence_interval"]
    assert interval["lower"] <= result["score_details"]["score"] <= interval["upper"]


def test_a_generated_suite_becomes_a_benchmark_file(done: Run, tmp_path: Path) -> None:
    (path,) = export_hf_results(done.folder, tmp_path)
    benchmark = yaml.safe_load(path.read_text())
    assert path == tmp_path / "arithmetic" / "eval.yaml"
    assert benchmark["tasks"] == [{"id": "arithmetic", "config": "default", "split": "test"}]
    assert benchmark["evaluation_framework"] == "assay"


def test_a_published_suite_becomes_a_result_of_the_model(own_rows: str, tmp_path: Path) -> None:
    spec = TaskSpec("gsm8k", {"data_dir": own_rows})
    done = evaluate(load_model("oracle"), [spec], 1, out=tmp_path, run_id="g", progress=False)
    (path,) = export_hf_results(done.folder, tmp_path / "out")
    assert path == tmp_path / "out" / ".eval_results" / "gsm8k.yaml"
    (entry,) = yaml.safe_load(path.read_text())
    assert entry["dataset"] == {"id": "openai/gsm8k", "task_id": "gsm8k"}
    assert entry["value"] == 100
    assert "temperature 0.0" in entry["notes"]


def test_an_unfinished_run_is_not_exported(done: Run, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    for name in ("manifest.json", "samples.jsonl"):
        (folder / name).write_bytes((done.folder.path / name).read_bytes())
    for export in (export_inspect, export_every_eval_ever, export_hf_results):
        with pytest.raises(UsageError, match="has not finished"):
            export(RunFolder(folder), tmp_path / "out")


def test_a_space_holds_the_whole_leaderboard(done: Run, tmp_path: Path) -> None:
    results = str(done.folder.path.parent.parent)
    runner = CliRunner()
    options = ["export", "space", "--results", results, "--out", str(tmp_path)]
    assert "run assay leaderboard first" in str(runner.invoke(app, options).exception)
    assert runner.invoke(app, ["leaderboard", "--out", results]).exit_code == 0
    made = runner.invoke(app, options)
    assert made.exit_code == 0
    assert (tmp_path / "README.md").read_text().startswith("---\ntitle: ")
    assert (tmp_path / "leaderboard_samples" / "one" / "arithmetic.js").is_file()
