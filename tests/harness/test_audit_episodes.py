"""The audit of episodes finds each planted hole, and none in our suites."""

import json
from pathlib import Path

import pytest
from assay.harness import cli
from assay.harness.audit import SuiteEnvironment, audit_environment, audit_suite
from assay.harness.audit.environments import environment_maker
from assay.sandbox.errors import UsageError
from assay.tasks import load
from assay.tasks.episode import EpisodeSuite

from .planted_episodes import CLEAN, HOLES, Clean

SECONDS = 0.3
"""What a call may take: the planted one sleeps for an hour."""


@pytest.mark.parametrize("made", HOLES, ids=lambda made: made.__name__)
def test_each_planted_hole_is_found_by_its_attack(made: type[Clean]) -> None:
    seconds = SECONDS if HOLES[made] == "call that does not return" else 30.0
    report = audit_environment(made, "planted", "words", problems=1, tool_seconds=seconds)
    assert HOLES[made] in {finding.case for finding in report.findings}, report.findings


@pytest.mark.parametrize("made", CLEAN, ids=lambda made: made.__name__)
def test_a_clean_environment_has_no_finding(made: type[Clean]) -> None:
    report = audit_environment(made, "clean", "words", problems=3)
    assert report.findings == []
    assert (report.problems, report.checks) == (3, 36)


QUICK = ("false_coin", "hanoi", "hidden_automaton", "mastermind", "minesweeper", "table_query")
"""The others are in results/audit/episodes.json."""


@pytest.mark.parametrize("name", QUICK)
def test_our_suites_have_no_finding(name: str) -> None:
    suite = load(name)
    assert isinstance(suite, EpisodeSuite)
    report = audit_environment(lambda: SuiteEnvironment(suite, 2), "assay", name, problems=1)
    assert report.findings == []
    assert report.checks == 12


def test_the_command_audits_a_suite_and_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    words = ["audit", "--environment", "planted_episodes:NamesTwice", "--problems", "1"]
    assert cli.run([*words, "--out", str(tmp_path / "found.json")]) == 3
    assert "second try after a loss" in capsys.readouterr().out
    (found,) = json.loads((tmp_path / "found.json").read_text())
    assert found["checker"] == "planted_episodes:NamesTwice"
    words[2] = "planted_episodes:Recorded"
    assert cli.run(words) == 0
    suite = load("hanoi")
    assert audit_suite(suite, problems=1).findings == []
    assert cli.run(["audit", "--tasks", "hanoi", "--problems", "1"]) == 0


@pytest.mark.parametrize("name", ["nothing", "no.such.module:f", "re:no_such", "re:compile"])
def test_what_is_no_environment_is_one_line(name: str) -> None:
    with pytest.raises(UsageError) as mistake:
        environment_maker(name)
    assert "\n" not in str(mistake.value)
