"""Units: what may follow a number without changing it, and which two of them conflict."""

import re

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
# Words that would make the number before them another number, a choice or a doubt.
_FORBIDDEN = frozenset(
    [
        "or",
        "and",
        "plus",
        "minus",
        "times",
        "over",
        "divided",
        "by",
        "squared",
        "cubed",
        "half",
        "halves",
        "third",
        "thirds",
        "quarter",
        "quarters",
        "fourth",
        "fourths",
        "fifth",
        "fifths",
        "tenth",
        "tenths",
        "hundredth",
        "hundredths",
        "thousandth",
        "point",
        "less",
        "more",
        "not",
        "maybe",
        "perhaps",
        "possibly",
        "either",
        "neither",
        "about",
        "approximately",
        "roughly",
        "to",
        "than",
        "at",
        "least",
        "most",
        "mod",
        "modulo",
        "base",
        "if",
        "unless",
        "except",
        "but",
        "wrong",
        "incorrect",
        "factorial",
        "true",
        "false",
        "nan",
        "none",
        "null",
        "import",
        "print",
        "return",
        "st",
        "nd",
        "rd",
        "th",
        "answer",
        "equals",
        "equal",
        "is",
        "was",
        "are",
        "am",
        "pm",
        "p",
        "infinity",
        "where",
        "when",
        "choose",
        "upto",
        "between",
        "through",
        "until",
        "versus",
        "vs",
        "almost",
        "nearly",
        "under",
        "above",
        "below",
        "power",
        "negative",
        "positive",
    ]
) | set(SCALES)
_POWERS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_MS = re.compile(r"\bms(?=\^\{?-)")  # metres by seconds, not milliseconds
_PARTS = re.compile(r"[A-Za-z]+|\^\{?-?[0-9]|/|\S")


def unit_of(text: str) -> str | None:
    """A unit phrase in one spelling; "" for words that name no known unit; None if not a unit.

    "percent" stands for per cent.
    """
    if "ms^" in text:
        text = _MS.sub("m s", text)
    words = _PARTS.findall(text.replace("per cent", "percent").replace("}", ""))
    if not words or len(words) > 10:
        return None
    if [word.casefold() for word in words if word != "."] in (["percent"], ["pct"], ["percentage"]):
        return "percent"
    factors: dict[str, int] = {}
    last, power, sign, known = "", 1, 1, True
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
        elif low in _FORBIDDEN:
            return None
        elif low in _POWERS:
            power = _POWERS[low]
        elif low in ("/", "per"):
            sign = -1
        elif low in CANONICAL or word in LETTERS or (low == "in" and _is_inch(words)):
            last = "inch" if low == "in" else CANONICAL.get(low) or LETTERS[word]
            factors[last] = factors.get(last, 0) + sign * power
            power = 1
        elif low not in _IGNORED:
            known = False
    if not known and (not factors or sign < 0):
        return ""  # "cm tall" keeps its unit, "apples" has none
    name = spelled(factors)
    return "" if name.strip("/") == "unit" else name


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
