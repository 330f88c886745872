"""Numbers written in words: "forty-two", "one hundred and five", "three quarters"."""

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_UNITS = {word: number for number, word in enumerate(_SMALL.split(" "))}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SIGNS = ("minus", "negative")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_ROUND = ("hundred", *_SCALES)
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4,
    "fourths": 4, "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7,
    "eighth": 8, "eighths": 8, "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10,
}  # fmt: skip


_LEADS = frozenset((*_UNITS, *_TENS, *_SIGNS, "half", "a"))


def number_in_words(phrase: str) -> str | None:
    """The number that a phrase of lower-case words names, in digits or LaTeX; else None."""
    words = phrase.split()
    if not words or len(words) > 16:
        return None
    if words == ["dozen"]:
        return "12"
    if words[0] in _SIGNS:
        below = number_in_words(" ".join(words[1:]))
        return None if below is None else f"-({below})"
    if "point" in words:
        return _decimal(words)
    if words[-1] in _PARTS:
        return _fraction(words)
    if words[0] in _ROUND:
        words = ["one", *words]  # "a hundred", without its article
    whole = _whole(words)
    return None if whole is None else str(whole)


def counted(phrase: str) -> str | None:
    """The number and unit of "three hours" in digits and LaTeX; None when no number leads."""
    words = phrase.split()
    if not words or len(words) > 16 or words[0] not in _LEADS:
        return None
    for end in range(len(words), 0, -1):
        number = number_in_words(" ".join(words[:end]))
        if number is not None:
            rest = " ".join(words[end:])
            return f"{number} \\text{{ {rest}}}" if rest else number
    return None


def _fraction(words: list[str]) -> str | None:
    """ "three quarters", "half", "two and a half"."""
    if "and" in words[:-1]:
        place = len(words) - 1 - words[::-1].index("and")
        whole, part = _whole(words[:place]), _fraction(words[place + 1 :])
        return None if whole is None or part is None else f"({whole}+{part})"
    top = 1 if words[:-1] in ([], ["a"], ["one"]) else _whole(words[:-1])
    plural = words[-1].endswith("s")
    if top is None or (top == 1) == plural or (words == words[-1:] and words[0] != "half"):
        return None
    return f"\\frac{{{top}}}{{{_PARTS[words[-1]]}}}"


def _decimal(words: list[str]) -> str | None:
    """ "three point one four"."""
    place = words.index("point")
    whole = _whole(words[:place]) if place else 0
    digits = [_UNITS.get(word, 10) for word in words[place + 1 :]]
    if whole is None or not digits or max(digits) > 9:
        return None
    return f"{whole}." + "".join(map(str, digits))


def _whole(words: list[str]) -> int | None:
    """Hundreds, tens and units in falling order, and scales that fall too."""
    total, below = 0, 10**12
    group: list[str] = []
    for word in words:
        if word in _SCALES:
            value = _hundreds(group)
            if not value or _SCALES[word] >= below:
                return None
            below = _SCALES[word]
            total += value * below
            group = []
        else:
            group.append(word)
    if group and group[0] == "and" and total:
        group = group[1:]
    if not group:
        return total or None
    rest = _hundreds(group)
    return None if rest is None else total + rest


def _hundreds(words: list[str]) -> int | None:
    if len(words) >= 2 and words[1] == "hundred" and _UNITS.get(words[0], 0) not in (0, 10):
        rest = words[2:]
        if rest[:1] == ["and"]:
            rest = rest[1:]
            if not rest:
                return None
        below = _tens(rest) if rest else 0
        return None if below is None else 100 * _UNITS[words[0]] + below
    return _tens(words)


def _tens(words: list[str]) -> int | None:
    if len(words) == 1:
        return _UNITS.get(words[0], _TENS.get(words[0]))
    if len(words) == 2 and words[0] in _TENS and 0 < _UNITS.get(words[1], 0) < 10:
        return _TENS[words[0]] + _UNITS[words[1]]
    return None
