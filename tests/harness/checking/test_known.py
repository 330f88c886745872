"""Verdicts that the store has are recorded without a check."""

from pathlib import Path

import pytest
from assay.harness.checking import Engine, open_engine
from assay.harness.evaluation import EvalSettings, TaskSpec, evaluate
from assay.harness.results import open_run
from assay.harness.scoring import rescore
from assay.tasks import load


def test_a_second_rescore_checks_nothing_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / "cache"))
    settings = EvalSettings(out=tmp_path, run_id="one", progress=False, cache=False, samples=2)
    specs = [TaskSpec(task, {"size": 5}) for task in ("arithmetic", "knights_and_knaves")]
    evaluate("random", specs, settings=settings)
    runs = []
    for _ in range(2):
        with open_engine() as engine:
            runs.append(rescore(open_run("one", tmp_path), progress=False, engine=engine).run)
    noted = [run.folder.manifest()["engine"] for run in runs]
    assert noted[1]["checked"] == noted[1]["shared"] == 0
    assert noted[1]["stored"] == 20
    first, second = (sorted(map(repr, run.folder.samples())) for run in runs)
    assert first == second
    assert [run.summary["suites"] for run in runs[:1]] == [
        run.summary["suites"] for run in runs[1:]
    ]


def test_only_what_is_stored_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path))
    suite = load("arithmetic", size=2)
    with open_engine() as engine:
        assert isinstance(engine, Engine)
        assert engine.known(suite, suite[0], "\\boxed{1}") is None
        made = engine.begin(suite, suite[0], "\\boxed{1}").result()
        known = engine.known(suite, suite[0], "\\boxed{1}")
        assert known is not None
        assert (known.status, known.reason) == (made.status, made.reason)
        assert engine.known(suite, suite[1], "\\boxed{1}") is None
    with open_engine(cache=False) as engine:
        assert engine.known(suite, suite[0], "\\boxed{1}") is None
