r"""Dressing around a piece of text: Markdown, dollar signs, quotes, \text{}."""

import re

from .latex_boxes import closing_brace

_WRAPPERS = (
    ("```", "```"), ("**", "**"), ("__", "__"), ("`", "`"), ("$$", "$$"), ("$", "$"),
    ("\\(", "\\)"), ("\\[", "\\]"), ('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"),
    ("*", "*"), ("«", "»"), ("_", "_"),
)  # fmt: skip
_OPENERS = tuple({opening[0] for opening, _ in _WRAPPERS})
_EXCLAIMED = re.compile(r"[A-Za-z]{2}[\"'”’*]?[!]$")  # not the factorial of 5!
_TEXT = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|textsf|texttt)\s{0,4}\{")


_UNREAD = (
    ("~~", "~~"), ("<!--", "-->"), ("<del>", "</del>"), ("<s>", "</s>"),
    ("[asy]", "[/asy]"), ("\\begin{asy}", "\\end{asy}"),
    ("\\begin{tikzpicture}", "\\end{tikzpicture}"), ("<svg", "</svg>"),
)  # fmt: skip
"""What a reader sees crossed out, does not see, or sees as a drawing."""


def without_unread(text: str) -> str:
    """The text without what is crossed out, commented out or the source of a drawing."""
    for opening, closing in _UNREAD:
        start = text.find(opening)
        while start >= 0:
            end = text.find(closing, start + len(opening))
            if end < 0:
                break
            text = text[:start] + text[end + len(closing) :]
            start = text.find(opening, start)
    return text


def strip_dressing(text: str) -> str:
    r"""The text without Markdown, dollar signs, quotes, \text{} around it or a final full stop."""
    for _ in range(12):
        before = text
        text = text.strip()
        if not text.endswith("..."):
            # A thin space (a comma after a backslash) goes as a whole.
            text = text.rstrip(".。,;").rstrip("\\").strip()
        if text.endswith("!") and _EXCLAIMED.search(text[-4:]):
            text = text[:-1].strip()
        for opening, closing in _WRAPPERS if text[:1] in _OPENERS else ():
            inner = text[len(opening) : len(text) - len(closing)]
            if (
                len(text) > len(opening) + len(closing)
                and text.startswith(opening)
                and text.endswith(closing)
                and (opening not in inner or opening in ("\\(", "\\["))
                and not text.endswith("\\" + closing)
            ):
                text = inner
                break
        mark = _TEXT.match(text) if text.startswith("\\") else None
        if mark and closing_brace(text, mark.end()) == len(text):
            text = text[mark.end() : -1]
        if text == before:
            break
    return text
