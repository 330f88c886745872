"""Answers that are choices: a letter, a letter with its text, or several letters."""

import re

from .outcome import Decision
from .reading import Reading

_LETTER = re.compile(r"[\s($*{\\]*(?:text\w*\{)?[\s(]*([A-Z])[)\s}.:$*]*")
_OPENING = re.compile(
    r"[\s$*`\"'(\[{~]+|\\(?:text\w{0,6}|mathrm|mathbf|mbox|boxed)(?=[\s{])|\\[(\[]"
    r"|(?:(?:so|thus|hence|therefore)[, ]{1,2})?(?:it is|it's|this is|we choose|choose)(?=\s)"
    r"|(?:so|thus|hence|therefore)(?=[\s,])[\s,]{1,2}"
    r"|(?:正确)?(?:答案|选项)?(?:应)?(?:选择|选|是|为|：|:)|答案|正解は?|정답은?"
    r"|(?:for sure|definitely|clearly|certainly|obviously|simply|indeed)(?=\s)"
    r"|(?:the )?(?:correct )?(?:option|choice|answer)(?: is)?(?=[\s:(])[\s:]{0,3}",
    re.IGNORECASE,
)
_IS_RIGHT = re.compile(
    r"[)\s.]{0,4}\sis (?:the )?(?:(?:correct|right|best)(?: answer| choice| option)?|answer)[.!]?\Z"
)
_REASON = re.compile(
    r"[)\s,;]*\b(?:because|since|as it|for it)\b[^A-Z]*|[!。]\s*\Z|选项\s*\Z|です\Z|입니다\Z|。"
)
_CALCULATED = re.compile(r"[)}\s]*(?:\*(?!\*)|[+/^=])\s*[\d\\(]")
_CLOSING = " \t\n$*`\"')]}~"
_OTHER_CHOICE = re.compile(
    r"(?:\b(?:or|and|maybe|perhaps|be|but|possibly|also|is|not)\b|[,/&|]|^)[\s$*]*(?:\\text\w*\{)?"
    r"\(?([B-HJ]|[AI](?!\s(?!(?:or|and|also|works?|is|could|may|might)\b)[a-z]))[)}$*]*(?:[\s).,}]|$)"
)

_DENIED = re.compile(
    r"\A[\s.,;:(){}$*。，]*"
    r"(?:(?:it|that|this|and|so|because|since|as|the others?)\s(?:[a-z]{1,12}\s){0,2})?"
    r"(?:(?:\w{2,7}n't|not|cannot|non|rather than|instead of)\b|不是)"
    r"(?!.*\b(?:but|maybe|perhaps|might|possibly|also|although|however)\b).*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""What says only which choices are wrong: "D, it can't be A or B"."""
_CHOICES = re.compile(r"(?=A?B?C?D?E?F?G?H?I?J?\Z)[A-J]{2,10}")
_CHOSEN_LIST = re.compile(r"[A-J](?:\s?(?:,|;|and|,\s?and)\s?[A-J]){1,9}")
_CHOSEN = re.compile(r"\(?[A-J]\)?(?:(?:[\s,;&(){}]|\\?\b(?:and|text)\b){0,12}[A-J]\)?){1,9}")


def _capitals(text: str) -> list[str]:
    return sorted(one for one in text if one.isupper())


def choice_letter(gold: str) -> str:
    """The letter that a gold consists of; "" when it is no choice."""
    found = _LETTER.fullmatch(gold) if len(gold) < 60 else None
    if found and found[1] in "RZNQ" and "\\math" in gold:
        return ""  # a set of numbers in bold
    return found[1] if found else ""


def decide_letters(gold: str, answer: str) -> Decision | None:
    """For a gold of several choices (ABD) and an answer of letters alone; else None."""
    if _CHOSEN_LIST.fullmatch(gold):
        gold = "".join(_capitals(gold))
    if not (_CHOICES.fullmatch(gold) and _CHOSEN.fullmatch(answer)):
        return None
    if _capitals(gold) == _capitals(answer):
        return Decision("correct", "the choices are the same", "letter")
    return Decision("incorrect", "other choices than the gold", "letter")


def decide_letter(letter: str, gold: Reading, answer: Reading) -> Decision:
    """Whether the answer commits to one letter, the gold's."""
    choice, rest = _chosen(answer.raw)
    rest = _DENIED.sub("", rest, count=1)
    others = _OTHER_CHOICE.search(rest)
    if choice is not None and others and not _only_again(choice, rest):
        return Decision("incorrect", "several choices are offered", "letter")
    if choice == letter:
        return Decision("correct", f"the choice is {letter}", "letter")
    if choice is not None:
        return Decision("incorrect", f"the choice is {choice}, not {letter}", "letter")
    if gold.answer is not None and answer.answer is not None and gold.answer == answer.answer:
        return Decision("correct", "the answer is the gold", "letter")
    return Decision("incorrect", f"the answer is not the choice {letter}", "letter")


def _only_again(choice: str, rest: str) -> bool:
    """Whether every further choice is the same one: "B or (B)"."""
    return {mark[1] for mark in _OTHER_CHOICE.finditer(rest)} == {choice}


def _chosen(raw: str) -> tuple[str | None, str]:
    """The letter that an answer begins with, and the text of the choice after it."""
    text = raw[:500].strip()
    for _ in range(8):
        opening = _OPENING.match(text)
        if opening is None or opening.end() == 0:
            break
        text = text[opening.end() :]
    if not text or not (text[0].isascii() and text[0].isalpha()) or text[1:2].isupper():
        return None, ""
    after = text[1:].lstrip(_CLOSING)
    if text[1:4] in (" - ", " – ", " — "):
        return text[0].upper(), text[4:]
    if _IS_RIGHT.match(text, 1):
        return text[0].upper(), ""
    if _CALCULATED.match(text, 1):
        return None, ""
    if reason := _REASON.match(text, 1):
        return text[0].upper(), text[reason.end() :]
    closed = text[1:2] in tuple(")]}$*") or after[:1] in (".", ":", ")", "")
    if not closed or (after and len(after) == len(text) - 1 and after[0] not in ".:)"):
        goes_on = _OTHER_CHOICE.match(after) or _DENIED.match(after)
        return (text[0].upper(), after) if goes_on else (None, "")
    return text[0].upper(), after.lstrip(".:)\\~ ")
