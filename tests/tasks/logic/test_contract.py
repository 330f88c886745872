"""What every generated logic suite must do, at every size that ASSAY_CONTRACT_SIZE asks for."""

import importlib
import inspect
import json
import os
import random
import string

import pytest
from assay.tasks import load, names
from assay.tasks.suite import GeneratedSuite

SIZE = int(os.environ.get("ASSAY_CONTRACT_SIZE", "12"))


SUITES = [
    "automaton",
    "boolean_circuits",
    "countdown",
    "dyck",
    "family_relations",
    "first_order_entailment",
    "game_of_24",
    "graph_reachability",
    "knights_and_knaves",
    "latin_squares",
    "object_tracking",
    "ordering",
    "propositional_entailment",
    "scheduling",
    "shortest_path",
    "string_rewriting",
    "sudoku",
    "syllogisms",
    "truth_teller_webs",
    "zebra",
]


def some_levels(suite):
    levels = suite.difficulties
    return [levels[0], levels[len(levels) // 2], levels[-1]]


def each_problem(name, size=SIZE):
    for level in some_levels(load(name)):
        suite = load(name, difficulty=level, size=size)
        for problem in suite:
            yield suite, problem


def test_every_generated_suite_is_checked_here():
    package = importlib.import_module("assay.tasks.logic")
    found = []
    for name in names("logic"):
        loader = importlib.import_module(f"{package.__name__}.{name}").load
        if inspect.isclass(loader) and issubclass(loader, GeneratedSuite):
            found.append(name)
    assert found == SUITES


@pytest.mark.parametrize("name", SUITES)
def test_gold_is_right_in_every_form(name):
    for suite, problem in each_problem(name):
        gold = suite.gold(problem)
        for text in (
            gold,
            f"So.\n<answer>{problem.answer}</answer>",
            f"<answer> {problem.answer}\n</answer>",
        ):
            verdict = suite.verify(problem, text)
            assert verdict.correct, (problem.prompt, text, verdict)
        if name != "dyck":  # TeX reads { and } as its own
            boxed = f"Thus \\boxed{{{problem.answer}}}"
            assert suite.verify(problem, boxed).correct, (boxed, suite.verify(problem, boxed))


@pytest.mark.parametrize("name", SUITES)
def test_what_must_never_be_right(name):
    for suite, problem in each_problem(name):
        answer, gold = problem.answer, suite.gold(problem)
        wrong = suite.wrong(problem)
        assert wrong is not None
        other = wrong.split("<answer>")[1].split("</answer>")[0]
        for text in (
            "", "   ", "<answer></answer>", wrong, problem.prompt, other,
            gold[: gold.index("<answer>") + len("<answer>") + len(answer) // 2],
            gold[: len(gold) // 2],
            f"<answer>{answer} or maybe {other}</answer>",
            f"<answer>either {other} or {answer}</answer>",
            f"<answer>{other}, {answer}</answer>",
            f"<answer>{answer}, {other}</answer>",
            f"<answer>{answer}; {other}</answer>",
            f"<answer>{answer} and more</answer>",
            f"<answer>not {answer}</answer>",
            f"<answer>x{answer}</answer>",
            f"<answer>{answer}</answer> wait, no: <answer>{other}</answer>",
            f"<think>so <answer>{answer}</answer>",
            f"<think><answer>{answer}</answer></think>",
        ):  # fmt: skip
            verdict = suite.verify(problem, text)
            assert verdict.score == 0, (problem.prompt, answer, text, verdict)
            assert verdict.reason


@pytest.mark.parametrize("name", SUITES)
def test_garbage_is_a_verdict_and_quick(name):
    rng = random.Random(7)
    suite = load(name)
    problem = suite[0]
    pieces = ["\u0663\u0664", "１２", "[" * 50_000, "{" * 50_000, "(" * 50_000, "1+" * 50_000,
              "-" * 100_000, '[[1,2],["a"]]', "[[NaN]]", '{"a":1,"a":2}', "[[1e999]]", "null",
              "[[[[]]]]", "\x00", "\ud800", "9" * 100_000, "a " * 50_000, "1/0", "(1/(2-2))",
              "<answer>" * 1000, "\\boxed{" * 1000, '{"a": {"b": 1}}', "[[true]]", "[]", "{}",
              "".join(rng.choices(string.printable, k=5000))]  # fmt: skip
    for piece in pieces:
        for text in (f"<answer>{piece}</answer>", piece, f"\\boxed{{{piece}}}"):
            verdict = suite.verify(problem, text)
            assert verdict.score == 0, (text[:80], verdict)
            assert verdict.status != "checker_error"


@pytest.mark.parametrize("name", SUITES)
def test_problems_are_plain_data_and_found_again(name):
    for suite, problem in each_problem(name, 3):
        again = json.loads(json.dumps(dict(problem.meta)))
        assert suite.find(problem.id) == problem
        assert problem.meta["difficulty"] == again["difficulty"]
        json.dumps(problem.meta, allow_nan=False)
        # The gold can be made from the stored form too.
        stored = type(problem)(problem.id, problem.suite, problem.prompt, problem.answer, again)
        assert suite.gold(stored) == suite.gold(problem)
        assert suite.verify(stored, suite.gold(problem)).correct


@pytest.mark.parametrize("name", SUITES)
def test_the_splits_are_disjoint_whatever_the_seed(name):
    def prompts(split, seed):
        return {p.prompt for p in load(name, split=split, seed=seed, size=40)}

    for seed in (0, 1):
        assert not prompts("train", seed) & prompts("test", 5 * seed)


@pytest.mark.parametrize("name", SUITES)
def test_the_easiest_level_is_short(name):
    for problem in (suite := load(name, size=40)):
        assert len(problem.prompt) <= 260, problem.prompt
        thinking = suite.gold(problem).split("<answer>")[0]
        assert len(thinking) <= 180, thinking


@pytest.mark.parametrize("name", SUITES)
def test_a_guess_scores_what_chance_predicts(name):
    suite = load(name, size=max(300, SIZE))
    rng = random.Random(3)
    hits, expected, variance = 0.0, 0.0, 0.0
    for problem in suite:
        chance = suite.chance(problem)
        assert chance is not None
        verdict = suite.verify(problem, suite.guess(problem, rng))
        assert verdict.status in ("correct", "incorrect"), verdict
        hits += verdict.score
        expected += chance
        variance += chance * (1 - chance)
    assert abs(hits - expected) <= 4 * variance**0.5 + 1, (hits, expected)


@pytest.mark.parametrize("name", SUITES)
def test_an_illegal_difficulty_names_the_legal_ones(name):
    for level in (0, -1, 11, 10**9):
        with pytest.raises(ValueError, match=r"use 1 to 10"):
            load(name, difficulty=level)
