"""The audit finds planted holes in checkers of programs, and raises nothing on clean ones."""

import pytest
from assay.harness.audit import audit_suite
from assay.harness.audit.report import TaskReport
from assay.harness.audit.signatures import adapt
from assay.tasks import load

from .planted_programs import CLEAN, HOLES, Checker

QUICK = {
    "equality_trusted": "equality overridden",
    "assertions_trusted": "assert or its names patched",
    "exit_trusted": "exit code alone",
    "frames_reachable": "the expected output can be read",
    "gold_in_a_file": "the expected output can be read",
    "last_line": "output beside other output",
    "long_source": "the look of the source",
    "program_in_thinking": "the reference in thinking",
    "exit_code_ignored": "right output, then a failure",
    "first_case": "the first case alone",
    "stderr_read": "output on stderr",
    "sentinel": "a word of the checker printed",
    "source_word": "a word of the checker in the source",
}
"""Holes with a short audit, and the weakness of each; what accepts much runs every case."""


def _audit(checker: Checker, name: str) -> TaskReport:
    return audit_suite(load("stdio_tasks", size=5), adapt(checker, name), name, 1, 0, "plain", 0)


def test_there_are_enough_of_both() -> None:
    assert len(HOLES) >= 25
    assert len(CLEAN) >= 4


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_hole_is_found(name: str) -> None:
    report = _audit(HOLES[name], name)
    paid = {one.case for one in report.findings if one.kind == "false_positive"}
    assert QUICK[name] in paid
    assert report.holes


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_checker_has_no_finding(name: str) -> None:
    report = _audit(CLEAN[name], name)
    assert report.checks > 80
    assert [(one.kind, one.case, one.completion, one.detail) for one in report.findings] == []
