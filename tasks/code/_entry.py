"""The name that tests call, where a benchmark does not say it."""

import ast

from .judging.names import bound_names, free_names, parsed


def entry_point_of(tests: str, reference: str = "") -> str:
    """The function that the tests ask for: first one they call that the reference defines.

    Without a reference it is the first call of a name that nothing in the tests binds. An
    empty string when the tests call nothing.
    """
    try:
        tree = parsed(tests.replace("\r\n", "\n"))
    except SyntaxError:
        return ""
    free = free_names(tree)
    functions: set[str] = set()
    bound: set[str] = set()
    if reference:
        try:
            body = parsed(reference).body
        except SyntaxError:
            body = []
        bound = bound_names(body)
        functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    called = [
        node.func.id
        for node in _in_order(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and (node.func.id in free or node.func.id in bound)
    ]
    for wanted in (functions, bound):
        for name in called:
            if name in wanted:
                return name
    return called[0] if called else ""


def _in_order(node: ast.AST) -> list[ast.AST]:
    nodes = [node]
    for child in ast.iter_child_nodes(node):
        nodes += _in_order(child)
    return nodes
