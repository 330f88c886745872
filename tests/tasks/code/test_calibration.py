"""Limits are raised to a multiple of the reference's cost, once, and only where one is met."""

from assay.sandbox.types import Limits
from assay.tasks.code.formats.calibration import Calibration, scaled
from assay.tasks.code.verifier import verify_function
from assay.tasks.verdict import Verdict, correct, wrong


class _Judge:
    """A check in which a text passes under its own factor of the limits and above."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []

    def __call__(self, text: str, factor: float) -> Verdict:
        self.asked.append((text, factor))
        if factor >= float(text):
            return correct(text, "It passes.")
        return wrong("timeout", text, "It takes too long.")


def test_a_completion_gets_a_multiple_of_what_the_reference_needs() -> None:
    judge, calibration = _Judge(), Calibration()
    verdict = calibration.verdict("a", "0.9", judge, "3")
    assert verdict.correct
    assert verdict.meta["limits_factor"] == 4.0
    assert calibration.verdict("a", "0.9", judge, "5").status == "timeout"
    assert [asked for asked in judge.asked if asked[0] == "0.9"] == [("0.9", 0.25), ("0.9", 1.0)]


def test_a_cheap_reference_leaves_the_limits_as_they_are() -> None:
    judge, calibration = _Judge(), Calibration()
    verdict = calibration.verdict("a", "0.1", judge, "3")
    assert verdict.status == "timeout"
    assert "limits_factor" not in verdict.meta


def test_nothing_is_measured_where_no_limit_is_met() -> None:
    judge = _Judge()
    assert Calibration().verdict("a", "9", judge, "1").correct
    assert judge.asked == [("1", 1.0)]
    assert Calibration().verdict("a", None, judge, "2").status == "timeout"


def test_scaled_limits() -> None:
    limits = Limits(cpu_seconds=6.0, wall_seconds=60.0, memory_mb=1024)
    assert scaled(limits, 4.0).cpu_seconds == 24.0
    assert scaled(limits, 0.25).wall_seconds == 60.0
    assert scaled(limits, 16.0).memory_mb == 4096


_POINT = "class P:\n    def __init__(self, x): self.x = x\n"
_ALWAYS = "    def __eq__(self, o): return True\n    __hash__ = None\n"


def _decided(program: str, reference: str, tests: str) -> Verdict:
    def check(text: str, factor: float) -> Verdict:
        return verify_function(text, tests, "P")

    return Calibration().verdict("a", reference, check, program)


def test_a_doubt_is_settled_by_the_reference() -> None:
    unequal = "assert not P(1) == P(2)\nassert P(1).x == 1"
    assert _decided(_POINT + _ALWAYS, _POINT, unequal).status == "incorrect"
    both = _decided(_POINT + _ALWAYS, _POINT + _ALWAYS, "assert P(1) == P(1)")
    assert both.status == "checker_error", both
    helper = "assert helper(P(1)) == 1"
    assert _decided(_POINT, _POINT, helper).status == "checker_error"
    defines = _POINT + "def helper(p): return p.x\n"
    assert _decided(_POINT, defines, helper).status == "incorrect"
    assert _decided(defines, _POINT, helper).correct
    lost = "if P(1).x != 1:\n    nothing_of_this_name\nassert P(1).x == 1"
    swapped = _POINT.replace("= x", "= 2")
    assert _decided(swapped, _POINT, lost).status == "incorrect"
    assert verify_function(_POINT + _ALWAYS, unequal, "P").status == "incorrect"
