"""Rarer ways to write a value, put into the one the parser reads. No value changes.

Bases, combinations, products with the letter x, units as fractions, times of day and dates.
"""

import re
from collections.abc import Callable

_BASED = re.compile(
    r"(?:\(|\\text\{|\\mathrm\{)?\s?([0-9A-Fa-f]{1,60})\s?[)}]?\s?"
    r"(?:_\{?\s?\(?\s?\{?(\d{1,2})\}?\s?\)?\s?\}?"
    r"|\(?(?:\\text\{)?\s?\(?\s?(?:in |to )?base[ -]?"
    r"\{?(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|sixteen)\}?\s?\)?\}?\)?)"
)
BASES = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "sixteen": "16",
}  # fmt: skip
_TIMES_X = re.compile(r"(?<=\d)\s?[xX]\s?(?=10\s?\^)|(?<=\d) [xX] (?=\d)")
_UNIT_FRACTION = re.compile(
    r"\\frac\s?\{\s?\\(?:text|mathrm|textrm|mbox)\s?\{\s?([A-Za-z]{1,12})\s?\}\s?\}\s?"
    r"\{\s?\\(?:text|mathrm|textrm|mbox)\s?\{\s?([A-Za-z]{1,12})\s?\}\s?(\^\{?[23]\}?)?\s?\}"
)
_TEXT_POWER = re.compile(
    r"(\\(?:text|mathrm|textrm|mbox|operatorname|rm)\s?\{[^{}]{0,60}?)\^\s?\{\s?(-?[1-4])\s?\}"
)
_OVER = re.compile(r"\{([^{}]{1,80})\\over(?![A-Za-z])([^{}]{1,80})\}")
_WHOLE_OVER = re.compile(r"([^{}]{1,80})\\over(?![A-Za-z])([^{}]{1,80})")
_CHANCE = re.compile(r"(?:a )?(\d{1,9}) (?:out of|in) (?:every )?(\d{1,9})(?: chance)?")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{3}){2,6})(?:,(\d{1,9}))?(?![\d.])")
_APOSTROPHES = re.compile(r"(?<![\d.'])\d{1,3}(?:'\d{3}){1,6}(?![\d'])")
_PRIMED = re.compile(r"(\d[\d,. /]{0,12})\s?('{1,2}|\"|\\prime)")
_FEET_INCHES = re.compile(r"(\d{1,6})\s?'\s?(\d{1,2}(?:\.\d{1,6})?)\s?(?:''|\")")
_PROBABILITY = re.compile(
    r"\A(?:\\Pr|(?:\\(?:mathbb|mathrm|text|operatorname))?\s?\{?[PE]r?\}?)\s?[(\[]"
    r"[^()\[\]]{0,60}(?:[<>=|]|\\(?:cup|cap|mid|leq?|geq?|text)\b)[^()\[\]]{0,60}[)\]]\s?=\s?(?=\S)"
)
_FOR_ALL = re.compile(r"\A\\forall[^,:]{1,40}[,:]\s?|[,\s]{0,4}\(?\\forall\s?[^=]{1,40}\Z")
_MICRO = re.compile(
    r"(?<=[\d}])\s?\\mu\s?(?:\\(?:mathrm|text|textrm)\s?\{\s?([A-Za-z])\s?\}|([mgsCFALH])(?![A-Za-z]))"
)
_HALF_LINE = re.compile(r"\\mathbb\s?\{?\s?R\s?\}?\s?[\^_]\s?\{?\s?([+-])\s?\}?")
_RESTATED = re.compile(r"(\S.{0,80}?)\s\(\s?(?:or |= ?|i\.e\.,? )?([\d.]{1,12}\s?\\?%)\s?\)")
_GLUED = re.compile(r"(?<=[\d)}])(or|and)(?=[A-Z(\\\d-]|[a-z]\s?[=(<>])")
_NUMBERED = re.compile(r"\(([1-9a-f]|i{1,3}|iv)\)\s?")
_LABELS = (("1", "2", "3", "4", "5"), ("a", "b", "c", "d", "e"), ("i", "ii", "iii", "iv"))
_PART_SYMBOLS = ("\\Theta", "\\Xi", "\\Psi", "\\Phi", "\\Lambda")
_UNION = re.compile(r"\\cup(?![A-Za-z])")
_TO = re.compile(r"(?<=\d) to (?=\d)|(?<=\d)\s?\\text\{\s?to\s?\}\s?(?=\d)")
_INDEX = r"\{?\s?(\d{1,4}|[a-z])\s?\}?"
_CHOOSE = re.compile(
    rf"(?:\{{\s?\}})?\s?[_^]\s?{_INDEX}\s?(?:\\mathrm\{{)?([CP])\}}?\s?_\s?{_INDEX}"
)
_CHOOSE_STACKED = re.compile(
    rf"(?<![A-Za-z\\])(?:\\mathrm\{{)?([CPA])\}}?\s?(?:_\s?{_INDEX}\s?\^\s?{_INDEX}"
    rf"|\^\s?{_INDEX}\s?_\s?{_INDEX})"
)
_ENVIRONMENT = re.compile(
    r"\\begin\s?\{(aligned|align|gathered|gather|split|equation|cases|array)\*?\}"
    r"(?:\{[lcr| ]{1,12}\}|\[[tcb]\])?(.*)\\end\s?\{\1\*?\}",
    re.DOTALL,
)
_CLOCK = re.compile(
    r"(\d{1,2})(?:\s?\\?:\s?(\d\d))?\s?([ap])\.?\s?m\.?(?: in the (?:morning|afternoon|evening))?",
    re.IGNORECASE,
)
_TEXT = re.compile(r"\\(?:text\w*|mathrm|mbox|mathbf)\s?\{([^{}]*)\}")
_REMAINDER = re.compile(
    r"(\d{1,15})\s?(?:,\s?)?(?:\\text\{)?\s?"
    r"(?:[Rr]|rem\.?|(?:with )?(?:a )?remainder(?: of)?)\s?\}?\s?(\d{1,15})"
)
_PARTS = {
    "day": ("hour", 24), "week": ("day", 7), "year": ("month", 12), "hour": ("minute", 60),
    "minute": ("second", 60), "foot": ("inch", 12), "pound": ("ounce", 16),
    "dollar": ("cent", 100), "degree": ("minute", 60),
}  # fmt: skip
_PART_NAMES = {
    "day": "days?", "week": "weeks?", "year": "years?", "month": "months?",
    "hour": "hours?|hrs?|h", "minute": "minutes?|mins?|min|m", "second": "seconds?|secs?|s",
    "foot": "feet|foot|ft", "inch": "inches|inch|in", "pound": "pounds?|lbs?",
    "ounce": "ounces?|oz", "dollar": "dollars?", "cent": "cents?", "degree": "degrees?",
}  # fmt: skip
_COMPOUNDS = [
    (
        re.compile(
            rf"(\d{{1,9}})\s?(?:{_PART_NAMES[whole]})\.?,?\s(?:and\s)?"
            rf"(\d{{1,9}}(?:\.\d{{1,9}})?)\s?(?:{_PART_NAMES[part]})\.?"
        ),
        size,
        whole,
    )
    for whole, (part, size) in _PARTS.items()
]
_REPEATS = re.compile(
    r"(-?\d{0,12}\.\d{0,12}?)((\d)\3{1,20}|(\d{2,6})\4{1,8})(?:\.\.\.|\\[lc]?dots)"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        start=1,
    )
}
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s(?:of\s)?(\d{4}))?"
_ISO = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])-([0-2]\d|3[01])")
_MONTH_FIRST = re.compile(rf"{_MONTH}\s(?:the\s)?{_DAY}{_YEAR}", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(?:the\s)?{_DAY}\s(?:of\s)?{_MONTH}{_YEAR}", re.IGNORECASE)


def plain(text: str) -> str:
    """The text with rare notations rewritten. Linear in its length."""
    if len(text) > 2_000 or not _RARE.search(text):
        return text
    for needles, rewrite in _REWRITES:
        if any(needle in text for needle in needles):
            text = rewrite(text)
    return text


def moment(text: str) -> str | None:
    """A time of day as "2:05 pm", or a date as "march 14" or "march 14 2025"; else None."""
    if len(text) > 60 or not text.isascii() or not any(map(str.isdigit, text)):
        return None
    bare = " ".join(_TEXT.sub(r" \1", text).replace("~", " ").split()).strip(" .")
    if clock := _CLOCK.fullmatch(bare):
        hour, minute = int(clock[1]), clock[2] or "00"
        return f"{hour}:{minute} {clock[3].lower()}m"
    if date := _MONTH_FIRST.fullmatch(bare):
        month, day, year = date[1], date[2], date[3]
    elif date := _ISO.fullmatch(bare):
        month, day, year = list(_MONTHS)[int(date[2]) - 1], date[3], date[1]
    elif date := _DAY_FIRST.fullmatch(bare):
        day, month, year = date[1], date[2], date[3]
    else:
        return None
    return f"month {_MONTHS[month[:3].lower()]} day {int(day)}" + (f" year {year}" if year else "")


def compound(text: str) -> str | None:
    """ "1 hour 30 minutes" as a sum of hours, "5 feet 3 inches" of feet; else None."""
    if len(text) > 60 or " " not in text or not text[:1].isdigit():
        return None
    bare = " ".join(_TEXT.sub(r" \1", text).replace("~", " ").split()).strip(" .")
    for pattern, size, whole in _COMPOUNDS:
        if found := pattern.fullmatch(bare):
            return f"({found[1]}+{found[2]}/{size}) \\text{{ {whole}}}"
    return None


def _remainder(text: str) -> str:
    found = _REMAINDER.fullmatch(text)
    return f"({found[1]}, {found[2]})" if found else text


def _repeating(text: str) -> str:
    found = _REPEATS.fullmatch(text)
    if found is None:
        return text
    return f"{found[1]}\\overline{{{found[3] or found[4]}}}"


def _rows(text: str) -> str:
    """Lines under each other as one line: a chain that goes on, or a list of statements."""
    found = _ENVIRONMENT.fullmatch(text.removeprefix("\\{").strip())
    if found is None or "\\begin" in found[2]:
        return text
    rows = [row.strip() for row in re.split(r"\\\\(?:\[[^\]]{0,10}\])?", found[2]) if row.strip()]
    if not all("=" in row or "<" in row or ">" in row or "\\" in row for row in rows) and (
        found[1] in ("cases", "array") or len(rows) > 1
    ):
        return text
    if found[1] in ("cases", "array") and any("&" in row for row in rows):
        return text
    line = ""
    for row in rows:
        row = row.replace("&", "").strip(" ,;.")
        line += row if not line or row.startswith("=") else ", " + row
    return line


def _based(text: str) -> str:
    found = _BASED.fullmatch(text)
    if found is None or found[1].isalpha():
        return text
    base = found[2] or BASES.get(found[3], found[3])
    return f"{found[1].upper()}_{{{base}}}"


def _choose(text: str) -> str:
    text = _CHOOSE.sub(lambda m: _combination(m[2], m[1], m[3]), text)

    def stacked(mark: re.Match[str]) -> str:
        if mark[2] is not None:
            low, high = mark[2], mark[3]
        else:
            high, low = mark[4], mark[5]
        if not (low.isdigit() and high.isdigit()):
            return mark[0]
        # C_8^3 and C_3^8 are both in use; the greater number is the one chosen from.
        if int(low) < int(high):
            if mark[1] != "C":
                return mark[0]
            low, high = high, low
        return _combination(mark[1], low, high)

    return _CHOOSE_STACKED.sub(stacked, text)


def _combination(kind: str, top: str, bottom: str) -> str:
    if kind == "C":
        return f"\\binom{{{top}}}{{{bottom}}}"
    return f"(\\binom{{{top}}}{{{bottom}}}({bottom})!)"


def _product(text: str) -> str:
    return _TIMES_X.sub(r"\\times ", text)


def _over(text: str) -> str:
    """{a \\over b} as a fraction."""
    for _ in range(6):
        text, found = _OVER.subn(r"\\frac{\1}{\2}", text)
        if not found:
            break
    whole = _WHOLE_OVER.fullmatch(text)
    return f"\\frac{{{whole[1]}}}{{{whole[2]}}}" if whole else text


def _primed(text: str) -> str:
    """6' as feet, 14" as inches, 5'6" as both."""
    if found := _FEET_INCHES.fullmatch(text):
        return f"({found[1]}+{found[2]}/12) \\text{{ ft}}"
    if found := _PRIMED.fullmatch(text):
        return f"{found[1]} \\text{{ {'ft' if found[2] == chr(39) else 'inches'}}}"
    return text


def _probability(text: str) -> str:
    """The value in P(X > 2) = 1/4."""
    return _PROBABILITY.sub("", text)


def _numbers(text: str) -> str:
    """The positive and the negative reals as intervals."""
    return _HALF_LINE.sub(
        lambda m: f"({'0,' if m[1] == '+' else '-'}\\infty{',0' * (m[1] == '-')})", text
    )


def _restated(text: str) -> str:
    """1/2 (50%) as the chain 1/2 = 50%."""
    found = _RESTATED.fullmatch(text)
    return f"{found[1]} = {found[2]}" if found else text


def _numbered(text: str) -> str:
    """(1) 3; (2) 5 as two named values, which keep their order."""
    marks = list(_NUMBERED.finditer(text))
    names = tuple(mark[1] for mark in marks)
    if (
        len(marks) < 2
        or marks[0].start() > 0
        or not any(names == one[: len(names)] for one in _LABELS)
    ):
        return text
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    parts = [text[mark.end() : end].strip(" ,;.:") for mark, end in zip(marks, ends, strict=True)]
    if not all(parts):
        return text
    return ", ".join(f"{name} = {part}" for name, part in zip(_PART_SYMBOLS, parts, strict=False))


def _union(text: str) -> str:
    """x < 1 \\cup x > 2, inequalities joined as if they were sets."""
    compared = "<" in text or ">" in text or "\\le" in text or "\\ge" in text
    if not compared or any(mark in text for mark in "([{"):
        return text
    return _UNION.sub(" or ", text)


def _chance(text: str) -> str:
    found = _CHANCE.fullmatch(text.strip())
    return f"\\frac{{{found[1]}}}{{{found[2]}}}" if found else text


def _dotted(text: str) -> str:
    """1.234.567,8 and 1'234'567 without the marks of the thousands."""
    text = _DOTTED.sub(lambda m: m[1].replace(".", "") + ("." + m[2] if m[2] else ""), text)
    return _APOSTROPHES.sub(lambda m: m[0].replace("'", ""), text)


def _unit_fraction(text: str) -> str:
    for _ in range(4):
        # \\mathrm{m s^{-2}}: the lexer reads a text group without braces in it
        text, found = _TEXT_POWER.subn(r"\1^\2", text)
        if not found:
            break
    return _UNIT_FRACTION.sub(lambda m: f"\\text{{{m[1]}/{m[2]}{m[3] or ''}}}", text)


_RARE = re.compile(
    r"[_xXRrPE]|\\(?:forall|mu|AA|begin|cup)|\\mathbb|\A\([1ai]\)|[\d)}](?:or|and)|%\s?\)"
    r"|\d[.']\d{3}[.'\d]|\d ?['\"]|\d (?:in|out of) |\b(?:base|to)\b|\.\.\.|dots"
    r"|\\frac\s?\{\s?\\[tm]|\\text\s?\{[^{}]{0,60}\^"
)
_REWRITES: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (("\\begin",), _rows),
    (("_", "base"), _based),
    (("C", "P", "A"), lambda text: _choose(text) if "_" in text else text),
    (("x", "X"), _product),
    (("{\\", "^"), lambda text: _unit_fraction(text) if "{" in text else text),
    (("R", "r"), _remainder),
    (("...", "dots"), _repeating),
    (("\\over",), _over),
    (("\\cup",), _union),
    (("(1)", "(a)", "(i)"), _numbered),
    (("or", "and"), lambda text: _GLUED.sub(r" \1 ", text)),
    (("%)", "% )"), _restated),
    (("\\mu",), lambda text: _MICRO.sub(lambda m: f" \\text{{ micro{m[1] or m[2]}}}", text)),
    (("\\AA",), lambda text: text.replace("\\AA", " \\text{ angstrom}")),
    (("R",), _numbers),
    (("\\forall",), lambda text: _FOR_ALL.sub("", text)),
    (("P", "E"), _probability),
    ((" in ", " out of "), _chance),
    ((".", "'"), _dotted),
    (("'", '"'), _primed),
    (("to",), lambda text: _TO.sub(" : ", text)),
)
