"""The program in a completion: which text is run, and why that one.

Only the reply after the thinking counts. Of its fenced blocks the one that is the solution is
taken, with the blocks it builds on (`block_choice`). Without fences the text itself is taken,
as a continuation of the prompt, as bare code, or as code with prose around it.
"""

from dataclasses import dataclass, replace

from ...verdict import Status
from ..judging.names import parsed
from .assembly import with_needs, without_missing_annotations
from .bare_code import is_prose, longest_code, longest_continuation
from .block_choice import function_block, is_program, program_block
from .code_blocks import CodeBlock, code_blocks
from .reply_text import reply_text
from .syntax import MAX_PROGRAM, defines, tree_of

MAX_REPLY = 1_000_000
"""Characters of the longest reply, without its thinking."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text taken as the program, or None with the status and the reason of the verdict."""

    source: str | None
    how: str
    status: Status = "no_answer"


def program_of(completion: str, entry_point: str | None = None, prompt: str = "") -> Extracted:
    """The program of a completion.

    `entry_point` is the name it must define (None: a program that is run as a whole); `prompt` is
    the code that the completion may continue, and whose imports and helpers it may rely on.
    """
    text, reason = reply_text(completion)
    if text is None:
        return Extracted(None, reason, "truncated")
    if len(text) > MAX_REPLY:
        return Extracted(None, f"the reply is longer than {MAX_REPLY:,} characters", "rejected")
    if not text.strip():
        return Extracted(None, "the completion is empty")
    if "\0" in text:
        return Extracted(None, "the program contains a NUL character", "rejected")
    found = _from_text(text, entry_point, prompt)
    if found.source is None:
        return found
    if entry_point is not None:
        found = replace(found, source=without_missing_annotations(found.source))
    if len(found.source or "") > MAX_PROGRAM:
        return Extracted(None, f"the program is longer than {MAX_PROGRAM:,} characters", "rejected")
    return found


def _from_text(text: str, entry_point: str | None, prompt: str) -> Extracted:
    blocks = code_blocks(text)
    if not blocks or _is_code_itself(text, blocks, entry_point, prompt):
        return _from_bare(text, entry_point, prompt)
    if _closes_prompt(text, blocks[0], entry_point, prompt):
        return _from_bare(text[: blocks[0].start], entry_point, prompt)
    last = blocks[-1]
    if not last.closed:
        blocks = blocks[:-1]
        if last.may_be_python or not blocks:
            return Extracted(None, "the last code block is never closed", "truncated")
    return _from_blocks(blocks, entry_point, prompt)


def _is_code_itself(
    text: str, blocks: list[CodeBlock], entry_point: str | None, prompt: str
) -> bool:
    """Whether the fences of a text stand in strings of a program without fences around it."""
    if not text[: blocks[0].start].strip():
        return False
    if text.lstrip("\n")[:1] in (" ", "\t"):
        return bool(entry_point and prompt) and defines(prompt + text, entry_point or "")
    if entry_point is not None:
        return defines(text, entry_point)
    tree = tree_of(text)
    return tree is not None and is_program(tree)


def _closes_prompt(text: str, first: CodeBlock, entry_point: str | None, prompt: str) -> bool:
    """Whether the first fence closes a block that the prompt had opened."""
    head = text[: first.start]
    if first.language or not head.strip() or entry_point is None:
        return False
    if head.lstrip("\n")[:1] in (" ", "\t"):
        return bool(prompt) and defines(prompt + head, entry_point)
    return defines(head, entry_point)


def _from_blocks(blocks: list[CodeBlock], entry_point: str | None, prompt: str) -> Extracted:
    full = [block for block in blocks if block.text.strip()]
    python = [block for block in full if block.may_be_python] or full
    if not python:
        return Extracted(None, "the code block is empty")
    several = len(python) > 1
    if entry_point is None:
        source, added = program_block(python)
        how = "the code block that is a program" if several else "the code block"
        return Extracted(source, how + (f", with {added}" if added else ""))
    chosen = function_block(python, entry_point) or function_block(full, entry_point)
    if chosen is not None:
        others = [block.text for block in python if block is not chosen]
        source, added = with_needs(chosen.text, others, prompt, entry_point)
        how = "the last code block that defines it" if several else "the code block"
        return Extracted(source, how + (f", with {added}" if added else ""))
    for block in reversed(python):
        if prompt and defines(prompt + block.text, entry_point):
            return Extracted(prompt + block.text, "the code block, as a continuation of the prompt")
    return _undefined(python[-1].text, entry_point)


def _from_bare(text: str, entry_point: str | None, prompt: str) -> Extracted:
    if entry_point is None:
        return _bare_program(text)
    if prompt and text.lstrip("\n")[:1] in (" ", "\t"):
        body = longest_continuation(prompt, text, entry_point)
        if body is not None:
            return Extracted(prompt + body, "a continuation of the prompt")
    if defines(text, entry_point):
        source, added = with_needs(text, [], prompt, entry_point)
        return Extracted(source, "the whole completion" + (f", with {added}" if added else ""))
    cut = longest_code(text, entry_point)
    if cut is not None:
        source, added = with_needs(cut, [], prompt, entry_point)
        return Extracted(
            source, "the code between the prose" + (f", with {added}" if added else "")
        )
    if prompt:
        body = longest_continuation(prompt, text, entry_point)
        if body is not None:
            return Extracted(prompt + body, "a continuation of the prompt")
    if is_prose(text):
        return Extracted(None, "no code is found")
    return _undefined(text, entry_point)


def _bare_program(text: str) -> Extracted:
    if tree_of(text) is not None:
        return Extracted(text, "the whole completion")
    cut = longest_code(text, None)
    if cut is not None:
        return Extracted(cut, "the code between the prose")
    if is_prose(text):
        return Extracted(None, "no code is found")
    return Extracted(text, "the whole completion")


def _undefined(text: str, entry_point: str) -> Extracted:
    try:
        parsed(text)
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        return Extracted(None, f"the program is not Python: {error.msg}{where}", "rejected")
    return Extracted(None, f"the program does not define {entry_point!r}", "rejected")
