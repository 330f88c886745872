"""Where a text states its answer: a tag, ####, a JSON field, a sentence."""

import json
import re
from dataclasses import dataclass
from typing import Literal

from .latex_boxes import is_blank

How = Literal["boxed", "answer_tag", "hashes", "json", "statement", "final_line", "whole", "none"]
LOOK = 200_000
"""Only the last so many characters of a response can hold its final answer."""
SPAN = 20_000
"""What follows "the answer is" is looked at this far."""
_WINDOWS = (4_000, 40_000, LOOK)
"""How much of the end of a response is searched for a sentence that states the answer."""
_TAG = re.compile(r"<(/?)(?:final[_ -]?)?answer>", re.IGNORECASE)
_HASHES = re.compile(r"####(?!#)")
# The first quote may be missing: the JSON may be broken.
_JSON = re.compile(r"""answer["'][ \t\r\n]{0,40}:[ \t\r\n]{0,40}""", re.IGNORECASE)
_LEAD = r"(?:the[ \t]{1,4}|my[ \t]{1,4}|our[ \t]{1,4})?(?:final[ \t]{1,4}|correct[ \t]{1,4})?"
_VERB = r"(?:is|are|was|must be|should be|would be|will be|equals|=)"
_STATEMENT = re.compile(
    _LEAD + r"\b(?:answer|solution|result)s?(?:[ \t]{1,4}to[ \t][^.\n:]{1,80}?)?[*_ \t]{0,8}"
    r"(?:(?<=[*_ \t])"
    + _VERB
    + r"(?![A-Za-z])(?:[ \t]{0,4}(?:therefore|then|thus))?[*_ \t]{0,4}:?|:)"
    r"|\b(?:final|correct)[ \t]{1,4}answer[*_ \t]{0,8}(?=\n)"
    r"|\b(?:correct|right|best)[ \t]{1,4}(?:option|choice)[*_ \t]{0,4}(?:(?<=[*_ \t])is\b|:)"
    r"[*_ \t]{0,4}:?"
    r"|\bans(?:wer)?[.]?[ \t]{0,4}[:=]"
    r"|^#{1,6}[ \t]{1,4}answer[*_ \t]{0,8}(?=\n)"
    r"|\b(?:r[ée]ponse|respuesta|antwort|antwoord|resposta|risposta)(?:[ \t]final[e]?)?[ \t]{1,4}"
    r"(?:est|es|ist|lautet|is|é|è)(?![a-z])[ \t]{0,4}:?"
    r"|\b(?:r[ée]ponse|respuesta|antwort|antwoord|resposta|risposta|ответ|jibu|svar|"
    r"odpověď|odpowiedź|cevap|jawaban|vastaus|απάντηση)"
    r"(?:[ \t]final[e]?)?[*_ \t]{0,8}[:：]"
    r"|(?:정답|답)(?:은|:)|الجواب(?:[ \t](?:هو|النهائي))?|الإجابة(?:[ \t](?:هي|النهائية))?"
    r"|उत्तर(?:[ \t]?:)?"
    r"|απάντηση[ \t](?:είναι|:)"
    r"|đáp[ \t]án(?:[ \t]là|:)"
    r"|\bjibu[ \t](?:ni|la mwisho ni)\b[ \t]{0,4}:?"
    r"|ответ[ \t]{0,2}[-—–][ \t]|ответом[ \t]является"
    r"|(?:最终)?答案(?:是|为|為|：|:|应为|就是)[:：]?|(?:最終的な)?答えは|(?:最終的な)?答え[:：]"
    r"|คำตอบ(?:สุดท้าย)?(?:คือ|:|ที่ได้คือ)|উত্তর(?:টি)?[ \t]{0,2}(?:হল|হলো|:|ঃ|হচ্ছে)"
    r"|సమాధానం[ \t]{0,2}(?:[:：]|ఏమిటంటే)?",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_A_VALUE = re.compile(
    r"[*_ \t]{0,8}(?:correct|wrong|clear|right|incorrect|below|above|as follows|given by|obvious|"
    r"not |found |simply:?$|unique[. ])",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？।]")
_BECAUSE = re.compile(
    r",?[ \t](?:because|since|which|as we|as the|so that|due to|after|given|"
    r"I (?:think|believe|guess|hope|suppose|am)|right\?|"
    r"and (?:we|this|that is|nothing|it is|no|I)|but not|not)\b",
    re.IGNORECASE,
)
_JOIN_WORDS = (
    r"or|and|either|maybe|perhaps|possibly|alternatively|also|else|otherwise|equivalently|"
    r"could|be|it|is|might|text|quad|qquad|mbox|mathrm|ou|oder|und|et|y|o"
)
JOINED = re.compile(
    r"(?:for (?:part|case|question) ?\(?\w{1,3}\)?|[\s$,;.&/|()\[\]{}*_~、，；或和]"
    r"|\\[()\[\],;:! ]|\\?\b(?:" + _JOIN_WORDS + r")\b|\\\\|\\?\b[A-Za-z](?:_\{?\w\}?)?\s?=)*",
    re.IGNORECASE,
)
_TAG_JOIN = re.compile(r"\b(?:or|and|ou|oder|maybe|perhaps|either|alternatively)\b|[,/]", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """A statement, where it stands, and the value it states; None when it was cut off."""

    start: int
    end: int
    text: str | None
    how: How
    reason: str
    truncated: bool = False
    candidates: tuple[str, ...] = ()


def tagged(text: str) -> Found | None:
    """The last answer tag that is closed and not empty."""
    opened: int | None = None
    opened_at = 0
    last: Found | None = None
    seen = False
    for mark in _TAG.finditer(text):
        if mark[1] != "/":
            opened, opened_at, seen = mark.end(), mark.start(), True
        elif opened is not None:
            inner = text[opened : mark.start()]
            if not is_blank(inner) or last is None:
                last = _joined_tags(text, last, (opened_at, mark.end(), inner))
            opened = None
    if last is None and seen:
        return Found(
            opened_at, len(text), None, "none", "the answer tag was never closed", truncated=True
        )
    return last


def _joined_tags(text: str, before: Found | None, tag: tuple[int, int, str]) -> Found:
    """The tag, together with the one before it when only "or" or a comma stands between."""
    start, end, inner = tag
    if before is not None and before.text is not None and not is_blank(before.text):
        gap = text[before.end : start]
        different = before.text.strip() != inner.strip()
        if different and len(gap) <= 200 and JOINED.fullmatch(gap) and _TAG_JOIN.search(gap):
            both = (*(before.candidates or (before.text.strip(),)), inner.strip())
            joined = " or ".join(both[-64:])
            return Found(
                before.start, end, joined, "answer_tag", "several tags, joined", False, both
            )
    return Found(start, end, inner, "answer_tag", "the last answer tag")


def hashed(text: str) -> Found | None:
    """What stands after the last ####."""
    last = None
    for mark in _HASHES.finditer(text):
        last = mark
    if last is None:
        return None
    end = text.find("\n", last.end())
    end = len(text) if end < 0 else end
    line = text[last.end() : end].strip()
    if re.match(r"(?:final |the )?(?:answer|step|solution)\b", line, re.IGNORECASE) or not line:
        # A Markdown heading of level four, not GSM8K's mark; an answer may stand under it.
        return None if line else Found(last.start(), end, "", "hashes", "after ####")
    return Found(last.start(), end, line, "hashes", "after ####")


def in_json(text: str) -> Found | None:
    """The value of the last answer field, of JSON that may be broken."""
    last = None
    for mark in _JSON.finditer(text):
        last = mark
    if last is None:
        return None
    value, end = _json_value(text, last.end())
    if value is None:
        return Found(last.start(), end, None, "none", "the JSON answer was cut off", truncated=True)
    return Found(last.start(), end, value, "json", "the answer field of a JSON object")


def _json_value(text: str, start: int) -> tuple[str | None, int]:
    """The value that begins at `start` of JSON that may be broken, and where it ends."""
    first = text[start : start + 1]
    if first in ('"', "'") and first:
        pattern = re.compile(r'\\.|"' if first == '"' else r"\\.|'", re.DOTALL)
        for mark in pattern.finditer(text, start + 1):
            if mark[0] == first:
                return _unescape(text[start + 1 : mark.start()]), mark.end()
        return None, len(text)
    if first in ("[", "{") and first:
        depth = 0
        for mark in re.compile(r'"(?:\\.|[^"\\])*"|[\[\]{}]', re.DOTALL).finditer(text, start):
            if mark[0] in "[{":
                depth += 1
            elif mark[0] in "]}":
                depth -= 1
                if depth == 0:
                    return text[start : mark.end()], mark.end()
        return None, len(text)
    end = start
    while end < len(text) and text[end] not in ",}\n":
        end += 1
    return text[start:end].strip(), end


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def _unescape(raw: str) -> str:
    r"""JSON escapes, but an unescaped LaTeX command (\frac, \text, \neq) stays a command."""

    def one(mark: re.Match[str]) -> str:
        if mark[1]:
            return chr(int(mark[1], 16))
        letter = mark[2]
        if letter in '"\\/':
            return letter
        follows = raw[mark.end() : mark.end() + 1]
        if letter in "nrt" and not (follows.isascii() and follows.isalpha()):
            return " "
        return mark[0]

    return _ESCAPE.sub(one, raw)


def sentence(text: str, others: list[Found]) -> Found | None:
    """The last sentence that states an answer, outside the `others`."""
    last: re.Match[str] | None = None
    for window in _WINDOWS:
        # The last sentence counts: the end of a long text is searched first.
        for mark in _STATEMENT.finditer(text, max(0, len(text) - window)):
            inside = any(one.start <= mark.start() < one.end for one in others)
            if not inside and not _NOT_A_VALUE.match(text, mark.end()):
                last = mark
        if last is not None or window >= len(text):
            break
    if last is None:
        return None
    value, end = _rest(text, last.end())
    return Found(last.start(), end, value, "statement", f"after {last[0].strip()!r}")


def _rest(text: str, start: int) -> tuple[str, int]:
    """The rest of the sentence from `start`; of the next filled line when this one is empty."""
    block = text[start : start + SPAN]
    lead = len(block) - len(block.lstrip(" \t\r\n*_:"))
    shift, block = start + lead, block[lead:]
    fenced = _FENCED.match(block)
    if fenced:
        return fenced["inner"], shift + fenced.end()
    if (length := _json_lines(block)) > 0:
        return block[:length], shift + length
    opener = re.match(r"(?:\*\*|__)?(\$\$|\\\[|\\begin\{)", block)
    if opener:
        closer = {"$$": "$$", "\\[": "\\]"}.get(opener[1], "\\end{")
        close = block.find(closer, opener.end())
        if close >= 0:
            stop = close + len(closer)
            if closer == "\\end{":
                stop = block.find("}", stop) + 1 or len(block)
            return block[:stop], shift + stop
    value = _first_sentence(block.split("\n", 1)[0])
    if "**" in text[start:shift] and value.count("**") == 1 and not value.endswith("**"):
        # "is **18** dollars": the bold phrase opened in the lead.
        return value.replace("**", ""), shift + len(value)
    # The opening ** of a bold phrase was skipped with the lead.
    return value.rstrip(" \t*_"), shift + len(value)


def _json_lines(block: str) -> int:
    """The length of a JSON list or object that begins the block and ends on a later line, or 0."""
    if not block.startswith(("[", "{")):
        return 0
    try:
        _, length = json.JSONDecoder().raw_decode(block)
    except (ValueError, RecursionError):
        return 0
    return length if "\n" in block[:length] else 0


_JOINING = re.compile(r"\b(?:or|and|either)[ \t]*\Z")


def _first_sentence(line: str) -> str:
    mathematical = 0
    checked = 0
    for mark in _SENTENCE_END.finditer(line):
        mathematical += line.count("$", checked, mark.start())
        checked = mark.start()
        before = line[: mark.start()]
        inside = mathematical % 2 == 1
        abbreviation = re.search(r"\b(?:[ap]\.?m|approx|[A-Z])$", before[-8:])
        if inside or (abbreviation and line[mark.end() :].strip()):
            continue
        line = before
        break
    cut = _BECAUSE.search(line)
    if cut is None or "$" in line[cut.start() :] or _JOINING.search(line[: cut.start()][-8:]):
        return line  # "1/4 or not 1/4" is not cut to "1/4 or"
    return line[: cut.start()]


_FENCED = re.compile(
    r"(?P<fence>```|~~~|\"\"\")[a-z]{0,12}[ \t]{0,8}\n(?P<inner>.*?)\n?(?P=fence)", re.DOTALL
)
"""A block of its own under "Final answer:"."""
