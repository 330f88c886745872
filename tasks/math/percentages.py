"""Percentages: parts, changes, bases, chains, interest and mixtures."""

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose, show

_NUMBER = "an integer or a fraction in lowest terms"
_EXACT = "the exact value, an integer or a fraction in lowest terms,"


class Percentages(MathSuite):
    """Compute with percentages exactly.

    Levels: 1 10, 20, 25 or 50% of a number; 2 any percentage; 3 which percentage;
    4 an increase or decrease; 5 the number before a change; 6 two changes, as one percentage;
    7 compound interest; 8 mixtures; 9 the base of a chain of changes.
    """

    name = "percentages"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 66}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(100)


def _easy(rng: random.Random) -> Draft:
    percent, divisor = rng.choice(((10, 10), (25, 4), (50, 2), (20, 5)))
    number = divisor * rng.randrange(1, 41)
    steps = [f"{percent}% = 1/{divisor}", f"{number}/{divisor}={number // divisor}"]
    return pose(f"What is {percent}% of {number}?", number // divisor, steps)


def _any(rng: random.Random) -> Draft:
    percent, number = rng.randrange(1, 100), rng.randrange(11, 1000)
    result = Fraction(percent * number, 100)
    steps = [f"{percent}*{number}={percent * number}", f"{percent * number}/100={show(result)}"]
    return pose(f"What is {percent}% of {number}?", result, steps, _EXACT)


def _change(rng: random.Random) -> Draft:
    percent, number = rng.randrange(1, 100), rng.randrange(11, 1000)
    part = Fraction(percent * number, 100)
    up = rng.random() < 0.5
    result = number + part if up else number - part
    steps = [
        f"{percent}*{number}/100={show(part)}",
        f"{number}{'+' if up else '-'}{show(part)}={show(result)}",
    ]
    word = "increased" if up else "decreased"
    return pose(f"What is {number} {word} by {percent}%?", result, steps, _EXACT)


def _which(rng: random.Random) -> Draft:
    base, part = rng.randrange(11, 500), rng.randrange(11, 1000)
    result = Fraction(part * 100, base)
    steps = [f"{part}/{base}={show(Fraction(part, base))}"]
    steps.append(f"{show(Fraction(part, base))}*100={show(result)}")
    question = f"{part} is p percent of {base}. What is p?"
    return pose(
        question, result, steps, "p, an integer or a fraction in lowest terms,", percent=True
    )


def _factor(percent: int, up: bool) -> Fraction:
    return 1 + Fraction(percent if up else -percent, 100)


def _before(rng: random.Random) -> Draft:
    percent, after = rng.randrange(1, 91), rng.randrange(11, 1000)
    up = rng.random() < 0.5
    factor = _factor(percent, up)
    result = after / factor
    steps = [
        f"1{'+' if up else '-'}{percent}/100={show(factor)}",
        f"x*{show(factor)}={after}",
        f"{after}/({show(factor)})={show(result)}",
    ]
    word = "increase" if up else "decrease"
    question = f"After {'an' if up else 'a'} {word} of {percent}% a number is {after}. What was it?"
    return pose(question, result, steps, _EXACT)


def _words(changes: list[tuple[int, bool]]) -> str:
    return ", then ".join(f"{'rises' if up else 'falls'} by {p}%" for p, up in changes)


def _changes(rng: random.Random, count: int) -> list[tuple[int, bool]]:
    return [(rng.randrange(2, 91), rng.random() < 0.5) for _ in range(count)]


def _two(rng: random.Random) -> Draft:
    changes = _changes(rng, 2)
    total, steps = _chain(changes)
    percent = (total - 1) * 100
    if percent == 0:
        return _two(rng)
    steps.append(f"({show(total)}-1)*100={show(percent)}")
    question = (
        f"A price {_words(changes)}. By how many percent does it change in all "
        "(negative for a fall)?"
    )
    return pose(question, percent, steps, _NUMBER, percent=True)


def _chain(changes: list[tuple[int, bool]]) -> tuple[Fraction, list[str]]:
    total, steps = Fraction(1), []
    for percent, up in changes:
        factor = _factor(percent, up)
        steps.append(f"1{'+' if up else '-'}{percent}/100={show(factor)}")
        if total != 1:
            steps.append(f"({show(total)})*({show(factor)})={show(total * factor)}")
        total *= factor
    return total, steps


def _interest(rng: random.Random) -> Draft:
    start, percent, years = rng.randrange(1, 100) * 100, rng.randrange(1, 16), rng.randrange(3, 5)
    factor, balance = _factor(percent, True), Fraction(start)
    steps = [f"1+{percent}/100={show(factor)}"]
    for _ in range(years):
        steps.append(f"({show(balance)})*({show(factor)})={show(balance * factor)}")
        balance *= factor
    question = (
        f"{start} dollars earn {percent}% compound interest a year. "
        f"How many dollars are there after {years} years?"
    )
    return pose(question, balance, steps, _EXACT)


def _mixture(rng: random.Random) -> Draft:
    parts = [(rng.randrange(2, 60), rng.randrange(1, 100)) for _ in range(5)]
    salt, weight, steps = Fraction(0), 0, []
    for amount, percent in parts:
        part = Fraction(amount * percent, 100)
        steps.append(f"{amount}*{percent}/100={show(part)}")
        if weight:
            steps.append(f"{show(salt)}+{show(part)}={show(salt + part)}")
            steps.append(f"{weight}+{amount}={weight + amount}")
        salt, weight = salt + part, weight + amount
    result = salt / weight * 100
    steps.append(f"({show(salt)})/{weight}*100={show(result)}")
    listed = ", ".join(f"{amount} kg of {percent}%" for amount, percent in parts)
    question = f"Salt solutions are mixed: {listed}. What percentage of the mixture is salt?"
    return pose(question, result, steps, _NUMBER, percent=True)


def _base(rng: random.Random) -> Draft:
    changes, after = _changes(rng, 6), rng.randrange(100, 1000)
    total, steps = _chain(changes)
    result = after / total
    steps.append(f"{after}/({show(total)})={show(result)}")
    question = f"A number {_words(changes)} and is then {after}. What was it at first?"
    return pose(question, result, steps, _EXACT)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _easy,
    2: _any,
    3: _which,
    4: _change,
    5: _before,
    6: _two,
    7: _interest,
    8: _mixture,
    9: _base,
}

load = Percentages
