"""The audit finds planted holes, and raises nothing on clean checkers."""

import pytest
from assay.harness.audit import audit_suite, run
from assay.harness.audit.answer_format import AnswerFormat
from assay.harness.audit.report import TaskReport
from assay.harness.audit.signatures import adapt
from assay.tasks import load

from .planted import CLEAN, HOLES, Checker

DEEP = "words_behind_words"
"""The hole that only the search reaches; the others are found by the battery and the probes."""


def _audit(checker: Checker, answer_format: AnswerFormat, name: str) -> TaskReport:
    suite = load("arithmetic", difficulty=3, size=40)
    tries = 2_000 if name == DEEP else 200
    return audit_suite(suite, adapt(checker, name), name, 1, 0, answer_format, tries)


def test_there_are_enough_of_both() -> None:
    assert len(HOLES) >= 40
    assert len(CLEAN) >= 10


@pytest.mark.parametrize("name", HOLES)
def test_a_planted_hole_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "hangs":
        monkeypatch.setattr(run, "HUNG_SECONDS", 1.0)
    checker, answer_format = HOLES[name]
    report = _audit(checker, answer_format, name)
    kinds = {"raises": "raised", "hangs": "hung", "takes_memory": "memory"}
    assert report.count(kinds.get(name, "false_positive")) > 0  # type: ignore[arg-type]
    assert report.holes


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_checker_has_no_finding(name: str) -> None:
    checker, answer_format = CLEAN[name]
    report = _audit(checker, answer_format, name)
    assert report.checks > 800
    assert [(one.kind, one.case, one.completion) for one in report.findings] == []
    assert report.holes == []
