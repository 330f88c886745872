"""The final answer of a completion: what was committed to, after any thinking.

Every function is linear in the length of the text: patterns start with a literal, gaps are
bounded, and braces are matched in one pass.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from .chat_formats import visible_answer
from .latex_boxes import boxes_of, closing_brace, is_blank, unbox
from .shapes import Shape
from .stated_answers import JOINED, LOOK, How, hashed, in_json, sentence, tagged

SHORT = 400
"""A response of at most this many characters can be nothing but an answer."""
SHORT_WORDS = 12
_FILLER = (
    r"(?:it|this|that|the|my|answer|could|might|may|can|also|be|is|equal|equals|maybe|perhaps|"
    r"possibly|probably|even|as|well|value|option|choice|final|correct|should|would|alternatively|"
    r"either|otherwise|instead|i|think|guess|believe|to|ou|oder|und|o|actually|mean|no|rather|it's|"
    r"make)"
)
_SECOND = re.compile(
    r"(?:[\s$*_`.,;:!?)\]}]|\\[)\],;:! ])*"
    r"\(?\b(?:or|and|but|maybe|perhaps|possibly|alternatively|however|otherwise|although|though|ou|"
    r"oder|wait|actually|sorry|hmm|correction|rather|scratch that|i mean|no)\b[,:.]?\s{1,4}"
    r"(?:" + _FILLER + r"[,:.]?\s{1,4}){0,9}"
    r"(?P<value>[*_`]{0,2}(?:\$[^$\n]{1,80}\$|\\\((?:(?!\\\)).){1,80}\\\)|\\(?:frac|sqrt|text|pi)"
    r"[^\s]{0,60}|(?:[A-Za-z]\s?=\s?)?[-+\u2212]?[\d.][\d,./^]*\\?%?|\([A-J]\)|[A-J]|"
    r"(?P<word>yes|no|true|false|unknown|uncertain|valid|invalid)\b))[*_`]{0,2}"
    r"\)?(?:\s(?:also|too|is|are|could|may|might|can|would|be|works?|correct|right|possible|valid|"
    r"true|as|well|acceptable|plausible)\b){0,5}"
    r"(?:\s[a-z]{1,12}\.?)?\s{0,4}(?:[.!?,;]|$|\n)",
    re.IGNORECASE,
)
"""A further candidate after the answer: "or 6", "But it might be 6.", "Wait, no: $6$"."""
_DENIED = re.compile(
    r"[\s$*)\]]*(?:is|was|would be|seems)\s(?:clearly |obviously |certainly )?"
    r"(?:not (?:the|a|my|our|right|correct)|wrong|incorrect|false)\b",
    re.IGNORECASE,
)
"""The sentence takes its answer back: "\\boxed{6} is not the answer"."""
_WORDS = re.compile(r"yes|no|true|false|unknown|uncertain|valid|invalid", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text taken as the answer, or None with the reason there is none."""

    text: str | None
    how: How
    reason: str
    truncated: bool = False
    candidates: tuple[str, ...] = ()
    """The different answers when several were joined ("5 or 6" as boxes); else empty."""
    percent: bool = False
    """A percent sign or the word stands right behind the box."""
    value: Any = None
    """What the shape read; None when it read nothing, or none was given."""
    doubt: str = ""
    """Why the text is not committed to: it is denied, retracted, or another answer follows."""


def final_answer(completion: str, shape: Shape | None = None, strict: bool = True) -> Extraction:
    """Take the last committed answer of a completion; docs/math_policy.md has the rules.

    The order: the last complete box; else the last of answer tag, ####, JSON field and
    sentence; else a bare last line; else the whole response when it is short.

    With a `shape` the value is read too. `strict=False` also takes a closing sentence that no
    mark announces. An extraction with a `doubt` is never right.
    """
    found = _found(completion)
    if shape is None or found.text is None or found.doubt or len(found.candidates) > 1:
        return found
    return replace(found, value=shape.read(found.text))


def _found(completion: str) -> Extraction:
    seen = visible_answer(completion)
    if seen is None:
        return Extraction(None, "none", "the thinking was never finished", truncated=True)
    body = seen[-LOOK:]
    if not body.strip():
        return Extraction(None, "none", "nothing follows the thinking" if completion else "empty")
    return _boxed(body) or _stated(body) or _bare(body)


def _hedged(text: str, end: int, content: str) -> str | None:
    """The other candidate that follows at once ("\\boxed{5} or 6"), when it is another."""
    tail = text[end : end + 300]
    if _DENIED.match(tail):
        return "none"
    second = _SECOND.match(tail)
    if second is None:
        return None
    value = second["value"].strip(" *_`")
    if second["word"] and not _WORDS.fullmatch(strip_dressing(content)):
        return None  # "The answer is 5. And yes, it is whole."
    return None if strip_dressing(value) in strip_dressing(content) else value


def _boxed(text: str) -> Extraction | None:
    boxes, empty, unclosed = boxes_of(text)
    if not boxes:
        if unclosed:
            return Extraction(None, "none", "the box was never closed", truncated=True)
        return Extraction(None, "none", "the box is empty") if empty else None
    run = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        gap = text[box[1] : run[0][0]]
        if len(gap) > 200 or not (JOINED.fullmatch(gap) or _OR_ELSE.search(gap)):
            break
        run.insert(0, box)
        if len(run) > 64:
            break
    contents = [unbox(content).strip() for _, _, content in run]
    distinct = tuple(dict.fromkeys(contents))
    if len(distinct) > 1:
        return Extraction(
            ", ".join(contents), "boxed", "several boxes, joined", candidates=distinct
        )
    if other := _hedged(text, run[-1][1], contents[-1]):
        both = (contents[-1], other)
        return Extraction(" or ".join(both), "boxed", "a box and another answer", candidates=both)
    percent = _PERCENT.match(text, run[-1][1]) is not None
    return Extraction(contents[-1], "boxed", "the last complete box", percent=percent)


_OR_ELSE = re.compile(
    r"\A(?:(?!\.\s)[^\n!?。])*?(?:\A|[\s,;(])(?:or|ou|oder|alternatively|otherwise)\b"
    r"[\s,:$*(]{0,6}(?:" + _FILLER + r"[\s,:$*(]{1,6}){0,6}\Z",
    re.IGNORECASE,
)
"""Between two boxes: "... if order matters, or ..."."""
_PERCENT = re.compile(r"[\s$]{0,4}(?:\\text\{\s?)?(?:\\?%|per ?cent\b|pct\b)")


def _stated(text: str) -> Extraction | None:
    found = [tagged(text), hashed(text), in_json(text)]
    found.append(sentence(text, [one for one in found if one is not None]))
    present = [one for one in found if one is not None]
    if not present:
        return None
    last = max(present, key=lambda one: (one.start, one.end))
    tag = present[0] if found[0] is not None else None
    if tag is not None and tag.text is None and tag.truncated:
        last = tag
    if last.text is None or is_blank(last.text):
        reason = last.reason if last.text is None else "the answer is empty"
        return Extraction(None, "none", reason, truncated=last.truncated)
    content = last.text.strip()
    if last.candidates:
        return Extraction(content, last.how, last.reason, candidates=last.candidates)
    if other := _hedged(text, last.end, content):
        both = (content, other)
        return Extraction(" or ".join(both), last.how, "two answers, joined", candidates=both)
    return Extraction(content, last.how, last.reason)


_LAST_FENCE = re.compile(r"(?:\A|\n)```[ \t]{0,4}\n([^\n`]{1,120})\n```\Z")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PROSE = re.compile(r"[^\W\d_]{2,}[^\n]{0,60}?\s[^\W\d_]{2,}[^\n]{0,60}?\s[^\W\d_]{2,}")


def _bare(text: str) -> Extraction:
    stripped = text.strip()
    if fenced := _LAST_FENCE.search(stripped[-400:]):
        # A block that holds only the answer, unless it names a language.
        stripped = stripped[: len(stripped) - len(fenced[0])] + "\n" + fenced[1]
    lines = [line.strip() for line in stripped[-2000:].split("\n") if line.strip()]
    if len(lines) >= 2 and _is_bare_line(lines[-1]) and _PROSE.search(lines[-2]):
        return Extraction(lines[-1], "final_line", "the last line is only a short answer")
    if len(lines) == 2 and lines[0] == lines[1]:
        stripped = lines[0]  # the same answer twice is one
    if len(stripped) <= SHORT and _words(stripped) <= SHORT_WORDS:
        return Extraction(stripped, "whole", "the response is only a short answer")
    return Extraction(None, "none", "no final answer is stated")


def _is_bare_line(line: str) -> bool:
    return len(line) <= 120 and _words(line) <= 2 and not line.startswith(("=", "+", "#", "-  "))


def _words(text: str) -> int:
    """How many words of prose; LaTeX commands do not count."""
    return len(_WORD.findall(re.sub(r"\\[A-Za-z]+", " ", text)))


_WRAPPERS = (
    ("```", "```"), ("**", "**"), ("__", "__"), ("`", "`"), ("$$", "$$"), ("$", "$"),
    ("\\(", "\\)"), ("\\[", "\\]"), ('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"),
    ("*", "*"), ("«", "»"), ("_", "_"),
)  # fmt: skip
_OPENERS = tuple({opening[0] for opening, _ in _WRAPPERS})
_EXCLAIMED = re.compile(r"[A-Za-z]{2}[\"'”’*]?[!]$")  # not the factorial of 5!
_TEXT = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|textsf|texttt)\s{0,4}\{")


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
