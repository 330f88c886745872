r"""The boxes of a text: \boxed{...} and \fbox{...}, at any depth."""

import re

_BOX = re.compile(r"\\f?boxed\b|\\fbox\b|\\boxed(?=\d)|\\bbox(?:\[[^\[\]]{0,60}\])?(?=\s?\{)")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BARE_BOX = re.compile(r"[ \t]{0,8}([^\s${}\\]{1,200})(?=[\s$]|$)")


def closing_brace(text: str, start: int) -> int:
    """The index after the brace that closes the one before `start`, or -1."""
    depth = 1
    for mark in _BRACE.finditer(text, start):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth == 0:
                return mark.end()
    return -1


def boxes_of(text: str) -> tuple[list[tuple[int, int, str]], int, bool]:
    """(start, end, content) of each outermost complete box, empty boxes, and one left open."""
    found: list[tuple[int, int, str]] = []
    empty, position = 0, 0
    while mark := _BOX.search(text, position):
        after = mark.end()
        while after < len(text) and text[after] in " \t\n" and after < mark.end() + 8:
            after += 1
        if after < len(text) and text[after] == "{":
            end = closing_brace(text, after + 1)
            if end < 0:
                # Each later box lies inside this one that never closes.
                return found, empty, True
            content = text[after + 1 : end - 1]
        elif bare := _BARE_BOX.match(text, mark.end()):
            content, end = bare[1], bare.end()
        else:
            position = mark.end()
            continue
        if is_blank(content):
            empty += 1
        else:
            found.append((mark.start(), end, content))
        position = end
    return found, empty, False


# Braces are blank in pairs only: a lone closing brace is an answer to a Dyck question.
_BLANK = re.compile(
    r"(?:[\s$.,~_?]|\{(?:\s|\{\s*\})*\}|\\[,;:! ]|\\(?:text|quad|qquad|ldots|dots|cdots|square)\b)*"
)


def is_blank(content: str) -> bool:
    """Whether a box holds nothing that could be an answer."""
    return _BLANK.fullmatch(content) is not None


def unbox(text: str) -> str:
    r"""The text with every complete \boxed{...} replaced by its content, at any depth."""
    for _ in range(20):
        boxes, _, _ = boxes_of(text)
        if not boxes:
            return text
        pieces, position = [], 0
        for start, end, content in boxes:
            pieces += [text[position:start], content]
            position = end
        text = "".join([*pieces, text[position:]])
    return text
