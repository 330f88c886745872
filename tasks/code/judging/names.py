"""Python texts as trees, and the names in them."""

import ast
import builtins
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

BUILT_IN = frozenset(dir(builtins))
_quiet = threading.Lock()


def _renew_lock() -> None:
    global _quiet
    _quiet = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Let the parser say nothing of escapes and comparisons in texts that are not ours.

    The filters belong to the process: two threads that change them at once would leave them so.
    """
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parsed(text: str) -> ast.Module:
    """The syntax tree of a trusted or untrusted text. Raises SyntaxError for any failure."""
    try:
        with without_warnings():
            return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"{type(error).__name__}: {error}") from None


def bound_names(body: list[ast.stmt]) -> set[str]:
    """The names that statements bind at their own level, through if, for, with and try."""
    names: set[str] = set()
    for node in _level(body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def _level(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes of this scope, without the insides of functions and classes."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def imported(found_nodes: list[ast.AST]) -> set[str]:
    """The top-level modules that a text of these nodes imports."""
    found: set[str] = set()
    for node in found_nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def free_names(tree: ast.Module) -> set[str]:
    """Names that are read somewhere and bound nowhere in the text, built-ins aside."""
    read: set[str] = set()
    stored: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:  # one pass over plain lists: this runs for every program
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            (read if type(node.ctx) is ast.Load else stored).add(node.id)  # type: ignore[attr-defined]
            continue
        if kind in _BINDERS:
            stored.update(_bound_by(node))
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                stack.extend([item for item in value if isinstance(item, ast.AST)])
            elif isinstance(value, ast.AST):
                stack.append(value)
    return read - stored - BUILT_IN


_BINDERS = frozenset(
    {
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.Import, ast.ImportFrom,
        ast.ExceptHandler,
    }
)  # fmt: skip


def _bound_by(node: ast.AST) -> set[str]:
    """The names that a definition, a parameter, an import or a handler binds."""
    if isinstance(node, ast.arg):
        return {node.arg}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    name = getattr(node, "name", None)
    return {name} if name else set()
