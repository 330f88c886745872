"""Rows of Parquet and JSON lines, scored as a stream that goes on where it was stopped."""

import json
from pathlib import Path

import pytest
from assay.harness import row_scoring
from assay.harness.checking import EngineSettings
from assay.harness.checking.engine import Engine
from assay.harness.cli import run
from assay.harness.evaluation import TaskSpec
from assay.harness.row_batches import RowPlan
from assay.harness.row_scoring import RowCounts, score_rows
from assay.sandbox.errors import UsageError
from assay.tasks import load
from assay.tasks.verdict import checker_error

arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
parquet = pytest.importorskip("pyarrow.parquet")
SPEC = TaskSpec("arithmetic", {"size": 40})
LOCAL = EngineSettings(workers=1, cache=False)


def rows() -> list[dict[str, str]]:
    """Two rows for each problem, a right and a wrong one; the last repeats the first."""
    suite = load("arithmetic", size=40)
    found = [
        {"id": problem.id, "completion": text or ""}
        for problem in suite
        for text in (suite.gold(problem), suite.wrong(problem))
    ]
    return [*found, found[0]]


@pytest.fixture(params=["parquet", "jsonl", "folder"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"rows.{request.param}"
    if request.param == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows()))
    elif request.param == "parquet":
        parquet.write_table(arrow.Table.from_pylist(rows()), path)
    else:
        path.mkdir()
        for number in range(3):
            part = arrow.Table.from_pylist(rows()[number::3])
            parquet.write_table(part, path / f"{number}.parquet")
    return path


def verdicts(out: Path) -> list[tuple[str, float]]:
    found = [row for part in out.glob("*.parquet") for row in parquet.read_table(part).to_pylist()]
    assert len({row["key"] for row in found}) == len(found)
    return sorted((row["problem_id"], row["score"]) for row in found)


def test_every_key_has_one_verdict(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_scoring, "BATCH", 16)
    out = tmp_path / "verdicts"
    counts = score_rows(SPEC, file, out, engine=LOCAL)
    assert (counts.checked, counts.known, counts.failed) == (80, 1, 0)
    assert (counts.verdicts, counts.correct) == (80, 40)
    expected = verdicts(out)
    for part in sorted(out.glob("*.parquet"))[::2]:
        part.unlink()  # as if it had been stopped
    left = len(verdicts(out))
    again = score_rows(SPEC, file, out, engine=LOCAL)
    assert (again.checked, again.known) == (80 - left, left + 1)
    assert verdicts(out) == expected
    assert score_rows(SPEC, file, out, engine=LOCAL).checked == 0


def test_our_own_failure_is_no_verdict_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = tmp_path / "rows.jsonl", tmp_path / "out"
    path.write_text(json.dumps(rows()[0]) + "\n")
    with monkeypatch.context() as patch:

        def start(self: Engine, check: object) -> object:
            from concurrent.futures import Future

            future: Future[object] = Future()
            future.set_result(checker_error("out of luck"))
            return future

        patch.setattr(Engine, "start", start)
        assert score_rows(SPEC, path, out, engine=LOCAL).failed == 1
    assert not list(out.glob("*.parquet"))
    assert score_rows(SPEC, path, out, engine=LOCAL).checked == 1


def test_a_key_is_what_the_verdict_depends_on() -> None:
    plan = RowPlan(SPEC, "out", "id", "completion")
    other = RowPlan(TaskSpec("arithmetic", {"size": 41}), "out", "id", "completion")
    keys = {plan.key("a", "x"), plan.key("b", "x"), plan.key("a", "y"), other.key("a", "x")}
    assert len(keys) == 4
    assert plan.key("a", "x") == RowPlan(SPEC, "elsewhere", "x", "y").key("a", "x")
    assert RowCounts().verdicts == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.csv", "id,completion", "give a .parquet or .jsonl file"),
        ("rows.parquet", "nonsense", "is not parquet"),
        ("rows.jsonl", '{"id": "x"}\n', "no column completion"),
        ("rows.jsonl", '{"text": "x", "completion": "y"}\n', "name it with --id-field"),
        ("rows.jsonl", '{"id": "nobody", "completion": "y"}\n', "nobody"),
        ("rows.jsonl", '{"id": "x", "completion": ["y"]}\n', "is list, not text"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=said) as refused:
        score_rows(SPEC, tmp_path / name, tmp_path / "out", engine=LOCAL)
    assert "\n" not in str(refused.value)


def test_the_command_line_scores_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "rows.jsonl", tmp_path / "out"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()[:10]))
    line = ["score", "--tasks", "arithmetic", "--size", "40", "--file", str(path)]
    assert run([*line, "--rows", str(out)]) == 0
    assert "10 rows checked, 0 known" in capsys.readouterr().out
    with row_scoring._only_writer(out):
        assert run([*line, "--rows", str(out)]) == 2
    assert "written by another call" in capsys.readouterr().err
