"""Bounded arithmetic: exact rationals where possible, else balls that surely hold the value.

A ball is an interval with a midpoint and a radius (Johansson, "Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic", IEEE Trans. Computers 66, 2017). Rounding only widens it, so
two balls that do not overlap are different numbers, whatever the precision. What a ball cannot
tell (is this zero? which whole number is next?) raises ImpreciseError, and the caller tries again
with more bits. No value is built before its size is known.
"""

import math
from fractions import Fraction
from typing import Any

from flint import acb, arb, fmpq

from ..grammar.nodes import Exact, TooBigError, UndefinedError
from .caps import (
    EVALUATION_LIMIT,
    MAX_EXPONENT_BITS,
    MAX_FRACTION_BITS,
    MAX_INTEGER_BITS,
)

Value = Any
"""int, Fraction, arb (a real ball) or acb (a complex ball)."""
_STEP = 1_000
"""Work of the shortest operation."""


class ImpreciseError(ValueError):
    """The ball is too wide to tell; more bits may."""


class BoundedArithmetic:
    """Operations at one precision, what they may still cost, and the magnitudes they met.

    `real` refuses values off the real line. `last_try` takes what no precision has told apart
    for equal: a narrow ball around a whole number is that number. `high` and `low` are the binary
    exponents of the largest and the smallest value met, which bound what a difference can hide.
    """

    def __init__(self, bits: int, real: bool, last_try: bool = False) -> None:
        self.bits = bits
        self.real = real
        self.last_try = last_try
        self.high = 0
        self.low = 0
        self.work = 0
        self.limit = EVALUATION_LIMIT
        self._ball_cost = _STEP + bits // 4
        self._function_cost = 2 * _STEP + int(bits**1.5 / 4)

    def checked(self, value: Value) -> Value:
        """The value, charged for. Raises TooBigError, UndefinedError."""
        kind = type(value)
        if kind is int:
            size = value.bit_length()
            if size > MAX_INTEGER_BITS:
                raise TooBigError("the value is too long to be computed")
            self.charge(_STEP + size)
            self.high = max(self.high, size)
        elif kind is Fraction:
            if value.denominator == 1:
                return self.checked(value.numerator)
            size = value.numerator.bit_length() + value.denominator.bit_length()
            if size > MAX_FRACTION_BITS:
                raise TooBigError("the value is too long to be computed")
            self.charge(2 * _STEP + 4 * size)
            self.high = max(self.high, value.numerator.bit_length())
            self.low = min(self.low, -value.denominator.bit_length())
        else:
            self.charge(self._ball_cost)
            self.note(value)
        return value

    def charge(self, work: int) -> None:
        """Count work. Raises TooBigError when it is used up."""
        self.work += work
        if self.work > self.limit:
            raise TooBigError("the computation is too long")

    def charge_function(self) -> None:
        """Count one root, power or function."""
        self.charge(self._function_cost)

    def note(self, value: Value) -> None:
        """Remember the magnitude of a ball. Raises ImpreciseError, UndefinedError, TooBigError."""
        if not value.is_finite():
            if self.last_try:
                raise UndefinedError("not finite")
            raise ImpreciseError("not finite")
        size = magnitude(value)
        if size is None:
            return
        if size > MAX_EXPONENT_BITS or size < -MAX_EXPONENT_BITS:
            raise TooBigError("the magnitude is beyond the caps")
        if size > self.high:
            self.high = size
        elif size < self.low and not value.contains(0):
            self.low = size

    def ball(self, value: Value) -> Any:
        """The value as a ball."""
        if not is_exact(value):
            return value
        ball = as_ball(value)
        self.note(ball)
        return ball

    def real_ball(self, value: Value) -> Any:
        """The value as a real ball. Raises UndefinedError when it is not real."""
        ball = self.ball(value)
        if isinstance(ball, arb):
            return ball
        if ball.imag.is_zero() or (ball.imag.contains(0) and self.is_zero(ball.imag)):
            return ball.real
        raise UndefinedError("not real")

    def is_zero(self, value: Value) -> bool:
        """Whether a value is zero. Raises ImpreciseError where the ball cannot tell."""
        if is_exact(value):
            return bool(value == 0)
        if value.is_zero():
            return True
        if not value.contains(0):
            return False
        if not self.last_try or not self.is_narrow(value):
            raise ImpreciseError("zero, or nearly")
        return True

    def is_narrow(self, value: Value) -> bool:
        """Whether the radius of a ball is far below any difference that is looked for."""
        radius = value.rad()
        return bool(radius < arb(2) ** (-self.bits // 3))

    def sign(self, value: Value) -> int:
        """-1, 0 or 1 of a real value. Raises ImpreciseError, UndefinedError."""
        if is_exact(value):
            return int(value > 0) - int(value < 0)
        ball = self.real_ball(value)
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        self.is_zero(ball)
        return 0

    def settled(self, value: Value) -> Any:
        """A ball, real where its imaginary part is nothing. Raises UndefinedError if `real`."""
        if isinstance(value, acb):
            if value.imag.is_zero():
                return value.real
            if self.real:
                raise UndefinedError("not real")
        return value

    def plus(self, a: Value, b: Value) -> Value:
        """The sum."""
        if is_exact(a) and is_exact(b):
            return a + b
        return self.settled(self.ball(a) + self.ball(b))

    def times(self, a: Value, b: Value) -> Value:
        """The product."""
        if is_exact(a) and is_exact(b):
            return a * b
        if (is_exact(a) and a == 0) or (is_exact(b) and b == 0):
            return 0
        return self.settled(self.ball(a) * self.ball(b))

    def divided(self, top: Value, bottom: Value) -> Value:
        """The quotient. Raises UndefinedError for a zero divisor."""
        if self.is_zero(bottom):
            raise UndefinedError("division by zero")
        if is_exact(top) and is_exact(bottom):
            return simplest(Fraction(top) / bottom)
        return self.settled(self.ball(top) / self.ball(bottom))

    def power(self, base: Value, exponent: Value) -> Value:
        """A power: exact for whole exponents, a real root for an odd denominator."""
        if isinstance(exponent, int):
            if is_exact(base):
                return self._exact_power(base, exponent)
            return self._whole_power(base, exponent)
        if isinstance(exponent, Fraction) and exponent.denominator <= 64:
            root = self.root(base, exponent.denominator)
            if not isinstance(root, acb):
                return self.power(root, exponent.numerator)
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
        whole = fraction.denominator == 1 and exponent > 0
        if bits * abs(exponent) > (MAX_INTEGER_BITS if whole else MAX_FRACTION_BITS // 2):
            return self._whole_power(self.ball(base), exponent)
        self.charge(bits * abs(exponent))
        return simplest(fraction**exponent)

    def _whole_power(self, base: Value, exponent: int) -> Value:
        if self.is_zero(base):
            if exponent <= 0:
                raise UndefinedError("zero to no positive power")
            return 0
        if (abs(magnitude(base) or 0) + 1) * abs(exponent) > MAX_EXPONENT_BITS:
            raise TooBigError("the power is beyond the caps")
        self.charge_function()
        return self.settled(base**exponent)

    def _general_power(self, base: Value, exponent: Value) -> Value:
        x, y = self.ball(base), self.ball(exponent)
        if self.is_zero(x):
            raise UndefinedError("zero to a power")
        if (magnitude(y) or 0) > 40:
            raise TooBigError("the power is beyond the caps")
        if float(y.abs_upper()) * (abs(magnitude(x) or 0) + 1) > MAX_EXPONENT_BITS:
            raise TooBigError("the power is beyond the caps")
        self.charge_function()
        if isinstance(x, arb) and isinstance(y, arb) and self.sign(x) > 0:
            return x**y
        if self.real:
            raise UndefinedError("a power off the real line")
        return self.settled(self.off_the_cut(x) ** acb(y))

    def off_the_cut(self, value: Value) -> Any:
        """A complex ball that does not cross the negative half of the real line."""
        ball = acb(value)
        if ball.imag.contains(0) and not ball.imag.is_zero() and not ball.real > 0:
            self.is_zero(ball.imag)
            return acb(ball.real)
        return ball

    def root(self, value: Value, degree: int) -> Value:
        """A root: the real one where there is one, exact for perfect powers."""
        if degree == 1:
            return value
        if is_exact(value):
            exact = exact_root(value, degree)
            if exact is not None:
                return exact
        x = self.ball(value)
        self.charge_function()
        if isinstance(x, arb):
            sign = self.sign(x)
            if sign == 0:
                return 0
            if sign > 0:
                return x.root(degree)
            if degree % 2 == 1:
                return -(-x).root(degree)
            if self.real:
                raise UndefinedError("an even root of a negative number")
        return self.settled(self.off_the_cut(x).root(degree))

    def whole(self, value: Value) -> int:
        """A value that must be a whole number. Raises UndefinedError."""
        if isinstance(value, int):
            return value
        if isinstance(value, Fraction):
            raise UndefinedError("not a whole number")
        ball = self.real_ball(value)
        if not ball.contains_integer():
            raise UndefinedError("not a whole number")
        return self._nearest(ball)

    def _nearest(self, ball: Any) -> int:
        """The whole number in a ball. Raises ImpreciseError unless it can be no other number."""
        found = ball.unique_fmpz()
        if found is None:
            if self.last_try:
                raise TooBigError("a whole number beyond the caps")
            raise ImpreciseError("several whole numbers")
        if not ball.is_exact() and not (self.last_try and self.is_narrow(ball)):
            raise ImpreciseError("a whole number, or nearly")
        return int(found)

    def rounded(self, value: Value, up: bool) -> int:
        """Floor or ceiling. Raises ImpreciseError, UndefinedError, TooBigError."""
        if is_exact(value):
            return int(math.ceil(value) if up else math.floor(value))
        ball = self.real_ball(value)
        if (magnitude(ball) or 0) > self.bits:
            if self.last_try:
                raise TooBigError("the floor of a number beyond the caps")
            raise ImpreciseError("several whole numbers")
        if ball.contains_integer():
            return self._nearest(ball)
        found = (ball.ceil() if up else ball.floor()).unique_fmpz()
        assert found is not None
        return int(found)


def is_exact(value: Value) -> bool:
    """Whether a value is a rational number, not a ball."""
    kind = type(value)  # isinstance asks the abstract numbers, which takes far longer
    return kind is int or kind is Fraction


def as_ball(value: Value) -> Any:
    """The value as a ball at the present precision."""
    kind = type(value)
    if kind is int:
        return arb(value)
    if kind is Fraction:
        return arb(fmpq(value.numerator, value.denominator))
    return value


def magnitude(ball: Any) -> int | None:
    """The binary exponent of the largest number in a ball; None for zero."""
    size = float(ball.abs_upper())
    if 1e-300 < size < 1e300:
        return math.frexp(size)[1]
    if ball.is_zero():
        return None
    mantissa, exponent = ball.abs_upper().mid().man_exp()
    return int(mantissa).bit_length() + int(exponent)


def simplest(value: Fraction) -> Exact:
    """A whole number as an int."""
    return value.numerator if value.denominator == 1 else value


def exact_root(value: Exact, degree: int) -> Exact | None:
    """The real root of a rational number that is a perfect power; else None."""
    if value < 0:
        if degree % 2 == 0:
            return None
        positive = exact_root(-value, degree)
        return None if positive is None else -positive
    fraction = Fraction(value)
    top = integer_root(fraction.numerator, degree)
    if top is None:
        return None
    bottom = integer_root(fraction.denominator, degree)
    return None if bottom is None else simplest(Fraction(top, bottom))


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
