"""Building the program that runs: a text with the definitions it needs from other texts."""

import ast
from functools import lru_cache

from ..judging.names import BUILT_IN, bound_names, free_names
from .syntax import tree_of

_KEPT = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign,
    ast.AsyncFunctionDef, ast.If, ast.Try,
)  # fmt: skip


def with_needs(
    text: str, others: list[str], prompt: str, entry_point: str | None
) -> tuple[str, str]:
    """The text after the pieces that bind names it reads but does not bind itself.

    Gives the program and a note on what was added. Actions of the other texts are left out.
    """
    offered = _offered(prompt, entry_point)
    if not others and text.isascii() and not any(name in text for name in offered):
        return text, ""
    tree = tree_of(text)
    needs = set() if tree is None else free_names(tree)
    sources: list[str] = []
    used = []
    for other in reversed(others):
        other_tree = tree_of(other) if needs else None
        if other_tree is not None and bound_names(other_tree.body) & needs:
            kept = _definitions(other_tree, entry_point)
            needs |= free_names(kept)
            needs -= bound_names(kept.body)
            sources.insert(0, _text_of(kept, other))
            used = ["the blocks it builds on"]
    prompt_tree = tree_of(prompt) if prompt and needs else None
    if prompt_tree is not None and bound_names(prompt_tree.body) & needs:
        sources.insert(0, _text_of(_definitions(prompt_tree, entry_point), ""))
        used.append("the prompt's imports and helpers")
    return futures_first(sources, text), " and ".join(used)


def futures_first(before: list[str], text: str) -> str:
    """The texts in order, with every `from __future__` import of theirs moved to the top."""
    parts = [*before, text]
    if not before or not any("__future__" in part for part in parts):
        return "\n".join(parts)
    found: dict[str, None] = {}
    rest = [_without_futures(part, found) for part in parts]
    return "\n".join([*found, *rest])


def _without_futures(text: str, found: dict[str, None]) -> str:
    tree = tree_of(text) if "__future__" in text else None
    if tree is None:
        return text
    lines = text.encode("utf-8", "surrogatepass").split(b"\n")
    for node in reversed(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            found[ast.unparse(node)] = None
            last = node.end_lineno or node.lineno
            tail = lines[last - 1][node.end_col_offset or 0 :]
            lines[node.lineno - 1] = lines[node.lineno - 1][: node.col_offset] + b"pass" + tail
            lines[node.lineno : last] = [b""] * (last - node.lineno)
    return b"\n".join(lines).decode("utf-8", "surrogatepass")


def without_missing_annotations(source: str) -> str:
    """The program with its annotations unevaluated, where they name what nothing defines.

    Function benchmarks import `typing` in the prompt; a reply may leave it to them. What a
    function computes does not depend on its annotations.
    """
    if "->" not in source and ":" not in source:
        return source
    tree = tree_of(source)
    if tree is None:
        return source
    inside = _names_in_annotations(tree) - BUILT_IN
    if not inside or inside <= bound_names(tree.body) or "__future__" in source:
        return source
    if not inside & free_names(tree):
        return source
    return "from __future__ import annotations\n" + source


_WITHOUT_ANNOTATIONS = frozenset({ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Import})


def _names_in_annotations(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    stack: list[ast.AST] = list(tree.body)
    while stack:  # only statements: no expression holds an annotation
        node = stack.pop()
        if type(node) in _WITHOUT_ANNOTATIONS:
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            annotations = [node.returns, *(one.annotation for one in every if one is not None)]
        else:
            annotations = [node.annotation] if isinstance(node, ast.AnnAssign) else []
        for annotation in annotations:
            if type(annotation) is ast.Name:
                names.add(annotation.id)
            elif annotation is not None:
                names.update(part.id for part in ast.walk(annotation) if isinstance(part, ast.Name))
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            stack += getattr(node, inner, ())
    return names


@lru_cache(maxsize=4096)
def _offered(prompt: str, entry_point: str | None) -> frozenset[str]:
    """The names beside the entry point that a prompt gives to programs."""
    tree = tree_of(prompt) if prompt else None
    return frozenset() if tree is None else frozenset(bound_names(tree.body) - {entry_point})


def _text_of(tree: ast.Module, original: str) -> str:
    try:
        return ast.unparse(tree)
    except RecursionError:
        return original


def _definitions(tree: ast.Module, entry_point: str | None) -> ast.Module:
    """The definitions and imports of a text, without the entry point and without its actions."""
    kept: list[ast.stmt] = [
        node
        for node in tree.body
        if isinstance(node, _KEPT)
        and (entry_point is None or getattr(node, "name", None) != entry_point)
    ]
    return ast.Module(kept, [])
