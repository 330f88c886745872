"""What an English number counts: the noun phrase after it."""

from .hedging import ALTERNATIVE, APPROXIMATION, COMPARISON, DISBELIEF, NEGATION, POSSIBILITY
from .languages import changes_number
from .vocabulary import vocabulary

_IRREGULAR = vocabulary(
    "people men women children feet teeth geese mice fish sheep deer dice oxen data species "
    "series salmon trout police aircraft crossroads postmen policemen firemen fishermen "
    "chessmen workmen sportsmen grandchildren staff folk bacteria vertices indices matrices "
    "radii foci criteria roots means"
)
_MASS = vocabulary(
    "money profit tax change work homework water milk juice sugar flour rice food fruit paper "
    "gold silver sand air land time space total apiece interest distance "
    "area volume weight length height perimeter speed discount commission income revenue rent "
    "cash allowance savings"
)
"""Nouns that no number makes plural."""
_OPERATIONS = vocabulary(
    "squared cubed factorial times plus minus modulo mod divided multiplied choose power th "
    "reciprocal inverse negative positive root double triple half twice thrice per mille base "
    "over out point points to until through and"
)
_ORDINALS = vocabulary(
    "half halves third quarter quarters fourth fifth sixth seventh eighth ninth tenth "
    "eleventh twelfth twentieth hundredth thousandth millionth billionth"
)
_OF = vocabulary(
    "multiple multiples factor factors divisor divisors square cube digit digits fraction part "
    "parts logarithm log complement conjugate sixth power bound fold"
)
NUMERAL_SYSTEMS = vocabulary(
    "binary ternary quaternary quinary senary octal duodecimal hexadecimal vigesimal sexagesimal "
    "hex base radix roman reversed backwards backward rounding rounded truncated inverted flipped "
    "swapped"
)
"""What makes the digits before it another number: a numeral system, a reversal, a rounding."""
FUNCTION_WORDS = vocabulary(
    "is are was were be been am has have had do does did will would can the a an it they he she "
    "we you i me him her them this that these those which who whom whose as by for from with "
    "at on in true right correct answer return import print fails failed too also times"
)
_ADJECTIVES = vocabulary(
    "more such other additional extra different distinct whole full exact total unique separate"
)


def is_counted(words: list[str], one: bool = False) -> bool:
    """Whether words after a number only name what it counts: "gold coins", "more chairs".

    The last word is a plural, or a singular after `one`; no word makes another number.
    """
    words = [word.casefold().strip(".,") for word in words if word.strip(".,")]
    if not words or len(words) > 6:
        return False
    head, _, rest = " ".join(words).partition(" of ")
    if rest:
        return is_counted(head.split(), one) and all(
            is_open(word) or len(word) == 1 or word == "the" for word in rest.split()
        )
    if not all(is_open(word) for word in words):
        return False
    return (one or is_plural(words[-1]) or words[-1] in _MASS) and words[-1] not in _ADJECTIVES


def is_plural(word: str) -> bool:
    """Whether an English noun looks like a plural."""
    if word in _IRREGULAR:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def is_part(word: str) -> bool:
    """Whether a word names a part or an ordinal: "third", "hundredths", "45th"."""
    stem = word.casefold().removesuffix("s")
    return stem in _ORDINALS or word.casefold() in _ORDINALS or stem.endswith(("ieth", "teenth"))


def is_open(word: str) -> bool:
    """Whether a word is outside every closed class: a noun, an adjective, a name."""
    if word in _ADJECTIVES:
        return True
    closed = (
        NEGATION
        | ALTERNATIVE
        | POSSIBILITY
        | COMPARISON
        | APPROXIMATION
        | DISBELIEF
        | _OPERATIONS
        | NUMERAL_SYSTEMS
    )
    return (
        word.replace("-", "").replace("'", "").isalpha()
        and word not in closed
        and word not in FUNCTION_WORDS
        and not is_part(word)
        and not changes_number(word)
        and len(word) > 1
    )


def changes_value(word: str) -> bool:
    """Whether "the <word> of 5" is another value than 5: a root, a part, a multiple."""
    return word in _OPERATIONS or word in _OF
