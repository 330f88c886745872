"""Values of expressions: exact rationals where possible, else high precision, always bounded.

No value is built before its size is known: powers, factorials and exponentials are refused
beyond the caps, and the work of one evaluation has a budget, so every call ends quickly.
"""

import math
import threading
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath.ctx_mp import MPContext

from ..grammar.nodes import Exact, Node, TooBigError, UndefinedError, contains, symbols

MAX_BITS = 60_000
MAX_FRACTION_BITS = 12_000
BUDGET = 2_000_000
MAX_EXPONENT = 1_000_000
MAX_FACTORIAL = 2_500
MAX_TERMS = 3_000
_TERM_COST = 500
MAX_PRECISION = 3_000
"""Decimal digits of the highest precision."""

_local = threading.local()
Value = Any  # int | Fraction | mpf | mpc of the evaluation's own context


def _context(digits: int) -> Any:
    contexts = getattr(_local, "contexts", None)
    if contexts is None:
        contexts = _local.contexts = {}
    context = contexts.get(digits)
    if context is None:
        if len(contexts) > 32:
            contexts.clear()
        context = contexts[digits] = MPContext()
        context.dps = digits
    return context


class Evaluation:
    """One evaluation at one point with one precision.

    `real` refuses values off the real line. `largest` and `smallest` are the decimal
    exponents of the intermediate values: what a cancellation can have lost.
    """

    def __init__(self, point: dict[str, Exact], digits: int, real: bool) -> None:
        self.point = point
        self.digits = digits
        self.real = real
        self.mp = _context(digits)
        self.budget = BUDGET
        self.largest = 0
        self.smallest = 0

    def value(self, node: Node) -> Value:
        """The value of a node. Raises TooBigError or UndefinedError."""
        method = _METHODS.get(node[0])
        if method is None:
            raise UndefinedError(f"{node[0]} has no value")
        return self._checked(method(self, node))

    def _checked(self, value: Value) -> Value:
        if isinstance(value, int):
            size, cap = value.bit_length(), MAX_BITS
        elif isinstance(value, Fraction):
            size = value.numerator.bit_length() + value.denominator.bit_length()
            if value.denominator == 1:
                return self._checked(value.numerator)
            size, cap = 4 * size, 4 * MAX_FRACTION_BITS
        else:
            self._note(value)
            size, cap = 10 * self.digits, 1 << 30
        self.budget -= size + 50
        if size > cap or self.budget < 0:
            raise TooBigError("the value is too long to be computed")
        return value

    def _note(self, value: Value) -> None:
        if not self.mp.isfinite(value):
            raise UndefinedError("not finite")
        if value == 0:
            return
        magnitude = self.mp.mag(value)
        if abs(magnitude) > 4 * MAX_EXPONENT:
            raise TooBigError("the magnitude is beyond the caps")
        tens = int(magnitude * 0.30103)
        self.largest = max(self.largest, tens)
        self.smallest = min(self.smallest, tens)

    def approximate(self, value: Value) -> Any:
        """The value as a number of the context."""
        if isinstance(value, int):
            value = self.mp.mpf(value)
        elif isinstance(value, Fraction):
            value = self.mp.mpf(value.numerator) / value.denominator
        else:
            return value
        self._note(value)
        return value

    def _real(self, value: Value) -> Value:
        if isinstance(value, self.mp.mpc):
            if self.real:
                raise UndefinedError("not real")
            tiny = self.mp.mpf(10) ** (-self.digits // 2)
            if abs(value.imag) <= tiny * (1 + abs(value.real)):
                return value.real
        return value

    def add(self, node: Node) -> Value:
        """A sum."""
        total: Value = 0
        for item in node[1]:
            total = self._checked(self._plus(total, self.value(item)))
        return total

    def _plus(self, a: Value, b: Value) -> Value:
        if _is_exact(a) and _is_exact(b):
            return a + b
        return self.approximate(a) + self.approximate(b)

    def mul(self, node: Node) -> Value:
        """A product."""
        product: Value = 1
        for item in node[1]:
            product = self._checked(self._times(product, self.value(item)))
        return product

    def _times(self, a: Value, b: Value) -> Value:
        if _is_exact(a) and _is_exact(b):
            return a * b
        return self.approximate(a) * self.approximate(b)

    def divide(self, node: Node) -> Value:
        """A quotient. Raises UndefinedError for a zero divisor."""
        top, bottom = self.value(node[1]), self.value(node[2])
        if _is_exact(bottom):
            if bottom == 0:
                raise UndefinedError("division by zero")
            if _is_exact(top):
                value = Fraction(top) / bottom
                return value.numerator if value.denominator == 1 else value
        bottom = self.approximate(bottom)
        if abs(bottom) < self.mp.mpf(10) ** (-self.digits + 12):
            raise UndefinedError("division by nearly zero")
        return self.approximate(top) / bottom

    def power(self, node: Node) -> Value:
        """A power: exact for whole exponents, real roots for odd denominators."""
        base, exponent = self.value(node[1]), self.value(node[2])
        if isinstance(exponent, int) and _is_exact(base):
            return self._exact_power(base, exponent)
        if isinstance(exponent, Fraction) and exponent.denominator <= 64:
            root = self.root_of(base, exponent.denominator)
            if _is_exact(root):
                return self._exact_power(root, exponent.numerator)
            if not isinstance(root, self.mp.mpc):
                return self._small_power(root, exponent.numerator)
        return self._general_power(base, exponent)

    def _exact_power(self, base: Exact, exponent: int) -> Value:
        if base == 0 and exponent < 0:
            raise UndefinedError("division by zero")
        if base in (0, 1):
            return base if exponent else 1
        if base == -1:
            return 1 if exponent % 2 == 0 else -1
        fraction = Fraction(base)
        bits = max(fraction.numerator.bit_length(), fraction.denominator.bit_length())
        if bits * abs(exponent) > (MAX_BITS if fraction.denominator == 1 else MAX_FRACTION_BITS):
            raise TooBigError("the power is too long to be computed")
        value = fraction**exponent
        return value.numerator if value.denominator == 1 else value

    def _small_power(self, base: Value, exponent: int) -> Value:
        if base == 0 and exponent <= 0:
            raise UndefinedError("zero to no positive power")
        if base == 0:
            return 0
        if abs(self.mp.mag(base)) * abs(exponent) > 4 * MAX_EXPONENT or abs(exponent) > 10**6:
            raise TooBigError("the power is beyond the caps")
        return base**exponent

    def _general_power(self, base: Value, exponent: Value) -> Value:
        x, y = self.approximate(base), self.approximate(exponent)
        if isinstance(exponent, int):
            return self._small_power(x, exponent)
        if x == 0:
            raise UndefinedError("zero to a power")
        if self.real and (isinstance(x, self.mp.mpc) or x < 0):
            raise UndefinedError("a power off the real line")
        if abs(y) * (abs(self.mp.mag(x)) + 1) > MAX_EXPONENT:
            raise TooBigError("the power is beyond the caps")
        return self._real(self.mp.power(x, y))

    def root(self, node: Node) -> Value:
        """A root; the real one where there is one."""
        degree = self.value(node[2])
        if not isinstance(degree, int) or not 1 <= degree <= 64:
            if _is_exact(degree) and degree == 0:
                raise UndefinedError("root of degree zero")
            return self.power(("pow", node[1], ("div", ("num", 1), node[2])))
        return self.root_of(self.value(node[1]), degree)

    def root_of(self, value: Value, degree: int) -> Value:
        """The root of a value: exact for perfect powers."""
        if degree == 1:
            return value
        if _is_exact(value):
            exact = _exact_root(value, degree)
            if exact is not None:
                return exact
        x = self.approximate(value)
        if isinstance(x, self.mp.mpc):
            return self._real(self.mp.root(x, degree))
        if x < 0:
            if degree % 2 == 1:
                return -self.mp.root(-x, degree)
            if self.real:
                raise UndefinedError("an even root of a negative number")
        return self._real(self.mp.root(x, degree))

    def function(self, node: Node) -> Value:
        """A named function. Raises UndefinedError for unknown names."""
        from .functions import apply

        return self._real(apply(self, node[1], [self.argument(item) for item in node[2]]))

    def repeated(self, node: Node) -> Value:
        """A finite sum or product."""
        _, name, index, low, high, body = node
        first, last = self.value(low), self.value(high)
        if not isinstance(first, int) or not isinstance(last, int) or last < first - 1:
            raise UndefinedError("a sum without whole limits")
        if any(index in one.partition("_")[2] for one in symbols(body)):
            raise UndefinedError("a sum over a sequence")
        if last - first > MAX_TERMS:
            raise TooBigError("a sum of too many terms")
        total: Value = 0 if name == "sum" else 1
        outer = self.point
        try:
            for number in range(first, last + 1):
                self.point = {**outer, index: number}
                self.budget -= _TERM_COST
                term = self.value(body)
                total = self._plus(total, term) if name == "sum" else self._times(total, term)
                total = self._checked(total)
        finally:
            self.point = outer
        return total

    def argument(self, node: Node) -> Value:
        """A value in which degrees have become radians."""
        return self.value(_in_radians(node) if contains(node, "unit", None) else node)

    def symbol(self, node: Node) -> Value:
        """The value of a symbol at this point."""
        if node[1] not in self.point:
            raise UndefinedError(f"{node[1]} has no value")
        return self.point[node[1]]

    def constant(self, node: Node) -> Value:
        """pi, e, i."""
        if node[1] == "pi":
            return +self.mp.pi
        if node[1] == "e":
            return +self.mp.e
        if node[1] == "i":
            if self.real:
                raise UndefinedError("not real")
            return self.mp.mpc(0, 1)
        raise UndefinedError(f"{node[1]} is no number")


def _in_radians(node: Node) -> Node:
    """The tree of an angle with its degrees multiplied by pi/180."""
    if node[0] == "unit" and node[2] == "degree":
        return ("mul", (node[1], ("const", "pi"), ("num", Fraction(1, 180))))
    if node[0] in ("add", "mul"):
        return (node[0], tuple(_in_radians(one) for one in node[1]))
    if node[0] in ("neg", "div"):
        return (node[0], *(_in_radians(one) for one in node[1:3]))
    return node


def _is_exact(value: Value) -> bool:
    return isinstance(value, (int, Fraction))


def _exact_root(value: Exact, degree: int) -> Exact | None:
    if value < 0:
        if degree % 2 == 0:
            return None
        positive = _exact_root(-value, degree)
        return None if positive is None else -positive
    fraction = Fraction(value)
    top = integer_root(fraction.numerator, degree)
    if top is None:
        return None
    bottom = integer_root(fraction.denominator, degree)
    if bottom is None:
        return None
    return top if bottom == 1 else Fraction(top, bottom)


def integer_root(value: int, degree: int) -> int | None:
    """The whole root of a whole number that is a perfect power; else None."""
    if degree == 2:
        root = math.isqrt(value)
        return root if root * root == value else None
    if value in (0, 1):
        return value
    guess = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess if guess**degree == value else None
        guess = better


_METHODS: dict[str, Callable[[Evaluation, Node], Value]] = {
    "num": lambda self, node: node[1],
    "sym": Evaluation.symbol,
    "const": Evaluation.constant,
    "add": Evaluation.add,
    "mul": Evaluation.mul,
    "neg": lambda self, node: -self.value(node[1]),
    "div": Evaluation.divide,
    "pow": Evaluation.power,
    "root": Evaluation.root,
    "fn": Evaluation.function,
    "unit": lambda self, node: self.value(node[1]),
    "named": lambda self, node: self.value(node[2]),
    "base": lambda self, node: base_value(node),
    "repeat": Evaluation.repeated,
}


def base_value(node: Node) -> int:
    """The number that digits in a base stand for. Raises UndefinedError for a wrong digit."""
    try:
        return int(node[1], int(node[2]))
    except ValueError as error:
        raise UndefinedError("digits that the base does not have") from error
