"""The final answer of a completion: the last committed one, and whether it stays committed.

Every step is linear in the length of the text.
"""

import re
from dataclasses import replace
from typing import Any

from .answer_rest import remark, spoils
from .beside import Beside, beside
from .box_clauses import underived
from .changed_values import changed, denied_later
from .chat_formats import later_turns, visible_answer
from .commitment import marked as marked_by_itself
from .commitment import uncommitted, unstated
from .dressing import strip_dressing, without_unread
from .endings import unsettled
from .extraction import AnyShape, Extraction, concludes
from .falsity import falsified
from .formula_context import within_formula
from .hedging import doubt_after, doubt_before
from .latex_boxes import boxes_of, is_blank, unbox
from .marks import Found, hashed, in_json, joins, program_spans, tagged
from .retractions import denied_before, only_supposed, retraction
from .shapes import Shape
from .stated_spans import candidates_of
from .statements import Statement, statements
from .unmarked import unmarked
from .voices import adjoining, disowned
from .words import sentences

LOOK = 200_000
"""Only the last so many characters of a response can hold its final answer."""
_WINDOWS = (4_000, 40_000, LOOK)


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
    body = without_unread(seen[-LOOK:])
    if not body.strip():
        return Extraction(None, "none", "nothing follows the thinking" if completion else "empty")
    reader = shape or AnyShape()
    found = _boxed(body, reader) or _stated(body, reader) or unmarked(body, reader, strict)
    if not found.doubt and any(retraction(one, "") for one in later_turns(completion)):
        found = replace(found, doubt="a later turn takes the answer back")
    if shape is None or found.text is None or found.value is not None:
        return found if shape is not None else replace(found, value=None)
    return replace(found, value=shape.read(found.text))


def _judged(
    found: Extraction, tail: str, shape: Shape, before: str = "", labelled: bool = False
) -> Extraction:
    """The extraction with the doubt that the words before and after it cast on it.

    `labelled`: a label states the answer, as in "Final answer: 5", and no sentence.
    """
    assert found.text is not None
    if found.how == "statement":
        if _FOOTNOTE.search(found.text):
            return replace(found, doubt="a footnote qualifies the answer")
        said = _REMARK.search(found.text)
        english = found.language is None or found.language.code == "en"
        inner = said[0].strip(" *_$") if said else ""
        if english and inner and (reason := remark(inner)):
            return replace(found, doubt=reason)
        if inner and spoils(inner.strip("()（）"), found.language):
            return replace(found, doubt="the remark after the answer changes or denies it")
    if found.how != "boxed" and found.text.startswith("{{"):
        return replace(found, doubt="a template, not an answer")
    if before and (reason := doubt_before(before) or denied_before(before)):
        return replace(found, doubt=reason)
    asked = tail.lstrip(" \t*_`$\"')").startswith(_QUESTION_MARKS)
    # A question commits to nothing; "Final answer: 5?" does, with uncertainty.
    if asked and not (labelled and not concludes(shape) and not tail.strip(" ?？؟*_.$\n")):
        return replace(found, doubt="the answer is asked, not stated")
    value = found.value if found.value is not None else shape.read(found.text)
    value = value if value is not None else strip_dressing(found.text).casefold()
    offers = getattr(shape, "offers_another", None)
    if offers is not None and offers(value, tail.split("\n", 1)[0]):
        return replace(found, doubt="several choices are offered")
    reason, other = doubt_after(tail, shape.read, value, found.text)
    if offers is not None:
        tail = tail.partition("\n")[2]  # the text of the choice
    reason = reason or unsettled(tail, shape.read, value, found.text, found.how != "statement")
    if other and strip_dressing(other) in strip_dressing(found.text):
        return found
    if other:
        both = (found.text, other)
        return replace(found, text=" or ".join(both), candidates=both, doubt=reason, value=None)
    return replace(found, doubt=reason) if reason else found


_FOOTNOTE = re.compile(r"\w\.?[\s*_]{0,3}(?:\s\(\d\)|\[\d\]|[¹²³⁴]\Z(?<=\s.)|\s\(?\*\)?)\Z")
"""A number in brackets behind a value: "31 (1)" refers to a note."""
_REMARK = re.compile(r"(?<=\d)[\s*_$]{0,4}[(（][^()（）\d]{1,80}[)）]\Z")
"""Words in brackets behind a number: "5 (off by one)"."""
_QUESTION_MARKS = ("?", "？", "؟")


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
    start = run[0][0]
    near = beside(text, run[-1][0], run[-1][1])
    content = _with_factor(contents[-1], near)
    value = shape.read(content)  # once: what judges the words around it needs it too
    found = Extraction(content, "boxed", "the last complete box", unit=near.unit, value=value)
    if reason := (
        (not _is_choice(contents[-1]) and within_formula(text, start, run[-1][1]))
        or disowned(text, start, start)
        or adjoining(text[max(0, start - 240) : start])
        or falsified(text, start)
        or near.doubt
        or underived(text, start)
        or changed(text, start, run[-1][1], contents[-1])
    ):
        return replace(found, doubt=reason)
    end = run[-1][1]
    found = _judged(found, text[end:], shape, text[max(0, start - 400) : start])
    return found if found.doubt else replace(found, doubt=uncommitted(text, start, end, content))


def _is_choice(content: str) -> bool:
    """Whether a box holds the letter of a choice in brackets, whose text may follow."""
    bare = content.removeprefix("\\text{").removeprefix("\\textbf{").strip("{} ")
    return len(bare) == 3 and bare[0] == "(" and "A" <= bare[1] <= "J" and bare[2] == ")"


def _with_factor(content: str, near: Beside) -> str:
    """The content of a box with the percent sign or the scale that stands behind it."""
    if not near.factor or (near.factor == "\\%" and "%" in content):
        return content
    simple = content.replace(".", "").replace(",", "").isdigit()
    return f"{content}{near.factor}" if simple else f"({content}){near.factor}"


def _stated(text: str, shape: Shape) -> Extraction | None:
    marked = [one for one in (tagged(text), hashed(text), in_json(text)) if one is not None]
    stated = _last_statement(text, marked)
    if not marked and stated is None:
        return None
    if stated is not None and all(one.end <= stated.start for one in marked):
        found = _statement(text, stated, shape)
        heads = text[stated.value : stated.value + 1] == "\n" and not marked
        unread = found.value is None and not found.doubt and not isinstance(shape, AnyShape)
        return None if heads and unread and "\n\n" in text[stated.value :].strip() else found
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
    said_of = marked_by_itself(text, last.start, last.end, content)
    if last.how == "json":
        taken = next((why for one in sentences(tail)[:20] if (why := retraction(one, ""))), "")
        return replace(found, doubt=taken or said_of)
    if said_of:
        return replace(found, doubt=said_of)
    if reason := disowned(text, last.start, last.start):
        return replace(found, doubt=reason)
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
    candidates = candidates_of(text, stated.value, concludes(shape))
    before = text[: stated.value].rstrip(" ")
    labelled = before.endswith((":", "：", "=")) or text[: stated.value + 1].rstrip(" ").endswith(
        (":", "：", "=", "\n")
    )
    if not candidates:
        return Extraction(None, "none", "the answer is empty")
    clause = re.split(r"[.!?。！？\n]", text[max(0, stated.start - 80) : stated.start])[-1]
    if stated.standing == "supposed" or only_supposed(clause, stated.language):
        return Extraction(
            candidates[-1][0], "statement", reason, doubt="another is supposed after it"
        )
    owned = disowned(text, stated.value, stated.start, stated.language, not labelled)
    if owned:
        return Extraction(candidates[-1][0], "statement", reason, doubt=owned)
    for content, end in candidates:
        value = shape.read(content)
        if value is not None:
            found = Extraction(content, "statement", reason, value=value, language=stated.language)
            if other := _listed(content, text[end:], value, shape):
                return replace(
                    found, candidates=(content, other), doubt="a list of answers follows"
                )
            found = _judged(found, text[end:], shape, labelled=labelled)
            if found.doubt:
                return found
            doubt = denied_later(text[: stated.start], text[end:])
            return replace(found, doubt=doubt or unstated(text, stated.start, end, content))
    content, end = next((one for one in candidates if "\n" not in one[0]), candidates[-1])
    for one, stop in candidates:
        if "\n" not in one and one != content and content.startswith(one):
            content, end = one, stop
            break
    found = Extraction(content, "statement", reason, language=stated.language)
    found = _judged(found, text[end:], shape, labelled=labelled)
    if found.doubt:
        return found
    return replace(found, doubt=unstated(text, stated.start, end, content))


_BULLET = re.compile(r"(?:[-*•+–]|\(?[0-9a-z]{1,2}[.)])\s+")


def _listed(content: str, tail: str, value: Any, shape: Shape) -> str:
    """The other answer in the next line of a list that the answer stands in; "" for none."""
    following = tail.lstrip("*_.").lstrip("\n").split("\n", 1)[0].strip()
    mark = _BULLET.match(following)
    if mark is None or not _BULLET.match(content):
        return ""
    other = shape.read(following[mark.end() :].strip())
    return following if other is not None and other != value else ""
