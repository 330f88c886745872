"""The audit finds planted holes in checkers of programs, and raises nothing on clean ones."""

import pytest
from assay.harness.audit import audit_suite
from assay.harness.audit.report import TaskReport
from assay.harness.audit.signatures import adapt
from assay.tasks import load

from .planted_programs import CLEAN, HOLES, Checker

QUICK = (
    "equality_trusted", "assertions_trusted", "exit_trusted", "frames_reachable", "last_line",
    "gold_in_a_file", "long_source", "program_in_thinking", "exit_code_ignored", "first_case",
    "stderr_read", "sentinel", "source_word",
)  # fmt: skip
"""Of all holes those with a short audit: a checker that accepts much runs every case each time."""


def _audit(checker: Checker, name: str) -> TaskReport:
    return audit_suite(load("stdio_tasks", size=5), adapt(checker, name), name, 1, 0, "plain", 0)


def test_there_are_enough_of_both() -> None:
    assert len(HOLES) >= 25
    assert len(CLEAN) >= 4


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_hole_is_found(name: str) -> None:
    report = _audit(HOLES[name], name)
    paid = [one for one in report.findings if one.kind == "false_positive"]
    assert paid
    assert {one.kind for one in report.findings} == {"false_positive"}


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_checker_has_no_finding(name: str) -> None:
    report = _audit(CLEAN[name], name)
    assert report.checks > 80
    assert [(one.kind, one.case, one.completion, one.detail) for one in report.findings] == []
