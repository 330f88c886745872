"""The final answer of a completion: what was committed to, after any thinking.

Every function is linear in the length of the text: patterns start with a literal, gaps are
bounded, and braces are matched in one pass.
"""

import json
import re
from dataclasses import dataclass
from typing import Literal

How = Literal["boxed", "answer_tag", "hashes", "json", "statement", "final_line", "whole", "none"]

SHORT = 400
"""A response of at most this many characters can be nothing but an answer."""
SHORT_WORDS = 12
LOOK = 200_000
"""Only the last so many characters of a response can hold its final answer."""
SPAN = 20_000
"""What follows "the answer is" is looked at this far."""
_WINDOWS = (4_000, 40_000, LOOK)
"""How much of the end of a response is searched for a sentence that states the answer."""

_THINK = re.compile(
    r"<(/?)(?:think|thinking|thought|reasoning|scratchpad)>|"
    r"<\|(begin|end)_of_thought\|>|◁(/?)think▷",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)(?:final[_ -]?)?answer>", re.IGNORECASE)
_BOX = re.compile(r"\\f?boxed\b|\\fbox\b|\\boxed(?=\d)")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BARE_BOX = re.compile(r"[ \t]{0,8}([^\s${}\\]{1,200})(?=[\s$]|$)")
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
_JOINED = re.compile(
    r"(?:for (?:part|case|question) ?\(?\w{1,3}\)?|[\s$,;.&/|()\[\]{}*_~、，；或和]"
    r"|\\[()\[\],;:! ]|\\?\b(?:" + _JOIN_WORDS + r")\b|\\\\|\\?\b[A-Za-z](?:_\{?\w\}?)?\s?=)*",
    re.IGNORECASE,
)
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
_TAG_JOIN = re.compile(r"\b(?:or|and|ou|oder|maybe|perhaps|either|alternatively)\b|[,/]", re.I)
_END_TOKENS = re.compile(
    r"(?:\s|<\|im_start\|>\s{0,4}(?:user|assistant|system)?|<\|(?:im_end|endoftext|eot_id|end|end_of_text|eom_id)\|>|</s>|<eos>|<end_of_turn>|"
    r"<｜end▁of▁sentence｜>)+\Z"
)


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


def final_answer(completion: str) -> Extraction:
    """Take the last committed answer of a completion; docs/math_policy.md has the rules.

    The order: the last complete box; else the last of answer tag, ####, JSON field and
    sentence; else a bare last line; else the whole response when it is short.
    """
    thought = after_thinking(completion)
    if thought is None:
        return Extraction(None, "none", "the thinking was never finished", truncated=True)
    body = _trim_end(thought[-LOOK:])
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


def after_thinking(completion: str) -> str | None:
    """The text after the last closed thinking block; None when one is left open."""
    start, opened = 0, False
    for mark in _THINK.finditer(completion):
        closes = mark[1] == "/" or mark[2] == "end" or mark[3] == "/"
        closes = closes or (mark[2] or "").lower() == "end"
        opened = not closes
        if closes:
            start = mark.end()
    return None if opened else completion[start:]


def _trim_end(text: str) -> str:
    # Only the tail is searched: the pattern is anchored at the end.
    tail = max(0, len(text) - 400)
    return (text[:tail] + _END_TOKENS.sub("", text[tail:])).rstrip()


def _closing_brace(text: str, start: int) -> int:
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


def _boxes(text: str) -> tuple[list[tuple[int, int, str]], int, bool]:
    """(start, end, content) of each outermost complete box, empty boxes, and one left open."""
    found: list[tuple[int, int, str]] = []
    empty, position = 0, 0
    while mark := _BOX.search(text, position):
        after = mark.end()
        while after < len(text) and text[after] in " \t\n" and after < mark.end() + 8:
            after += 1
        if after < len(text) and text[after] == "{":
            end = _closing_brace(text, after + 1)
            if end < 0:
                # Each later box lies inside this one that never closes.
                return found, empty, True
            content = text[after + 1 : end - 1]
        elif bare := _BARE_BOX.match(text, mark.end()):
            content, end = bare[1], bare.end()
        else:
            position = mark.end()
            continue
        if _is_blank(content):
            empty += 1
        else:
            found.append((mark.start(), end, content))
        position = end
    return found, empty, False


# Braces are blank in pairs only: a lone closing brace is an answer to a Dyck question.
_BLANK = re.compile(
    r"(?:[\s$.,~_?]|\{(?:\s|\{\s*\})*\}|\\[,;:! ]|\\(?:text|quad|qquad|ldots|dots|cdots|square)\b)*"
)


def _is_blank(content: str) -> bool:
    return _BLANK.fullmatch(content) is not None


def unbox(text: str) -> str:
    r"""The text with every complete \boxed{...} replaced by its content, at any depth."""
    for _ in range(20):
        boxes, _, _ = _boxes(text)
        if not boxes:
            return text
        pieces, position = [], 0
        for start, end, content in boxes:
            pieces += [text[position:start], content]
            position = end
        text = "".join([*pieces, text[position:]])
    return text


def _boxed(text: str) -> Extraction | None:
    boxes, empty, unclosed = _boxes(text)
    if not boxes:
        if unclosed:
            return Extraction(None, "none", "the box was never closed", truncated=True)
        return Extraction(None, "none", "the box is empty") if empty else None
    run = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        gap = text[box[1] : run[0][0]]
        if len(gap) > 200 or not _JOINED.fullmatch(gap):
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


_PERCENT = re.compile(r"[\s$]{0,4}(?:\\text\{\s?)?(?:\\?%|per ?cent\b|pct\b)")


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    text: str | None
    how: How
    reason: str
    truncated: bool = False
    candidates: tuple[str, ...] = ()


def _stated(text: str) -> Extraction | None:
    found = [_tagged(text), _hashed(text), _in_json(text)]
    found.append(_sentence(text, [one for one in found if one is not None]))
    present = [one for one in found if one is not None]
    if not present:
        return None
    last = max(present, key=lambda one: (one.start, one.end))
    tag = present[0] if found[0] is not None else None
    if tag is not None and tag.text is None and tag.truncated:
        last = tag
    if last.text is None or _is_blank(last.text):
        reason = last.reason if last.text is None else "the answer is empty"
        return Extraction(None, "none", reason, truncated=last.truncated)
    content = last.text.strip()
    if last.candidates:
        return Extraction(content, last.how, last.reason, candidates=last.candidates)
    if other := _hedged(text, last.end, content):
        both = (content, other)
        return Extraction(" or ".join(both), last.how, "two answers, joined", candidates=both)
    return Extraction(content, last.how, last.reason)


def _tagged(text: str) -> _Found | None:
    opened: int | None = None
    opened_at = 0
    last: _Found | None = None
    seen = False
    for mark in _TAG.finditer(text):
        if mark[1] != "/":
            opened, opened_at, seen = mark.end(), mark.start(), True
        elif opened is not None:
            inner = text[opened : mark.start()]
            if not _is_blank(inner) or last is None:
                last = _joined_tags(text, last, (opened_at, mark.end(), inner))
            opened = None
    if last is None and seen:
        return _Found(
            opened_at, len(text), None, "none", "the answer tag was never closed", truncated=True
        )
    return last


def _joined_tags(text: str, before: _Found | None, tag: tuple[int, int, str]) -> _Found:
    """The tag, together with the one before it when only "or" or a comma stands between."""
    start, end, inner = tag
    if before is not None and before.text is not None and not _is_blank(before.text):
        gap = text[before.end : start]
        different = before.text.strip() != inner.strip()
        if different and len(gap) <= 200 and _JOINED.fullmatch(gap) and _TAG_JOIN.search(gap):
            both = (*(before.candidates or (before.text.strip(),)), inner.strip())
            joined = " or ".join(both[-64:])
            return _Found(
                before.start, end, joined, "answer_tag", "several tags, joined", False, both
            )
    return _Found(start, end, inner, "answer_tag", "the last answer tag")


def _hashed(text: str) -> _Found | None:
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
        return None if line else _Found(last.start(), end, "", "hashes", "after ####")
    return _Found(last.start(), end, line, "hashes", "after ####")


def _in_json(text: str) -> _Found | None:
    last = None
    for mark in _JSON.finditer(text):
        last = mark
    if last is None:
        return None
    value, end = _json_value(text, last.end())
    if value is None:
        return _Found(
            last.start(), end, None, "none", "the JSON answer was cut off", truncated=True
        )
    return _Found(last.start(), end, value, "json", "the answer field of a JSON object")


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


def _sentence(text: str, others: list[_Found]) -> _Found | None:
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
    return _Found(last.start(), end, value, "statement", f"after {last[0].strip()!r}")


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
        if mark and _closing_brace(text, mark.end()) == len(text):
            text = text[mark.end() : -1]
        if text == before:
            break
    return text
