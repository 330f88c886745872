"""The audit finds known holes, and none in our own checkers."""

import os
import re
import sys
import time
from pathlib import Path

import pytest
from assay.harness import cli
from assay.harness.audit import audit_suite, bind, page, run, table
from assay.harness.audit.answer_format import FORMATS, in_format
from assay.harness.audit.battery import LyingText
from assay.harness.audit.guard import CheckerDiedError, CheckerHungError, GuardedChecker
from assay.harness.audit.mining import mine
from assay.harness.audit.patterns import example_of
from assay.harness.audit.signatures import adapt
from assay.sandbox.errors import UsageError
from assay.tasks import load
from assay.tasks.math.verifier import verify_math


def substring(completion: str, answer: str) -> float:
    """How several published rewards work: the gold somewhere in the text."""
    return float(answer in completion)


def last_number(completion: str, answer: str) -> float:
    found = re.findall(r"-?\d+", completion)
    return float(bool(found) and found[-1] == answer)


def trusting(completion: str, answer: str) -> float:
    return float(completion == f"<answer>{answer}</answer>")


def always_zero(completion: str, answer: str) -> float:
    return 0.0


def fragile(completion: str, answer: str) -> float:
    return float(completion.encode("utf-8").decode().strip().endswith(answer))


def _kinds(checker: object) -> dict[str, set[str]]:
    report = audit_suite(load("arithmetic"), adapt(checker, "test"), "test", problems=3)  # type: ignore[arg-type]
    kinds: dict[str, set[str]] = {}
    for finding in report.findings:
        kinds.setdefault(finding.kind, set()).add(finding.case)
    return kinds


def test_a_substring_checker_pays_for_hedges_and_thoughts() -> None:
    found = _kinds(substring)["false_positive"]
    assert {"hedge: or", "gold in an unfinished thought", "listed candidates"} <= found


def test_a_last_number_checker_pays_for_hedges() -> None:
    assert {"hedge: maybe", "listed candidates"} <= _kinds(last_number)["false_positive"]


def test_a_checker_that_trusts_equality_falls_for_lying_text() -> None:
    assert "near miss as lying text" in _kinds(trusting)["false_positive"]


def test_a_checker_that_refuses_everything_has_false_negatives() -> None:
    assert "gold" in _kinds(always_zero)["false_negative"]


def test_a_checker_that_raises_is_a_finding_and_not_a_crash() -> None:
    assert "NUL and surrogates" in _kinds(fragile)["raised"]


@pytest.mark.parametrize("task", ["arithmetic", "knights_and_knaves", "countdown"])
def test_our_own_checkers_have_no_finding(task: str) -> None:
    report = audit_suite(load(task), problems=2)
    assert report.checks > 40
    assert report.findings == []
    assert f"| assay | {task} | {report.checks} | 0 | 0 | 0 | 0 | 0 |" in table([report])


def test_every_known_shape_of_checker_is_bound() -> None:
    def trl(completions: list[list[dict[str, str]]], solution: list[str], **kwargs: object):  # type: ignore[no-untyped-def]
        return [float(solution[0] in completions[0][0]["content"])]

    def verl(data_source: str, solution_str: str, ground_truth: str, extra_info: object = None):  # type: ignore[no-untyped-def]
        return {"score": float(ground_truth in solution_str)}

    def gym(answer: str, entry: dict[str, str]) -> float:
        return float(entry["answer"] in answer)

    for function in (trl, verl, gym, substring):
        check = adapt(function, "test")
        assert check("q", "42", "it is 42") == 1.0
        assert check("q", "42", "it is 41") == 0.0


@pytest.mark.parametrize("name", ["nothing", "no.such.module:f", "re:no_such", "re:compile"])
def test_what_cannot_be_bound_is_one_line(name: str) -> None:
    with pytest.raises(UsageError) as mistake:
        bind(name)
    assert "\n" not in str(mistake.value)


def hanging(completion: str, answer: str) -> float:
    if len(completion) > 100_000:
        time.sleep(3600)
    return float(completion == f"<answer>{answer}</answer>")


def exiting(completion: str, answer: str) -> float:
    if not completion:
        os._exit(0)
    return 0.0


def test_a_checker_that_hangs_or_ends_its_process_is_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as short:
        short.setattr(run, "HUNG_SECONDS", 1.0)
        assert {"1 MB of brackets", "1 MB of boxes"} <= _kinds(hanging)["hung"]
    assert "empty" in _kinds(exiting)["raised"]


def test_a_guarded_checker_is_replaced_and_goes_on() -> None:
    guarded = GuardedChecker(adapt(hanging, "test"), seconds=5.0)
    assert guarded("", "4", "<answer>4</answer>") == 1.0
    with pytest.raises(CheckerHungError):
        guarded("", "4", "x" * 200_000)
    assert guarded("", "4", "<answer>5</answer>") == 0.0
    guarded.close()
    guarded.close()
    with pytest.raises(CheckerDiedError, match="ended its process"):
        GuardedChecker(adapt(exiting, "test"), seconds=60.0)("", "4", "")
    with pytest.raises(CheckerDiedError, match="UnicodeEncodeError"):
        GuardedChecker(adapt(fragile, "test"), seconds=60.0)("", "4", "\ud800")


def test_answers_are_presented_as_a_checker_reads_them() -> None:
    text = "<think>4</think> so <answer>3/4</answer>."
    assert in_format(text, "tags") == text
    assert in_format(text, "boxed") == "<think>4</think> so \\boxed{3/4}."
    assert in_format(text, "plain") == "<think>4</think> so 3/4."
    assert type(in_format(LyingText("<answer>4</answer>"), "boxed")) is LyingText


def test_numbers_are_attacked_by_what_is_near_them_and_what_looks_like_them() -> None:
    def digits_anywhere(completion: str, answer: str) -> float:
        shown = completion.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
        return float(re.sub("[^0-9]", "", shown) == answer.lstrip("-"))

    def close_enough(completion: str, answer: str) -> float:
        found = re.findall(r"-?\d+", completion)
        return float(bool(found) and abs(int(found[-1]) - int(answer)) <= 1)

    report = audit_suite(load("arithmetic", difficulty=3), adapt(digits_anywhere, "t"), "t", 3)
    cases = {finding.case for finding in report.findings if finding.kind == "false_positive"}
    assert {"other sign", "one digit as a superscript"} <= cases
    assert {"off by one, above", "off by one, below"} <= _kinds(close_enough)["false_positive"]


def test_every_format_writes_an_answer_that_our_verifier_reads() -> None:
    for answer_format in FORMATS:
        text = in_format("<think>\nSo 6 times 7.\n</think>\n<answer>42</answer>", answer_format)
        assert verify_math("42", text).correct, answer_format
        assert not verify_math("41", text).correct, answer_format


def magic(completion: str, answer: str) -> float:
    return float("open" + " sesame" in completion)


def test_a_hole_is_named_with_its_shortest_input(tmp_path: Path) -> None:
    report = audit_suite(load("arithmetic"), adapt(magic, "magic"), "magic", problems=1, search=50)
    assert [hole.example for hole in report.holes] == ["open sesame"]
    assert report.holes[0].cases > 5
    text = page([report])
    assert "open sesame" in text
    assert "magic on arithmetic" in text
    assert "no findings" in page([audit_suite(load("arithmetic"), problems=1)])


def test_words_come_from_the_checkers_own_code() -> None:
    table = {"key": re.compile(r"K-[0-9]{3}")}

    class Grader:
        word = "instance"

        def __init__(self) -> None:
            self.secret = "attribute"

        def __call__(self, completion: str, answer: str) -> float:
            """The docstring gives nothing away."""
            return float("se" + "same" in completion or bool(table["key"].search(completion)))

    words = mine(Grader()).words
    assert {"sesame", "attribute", "K-000"} <= set(words)
    assert not any("docstring" in word for word in words)
    assert mine(len).words == []


@pytest.mark.parametrize(
    "pattern",
    [r"\d{3}-[a-f]+", r"(?:ab|cd)x?$", r"^[^a-z]\s\w", r"(?P<n>x)(?=y)y", r"a.c", r"\D\S"],
)
def test_an_example_matches_its_pattern(pattern: str) -> None:
    assert re.search(pattern, example_of(pattern))


def test_what_is_no_pattern_has_no_example() -> None:
    assert example_of("(") == example_of(r"(?<!a)$^x") == ""


def test_a_page_is_written_by_the_command(tmp_path: Path) -> None:
    name = f"{magic.__module__}:magic"
    sys.modules.setdefault(magic.__module__, sys.modules[__name__])
    path = tmp_path / "holes.html"
    arguments = ["audit", "--tasks", "arithmetic", "--problems", "1", "--callable", name]
    assert cli.run([*arguments, "--search", "20", "--page", str(path)]) == 3
    assert "open sesame" in path.read_text()
    assert cli.run([*arguments, "--answers", "runes"]) == 2
