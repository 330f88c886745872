"""Unit conversion with exact factors."""

import random
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from ..problem import Problem
from ..prompting import reply
from ..suite import Draft
from ..verdict import Verdict, wrong
from .generating import MathSuite, pose, show

# Each family: units from small to large, with the factor to the unit before.
_FAMILIES: dict[str, tuple[tuple[str, int], ...]] = {
    "length": (("mm", 1), ("cm", 10), ("m", 100), ("km", 1000)),
    "mass": (("mg", 1), ("g", 1000), ("kg", 1000), ("tonnes", 1000)),
    "time": (("seconds", 1), ("minutes", 60), ("hours", 60), ("days", 24), ("weeks", 7)),
    "volume": (("ml", 1), ("cl", 10), ("dl", 10), ("liters", 10)),
    "imperial length": (("inches", 1), ("feet", 12), ("yards", 3), ("miles", 1760)),
    "imperial mass": (("ounces", 1), ("pounds", 16), ("stone", 14)),
}
# 1 inch is 2.54 cm and 1 pound is 0.45359237 kg by definition (international yard and pound, 1959).
_CROSS = (
    ("inches", "cm", Fraction(254, 100)),
    ("feet", "cm", Fraction(3048, 100)),
    ("yards", "m", Fraction(9144, 10_000)),
    ("miles", "m", Fraction(1_609_344, 1000)),
    ("pounds", "g", Fraction(45_359_237, 100_000)),
    ("ounces", "g", Fraction(45_359_237, 1_600_000)),
)
_NAMES = {name.rstrip("s") for units in _FAMILIES.values() for name, _ in units}
_UNIT_WORDS = frozenset(
    _NAMES | {f"{name}s" for name in _NAMES} | {"inch", "foot", "litre", "liter"}
)
_FORM = "the number"
_EXACT = "the exact number, as a fraction in lowest terms if it is not whole,"


def _factor(family: str, small: int, large: int) -> int:
    result = 1
    for _, step in _FAMILIES[family][small + 1 : large + 1]:
        result *= step
    return result


def _pair(rng: random.Random, gap: int, families: tuple[str, ...]) -> tuple[str, str, int]:
    """Names of a smaller and a larger unit `gap` places apart, and the factor between them."""
    fitting = [family for family in families if len(_FAMILIES[family]) > gap]
    family = rng.choice(fitting)
    small = rng.randrange(len(_FAMILIES[family]) - gap)
    units = _FAMILIES[family]
    return units[small][0], units[small + gap][0], _factor(family, small, small + gap)


class UnitConversion(MathSuite):
    """Convert a quantity exactly.

    Levels: 1 a larger to the next smaller unit, one digit; 2 both directions, two digits;
    3 two units apart; 4 mixed quantities (3 h 25 min); 5 decimals; 6 areas and volumes;
    7 speeds and flows between two pairs of units; 8 the same across imperial and metric.
    """

    name = "unit_conversion"
    difficulties = range(1, 9)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 51}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def check(self, problem: Problem, completion: str) -> Verdict:
        verdict = super().check(problem, completion)
        text = verdict.extracted or ""
        named = set(re.findall(r"[a-z]+", text.lower())) & _UNIT_WORDS
        asked = _spellings(problem)
        if verdict.correct and named - asked:
            return wrong("incorrect", text, "the answer is in another unit")
        if verdict.status == "incorrect" and named and not named - asked:
            # The asked unit may stand behind the number.
            words = "|".join(sorted(asked | {"square", "cubic", "per"}, key=len, reverse=True))
            bare = re.sub(rf"(?i)[\s\\{{]*(?:text\w*\W*)?(?:\b(?:{words})\b\W*)+$", "", text)
            return super().check(problem, reply(bare))
        return verdict

    def plausible(self, difficulty: int) -> range:
        return range(1001)


def _spellings(problem: Problem) -> set[str]:
    """The words of the asked unit in singular and plural."""
    words = problem.meta["unit"].split()
    stems = {word.rstrip("s") for word in words}
    other = {"inche": "inch", "feet": "foot", "liter": "litre"}
    return stems | {f"{stem}s" for stem in stems} | {other[s] for s in stems if s in other}


def _pose(amount: str, unit: str, result: Fraction | int, steps: list[str]) -> Draft:
    form = _FORM if Fraction(result).denominator == 1 else _EXACT
    question = f"Convert {amount} to {unit}."
    return pose(question, result, steps, form, f"{amount}>{unit}", unit=unit)


def _easy(rng: random.Random) -> Draft:
    small, large, factor = _pair(rng, 1, ("length", "mass", "time", "volume"))
    n = rng.randrange(2, 10)
    return _pose(f"{n} {large}", small, n * factor, [f"{n}*{factor}={n * factor}"])


def _both_ways(rng: random.Random) -> Draft:
    small, large, factor = _pair(rng, 1, tuple(_FAMILIES))
    n = rng.randrange(10, 1000)
    link = f"1 {large} = {factor} {small}"
    if rng.random() < 0.5:
        return _pose(f"{n} {large}", small, n * factor, [link, f"{n}*{factor}={n * factor}"])
    return _pose(f"{n * factor} {small}", large, n, [link, f"{n * factor}/{factor}={n}"])


def _two_apart(rng: random.Random) -> Draft:
    small, large, factor = _pair(rng, 2, tuple(_FAMILIES))
    n = rng.randrange(11, 400)
    link = f"1 {large} = {factor} {small}"
    if rng.random() < 0.5:
        return _pose(f"{n} {large}", small, n * factor, [link, f"{n}*{factor}={n * factor}"])
    return _pose(f"{n * factor} {small}", large, n, [link, f"{n * factor}/{factor}={n}"])


def _mixed(rng: random.Random) -> Draft:
    family = rng.choice([name for name in _FAMILIES if len(_FAMILIES[name]) >= 3])
    units = _FAMILIES[family]
    base = rng.randrange(len(units) - 2)
    parts, total, steps = [], 0, []
    for place in range(base + 2, base - 1, -1):
        n = rng.randrange(2, units[place + 1][1] if place < base + 2 else 50)
        factor = _factor(family, base, place)
        parts.append(f"{n} {units[place][0]}")
        steps.append(f"{n}*{factor}={n * factor}")
        if total:
            steps.append(f"{total}+{n * factor}={total + n * factor}")
        total += n * factor
    return _pose(" ".join(parts), units[base][0], total, steps)


def _decimal(number: Fraction) -> str:
    """A terminating decimal, exactly."""
    return format((Decimal(number.numerator) / Decimal(number.denominator)).normalize(), "f")


def _decimals(rng: random.Random) -> Draft:
    low, middle, small_factor = _pair(rng, 1, ("length", "mass", "volume", "time"))
    small, large, factor = _pair(rng, 2, ("length", "mass", "volume", "time"))
    if low == small:
        small, large, factor = low, middle, small_factor
    amount = Fraction(rng.randrange(1001, 99_999), 1000)
    result = amount / factor if rng.random() < 0.5 else amount * factor
    source, target = (small, large) if result == amount / factor else (large, small)
    op = "/" if source == small else "*"
    steps = [
        f"1 {large} = {factor} {small}",
        f"{_decimal(amount)} = {show(amount)}",
        f"({show(amount)}){op}{factor} = {show(result)}",
    ]
    return _pose(f"{_decimal(amount)} {source}", target, result, steps)


def _power(rng: random.Random) -> Draft:
    gap = rng.randrange(1, 3)
    small, large, factor = _pair(rng, gap, ("length", "imperial length"))
    power = rng.choice((2, 3))
    word = {2: "square", 3: "cubic"}[power]
    amount = Fraction(rng.randrange(11, 9999), 10)
    scale = factor**power
    down = rng.random() < 0.5
    result = amount * scale if down else amount / scale
    source, target = (large, small) if down else (small, large)
    steps = [
        f"1 {large} = {factor} {small}",
        f"{factor}^{power}={scale}",
        f"{_decimal(amount)} = {show(amount)}",
        f"({show(amount)}){'*' if down else '/'}{scale} = {show(result)}",
    ]
    return _pose(f"{_decimal(amount)} {word} {source}", f"{word} {target}", result, steps)


def _rate(rng: random.Random) -> Draft:
    small, large, factor = _pair(rng, rng.randrange(1, 3), ("length", "mass", "volume"))
    second, hour, seconds = _pair(rng, 2, ("time",))
    n = Fraction(rng.randrange(101, 9999), rng.choice((10, 100)))
    singular, per = hour.rstrip("s"), second.rstrip("s")
    up = n * factor
    result = up / seconds
    steps = [
        f"1 {large} = {factor} {small}",
        f"1 {singular} = {seconds} {second}",
        f"{_decimal(n)}*{factor} = {show(up)} {small} per {singular}",
        f"({show(up)})/{seconds} = {show(result)} {small} per {per}",
    ]
    return _pose(f"{_decimal(n)} {large} per {singular}", f"{small} per {per}", result, steps)


def _cross(rng: random.Random) -> Draft:
    source, target, factor = rng.choice(_CROSS)
    second, hour, seconds = _pair(rng, rng.randrange(2, 4), ("time",))
    power = rng.choice((1, 2, 3)) if target in ("cm", "m") else 1
    word = {1: "", 2: "square ", 3: "cubic "}[power]
    n = Fraction(rng.randrange(101, 9999), rng.choice((10, 100)))
    singular, per = hour.rstrip("s"), second.rstrip("s")
    scale = factor**power
    result = n * scale / seconds
    steps = [
        f"1 {source} = {show(factor)} {target}",
        *([f"({show(factor)})^{power} = {show(scale)}"] if power > 1 else []),
        f"1 {singular} = {seconds} {second}",
        f"({show(n)})*({show(scale)}) = {show(n * scale)} {word}{target} per {singular}",
        f"({show(n * scale)})/{seconds} = {show(result)} {word}{target} per {per}",
    ]
    amount = f"{_decimal(n)} {word}{source} per {singular}"
    return _pose(amount, f"{word}{target} per {per}", result, steps)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _easy,
    2: _both_ways,
    3: _two_apart,
    4: _mixed,
    5: _decimals,
    6: _power,
    7: _rate,
    8: _cross,
}

load = UnitConversion
