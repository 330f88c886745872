"""Propositional formulas as nested lists (plain JSON): their truth, text and clauses.

A formula is ["var", name] or [op, part, ...] with op one of not, and, or, xor, iff, implies.
"""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from .solving import Cnf

Formula = list[Any]
MAX_ATOMS = 6


def var(name: str) -> Formula:
    """Make an atom."""
    return ["var", name]


def evaluate(formula: Formula, truth: Mapping[str, bool]) -> bool:
    """Evaluate a formula under the given truth of each atom."""
    op, *parts = formula
    if op == "var":
        return truth[parts[0]]
    values = [evaluate(part, truth) for part in parts]
    if op == "not":
        return not values[0]
    if op == "and":
        return all(values)
    if op == "or":
        return any(values)
    if op == "xor":
        return values[0] != values[1]
    if op == "iff":
        return values[0] == values[1]
    return not values[0] or values[1]


def atoms(formula: Formula) -> list[str]:
    """Return the names of the atoms, in order of first occurrence."""
    op, *parts = formula
    if op == "var":
        return [parts[0]]
    found: list[str] = []
    for part in parts:
        found += [name for name in atoms(part) if name not in found]
    return found


def clauses_of(formula: Formula) -> list[list[tuple[str, bool]]]:
    """Write the formula as clauses over its own atoms, one for each case that makes it false.

    Raises ValueError for more than MAX_ATOMS atoms, as the cases double with each.
    """
    names = atoms(formula)
    if len(names) > MAX_ATOMS:
        raise ValueError(f"{len(names)} atoms in one formula")
    clauses = []
    for values in product((False, True), repeat=len(names)):
        if not evaluate(formula, dict(zip(names, values, strict=True))):
            clauses.append([(name, not v) for name, v in zip(names, values, strict=True)])
    return _merged(clauses)


def _merged(clauses: list[list[tuple[str, bool]]]) -> list[list[tuple[str, bool]]]:
    """Resolve clauses that differ in one sign until none is left: short and equivalent."""
    current = [frozenset(clause) for clause in clauses]
    order = {literal: i for i, literal in enumerate(x for clause in clauses for x in clause)}
    changed = True
    while changed:
        changed = False
        for i, first in enumerate(current):
            for second in current[i + 1 :]:
                rest = first & second
                if len(rest) == len(first) - 1 == len(second) - 1 and _opposite(first, second):
                    current = [c for c in current if not rest <= c] + [rest]
                    changed = True
                    break
            if changed:
                break
    return [sorted(clause, key=lambda literal: order[literal]) for clause in current]


def _opposite(first: frozenset[tuple[str, bool]], second: frozenset[tuple[str, bool]]) -> bool:
    ((one, sign),) = first - second
    ((other, other_sign),) = second - first
    return one == other and sign != other_sign


def literal(cnf: Cnf, formula: Formula) -> int:
    """Return a literal that is equivalent to the formula (Tseitin); adds clauses to `cnf`.

    The atom `name` is the variable `cnf.var(name)`; inner nodes get variables of their own,
    whose values follow from the atoms'.
    """
    op, *parts = formula
    if op == "var":
        return cnf.var(parts[0])
    inner = [literal(cnf, part) for part in parts]
    if op == "not":
        return -inner[0]
    node = cnf.fresh()
    if op in ("xor", "iff"):
        first, second = inner
        same = node if op == "iff" else -node
        for clause in ([-same, -first, second], [-same, first, -second],
                       [same, first, second], [same, -first, -second]):  # fmt: skip
            cnf.add(*clause)
        return node
    if op == "implies":
        inner[0] = -inner[0]
    sign = -1 if op == "and" else 1  # a conjunction is a disjunction of the negations, negated
    for part in inner:
        cnf.add(sign * node, -sign * part)
    cnf.add(-sign * node, *(sign * part for part in inner))
    return node


def english(formula: Formula, say: Callable[[str, bool], str], top: bool = True) -> str:
    """Write the formula in words; `say(name, truth)` writes an atom or its negation.

    Parts that are not atoms stand in parentheses, so a sentence has one reading.
    """
    op, *parts = formula
    if op == "var":
        return say(parts[0], True)
    if op == "not" and parts[0][0] == "var":
        return say(parts[0][1], False)
    words = [english(part, say, False) for part in parts]
    text = {
        "not": "it is false that {0}",
        "and": " and ".join(words).replace("{", "").replace("}", ""),
        "or": " or ".join(words).replace("{", "").replace("}", ""),
        "xor": "{0} or {1} but not both",
        "iff": "{0} if and only if {1}",
        "implies": "if {0} then {1}",
    }[op].format(*words)
    return text if top else f"({text})"
