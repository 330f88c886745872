"""The audit finds planted holes in checkers of programs, and raises nothing on clean ones."""

import random

import pytest
from assay.harness.audit import audit_suite
from assay.harness.audit.guard import GuardedCall
from assay.harness.audit.mining import Mined
from assay.harness.audit.program_search import search_programs, shortest_program
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


def _audit(checker: Checker, name: str, search: int = 0) -> TaskReport:
    suite = load("stdio_tasks", size=5)
    return audit_suite(suite, adapt(checker, name), name, 1, 0, "plain", search)


def test_there_are_enough_of_both() -> None:
    assert len(HOLES) >= 40
    assert len(CLEAN) >= 10


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_hole_is_found(name: str) -> None:
    report = _audit(HOLES[name], name)
    paid = {one.case for one in report.findings if one.kind == "false_positive"}
    assert QUICK[name] in paid
    assert report.holes


SEARCHED = {"exit_code_42": "42", "word_after_the_program": "skip tests"}
"""Holes that no probe reaches, and what the shortest program for each holds."""


@pytest.mark.parametrize("name", SEARCHED)
def test_the_search_finds_what_no_probe_reaches(name: str) -> None:
    report = _audit(HOLES[name], name, search=2_000)
    assert {one.case for one in report.findings if one.kind == "false_positive"} == {"search"}
    shortest = report.holes[0].example
    assert SEARCHED[name] in shortest
    assert len(shortest.splitlines()) <= 6


def test_a_condition_behind_another_is_reached_by_the_lines_that_run() -> None:
    asked: list[str] = []

    def observe(text: str) -> GuardedCall:
        asked.append(text)
        signed = "signed-off-by" in text
        paid = signed and "print('debug')" in text
        return GuardedCall(float(paid), frozenset({1, 2} if signed else {1}))

    mined = Mined(words=["signed-off-by", "debug", *(f"word {n}" for n in range(20))])
    found = next(search_programs(observe, mined, random.Random(0), 2_000))[0]
    assert len(asked) < 600
    short = shortest_program(found, lambda text: observe(text).score == 1)
    assert len(short.splitlines()) == 2


@pytest.mark.parametrize("name", ["stripped", "digest"])
def test_a_clean_checker_has_no_finding(name: str) -> None:
    report = _audit(CLEAN[name], name, search=600)
    assert report.checks > 130
    assert [(one.kind, one.case, one.completion, one.detail) for one in report.findings] == []
