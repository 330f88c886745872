"""The final answer of a completion: the last committed one, and whether it stays committed.

Every step is linear in the length of the text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .chat_formats import visible_answer
from .dressing import strip_dressing
from .hedging import doubt_after, doubt_before
from .languages import Language
from .latex_boxes import boxes_of, is_blank, unbox
from .marks import Found, hashed, in_json, joins, program_spans, tagged
from .retractions import denied_before, only_supposed, retraction
from .shapes import Shape
from .statements import Statement, statements
from .vocabulary import vocabulary
from .words import sentences, tokens

LOOK = 200_000
"""Only the last so many characters of a response can hold its final answer."""
_WINDOWS = (4_000, 40_000, LOOK)
SHORT = 400
"""A response of at most this many characters can be nothing but an answer."""
SHORT_WORDS = 12


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text taken as the answer, or None with the reason there is none."""

    text: str | None
    how: str
    """boxed, answer_tag, hashes, json, statement, final_line, whole, closing or none."""
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
    language: Language | None = None
    """The language of the sentence that states the answer."""


def final_answer(completion: str, shape: Shape | None = None, strict: bool = True) -> Extraction:
    """Take the last committed answer of a completion; docs/math_policy.md has the rules.

    The order: the last complete box; else the last of answer tag, ####, JSON field and
    sentence; else a bare last line; else the whole response when it is short.

    With a `shape` the value is read too. `strict=False` also takes a closing sentence that no
    mark announces. An extraction with a `doubt` is never right.
    """
    seen = visible_answer(completion)
    if seen is None:
        return Extraction(None, "none", "the thinking was never finished", truncated=True)
    body = seen[-LOOK:]
    if not body.strip():
        return Extraction(None, "none", "nothing follows the thinking" if completion else "empty")
    reader = shape or _AnyShape()
    found = _boxed(body, reader) or _stated(body, reader) or _bare(body, reader, strict)
    if shape is None or found.text is None or found.value is not None:
        return found if shape is not None else replace(found, value=None)
    return replace(found, value=shape.read(found.text))


class _AnyShape:
    """Short values of any kind, for callers without a shape: they tell a second answer."""

    def read(self, text: str) -> str | None:
        bare = strip_dressing(text)
        words = [token for token in tokens(bare) if token.kind == "word" and len(token.text) > 1]
        if not bare or len(bare) > 80:
            return None
        if not words or bare.casefold() in _WORD_ANSWERS:
            return bare.casefold()
        return None


_WORD_ANSWERS = vocabulary("yes no true false unknown uncertain valid invalid")


def _judged(
    found: Extraction, tail: str, shape: Shape, before: str = "", labelled: bool = False
) -> Extraction:
    """The extraction with the doubt that the words before and after it cast on it.

    `labelled`: a label states the answer, as in "Final answer: 5", and no sentence.
    """
    assert found.text is not None
    if before and (reason := doubt_before(before) or denied_before(before)):
        return replace(found, doubt=reason)
    asked = tail.lstrip(" \t*_`$\"')").startswith(_QUESTION_MARKS)
    # A question commits to nothing; "Final answer: 5?" does, with uncertainty.
    if asked and not (labelled and not _concludes(shape) and not tail.strip(" ?？؟*_.$\n")):
        return replace(found, doubt="the answer is asked, not stated")
    value = found.value if found.value is not None else shape.read(found.text)
    value = value if value is not None else strip_dressing(found.text).casefold()
    offers = getattr(shape, "offers_another", None)
    if offers is not None and offers(value, tail.split("\n", 1)[0]):
        return replace(found, doubt="several choices are offered")
    reason, other = doubt_after(tail, shape.read, value, found.text)
    if other and strip_dressing(other) in strip_dressing(found.text):
        return found
    if other:
        both = (found.text, other)
        return replace(found, text=" or ".join(both), candidates=both, doubt=reason)
    return replace(found, doubt=reason) if reason else found


_QUESTION_MARKS = ("?", "？", "؟")
_PERCENT = re.compile(r"[\s$]{0,4}(?:\\text\{\s?)?(?:\\?%|per ?cent\b|pct\b)")


def _boxed(text: str, shape: Shape) -> Extraction | None:
    boxes, empty, unclosed = boxes_of(text)
    if not boxes:
        if unclosed:
            return Extraction(None, "none", "the box was never closed", truncated=True)
        return Extraction(None, "none", "the box is empty") if empty else None
    run = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        if not joins(text[box[1] : run[0][0]]) or len(run) > 64:
            break
        run.insert(0, box)
    contents = [unbox(content).strip() for _, _, content in run]
    distinct = tuple(dict.fromkeys(contents))
    if len(distinct) > 1:
        return Extraction(
            ", ".join(contents), "boxed", "several boxes, joined", candidates=distinct
        )
    percent = _PERCENT.match(text, run[-1][1]) is not None
    found = Extraction(contents[-1], "boxed", "the last complete box", percent=percent)
    start = run[0][0]
    return _judged(found, text[run[-1][1] :], shape, text[max(0, start - 400) : start])


def _stated(text: str, shape: Shape) -> Extraction | None:
    marked = [one for one in (tagged(text), hashed(text), in_json(text)) if one is not None]
    stated = _last_statement(text, marked)
    if not marked and stated is None:
        return None
    if stated is not None and all(one.end <= stated.start for one in marked):
        return _statement(text, stated, shape)
    last = max(marked, key=lambda one: (one.start, one.end))
    tag = next((one for one in marked if one.truncated and one.how == "none"), None)
    last = tag if tag is not None and "tag" in tag.reason else last
    if last.text is None or is_blank(last.text):
        reason = last.reason if last.text is None else "the answer is empty"
        return Extraction(None, "none", reason, truncated=last.truncated)
    content = last.text.strip()
    if last.candidates:
        return Extraction(content, last.how, last.reason, candidates=last.candidates)
    found = Extraction(content, last.how, last.reason)
    tail = text[last.end :]
    if last.how == "json":
        taken = next((why for one in sentences(tail)[:20] if (why := retraction(one, ""))), "")
        return replace(found, doubt=taken)
    return _judged(found, tail, shape, _announcing(text[max(0, last.start - 400) : last.start]))


def _announcing(before: str) -> str:
    """The text before a mark, when it announces it: on the same line, or with a colon."""
    line = before.rpartition("\n")[2].strip()
    if line:
        return "" if line[-1:] in ".!?。！？।" else before
    return before if before.rstrip()[-1:] in (":", "：") else ""


def _last_statement(text: str, marked: list[Found]) -> Statement | None:
    """The last statement outside the marked answers; a supposed one after it is not committed."""
    code = program_spans(text) if "```" in text else []
    for window in _WINDOWS:
        last: Statement | None = None
        for one in statements(text, max(0, len(text) - window)):
            if any(mark.start <= one.start < mark.end for mark in marked) or any(
                first <= one.start < last for first, last in code
            ):
                continue
            if one.standing == "stated":
                last = one
            elif one.standing == "supposed" and last is not None:
                last = replace(last, standing="supposed")
        if last is not None or window >= len(text):
            return last
    return None


def _statement(text: str, stated: Statement, shape: Shape) -> Extraction:
    reason = "a sentence states it"
    if stated.before:
        found = Extraction(stated.before, "statement", reason, language=stated.language)
        return _judged(found, text[stated.value :], shape)
    candidates = _candidates(text, stated.value, _concludes(shape))
    labelled = text[: stated.value + 1].rstrip(" ").endswith((":", "：", "=", "\n"))
    if not candidates:
        return Extraction(None, "none", "the answer is empty")
    clause = re.split(r"[.!?。！？\n]", text[max(0, stated.start - 80) : stated.start])[-1]
    if stated.standing == "supposed" or only_supposed(clause, stated.language):
        return Extraction(
            candidates[-1][0], "statement", reason, doubt="another is supposed after it"
        )
    for content, end in candidates:
        value = shape.read(content)
        if value is not None:
            found = Extraction(content, "statement", reason, value=value, language=stated.language)
            if other := _listed(content, text[end:], value, shape):
                return replace(
                    found, candidates=(content, other), doubt="a list of answers follows"
                )
            return _judged(found, text[end:], shape, labelled=labelled)
    content, end = next((one for one in candidates if "\n" not in one[0]), candidates[-1])
    for one, stop in candidates:
        if "\n" not in one and one != content and content.startswith(one):
            content, end = one, stop
            break
    found = Extraction(content, "statement", reason, language=stated.language)
    return _judged(found, text[end:], shape, labelled=labelled)


_BULLET = re.compile(r"(?:[-*•+–]|\(?[0-9a-z]{1,2}[.)])\s+")


def _listed(content: str, tail: str, value: Any, shape: Shape) -> str:
    """The other answer in the next line of a list that the answer stands in; "" for none."""
    following = tail.lstrip("*_.").lstrip("\n").split("\n", 1)[0].strip()
    mark = _BULLET.match(following)
    if mark is None or not _BULLET.match(content):
        return ""
    other = shape.read(following[mark.end() :].strip())
    return following if other is not None and other != value else ""


_FENCED = re.compile(
    r"(?P<fence>```|~~~|\"\"\")[a-z]{0,12}[ \t]{0,8}\n(?P<inner>.*?)\n?(?P=fence)", re.DOTALL
)
"""A block of its own under "Final answer:"."""
_DISPLAYS = (("$$", "$$"), ("\\[", "\\]"), ("\\begin{", "\\end{"))
_SPAN = 20_000


def _candidates(text: str, start: int, several: bool = False) -> list[tuple[str, int]]:
    """The texts that a statement may state, longest first, each with its end in the text.

    `several`: the sentences of a line may state the parts of one answer.
    """
    block = text[start : start + _SPAN]
    lead = len(block) - len(block.lstrip(" \t\r\n*_:："))
    if block[lead : lead + 3] != "```":
        lead = len(block) - len(block.lstrip(" \t\r\n*_:：`"))
    bold = "**" in block[:lead]
    start, block = start + lead, block[lead:]
    if fenced := _FENCED.match(block):
        return [(fenced["inner"], start + fenced.end())]
    if not block.strip():
        return []
    for opening, closing in _DISPLAYS:
        if block.startswith(opening) and (close := block.find(closing, len(opening))) >= 0:
            stop = close + len(closing)
            if closing == "\\end{":
                stop = block.find("}", stop) + 1 or len(block)
            return [(block[:stop], start + stop)]
    if (length := _json_lines(block)) > 0:
        return [(block[:length], start + length)]
    line = block.split("\n", 1)[0]
    found = []
    paragraph = block.split("\n\n", 1)[0]
    if "\n" in paragraph.strip():
        found.append((paragraph, start + len(paragraph)))
    for end in ([len(line.rstrip())] if several else []) + _ends(line):
        piece = line[:end]
        shown = piece.replace("**", "") if bold or piece.count("**") == 1 else piece
        shown = _BOLD.sub(r"\1", shown)
        found.append((shown.strip(" \t*_" if bold else " \t"), start + end))
    return [one for one in dict.fromkeys(found) if one[0].strip()]


def _json_lines(block: str) -> int:
    """The length of a JSON list or object that begins the block and ends on a later line, or 0."""
    if not block.startswith(("[", "{")):
        return 0
    try:
        _, length = json.JSONDecoder().raw_decode(block)
    except (ValueError, RecursionError):
        return 0
    return length if "\n" in block[:length] else 0


_BOLD = re.compile(r"(?<![^\s=:(])\*\*([^*\n]{1,200})\*\*(?=[\s.,;:!?)]|$)")
_JOINING = ("or", "and", "either", "not", "nor", "neither")
_SENTENCE_END = re.compile(r"[.!?](?=[\s*)\"'”]|$)|[。！？।]")
_REASON = re.compile(
    r",?\s\(?(?:because|since|which|as|so|due to|after|given|that is|i\.e\.|namely|in other words|"
    r"rather than|not|and not|but not|I (?:think|believe|guess|hope|suppose|am)|right\?|"
    r"and (?:we|this|that is|nothing|it is|no|I|not)|in total|overall|therefore|hence|thus|car|"
    r"weil|porque|puisque|da|потому|так как)\b|，|；|"
    r"\s?[（(](?:since|because|as|that is|i\.e\.)|\sor equivalently",
    re.IGNORECASE,
)


def _ends(line: str) -> list[int]:
    """Where a stated value may end on its line: the line, the sentence, before its reason."""
    stops: list[int] = []
    for mark in _SENTENCE_END.finditer(line[:2_000]):
        before = line[: mark.start()]
        if before.count("$") % 2 or before[-3:].casefold() in ("a.m", "p.m"):
            continue
        single = (
            before[-1:].isalpha() and not before[-2:-1].isalnum() and len(before) < len(line) - 1
        )
        if not (single and before[-1:].isupper() and before[-2:-1] not in ("$", "")):
            stops.append(mark.start())
            break
        stops.append(mark.start())
    sentence = stops[-1] if stops and stops[-1] < len(line) else len(line)
    reasons = [
        mark.start()
        for mark in _REASON.finditer(line[: min(sentence, 2_000)])
        if line[: mark.start()].count("$") % 2 == 0
        and line[: mark.start()].rstrip().casefold().split(" ")[-1] not in ("", *_JOINING)
    ]
    ends = [*reasons[:6], len(line.rstrip()), *reversed(stops)]
    ends = [end for end in ends if end <= sentence or end == len(line.rstrip())]
    if sentence < len(line):  # what follows the sentence is not the value
        ends = [end for end in ends if end <= sentence] or ends
    return list(dict.fromkeys(ends))


_LAST_FENCE = re.compile(r"(?:\A|\n)```[ \t]{0,4}\n([^\n`]{1,120})\n```\Z")


def _bare(text: str, shape: Shape, strict: bool) -> Extraction:
    stripped = text.strip()
    if fenced := _LAST_FENCE.search(stripped[-400:]):
        # A block that holds only the answer, unless it names a language.
        stripped = stripped[: len(stripped) - len(fenced[0])] + "\n" + fenced[1]
    lines = [line.strip() for line in stripped[-2000:].split("\n") if line.strip()]
    if _concludes(shape):
        for content in _closings(stripped):
            value = shape.read(content)
            if value is not None:
                return Extraction(content, "closing", "the response closes with it", value=value)
    if (closing := _closing(stripped, shape)) is not None:
        return closing
    if len(lines) >= 2 and _is_bare_line(lines[-1]) and _words(lines[-2]) >= 3:
        return Extraction(lines[-1], "final_line", "the last line is only a short answer")
    if len(lines) == 2 and lines[0] == lines[1]:
        stripped = lines[0]  # the same answer twice is one
    if len(stripped) <= SHORT and _words(stripped) <= SHORT_WORDS:
        return Extraction(stripped, "whole", "the response is only a short answer")
    for content in _closings(stripped) if not isinstance(shape, _AnyShape) else ():
        value = None if strict and not _concludes(shape) else shape.read(content)
        if value is not None:
            return Extraction(content, "closing", "the response closes with it", value=value)
    return Extraction(None, "none", "no final answer is stated")


def _closing(text: str, shape: Shape) -> Extraction | None:
    """The amount of a closing sentence, of a shape that reads one."""
    amount_of = getattr(shape, "closing", None)
    if amount_of is None:
        return None
    for content in _closings(text):
        amount = amount_of(content, text[: len(text) - len(content)])
        if amount is not None:
            return Extraction(amount, "closing", "the response closes with it")
    return None


def _concludes(shape: Shape) -> bool:
    """Whether a shape is plain enough that its closing sentence needs no mark."""
    return bool(getattr(shape, "closes", False))


def _closings(text: str) -> Iterator[str]:
    """The last paragraph, the last line and the whole response."""
    paragraph = text.rpartition("\n\n")[2].strip()
    yield paragraph[:_SPAN]
    yield text.rpartition("\n")[2].strip()[:_SPAN]
    if len(text) <= _SPAN:
        yield text


def _is_bare_line(line: str) -> bool:
    return len(line) <= 120 and _words(line) <= 2 and not line.startswith(("=", "+", "#", "-  "))


def _words(text: str) -> int:
    """How many words of prose; LaTeX commands do not count."""
    return sum(token.kind == "word" and len(token.text) > 1 for token in tokens(text))
