"""Which block of a reply is the solution, by what it does and not by where it stands.

A function: the last block that defines the entry point, a stub last of all. A program: the last
block that reads stdin and prints; one that only prints, only defines or is data comes after it.
"""

import ast
from dataclasses import dataclass

from ..judging.names import bound_names, free_names
from .assembly import with_needs
from .code_blocks import CodeBlock
from .syntax import is_known_module, is_stub, tree_defines, tree_of

_READERS = frozenset({"input", "stdin", "fileinput", "raw_input"})
_PRINTERS = frozenset({"print", "stdout"})
_IDLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def function_block(blocks: list[CodeBlock], entry_point: str) -> CodeBlock | None:
    """The block that defines the entry point, or None."""
    ranked = []
    for index, block in enumerate(blocks):
        tree = tree_of(block.text) if entry_point in block.text else None
        if tree is not None and tree_defines(tree, entry_point):
            ranked.append(((not is_stub(tree, entry_point), block.is_python, index), block))
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a text does when it is run as a program."""

    acts: bool
    reads: bool
    prints: bool
    stands_alone: bool
    """It imports no file of somebody else and does not write its own input."""

    @property
    def rank(self) -> tuple[bool, ...]:
        does = self.acts and self.prints
        return (self.stands_alone and does, does and self.reads, does, self.prints)


def program_block(blocks: list[CodeBlock]) -> tuple[str, str]:
    """The source of the block that is a program, and a note on what was added to it.

    Where none parses, the last Python block as it is.
    """
    trees = [tree_of(block.text) for block in blocks]
    bound: dict[str, set[int]] = {}
    for index, tree in enumerate(trees):
        for name in bound_names(tree.body) if tree is not None else ():
            bound.setdefault(name, set()).add(index)
    best: tuple[tuple[object, ...], str, str] | None = None
    for index, (block, tree) in enumerate(zip(blocks, trees, strict=True)):
        if tree is None:
            continue
        source, added = block.text, ""
        if any(name in bound for name in free_names(tree)):
            others = [one.text for at, one in enumerate(blocks) if at != index]
            source, added = with_needs(block.text, others, "", None)
            tree = tree_of(source) or tree
        rank = (*_facts(tree).rank, block.is_python, not added, index)
        if best is None or rank > best[0]:
            best = rank, source, added
    if best is not None:
        return best[1], best[2]
    labelled = [block for block in blocks if block.is_python and block.language] or blocks
    return labelled[-1].text, ""


def is_program(tree: ast.Module) -> bool:
    """Whether a text acts and prints when it is run."""
    facts = _facts(tree)
    return facts.acts and facts.prints


def _facts(tree: ast.Module) -> _Facts:
    names: set[str] = set()
    alone = True
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
            alone = alone and all(is_known_module(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.name for alias in node.names)
            alone = alone and node.level == 0 and is_known_module(node.module or "")
        elif isinstance(node, ast.Assign):
            alone = alone and not _writes_input(node)
    descriptors = _descriptors_used(tree) if names & {"open", "os", "read", "write"} else set()
    return _Facts(
        acts=any(map(_acts, tree.body)),
        reads=bool(names & _READERS) or "r" in descriptors,
        prints=bool(names & _PRINTERS) or "w" in descriptors,
        stands_alone=alone,
    )


def _acts(node: ast.stmt) -> bool:
    """Whether a statement of the top level does something when it is run."""
    if isinstance(node, _IDLE):
        return False
    return any(
        isinstance(part, ast.Call | ast.Raise | ast.For | ast.While | ast.With)
        for part in ast.walk(node)
    )


def _writes_input(node: ast.Assign) -> bool:
    """Whether a statement puts a text of its own in the place of stdin, as examples do."""
    replaced = any(
        isinstance(target, ast.Attribute) and target.attr in ("stdin", "input")
        for target in node.targets
    )
    value = {part.attr for part in ast.walk(node.value) if isinstance(part, ast.Attribute)}
    value |= {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    return replaced and not value & {"stdin", "open", "fdopen"}


def _descriptors_used(tree: ast.Module) -> set[str]:
    """ "r" for `open(0)` and `os.read(0, ...)`, "w" for `open(1, ...)` and `os.write(1, ...)`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            first = node.args[0].value
            if first in ("/dev/stdin", "/dev/fd/0") or (first == 0 and type(first) is int):
                found.add("r")
            elif first in ("/dev/stdout", "/dev/fd/1") or (first == 1 and type(first) is int):
                found.add("w")
    return found
