"""Sums of P(x) * f(Q(x)) with polynomials P, Q and f one of sin, cos, e^, ln: differentiated."""

from dataclasses import dataclass
from fractions import Fraction

from .polynomial import Coefficients, add, multiply, polynomial


@dataclass(frozen=True, slots=True)
class Term:
    """polynomial(factor) * function(polynomial(inner)).

    `function` is "", "sin", "cos", "e", "ln" or "over" (one divided by the inner polynomial).
    """

    factor: tuple[Fraction, ...]
    function: str = ""
    inner: tuple[Fraction, ...] = ()

    def text(self) -> str:
        factor = polynomial(self.factor)
        if not self.function:
            return factor
        inner = polynomial(self.inner)
        several = sum(1 for c in self.factor if c) > 1
        if self.function == "over":
            return f"({factor})/({inner})"
        bracketed = "e^x" if self.function == "e" and inner == "x" else f"e^({inner})"
        shown = bracketed if self.function == "e" else f"{self.function}({inner})"
        if factor == "1":
            return shown
        if factor == "-1":
            return f"-{shown}"
        return f"({factor})*{shown}" if several else f"{factor}*{shown}"


def derivative(coefficients: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The derivative of a polynomial."""
    return tuple(power * c for power, c in enumerate(coefficients))[1:] or (Fraction(0),)


_OUTER = {"sin": ("cos", 1), "cos": ("sin", -1), "e": ("e", 1), "ln": ("over", 1)}


def differentiate(term: Term) -> list[Term]:
    """The derivative of a term by the product and chain rules, without zero terms.

    Raises ValueError for "over", which no further derivative is asked of.
    """
    if not term.function:
        found = [Term(derivative(term.factor))]
    elif term.function == "over":
        raise ValueError("a quotient is not differentiated again")
    else:
        name, sign = _OUTER[term.function]
        chain = tuple(sign * c for c in multiply(list(term.factor), list(derivative(term.inner))))
        found = [
            Term(derivative(term.factor), term.function, term.inner),
            Term(chain, name, term.inner),
        ]
    return [each for each in found if any(each.factor)]


def collect(terms: list[Term]) -> list[Term]:
    """The terms with equal function and inner polynomial added up, in order of appearance."""
    sums: dict[tuple[str, tuple[Fraction, ...]], Coefficients] = {}
    for term in terms:
        kind = (term.function, term.inner)
        sums[kind] = add(sums.get(kind, [Fraction(0)]), term.factor)
    return [Term(tuple(f), *kind) for kind, f in sums.items() if any(f)]


def text(terms: list[Term]) -> str:
    """The sum as text."""
    shown = [term.text() for term in terms]
    joined = shown[0] if shown else "0"
    for each in shown[1:]:
        joined += f" - {each[1:]}" if each.startswith("-") else f" + {each}"
    return joined
