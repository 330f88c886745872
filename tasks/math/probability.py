"""Probability with exact answers: draws, dice, coins, Bayes, waiting, walks."""

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar

from ..problem import Problem
from ..prompting import reply
from ..suite import Draft
from .generating import MathSuite, pose, show

_FORM = "an integer or a fraction in lowest terms"


class Probability(MathSuite):
    """Find a probability or an expectation.

    Levels: 1 one draw from a bag; 2 two draws without replacement; 3 sums of two dice;
    4 counts in biased trials; 5 at least one of several draws; 6 Bayes' rule with
    several causes; 7 the expected largest of dice; 8 a count within bounds in biased trials;
    9 the ruin of a gambler.
    """

    name = "probability"
    difficulties = range(1, 10)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 180, 2: 190, 4: 180, 5: 130}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        bottom = rng.randrange(2, 21)
        return reply(show(Fraction(rng.randrange(1, bottom), bottom)))

    def chance(self, problem: Problem) -> float:
        value = Fraction(problem.answer)
        # The denominators 2 to 20 are equally likely, and then the numerators.
        fitting = [n for n in range(2, 21) if 0 < value < 1 and n % value.denominator == 0]
        return sum(1 / (19 * (n - 1)) for n in fitting)


def _bag(rng: random.Random) -> Draft:
    red, blue = rng.randrange(1, 21), rng.randrange(1, 21)
    result = Fraction(red, red + blue)
    steps = [f"{red}+{blue}={red + blue}", f"{red}/{red + blue} = {show(result)}"]
    question = f"A bag has {red} red and {blue} blue balls. One is drawn. P(red)?"
    return pose(question, result, steps, "the fraction in lowest terms")


def _two_draws(rng: random.Random) -> Draft:
    red, blue = rng.randrange(2, 16), rng.randrange(2, 16)
    total = red + blue
    same = rng.random() < 0.5
    first, second = (red, red - 1) if same else (red, blue)
    result = Fraction(first * second, total * (total - 1))
    steps = [
        f"{red}+{blue}={total}",
        f"({first}/{total})*({second}/{total - 1}) = {first * second}/{total * (total - 1)}",
        f"{first * second}/{total * (total - 1)} = {show(result)}",
    ]
    wanted = "both are red" if same else "the first is red and the second is blue"
    question = (
        f"Two balls are drawn without replacement from {red} red and {blue} blue balls. "
        f"What is the probability that {wanted}?"
    )
    return pose(question, result, steps, _FORM)


def _dice(rng: random.Random) -> Draft:
    a, b = rng.randrange(6, 13), rng.randrange(6, 13)
    least = rng.randrange(4, a + b)
    rows = []
    for i in range(1, a + 1):
        good = max(0, min(b, b - (least - i) + 1))
        if good:
            rows.append((i, good))
    total = sum(good for _, good in rows)
    result = Fraction(total, a * b)
    steps = [f"{i}: {good}" for i, good in rows]
    steps += [f"sum {total}, of {a}*{b}={a * b}", f"{total}/{a * b} = {show(result)}"]
    question = (
        f"Fair dice with {a} and {b} sides (numbered from 1) are rolled. "
        f"What is the probability that the sum is at least {least}?"
    )
    return pose(question, result, steps, _FORM)


def _at_least_one(rng: random.Random) -> Draft:
    good, bad, draws = rng.randrange(2, 9), rng.randrange(6, 20), rng.randrange(4, 7)
    total, none, steps = good + bad, Fraction(1), []
    for i in range(draws):
        factor = Fraction(bad - i, total - i)
        steps.append(f"({show(none)})*({bad - i}/{total - i}) = {show(none * factor)}")
        none *= factor
    result = 1 - none
    steps.append(f"1-{show(none)} = {show(result)}")
    question = (
        f"A box holds {good} winning and {bad} losing tickets. {draws} are drawn together. "
        "What is the probability of at least one winning ticket?"
    )
    return pose(question, result, steps, _FORM)


def _trials(p: Fraction, n: int, counts: range) -> tuple[Fraction, list[str]]:
    total, steps = Fraction(0), []
    for k in counts:
        ways, part = math.comb(n, k), math.comb(n, k) * p**k * (1 - p) ** (n - k)
        steps.append(f"C({n},{k})={ways}")
        steps.append(f"{ways}*({show(p)})^{k}*({show(1 - p)})^{n - k} = {show(part)}")
        total += part
        if len(counts) > 1:
            steps.append(f"sum {show(total)}")
    return total, steps


def _biased(rng: random.Random) -> tuple[Fraction, int]:
    bottom = rng.randrange(2, 8)
    return Fraction(rng.randrange(1, bottom), bottom), rng.randrange(4, 9)


def _exactly(rng: random.Random) -> Draft:
    p, n = _biased(rng)
    k = rng.randrange(1, n)
    result, steps = _trials(p, n, range(k, k + 2))
    question = (
        f"A trial succeeds with probability {show(p)}. What is the probability of {k} or {k + 1} "
        f"successes in {n} independent trials?"
    )
    return pose(question, result, steps, _FORM)


def _bayes(rng: random.Random) -> Draft:
    count = 5
    weights = [rng.randrange(1, 20) for _ in range(count)]
    rates = [rng.randrange(1, 40) for _ in range(count)]
    chosen = rng.randrange(count)
    total, steps = Fraction(0), []
    for weight, rate in zip(weights, rates, strict=True):
        part = Fraction(weight, sum(weights)) * Fraction(rate, 100)
        steps.append(f"({weight}/{sum(weights)})*({rate}/100) = {show(part)}")
        steps.append(f"{show(total)}+{show(part)} = {show(total + part)}")
        total += part
    mine = Fraction(weights[chosen], sum(weights)) * Fraction(rates[chosen], 100)
    result = mine / total
    steps.append(f"({show(mine)})/({show(total)}) = {show(result)}")
    listed = ", ".join(
        f"machine {i + 1} makes {w} parts in an hour, {r}% of them faulty"
        for i, (w, r) in enumerate(zip(weights, rates, strict=True))
    )
    question = (
        f"In a factory, {listed}. A part drawn at random is faulty. "
        f"What is the probability that machine {chosen + 1} made it?"
    )
    return pose(question, result, steps, _FORM)


def _largest(rng: random.Random) -> Draft:
    sides, dice = rng.randrange(8, 13), rng.randrange(3, 6)
    total, steps = Fraction(0), []
    for value in range(1, sides + 1):
        part = Fraction(value**dice - (value - 1) ** dice, sides**dice)
        powers = f"({value}^{dice}-{value - 1}^{dice})/{sides}^{dice}"
        steps.append(f"P({value}) = {powers} = {show(part)}")
        total += value * part
    steps.append(f"sum of value*P = {show(total)}")
    bonus = rng.randrange(1, 50)
    result = total * bonus
    steps.append(f"({show(total)})*{bonus} = {show(result)}")
    question = (
        f"{dice} fair dice with {sides} sides (numbered from 1) are rolled and the largest number "
        f"times {bonus} is paid. What is the expected payment?"
    )
    return pose(question, result, steps, _FORM)


def _within(rng: random.Random) -> Draft:
    p, _ = _biased(rng)
    n = rng.randrange(12, 17)
    low = rng.randrange(2, 5)
    high = low + rng.randrange(5, 8)
    result, steps = _trials(p, n, range(low, high + 1))
    question = (
        f"A trial succeeds with probability {show(p)}. What is the probability of at least {low} "
        f"and at most {high} successes in {n} independent trials?"
    )
    return pose(question, result, steps, _FORM)


def _ruin(rng: random.Random) -> Draft:
    """P_i = (sum of r^j, j < i) / (sum of r^j, j < n) with r = q/p, from P_(i+1)-P_i = r^i P_1."""
    while True:
        p = Fraction(rng.randrange(1, 12), rng.randrange(12, 24))
        if p != Fraction(1, 2):
            break
    goal = rng.randrange(14, 20)
    start = rng.randrange(3, goal - 2)
    ratio, total, steps, at_start = (1 - p) / p, Fraction(0), [], Fraction(0)
    steps.append(f"r = ({show(1 - p)})/({show(p)}) = {show(ratio)}")
    for j in range(goal):
        total += ratio**j
        steps.append(f"1+...+r^{j} = {show(total)}")
        if j == start - 1:
            at_start = total
    result = at_start / total
    steps.append(f"({show(at_start)})/({show(total)}) = {show(result)}")
    question = (
        f"A gambler with {start} dollars bets 1 dollar a round, winning it with probability "
        f"{show(p)} and losing it otherwise, until he has {goal} dollars or none. "
        f"What is the probability that he reaches {goal}?"
    )
    return pose(question, result, steps, _FORM)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _bag,
    2: _two_draws,
    3: _dice,
    4: _exactly,
    5: _at_least_one,
    6: _bayes,
    7: _largest,
    8: _within,
    9: _ruin,
}

load = Probability
