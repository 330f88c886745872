"""Golds of the counting suites against slow and simple recounts, from the text of the prompt."""

import itertools
import math
import os
import re
from fractions import Fraction
from functools import cache

import pytest
import sympy
from assay.tasks import Problem, load
from assay.tasks.suite import GeneratedSuite

SIZE = int(os.environ.get("ASSAY_CONTRACT_SIZE", "6"))


def problems(name: str) -> list[tuple[str, Problem]]:
    suite = load(name)
    assert isinstance(suite, GeneratedSuite)
    found = [
        problem
        for level in suite.difficulties
        for problem in load(name, difficulty=level, size=SIZE, seed=6)
    ]
    return [(problem.prompt.rpartition("\n")[0], problem) for problem in found]


def integers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"-?\d+", text)]


def test_sequences() -> None:
    for text, problem in problems("sequences"):
        assert _sequence(text) == int(problem.answer), problem


def _sequence(text: str) -> Fraction | int:
    listed = re.search(r"(-?\d+(?:, -?\d+){2,})", text)
    terms = [int(term) for term in listed[1].split(", ")] if listed else []
    asked = integers(text)[-1]
    if "arithmetic sequence, term" in text:
        a, low, b, high, n, m = integers(text)
        line = sympy.interpolate([(a, low), (b, high)], sympy.Symbol("t"))
        return int(line.subs("t", n) + line.subs("t", m))
    if "arithmetic" in text:
        return 2 * terms[-1] - terms[-2]
    if "geometric" in text:
        return Fraction(terms[-1] ** 2, terms[-2])
    if "sum of the two before" in text:
        while len(terms) < 11:
            terms.append(terms[-1] + terms[-2])
        return terms[10]
    if "plus q," in text:
        p, q = sympy.symbols("p q")
        found = sympy.solve(
            [p * terms[0] + q - terms[1], p * terms[1] + q - terms[2]], [p, q], dict=True
        )
        while len(terms) < 8:
            terms.append(int(found[0][p] * terms[-1] + found[0][q]))
        return terms[7]
    if "one before that" in text:
        p, q = sympy.symbols("p q")
        equations = [p * terms[i + 1] + q * terms[i] - terms[i + 2] for i in range(3)]
        found = sympy.solve(equations, [p, q], dict=True)
        while len(terms) < 20:
            terms.append(int(found[0][p] * terms[-1] + found[0][q] * terms[-2]))
        return terms[19]
    t = sympy.Symbol("t")
    curve = sympy.interpolate(list(enumerate(terms, 1)), t)
    assert sympy.degree(curve, t) == (3 if "cubic" in text else 2)
    if "sum of the first" in text:
        return sum(int(curve.subs(t, k)) for k in range(1, asked + 1))
    return int(curve.subs(t, len(terms) + 1))


def test_combinatorics() -> None:
    for text, problem in problems("combinatorics"):
        assert _count(text) == int(problem.answer), problem


def _count(text: str) -> int:
    n = integers(text)
    if text.startswith("There are"):
        return len(list(itertools.product(range(n[0]), range(n[1]))))
    if "in how many orders" in text.lower():
        return int(sympy.ff(n[1], n[0]))
    if "chairs it" in text:
        return len(list(itertools.combinations(range(n[1]), n[0]))) * n[0]
    if "letters of" in text:
        letters = re.search(r"letters of ([A-Z]+)", text)
        assert letters is not None
        repeats = [math.factorial(letters[1].count(c)) for c in sorted(set(letters[1]))]
        return math.factorial(len(letters[1])) // math.prod(repeats)
    if "a team of" in text:
        women, men, size, least = n
        people = [1] * women + [0] * men
        return _teams(tuple(people), size, least)
    if "equal coins" in text:
        items, people, most = n
        return _polynomial_coefficient(people, most, items)
    if "different books" in text:
        books, people = n
        return math.factorial(people) * int(_stirling(books, people))
    return _walks(text)


@cache
def _stirling(n: int, k: int) -> int:
    if n == k:
        return 1
    return 0 if k == 0 or k > n else k * _stirling(n - 1, k) + _stirling(n - 1, k - 1)


def _teams(people: tuple[int, ...], size: int, least: int) -> int:
    """By deciding person after person."""

    @cache
    def ways(index: int, left: int, needed: int) -> int:
        if left == 0:
            return int(needed <= 0)
        if index == len(people):
            return 0
        taken = ways(index + 1, left - 1, needed - people[index])
        return taken + ways(index + 1, left, needed)

    return ways(0, size, least)


def _polynomial_coefficient(people: int, most: int, items: int) -> int:
    """The coefficient of t^items in (1 + t + ... + t^most)^people."""
    t = sympy.Symbol("t")
    generating = sympy.Poly(sum(t**k for k in range(most + 1)), t) ** people
    return int(generating.coeff_monomial(t**items))


def _walks(text: str) -> int:
    points = [tuple(map(int, pair)) for pair in re.findall(r"\((\d+), (\d+)\)", text)]
    goal, blocked = points[1], set(points[2:])
    steps = [(1, 0), (0, 1), (1, 1)] if "of both" in text else [(1, 0), (0, 1)]

    @cache
    def ways(x: int, y: int) -> int:
        if (x, y) in blocked or x > goal[0] or y > goal[1]:
            return 0
        return 1 if (x, y) == goal else sum(ways(x + a, y + b) for a, b in steps)

    return ways(0, 0)


def test_probability() -> None:
    for text, problem in problems("probability"):
        assert _chance(text) == Fraction(problem.answer), problem


def _chance(text: str) -> Fraction:
    n = integers(text)
    odds = re.search(r"probability (\d+/\d+|\d+)(?:\.| and)", text)
    if text.startswith("A bag"):
        return Fraction(n[0], n[0] + n[1])
    if text.startswith("Two balls"):
        balls = ["r"] * n[0] + ["b"] * n[1]
        pairs = list(itertools.permutations(balls, 2))
        wanted = ("r", "r") if "both are red" in text else ("r", "b")
        return Fraction(pairs.count(wanted), len(pairs))
    if text.startswith("Fair dice"):
        a, b, least = n[0], n[1], n[3]
        rolls = list(itertools.product(range(1, a + 1), range(1, b + 1)))
        return Fraction(sum(1 for roll in rolls if sum(roll) >= least), len(rolls))
    if text.startswith("A box"):
        return 1 - Fraction(math.comb(n[1], n[2]), math.comb(n[0] + n[1], n[2]))
    if text.startswith("In a factory"):
        machines = re.findall(r"makes (\d+) parts in an hour, (\d+)%", text)
        faulty = [int(w) * int(r) for w, r in machines]
        return Fraction(faulty[n[-1] - 1], sum(faulty))
    if "the largest number" in text:
        dice, sides, bonus = n[0], n[1], n[3]
        rolls = itertools.product(range(1, sides + 1), repeat=dice)
        return Fraction(sum(max(roll) for roll in rolls) * bonus, sides**dice)
    assert odds is not None
    p = Fraction(odds[1])
    if text.startswith("A gambler"):
        start, goal = n[0], n[-1]
        return _ruin(p, start, goal)
    low, high, trials = n[-3:]
    distribution = [Fraction(1)]
    for _ in range(trials):
        padded = [Fraction(0), *distribution, Fraction(0)]
        distribution = [
            padded[k + 1] * (1 - p) + padded[k] * p for k in range(len(distribution) + 1)
        ]
    return sum(distribution[low : high + 1], Fraction(0))


def _ruin(p: Fraction, start: int, goal: int) -> Fraction:
    """By solving the linear equations of the walk."""
    size = goal - 1
    matrix = sympy.zeros(size, size)
    right = sympy.zeros(size, 1)
    win = sympy.Rational(p.numerator, p.denominator)
    for i in range(size):
        matrix[i, i] = 1
        if i + 1 < size:
            matrix[i, i + 1] = -win
        else:
            right[i] = win
        if i:
            matrix[i, i - 1] = -(1 - win)
    found = matrix.LUsolve(right)[start - 1]
    return Fraction(int(found.p), int(found.q))


def test_percentages() -> None:
    for text, problem in problems("percentages"):
        assert _percent(text) == Fraction(problem.answer), problem


def _percent(text: str) -> Fraction:
    n = [Fraction(number) for number in integers(text)]
    if text.startswith("What is") and "of" in text:
        return n[0] * n[1] / 100
    if text.startswith("What is"):
        return n[0] + (n[1] if "increased" in text else -n[1]) * n[0] / 100
    if "is p percent of" in text:
        return 100 * n[0] / n[1]
    if text.startswith("After"):
        return n[1] / (1 + (n[0] if "increase" in text else -n[0]) / 100)
    if "compound" in text:
        return n[0] * (1 + n[1] / 100) ** int(n[2])
    if text.startswith("Salt"):
        weights, parts = n[::2], n[1::2]
        return sum(w * p for w, p in zip(weights, parts, strict=True)) / sum(weights)
    factor = Fraction(1)
    for word, percent in re.findall(r"(rises|falls) by (\d+)%", text):
        factor *= 1 + Fraction(int(percent), 100) * (1 if word == "rises" else -1)
    return n[-1] / factor if text.startswith("A number") else (factor - 1) * 100


# Each unit in its family's base unit, by other definitions than the generator's tables.
_UNITS = {
    "mm": Fraction(1, 1000), "cm": Fraction(1, 100), "m": Fraction(1), "km": Fraction(1000),
    "mg": Fraction(1, 10**6), "g": Fraction(1, 1000), "kg": Fraction(1), "tonne": Fraction(1000),
    "second": Fraction(1), "minute": Fraction(60), "hour": Fraction(3600),
    "day": Fraction(86_400), "week": Fraction(604_800),
    "ml": Fraction(1, 1000), "cl": Fraction(1, 100), "dl": Fraction(1, 10), "liter": Fraction(1),
    "inche": Fraction("0.0254"), "feet": Fraction("0.3048"), "yard": Fraction("0.9144"),
    "mile": Fraction("1609.344"), "ounce": Fraction("0.028349523125"),
    "pound": Fraction("0.45359237"), "stone": Fraction("6.35029318"),
}  # fmt: skip


def test_unit_conversion() -> None:
    for text, problem in problems("unit_conversion"):
        match = re.fullmatch(r"Convert (.+) to (.+)\.", text)
        assert match is not None
        amount = sum(
            Fraction(number) * _unit(unit)
            for number, unit in re.findall(r"([\d.]+) ((?:[a-z]| (?!\d))+)", match[1])
        )
        assert amount / _unit(match[2]) == Fraction(problem.answer), problem


def _unit(name: str) -> Fraction:
    top, _, bottom = name.strip().partition(" per ")
    words = top.split()
    power = {"square": 2, "cubic": 3}.get(words[0], 1)
    value = _UNITS[words[-1].removesuffix("s")] ** power
    return value / _unit(bottom) if bottom else value


def test_word_problems() -> None:
    for text, problem in problems("word_problems"):
        assert _story(text) == int(problem.answer), problem


def _story(text: str) -> Fraction:
    story, _, rest = text.partition(".")
    events = story.split(", then ")
    count = Fraction(integers(events[0])[0])
    for event in events[1:]:
        n = integers(event)
        if "doubles" in event or "triples" in event:
            count *= 2 if "doubles" in event else 3
        elif "equally" in event:
            count /= n[0]
        elif "%" in event:
            count += count * n[0] / 100 * (1 if "gains" in event else -1)
        elif "/" in event:
            count -= count * Fraction(n[0], n[1])
        elif " each" in event:
            count += n[0] * n[1]
        elif "more" in event:
            count += n[0]
        else:
            count -= n[0]
        assert count == int(count) >= 0, text
    n = integers(rest)
    return count + n[0] * count + n[1] if n else count


@pytest.mark.parametrize("level", range(1, 11))
def test_geometry(level: int) -> None:
    for problem in load("geometry", difficulty=level, size=SIZE, seed=6):
        text = problem.prompt.rpartition("\n")[0]
        answer = problem.answer
        pairs = re.findall(r"\((-?\d+), (-?\d+)\)", text)
        points = [sympy.Point(*map(int, pair)) for pair in pairs]
        if "centre" in text:
            x, y = (sympy.Rational(part) for part in answer.strip("()").split(", "))
            assert sympy.Triangle(*points).circumcenter == sympy.Point(x, y)
        else:
            assert sympy.simplify(_measure(text, points) - sympy.sympify(answer)) == 0, problem


def _measure(text: str, points: list[sympy.Point]) -> sympy.Expr:
    n = integers(text)
    if "rectangle" in text:
        return sympy.Integer(n[0] * n[1] if "area" in text else n[0] + n[1] + n[0] + n[1])
    if "trapezoid" in text:
        return sympy.Rational(n[0] + n[1], 2) * n[2]
    if "hypotenuse?" in text:
        return sympy.sqrt(n[0] ** 2 + n[1] ** 2)
    if "other leg" in text:
        return sympy.sqrt(n[1] ** 2 - n[0] ** 2)
    if "pipe" in text:
        length, inner, outer = n
        return sympy.pi * outer**2 * length - sympy.pi * inner**2 * length
    if "Three triangles" in text:
        return sum(_area(*n[i : i + 3]) for i in (0, 3, 6))
    if "distance" in text:
        return points[0].distance(points[1])
    if "perimeter" in text:
        return sympy.Triangle(*points).perimeter
    if "polygon" in text:
        return abs(sympy.Polygon(*points).area)
    return sympy.Triangle(*points).circumradius ** 2


def _area(a: int, b: int, c: int) -> sympy.Expr:
    """By the law of cosines."""
    cosine = sympy.Rational(a * a + b * b - c * c, 2 * a * b)
    return sympy.Rational(a * b, 2) * sympy.sqrt(1 - cosine**2)
