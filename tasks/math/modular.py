"""Modular arithmetic: remainders, powers, inverses, congruences."""

import math
import random
import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from ..attempts import Attempt, attempt
from ..problem import Problem
from ..suite import Draft
from .generating import MathSuite, pose


class Modular(MathSuite):
    """Compute modulo m.

    Levels: 1 remainders of numbers below 40; 2 below 1,000; 3 sums; 4 products; 5 small
    powers; 6 powers with exponents of up to 199; 7 inverses; 8 linear congruences; 9 four and
    10 eight simultaneous congruences, with larger moduli.
    """

    name = "modular"
    difficulties = range(1, 11)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 137}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        if difficulty <= 2:
            return _remainder(rng, difficulty)
        if difficulty <= 4:
            return _pair(rng, "+" if difficulty == 3 else "*")
        if difficulty <= 6:
            return _power(rng, difficulty == 6)
        if difficulty == 7:
            return _inverse(rng)
        return _congruence(rng) if difficulty == 8 else _simultaneous(rng, difficulty)

    def plausible(self, difficulty: int) -> range:
        if difficulty <= 2:
            return range(10 if difficulty == 1 else 30)
        return range(100 if difficulty < 9 else 10_000)

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """Levels 1 and 2: remainders, whose difference must be a multiple."""
        if problem.meta["difficulty"] <= 2:
            m = int(re.findall(r"\d+", problem.prompt)[1])
            for r in rng.sample(range(m), m):
                tried = self.try_answer(problem, str(r))
                assert tried is not None
                yield tried

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        if problem.meta["difficulty"] > 2 or re.fullmatch(r"\d{1,4}", answer) is None:
            return None
        a, m = map(int, re.findall(r"\d+", problem.prompt)[:2])
        rest = a - int(answer)
        works = [f"{a}-{answer}={rest}", f"{rest}={rest // m}*{m}+{rest % m}"]
        return attempt(answer, works, "+0", 0 <= int(answer) < m and rest % m == 0)


def _division(a: int, m: int) -> str:
    return f"{a} = {a // m}*{m} + {a % m}"


def _remainder(rng: random.Random, difficulty: int) -> Draft:
    m = rng.randrange(2, 10 if difficulty == 1 else 30)
    a = rng.randrange(m, 40 if difficulty == 1 else 1000)
    steps = [_division(a, m)]
    if difficulty == 2:
        steps = [f"{a // m}*{m} = {a // m * m}", f"{a} - {a // m * m} = {a % m}"]
    return pose(f"What is {a} mod {m}?", a % m, steps)


def _pair(rng: random.Random, op: str) -> Draft:
    m = rng.randrange(7, 50)
    a, b = rng.randrange(m, 1000), rng.randrange(m, 1000)
    r, s = a % m, b % m
    total = r + s if op == "+" else r * s
    steps = [_division(a, m), _division(b, m), f"{r}{op}{s} = {total}", _division(total, m)]
    return pose(f"What is ({a} {op} {b}) mod {m}?", total % m, steps)


def _squarings(a: int, k: int, m: int) -> tuple[int, list[str]]:
    """a^k mod m by repeated squaring, with each product written out."""
    result, square, power, lines = 1, a % m, 1, []
    while power <= k:
        if k & power:
            if result == 1:
                result = square
            else:
                lines.append(f"{result}*{square} = {result * square % m} mod {m}")
                result = result * square % m
        power *= 2
        if power <= k:
            lines.append(f"{a}^{power} = {square}^2 = {square * square % m} mod {m}")
            square = square * square % m
    return result, lines


def _power(rng: random.Random, large: bool) -> Draft:
    m = rng.randrange(50, 200) if large else rng.randrange(5, 30)
    a = rng.randrange(2, m)
    k = rng.randrange(20, 200) if large else rng.randrange(5, 16)
    result, lines = _squarings(a, k, m)
    return pose(f"What is {a}^{k} mod {m}?", result, lines)


def _euclid(a: int, m: int) -> tuple[int, list[str]]:
    """The inverse of a modulo m by Euclid's algorithm, keeping r = a*t mod m in each line."""
    old, new, s, t = m, a, 0, 1
    lines = [f"{a} = {a}*1 mod {m}"]
    while new > 1:
        q = old // new
        old, new, s, t = new, old - q * new, t, (s - q * t) % m
        lines.append(f"{new} = {a}*{t} mod {m}")
    return t % m, lines


def _coprime(rng: random.Random, m: int) -> int:
    while True:
        a = rng.randrange(2, m)
        if math.gcd(a, m) == 1:
            return a


def _inverse(rng: random.Random) -> Draft:
    m = rng.randrange(500, 100_000)
    a = _coprime(rng, m)
    inverse, lines = _euclid(a, m)
    question = f"Find the inverse of {a} modulo {m}, as an integer from 0 to {m - 1}."
    return pose(question, inverse, [*lines, f"inverse {inverse}"])


def _congruence(rng: random.Random) -> Draft:
    m = rng.randrange(1000, 1_000_000)
    a, b = _coprime(rng, m), rng.randrange(1, m)
    inverse, lines = _euclid(a, m)
    x = b * inverse % m
    question = f"Find the smallest x >= 0 with {a}x = {b} (mod {m})."
    steps = [*lines, f"x = {b}*{inverse} = {b * inverse}", _division(b * inverse, m)]
    return pose(question, x, steps)


def _moduli(rng: random.Random, count: int, low: int, high: int) -> list[int]:
    moduli: list[int] = []
    while len(moduli) < count:
        m = rng.randrange(low, high)
        if all(math.gcd(m, other) == 1 for other in moduli):
            moduli.append(m)
    return moduli


def _simultaneous(rng: random.Random, difficulty: int) -> Draft:
    low, count = (50, 4) if difficulty == 9 else (200, 8)
    moduli = _moduli(rng, count, low, 10 * low)
    remainders = [rng.randrange(m) for m in moduli]
    x, product, steps = remainders[0], moduli[0], []
    for r, m in zip(remainders[1:], moduli[1:], strict=True):
        residue = product % m
        inverse, lines = _euclid(residue, m) if residue > 1 else (1, [])
        k = (r - x) * inverse % m
        steps += [f"{x} + {product}k = {r} mod {m}", *lines, f"k = {k}"]
        x, product = x + product * k, product * m
        steps.append(f"x = {x} mod {product}")
    conditions = ", ".join(f"x = {r} (mod {m})" for r, m in zip(remainders, moduli, strict=True))
    return pose(f"Find the smallest x >= 0 with {conditions}.", x, steps)


load = Modular
