"""Attempts: drawn blind, checked in the text, right exactly when the verifier says so."""

import random
from itertools import islice

import pytest
from assay.tasks import load, names
from assay.tasks.suite import GeneratedSuite

WITH_ATTEMPTS = {
    "countdown": (1, 2, 3),
    "game_of_24": (1, 2),
    "linear_equations": (1, 2),
    "factorisation": (1, 2),
    "modular": (1, 2),
    "latin_squares": (1,),
    "sudoku": (2,),
    "input_prediction": (1, 2, 4),
}


@pytest.mark.parametrize("name", WITH_ATTEMPTS)
def test_attempts_are_right_exactly_when_they_verify(name: str) -> None:
    for level in WITH_ATTEMPTS[name]:
        suite = load(name, split="train", difficulty=level, size=6)
        solved = 0
        for problem in suite:
            tried = list(islice(suite.attempts(problem, random.Random(problem.id)), 40))
            assert len({one.answer for one in tried}) == len(tried) > 0
            for one in tried[:12]:
                assert suite.verify(problem, f"<answer>{one.answer}</answer>").correct == one.right
                assert suite.try_answer(problem, one.answer) == one
                assert one.text == one.answer + one.work
            solved += any(one.right for one in tried)
        assert solved >= 4


def test_attempts_do_not_depend_on_the_gold() -> None:
    for name in WITH_ATTEMPTS:
        suite = load(name, split="train", size=2)
        problem = suite[0]
        blind = problem.__class__(problem.id, name, problem.prompt, "?", problem.meta)
        assert list(islice(suite.attempts(blind, random.Random(3)), 20)) == list(
            islice(suite.attempts(problem, random.Random(3)), 20)
        )


@pytest.mark.parametrize("text", ["", "x", "1/0", "[[1]]", "(1", "9" * 40, "1, x", "<answer>"])
def test_text_that_is_no_answer_has_no_check(text: str) -> None:
    for name in WITH_ATTEMPTS:
        suite = load(name, split="train", size=1)
        tried = suite.try_answer(suite[0], text)
        assert tried is None or not tried.right


def test_suites_without_attempts_say_so() -> None:
    suite = load("arithmetic", split="train", size=1)
    assert list(suite.attempts(suite[0], random.Random(0))) == []
    assert suite.try_answer(suite[0], suite[0].answer) is None
    generated = [n for n in names() if n in WITH_ATTEMPTS]
    assert len(generated) == len(WITH_ATTEMPTS)
    assert all(isinstance(load(n, size=1), GeneratedSuite) for n in generated)


def test_countdown_reduces_an_expression_step_by_step() -> None:
    suite = load("countdown", split="train", size=1)
    problem = suite[0]
    tried = suite.try_answer(problem, "3-(8+1)*2")
    assert tried is not None
    assert tried.work.startswith("=3-9*2=3-18=-15, want ")
    assert suite.try_answer(problem, "1-(2-5)").work.startswith("=1-(-3)=4, ")  # type: ignore[union-attr]
