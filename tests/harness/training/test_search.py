"""Search traces: what their kinds are, reading them again, and what a model does in them."""

import random
from collections import Counter

import pytest
from assay.harness.training.behaviour import behaviour_of, mutual_information, named_behaviours
from assay.harness.training.configuration import validate
from assay.harness.training.search import read_search, write_search
from assay.harness.training.settings import SearchSettings
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load
from assay.tasks.text import final_answer


def traces(name, count=60, **shares):
    suite = load(name, split="train", difficulty=1, size=count)
    settings = SearchSettings(**shares)
    for i, problem in enumerate(suite):
        yield suite, problem, *write_search(suite, problem, random.Random(i), settings)


@pytest.mark.parametrize("name", ["countdown", "linear_equations", "input_prediction", "sudoku"])
def test_every_line_of_a_trace_is_true_and_read_again(name):
    kinds = Counter()
    for suite, problem, text, kind in traces(name, patience=5):
        kinds[kind] += 1
        attempts = read_search(suite, problem, text)
        assert all(one.worked for one in attempts)
        assert len({one.answer for one in attempts}) == len(attempts)
        assert len(attempts) == {"direct": 0, "hasty": 1, "resigned": 1}.get(kind, len(attempts))
        assert [one.waits for one in attempts] == [i > 0 for i in range(len(attempts))]
        if kind in ("resigned", "retried"):
            assert all(one.mark == ("yes" if one.right else "no") for one in attempts)
            assert final_answer(text).text == attempts[-1].answer
        if kind == "retried":
            assert attempts[-1].right or len(attempts) == 5 or name == "sudoku"
            assert not any(one.right for one in attempts[:-1])
        if kind == "hasty":
            assert attempts[0].mark is None
    assert set(kinds) == {"direct", "hasty", "resigned", "retried"}


def test_the_control_never_acts_on_no():
    shares = {"direct": 0.2, "hasty": 0.2, "resigned": 0.6, "retried": 0.0}
    assert all("wait" not in text for *_, text, _ in traces("countdown", **shares))


def test_a_suite_without_attempts_is_named():
    suite = load("arithmetic", split="train", size=1)
    with pytest.raises(UsageError, match="suite 'arithmetic' has no attempts"):
        write_search(suite, suite[0], random.Random(0), SearchSettings())
    search = {"search": {"direct": 0.65}}
    content = {"out": "x", "mix": [{"suite": "countdown"}], "corpus": search}
    with pytest.raises(UsageError, match=r"direct \+ hasty .* is 1.5: it must be 1"):
        validate("pretrain", content)


def searched(*lines, answer="6-5+1"):
    meta = {"numbers": [6, 5, 1], "target": 2, "difficulty": 1}
    problem = Problem("x", "countdown", "Make 2 from 6, 5, 1.", "6-5+1", meta)
    text = "<think>\n" + "\n".join(lines) + f"\n</think>\n<answer>{answer}</answer>"
    return read_search(load("countdown", split="train", size=1), problem, text)


def test_behaviour_trusts_no_mark():
    wrong, right = "6+5+1=11+1=12, want 2?", "6-5+1=1+1=2, want 2?"
    good = searched(f"{wrong} no", f"wait, {right} yes")
    assert behaviour_of(good, True).verified_backtracks == 1
    assert named_behaviours(good, True) == ["retries", "verified backtrack"]
    for lines, correct in (
        ((f"{wrong} no", f"wait, {right} yes"), False),  # the answer is wrong
        ((f"{wrong} yes", f"wait, {right} yes"), True),  # it was not called wrong
        ((f"{right} no", f"wait, {right} yes"), True),  # it was not wrong
        ((f"{wrong} no", "wait, 6+5-1=11-1=2, want 2? yes"), True),  # the second is wrong too
        ((f"{right} yes", f"wait, {wrong} no"), True),
    ):
        assert behaviour_of(searched(*lines), correct).verified_backtracks == 0
    lines = (f"{wrong} yes", f"wait, {wrong} no", "6-5+1=1+1=3, want 2? yes")
    bad = behaviour_of(searched(*lines), True)
    assert (bad.attempts, bad.wrong, bad.worked, bad.repeats) == (3, 2, 2, 1)
    assert (bad.false_yes, bad.wrong_marked_wrong) == (1, 1)
    assert (bad.on_after_wrong, bad.on_after_right) == (2, 0)
    assert not searched("6*x=3, want 2? no", "no attempt here", "", "(=2, want 2? yes")


def test_the_information_of_going_on():
    assert mutual_information([[0, 50], [50, 0]]) == pytest.approx(1.0)
    assert mutual_information([[25, 25], [25, 25]]) == pytest.approx(0.0)
    assert mutual_information([[0, 0], [0, 0]]) == 0.0
    assert 0 < mutual_information([[10, 40], [30, 20]]) < 1
