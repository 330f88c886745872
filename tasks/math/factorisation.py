"""Factorisation of whole numbers into primes and of polynomials into linear factors."""

import random
import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from ..attempts import Attempt, attempt
from ..problem import Problem
from ..suite import Draft
from .generating import MathSuite, pose
from .generating.polynomial import Coefficients, linear, multiply, polynomial
from .generating.primes import factorise, primes_below

_QUADRATIC = re.compile(r"Factor x\^2(?: ([+-]) (\d*)x)? ([+-]) (\d+) as \(x \+ a\)\(x \+ b\) ")
_PRIMES = "the primes in ascending order, repeated as often as they occur, separated by commas,"


class Factorisation(MathSuite):
    """Factor numbers and polynomials.

    Levels: 1 products of a prime below 15 and one below 100; 2 `x^2 + bx + c`; 3 numbers below
    1,000; 4 products of four primes below 100; 5 `ax^2 + bx + c`; 6 monic cubics; 7 quartics;
    8 quintics with larger roots; 9 products of two primes below 1,000.
    """

    name = "factorisation"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 62, 2: 68}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        if difficulty in (1, 3, 4, 9):
            return _number(rng, difficulty)
        if difficulty == 5:
            return _general_quadratic(rng)
        count, size = {2: (2, 9), 6: (3, 9), 7: (4, 12), 8: (5, 20)}[difficulty]
        return _monic(rng, count, size)

    def plausible(self, difficulty: int) -> range:
        return range(2, 12) if difficulty in (1, 3) else range(-9, 10)

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """Level 1: a small prime and its whole quotient. Level 2: pairs with the product c."""
        texts: list[str] = []
        if problem.meta["difficulty"] == 1:
            number = _number_in(problem.prompt)
            pairs = [sorted((p, number // p)) for p in primes_below(15) if number // p > 1]
            texts = list(dict.fromkeys(f"{p}, {q}" for p, q in pairs))
        elif (told := _quadratic(problem.prompt)) is not None:
            firsts = [n for n in range(-9, 10) if n and told[1] % n == 0]
            texts = [f"({n}, {told[1] // n})" for n in firsts if n < told[1] // n <= 9]
        for text in rng.sample(texts, len(texts)):
            tried = self.try_answer(problem, text)
            assert tried is not None
            yield tried

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        told = _quadratic(problem.prompt)
        form = r"\d{1,4}, \d{1,4}" if told is None else r"\(-?\d{1,4}, -?\d{1,4}\)"
        if problem.meta["difficulty"] > 2 or not re.fullmatch(form, answer):
            return None
        a, b = map(int, answer.strip("()").split(", "))
        product = f"{a}*{_signed(b)}={a * b}"
        if told is not None:
            right = a < b and (a + b, a * b) == told
            return attempt(answer, [product, f"{a}+{_signed(b)}={a + b}"], str(told[0]), right)
        number = _number_in(problem.prompt)
        right = a <= b and a * b == number and factorise(number) == [a, b]
        return attempt(answer, [product], str(number), right)


def _number_in(prompt: str) -> int:
    """The number of a prompt about its primes."""
    return int(re.findall(r"\d+", prompt)[0])


def _quadratic(prompt: str) -> tuple[int, int] | None:
    """b and c of a prompt about `x^2 + bx + c`."""
    match = re.match(
        r"Factor x\^2(?: ([+-]) (\d*)x)? ([+-]) (\d+) as \(x \+ a\)\(x \+ b\) ", prompt
    )
    if match is None:
        return None
    b = int(f"{match[1]}{match[2] or 1}") if match[1] else 0
    return b, int(f"{match[3]}{match[4]}")


def _drawn_primes(rng: random.Random, difficulty: int) -> list[int]:
    if difficulty == 1:
        return [rng.choice(primes_below(15)), rng.choice(primes_below(100))]
    if difficulty == 3:
        while True:
            primes = factorise(rng.randrange(60, 1000))
            if len(primes) > 2:
                return primes
    if difficulty == 4:
        return [rng.choice(primes_below(100)[3:]) for _ in range(4)]
    return [rng.choice(primes_below(1000)[60:]) for _ in range(2)]


def _number(rng: random.Random, difficulty: int) -> Draft:
    primes = sorted(_drawn_primes(rng, difficulty))
    number = rest = 1
    for prime in primes:
        number *= prime
    rest, steps = number, []
    for prime in primes[:-1]:
        if difficulty == 9:
            steps += [f"{rest} mod {p} = {rest % p}" for p in primes_below(prime)]
        steps.append(f"{rest}/{prime}={rest // prime}")
        rest //= prime
    question = f"Write {number} as a product of primes."
    return pose(question, ", ".join(map(str, primes)), steps, _PRIMES, str(number))


def _distinct(rng: random.Random, count: int, size: int) -> list[int]:
    numbers = [n for n in range(-size, size + 1) if n]
    return sorted(rng.sample(numbers, count))


def _letters(count: int) -> str:
    return ", ".join("abcde"[:count])


def _monic(rng: random.Random, count: int, size: int) -> Draft:
    constants = _distinct(rng, count, size)
    product: Coefficients = multiply([1], [1])
    for constant in constants:
        product = multiply(product, [constant, 1])
    steps, rest = [], product
    if count == 2:
        a, b = constants
        steps = [f"{a}+{_signed(b)}={a + b}", f"{a}*{_signed(b)}={a * b}"]
    else:
        for constant in constants:
            rest = _divided(rest, -constant)
            steps.append(f"x = {-constant} is a root, divide: {polynomial(rest)}")
    factors = "".join(f"(x + {letter})" for letter in "abcde"[:count])
    order = " < ".join("abcde"[:count])
    question = f"Factor {polynomial(product)} as {factors} with {order}."
    return pose(question, f"({', '.join(map(str, constants))})", steps, f"({_letters(count)})")


def _divided(coefficients: Coefficients, root: int) -> Coefficients:
    """The quotient by (x - root), by Horner's rule."""
    quotient, carry = [], coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        quotient.append(carry)
        carry = coefficient + carry * root
    return quotient[::-1]


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def _general_quadratic(rng: random.Random) -> Draft:
    while True:
        a, c = rng.randrange(3, 10), rng.randrange(1, 10)
        b, d = (rng.choice((-1, 1)) * rng.randrange(1, 13) for _ in range(2))
        # Primitive factors with a > c have no common constant to move between them.
        if a > c and _coprime(a, b) and _coprime(c, d):
            break
    product = multiply([b, a], [d, c])
    e, f, g = (int(value) for value in reversed(product))
    question = f"Factor {polynomial(product)} as (ax + b)(cx + d) with whole numbers and a > c > 0."
    steps = [
        f"{a * d}+{_signed(b * c)}={f}, {a * d}*{_signed(b * c)}={e * g}",
        f"{c}x({linear(a, b)}) = {polynomial([0, b * c, a * c])}",
        f"{d}({linear(a, b)}) = {polynomial([b * d, a * d])}",
    ]
    unique = [pair for pair in _splittings(e, f, g) if pair == (a, b, c, d)]
    if len(_splittings(e, f, g)) != 1 or not unique:
        return _general_quadratic(rng)
    return pose(question, f"({a}, {b}, {c}, {d})", steps, "(a, b, c, d)")


def _splittings(e: int, f: int, g: int) -> list[tuple[int, int, int, int]]:
    """Every (a, b, c, d) with (ax+b)(cx+d) = ex^2+fx+g and a > c > 0."""
    found = []
    for c in range(1, e):
        a, remainder = divmod(e, c)
        if remainder or a <= c:
            continue
        for b in [n for n in range(-abs(g), abs(g) + 1) if n and g % n == 0]:
            if a * (g // b) + b * c == f:
                found.append((a, b, c, g // b))
    return found


def _coprime(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return abs(a) == 1


load = Factorisation
