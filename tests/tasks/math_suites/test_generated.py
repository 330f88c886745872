"""Properties of every generated math suite: difficulty, steps, prompts, splits, content."""

import ast
import json
import operator
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from assay.tasks import load, names
from assay.tasks.math.generating import MathSuite, is_evaluated
from assay.tasks.suite import GeneratedSuite

SIZE = int(os.environ.get("ASSAY_CONTRACT_SIZE", "20"))
PINNED = Path(__file__).parents[1] / "golden_hashes_math.json"
OPERATORS: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _generated() -> list[str]:
    return [name for name in names("math") if _is_generated(name)]


def _is_generated(name: str) -> bool:
    from assay.tasks.registry import _loader

    loader = _loader(name)
    return isinstance(loader, type) and issubclass(loader, GeneratedSuite)


GENERATED = _generated()


def suite(name: str, level: int, size: int = SIZE, split: str = "test") -> MathSuite:
    found = load(name, difficulty=level, size=size, split=split, seed=3)
    assert isinstance(found, MathSuite)
    return found


def levels(name: str) -> range:
    first = load(name)
    assert isinstance(first, GeneratedSuite)
    return first.difficulties


def value(text: str) -> Fraction:
    """The exact value of an arithmetic text. Raises SyntaxError or KeyError for any other."""

    def visit(node: ast.AST) -> Fraction:
        if isinstance(node, ast.Expression):
            return visit(node.body)
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return Fraction(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -visit(node.operand)
        assert isinstance(node, ast.BinOp), text
        left, right = visit(node.left), visit(node.right)
        if isinstance(node.op, ast.Pow):
            return left ** int(right)
        return OPERATORS[type(node.op)](left, right)

    return visit(ast.parse(text.replace("^", "**"), mode="eval"))


def _is_plain(side: str) -> bool:
    """Numbers and operators only; not a mixed number or a row of a table."""
    plain = re.fullmatch(r"[-+*/^()\d ]*\d[-+*/^()\d ]*", side) is not None
    return plain and side.count("(") == side.count(")") and not re.search(r"\d \d", side)


def false_equalities(step: str) -> list[str]:
    """The parts of a step that say a=b between plain numbers and are not true."""
    wrong = []
    for part in re.split(r", |: |;", step):
        sides = [side.strip() for side in part.split("=")]
        if len(sides) < 2 or not all(map(_is_plain, sides)):
            continue
        if len({value(side.lstrip("+")) for side in sides}) != 1:
            wrong.append(part)
    return wrong


def test_there_are_many() -> None:
    assert len(GENERATED) >= 18


@pytest.mark.parametrize("name", GENERATED)
def test_steps_are_true(name: str) -> None:
    for level in levels(name):
        for problem in suite(name, level):
            assert problem.meta["steps"]
            for step in problem.meta["steps"]:
                assert not false_equalities(step), (problem.id, step)


def test_a_false_step_would_be_found() -> None:
    assert false_equalities("7+8=16, write 6 carry 1") == ["7+8=16"]
    assert not false_equalities("7+8=15, write 5 carry 1")
    assert not false_equalities("(1/6)-(-17/10)=(5-(-51))/30=28/15")


@pytest.mark.parametrize("name", GENERATED)
def test_the_dial_grows(name: str) -> None:
    """The mean length of the written work grows with every level."""
    work = [
        statistics.fmean(
            len("\n".join(problem.meta["steps"]))
            for problem in map(suite(name, level).drawn, range(100))
        )
        for level in levels(name)
    ]
    assert work == sorted(work), work
    assert work[-1] > 5 * work[0]


@pytest.mark.parametrize("name", GENERATED)
def test_the_first_level_is_short(name: str) -> None:
    for problem in load(name, difficulty=1, seed=3):
        assert problem.prompt.isascii()
        assert len(problem.prompt) <= 250
        assert len(" ".join(problem.meta["steps"])) <= 150


@pytest.mark.parametrize("name", GENERATED)
def test_splits_share_no_problem(name: str) -> None:
    level = levels(name)[len(levels(name)) // 2]
    train = {problem.prompt for problem in load(name, difficulty=level, split="train")}
    test = {problem.prompt for problem in load(name, difficulty=level)}
    assert len(train) == len(test) == load(name, difficulty=level).size
    assert not train & test


@pytest.mark.parametrize("name", GENERATED)
def test_meta_is_plain_json(name: str) -> None:
    for level in levels(name):
        for problem in suite(name, level, size=3):
            assert json.loads(json.dumps(dict(problem.meta))) == problem.meta


@pytest.mark.parametrize("name", GENERATED)
def test_golds_are_evaluated_and_questions_are_not(name: str) -> None:
    for level in levels(name):
        for problem in suite(name, level):
            if not problem.meta["literal"]:
                continue
            assert is_evaluated(problem.answer, problem.answer), problem
            assert is_evaluated(problem.answer, f"$x = {problem.answer}$") or "," in problem.answer
            question = problem.prompt.partition("\n")[0]
            for part in re.findall(r"[-+*/^().\dx ]{5,}", question):
                expression = part.strip(" .")
                if re.search(r"\d\)? ?[-+*/^] ?\(?\d", expression):
                    assert not is_evaluated(problem.answer, expression), (problem, expression)


@pytest.mark.parametrize(
    ("gold", "answer", "evaluated"),
    [
        ("7", "7", True),
        ("7", "x = 7", True),
        ("7", "3 + 4", False),
        ("7", "3 + 4 = 7", True),
        ("7", "\\boxed{7}", True),
        ("7", "7.0", True),
        ("7", "７", True),
        ("7", "14/2", False),
        ("7", "\\sqrt{49}", False),
        ("1234", "1,234", True),
        ("1234", "1{,}234", True),
        ("7", "7 m^2", True),
        ("7", "7 m²", True),
        ("3/4", "\\frac{3}{4}", True),
        ("3/4", "\\dfrac{3}{4}", True),
        ("3/4", "6/8", False),
        ("3/4", "0.75", True),
        ("3/4", "¾", True),
        ("7/4", "1 3/4", True),
        ("7/4", "1 6/8", False),
        ("-5", "-5", True),
        ("-5", "3 - 8", False),
        ("1", "1", True),
        ("1", "5/5", False),
        ("0", "0", True),
        ("0", "3 - 3", False),
        ("-2, 5", "x = -2, x = 5", True),
        ("-2, 5", "5, -2", True),
        ("(3, -2)", "(3, -2)", True),
        ("(3, -2)", "x = 3, y = -2", True),
        ("(3, -2)", "(1 + 2, -2)", False),
        ("2, 2, 3, 7", "2, 2, 3, 7", True),
        ("2, 2, 3, 7", "2, 3, 7", False),
        ("x^2 + 5x + 6", "x^2 + 5x + 6", True),
        ("x^2 + 5x + 6", "x² + 5x + 6", True),
        ("x^2 + 5x + 6", "1x^2 + 5x + 6", True),
        ("x^2 + 5x + 6", "(x + 2)(x + 3)", False),
    ],
)
def test_literal_rule(gold: str, answer: str, evaluated: bool) -> None:
    assert is_evaluated(gold, answer) is evaluated


def test_the_literal_rule_survives_anything() -> None:
    hostile = ("", "9" * 9999, "1 2/0", "\\frac{1}{0}", "\ud800", "1e999", "." * 999, "²" * 999)
    for text in hostile:
        assert is_evaluated("7", text) is False


def _fingerprints() -> dict[str, str]:
    found = {}
    for name in GENERATED:
        for level in (1, levels(name)[len(levels(name)) // 2]):
            found[f"{name}/{level}"] = load(name, difficulty=level, size=20, seed=0).fingerprint()
    return found


def test_content_is_pinned() -> None:
    """A changed hash is a new suite: results before and after cannot be compared."""
    pinned = json.loads(PINNED.read_text())
    assert _fingerprints() == pinned


def test_content_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from assay.tasks import load\n"
        f"for name in {GENERATED!r}:\n"
        "    print(load(name, difficulty=4, size=4).fingerprint())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "77")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("name", GENERATED)
def test_wrong_differs_and_guess_has_its_chance(name: str) -> None:
    for level in levels(name):
        for problem in suite(name, level, size=5):
            found = suite(name, level)
            assert problem.answer not in (found.wrong(problem), "")
            chance = found.chance(problem)
            assert chance is None or 0 <= chance <= 1


@pytest.mark.parametrize(
    ("written", "right"),
    [("{}", True), ("{} cl", True), ("{} CL", True), ("{} ml", False), ("{} dl", False)],
)
def test_a_unit_may_be_named_but_not_another(written: str, right: bool) -> None:
    found = [p for p in load("unit_conversion") if p.meta["unit"] == "cl"]
    for problem in found[:3]:
        completion = f"<answer>{written.format(problem.answer)}</answer>"
        assert load("unit_conversion").verify(problem, completion).correct is right


def test_a_percentage_may_carry_its_sign() -> None:
    for problem in load("percentages", difficulty=3, size=5):
        assert load("percentages").verify(problem, f"<answer>{problem.answer}%</answer>").correct
    for problem in load("percentages", difficulty=1, size=5):
        completion = f"<answer>{problem.answer}%</answer>"
        assert load("percentages").verify(problem, completion).score == 0


def test_copying_the_question_is_not_an_answer() -> None:
    for problem in load("arithmetic", difficulty=4, size=10):
        expression = problem.prompt.partition("?")[0].removeprefix("What is ")
        verdict = load("arithmetic").verify(problem, f"<answer>{expression}</answer>")
        assert verdict.status == "incorrect"
        both = f"<answer>{expression} = {problem.answer}</answer>"
        assert load("arithmetic").verify(problem, both).correct
