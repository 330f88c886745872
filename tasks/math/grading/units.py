"""Units: what may follow a number without changing it, and which two of them conflict."""

import re

from ...text.languages import changes_number
from ...text.nouns import is_counted, is_open
from ...text.vocabulary import vocabulary

_NAMES = {
    "mm": "mm millimeter millimeters millimetre millimetres",
    "cm": "cm cms centimeter centimeters centimetre centimetres",
    "m": "meter meters metre metres",
    "km": "km kms kilometer kilometers kilometre kilometres",
    "inch": "inch inches",
    "foot": "ft foot feet",
    "yard": "yd yard yards",
    "mile": "mi mile miles",
    "mg": "mg milligram milligrams",
    "g": "gram grams gm gms",
    "kg": "kg kgs kilogram kilograms kilo kilos",
    "lb": "lb lbs pound pounds",
    "oz": "oz ounce ounces",
    "ton": "ton tons tonne tonnes",
    "ml": "ml milliliter milliliters millilitre millilitres",
    "l": "liter liters litre litres",
    "gallon": "gal gallon gallons",
    "quart": "qt quart quarts",
    "pint": "pt pint pints",
    "cup": "cup cups",
    "ms": "ms millisecond milliseconds",
    "s": "sec secs second seconds",
    "min": "min mins minute minutes",
    "h": "hr hrs hour hours",
    "day": "day days",
    "week": "week weeks wk wks",
    "month": "month months",
    "year": "year years yr yrs",
    "dollar": "dollar dollars usd bucks",
    "cent": "cent cents",
    "euro": "euro euros eur",
    "rupee": "rupee rupees rs inr",
    "yen": "yen jpy",
    "degree": "degree degrees deg degs",
    "radian": "radian radians rad rads",
    "celsius": "celsius",
    "fahrenheit": "fahrenheit",
    "kelvin": "kelvin kelvins",
    "coulomb": "coulomb coulombs",
    "newton": "newton newtons",
    "joule": "joule joules",
    "kj": "kj kilojoule kilojoules",
    "watt": "watt watts",
    "kw": "kw kilowatt kilowatts",
    "volt": "volt volts",
    "ampere": "ampere amperes amp amps",
    "ohm": "ohm ohms",
    "kwh": "kwh",
    "ev": "ev",
    "kev": "kev",
    "mev": "mev",
    "gev": "gev",
    "erg": "erg ergs",
    "dyne": "dyne dynes dyn",
    "cal": "cal calorie calories",
    "kcal": "kcal kilocalorie kilocalories",
    "tesla": "tesla teslas",
    "farad": "farad farads",
    "atm": "atm",
    "angstrom": "angstrom angstroms",
    "nm": "nanometer nanometers",
    "microm": "microm micrometer micrometers micron microns",
    "micros": "micros microsecond microseconds",
    "parsec": "parsec parsecs pc",
    "kpc": "kpc",
    "mpc": "mpc",
    "au": "au",
    "yuan": "yuan rmb",
    "won": "won",
    "baht": "baht",
    "ruble": "ruble rubles",
    "rupiah": "rupiah",
    "dong": "dong",
    "lira": "lira liras",
    "taka": "taka",
    "rial": "rial rials",
    "toman": "toman",
    "real": "reais",
    "hz": "hz hertz",
    "pa": "pa pascal pascals",
    "kpa": "kpa kilopascal kilopascals",
    "mol": "mol mole moles",
    "mph": "mph",
    "kmh": "kmh kph kmph",
    "acre": "acre acres",
    "hectare": "hectare hectares ha",
    "unit": "unit units",
    "bit": "bit bits",
    "byte": "byte bytes",
}
CANONICAL = {word: name for name, words in _NAMES.items() for word in words.split()}
LETTERS = {
    "m": "m", "g": "g", "s": "s", "h": "h", "L": "l", "l": "l", "N": "newton", "J": "joule",
    "W": "watt", "V": "volt", "A": "ampere", "K": "kelvin", "C": "C", "F": "fahrenheit",
    "Omega": "ohm",
}  # fmt: skip
SCALES = {
    "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "dozen": 12,
}  # fmt: skip
_POWERS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_MS = re.compile(r"\bms(?=\^\{?-)")  # metres by seconds, not milliseconds
_PARTS = re.compile(r"[A-Za-z]+|\^\{?-?[0-9]|/|\S")


def unit_of(text: str) -> str | None:
    """A unit phrase in one spelling; "" for words that only name what is counted; else None.

    "percent" stands for per cent.
    """
    if "ms^" in text:
        text = _MS.sub("m s", text)
    words = _PARTS.findall(text.replace("per cent", "percent").replace("}", ""))
    if not words or len(words) > 10:
        return None
    if len(words) > 1 and changes_number(" ".join(words)):
        return None
    if [word.casefold() for word in words if word != "."] in (["percent"], ["pct"], ["percentage"]):
        return "percent"
    factors: dict[str, int] = {}
    last, power, sign = "", 1, 1
    unknown: list[str] = []
    for word in words:
        low = word.casefold()
        if low in ("celsius", "fahrenheit") and factors == {"degree": 1}:
            factors = {}
        if word == "^":
            return None  # a power without its number
        if (low in ("squared", "cubed") or word[0] == "^") and last:
            raised = {"squared": 2, "cubed": 3}.get(low) or int(word.lstrip("^{"))
            factors[last] += sign * (raised - 1)
            last = ""
        elif low in _POWERS:
            power = _POWERS[low]
        elif low in ("/", "per"):
            sign = -1
        elif low in CANONICAL or word in LETTERS or (low == "in" and _is_inch(words)):
            last = "inch" if low == "in" else CANONICAL.get(low) or LETTERS[word]
            factors[last] = factors.get(last, 0) + sign * power
            power = 1
        elif low not in _IGNORED:
            unknown.append(low)
    if unknown or not factors:
        name = _unnamed(words, unknown, factors, sign > 0 and power == 1)
        if name is not _KEEPS:
            return name
    name = spelled(factors)
    return "" if name.strip("/") == "unit" else name


_KEEPS = "keeps"


def _unnamed(
    words: list[str], unknown: list[str], factors: dict[str, int], simple: bool
) -> str | None:
    """What words that are no units make of a phrase; `_KEEPS` when they leave its unit."""
    if not unknown:
        return "" if simple and any(word.isalpha() for word in words) else None
    if not factors and simple:
        return "" if _is_counted(words) else None
    if not all(is_open(word) or word in _TRAILING for word in unknown):
        return None
    # "apples per day" has no unit, "cm tall" keeps its own
    return "" if not factors or any(power < 0 for power in factors.values()) else _KEEPS


def _is_counted(words: list[str]) -> bool:
    """Whether the words of no unit only name what is counted, or of what a part is taken."""
    low = [word.casefold() for word in words if word.isalpha()]
    if any(word.isdigit() for word in words):
        return False
    if low[:1] == ["exactly"] or low == ["in", "total"]:
        return len(low) <= 2
    if low[:1] in (["of"], ["in"]):
        return all(is_open(word) or word in ("the", "a", "all", "of") for word in low[1:])
    countable = _countable(words)
    return is_counted(countable) or (not countable and low[:1] != ["more"])


def _countable(words: list[str]) -> list[str]:
    """The words of what is counted, without brackets, and up to a circumstance."""
    kept: list[str] = []
    for word in words:
        if word.casefold() == "more" and not kept:
            continue
        if word.casefold() in _TRAILING or (word.casefold() in ("in", "at", "each", "a") and kept):
            break
        if word.isalpha() or word == "-":
            kept.append(word)
    return kept


_TRAILING = vocabulary(
    "left total altogether together remaining in each tall long wide high deep old away more all "
    "per day every"
)
_IGNORED = frozenset(("of", "in", "each", "the", "a", ".", ",", "'", "-", "(", ")", "*"))


def _is_inch(words: list[str]) -> bool:
    return len(words) == 1 or words[1][0] == "^"


def spelled(factors: dict[str, int]) -> str:
    """The one name of a product of units with their powers: "m/s^2"."""
    above = [_raised(unit, factors[unit]) for unit in sorted(factors) if factors[unit] > 0]
    below = [_raised(unit, -factors[unit]) for unit in sorted(factors) if factors[unit] < 0]
    name = "*".join(above) + "".join("/" + one for one in below)
    return {"mile/h": "mph", "km/h": "kmh"}.get(name, name)


def _raised(unit: str, power: int) -> str:
    return unit if power == 1 else f"{unit}^{power}"


def conflict(first: str, second: str) -> bool:
    """Whether two known units differ; an unknown or missing one conflicts with nothing."""
    if not first or not second:
        return False
    if {first, second} in ({"C", "celsius"}, {"C", "coulomb"}):
        return False
    loose = {"unit", "unit^2", "unit^3"}
    return first != second and not (first in loose or second in loose)
