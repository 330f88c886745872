"""Every gold of the algebra and calculus suites against sympy, from the text of the prompt."""

import math
import os
import random
import re

import mpmath
import pytest
import sympy
from assay.tasks import Problem, load
from assay.tasks.suite import GeneratedSuite
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

SIZE = int(os.environ.get("ASSAY_CONTRACT_SIZE", "6"))
X = sympy.Symbol("x")
NAMES = {name: sympy.Symbol(name) for name in "xyzwvF"} | {"e": sympy.E, "i": sympy.I}
RULES = (*standard_transformations, convert_xor, implicit_multiplication)


def parse(text: str) -> sympy.Expr:
    """The prompt's notation, which our generators wrote: never model text."""
    return parse_expr(text, local_dict=dict(NAMES), transformations=RULES)


def problems(name: str) -> list[Problem]:
    suite = load(name)
    assert isinstance(suite, GeneratedSuite)
    return [
        problem
        for level in suite.difficulties
        for problem in load(name, difficulty=level, size=SIZE, seed=5)
    ]


def question(problem: Problem) -> str:
    return problem.prompt.rpartition("\n")[0]


def listed(answer: str) -> list[sympy.Expr]:
    return [parse(part) for part in answer.strip("()").split(", ")]


def test_arithmetic_by_sympy() -> None:
    for problem in problems("arithmetic"):
        expression = re.fullmatch(r"What is (.+)\?", question(problem))
        assert expression is not None
        assert sympy.Rational(problem.answer) == parse(expression[1])


def test_linear_equations_by_sympy() -> None:
    for problem in problems("linear_equations"):
        left, right = question(problem).removeprefix("Solve for x: ").split(" = ")
        assert sympy.solve(parse(left) - parse(right), X) == [sympy.Rational(problem.answer)]


def test_linear_systems_have_one_solution() -> None:
    for problem in problems("linear_systems"):
        rows = question(problem).removeprefix("Solve ").removesuffix(".").split(", ")
        equations = [parse(left) - parse(right) for left, right in (r.split(" = ") for r in rows)]
        unknowns = [NAMES[name] for name in "xyzwv"[: len(rows)]]
        found = sympy.linsolve(equations, unknowns)
        assert found == sympy.FiniteSet(tuple(listed(problem.answer)))


def test_quadratic_equations_by_sympy() -> None:
    for problem in problems("quadratic_equations"):
        text = question(problem)
        equation = re.search(r"(?:Solve|with) (.+) = (.+)\.", text)
        assert equation is not None
        roots = sympy.roots(parse(equation[1]) - parse(equation[2]), X)
        wanted = [root for root in roots if "positive" not in text or root > 0]
        answers = (
            [parse(part) for part in problem.answer.split(", ")]
            if "," in problem.answer
            else [sympy.Rational(problem.answer)]
        )
        assert len(answers) == len(wanted)
        for root in wanted:
            assert any(sympy.simplify(root - answer) == 0 for answer in answers), problem


def test_polynomials_by_sympy() -> None:
    for problem in problems("polynomials"):
        text = question(problem)
        if text.startswith("Expand"):
            expression = parse(text.removeprefix("Expand ").removesuffix("."))
            assert "(" not in problem.answer
            assert sympy.expand(expression) == parse(problem.answer)
        else:
            match = re.fullmatch(r"What is (.+) at x = (.+)\?", text)
            assert match is not None
            value = parse(match[1]).subs(X, sympy.Rational(match[2]))
            assert value == sympy.Rational(problem.answer)


def test_factorisation_by_sympy() -> None:
    for problem in problems("factorisation"):
        text = question(problem)
        number = re.fullmatch(r"Write (\d+) as a product of primes\.", text)
        parts = [int(part) for part in problem.answer.strip("()").split(", ")]
        if number:
            factors = sympy.factorint(int(number[1]))
            assert parts == sorted(p for p, k in factors.items() for _ in range(k))
            continue
        match = re.fullmatch(r"Factor (.+) as (\(.+\)) with (.+)\.", text)
        assert match is not None
        if "whole numbers" in match[3]:
            a, b, c, d = parts
            assert a > c > 0
            product = (a * X + b) * (c * X + d)
        else:
            assert parts == sorted(set(parts))
            product = sympy.prod(X + part for part in parts)
        assert sympy.expand(product - parse(match[1])) == 0


def test_derivatives_by_sympy() -> None:
    order = {"derivative": 1, "second derivative": 2, "third derivative": 3, "fourth derivative": 4}
    for problem in problems("derivatives"):
        match = re.fullmatch(r"What is the (.+) of (.+) with respect to x\?", question(problem))
        assert match is not None
        right = sympy.diff(parse(match[2]), X, order[match[1]])
        difference = sympy.lambdify(X, right - parse(problem.answer), "mpmath")
        scale = sympy.lambdify(X, right, "mpmath")
        for point in ("0.731", "1.377", "2.113"):
            with mpmath.workdps(60):
                at = mpmath.mpf(point)
                assert abs(difference(at)) < mpmath.mpf(10) ** -40 * (1 + abs(scale(at))), problem


def test_integrals_by_quadrature_and_sympy() -> None:
    for problem in problems("integrals"):
        text = question(problem)
        primitive = re.fullmatch(r"Find F with F' = (.+) and F\(0\) = 0\.", text)
        if primitive:
            found = parse(problem.answer)
            assert sympy.expand(sympy.diff(found, X) - parse(primitive[1])) == 0
            assert found.subs(X, 0) == 0
            continue
        match = re.fullmatch(r"What is the integral of (.+) from x = (\S+) to x = (\S+)\?", text)
        assert match is not None
        function = sympy.lambdify(X, parse(match[1]), "mpmath")
        with mpmath.workdps(40):
            bounds = [mpmath.mpf(parse(bound).evalf(50)) for bound in (match[2], match[3])]
            value = mpmath.quad(function, mpmath.linspace(*bounds, 9))
            claimed = mpmath.mpf(parse(problem.answer).evalf(50))
            assert mpmath.almosteq(value, claimed, 1e-25, 1e-25), problem


def test_fractions_by_sympy() -> None:
    for problem in problems("fractions"):
        text = question(problem)
        answer = sympy.Rational(problem.answer)
        mixed = [
            int(whole) + sympy.Rational(part)
            for whole, part in re.findall(r"(\d+) (\d+/\d+)", text)
        ]
        if text.startswith("Simplify"):
            assert answer == sympy.Rational(text.removeprefix("Simplify ").removesuffix("."))
        elif text.startswith("Divide"):
            assert answer == mixed[0] / mixed[1]
        elif text.startswith("Add"):
            assert answer == sum(mixed)
        elif text.startswith("Digits"):
            decimals = re.findall(r"0\.(\d\d)\((\d{3})\)", text)
            total = sum(float(f"0.{start}{block * 4}") for start, block in decimals)
            assert math.isclose(total, float(answer), rel_tol=1e-12)
            assert 99900 % answer.q == 0
        else:
            expression = re.fullmatch(r"What is (.+)\?", text)
            assert expression is not None
            assert answer == parse(expression[1])


@pytest.mark.parametrize("name", ["modular", "number_theory"])
def test_integers_by_sympy(name: str) -> None:
    for problem in problems(name):
        assert _by_sympy(question(problem)) == int(problem.answer), problem


def _by_sympy(text: str) -> int:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if match := re.fullmatch(r"What is (.+) mod (\d+)\?", text):
        if power := re.fullmatch(r"(\d+)\^(\d+)", match[1]):
            return pow(int(power[1]), int(power[2]), int(match[2]))
        return int(parse(match[1]) % int(match[2]))
    if text.startswith("Find the inverse"):
        return int(sympy.mod_inverse(numbers[0], numbers[1]))
    if "x >= 0 with x =" in text:
        residues, moduli = numbers[1::2], numbers[2::2]
        return int(sympy.ntheory.modular.crt(moduli, residues)[0])
    if text.startswith("Find the smallest"):
        a, b, m = numbers[1], numbers[2], numbers[3]
        return int(sympy.mod_inverse(a, m)) * b % m
    if "gcd" in text:
        return math.gcd(*numbers)
    if "lcm" in text:
        return math.lcm(*numbers)
    if text.startswith("How many positive divisors"):
        return int(sympy.divisor_count(numbers[0]))
    if text.startswith("What is the sum of the positive"):
        return int(sympy.divisor_sigma(numbers[0], 1))
    if "coprime" in text:
        return int(sympy.totient(numbers[-1]))
    if "(the factorial)" in text:
        return int(min(sympy.multiplicity(p, sympy.factorial(numbers[1])) * 1 // k
                       for p, k in sympy.factorint(numbers[0]).items()))  # fmt: skip
    if text.startswith("For each pair"):
        return sum(_frobenius(a, b) for a, b in zip(numbers[::2], numbers[1::2], strict=True))
    a, _, prime, base = numbers[0], numbers[1], numbers[2], numbers[3]
    order = int(sympy.n_order(a, prime))
    return order * base**7 + order**2


def _frobenius(a: int, b: int) -> int:
    """By marking every amount that can be paid."""
    limit = a * b
    paid = bytearray(limit + 1)
    paid[0] = 1
    for amount in range(1, limit + 1):
        paid[amount] = (amount >= a and paid[amount - a]) or (amount >= b and paid[amount - b])
    return max(amount for amount in range(limit + 1) if not paid[amount])


def test_a_random_point_decides_equality() -> None:
    """The comparison used above can fail: a changed coefficient is found."""
    rng = random.Random(0)
    problem = problems("derivatives")[-1]
    changed = re.sub(
        r"\d+", lambda m: str(int(m[0]) + rng.randrange(1, 3)), problem.answer, count=1
    )
    assert sympy.simplify(parse(changed).subs(X, 1.3) - parse(problem.answer).subs(X, 1.3)) != 0
