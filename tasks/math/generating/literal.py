"""Whether an answer was worked out, or only repeats the question in other words.

By value `3 + 4` equals `7` and `(x + 1)(x + 2)` equals its expansion, so a checker of values
alone would pay for copying the question. A literal answer must be made of the same numbers
as the gold: the value has been decided elsewhere, this looks at the numbers only.
"""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

_MAX_LENGTH = 2000
_SUPERSCRIPTS = str.maketrans({"⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁴": "^4", "⁵": "^5",
                               "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9"})  # fmt: skip
_SPACING = re.compile(r"\\[,!;: ]|\{,\}|\\left|\\right|\\displaystyle")
_UNIT_POWER = re.compile(r"(?<![A-Za-z])(?:[kcdm]?m|in|ft|yd|units?)\}?\s*\^\s*\{?[23]\}?")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_MIXED = re.compile(r"(\d+)\s+(\d+)\s*/\s*(\d+)")
_FRAC = re.compile(r"\\[dt]?frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}")


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_SUPERSCRIPTS)).replace("\u2044", "/")
    text = _UNIT_POWER.sub(" ", _SPACING.sub("", text))
    return _FRAC.sub(r" \1/\2", text)


def _numbers(text: str) -> list[Fraction]:
    """The numbers written in a text, sorted; ones are left out, for `1x` is `x`."""
    found = [Fraction(Decimal(token.replace(",", ""))) for token in _NUMBER.findall(text)]
    return sorted(number for number in found if number != 1)


def _spaced_numbers(text: str) -> list[Fraction]:
    """As `_numbers`, where a comma always separates."""
    return _numbers(text.replace(",", " , "))


def is_evaluated(gold: str, answer: str | None) -> bool:
    """Whether `answer`, known to equal `gold` in value, is written in the gold's numbers.

    A fraction must be in the gold's (lowest) terms; a decimal or a mixed number of the same
    value passes too. What stands before the last `=` is not looked at for a single value.
    """
    if answer is None or len(answer) > _MAX_LENGTH:
        return False
    text = _plain(answer)
    wanted = _spaced_numbers(gold)
    texts = [text, text.rpartition("=")[2], re.sub(r"[A-Za-z]\w*\s*=", " ", text)]
    if any(wanted in (_numbers(each), _spaced_numbers(each)) for each in texts):
        return True
    if "," in gold or not re.fullmatch(r"-?\d+(/\d+)?", gold):
        return False
    value = abs(Fraction(gold))
    last = texts[1]
    mixed = _MIXED.search(last)
    if mixed and len(_NUMBER.findall(last)) == 3:
        whole, top, bottom = (int(part) for part in mixed.groups())
        if not bottom:
            return False
        part = Fraction(top, bottom)
        return part.denominator == bottom and whole + part == value
    return _numbers(last) == [value] or (value == 1 and len(_NUMBER.findall(last)) == 1)
