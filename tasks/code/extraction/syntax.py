"""Texts as syntax trees, with a bound on the work: extraction runs without a deadline."""

import ast
import sys
from functools import lru_cache

from ..judging.names import bound_names, parsed

MAX_PROGRAM = 200_000
"""Characters of the longest program."""
MAX_PARSED = 2_000_000
"""Characters that one search may parse."""
LIBRARIES = frozenset({"mpmath", "numpy", "pandas", "scipy", "sympy"})
_CACHED_LENGTH = 20_000


def tree_of(text: str) -> ast.Module | None:
    """The tree of a text, or None where it is not Python or too long."""
    return tree_or_line(text)[0]


def tree_or_line(text: str) -> tuple[ast.Module | None, int]:
    """The tree of a text, or None and the line that stops the parser (0: unknown)."""
    if len(text) > MAX_PROGRAM:
        return None, 0
    return _parse_cached(text) if len(text) <= _CACHED_LENGTH else _parse(text)


def _parse(text: str) -> tuple[ast.Module | None, int]:
    try:
        return parsed(text), 0
    except SyntaxError as error:
        return None, error.lineno or 0


_parse_cached = lru_cache(maxsize=16)(_parse)


def defines(text: str, entry_point: str) -> bool:
    """Whether a text is Python that defines the entry point."""
    if entry_point not in text:
        return False
    tree = tree_of(text)
    return tree is not None and tree_defines(tree, entry_point)


def tree_defines(tree: ast.Module, entry_point: str) -> bool:
    """Whether a program defines the entry point by itself.

    `from solution import f` asks for a file of somebody else, and `f = cached(f)` for an earlier
    definition: neither defines `f`.
    """
    for node in tree.body:
        if entry_point in bound_names([node]):
            return not (_imports_elsewhere(node) or _rebinds(node, entry_point))
    return False


def _imports_elsewhere(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or not is_known_module(node.module or "")
    if isinstance(node, ast.Import):
        return not all(is_known_module(alias.name) for alias in node.names)
    return False


def is_known_module(name: str) -> bool:
    """Whether a program may import this module: the standard library's, or a known library."""
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or top in LIBRARIES


def _rebinds(node: ast.stmt, entry_point: str) -> bool:
    """Whether an assignment to the name reads it first."""
    return isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and any(
        isinstance(part, ast.Name)
        and part.id == entry_point
        and isinstance(part.ctx, ast.Load)
        and not isinstance(node.value, ast.Lambda)
        for part in ast.walk(node)
    )


def is_stub(tree: ast.Module, entry_point: str) -> bool:
    """Whether the last definition of the entry point leaves its body out."""
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name == entry_point:
                return _is_left_out(node)
        elif entry_point in bound_names([node]):
            return False
    return False


def _is_left_out(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    if isinstance(node, ast.ClassDef):
        inside = [part for part in node.body if not _says_nothing(part)]
        methods = [p for p in inside if isinstance(p, ast.FunctionDef | ast.AsyncFunctionDef)]
        return len(methods) == len(inside) > 0 and all(map(_is_left_out, methods))
    return all(map(_says_nothing, node.body))


def _says_nothing(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, `pass`, `...` or `raise NotImplementedError`."""
    if isinstance(node, ast.Raise) and node.exc is not None:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
