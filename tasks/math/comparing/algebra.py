"""The symbolic stage, run by a worker under a deadline: sympy on trees of our own."""

from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from ..grammar.nodes import Node, from_data, symbols

_FUNCTIONS = {
    name: getattr(sympy, target)
    for name, target in {
        "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
        "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh",
        "tanh": "tanh", "log": "log", "ln": "log", "exp": "exp", "abs": "Abs", "floor": "floor",
        "ceil": "ceiling", "factorial": "factorial", "binom": "binomial", "max": "Max",
        "min": "Min",
    }.items()
}  # fmt: skip
_COUNTED = frozenset(("factorial", "binom"))
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "inf": sympy.oo}
_RELATIONS = {
    "=": sympy.Eq, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "!=": sympy.Ne,
}  # fmt: skip


class UnknownNodeError(ValueError):
    """A tree that has no counterpart here."""


def expression(node: Node) -> Any:
    """The sympy expression of a tree. Raises UnknownNodeError."""
    kind = node[0]
    if kind == "num":
        value = Fraction(node[1])
        return sympy.Rational(value.numerator, value.denominator)
    if kind == "sym":
        return sympy.Symbol(node[1], real=True)
    if kind == "const" and node[1] in _CONSTANTS:
        return _CONSTANTS[node[1]]
    if kind in ("add", "mul"):
        parts = [expression(item) for item in node[1]]
        return sympy.Add(*parts) if kind == "add" else sympy.Mul(*parts)
    if kind == "neg":
        return -expression(node[1])
    if kind == "div":
        return expression(node[1]) / expression(node[2])
    if kind == "pow":
        return _power(expression(node[1]), expression(node[2]))
    if kind == "root":
        return sympy.real_root(expression(node[1]), expression(node[2]))
    if kind == "fn" and node[1] in _COUNTED and any(map(_may_be_long, node[2])):
        raise UnknownNodeError("a number of very many digits")
    if kind == "fn" and node[1] in _FUNCTIONS:
        return _FUNCTIONS[node[1]](*(expression(item) for item in node[2]))
    raise UnknownNodeError(kind)


def _may_be_long(node: Node) -> bool:
    if symbols(node):
        return False
    return node[0] != "num" or abs(Fraction(node[1])) > 10_000


def _power(base: Any, exponent: Any) -> Any:
    if exponent.is_number and abs(exponent) > 64 and (base.is_Rational or not exponent.is_Rational):
        raise UnknownNodeError("a high power")
    return base**exponent


def warm_up() -> None:
    """Load what sympy loads late, before the first question comes."""
    x = sympy.Symbol("x", real=True)
    _solve(sympy.exp(x) > 1)
    sympy.cancel(sympy.together(1 / x + 1 / (x + 1)))


def same_solutions(first_data: Any, second_data: Any) -> bool:
    """Whether two relations (or a relation and a set) have the same solutions.

    What sympy cannot decide is not the same: an answer counts only when it is shown right.
    """
    first, second = from_data(first_data), from_data(second_data)
    try:
        if _is_equation(first) and _is_equation(second):
            return _same_equation(first, second)
        return _same_set(_solutions(first), _solutions(second))
    except (UnknownNodeError, NotImplementedError, ValueError, TypeError, AttributeError):
        return False
    except (ZeroDivisionError, RecursionError, sympy.PolynomialError):
        return False


def same_values(first_data: Any, second_data: Any) -> bool:
    """Whether two expressions simplify to the same one; what stays open is not the same."""
    try:
        first, second = expression(from_data(first_data)), expression(from_data(second_data))
        if sympy.powsimp(sympy.expand(first - second)) == 0:
            return True
        return bool(second != 0 and sympy.powsimp(first / second) == 1)
    except (UnknownNodeError, NotImplementedError, ValueError, TypeError, AttributeError):
        return False
    except (ZeroDivisionError, RecursionError, sympy.PolynomialError):
        return False


def _is_equation(node: Node) -> bool:
    return node[0] == "rel" and len(node[2]) == 1 and node[2][0][0] == "="


def _same_equation(first: Node, second: Node) -> bool:
    """Cleared of denominators, one polynomial is a constant times the other."""
    polynomials = []
    for node in (first, second):
        difference = expression(node[1]) - expression(node[2][0][1])
        numerator, _ = sympy.fraction(sympy.cancel(sympy.together(difference)))
        polynomials.append(sympy.expand(numerator))
    if 0 in polynomials:
        return False
    quotient = sympy.cancel(polynomials[0] / polynomials[1])
    return bool(quotient.is_number and quotient.is_finite and quotient != 0)


def _solutions(node: Node) -> Any:
    """The real solutions of a relation in one symbol, or the set that a tree is."""
    if node[0] == "rel":
        parts = [expression(node[1]), *(expression(part) for _, part in node[2])]
        relations = [
            _RELATIONS[op](left, right)
            for left, (op, _), right in zip(parts, node[2], parts[1:], strict=False)
        ]
        return reduce(sympy.Intersection, [_solve(one) for one in relations])
    if node[0] == "list":
        sets = [_solutions(item) for item in node[2]]
        return reduce(sympy.Intersection if node[1] == "and" else sympy.Union, sets)
    if node[0] == "join" and node[1] == "cup":
        return sympy.Union(_solutions(node[2]), _solutions(node[3]))
    if node[0] == "seq" and node[1] == "{":
        return sympy.FiniteSet(*(expression(item) for item in node[3]))
    if node[0] == "seq" and len(node[3]) == 2:
        low, high = (expression(item) for item in node[3])
        return sympy.Interval(low, high, node[1] == "(", node[2] == ")")
    raise UnknownNodeError(node[0])


def _solve(relation: Any) -> Any:
    names = relation.free_symbols
    if len(names) != 1:
        raise UnknownNodeError("not one unknown")
    (name,) = names
    if isinstance(relation, sympy.Eq):
        return sympy.solveset(relation, name, sympy.S.Reals)
    return sympy.solve_univariate_inequality(relation, name, relational=False)


def _same_set(first: Any, second: Any) -> bool:
    if first == second:
        return True
    return bool(first.symmetric_difference(second) == sympy.S.EmptySet)
