"""Inequalities and equations in one unknown against a set of reals, decided without algebra.

A relation of polynomials, quotients and absolute values changes its truth only at real roots
of finitely many polynomials with rational coefficients. Sturm's theorem isolates them (Basu,
Pollack and Roy, Algorithms in Real Algebraic Geometry, ch. 2); one sample in each gap and one
at each root then tell the whole solution set.
"""

import itertools
from fractions import Fraction

from .equality import DIGITS, UndecidedError, same_value, value_at
from .nodes import Node, TooBigError, UndefinedError, children, symbols
from .regions import Region

MAX_DEGREE = 16
MAX_ABSOLUTES = 3
Poly = tuple[Fraction, ...]  # coefficients from the constant upwards, without leading zeros
Quotient = tuple[Poly, Poly]


class _OutsideError(ValueError):
    """The expression is no quotient of polynomials in one unknown, or one too large."""


def is_rational(node: Node) -> bool:
    """Whether a relation is of quotients of polynomials and absolute values, of any size."""
    if node[0] == "fn" and node[1] != "abs":
        return False
    if node[0] == "pow" and (node[2][0] != "num" or not isinstance(node[2][1], int)):
        return False
    known = ("num", "sym", "rel", "neg", "add", "mul", "div", "pow", "fn")
    return node[0] in known and all(is_rational(child) for child in children(node))


def solves(relation: Node, region: Region) -> bool | None:
    """Whether the region is the solution set of the relation; None when this cannot tell."""
    names = symbols(relation)
    if len(names) != 1:
        return None
    (name,) = names
    try:
        critical = _critical(relation, name)
        return _same_truth(relation, name, region, critical)
    except (_OutsideError, TooBigError, UndecidedError):
        return None


def same_truth(first: Node, second: Node) -> bool | None:
    """Whether two relations in one unknown hold at the same reals; None when this cannot tell.

    Two equations are not compared so: their solutions may be complex.
    """
    names = symbols(first)
    equations = all(op == "=" for one in (first, second) for op, _ in one[2])
    if equations or len(names) != 1 or names != symbols(second):
        return None
    (name,) = names
    try:
        critical = _join(_critical(first, name), _critical(second, name))
        spans = _isolate(critical)
        roots: list[tuple[Fraction, bool]] = [(_narrow(critical, *span), True) for span in spans]
        samples = [(one, False) for one in _samples(spans)]
        return all(
            _holds(first, name, ("num", one), at_root)
            == _holds(second, name, ("num", one), at_root)
            for one, at_root in samples + roots
        )
    except (_OutsideError, TooBigError):
        return None


def _same_truth(relation: Node, name: str, region: Region, critical: Poly) -> bool:
    region = region.canonical()
    if not all(_is_root(critical, end) for end in region.ends):
        return False
    spans = _isolate(critical)
    for sample in _samples(spans):
        if _holds(relation, name, ("num", sample)) != _member(region, sample):
            return False
    for low, high in spans:
        place = _end_within(region, low, high)
        if place is None:
            root = _narrow(critical, low, high)
            inside, point = _member(region, root), ("num", root)
        else:
            inside, point = region.inside[2 * place + 1], region.ends[place]
        if _holds(relation, name, point, at_root=True) != inside:
            return False
    return True


def _samples(spans: list[tuple[Fraction, Fraction]]) -> list[Fraction]:
    """One rational in each gap: the ends of the spans are no roots."""
    if not spans:
        return [Fraction(1, 3)]
    return [spans[0][0], *(high for _, high in spans)]


def _holds(relation: Node, name: str, point: Node, at_root: bool = False) -> bool:
    """The truth of a chain at a point; at a root, what is nearly equal is equal."""
    parts = [_put(part, name, point) for part in (relation[1], *(one for _, one in relation[2]))]
    values = []
    try:
        for part in parts:
            value, evaluation = value_at(part, {}, True, 2 * DIGITS)
            values.append(evaluation.approximate(value))
    except UndefinedError:
        return False
    near = evaluation.mp.mpf(10) ** -DIGITS if at_root else 0
    for (op, _), left, right in zip(relation[2], values, values[1:], strict=False):
        difference = left - right
        sign = 0 if abs(difference) <= near * (1 + abs(left)) else (1 if difference > 0 else -1)
        if not _TRUE[op](sign):
            return False
    return True


def _put(node: Node, name: str, point: Node) -> Node:
    """The tree with a value in the place of the unknown."""
    if node[0] == "sym":
        return point if node[1] == name else node
    return tuple(
        _put(entry, name, point)
        if isinstance(entry, tuple) and entry and isinstance(entry[0], str)
        else tuple(_put(one, name, point) for one in entry)
        if isinstance(entry, tuple)
        else entry
        for entry in node
    )


_TRUE = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
    "=": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
}


def _member(region: Region, value: Fraction) -> bool:
    below = 0
    for end in region.ends:
        number, evaluation = value_at(end, {}, True, 2 * DIGITS)
        mpf = evaluation.approximate(number) - evaluation.approximate(value)
        if mpf == 0:
            return region.inside[2 * below + 1]
        below += mpf < 0
    return region.inside[2 * below]


def _end_within(region: Region, low: Fraction, high: Fraction) -> int | None:
    """Which end of the region lies in an interval."""
    for place, end in enumerate(region.ends):
        number, evaluation = value_at(end, {}, True, 2 * DIGITS)
        value = evaluation.approximate(number)
        if evaluation.approximate(low) <= value <= evaluation.approximate(high):
            return place
    return None


def _is_root(poly: Poly, end: Node) -> bool:
    terms = tuple(
        ("mul", (("num", coefficient), ("pow", end, ("num", power))))
        for power, coefficient in enumerate(poly)
        if power
    )
    constant = ("num", poly[0] if poly else Fraction(0))
    return same_value(("add", (constant, *terms)), ("num", 0))


def _critical(relation: Node, name: str) -> Poly:
    """A square-free polynomial that vanishes wherever the relation may change its truth."""
    parts = [relation[1], *(part for _, part in relation[2])]
    insides = list(dict.fromkeys(itertools.chain.from_iterable(map(_absolutes, parts))))
    if len(insides) > MAX_ABSOLUTES:
        raise _OutsideError("many absolute values")
    product: Poly = (Fraction(1),)
    for inside in insides:
        product = _join(product, *_quotient(inside, name, {}))
    for signs in itertools.product((1, -1), repeat=len(insides)):
        chosen = dict(zip(insides, signs, strict=True))
        quotients = [_quotient(part, name, chosen) for part in parts]
        for (top, bottom), (other, below) in itertools.pairwise(quotients):
            difference = _add(_mul(top, below), _scale(_mul(other, bottom), -1))
            product = _join(product, difference, _mul(bottom, below))
    return product


def _join(product: Poly, *factors: Poly) -> Poly:
    """The square-free product of what is not zero."""
    for factor in factors:
        if len(factor) > 1:
            product = _square_free(_mul(product, factor))
    return product


def _absolutes(node: Node) -> list[Node]:
    found = [node[2][0]] if node[0] == "fn" and node[1] == "abs" else []
    for child in children(node):
        found += _absolutes(child)
    return found


def _quotient(node: Node, name: str, signs: dict[Node, int]) -> Quotient:
    """The expression as a quotient. Raises _OutsideError."""
    kind = node[0]
    one: Poly = (Fraction(1),)
    if kind == "num":
        return _trim((Fraction(node[1]),)), one
    if kind == "sym":
        return (Fraction(0), Fraction(1)), one
    if kind == "neg":
        top, bottom = _quotient(node[1], name, signs)
        return _scale(top, -1), bottom
    if kind in ("add", "mul"):
        total = _quotient(node[1][0], name, signs)
        for item in node[1][1:]:
            other = _quotient(item, name, signs)
            product = _mul(total[0], other[0])
            if kind == "add":
                product = _add(_mul(total[0], other[1]), _mul(other[0], total[1]))
            total = (product, _mul(total[1], other[1]))
        return total
    if kind == "div":
        top, bottom = _quotient(node[1], name, signs)
        divisor, below = _quotient(node[2], name, signs)
        return _mul(top, below), _mul(bottom, divisor)
    if kind == "pow" and node[2][0] == "num" and isinstance(node[2][1], int):
        power = node[2][1]
        if not 0 <= power <= MAX_DEGREE:
            raise _OutsideError("the power")
        top, bottom = _quotient(node[1], name, signs)
        result: Quotient = (one, one)
        for _ in range(power):
            result = (_mul(result[0], top), _mul(result[1], bottom))
        return result
    if kind == "fn" and node[1] == "abs" and node[2][0] in signs:
        top, bottom = _quotient(node[2][0], name, signs)
        return _scale(top, signs[node[2][0]]), bottom
    raise _OutsideError(kind)


def _trim(poly: Poly) -> Poly:
    end = len(poly)
    while end and poly[end - 1] == 0:
        end -= 1
    return poly[:end]


def _add(first: Poly, second: Poly) -> Poly:
    pairs = itertools.zip_longest(first, second, fillvalue=Fraction(0))
    return _trim(tuple(a + b for a, b in pairs))


def _scale(poly: Poly, factor: int | Fraction) -> Poly:
    return _trim(tuple(factor * one for one in poly))


def _mul(first: Poly, second: Poly) -> Poly:
    if not first or not second:
        return ()
    if len(first) + len(second) - 2 > 2 * MAX_DEGREE:
        raise _OutsideError("the degree")
    product = [Fraction(0)] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            product[i + j] += a * b
    if max(one.numerator.bit_length() + one.denominator.bit_length() for one in product) > 2_000:
        raise _OutsideError("the coefficients")
    return _trim(tuple(product))


def _divide(first: Poly, second: Poly) -> tuple[Poly, Poly]:
    rest, quotient = list(first), [Fraction(0)] * max(1, len(first) - len(second) + 1)
    while len(rest) >= len(second):
        factor = rest[-1] / second[-1]
        shift = len(rest) - len(second)
        quotient[shift] = factor
        for index, one in enumerate(second):
            rest[shift + index] -= factor * one
        rest.pop()
    return _trim(tuple(quotient)), _trim(tuple(rest))


def _primitive(poly: Poly) -> Poly:
    return _scale(poly, 1 / abs(poly[-1])) if poly else poly


def _square_free(poly: Poly) -> Poly:
    first, second = poly, _derivative(poly)
    while second:
        first, second = second, _primitive(_divide(first, second)[1])
    return _primitive(_divide(poly, first)[0])


def _derivative(poly: Poly) -> Poly:
    return _trim(tuple(index * one for index, one in enumerate(poly) if index))


def _isolate(poly: Poly) -> list[tuple[Fraction, Fraction]]:
    """Disjoint intervals with one real root of a square-free polynomial each, in order."""
    if len(poly) < 2:
        return []
    chain = [poly, _derivative(poly)]
    while len(chain[-1]) > 1:
        chain.append(_scale(_primitive(_divide(chain[-2], chain[-1])[1]), -1))
    bound = Fraction(2 + int(max(abs(one / poly[-1]) for one in poly[:-1])))
    found: list[tuple[Fraction, Fraction]] = []
    pending = [(-bound, bound, _changes(chain, -bound), _changes(chain, bound))]
    while pending:
        low, high, left, right = pending.pop()
        if left - right == 1:
            found.append((low, high))
        elif left != right:
            middle = _not_a_root(poly, low, high)
            between = _changes(chain, middle)
            pending += [(middle, high, between, right), (low, middle, left, between)]
    return sorted(found)


def _not_a_root(poly: Poly, low: Fraction, high: Fraction) -> Fraction:
    for part in range(2, len(poly) + 3):
        middle = low + (high - low) / part
        if _at(poly, middle) != 0:
            return middle
    raise _OutsideError("every cut is a root")


def _narrow(poly: Poly, low: Fraction, high: Fraction) -> Fraction:
    """The one root of an interval: exact when it is a simple fraction, else to 75 digits."""
    negative = _at(poly, low) < 0
    for steps in range(260):
        middle = (low + high) / 2
        if steps == 40:
            simple = middle.limit_denominator(1_000)
            if _at(poly, simple) == 0:
                return simple
        value = _at(poly, middle)
        if value == 0:
            return middle
        if (value < 0) == negative:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _changes(chain: list[Poly], point: Fraction) -> int:
    signs = [value > 0 for poly in chain if (value := _at(poly, point)) != 0]
    return sum(a != b for a, b in itertools.pairwise(signs))


def _at(poly: Poly, point: Fraction) -> Fraction:
    total = Fraction(0)
    for one in reversed(poly):
        total = total * point + one
    return total
