"""Equations and inequalities: equal up to a nonzero factor and rearrangement."""

from ..grammar.nodes import Node, symbols
from ..values.equality import constant_ratio, same_value, value_at
from ..values.sample_points import sample_points

_DIRECTION = {"<": 1, "<=": 1, ">": -1, ">=": -1, "=": 0, "!=": 0}
_STRICT = {"<": "<", ">": "<", "<=": "<=", ">=": "<=", "=": "=", "!=": "!="}


def same_relation(first: Node, second: Node) -> bool:
    """Whether two relations say the same. Raises TooBigError."""
    if first == second:
        return True
    if len(first[2]) != len(second[2]):
        return False
    if len(first[2]) > 1:
        return _same_chain(first, second)
    (op, right), (other_op, other_right) = first[2][0], second[2][0]
    if _STRICT[op] != _STRICT[other_op]:
        return False
    sign = constant_ratio(_difference(first[1], right), _difference(second[1], other_right))
    if sign is None:
        return False
    direction = _DIRECTION[op] * _DIRECTION[other_op]
    return direction == 0 or sign * direction > 0


def _difference(left: Node, right: Node) -> Node:
    return ("add", (left, ("neg", right)))


def _same_chain(first: Node, second: Node) -> bool:
    mine, theirs = _ascending(first), _ascending(second)
    return mine[0] == theirs[0] and all(
        same_value(a, b) for a, b in zip(mine[1], theirs[1], strict=True)
    )


def _ascending(node: Node) -> tuple[list[str], list[Node]]:
    ops = [op for op, _ in node[2]]
    parts = [node[1], *(part for _, part in node[2])]
    if all(_DIRECTION[op] == -1 for op in ops):
        return [_STRICT[op] for op in reversed(ops)], parts[::-1]
    return ops, parts


def is_polynomial(node: Node) -> bool:
    """Whether an equation has only sums, products, whole powers and numbers below the line."""
    if node[0] == "rel":
        return all(op == "=" for op, _ in node[2]) and all(
            is_polynomial(part) for part in (node[1], *(part for _, part in node[2]))
        )
    if node[0] in ("num", "sym"):
        return True
    if node[0] in ("add", "mul"):
        return all(is_polynomial(part) for part in node[1])
    if node[0] == "neg":
        return is_polynomial(node[1])
    if node[0] == "div":
        return is_polynomial(node[1]) and not symbols(node[2])
    if node[0] == "pow":
        whole = node[2][0] == "num" and isinstance(node[2][1], int) and node[2][1] >= 0
        return whole and is_polynomial(node[1])
    return False


def cleared(node: Node) -> tuple[Node, Node] | None:
    """Numerator and denominator of a quotient of polynomials, as trees; else None."""
    one: Node = ("num", 1)
    kind = node[0]
    if kind in ("num", "sym"):
        return node, one
    if kind == "neg" and (inner := cleared(node[1])):
        return ("neg", inner[0]), inner[1]
    if kind in ("add", "mul"):
        parts = [cleared(item) for item in node[1]]
        if None in parts or len(parts) > 12:
            return None
        top, bottom = parts[0] or (one, one)
        for part in parts[1:]:
            other, below = part or (one, one)
            if kind == "mul":
                top = ("mul", (top, other))
            else:
                top = ("add", (("mul", (top, below)), ("mul", (other, bottom))))
            bottom = ("mul", (bottom, below))
        return top, bottom
    if kind == "div":
        above, under = cleared(node[1]), cleared(node[2])
        if above and under:
            return ("mul", (above[0], under[1])), ("mul", (above[1], under[0]))
    if kind == "pow" and node[2][0] == "num" and isinstance(node[2][1], int):
        base = cleared(node[1])
        if base and 0 <= node[2][1] <= 12:
            return ("pow", base[0], node[2]), ("pow", base[1], node[2])
    return None


def same_fractions(first: Node, second: Node) -> bool | None:
    """Whether two equations are the same once denominators are cleared; None when open.

    A difference decides only when no numerator can be shortened by its denominator.
    """
    pairs = [cleared(_difference(one[1], one[2][0][1])) for one in (first, second)]
    if None in pairs:
        return None
    tops = [pair[0] for pair in pairs if pair]
    if constant_ratio(tops[0], tops[1]) is not None:
        return True
    shortened = any(not _is_short(*pair) for pair in pairs if pair)
    return None if shortened else False


def _is_short(top: Node, bottom: Node) -> bool:
    """Whether the denominator is a product of symbols, none of which divides the numerator."""
    if not _is_monomial(bottom):
        return False
    point = next(sample_points(top, bottom))
    return all(value_at(top, {**point, name: 0}) != 0 for name in symbols(bottom))


def _is_monomial(node: Node) -> bool:
    if node[0] == "mul":
        return all(_is_monomial(one) for one in node[1])
    return node[0] in ("num", "sym") or (node[0] == "pow" and _is_monomial(node[1]))
