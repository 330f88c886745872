"""Equality of values never depends on lucky sample points or a lucky precision."""

import threading
from fractions import Fraction

import flint
import pytest
from assay.tasks.math.grading.reading import read
from assay.tasks.math.grammar.nodes import Node, TooBigError, UndefinedError
from assay.tasks.math.grammar.parser import parse
from assay.tasks.math.values.arithmetic import BoundedArithmetic, ImpreciseError
from assay.tasks.math.values.equality import (
    UndecidedError,
    constant_ratio,
    is_close,
    order,
    same_value,
    value_at,
    whole_value,
)
from assay.tasks.math.values.evaluation import Evaluation, precision, work_limit
from assay.tasks.math.values.sample_points import sample_points
from assay.tasks.math.verifier import equivalent


def same(first: str, second: str) -> bool:
    try:
        return same_value(parse(first), parse(second))
    except (UndecidedError, TooBigError):
        return False


SATURATED = [
    (r"\tanh(100)", "1"),
    (r"x\tanh(1000)", "x"),
    (r"\sqrt{1+10^{-100}}", "1"),
    (r"\ln(e^{200}+1)", "200"),
    (r"\frac{\sinh 200}{\cosh 200}", "1"),
    (r"\lfloor \tanh(100)\rfloor", "1"),
    (r"\lfloor \cos(10^{-50})\rfloor", "1"),
    (r"\cos(10^{-300})", "1"),
    (r"\arctan(10^{400})", r"\frac{\pi}{2}"),
    (r"(1-10^{-60})^{10}", "1"),
    (r"\sqrt[3]{x^3+10^{-90}}", "x"),
    (r"e^{-500}+x^2", "x^2"),
    (r"\frac{1}{1+e^{-900}}", "1"),
    (r"\tanh(10^6)", "1"),
    (r"1+\tanh(50)^{40}", "2"),
    (r"\sqrt{1+10^{-100}}-\frac{10^{-100}}{2}", "1"),
    (r"\ln(1+10^{-80})", r"10^{-80}"),
]
PARITY = [
    ("(-1)^n", "-1"),
    ("(-1)^n", "1"),
    ("(-2)^a", "-2^a"),
    (r"(-1)^{k(k-1)/2}", r"(-1)^{k(k+1)/2}"),
    (r"\frac{1+(-1)^p}{2}", "0"),
    ("(-1)^{m+n}", "1"),
    ("(-1)^{mn}", "1"),
    ("(-1)^{mn}", "(-1)^m"),
    ("(-1)^{n^2}", "1"),
    (r"(-1)^{\lfloor n/3\rfloor}", "1"),
    (r"n!(-1)^n", "n!"),
    (r"\lfloor \frac{n}{2}\rfloor", r"\frac{n}{2}"),
    (r"\lceil \frac{n}{12}\rceil", "1"),
]
FAR = [
    ("|x+100|-100", "x"),
    (r"\min(n,100)", "n"),
    (r"\max(x,-1000)", "x"),
    (r"\min(x,10^6)", "x"),
    (r"n+\lfloor n/1000\rfloor", "n"),
    (r"\frac{|x-30|}{30-x}", "1"),
    (r"\sqrt{(t+50)^2}-50", "t"),
    (r"\lfloor\frac{x^2}{1000}\rfloor", "0"),
    (r"x+\max(0,1-|x-50|)", "x"),
    (r"x+\max(0,1-|7x-2401|)", "x"),
    (r"\max(x,y-500)", "x"),
    (r"|x-y+300|-300", "x-y"),
    (r"\arcsin(\sin x)", "x"),
    (r"n!+\lfloor n/500\rfloor", "n!"),
    (r"\sqrt{(x-3)^2(x+3)^2}", "(x-3)(x+3)"),
    (r"\sqrt[4]{(x-70)^4}", "70-x"),
    (r"n+\lfloor \frac{1}{n}\rfloor", "n"),
    (r"\gcd(n,101)", "1"),
    (r"\lfloor \frac{n}{10^9}\rfloor", "0"),
    (r"\frac{x|y-40|}{40-y}", "x"),
    (r"\prod_{k=1}^{n} \frac{k+1}{k}+\lfloor \frac{n}{40}\rfloor", "n+1"),
]
EQUAL = [
    (r"\sin^2 1+\cos^2 1", "1"),
    (r"\sqrt{5+2\sqrt6}", r"\sqrt2+\sqrt3"),
    (r"\sin\pi", "0"),
    (r"\sqrt2-\sqrt2", "0"),
    (r"e^{i\pi}", "-1"),
    (r"(-1)^n", r"\cos(n\pi)"),
    (r"(-1)^{2n+1}", "-1"),
    (r"(-1)^{n+2}", "(-1)^n"),
    (r"\frac{n!}{(n-2)!}", "n(n-1)"),
    (r"\binom{n}{2}", r"\frac{n(n-1)}{2}"),
    (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}"),
    (r"\sqrt{x^2}", "|x|"),
    (r"\max(a,b)", r"\frac{a+b+|a-b|}{2}"),
    (r"\ln(x-500)+\ln 2", r"\ln(2x-1000)"),
    (r"\tanh x", r"\frac{e^{2x}-1}{e^{2x}+1}"),
    (r"x e^{1000}+e^{1000}", r"e^{1000}(x+1)"),
    (r"\lfloor \sqrt2^2\rfloor", "2"),
    (r"\log_2 8", "3"),
    (r"\arctan x+\text{arccot} x", r"\frac{\pi}{2}"),
    (r"\sqrt{x}\sqrt{y}", r"\sqrt{xy}"),
    (r"x^{\frac{2}{3}}", r"\sqrt[3]{x^2}"),
    (r"2^{15000}\sqrt2", r"2^{15000.5}"),
]


@pytest.mark.parametrize(("first", "second"), SATURATED + PARITY + FAR)
def test_a_difference_is_found(first: str, second: str) -> None:
    assert not same(first, second)
    assert not same(second, first)


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_equal_values_are_found_equal(first: str, second: str) -> None:
    assert same(first, second)
    assert same(second, first)


def test_balls_enclose_the_value() -> None:
    # At 64 bits the tangent near its pole keeps a few bits; the ball says so.
    with precision(64):
        low = Evaluation({}, 64, True).value(parse(r"\tan(1.5707963267)"))
    with precision(2000):
        high = Evaluation({}, 2000, True).value(parse(r"\tan(1.5707963267)"))
        assert low.contains(high)
        assert not low.contains(high + 100)


def test_what_a_ball_cannot_tell_asks_for_precision() -> None:
    with precision(64):
        arithmetic = BoundedArithmetic(64, real=True)
        nearly = flint.arb(2).sqrt() ** 2 - 2
        with pytest.raises(ImpreciseError):
            arithmetic.is_zero(nearly)
        with pytest.raises(ImpreciseError):
            arithmetic.rounded(nearly, up=False)
        assert BoundedArithmetic(64, real=True, last_try=True).rounded(nearly, up=True) == 0


def test_the_order_of_constants() -> None:
    assert order(parse(r"\sqrt2"), parse("1.4142135623730950488016887242096980785696718")) == 1
    assert order(parse(r"\tanh 100"), parse("1")) == -1
    assert order(parse(r"\sqrt{12}"), parse(r"2\sqrt3")) == 0
    with pytest.raises(UndefinedError):
        order(parse("i"), parse("1"))


def test_ratios_keep_their_sign() -> None:
    def ratio(first: str, second: str) -> int | None:
        return constant_ratio(parse(first), parse(second))

    assert ratio("2x-4y", "x-2y") == 1
    assert ratio("x-2y", "6y-3x") == -1
    assert ratio("x-2y", "x-3y") is None
    assert ratio(r"y-x\tanh 1000", "y-x") is None
    assert ratio("|x+100|-y-100", "x-y") is None


def test_whole_values_and_tolerance() -> None:
    assert whole_value(parse(r"\frac{12}{4}")) == 3
    assert whole_value(parse("i")) is None
    assert is_close(parse("100"), parse("101"), 0.01)
    assert not is_close(parse("100"), parse("101.5"), 0.01)
    assert not is_close(parse("x"), parse("x"), 0.01)


def test_the_precision_of_the_caller_is_left_alone() -> None:
    flint.ctx.prec = 77
    try:
        assert same(r"\sqrt{12}", r"2\sqrt3")
        assert flint.ctx.prec == 77
    finally:
        flint.ctx.prec = 53


def test_threads_do_not_lend_each_other_their_precision() -> None:
    wrong: list[tuple[str, str]] = []

    def work() -> None:
        for first, second in EQUAL:
            if not same(first, second):
                wrong.append((first, second))
        for first, second in SATURATED[:8]:
            if same(first, second):
                wrong.append((first, second))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_work_of_a_verdict_is_bounded_and_granted_anew() -> None:
    long = parse(r"\sum_{k=1}^{999} \sin(k x)")
    with work_limit():
        while True:
            try:
                value_at(long, {"x": Fraction(1, 3)})
            except TooBigError:
                break
        with work_limit():
            value_at(long, {"x": Fraction(1, 3)})
        with pytest.raises(TooBigError):
            value_at(long, {"x": Fraction(1, 3)})


def test_sample_points_reach_what_they_are_for() -> None:
    def points(*texts: str) -> list[dict[str, Fraction]]:
        return list(sample_points(*map(parse, texts)))

    whole = points("(-1)^n")
    assert {point["n"] % 12 for point in whole} == set(range(12))
    pairs = {(point["m"] % 2, point["n"] % 2) for point in points("(-1)^{m+n}")}
    assert pairs == {(0, 0), (0, 1), (1, 0), (1, 1)}
    signs = {(point["x"] > 0, point["y"] > 0) for point in points("xy")}
    assert signs == {(True, True), (True, False), (False, True), (False, False)}
    far = [point["x"] for point in points("|x+12345|")]
    assert min(far) < -12345
    assert max(far) > 12345
    assert any(-12346 < value < -12345 for value in far)
    # Two points belong to the pair, so that no answer can be made to fit them.
    nodes: list[tuple[Node, ...]] = [(parse("x"), parse("x+1")), (parse("x"), parse("x+2"))]
    assert list(sample_points(*nodes[0])) != list(sample_points(*nodes[1]))


@pytest.mark.parametrize(
    "answer",
    ["x+\\max(0,\\sin x-0.9999)", "x+\\max(0,\\cos(x+1)-0.999999)", "x+\\max(0,e^{-x^2}-0.99999)"],
)
def test_a_piece_that_only_an_extreme_reaches_is_found(answer: str) -> None:
    assert not equivalent("x", answer)


def test_a_function_that_never_reaches_its_piece_adds_nothing() -> None:
    assert equivalent("x", "x+\\max(0,\\sin x-1)")


@pytest.mark.parametrize(
    "text", ["0", "7", "007", "-12", "-0", "0.5", "3.140", "-2.50", "0.0", "9" * 4_001, "1" * 80]
)
def test_a_plain_number_is_read_as_the_grammar_reads_it(text: str) -> None:
    by_every_rule = parse(f"{text} ")  # the space sends it through lexer and rules
    assert parse(text) == by_every_rule
    assert type(parse(text)[-1]) is type(by_every_rule[-1])


def test_a_number_of_too_many_digits_is_refused_either_way() -> None:
    for text in ("9" * 10_001, "9" * 10_001 + " ", "0." + "9" * 10_001):
        with pytest.raises(TooBigError):
            parse(text)


@pytest.mark.parametrize("digits", ["0", "5", "007", "1234", "20240101", "9" * 18, "9" * 19])
def test_whole_number_is_read_at_once_as_it_is_in_full(digits: str) -> None:
    at_once, in_full = read(digits), read(f" {digits} ")
    assert (at_once.text, at_once.node, at_once.answer) == (
        in_full.text, in_full.node, in_full.answer,
    )  # fmt: skip
    assert not at_once.textual
    assert not at_once.problem
