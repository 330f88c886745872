"""Comparison of two classified answers, kind by kind, exactly."""

from dataclasses import replace

from ..grading.answers import Answer, as_real_set
from ..grading.quantities import equal, equal_renamed, rounds_to, without_letter_unit
from ..grading.rules import EXACT, Rules
from ..grading.units import conflict
from ..grammar.nodes import Node, TooBigError, UndefinedError, symbols
from ..values.equality import UndecidedError, same_value, whole_value
from ..values.evaluation import base_value
from .relations import same_relation
from .univariate import same_truth, solves


def same(gold: Answer, answer: Answer, rules: Rules = EXACT) -> bool:
    """Whether the answer is the gold. Raises TooBigError where a value cannot be computed."""
    if gold.kind == "broken" or answer.kind == "broken":
        return False
    if gold.name is not None and answer.name is not None and gold.kind == answer.kind == "number":
        return _named(gold, answer, rules)
    if gold.kind == answer.kind == "number" and answer.name is None and _is_equation(gold.name):
        return False  # x + y = 0 is an equation of two unknowns, not the value 0
    if gold.kind == answer.kind and gold.kind in _SAME_KIND:
        return _SAME_KIND[gold.kind](gold, answer, rules)
    return _across(gold, answer, rules) or _across(answer, gold, rules)


def _named(gold: Answer, answer: Answer, rules: Rules) -> bool:
    """Two equations whose left sides are names: x = 5 is not y = 5, f(x) = 5 may be y = 5."""
    assert gold.name is not None
    assert answer.name is not None
    if states_same_name(gold, answer):
        return _numbers(gold, answer, rules)
    first, second = (("rel", one.name, (("=", one.node),)) for one in (gold, answer))
    return _relations(Answer("relation", node=first), Answer("relation", node=second), rules)


def states_same_name(gold: Answer, answer: Answer) -> bool:
    """Whether both are values of one name (x and X), or of functions whatever their name."""
    if gold.name is None or answer.name is None:
        return False
    names = (gold.name, answer.name)
    if all(name[0] == "sym" for name in names):
        return bool(names[0][1].lower() == names[1][1].lower())
    return names[0] == names[1] or all(_is_call(name) for name in names)


def _is_equation(name: Node | None) -> bool:
    """Whether a gold's left side ties unknowns together (x + y, xy) instead of naming a value."""
    if name is None or name[0] not in ("add", "mul", "div") or _is_call(name):
        return False
    return any(one[0].islower() for one in symbols(name))


_FUNCTION_LETTERS = frozenset("fghFGHPQTWpqA")
"""Letters that name functions by the habit of mathematics: P(n) and the product Pn are one tree."""


def _is_call(name: Node) -> bool:
    """y, or f(x): what names the value of a function."""
    if name[0] == "mul":
        first = name[1][0][1] if name[1][0][0] == "pow" else name[1][0]
        return first[0] == "sym" and first[1].rstrip("'") in _FUNCTION_LETTERS
    if name[0] == "div" and name[1][0] == name[2][0] == "mul":
        return bool(name[1][1][0] == name[2][1][0] == ("sym", "d"))  # dy/dx
    return name == ("sym", "y") or (name[0] == "sym" and name[1].endswith(")"))


def _numbers(gold: Answer, answer: Answer, rules: Rules) -> bool:
    if not rules.ignore_units and conflict(gold.unit, answer.unit):
        return False
    if equal(gold.node, answer.node, rules) or equal_renamed(gold, answer):
        return True
    if answer.rounded is not None and rounds_to(answer.node, answer.rounded):
        return equal(gold.node, answer.rounded, rules)
    return without_letter_unit(gold, answer, rules)


def _tuples(gold: Answer, answer: Answer, rules: Rules) -> bool:
    if len(gold.items) != len(answer.items):
        return False
    if len(gold.items) == 2 and {gold.style, answer.style} == {"(", "["}:
        return False  # an open against a closed interval
    return all(same(a, b, rules) for a, b in zip(gold.items, answer.items, strict=True))


def _matrices(gold: Answer, answer: Answer, rules: Rules) -> bool:
    return len(gold.items) == len(answer.items) and all(
        len(a.items) == len(b.items)
        and all(same(x, y, rules) for x, y in zip(a.items, b.items, strict=True))
        for a, b in zip(gold.items, answer.items, strict=True)
    )


def _sets(gold: Answer, answer: Answer, rules: Rules) -> bool:
    """Each member of one has its equal in the other; repetitions do not count."""
    styles = {gold.style, answer.style}
    if "system" in styles and (len(styles) > 1 or len(gold.items) != len(answer.items)):
        return False
    if len(gold.items) * len(answer.items) > 40_000:
        raise TooBigError("sets of too many members")
    return _covers(gold.items, answer.items, rules) and _covers(answer.items, gold.items, rules)


def _covers(first: tuple[Answer, ...], second: tuple[Answer, ...], rules: Rules) -> bool:
    return all(any(_same_member(a, b, rules) for b in second) for a in first)


def _same_member(first: Answer, second: Answer, rules: Rules) -> bool:
    """A set in a set is no member of its own: {1, {2}} is not {1, 2}."""
    sets = [one.kind == "set" and one.style == "{" for one in (first, second)]
    return sets[0] == sets[1] and same(first, second, rules)


def _real_sets(gold: Answer, answer: Answer, rules: Rules) -> bool:
    assert gold.real_set is not None
    assert answer.real_set is not None
    if gold.style and answer.style and gold.style != answer.style:
        return False  # x > 3 is not k > 3
    return gold.real_set.same(answer.real_set)


def _mappings(gold: Answer, answer: Answer, rules: Rules) -> bool:
    mine, theirs = ({item.name: item for item in one.items} for one in (gold, answer))
    return mine.keys() == theirs.keys() and all(
        same(value, theirs[name], rules) for name, value in mine.items()
    )


def _ratios(gold: Answer, answer: Answer, rules: Rules) -> bool:
    """3:4 is 6:8, but what could be a time of day is compared as it stands."""
    if len(gold.items) != len(answer.items):
        return False
    mine, theirs = [i.node for i in gold.items], [i.node for i in answer.items]
    if _maybe_time(mine) or _maybe_time(theirs):
        return all(equal(a, b, rules) for a, b in zip(mine, theirs, strict=True))
    return all(
        equal(("mul", (mine[0], b)), ("mul", (theirs[0], a)), rules)
        for a, b in zip(mine[1:], theirs[1:], strict=True)
    ) and not equal(theirs[0], ("num", 0), rules)


def _maybe_time(parts: list[Node]) -> bool:
    if len(parts) != 2 or any(p[0] != "num" or not isinstance(p[1], int) for p in parts):
        return False
    return bool(parts[0][1] <= 24 and (parts[1][1] == 0 or 10 <= parts[1][1] < 60))


def _moduli(gold: Answer, answer: Answer, rules: Rules) -> bool:
    modulus, other = gold.items[1].node, answer.items[1].node
    if not equal(modulus, other, rules):
        return False
    residues = [whole_value(one.items[0].node) for one in (gold, answer)]
    number = whole_value(modulus)
    if residues[0] is None or residues[1] is None or not number:
        return False
    return (residues[0] - residues[1]) % number == 0


def _is_residue(answer: Answer) -> bool:
    """Whether a residue is smaller than its modulus."""
    residue, modulus = (whole_value(item.node) for item in answer.items)
    return residue is not None and modulus is not None and abs(residue) < abs(modulus)


def _bases(gold: Answer, answer: Answer, rules: Rules) -> bool:
    try:
        return base_value(gold.node) == base_value(answer.node)
    except UndefinedError:
        return False


def _relations(gold: Answer, answer: Answer, rules: Rules) -> bool:
    return same_relation(gold.node, answer.node) or bool(same_truth(gold.node, answer.node))


def _infinities(gold: Answer, answer: Answer, rules: Rules) -> bool:
    return gold.node == answer.node


_SAME_KIND = {
    "number": _numbers,
    "set": _sets,
    "tuple": _tuples,
    "real set": _real_sets,
    "relation": _relations,
    "matrix": _matrices,
    "mapping": _mappings,
    "ratio": _ratios,
    "mod": _moduli,
    "base": _bases,
    "infinite": _infinities,
}


def solution_set(first: Answer, second: Answer) -> bool | None:
    """Whether a set of reals holds the solutions of a relation; None when that stays open."""
    if second.kind != "relation" or first.kind not in ("real set", "set", "tuple"):
        return None
    if any(op == "=" for op, _ in second.node[2]):
        return False  # an equation is not its solutions
    real_set = as_real_set(first)
    if real_set is None:
        return None
    unknowns = {name.casefold() for name in symbols(second.node)}
    if first.kind == "real set" and first.style and unknowns != {first.style}:
        return False  # -2 < k < 2 is not x^2 < 4
    if unknowns & {"f", "g", "h"}:
        return False  # f(2) < f(1) orders values of a function
    return solves(second.node, real_set)


def _across(first: Answer, second: Answer, rules: Rules) -> bool:
    """Kinds that may mean the same; called in both orders."""
    if (solved := solution_set(first, second)) is not None:
        return solved
    if first.kind == "set" and (same_set := _set_across(first, second, rules)) is not None:
        return same_set
    if second.kind == "real set" and first.kind in ("tuple", "set"):
        real_set = as_real_set(first)
        assert second.real_set is not None
        return real_set is not None and real_set.same(second.real_set)
    if first.kind in ("tuple", "mapping") and second.kind == "number" and second.items:
        return same(first, Answer("mapping", items=second.items), rules)
    if first.kind == "number":
        return _number_across(first, second, rules)
    return _tuple_across(first, second, rules)


def _set_across(first: Answer, second: Answer, rules: Rules) -> bool | None:
    """A set beside another kind; None where the other kind decides."""
    if first.items and second.kind in ("number", "tuple", "base"):
        if second.kind == "tuple" and first.style == "list" and len(first.items) > 1:
            ordered = second.style != "[" or len(second.items) != 2
            return ordered and _tuples(replace(second, style=""), replace(first, style=""), rules)
        return all(same(item, second, rules) for item in first.items)
    if second.kind == "relation":
        return len(first.items) == 1 and same(first.items[0], second, rules)
    if second.kind == "mapping" and first.style == "list":
        return _tuples(replace(second, style=""), first, rules)
    return None


def _tuple_across(first: Answer, second: Answer, rules: Rules) -> bool:
    """A tuple or mapping beside another kind."""
    pair = (first.kind, second.kind)
    if pair == ("tuple", "matrix"):
        return _vector(first, second, rules)
    if pair == ("tuple", "mapping"):
        items = second.items
        if second.style != "tuple":
            items = tuple(sorted(items, key=lambda item: str(item.name)))
        return _tuples(replace(first, style=""), Answer("tuple", items=items), rules)
    if pair == ("tuple", "number"):
        return _unit_vectors(first, second)
    if pair == ("mapping", "matrix"):
        items = tuple(sorted(first.items, key=lambda item: str(item.name)))
        return _vector(Answer("tuple", items=items), second, rules)
    return False


def _number_across(first: Answer, second: Answer, rules: Rules) -> bool:
    """A number beside a numeral with a base, a residue, a relation or a ratio."""
    if second.kind == "base":
        return second.node[1].isdigit() and first.node == ("num", int(second.node[1]))
    if second.kind == "mod":
        # 12 mod 5 is 2, so only a residue smaller than its modulus is itself.
        return _is_residue(second) and same(first, second.items[0], rules)
    if second.kind == "relation":
        return first.name is not None and _relations(
            Answer("relation", node=("rel", first.name, (("=", first.node),))), second, rules
        )
    return second.kind == "ratio" and _fraction_is_ratio(first, second)


_BASIS: tuple[Node, ...] = (("const", "i"), ("sym", "j"), ("sym", "k"))


def _unit_vectors(first: Answer, second: Answer) -> bool:
    """2i + 3j for (2, 3)."""
    names = symbols(second.node)
    if not names or not names <= {"j", "k"} or not 2 <= len(first.items) <= 3:
        return False
    if any(item.kind != "number" for item in first.items) or second.name is not None:
        return False
    parts = tuple(("mul", (a.node, b)) for a, b in zip(first.items, _BASIS, strict=False))
    try:
        return same_value(("add", parts), second.node)
    except UndecidedError:
        return False


def _vector(first: Answer, matrix: Answer, rules: Rules) -> bool:
    if len(matrix.items) == 1:
        items = matrix.items[0].items
    elif all(len(row.items) == 1 for row in matrix.items):
        items = tuple(row.items[0] for row in matrix.items)
    else:
        return False
    return len(items) == len(first.items) and all(
        same(a, b, rules) for a, b in zip(first.items, items, strict=True)
    )


def _fraction_is_ratio(first: Answer, ratio: Answer) -> bool:
    """3/4 for 3:4, as written, never a decimal."""
    node = first.node
    parts = [item.node for item in ratio.items]
    return node[0] == "div" and len(parts) == 2 and node[1:3] == (parts[0], parts[1])
