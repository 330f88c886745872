"""Generated code suites: the effect of difficulty, right golds, and refused wrong answers."""

import ast
import contextlib
import io
import json
import subprocess
import sys
from typing import Any

import pytest
from assay.tasks import load
from assay.tasks.code.generating.running import reference_values, same_value
from assay.tasks.suite import GeneratedSuite

NAMES = ("function_synthesis", "bug_fixing", "output_prediction", "stdio_tasks")
SIZE = 15


def _suite(name: str, **options: Any) -> GeneratedSuite:
    suite = load(name, size=SIZE, **options)
    assert isinstance(suite, GeneratedSuite)
    return suite


@pytest.mark.parametrize("name", NAMES)
def test_the_dial_makes_programs_longer(name: str) -> None:
    sizes = []
    levels = _suite(name).difficulties
    for level in (levels[0], levels[2], levels[-1]):
        problems = list(_suite(name, difficulty=level))
        texts = [str(p.meta.get("program", p.answer)) for p in problems]
        sizes.append(sum(sum(1 for _ in ast.walk(ast.parse(text))) for text in texts) / SIZE)
    assert sizes[0] < sizes[-1] / 2
    assert sizes == sorted(sizes), sizes


@pytest.mark.parametrize("name", NAMES)
def test_no_problem_of_one_split_is_in_the_other(name: str) -> None:
    levels = _suite(name).difficulties
    for level in (levels[0], levels[-1]):
        keys = {
            split: {p.prompt for p in _suite(name, split=split, difficulty=level, seed=3)}
            for split in ("train", "test")
        }
        assert not keys["train"] & keys["test"]


def test_the_lowest_level_is_one_short_function() -> None:
    for problem in _suite("function_synthesis", difficulty=1):
        body = ast.parse(problem.answer).body
        assert len(body) == 1
        assert len(problem.answer.splitlines()) == 2, problem.answer
        assert len(problem.answer) < 90


@pytest.mark.parametrize("level", [1, 3, 6])
def test_references_are_not_told_by_a_few_constants(level: int) -> None:
    for problem in _suite("function_synthesis", difficulty=level):
        inputs = [[value] for value in problem.meta["inputs"]]
        values = reference_values(problem.answer, "f", inputs)
        assert len({repr(value) for value in values}) > 2
        assert problem.answer not in problem.prompt


def _plain(source: str) -> list[str]:
    """Lines without what layout alone says: the mutant has no redundant parentheses."""
    return ast.unparse(ast.parse(source)).splitlines()


def test_each_mutant_has_a_witness() -> None:
    for level in (1, 4, 6):
        for problem in _suite("bug_fixing", difficulty=level):
            given = [[problem.meta["witness"]]]
            right = reference_values(problem.answer, "f", given)[0]
            broken = reference_values(problem.meta["broken"], "f", given)[0]
            assert not same_value(right, broken), problem.id
            assert problem.meta["broken"] in problem.prompt
            changed = [
                (one, other)
                for one, other in zip(
                    _plain(problem.answer), _plain(problem.meta["broken"]), strict=True
                )
                if one != other
            ]
            assert len(changed) == 1, problem.id


def test_predicted_outputs_are_what_python_prints() -> None:
    for level in _suite("output_prediction").difficulties:
        for problem in list(_suite("output_prediction", difficulty=level))[:5]:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(problem.meta["program"], "<generated>", "exec"), {"__name__": "x"})
            assert out.getvalue().rstrip("\n") == problem.answer


def test_input_prediction_accepts_every_input_that_works() -> None:
    for level in _suite("input_prediction").difficulties:
        suite = _suite("input_prediction", difficulty=level)
        for problem in list(suite)[:5]:
            space: dict[str, Any] = {}
            source = problem.prompt.split("\n", 1)[1].rsplit("\n", 1)[0]
            exec(compile(source, "<generated>", "exec"), space)
            for x in range(problem.meta["inputs"] + 3):
                works = space["f"](x) == problem.meta["wanted"] and x < problem.meta["inputs"]
                for text in (str(x), f"x = {x}"):
                    assert suite.verify(problem, f"<answer>{text}</answer>").correct == works
            for text in ("-1", "1.0", "1 or 2", "0x1", "x"):
                assert not suite.verify(problem, f"<answer>{text}</answer>").correct


def test_stdio_references_print_what_is_expected() -> None:
    for level in _suite("stdio_tasks").difficulties:
        for problem in list(_suite("stdio_tasks", difficulty=level))[:5]:
            for given, expected in problem.meta["cases"]:
                out, stdin = io.StringIO(), sys.stdin
                sys.stdin = io.StringIO(given)
                try:
                    with contextlib.redirect_stdout(out):
                        exec(compile(problem.answer, "<generated>", "exec"), {"__name__": "x"})
                finally:
                    sys.stdin = stdin
                assert out.getvalue().split() == expected.split(), problem.id


_CODE = (
    "import json\nfrom assay.tasks import load\n"
    "print(json.dumps({n: load(n, size=20, difficulty=d, seed=5).fingerprint() "
    f"for n in {NAMES!r} for d in (2,)}}))"
)


def test_problems_do_not_depend_on_the_hash_seed() -> None:
    found = set()
    for seed in ("1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", _CODE],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
        found.add(json.dumps(json.loads(done.stdout), sort_keys=True))
    assert len(found) == 1


def test_right_and_near_programs_are_told_apart() -> None:
    for name, level in (("function_synthesis", 2), ("bug_fixing", 2), ("stdio_tasks", 2)):
        suite = _suite(name, difficulty=level, seed=9)
        for problem in list(suite)[:4]:
            right, wrong = suite.gold(problem), suite.wrong(problem)
            assert right is not None
            assert wrong is not None
            verdict = suite.verify(problem, right)
            assert verdict.correct, verdict
            assert suite.verify(problem, wrong).status == "incorrect"
