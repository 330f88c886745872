"""Sequences: the next or a far term of a sequence of a stated kind."""

import random
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose


class Sequences(MathSuite):
    """Continue a sequence; the kind is stated, so that exactly one answer is right.

    Levels: 1 arithmetic with small steps; 2 arithmetic, up or down; 3 geometric;
    4 quadratic; 5 sums of the two terms before; 6 affine recurrences;
    7 far terms of an arithmetic sequence; 8 cubic; 9 the sum of many terms of a quadratic
    sequence; 10 a far term of a two-term recurrence.
    """

    name = "sequences"
    difficulties = range(1, 11)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 89, 3: 126}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(60) if difficulty == 1 else range(-500, 1000)


def _listed(terms: list[int]) -> str:
    return ", ".join(str(term) for term in terms)


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def _next_arithmetic(rng: random.Random, start: range, step: int) -> Draft:
    first = rng.choice(start)
    terms = [first + i * step for i in range(5)]
    a, b, last = terms[0], terms[1], terms[3]
    question = f"What comes next in this arithmetic sequence: {_listed(terms[:4])}?"
    sign = "+" if step >= 0 else "-"
    steps = [f"{b}-{_signed(a)}={step}", f"{last}{sign}{abs(step)}={terms[4]}"]
    return pose(question, terms[4], steps)


def _small(rng: random.Random) -> Draft:
    return _next_arithmetic(rng, range(20), rng.randrange(1, 10))


def _signed_steps(rng: random.Random) -> Draft:
    return _next_arithmetic(rng, range(-99, 200), rng.choice((-1, 1)) * rng.randrange(10, 40))


def _geometric(rng: random.Random) -> Draft:
    first, ratio = rng.choice((-1, 1)) * rng.randrange(1, 20), rng.choice((-4, -3, -2, 2, 3, 4, 5))
    terms = [first * ratio**i for i in range(5)]
    question = f"What comes next in this geometric sequence: {_listed(terms[:4])}?"
    steps = [f"{terms[i]}/{_signed(terms[i - 1])}={ratio}" for i in (1, 2, 3)]
    return pose(question, terms[4], [*steps, f"{terms[3]}*{_signed(ratio)}={terms[4]}"])


def _differences(rng: random.Random, degree: int, size: int) -> Draft:
    """The next value of a polynomial of the degree, by its table of differences."""
    row = [rng.randrange(-size, size + 1) for _ in range(degree)]
    row.append(rng.choice((-1, 1)) * rng.randrange(1, size + 1))
    ends, terms = list(row), [row[0]]
    for _ in range(degree + 3):
        ends = [a + b for a, b in zip(ends, [*ends[1:], 0], strict=True)]
        terms.append(ends[0])
    shown, answer = terms[:-1], terms[-1]
    steps, current = [], shown
    lasts = [shown[-1]]
    for order in range(1, degree + 1):
        current = [b - a for a, b in pairwise(current)]
        steps.append(f"differences {order}: {_listed(current)}")
        lasts.append(current[-1])
    total = lasts[-1]
    for last in reversed(lasts[:-1]):
        steps.append(f"{last}+{_signed(total)}={last + total}")
        total += last
    word = {2: "quadratic", 3: "cubic"}[degree]
    question = f"The n-th term is a {word} polynomial in n. What comes next: {_listed(shown)}?"
    return pose(question, answer, steps)


def _quadratic(rng: random.Random) -> Draft:
    return _differences(rng, 2, 12)


def _cubic(rng: random.Random) -> Draft:
    return _differences(rng, 3, 200)


def _fibonacci(rng: random.Random) -> Draft:
    terms = [rng.randrange(-20, 60), rng.randrange(1, 60)]
    for _ in range(9):
        terms.append(terms[-1] + terms[-2])
    question = (
        f"Each term is the sum of the two before it: {_listed(terms[:4])}, ... "
        "What is the 11th term?"
    )
    steps = [f"{terms[i]}+{_signed(terms[i - 1])}={terms[i + 1]}" for i in range(3, 10)]
    return pose(question, terms[10], steps)


def _far_arithmetic(rng: random.Random) -> Draft:
    n, count = rng.randrange(100, 1000), rng.randrange(100, 1000)
    step, first = rng.choice((-1, 1)) * rng.randrange(11, 400), rng.randrange(-999, 1000)
    a, b = rng.randrange(3, 10), rng.randrange(11, 30)
    low, high = first + (a - 1) * step, first + (b - 1) * step
    last = first + (n - 1) * step
    other = first + (count - 1) * step
    question = (
        f"In an arithmetic sequence, term {a} is {low} and term {b} is {high}. "
        f"What is the sum of term {n} and term {count}?"
    )
    steps = [
        f"step ({high}-{_signed(low)})/({b}-{a})={step}",
        f"term 1: {low}-{a - 1}*{_signed(step)}={first}",
        f"term {n}: {first}+{n - 1}*{_signed(step)}={last}",
        f"term {count}: {first}+{count - 1}*{_signed(step)}={other}",
        f"{last}+{_signed(other)}={last + other}",
    ]
    return pose(question, last + other, steps)


def _affine(rng: random.Random) -> Draft:
    while True:
        p, q = rng.choice((-4, -3, -2, 2, 3, 4, 5)), rng.randrange(-30, 31)
        terms = [rng.randrange(-20, 50)]
        for _ in range(7):
            terms.append(p * terms[-1] + q)
        if terms[0] != terms[1]:
            break
    question = (
        f"Each term is p times the term before it plus q, with fixed p and q: "
        f"{_listed(terms[:4])}, ... What is the 8th term?"
    )
    first, second = terms[1] - terms[0], terms[2] - terms[1]
    steps = [f"p = {second}/{_signed(first)} = {p}"]
    steps.append(f"q = {terms[1]} - {_signed(p)}*{_signed(terms[0])} = {q}")
    steps += [f"{p}*{_signed(terms[i])}+{_signed(q)}={terms[i + 1]}" for i in range(3, 7)]
    return pose(question, terms[7], steps)


def _series(rng: random.Random) -> Draft:
    a, b, c = (rng.choice((-1, 1)) * rng.randrange(1, size) for size in (20, 90, 400))
    n = rng.randrange(100, 2000)
    squares, numbers = n * (n + 1) * (2 * n + 1) // 6, n * (n + 1) // 2
    terms = [a * i * i + b * i + c for i in range(1, 6)]
    question = (
        f"The n-th term is a quadratic polynomial in n, beginning {_listed(terms)}, ... "
        f"What is the sum of the first {n} terms?"
    )
    total = a * squares + b * numbers + c * n
    steps = [
        f"differences: {_listed([y - x for x, y in pairwise(terms)])}",
        f"second difference {2 * a}, so n^2 has {a}",
        f"n has {terms[1] - terms[0]}-3*{_signed(a)}={b}",
        f"constant {terms[0]}-{_signed(a)}-{_signed(b)}={c}",
        f"sum of squares {n}*{n + 1}*{2 * n + 1}/6={squares}",
        f"sum of numbers {n}*{n + 1}/2={numbers}",
        f"{a}*{squares}+{_signed(b)}*{numbers}+{_signed(c)}*{n}={total}",
    ]
    return pose(question, total, steps)


def _recurrence(rng: random.Random) -> Draft:
    while True:
        p, q = (rng.choice((-3, -2, -1, 1, 2, 3)) for _ in range(2))
        terms = [rng.randrange(-9, 10), rng.randrange(1, 10)]
        for _ in range(18):
            terms.append(p * terms[-1] + q * terms[-2])
        # The listed terms determine p and q, and the sequence does not die out.
        if terms[1] ** 2 != terms[0] * terms[2] and max(map(abs, terms[-3:])) > 1000:
            break
    question = (
        "Each term is p times the term before it plus q times the one before that, with fixed "
        f"p and q: {_listed(terms[:5])}, ... What is the 20th term?"
    )
    steps = [
        f"p = {p}, q = {q}: {p}*{_signed(terms[1])}+{_signed(q)}*{_signed(terms[0])}={terms[2]}"
    ]
    for i in range(4, 19):
        steps.append(f"{p}*{_signed(terms[i])}+{_signed(q)}*{_signed(terms[i - 1])}={terms[i + 1]}")
    return pose(question, terms[19], steps)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _small,
    2: _signed_steps,
    3: _geometric,
    4: _quadratic,
    5: _fibonacci,
    6: _affine,
    7: _far_arithmetic,
    8: _cubic,
    9: _series,
    10: _recurrence,
}

load = Sequences
