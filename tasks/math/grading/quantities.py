"""Equality of numbers and expressions: exact, up to names of parameters, up to letters of units."""

from dataclasses import replace

from ..grammar.nodes import Node, mapped, symbols
from ..values.equality import UndecidedError, is_close, same_value
from .answers import Answer
from .rules import Rules
from .units import LETTERS, conflict, spelled


def equal(first: Node, second: Node, rules: Rules) -> bool:
    """Whether two expressions have one value, or one that the rules let pass."""
    try:
        if same_value(first, second):
            return True
    except UndecidedError:
        return False
    if rules.percent_is_number:
        for one, other in ((first, second), (second, first)):
            if one[0] == "div" and one[2] == ("num", 100) and len(one) == 3:
                return equal(one[1], other, replace(rules, percent_is_number=False))
    return bool(rules.tolerance) and is_close(first, second, rules.tolerance)


def rounds_to(exact: Node, decimal: Node) -> bool:
    """Whether a decimal can be the rounding of a value."""
    return is_close(exact, decimal, 0.01)


def equal_renamed(gold: Answer, answer: Answer) -> bool:
    """f(x) = x^2 against f(t) = t^2, and C against c as the constant of integration."""
    names = [_bound_names(gold.name), _bound_names(answer.name)]
    renaming: dict[str, str] = {}
    if names[0] and names[1] and len(names[0]) == len(names[1]):
        renaming = dict(zip(names[1], names[0], strict=True))
    mine = symbols(gold.node) - symbols(answer.node)
    theirs = symbols(answer.node) - symbols(gold.node)
    if mine and _are_arbitrary(gold.node, mine) and _are_arbitrary(answer.node, theirs):
        new, old = ({name.partition("_")[2]: name for name in one} for one in (mine, theirs))
        if new.keys() == old.keys() and len(new) == len(mine) == len(theirs):
            renaming |= {old[suffix]: new[suffix] for suffix in new}
    if not renaming or all(old == new for old, new in renaming.items()):
        return False
    try:
        return same_value(gold.node, rename(answer.node, renaming))
    except UndecidedError:
        return False


def _are_arbitrary(node: Node, names: frozenset[str]) -> bool:
    """Whether symbols are constants of integration: a term + c, or the C of C e^x; not 2c."""
    if not symbols(node) - names:
        return False
    terms = node[1] if node[0] == "add" else ()
    added = {term[-1] for term in terms if term[0] == "sym"}
    added |= {term[1][1] for term in terms if term[0] == "neg" and term[1][0] == "sym"}
    return all(
        name.partition("_")[0] in (("C", "c", "K") if name in added or "_" in name else ("C", "K"))
        for name in names
    )


def _bound_names(name: Node | None) -> list[str]:
    if name is None or name[0] != "mul":
        return []
    return [one[1] for one in name[1][1:] if one[0] == "sym"]


def rename(node: Node, names: dict[str, str]) -> Node:
    """The tree with its symbols renamed."""
    if node[0] == "sym":
        return ("sym", names.get(node[1], node[1]))
    return mapped(node, lambda entry: rename(entry, names))


def without_letter_unit(gold: Answer, answer: Answer, rules: Rules) -> bool:
    """5m against 5: the letter is a unit when the gold has no symbol."""
    if symbols(gold.node) or not symbols(answer.node) or answer.unit:
        return False
    found = _letter_unit(answer.node)
    if found is None:
        return False
    value, unit = found
    if not rules.ignore_units and conflict(gold.unit, unit):
        return False
    return equal(gold.node, value, rules)


def _letter_unit(node: Node) -> tuple[Node, str] | None:
    """The number and the unit of 5m, 9 N*m, 20 m/s^2; None when a letter is no unit."""
    factors: dict[str, int] = {}
    value: Node | None = None
    for factor, sign in _factors(node, 1):
        if not symbols(factor):
            if value is not None or sign < 0:
                return None
            value = factor
            continue
        power = 1
        if factor[0] == "pow" and factor[2] in (("num", 2), ("num", 3)):
            factor, power = factor[1], factor[2][1]
        if factor[0] != "sym" or factor[1] not in LETTERS:
            return None
        unit = LETTERS[factor[1]]
        factors[unit] = factors.get(unit, 0) + sign * power
    return (value, spelled(factors)) if value is not None and len(factors) <= 3 else None


def _factors(node: Node, sign: int) -> list[tuple[Node, int]]:
    if not symbols(node):
        return [(node, sign)]
    if node[0] == "mul":
        return [pair for one in node[1] for pair in _factors(one, sign)]
    if node[0] == "div":
        return _factors(node[1], sign) + _factors(node[2], -sign)
    return [(node, sign)]
