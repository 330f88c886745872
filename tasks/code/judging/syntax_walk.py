"""Walks over syntax trees, several times faster than those of `ast`."""

import ast

_LEAVES = frozenset({ast.Name, ast.Constant})
_PARTS = (
    ast.expr, ast.stmt, ast.arguments, ast.arg, ast.keyword, ast.comprehension, ast.excepthandler,
    ast.alias, ast.withitem, ast.match_case, ast.pattern,
)  # fmt: skip


def nodes(root: ast.AST) -> list[ast.AST]:
    """The node and all below it, as `ast.walk` gives them, several times faster."""
    found = [root]
    for node in found:
        if type(node) not in _LEAVES:
            found += children(node)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one, without contexts and operators."""
    found: list[ast.AST] = []
    held = node.__dict__
    for field in node._fields:
        value = held.get(field)
        if type(value) is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, _PARTS):
            found.append(value)
    return found


def locate(tree: ast.Module) -> None:
    """Give what was put in the place of what it stands in; `ast.fix_missing_locations`, faster."""
    waiting: list[tuple[ast.AST, int, int]] = [(tree, 1, 0)]
    for node, line, column in waiting:
        held = node.__dict__
        if "lineno" in held:
            line, column = held["lineno"], held["col_offset"]
        elif node._attributes:
            held.update(lineno=line, end_lineno=line, col_offset=column, end_col_offset=column)
        if type(node) not in _LEAVES:
            waiting += [(child, line, column) for child in children(node)]
