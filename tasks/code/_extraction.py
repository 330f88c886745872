"""The program in a completion: which text is run, and why that one.

Only what comes after the thinking counts. Fenced blocks come first: the last one that defines
the entry point, with the other blocks it builds on. Without fences the text itself is taken,
as a continuation of the prompt, as bare code, or as code with prose around it.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..verdict import Status
from .judging.names import bound_names, free_names, parsed

MAX_COMPLETION = 1_000_000
MAX_PROGRAM = 200_000
MAX_PARSED = 2_000_000
"""Characters that the search for code between prose may parse: it runs without a deadline."""
_KEPT = 20_000

_FENCE = re.compile(r"^[ \t]{0,8}(`{3,}|~{3,})[ \t]*([^\n`]*)$", re.MULTILINE)
_CODE_START = re.compile(r"^(?:def |class |async def |import |from \w|@|[A-Za-z_]\w*\s*=)")
_PYTHON = frozenset({"", "python", "py", "python3", "python2", "pycon", "text", "code"})


@dataclass(frozen=True, slots=True)
class Program:
    """The text taken as the program, or None with the status and the reason of the verdict."""

    source: str | None
    how: str
    status: Status = "no_answer"


@dataclass(frozen=True, slots=True)
class _Block:
    language: str
    text: str


def program_of(completion: str, entry_point: str | None = None, prompt: str = "") -> Program:
    """The program of a completion.

    `entry_point` is the name it must define (None: any program); `prompt` is the code that the
    completion may continue, and whose imports and helpers it may rely on.
    """
    if len(completion) > MAX_COMPLETION:
        return Program(
            None, f"the completion is longer than {MAX_COMPLETION:,} characters", "rejected"
        )
    text, early = _after_thinking(completion)
    if early is not None:
        return early
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, early = _inside_answer(text)
    if early is not None:
        return early
    if not text.strip():
        return Program(None, "the completion is empty")
    if "\0" in text:
        return Program(None, "the program contains a NUL character", "rejected")
    found = _from_text(text, entry_point, prompt)
    if found.source is not None and len(found.source) > MAX_PROGRAM:
        return Program(None, f"the program is longer than {MAX_PROGRAM:,} characters", "rejected")
    return found


def _after_thinking(completion: str) -> tuple[str, Program | None]:
    _, closed, rest = completion.rpartition("</think>")
    if "<think>" in rest:
        before, _, _ = rest.partition("<think>")
        # A tag inside a string of the program is not thinking.
        if not _quoted(before):
            return "", Program(None, "the thinking never ends", "truncated")
    return (rest if closed else completion), None


def _quoted(before: str) -> bool:
    line = before.rpartition("\n")[2]
    return line.count('"') % 2 == 1 or line.count("'") % 2 == 1


def _inside_answer(text: str) -> tuple[str, Program | None]:
    start = text.rfind("<answer>")
    if start < 0 or _quoted(text[:start]):
        return text, None
    end = text.find("</answer>", start)
    if end < 0:
        return "", Program(None, "the answer tag is never closed", "truncated")
    return text[start + len("<answer>") : end], None


def _from_text(text: str, entry_point: str | None, prompt: str) -> Program:
    marks = list(_FENCE.finditer(text))
    if marks:
        if not _closes_prompt(text, marks, entry_point, prompt):
            blocks, unclosed = _blocks(text, marks)
            if unclosed:
                return Program(None, "the last code block is never closed", "truncated")
            return _from_blocks(blocks, entry_point, prompt)
        text = text[: marks[0].start()]
    return _from_bare(text, entry_point, prompt)


def _closes_prompt(
    text: str, marks: Sequence[re.Match[str]], entry_point: str | None, prompt: str
) -> bool:
    """Whether the first fence closes a block that the prompt had opened."""
    head = text[: marks[0].start()]
    if marks[0][2].strip() or not head.strip():
        return False
    if head.lstrip("\n")[:1] in (" ", "\t"):
        return bool(prompt) and _defines(prompt + head, entry_point)
    return entry_point is not None and _defines(head, entry_point)


def _blocks(text: str, marks: Sequence[re.Match[str]]) -> tuple[list[_Block], bool]:
    """The fenced blocks in order, and whether the last one is still open."""
    blocks: list[_Block] = []
    opened: re.Match[str] | None = None
    for mark in marks:
        if opened is None:
            opened = mark
        elif not mark[2].strip() and mark[1][0] == opened[1][0] and len(mark[1]) >= len(opened[1]):
            body = text[opened.end() + 1 : mark.start()]
            blocks.append(
                _Block(opened[2].strip().lower().partition(" ")[0], _dedented(body, opened))
            )
            opened = None
    if opened is not None and _ends_in_fence(text, opened):
        body = text[opened.end() + 1 :].rstrip()[: -len(opened[1])]
        blocks.append(_Block(opened[2].strip().lower().partition(" ")[0], _dedented(body, opened)))
        opened = None
    return blocks, opened is not None


def _ends_in_fence(text: str, opened: re.Match[str]) -> bool:
    """Whether the closing fence stands at the end of the last line of code."""
    return text[opened.end() :].rstrip().endswith(opened[1])


def _dedented(body: str, opened: re.Match[str]) -> str:
    """The body without the indentation of its fence (blocks inside lists)."""
    margin = len(opened[0]) - len(opened[0].lstrip())
    if not margin:
        return body
    lines = body.split("\n")
    if all(not line[:margin].strip() for line in lines):
        return "\n".join(line[margin:] for line in lines)
    return body


def _from_blocks(blocks: list[_Block], entry_point: str | None, prompt: str) -> Program:
    python = [block.text for block in blocks if block.language in _PYTHON]
    python = python or [block.text for block in blocks]
    python = [text for text in python if text.strip()]
    if not python:
        return Program(None, "the code block is empty")
    if entry_point is None:
        return Program(_whole_program(python), "the last code block")
    for index in range(len(python) - 1, -1, -1):
        if _defines(python[index], entry_point):
            others = python[:index] + python[index + 1 :]
            source, built = _with_needs(python[index], others, prompt, entry_point)
            how = "the last code block that defines it" if len(python) > 1 else "the code block"
            return Program(source, how + (f", with {built}" if built else ""))
    for text in reversed(python):
        if prompt and _defines(prompt + text, entry_point):
            return Program(prompt + text, "the code block, as a continuation of the prompt")
    return _undefined(python[-1], entry_point)


def _whole_program(python: list[str]) -> str:
    """The last block that parses, or simply the last."""
    for text in reversed(python):
        if _tree(text) is not None:
            return text
    return python[-1]


def _from_bare(text: str, entry_point: str | None, prompt: str) -> Program:
    first = text.lstrip("\n")
    if entry_point is None:
        if _tree(text) is not None:
            return Program(text, "the whole completion")
        cut = _longest_code(text, None)
        if cut is not None:
            return Program(cut, "the code between the prose")
        return (
            Program(None, "no code is found", "no_answer")
            if _is_prose(text)
            else Program(text, "the whole completion")
        )
    if prompt and first[:1] in (" ", "\t"):
        body = _longest_continuation(prompt, text, entry_point)
        if body is not None:
            return Program(prompt + body, "a continuation of the prompt")
    if _defines(text, entry_point):
        source, built = _with_needs(text, [], prompt, entry_point)
        return Program(source, "the whole completion" + (f", with {built}" if built else ""))
    cut = _longest_code(text, entry_point)
    if cut is not None:
        source, built = _with_needs(cut, [], prompt, entry_point)
        return Program(source, "the code between the prose" + (f", with {built}" if built else ""))
    if prompt:
        body = _longest_continuation(prompt, text, entry_point)
        if body is not None:
            return Program(prompt + body, "a continuation of the prompt")
    if _is_prose(text):
        return Program(None, "no code is found")
    return _undefined(text, entry_point)


def _undefined(text: str, entry_point: str) -> Program:
    try:
        parsed(text)
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        return Program(None, f"the program is not Python: {error.msg}{where}", "rejected")
    return Program(None, f"the program does not define {entry_point!r}", "rejected")


def _is_prose(text: str) -> bool:
    return not any(_CODE_START.match(line) for line in text.split("\n")) and _tree(text) is None


def _tree(text: str) -> ast.Module | None:
    return _read(text)[0]


def _read(text: str) -> tuple[ast.Module | None, int]:
    """The tree of a text, or None and the line that stops the parser."""
    if len(text) > MAX_PROGRAM:
        return None, 0
    return _read_again(text) if len(text) <= _KEPT else _read_once(text)


def _read_once(text: str) -> tuple[ast.Module | None, int]:
    try:
        return parsed(text), 0
    except SyntaxError as error:
        return None, error.lineno or 0


_read_again = lru_cache(maxsize=16)(_read_once)


def _defines(text: str, entry_point: str | None) -> bool:
    if entry_point is not None and entry_point not in text:
        return False
    tree = _tree(text)
    if tree is None:
        return False
    return entry_point is None or entry_point in bound_names(tree.body)


def _with_needs(text: str, others: list[str], prompt: str, entry_point: str) -> tuple[str, str]:
    """The text after the pieces that bind names it reads but does not bind itself."""
    offered = _offered(prompt, entry_point)
    if not others and text.isascii() and not any(name in text for name in offered):
        return text, ""
    tree = _tree(text)
    needs = set() if tree is None else free_names(tree)
    sources: list[str] = []
    used = []
    for other in reversed(others):
        other_tree = _tree(other) if needs else None
        if other_tree is not None and bound_names(other_tree.body) & needs:
            kept = _without(other_tree, entry_point)
            needs |= free_names(kept)
            needs -= bound_names(kept.body)
            sources.insert(0, _text_of(kept, other))
            used = ["the blocks it builds on"]
    prompt_tree = _tree(prompt) if prompt and needs else None
    if prompt_tree is not None and bound_names(prompt_tree.body) & needs:
        sources.insert(0, _text_of(_without(prompt_tree, entry_point), ""))
        used.append("the prompt's imports and helpers")
    return "\n".join([*sources, text]), " and ".join(used)


@lru_cache(maxsize=4096)
def _offered(prompt: str, entry_point: str) -> frozenset[str]:
    """The names beside the entry point that a prompt gives to programs."""
    tree = _tree(prompt) if prompt else None
    return frozenset() if tree is None else frozenset(bound_names(tree.body) - {entry_point})


def _text_of(tree: ast.Module, original: str) -> str:
    try:
        return ast.unparse(tree)
    except RecursionError:
        return original


def _without(tree: ast.Module, entry_point: str) -> ast.Module:
    """The definitions and imports of a text, without the entry point and without its actions."""
    kept: list[ast.stmt] = [
        node
        for node in tree.body
        if isinstance(
            node,
            ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Assign
            | ast.AnnAssign | ast.AsyncFunctionDef | ast.If | ast.Try,
        )
        and getattr(node, "name", None) != entry_point
    ]  # fmt: skip
    return ast.Module(kept, [])


def _longest_continuation(prompt: str, text: str, entry_point: str) -> str | None:
    """The longest prefix of lines that continues the prompt to a program."""
    if _defines(prompt + text, entry_point) and _has_body(prompt + text, entry_point):
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
        tree, line = _read(prompt + part)
        if part.strip() and tree is not None and entry_point in bound_names(tree.body):
            return part
        stop = min(stop, line - 1 - before) if line > before else stop
    return None


def _has_body(text: str, entry_point: str) -> bool:
    """Whether the entry point does more than carry a docstring."""
    tree = _tree(text)
    for node in tree.body if tree is not None else []:
        if isinstance(node, ast.FunctionDef) and node.name == entry_point:
            first = node.body[0]
            only_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            return len(node.body) > 1 or not only_text
    return True


def _longest_code(text: str, entry_point: str | None) -> str | None:
    """The longest run of whole lines that parses and defines the entry point."""
    if len(text) > MAX_PROGRAM:
        return None
    lines = text.split("\n")
    edges = [index for index, line in enumerate(lines) if line[:1].strip()]
    spent = 0
    for start in [index for index in edges if _CODE_START.match(lines[index])]:
        stop = len(lines)
        for end in [len(lines), *reversed([edge for edge in edges if edge > start])]:
            if end > stop:
                continue  # the line that stops the parser would still be there
            part = "\n".join(lines[start:end])
            spent += len(part)
            if spent > MAX_PARSED:
                return None
            tree, line = _read(part)
            if tree is not None:
                if entry_point is None or entry_point in bound_names(tree.body):
                    return part + "\n"
                break  # what is shorter defines no more
            stop = min(stop, start + line - 1) if line else stop
    return None
