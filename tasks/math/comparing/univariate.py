"""Inequalities and equations in one unknown against a set of reals, decided without algebra.

A relation of polynomials, quotients and absolute values changes its truth only at real roots
of finitely many polynomials with rational coefficients. Sturm's theorem isolates them (Basu,
Pollack and Roy, Algorithms in Real Algebraic Geometry, ch. 2); one sample in each gap and one
at each root then tell the whole solution set.
"""

import itertools
from fractions import Fraction

from ..grammar.nodes import Node, TooBigError, UndefinedError, children, replaced, symbols
from ..values.equality import UndecidedError, nearly_order, order, same_value
from ..values.polynomials import (
    MAX_DEGREE,
    OutsideError,
    Poly,
    add,
    isolate,
    mul,
    narrow,
    scale,
    square_free,
    trim,
)
from ..values.real_sets import RealSet

MAX_ABSOLUTES = 3
Quotient = tuple[Poly, Poly]


def is_rational(node: Node) -> bool:
    """Whether a relation is of quotients of polynomials and absolute values, of any size."""
    if node[0] == "fn" and node[1] != "abs":
        return False
    if node[0] == "pow" and (node[2][0] != "num" or not isinstance(node[2][1], int)):
        return False
    known = ("num", "sym", "rel", "neg", "add", "mul", "div", "pow", "fn")
    return node[0] in known and all(is_rational(child) for child in children(node))


def solves(relation: Node, real_set: RealSet) -> bool | None:
    """Whether a set of reals is the solution set of the relation; None when this cannot tell."""
    names = symbols(relation)
    if len(names) != 1:
        return None
    (name,) = names
    try:
        critical = _critical(relation, name)
        return _same_truth(relation, name, real_set, critical)
    except (OutsideError, TooBigError, UndecidedError, UndefinedError):
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
        spans = isolate(critical)
        roots: list[tuple[Fraction, bool]] = [(narrow(critical, *span), True) for span in spans]
        samples = [(one, False) for one in _samples(spans)]
        return all(
            _holds(first, name, ("num", one), at_root)
            == _holds(second, name, ("num", one), at_root)
            for one, at_root in samples + roots
        )
    except (OutsideError, TooBigError, UndecidedError):
        return None


def _same_truth(relation: Node, name: str, real_set: RealSet, critical: Poly) -> bool:
    real_set = real_set.canonical()
    if not all(_is_root(critical, end) for end in real_set.ends):
        return False
    spans = isolate(critical)
    for sample in _samples(spans):
        if _holds(relation, name, ("num", sample)) != _member(real_set, sample):
            return False
    for low, high in spans:
        place = _end_within(real_set, low, high)
        if place is None:
            root = narrow(critical, low, high)
            inside, point = _member(real_set, root), ("num", root)
        else:
            inside, point = real_set.inside[2 * place + 1], real_set.ends[place]
        if _holds(relation, name, point, at_root=True) != inside:
            return False
    return True


def _samples(spans: list[tuple[Fraction, Fraction]]) -> list[Fraction]:
    """One rational in each gap: the ends of the spans are no roots."""
    if not spans:
        return [Fraction(1, 3)]
    return [spans[0][0], *(high for _, high in spans)]


def _holds(relation: Node, name: str, point: Node, at_root: bool = False) -> bool:
    """The truth of a chain at a point; at a root, which is known nearly, near is equal."""
    parts = [
        replaced(part, ("sym", name), point)
        for part in (relation[1], *(one for _, one in relation[2]))
    ]
    compare = nearly_order if at_root else order
    try:
        return all(
            _TRUE[op](compare(left, right))
            for (op, _), left, right in zip(relation[2], parts, parts[1:], strict=False)
        )
    except UndefinedError:
        return False


_TRUE = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
    "=": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
}


def _member(real_set: RealSet, value: Fraction) -> bool:
    below = 0
    for end in real_set.ends:
        side = order(end, ("num", value))
        if side == 0:
            return real_set.inside[2 * below + 1]
        below += side < 0
    return real_set.inside[2 * below]


def _end_within(real_set: RealSet, low: Fraction, high: Fraction) -> int | None:
    """Which end of a set lies in an interval."""
    for place, end in enumerate(real_set.ends):
        if order(end, ("num", low)) >= 0 and order(end, ("num", high)) <= 0:
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
        raise OutsideError("many absolute values")
    product: Poly = (Fraction(1),)
    for inside in insides:
        product = _join(product, *_quotient(inside, name, {}))
    for signs in itertools.product((1, -1), repeat=len(insides)):
        chosen = dict(zip(insides, signs, strict=True))
        quotients = [_quotient(part, name, chosen) for part in parts]
        for (top, bottom), (other, below) in itertools.pairwise(quotients):
            difference = add(mul(top, below), scale(mul(other, bottom), -1))
            product = _join(product, difference, mul(bottom, below))
    return product


def _join(product: Poly, *factors: Poly) -> Poly:
    """The square-free product of what is not zero."""
    for factor in factors:
        if len(factor) > 1:
            product = square_free(mul(product, factor))
    return product


def _absolutes(node: Node) -> list[Node]:
    found = [node[2][0]] if node[0] == "fn" and node[1] == "abs" else []
    for child in children(node):
        found += _absolutes(child)
    return found


def _quotient(node: Node, name: str, signs: dict[Node, int]) -> Quotient:
    """The expression as a quotient. Raises OutsideError."""
    kind = node[0]
    one: Poly = (Fraction(1),)
    if kind == "num":
        return trim((Fraction(node[1]),)), one
    if kind == "sym":
        return (Fraction(0), Fraction(1)), one
    if kind == "neg":
        top, bottom = _quotient(node[1], name, signs)
        return scale(top, -1), bottom
    if kind in ("add", "mul"):
        total = _quotient(node[1][0], name, signs)
        for item in node[1][1:]:
            other = _quotient(item, name, signs)
            product = mul(total[0], other[0])
            if kind == "add":
                product = add(mul(total[0], other[1]), mul(other[0], total[1]))
            total = (product, mul(total[1], other[1]))
        return total
    if kind == "div":
        top, bottom = _quotient(node[1], name, signs)
        divisor, below = _quotient(node[2], name, signs)
        return mul(top, below), mul(bottom, divisor)
    if kind == "pow" and node[2][0] == "num" and isinstance(node[2][1], int):
        power = node[2][1]
        if not 0 <= power <= MAX_DEGREE:
            raise OutsideError("the power")
        top, bottom = _quotient(node[1], name, signs)
        result: Quotient = (one, one)
        for _ in range(power):
            result = (mul(result[0], top), mul(result[1], bottom))
        return result
    if kind == "fn" and node[1] == "abs" and node[2][0] in signs:
        top, bottom = _quotient(node[2][0], name, signs)
        return scale(top, signs[node[2][0]]), bottom
    raise OutsideError(kind)
