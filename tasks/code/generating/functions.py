"""Functions to write: words for what a function returns, and a reference program for it."""

import random
from dataclasses import dataclass

from .specs import DESCRIBED, PARAMETERS, Chain, chain, condition, one_op

TYPES = ("int", "str", "ints", "strs")


@dataclass(frozen=True, slots=True)
class Function:
    """One function to write, named `f`."""

    words: str
    """The sentence that asks for it."""
    source: str
    takes: str
    """The type of its parameter."""
    steps: tuple[str, ...]


def _define(body: list[str], takes: str) -> str:
    return "\n".join([f"def f({PARAMETERS[takes]}):", *("    " + line for line in body)])


def single(rng: random.Random, types: tuple[str, ...], top: int) -> Function:
    """One operation on one of the types: "returns x plus 3"."""
    takes = rng.choice(types)
    op = one_op(rng, takes, top)
    noun = op.noun.format(v=PARAMETERS[takes])
    what = "" if takes == "int" else f" of {DESCRIBED[takes].rsplit(' ', 1)[0]}"
    words = f"Write a Python function f({PARAMETERS[takes]}){what} that returns {noun}."
    code = op.apply(PARAMETERS[takes])
    return Function(words, _define([f"return {code}"], takes), takes, (f"{noun}: {code}",))


def piped(rng: random.Random, length: int, top: int) -> Function:
    """Several operations in a row."""
    made = chain(rng, rng.choice(TYPES), length, top)
    words = (
        f"Write a Python function f({PARAMETERS[made.takes]}) that takes {DESCRIBED[made.takes]}, "
        f"{made.verbs}, and returns the result."
    )
    source = _define([f"return {made.expression}"], made.takes)
    return Function(words, source, made.takes, tuple(made.steps))


def branched(rng: random.Random, length: int, top: int) -> Function:
    """One of two chains, by a condition; each gives the same type."""
    takes = rng.choice(TYPES)
    first = chain(rng, takes, length, top)
    second = first
    while second.gives != first.gives or second.expression == first.expression:
        second = chain(rng, takes, length, top)
    said, test = condition(rng, takes)
    words = (
        f"Write a Python function f({PARAMETERS[takes]}) that takes {DESCRIBED[takes]}. "
        f"If {said}, it {first.verbs}; otherwise it {second.verbs}. It returns the result."
    )
    body = [f"if {test}:", f"    return {first.expression}", f"return {second.expression}"]
    steps = (f"test: {test}", *first.steps, "otherwise:", *second.steps)
    return Function(words, _define(body, takes), takes, steps)


def folded(rng: random.Random, rules: int) -> Function:
    """A running value over a list, changed by the first rule that fits each number."""
    start, bound = rng.randint(0, 9), rng.randint(30, 200)
    said: list[str] = []
    body = [f"t = {start}", "for a in xs:"]
    tests = rng.sample(
        [
            (f"a is divisible by {(k := rng.randint(3, 7))}", f"a % {k} == 0"),
            ("a is even", "a % 2 == 0"),
            ("a is negative", "a < 0"),
            ("a is greater than t", "a > t"),
            (f"t is greater than {(m := rng.randint(10, 60))}", f"t > {m}"),
            (f"t + a is divisible by {(j := rng.randint(2, 5))}", f"(t + a) % {j} == 0"),
        ],
        rules,
    )
    actions = rng.sample(
        [
            ("t becomes t + a", "t = t + a"), ("t becomes t - a", "t = t - a"),
            ("t becomes 2 * t + a", "t = 2 * t + a"), ("t becomes a", "t = a"),
            ("t becomes t + 1", "t = t + 1"), ("t becomes a - t", "t = a - t"),
            ("t becomes t // 2", "t = t // 2"), ("t becomes t + a * a", "t = t + a * a"),
        ],
        rules + 1,
    )  # fmt: skip
    for index, ((when, test), (what, action)) in enumerate(zip(tests, actions, strict=False)):
        said.append(f"{'if' if index == 0 else 'else if'} {when}, {what}")
        body += [f"    {'if' if index == 0 else 'elif'} {test}:", f"        {action}"]
    said.append(f"else {actions[rules][0]}")
    body += ["    else:", f"        {actions[rules][1]}", f"    if t > {bound}:"]
    body += [f"        t = t % {bound}", "return t"]
    words = (
        f"Write a Python function f(xs) on a list of integers. Start with t = {start}. For each "
        f"number a of xs in order: {'; '.join(said)}; after that, if t is greater than {bound}, "
        f"t becomes t modulo {bound}. It returns t."
    )
    return Function(words, _define(body, "ints"), "ints", tuple(line.strip() for line in body))


def recurrence(rng: random.Random, order: int) -> Function:
    """A sequence given by a recurrence; f(x) is its term number abs(x) modulo 200."""
    m = rng.randint(50, 999)
    first = [rng.randint(0, 9) for _ in range(order)]
    factors = [rng.randint(1, 5) for _ in range(order)]
    bend = rng.randint(2, 9)
    terms = [f"{factor} * a(i - {lag})" for lag, factor in enumerate(factors, start=1)]
    given = ", ".join(f"a({i}) = {value}" for i, value in enumerate(first))
    words = (
        f"A sequence has {given} and, for i >= {order}, a(i) = ({' + '.join(terms)} + i) % {m}, "
        f"except that a(i) = a(i - 1) // 2 where i is divisible by {bend}. Write a Python function "
        f"f(x) that returns a(n), where n is the absolute value of x modulo 200."
    )
    code = " + ".join(f"{factor} * a[i - {lag}]" for lag, factor in enumerate(factors, start=1))
    body = [
        "n = abs(x) % 200", f"a = {first}", f"for i in range({order}, n + 1):",
        f"    if i % {bend} == 0:", "        a.append(a[i - 1] // 2)", "    else:",
        f"        a.append(({code} + i) % {m})", "return a[n]",
    ]  # fmt: skip
    return Function(words, _define(body, "int"), "int", tuple(line.strip() for line in body))


def draw_function(rng: random.Random, difficulty: int) -> Function:
    """A function of a difficulty from 1 (one operation) to 6 (loops with state).

    Difficulty 0 is one operation with an integer and numbers up to 9.
    """
    if difficulty == 0:
        return single(rng, ("int",), 9)
    if difficulty == 1:
        return single(rng, ("int", "int", "str", "ints"), 50)
    if difficulty == 2:
        return piped(rng, 2, 20)
    if difficulty == 3:
        return piped(rng, rng.randint(3, 4), 30)
    if difficulty == 4:
        return branched(rng, 2, 30)
    if difficulty == 5:
        return rng.choice([folded(rng, 2), branched(rng, 4, 50)])
    return rng.choice([folded(rng, 4), recurrence(rng, rng.randint(2, 4))])


__all__ = ["Chain", "Function", "draw_function"]
