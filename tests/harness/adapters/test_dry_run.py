"""`assay check-rewards` finds the rows that would be rewarded wrongly, before training."""

import json
from pathlib import Path
from typing import Any

import pytest
from assay.harness.adapters import frameworks
from assay.harness.adapters.dry_run import check_rewards, lines
from assay.harness.cli import run
from assay.harness.export import export
from assay.sandbox.errors import UsageError
from assay.tasks import load

EXPORTS = {"trl": "trl", "verl": "verl", "openrlhf": "jsonl"}


def _jsonl(folder: Path, rows: list[Any]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("framework", EXPORTS)
@pytest.mark.parametrize("task", ["arithmetic", "knights_and_knaves"])
def test_our_own_exports_verify(framework: str, task: str, tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="datasets is not installed")
    (path,) = export(EXPORTS[framework], [load(task, size=6)], tmp_path)
    report = check_rewards(path, framework)
    assert report.counts["verifies"] == report.rows == report.readable == 6
    assert report.faults == []


def test_each_faulty_row_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    golds: list[Any] = ["4", 4.5, None, ["4", "5"], "2+2\n#### 4", {"target": 4, "numbers": [2]}]
    path = _jsonl(tmp_path, [{"prompt": "p", "solution": gold} for gold in golds])
    report = check_rewards(path, "trl")
    assert report.counts == {"verifies": 4, "fails": 0, "no_own_answer": 0, "unreadable": 2}
    assert [fault.row for fault in report.faults] == [2, 5]
    text = "\n".join(lines(report, 20))
    assert "6 rows for trl: 4 can be verified" in text
    assert "column 'solution' mixes types: str in 2, float in 1, NoneType in 1" in text
    assert "1 rows list several answers, which are read as: any of them is right" in text
    assert "row 5, column 'solution': the ground truth of type dict" in text
    assert run(["check-rewards", str(path), "--framework", "trl"]) == 3


def test_an_answer_that_does_not_verify_itself_is_found(tmp_path: Path) -> None:
    rows = [{"prompt": "p", "solution": gold} for gold in ("4", "?")]
    report = check_rewards(_jsonl(tmp_path, rows), "trl")
    assert report.counts["verifies"] == 1
    assert [fault.outcome for fault in report.faults] == ["fails"]


def _verl(**changed: Any) -> dict[str, Any]:
    row = {"data_source": "math_dapo", "reward_model": {"ground_truth": "4"}, "extra_info": {}}
    return row | changed


def test_rows_of_verl(tmp_path: Path) -> None:
    cases = {"inputs": ["1"], "outputs": ["1"]}
    rows = [
        _verl(),
        _verl(data_source="apps", reward_model={"ground_truth": json.dumps(cases)}),
        _verl(data_source="someone/else"),
        _verl(data_source="someone/else", ability="math"),  # verl does not pass this column on
        _verl(data_source="someone/else", extra_info={"ability": "math"}),
        _verl(data_source="assay/arithmetic", extra_info={"problem_id": "no such"}),
        _verl(reward_model="4"),
    ]
    report = check_rewards(_jsonl(tmp_path, rows), "verl")
    assert report.counts == {"verifies": 2, "fails": 0, "no_own_answer": 1, "unreadable": 4}
    assert [fault.row for fault in report.faults] == [2, 3, 5, 6]
    assert "has no ground_truth: pass" in report.faults[3].reason


def test_labels_of_openrlhf_and_a_column_of_ones_own(tmp_path: Path) -> None:
    path = _jsonl(tmp_path, [{"prompt": "p", "gold": '["4"]'}, {"prompt": "p", "gold": ["4"]}])
    report = check_rewards(path, "openrlhf", "gold", first=1)
    assert report.counts["verifies"] == report.rows == 1
    assert check_rewards(path, "trl", "gold", listed="all").counts["verifies"] == 2


@pytest.mark.parametrize(
    ("framework", "rows", "message"),
    [
        ("trl", [{"prompt": "p", "answer": "4"}], "needs the column 'solution'; it has prompt"),
        ("verl", [{"prompt": "p"}], "needs the column 'data_source'"),
        ("openrlhf", [{"prompt": "p"}], "needs the column 'label'"),
        ("nobody", [{"prompt": "p"}], "--framework 'nobody': use one of"),
        ("trl", [], "there is no row in it"),
    ],
)
def test_mistakes_are_one_line(
    framework: str, rows: list[Any], message: str, tmp_path: Path
) -> None:
    path = _jsonl(tmp_path, rows)
    with pytest.raises(UsageError, match=message):
        check_rewards(path, framework)
    assert run(["check-rewards", str(path), "--framework", framework]) == 2


def test_files_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"no Parquet")
    (tmp_path / "rows.txt").write_text("x")
    for name in ("none.jsonl", "rows.parquet", "rows.txt"):
        with pytest.raises(UsageError) as mistake:
            check_rewards(tmp_path / name, "trl")
        assert name in str(mistake.value)
        assert "\n" not in str(mistake.value)


def test_a_version_that_is_not_known_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frameworks, "version", lambda name: "9.9.1")
    path = _jsonl(tmp_path, [{"prompt": "p", "solution": "4"}])
    assert check_rewards(path, "trl").notes == [
        "trl 9.9.1 is not known here: the adapter follows 1.16, so check one reward by hand or "
        "install trl==1.16.*"
    ]
    monkeypatch.setattr(frameworks, "version", lambda name: "1.16.3")
    assert check_rewards(path, "trl").notes == []
