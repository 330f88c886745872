"""Polynomials in one unknown with rational coefficients: arithmetic and real roots."""

import itertools
from fractions import Fraction

MAX_DEGREE = 16
Poly = tuple[Fraction, ...]
"""Coefficients from the constant upwards, without leading zeros."""


class OutsideError(ValueError):
    """The expression is no quotient of polynomials in one unknown, or one too large."""


def trim(poly: Poly) -> Poly:
    """Without leading zeros."""
    end = len(poly)
    while end and poly[end - 1] == 0:
        end -= 1
    return poly[:end]


def add(first: Poly, second: Poly) -> Poly:
    """The sum."""
    pairs = itertools.zip_longest(first, second, fillvalue=Fraction(0))
    return trim(tuple(a + b for a, b in pairs))


def scale(poly: Poly, factor: int | Fraction) -> Poly:
    """A multiple."""
    return trim(tuple(factor * one for one in poly))


def mul(first: Poly, second: Poly) -> Poly:
    """The product. Raises OutsideError beyond the caps."""
    if not first or not second:
        return ()
    if len(first) + len(second) - 2 > 2 * MAX_DEGREE:
        raise OutsideError("the degree")
    product = [Fraction(0)] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            product[i + j] += a * b
    if max(one.numerator.bit_length() + one.denominator.bit_length() for one in product) > 2_000:
        raise OutsideError("the coefficients")
    return trim(tuple(product))


def divide(first: Poly, second: Poly) -> tuple[Poly, Poly]:
    """Quotient and remainder."""
    rest, quotient = list(first), [Fraction(0)] * max(1, len(first) - len(second) + 1)
    while len(rest) >= len(second):
        factor = rest[-1] / second[-1]
        shift = len(rest) - len(second)
        quotient[shift] = factor
        for index, one in enumerate(second):
            rest[shift + index] -= factor * one
        rest.pop()
    return trim(tuple(quotient)), trim(tuple(rest))


def primitive(poly: Poly) -> Poly:
    """Scaled to a leading coefficient of 1 or -1; signs stay."""
    return scale(poly, 1 / abs(poly[-1])) if poly else poly


def square_free(poly: Poly) -> Poly:
    """The product of the distinct factors."""
    first, second = poly, derivative(poly)
    while second:
        first, second = second, primitive(divide(first, second)[1])
    return primitive(divide(poly, first)[0])


def derivative(poly: Poly) -> Poly:
    """The derivative."""
    return trim(tuple(index * one for index, one in enumerate(poly) if index))


def isolate(poly: Poly) -> list[tuple[Fraction, Fraction]]:
    """Disjoint intervals with one real root of a square-free polynomial each, in order."""
    if len(poly) < 2:
        return []
    chain = [poly, derivative(poly)]
    while len(chain[-1]) > 1:
        chain.append(scale(primitive(divide(chain[-2], chain[-1])[1]), -1))
    bound = Fraction(2 + int(max(abs(one / poly[-1]) for one in poly[:-1])))
    found: list[tuple[Fraction, Fraction]] = []
    pending = [(-bound, bound, changes(chain, -bound), changes(chain, bound))]
    while pending:
        low, high, left, right = pending.pop()
        if left - right == 1:
            found.append((low, high))
        elif left != right:
            middle = _not_a_root(poly, low, high)
            between = changes(chain, middle)
            pending += [(middle, high, between, right), (low, middle, left, between)]
    return sorted(found)


def _not_a_root(poly: Poly, low: Fraction, high: Fraction) -> Fraction:
    for part in range(2, len(poly) + 3):
        middle = low + (high - low) / part
        if at(poly, middle) != 0:
            return middle
    raise OutsideError("every cut is a root")


def narrow(poly: Poly, low: Fraction, high: Fraction) -> Fraction:
    """The one root of an interval: exact when it is a simple fraction, else to 75 digits."""
    negative = at(poly, low) < 0
    for steps in range(260):
        middle = (low + high) / 2
        if steps == 40:
            simple = middle.limit_denominator(1_000)
            if at(poly, simple) == 0:
                return simple
        value = at(poly, middle)
        if value == 0:
            return middle
        if (value < 0) == negative:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def changes(chain: list[Poly], point: Fraction) -> int:
    """Sign changes along a Sturm chain."""
    signs = [value > 0 for poly in chain if (value := at(poly, point)) != 0]
    return sum(a != b for a, b in itertools.pairwise(signs))


def at(poly: Poly, point: Fraction) -> Fraction:
    """The value at a point, by Horner."""
    total = Fraction(0)
    for one in reversed(poly):
        total = total * point + one
    return total
