"""Code outside fences: a continuation of the prompt, or the code between prose."""

import ast
import re

from ..judging.names import bound_names
from .syntax import MAX_PARSED, MAX_PROGRAM, defines, tree_of, tree_or_line

CODE_START = re.compile(r"^(?:def |class |async def |import |from \w|@|[A-Za-z_]\w*\s*=)")


def is_prose(text: str) -> bool:
    """Whether no line of a text begins as code does, and the whole is not Python."""
    return not any(CODE_START.match(line) for line in text.split("\n")) and tree_of(text) is None


def longest_continuation(prompt: str, text: str, entry_point: str) -> str | None:
    """The longest prefix of lines that continues the prompt to a program."""
    if defines(prompt + text, entry_point) and _has_body(prompt + text, entry_point):
        return text
    lines = text.split("\n")
    before = prompt.count("\n")
    ends = [index for index, line in enumerate(lines) if line[:1].strip()]
    spent, stop = 0, len(lines)
    for end in reversed(ends):
        if end > stop or spent > MAX_PARSED:
            continue
        part = "\n".join(lines[:end]) + "\n"
        spent += len(prompt) + len(part)
        tree, line = tree_or_line(prompt + part)
        if part.strip() and tree is not None and entry_point in bound_names(tree.body):
            return part
        stop = min(stop, line - 1 - before) if line > before else stop
    return None


def _has_body(text: str, entry_point: str) -> bool:
    """Whether the entry point does more than carry a docstring."""
    tree = tree_of(text)
    for node in tree.body if tree is not None else []:
        if isinstance(node, ast.FunctionDef) and node.name == entry_point:
            first = node.body[0]
            only_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            return len(node.body) > 1 or not only_text
    return True


def longest_code(text: str, entry_point: str | None) -> str | None:
    """The longest run of whole lines that parses and defines the entry point."""
    if len(text) > MAX_PROGRAM:
        return None
    lines = text.split("\n")
    edges = [index for index, line in enumerate(lines) if line[:1].strip()]
    spent = 0
    for start in [index for index in edges if CODE_START.match(lines[index])]:
        stop = len(lines)
        for end in [len(lines), *reversed([edge for edge in edges if edge > start])]:
            if end > stop:
                continue  # the line that stops the parser would still be there
            part = "\n".join(lines[start:end])
            spent += len(part)
            if spent > MAX_PARSED:
                return None
            tree, line = tree_or_line(part)
            if tree is not None:
                if entry_point is None or entry_point in bound_names(tree.body):
                    return part + "\n"
                break  # what is shorter defines no more
            stop = min(stop, start + line - 1) if line else stop
    return None
