"""Answers that are words, or that no grammar reads: compared as text."""

import re
from collections.abc import Callable

from .normalize import words_of
from .outcome import Decision
from .reading import Reading, doubts, is_prose

_MATHEMATICAL = re.compile(r"[=<>+*/^\\\d]")
_MERIDIEM = re.compile(r"\b([ap])\.?\s?m\b\.?", re.IGNORECASE)
_WRAPPED = re.compile(r"\\(?:text|textrm|mathrm|mbox|textbf)\s?\{([^{}]*)\}")
_SPELLINGS = re.compile(r"\\(leq|geq|neq|leqslant|geqslant)(?![A-Za-z])")
_CONDITION = re.compile(
    r"[,;]?\s?&\s?(?:\\(?:text|mbox|textrm|mathrm)\s?\{\s?(?:if|for|when)?\s?\}|(?:if|for|when)\b)?"
)
_DOTS = re.compile(r"\\[lc]?dots(?![A-Za-z])")
_SPACING = re.compile(r"[\s${}]+|\\[,;:! ]")


def decide_text(gold: Reading, answer: Reading) -> Decision:
    """Whether the answer has the words of the gold."""
    if gold.answer is not None and not gold.textual:
        equal = False
    elif _MATHEMATICAL.search(gold.words) or _MATHEMATICAL.search(gold.text.replace("\\", "")):
        # Every character of a formula counts: words_of would drop its brackets.
        equal = _letters(gold.text) == _letters(answer.text) or (
            _parts(gold.text, _letters) == _parts(answer.text, _letters) != []
        )
    else:
        alike = gold.words == answer.words or (
            _parts(gold.text, words_of) == _parts(answer.text, words_of) != []
        )
        equal = bool(gold.words) and alike and is_prose(answer.text)
        equal = equal or _says(gold.words, answer.text)
    equal = equal or _affirms(gold.words, answer.text)
    if equal:
        return Decision("correct", "the answer has the words of the gold", "words")
    if answer.too_big:
        return Decision("incorrect", f"the answer is refused: {answer.problem}", "caps")
    if answer.answer is None and gold.answer is not None and not gold.textual:
        return Decision(
            "incorrect", f"the answer is not a mathematical value ({answer.problem})", "words"
        )
    return Decision("incorrect", "the answer has other words than the gold", "words")


def _says(gold: str, answer: str) -> bool:
    """Whether a short sentence ends in the gold's words: "The function is even."."""
    answer = answer.replace("**", "")
    *subject, said = _SAYS.split(answer) if len(answer) <= 200 else [answer]
    if len(subject) != 1 or words_of(said) != gold or not is_prose(answer):
        return False
    return not doubts(subject[0])


_SAYS = re.compile(r"\s(?:is|are|was|were|will be|would be)\s")


def _affirms(gold: str, answer: str) -> bool:
    """Whether an answer to a yes-no question begins with the gold ("No, it is odd.")."""
    answer = answer.replace("**", "")
    opening = _YES_NO.match(answer.casefold())
    if opening is None or opening[1] != gold:
        return False
    return not re.search(rf"\b{_OPPOSITE[gold]}\b", answer[opening.end() :].casefold())


_YES_NO = re.compile(r"(yes|no|true|false)[,.;:!]")
_OPPOSITE = {"yes": "no", "no": "yes", "true": "false", "false": "true"}


def _parts(text: str, plain: Callable[[str], str]) -> list[str]:
    """The names in "Ann, Bob and Carl", in order of the alphabet; [] for anything else.

    `plain` takes what does not count from each name.
    """
    pieces = [plain(one) for one in re.split(r",|\band\b", text)]
    pieces = [one for one in pieces if one]
    names = len(pieces) > 1 and all(" " not in one or one[0].isdigit() for one in pieces)
    # A series of true and false has an order, and so has what repeats.
    ordered = len(set(pieces)) < len(pieces) or set(pieces) & _OPPOSITE.keys()
    return [] if ordered or not names else sorted(pieces)


def _letters(text: str) -> str:
    if "{cases}" in text:
        text = _CONDITION.sub("&", text)
    text = _WRAPPED.sub(r"\1", _MERIDIEM.sub(r"\1m", text))
    text = _SPELLINGS.sub(lambda mark: "\\" + mark[1][:2], text)
    return _SPACING.sub("", _DOTS.sub("...", text)).casefold().strip(".")
