"""Small mistakes: every program that differs from a given one in one operator or number."""

import ast
import random
from collections.abc import Iterator
from typing import Any

_OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Add,), ast.Mod: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mod,), ast.Pow: (ast.Mult,), ast.Gt: (ast.GtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt), ast.GtE: (ast.Gt,), ast.LtE: (ast.Lt,), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,),
}  # fmt: skip
_CALLS = {
    "max": "min", "min": "max", "sum": "len", "len": "sum", "upper": "lower", "sorted": "list",
    "any": "all", "all": "any",
}  # fmt: skip


def mutants(source: str, rng: random.Random, most: int) -> Iterator[tuple[str, str, str]]:
    """Up to `most` different mutants in random order.

    Each is (program, expression as it was, expression as it is now).
    """
    tree = ast.parse(source)
    plain = ast.unparse(tree)
    nodes = list(ast.walk(tree))
    sites = [(i, change) for i, node in enumerate(nodes) for change in range(_changes(node))]
    rng.shuffle(sites)
    seen = {plain}
    for index, change in sites:
        if len(seen) > most:
            return
        node = nodes[index]
        before, was = dict(node.__dict__), ast.unparse(node)
        _change(node, change)
        text, now = ast.unparse(tree), ast.unparse(node)
        node.__dict__.update(before)
        if text not in seen:
            seen.add(text)
            yield text, was, now


def _changes(node: ast.AST) -> int:
    if isinstance(node, ast.BinOp):
        return len(_OPERATORS.get(type(node.op), ()))
    if isinstance(node, ast.AugAssign):
        return len(_OPERATORS.get(type(node.op), ()))
    if isinstance(node, ast.Compare):
        return len(_OPERATORS.get(type(node.ops[0]), ()))
    if isinstance(node, ast.Constant):
        return 2 if type(node.value) is int else 0
    if isinstance(node, ast.Name):
        return 1 if node.id in _CALLS else 0
    if isinstance(node, ast.Attribute):
        return 1 if node.attr in _CALLS else 0
    return 0


def _other(operator: ast.AST, which: int) -> Any:
    return _OPERATORS[type(operator)][which]()


def _change(node: ast.AST, which: int) -> None:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        node.op = _other(node.op, which)
    elif isinstance(node, ast.Compare):
        node.ops = [_other(node.ops[0], which), *node.ops[1:]]
    elif isinstance(node, ast.Constant):
        assert isinstance(node.value, int)
        node.value = node.value + (1 if which == 0 else -1)
    elif isinstance(node, ast.Name):
        node.id = _CALLS[node.id]
    elif isinstance(node, ast.Attribute):
        node.attr = _CALLS[node.attr]
