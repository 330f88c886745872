"""Equality is reflexive, ignores notation, and notices any change of value."""

import importlib.util
import json
import random
import re
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from assay.tasks import load
from assay.tasks.math.verifier import equivalent, verify_math
from assay.tasks.suite import GeneratedSuite
from hypothesis import given, settings
from hypothesis import strategies as st

# Fixed examples: the same ones on every machine, and no deadline on a busy one.
fixed = settings(max_examples=60, deadline=None, derandomize=True, database=None)
X, Y = sympy.symbols("x y")
_CASES = Path(__file__).with_name("cases.jsonl")
PUBLISHED = ["math500", "imo_answerbench", "gsm8k", "aime24", "aime25", "aqua", "mgsm"]
SPOKEN = ["\\boxed{{{}}}", "So the answer is $\\boxed{{{}}}$.", "<answer>{}</answer>"]


def generated() -> list[str]:
    """The math suites that are drawn from a seed, by their files."""
    folder = Path(importlib.util.find_spec("assay.tasks.math").submodule_search_locations[0])
    return sorted(one.stem for one in folder.glob("[a-z]*.py") if "(MathSuite)" in one.read_text())


def golds(name: str) -> list[str]:
    suite = load(name)
    assert isinstance(suite, GeneratedSuite)
    levels = suite.difficulties
    return [problem.answer for level in levels for problem in load(name, difficulty=level, size=4)]


GENERATED = generated()


def bumped(text: str, place: int) -> str:
    """The text with one of its digits changed."""
    spots = [mark.start() for mark in re.finditer(r"\d", text)]
    spot = spots[place % len(spots)]
    return text[:spot] + str((int(text[spot]) + 1) % 10) + text[spot + 1 :]


def fraction_forms(value: Fraction) -> list[str]:
    top, bottom = abs(value.numerator), value.denominator
    sign = "-" if value < 0 else ""
    forms = [
        f"{value.numerator}/{bottom}",
        f"{sign}\\frac{{{top}}}{{{bottom}}}",
        f"{sign}\\dfrac{{{3 * top}}}{{{3 * bottom}}}",
        f"${sign}\\tfrac{{{top}}}{{{bottom}}}$",
        f"\\left({value.numerator}\\right)\\div {bottom}",
        f"{sign}{top} \\cdot {bottom}^{{-1}}",
        f"{value.numerator}".replace("-", "\u2212") + f"/{bottom}",
        f"{sign}{100 * Fraction(top, bottom)}\\%",
    ]
    whole, rest = divmod(top, bottom)
    if whole and rest:
        forms.append(f"{sign}{whole}\\frac{{{rest}}}{{{bottom}}}")
    return forms


fractions = st.builds(Fraction, st.integers(-400, 400), st.integers(1, 60))
coefficients = st.lists(st.integers(-9, 9), min_size=2, max_size=5).filter(
    lambda found: any(found[1:])
)
small = st.integers(-30, 30)


def polynomial(numbers: list[int]) -> sympy.Expr:
    return sum((number * X**power for power, number in enumerate(numbers)), sympy.Integer(0))


def polynomial_forms(expression: sympy.Expr, rng: random.Random) -> list[str]:
    terms = [sympy.latex(term) for term in sympy.Add.make_args(sympy.expand(expression))]
    rng.shuffle(terms)
    plain = str(sympy.expand(expression))
    return [
        sympy.latex(sympy.factor(expression)),
        sympy.latex(sympy.horner(expression)),
        "+".join(terms).replace("+-", "-").replace("+ -", "-"),
        plain,
        plain.replace("**", "^").replace("*", ""),
        plain.replace("**", "^").replace("*", "\\cdot "),
    ]


@pytest.mark.parametrize("name", GENERATED)
def test_reflexive_on_every_generated_gold(name: str) -> None:
    for gold in golds(name):
        assert equivalent(gold, gold), gold
        for spoken in SPOKEN:
            assert verify_math(gold, spoken.format(gold)).correct, gold


@pytest.mark.parametrize("name", PUBLISHED)
def test_reflexive_on_every_published_gold(name: str, data_dir: str) -> None:
    for gold in sorted({problem.answer for problem in load(name, data_dir=data_dir)}):
        assert equivalent(gold, gold), gold
        assert verify_math(gold, f"The final answer is \\boxed{{{gold}}}.").correct, gold


def test_reflexive_and_symmetric_on_the_labelled_cases() -> None:
    cases = [json.loads(line) for line in _CASES.read_text("utf-8").splitlines()]
    for gold in sorted({case["gold"] for case in cases}):
        assert equivalent(gold, gold), gold
    # A name, a unit, the text of a choice: only the answer may carry what the gold lacks.
    one_way = ("letter", "unit", "chain", "text", "decimal")
    for case in cases:
        if case["kind"] not in one_way and case["equal"] and case.get("answer", "").strip():
            assert equivalent(case["answer"], case["gold"]), case


@pytest.mark.parametrize("name", GENERATED)
def test_a_changed_digit_of_a_generated_gold_is_another_value(name: str) -> None:
    rng = random.Random(name)
    for gold in golds(name):
        if re.search(r"\d", gold):
            other = bumped(gold, rng.randrange(50))
            assert not equivalent(gold, other), (gold, other)


@given(fractions, st.randoms(use_true_random=False))
@fixed
def test_a_number_in_every_style_is_the_number(value: Fraction, rng: random.Random) -> None:
    forms = fraction_forms(value)
    gold, answer = rng.choice(forms), rng.choice(forms)
    assert equivalent(gold, answer), (gold, answer)


@given(fractions, fractions, st.randoms(use_true_random=False))
@fixed
def test_another_number_is_never_the_number(
    value: Fraction, other: Fraction, rng: random.Random
) -> None:
    near = value + Fraction(1, 10 ** rng.randrange(1, 30))
    for changed in {other, near, -value, value + 1} - {value}:
        gold, answer = rng.choice(fraction_forms(value)), rng.choice(fraction_forms(changed))
        assert not equivalent(gold, answer), (gold, answer)


@given(st.integers(1, 10**30), st.integers(0, 40))
@fixed
def test_whole_numbers_differ_at_any_digit(value: int, place: int) -> None:
    gold = f"{value:,}"
    assert equivalent(gold, str(value))
    assert equivalent(str(value), gold.replace(",", "{,}"))
    assert not equivalent(gold, bumped(str(value), place))


@given(coefficients, st.randoms(use_true_random=False))
@fixed
def test_a_polynomial_in_every_form_is_the_polynomial(
    numbers: list[int], rng: random.Random
) -> None:
    forms = polynomial_forms(polynomial(numbers), rng)
    gold, answer = rng.choice(forms), rng.choice(forms)
    assert equivalent(gold, answer), (gold, answer)


@given(coefficients, st.integers(0, 4), st.sampled_from([-1, 1]), st.randoms(use_true_random=False))
@fixed
def test_a_polynomial_with_one_coefficient_changed_is_another(
    numbers: list[int], place: int, change: int, rng: random.Random
) -> None:
    changed = list(numbers)
    changed[place % len(numbers)] += change
    gold = rng.choice(polynomial_forms(polynomial(numbers), rng))
    if any(changed[1:]):
        answer = rng.choice(polynomial_forms(polynomial(changed), rng))
        assert not equivalent(gold, answer), (gold, answer)
    assert not equivalent(gold, f"-({gold})")


@given(st.lists(small, min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
@fixed
def test_sets_have_no_order_and_tuples_have(numbers: list[int], rng: random.Random) -> None:
    shuffled = rng.sample(numbers, len(numbers))
    inside = ", ".join(map(str, numbers))
    other = ",".join(map(str, shuffled))
    assert equivalent(f"\\{{{inside}\\}}", f"\\{{{other}\\}}")
    assert equivalent(inside, other)
    assert equivalent(f"({inside})", f"({other})") == (shuffled == numbers)
    lacking = ",".join(map(str, shuffled[1:]))
    assert not equivalent(f"\\{{{inside}\\}}", f"\\{{{lacking}\\}}")
    assert not equivalent(str(numbers[0]), inside)


@given(small, st.integers(1, 20), st.sampled_from(["()", "(]", "[)", "[]"]))
@fixed
def test_an_interval_is_its_inequality_and_its_ends_matter(
    low: int, length: int, ends: str
) -> None:
    high = low + length
    gold = f"{ends[0]}{low}, {high}{ends[1]}"
    left, right = ("<" if ends[0] == "(" else "\\le"), ("<" if ends[1] == ")" else "\\leq")
    assert equivalent(gold, f"{low} {left} x {right} {high}")
    assert equivalent(f"x \\in {gold}", gold)
    for other in {"()", "(]", "[)", "[]"} - {ends}:
        assert not equivalent(gold, f"{other[0]}{low}, {high}{other[1]}")
    assert not equivalent(gold, f"{ends[0]}{low}, {high + 1}{ends[1]}")
    assert not equivalent(gold, f"{low} {left} x")


@given(st.integers(2, 40), st.integers(1, 12), st.integers(-9, 9))
@fixed
def test_surds_are_equal_unsimplified_and_not_as_decimals(n: int, k: int, a: int) -> None:
    gold = f"{a}+{k}\\sqrt{{{n}}}"
    assert equivalent(gold, f"\\sqrt{{{k * k * n}}}+{a}")
    assert equivalent(gold, f"{a}+\\frac{{{k * n}}}{{\\sqrt{{{n}}}}}")
    assert not equivalent(gold, f"{a}-{k}\\sqrt{{{n}}}")
    assert not equivalent(gold, f"{a}+{k}\\sqrt{{{n + 1}}}")
    root = sympy.sqrt(n)
    if not root.is_integer:
        assert not equivalent(gold, str(sympy.N(a + k * root, 12)))


@given(small, small.filter(bool), small, st.integers(-5, 5).filter(bool))
@fixed
def test_a_line_is_equal_up_to_a_factor_and_rearrangement(a: int, b: int, c: int, k: int) -> None:
    gold = f"{a}x+{b}y={c}"
    assert equivalent(gold, f"{k * a}x+{k * b}y-{k * c}=0")
    assert equivalent(gold, f"y=\\frac{{{c}-{a}x}}{{{b}}}")
    assert not equivalent(gold, f"{a}x+{b}y={c + 1}")
    assert not equivalent(gold, f"{a + 1}x+{b}y={c}")
    assert not equivalent(gold, f"{a}x+{b}y<{c}")


@given(small, small.filter(bool))
@fixed
def test_complex_numbers_have_two_parts(a: int, b: int) -> None:
    gold = sympy.latex(a + b * sympy.I)
    assert equivalent(gold, f"{b}i+{a}")
    assert not equivalent(gold, f"{a}-{b}i")
    assert not equivalent(gold, f"{a}")
    assert equivalent(f"{a}\\pm {abs(b)}i", f"{a}-{abs(b)}i, {a}+{abs(b)}i")
    assert not equivalent(f"{a}\\pm {abs(b)}i", gold)


@given(st.lists(small, min_size=4, max_size=4, unique=True))
@fixed
def test_matrices_in_every_dialect_and_in_order(numbers: list[int]) -> None:
    a, b, c, d = numbers
    gold = f"\\begin{{pmatrix}} {a} & {b} \\\\ {c} & {d} \\end{{pmatrix}}"
    for answer in (
        f"\\begin{{bmatrix}}{a}&{b}\\\\{c}&{d}\\end{{bmatrix}}",
        f"\\left[\\begin{{array}}{{cc}}{a}&{b}\\\\{c}&{d}\\end{{array}}\\right]",
        f"[[{a}, {b}], [{c}, {d}]]",
    ):
        assert equivalent(gold, answer)
    assert not equivalent(gold, f"\\begin{{pmatrix}}{a}&{c}\\\\{b}&{d}\\end{{pmatrix}}")
    assert not equivalent(gold, f"\\begin{{pmatrix}}{a}&{b}\\\\{c}&{d + 1}\\end{{pmatrix}}")


@given(st.integers(-200, 200), st.integers(-200, 200))
@fixed
def test_a_second_candidate_is_never_an_answer(gold: int, other: int) -> None:
    if gold == other:
        return
    for joined in ("{} or {}", "{}, {}", "\\{{{}, {}\\}}", "either {} or {}", "{} and maybe {}"):
        for answer in (joined.format(gold, other), joined.format(other, gold)):
            assert not verify_math(str(gold), f"\\boxed{{{answer}}}").correct
            assert not verify_math(str(gold), f"The answer is {answer}.").correct
