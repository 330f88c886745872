"""Fenced code blocks of Markdown.

A fence inside a string of the program closes nothing: where the text before the first closing
fence is not Python but the text before a later one is, the later one closes the block.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .syntax import MAX_PARSED, tree_of

FENCE = re.compile(r"^[ \t]{0,8}(`{3,}|~{3,})[ \t]*([^\n`]*)$", re.MULTILINE)
_LANGUAGE = re.compile(r"[^a-z0-9+#_.-]")
_PYTHON = frozenset({"", "python", "py", "python3", "py3", "ipython", "ipython3", "cpython"})
_OPEN_TO_ALL = frozenset({"python2", "pycon", "text", "code", "plaintext", "txt", "plain"})
_WRAPPER = re.compile(r"\A\s*(?:<(?:answer|code|python)>|\[(?:PYTHON|BEGIN|ANSWER)\])[ \t]*\n")
_WRAPPER_END = re.compile(
    r"\n[ \t]*(?:</(?:answer|code|python)>|\[(?:/PYTHON|DONE|END|/ANSWER)\])\s*\Z"
)
_CANDIDATES = 8
"""Closing fences that are tried for one block."""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """The text of a block, its language in lower case, and where it stands with its fences."""

    language: str
    text: str
    start: int
    end: int
    closed: bool = True

    @property
    def is_python(self) -> bool:
        """Whether the block is labelled as Python, or not at all."""
        return self.language in _PYTHON

    @property
    def may_be_python(self) -> bool:
        """Whether the label leaves open that the block is Python."""
        return self.is_python or self.language in _OPEN_TO_ALL


def code_blocks(text: str) -> list[CodeBlock]:
    """The fenced blocks of a text in order; the last one may be unclosed."""
    return list(_scan(text, list(FENCE.finditer(text))))


def _scan(text: str, marks: Sequence[re.Match[str]]) -> Iterator[CodeBlock]:
    budget = MAX_PARSED
    index = 0
    while index < len(marks):
        opened = marks[index]
        closing, budget = _closing(text, marks, index, budget)
        if closing is not None:
            end = marks[closing].start()
            yield _block(text, opened, end, marks[closing].end())
            index = closing + 1
            continue
        rest = text[opened.end() :].rstrip()
        if rest.endswith(opened[1]):  # the closing fence stands at the end of the last line
            yield _block(text, opened, opened.end() + len(rest) - len(opened[1]), len(text))
        else:
            yield _block(text, opened, len(text), len(text), closed=False)
        return


def _closing(
    text: str, marks: Sequence[re.Match[str]], index: int, budget: int
) -> tuple[int | None, int]:
    """The index of the fence that closes a block, and what is left of the budget."""
    opened = marks[index]
    first: int | None = None
    tried = 0
    for later in range(index + 1, len(marks)):
        mark = marks[later]
        if mark[2].strip() or mark[1][0] != opened[1][0] or len(mark[1]) < len(opened[1]):
            continue
        body = text[opened.end() + 1 : mark.start()]
        quoted = '"""' in body or "'''" in body
        if first is None:
            first = later
            if not quoted:
                return first, budget
        budget -= len(body)
        tried += 1
        if budget < 0 or tried > _CANDIDATES:
            break
        if quoted and tree_of(_dedented(body, opened)) is not None:
            return later, budget
    return first, budget


def _block(
    text: str, opened: re.Match[str], body_end: int, end: int, closed: bool = True
) -> CodeBlock:
    body = _dedented(text[opened.end() + 1 : body_end], opened)
    body = _WRAPPER_END.sub("\n", _WRAPPER.sub("", body[1:] if body[:1] == "\ufeff" else body))
    return CodeBlock(_language(opened[2]), body, opened.start(), end, closed)


def _language(label: str) -> str:
    """The language of `python`, `Python title=a.py`, `{.python .numberLines}`, `python:a.py`."""
    words = label.strip().strip("{}").strip().lower().split()
    return _LANGUAGE.split(words[0].lstrip("."))[0] if words else ""


def _dedented(body: str, opened: re.Match[str]) -> str:
    """The body without the indentation of its fence (blocks inside lists)."""
    margin = len(opened[0]) - len(opened[0].lstrip())
    if not margin:
        return body
    lines = body.split("\n")
    if all(not line[:margin].strip() for line in lines):
        return "\n".join(line[margin:] for line in lines)
    return body
