"""Number theory: divisors, primes, divisor functions, factorials, orders."""

import math
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose
from .generating.primes import factorise, primes_below


class NumberTheory(MathSuite):
    """Greatest common divisors and what follows from factorisation.

    Levels: 1 gcd of small numbers; 2 lcm; 3 the number of divisors; 4 gcd of large
    numbers; 5 their sum; 6 Euler's totient; 7 amounts that two coins cannot
    pay; 8 powers that divide factorials; 9 multiplicative orders.
    """

    name = "number_theory"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {3: 130}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(1, 20 if difficulty == 1 else 500)


def _euclid(a: int, b: int) -> tuple[int, list[str]]:
    steps = []
    while b:
        steps.append(f"{a} = {a // b}*{b} + {a % b}")
        a, b = b, a % b
    return a, steps


def _gcd(rng: random.Random) -> Draft:
    common = rng.randrange(1, 10)
    a, b = common * rng.randrange(2, 10), common * rng.randrange(2, 10)
    result, steps = _euclid(max(a, b), min(a, b))
    return pose(f"What is the gcd of {a} and {b}?", result, steps)


def _lcm(rng: random.Random) -> Draft:
    common = rng.randrange(1, 13)
    a, b = common * rng.randrange(2, 16), common * rng.randrange(2, 16)
    divisor, steps = _euclid(max(a, b), min(a, b))
    steps += [f"{a}*{b}={a * b}", f"{a * b}/{divisor}={a * b // divisor}"]
    return pose(f"What is the lcm of {a} and {b}?", a * b // divisor, steps)


def _large_gcd(rng: random.Random) -> Draft:
    common = rng.randrange(2, 1000)
    a, b = common * rng.randrange(20, 1000), common * rng.randrange(20, 1000)
    result, steps = _euclid(max(a, b), min(a, b))
    return pose(f"What is the gcd of {a} and {b}?", result, steps)


def _rich(rng: random.Random, count: int, limit: int) -> int:
    """A number with at least `count` prime factors, counted with multiplicity."""
    number = 1
    while number < 30:
        number = math.prod(rng.choice(primes_below(limit)) for _ in range(count))
    return number


def _factored(number: int) -> tuple[Counter[int], list[str]]:
    powers, rest, steps = Counter(factorise(number)), number, []
    for prime in factorise(number)[:-1]:
        steps.append(f"{rest}/{prime}={rest // prime}")
        rest //= prime
    product = "*".join(f"{p}^{k}" if k > 1 else str(p) for p, k in powers.items())
    return powers, [*steps, f"{number} = {product}"]


def _product(factors: list[int]) -> str:
    return f"{'*'.join(map(str, factors))}={math.prod(factors)}"


def _divisor_count(rng: random.Random) -> Draft:
    number = _rich(rng, 7, 12)
    powers, steps = _factored(number)
    factors = [k + 1 for k in powers.values()]
    question = f"How many positive divisors does {number} have?"
    return pose(question, math.prod(factors), [*steps, _product(factors)])


def _divisor_sum(rng: random.Random) -> Draft:
    number = _rich(rng, 7, 24)
    powers, steps = _factored(number)
    factors = []
    for prime, power in powers.items():
        terms = [prime**k for k in range(power + 1)]
        steps.append(f"{'+'.join(map(str, terms))}={sum(terms)}")
        factors.append(sum(terms))
    question = f"What is the sum of the positive divisors of {number}?"
    return pose(question, math.prod(factors), [*steps, _product(factors)])


def _totient(rng: random.Random) -> Draft:
    number = _rich(rng, 8, 60)
    powers, steps = _factored(number)
    factors = []
    for prime, power in powers.items():
        low = prime ** (power - 1)
        steps.append(f"{prime}^{power}-{prime}^{power - 1}={low * prime - low}")
        factors.append(low * prime - low)
    question = f"How many of the integers 1 to {number} are coprime to {number}?"
    return pose(question, math.prod(factors), [*steps, _product(factors)])


def _legendre(n: int, p: int) -> tuple[int, list[str]]:
    total, power, steps = 0, p, []
    while power <= n:
        steps.append(f"floor({n}/{power})={n // power}")
        if total:
            steps.append(f"{total}+{n // power}={total + n // power}")
        total += n // power
        power *= p
    return total, steps


def _factorial(rng: random.Random) -> Draft:
    n = rng.randrange(2000, 100_000)
    p, q = rng.choice(primes_below(12)), rng.choice(primes_below(60)[5:])
    (a, first), (b, second) = _legendre(n, p), _legendre(n, q)
    m = p * q
    question = f"What is the largest k such that {m}^k divides {n}! (the factorial)?"
    opening = f"{m} = {p}*{q}"
    return pose(question, min(a, b), [opening, *first, *second, f"min({a}, {b})={min(a, b)}"])


def _frobenius(rng: random.Random) -> Draft:
    total, steps, shown = 0, [], []
    for _ in range(3):
        while True:
            a, b = rng.randrange(20, 200), rng.randrange(20, 200)
            if math.gcd(a, b) == 1:
                break
        value = a * b - a - b
        steps += _euclid(max(a, b), min(a, b))[1]
        steps.append(f"{a}*{b}-{a}-{b}={value}")
        steps.append(f"{total}+{value}={total + value}")
        total += value
        shown.append(f"{a} and {b}")
    question = (
        "For each pair of coin values, take the largest amount that cannot be paid exactly: "
        f"{'; '.join(shown)}. What is the sum of these amounts?"
    )
    return pose(question, total, steps)


def _order(rng: random.Random) -> Draft:
    prime = rng.choice(primes_below(2000)[150:])
    a = rng.randrange(2, prime - 1)
    order, steps = prime - 1, [f"{prime} is prime, the order divides {prime - 1}"]
    steps.append(f"{prime - 1} = {'*'.join(map(str, factorise(prime - 1)))}")
    for factor in factorise(prime - 1):
        tried = order // factor
        power = pow(a, tried, prime)
        steps.append(f"{a}^{tried} = {power} mod {prime}")
        if power == 1:
            order = tried
            steps.append(f"order divides {order}")
    base = rng.randrange(2, 17)
    question = (
        f"Let k be the smallest positive integer with {a}^k = 1 (mod {prime}). "
        f"What is k * {base}^7 + k^2?"
    )
    steps += [f"{base}^7={base**7}", f"{order}*{base**7}={order * base**7}"]
    steps += [f"{order}^2={order**2}", f"sum {order * base**7 + order**2}"]
    steps = [*_squares(a, prime), *steps]
    return pose(question, order * base**7 + order**2, steps)


def _squares(a: int, m: int) -> list[str]:
    """a^2, a^4, ... mod m, from which every power follows."""
    steps, power = [], 1
    while 2 * power < m:
        power *= 2
        steps.append(f"{a}^{power} = {pow(a, power // 2, m)}^2 = {pow(a, power, m)} mod {m}")
    return steps


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _gcd,
    2: _lcm,
    3: _divisor_count,
    4: _large_gcd,
    5: _divisor_sum,
    6: _totient,
    7: _frobenius,
    8: _factorial,
    9: _order,
}

load = NumberTheory
