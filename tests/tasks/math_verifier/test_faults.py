"""No answer makes the verifier raise, and a fault of ours is never a wrong answer."""

import contextlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from assay.tasks.math import verifier
from assay.tasks.math.comparing.roundings import is_rounding
from assay.tasks.math.grammar.nodes import TooBigError, UnparsableError
from assay.tasks.math.grammar.parser import parse
from assay.tasks.math.verifier import equivalent, verify_math

_FUZZ = Path(__file__).resolve().parents[3] / "benchmarks" / "math_fuzz.py"
UNCLOSED = [
    r"\lfloor 5",
    r"\lceil x+1",
    r"\langle 1,2",
    r"|x",
    r"\left(3",
    r"\sqrt[3",
    r"\frac{1}",
    r"\begin{pmatrix}1&2",
    r"\sum_{k=1}",
    r"\binom{5}",
    r"]2,3",
    r"x_{",
    r"5^",
    r"\max(",
    r"-\begin{pmatrix}1&2\end{pmatrix}+3",
    r"5 \mathrm{m/s^}",
]


@pytest.mark.parametrize("answer", UNCLOSED)
def test_what_is_not_closed_is_read_or_refused(answer: str) -> None:
    with contextlib.suppress(UnparsableError, TooBigError):
        parse(answer)
    for gold in ("5", r"\{1,2\}", "x \\pmod 7", "[0,1)"):
        assert verify_math(gold, f"\\boxed{{{answer}}}").status in ("incorrect", "no_answer")


@pytest.mark.parametrize("answer", [r"x \pmod 7", r"\frac{1}{0} \pmod 7", r"3 \pmod{x}", "3 mod i"])
def test_residues_without_a_value(answer: str) -> None:
    for gold in (r"3 \pmod 7", "3", r"x \pmod 7", "i"):
        status = verify_math(gold, f"\\boxed{{{answer}}}").status
        assert status == ("correct" if gold == answer else "incorrect")


def test_a_fault_of_ours_is_a_checker_error_with_its_input(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(verifier, "decide", broken)
    verdict = verify_math("7", "So it is \\boxed{7}")
    assert verdict.status == "checker_error"
    assert verdict.score is None
    assert verdict.reason.startswith("the math verifier failed: KeyError")
    assert verdict.meta["gold"] == "7"
    assert verdict.meta["completion"] == "So it is \\boxed{7}"
    assert "the math verifier failed" in caplog.text


def test_a_fault_of_ours_is_no_equality_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault")

    assert equivalent("7", "14/2")
    monkeypatch.setattr(verifier, "decide", broken)
    assert equivalent("7", "14/2") is False
    assert "the math verifier failed on '7' and '14/2'" in caplog.text
    assert "KeyError: 'a fault'" in caplog.text


@pytest.mark.parametrize("answer", [r"(\|1,t", r"(\|1,t })+10^{-30}", r"t,(\|1", r"\|1,-t"])
def test_words_drop_no_part_of_what_no_grammar_reads(answer: str) -> None:
    gold = r"\|1,t }"
    assert not equivalent(gold, answer)
    assert not verify_math(gold, f"\\boxed{{{answer}}}").correct
    assert equivalent(gold, gold)


def _fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("math_fuzz", _FUZZ)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["math_fuzz"] = module
    spec.loader.exec_module(module)
    return module


def test_inputs_from_the_grammar() -> None:
    fuzz = _fuzz()
    assert fuzz.case(3, 5) == fuzz.case(3, 5)
    assert len({fuzz.case(3, number) for number in range(100)}) > 95
    found = fuzz.run(seed=3, start=0, count=1_500, seconds=120.0)
    assert found["inputs"] == 1_500
    assert found["faults"] == []
    assert found["correct_though_a_number_was_added"] == []
    assert found["statuses"]["correct"] > 5


@pytest.mark.parametrize(
    ("exact", "decimal", "holds"),
    [
        (r"\sqrt2", "1.414", True),
        (r"\sqrt2", "1.41", True),
        (r"\sqrt3", "1.7", True),
        (r"\sqrt3", "1.8", False),
        (r"\pi", "3.1415", True),
        (r"\pi", "3.1416", True),
        (r"\pi", "3.1417", False),
        ("100", "101", False),
        ("12345", "12000", True),
        ("990", "997", False),
        (r"\frac{5}{36}", r"13.9\%", True),
        (r"\frac{5}{36}", r"14.9\%", False),
        (r"-\sqrt2", "-1.41", True),
        (r"-\sqrt2", "1.41", False),
        (r"12345", r"1.2 \times 10^4", True),
        (r"12345", r"1.3 \times 10^4", False),
    ],
)
def test_roundings(exact: str, decimal: str, holds: bool) -> None:
    assert is_rounding(parse(exact), parse(decimal)) is holds


@pytest.mark.parametrize(
    ("gold", "answer", "equal"),
    [
        (r"\sqrt2", r"\sqrt2 \approx 1.414", True),
        ("1.414", r"\sqrt2 \approx 1.414", True),
        ("100", r"100 \approx 101", False),
        ("101", r"100 \approx 101", False),
        ("5.7", r"5.7 \approx 6", True),
        ("6", r"5.7 \approx 6", False),
        (r"\sqrt2", r"\sqrt2 \approx 1.7", False),
        ("2c", "2K", False),
        ("x^2+C", "x^2+c", True),
        ("C e^x", "K e^x", True),
        ("5", r"5\text{ pi}", False),
    ],
)
def test_one_value_is_stated(gold: str, answer: str, equal: bool) -> None:
    assert verify_math(gold, f"\\boxed{{{answer}}}").correct is equal
