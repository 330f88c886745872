"""English sentences that state one amount: "Jordan changes 5 diapers per day."

A sentence states its amount when every word is understood: a plain subject, a verb of `verbs`,
what may stand before an amount, the amount with its unit or noun, and plain circumstances.
"""

from .hedging import ALTERNATIVE, APPROXIMATION, COMPARISON, doubt_in
from .nouns import NUMERAL_SYSTEMS, is_counted, is_open, is_part
from .numerals import number_in_words
from .verbs import AMOUNT_VERBS, COPULAS
from .vocabulary import vocabulary
from .words import Token, tokens

QUANTITIES = vocabulary(
    "total speed profit sum distance length width height weight price cost amount fee bill "
    "salary income discount age temperature area volume perimeter radius diameter rate "
    "average score gain loss savings combined maximum minimum debt balance fine tax tip wage "
    "budget revenue depth mass duration population capacity"
)
"""Nouns of measured quantities: "a speed of 6 miles per hour" is 6 miles per hour."""
TEXTS = vocabulary(
    "question problem exercise task page sentence paragraph text response reply message prompt "
    "assignment"
)
"""What is written and read here: its words and minutes are not what is asked for."""
_BEFORE = vocabulary(
    "a an the total of exactly only just precisely him her them me us you it all overall "
    "altogether another equal is also now then still combined"
)
_PLACES = vocabulary("after in for by at with to on")
_RISING = vocabulary(
    "come comes came coming amount amounts amounted add adds up equal equals rise rises rose "
    "drop drops dropped increase increases increased decrease decreases decreased fall falls "
    "fell down grow grows grew reduced raised lowered total back change changes changed sum "
    "sums"
)
_CIRCUMSTANCES = vocabulary(
    "left together total altogether remaining each apiece per a an the every in at on for "
    "with of to from during all his her their its our my your this that these those them him "
    "it he she they we you i and_ after_ away now today tomorrow tonight yesterday long old "
    "tall wide deep high overall more again by who which as since because has have had is are "
    "was were when while one day week month year hour minute so far too both combined already "
    "also still there here into along across behind around_ be been be will would can do does "
    "did time"
)
"""Function words that what follows an amount may hold; other words there are open."""
_ADVERBS = vocabulary(
    "left together total altogether remaining each apiece away now today tomorrow tonight "
    "long old tall wide deep high overall again combined already daily weekly monthly yearly "
    "annually hourly times more in per every a of for at on with to during from that "
    "which who this"
    "next last by because since so when and"
)
_FORMER = vocabulary("old previous former earlier original")
_CURRENCY = frozenset("$€£¥₹")
_PARTS = vocabulary(
    "half halves twice double thrice triple quarter third bound bounds part fraction square "
    "cube root reciprocal inverse negative opposite logarithm"
)


def stated_amount(text: str) -> str | None:
    """The amount of a plain sentence, in mathematical text with its unit; None for any other."""
    if len(text) > 400:
        return None
    found = [
        token for token in tokens(text.strip()) if token.text not in ("*", "**", "_", "`", '"')
    ]
    while found and found[-1].kind == "mark" and found[-1].text in ".!":
        found.pop()
    place = _amount_place(found)
    if place is None:
        return None
    start, end, number = place
    before, after = found[:start], found[end:]
    if not _introduced(before, after):
        return None
    return _with_noun(number, found[start], after)


def _amount_place(found: list[Token]) -> tuple[int, int, str] | None:
    """(first token, end, value) of the one amount; None for none or several."""
    places: list[tuple[int, int, str]] = []
    index = 0
    while index < len(found):
        token = found[index]
        if token.kind in ("number", "price", "math"):
            places.append((index, index + 1, token.text))
            index += 1
            continue
        end = index
        while (
            end < len(found)
            and found[end].kind == "word"
            and (
                number_in_words(found[end].text.casefold())
                or found[end].text.casefold() in ("hundred", "thousand")
            )
        ):
            end += 1
        if end > index:
            words = " ".join(one.text.casefold() for one in found[index:end])
            value = number_in_words(words)
            if value is None:
                return None
            places.append((index, end, value))
        index = max(end, index + 1)
    digits = [place for place in places if found[place[0]].kind != "word"]
    if len(digits) == 1 and len(places) > 1:
        # "The two farms have 700 acres": number words may only count the subject.
        if all(
            _counts_subject(found, place, digits[0][0]) for place in places if place != digits[0]
        ):
            return digits[0]
        return None
    return places[0] if len(places) == 1 else None


def _counts_subject(found: list[Token], place: tuple[int, int, str], amount: int) -> bool:
    start, end, _ = place
    if end >= amount or place[2] == "12":
        return False
    before = [token.text.casefold() for token in found[:start]]
    following = found[end].text.casefold() if end < len(found) else ""
    if following in (
        "of",
        "times",
        "percent",
        "less",
        "more",
        "hundred",
        "thousand",
        "million",
        ",",
    ):
        return False
    determined = all(
        word
        in (
            "the",
            "all",
            "these",
            "those",
            "his",
            "her",
            "their",
            "both",
            "after",
            "each",
            "of",
            "in",
            "every",
        )
        for word in before
    )
    one = place[2] == "1"
    return (determined or not before) and is_counted([following], one=one)


def _leaves_open(words: list[str]) -> bool:
    """Whether words deny, suppose or leave open; "there were" supposes nothing."""
    plain = [one for one in words if one != "were"] if words[:1] == ["there"] else words
    return bool(doubt_in(plain)) or any(word in ALTERNATIVE for word in words)


def _describes(words: list[str]) -> bool:
    """Whether words describe a number instead of giving it: "an integer that leaves"."""
    return "whose" in words or (words[:1] in (["a"], ["an"]) and "that" in words)


def _introduced(before: list[Token], after: list[Token]) -> bool:
    """Whether what stands before an amount is a plain subject and a verb."""
    words = [token.text.casefold() for token in before]
    if any(token.kind == "mark" and token.text not in ",'-" for token in before):
        return False
    if _leaves_open(words) or _describes(words):
        return False
    if words in (["the", "year"], ["the", "number"], ["the", "value"], ["the", "integer"]):
        return True
    index = len(words)
    prepositions = []
    while index:
        word = words[index - 1]
        named = word in QUANTITIES and index >= 2 and words[index - 2] in ("a", "an", "the")
        if (word in AMOUNT_VERBS or word in COPULAS) and not named:
            break
        if word == "of":
            if index < 2 or words[index - 2] not in QUANTITIES:
                return False
            index -= 2
        elif word in _PLACES:
            prepositions.append(word)
            index -= 1
        elif (
            word in _BEFORE
            or word in QUANTITIES
            or before[index - 1].text[:1].isupper()
            or _is_receiver(words, index)
        ):
            index -= 1
        else:
            return False
    if not index:
        return False
    if (
        words[index - 1] in COPULAS
        and any(word in ("answer", "result") for word in words)
        and any(word in _PARTS for word in words)
    ):
        return False
    return (
        _placed(prepositions, words[:index], after)
        and index > 1
        and _is_plain_subject(words[: index - 1])
    )


def _is_receiver(words: list[str], index: int) -> bool:
    """Whether a word names whom an amount goes to: "costs Ann 5", "takes the snail 5 days"."""
    if index < 2 or not is_open(words[index - 1]):
        return False
    takes = words[0] == "it" and index >= 3 and words[index - 3] in AMOUNT_VERBS
    return takes or words[index - 2] in AMOUNT_VERBS


def _placed(prepositions: list[str], verbs: list[str], after: list[Token]) -> bool:
    """Whether the preposition before an amount keeps it: "meet after 5 hours", "drops to 5"."""
    for word in prepositions:
        if word == "to":
            if not any(verb in _RISING for verb in verbs[-3:]):
                return False
        elif word in ("after", "in", "on", "at", "with") and (
            not after or (after[0].kind != "word" and after[0].text != "%")
        ):
            return False
    return True


def _is_plain_subject(words: list[str]) -> bool:
    return not any(
        (
            word in _PARTS
            and word
            in (
                "half",
                "halves",
                "twice",
                "double",
                "thrice",
                "triple",
                "bound",
                "quarter",
                "third",
            )
        )
        or word in APPROXIMATION
        or (
            word in COMPARISON
            and word
            not in (
                "after",
                "before",
                "most",
                "least",
                "minimum",
                "maximum",
                "fewest",
                "more",
                "under",
                "between",
                "larger",
                "smaller",
                "greater",
            )
        )
        for word in words
    )


def _with_noun(number: str, token: Token, after: list[Token]) -> str | None:
    """The amount with the noun or unit that follows it, when all the rest is circumstance."""
    percent = bool(after) and after[0].text in ("%", "percent", "\\%")
    if percent:
        after = after[1:]
    phrase: list[str] = []
    rest = list(after)
    while rest and (rest[0].kind == "word" or rest[0].text == "/") and len(phrase) < 6:
        word = rest[0].text
        if word.casefold() in _ADVERBS and not (
            word.casefold() == "more"
            and len(rest) > 1
            and rest[1].kind == "word"
            and rest[1].text.casefold() != "than"
        ):
            break
        phrase.append(word)
        rest = rest[1:]
    if not _is_circumstance(rest):
        return None
    value = number.strip("$") if token.kind == "math" else number
    value = value.removeprefix("\\(").removesuffix("\\)")
    if percent:
        return f"{value}\\%" if not phrase or is_counted(phrase) else None
    if not phrase:
        return value
    if token.kind == "price":
        return value if is_counted(phrase) or phrase == ["dollars"] else None
    per = []
    if len(rest) >= 2 and rest[0].text.casefold() == "per":
        per = ["per", rest[1].text]
    name = " ".join(phrase)
    return f"{value} \\text{{ {name}{' ' + ' '.join(per) if per else ''}}}"


def _is_circumstance(rest: list[Token]) -> bool:
    """Whether the rest of a sentence cannot change its amount."""
    words = [token.text.casefold() for token in rest]
    if doubt_in(words) or any(token.kind in ("number", "price", "math") for token in rest):
        return False
    for place, word in enumerate(words):
        if rest[place].kind == "mark":
            if word not in (",", "'", "-", "(", ")"):
                return False
        elif (
            (word in COMPARISON and word not in ("after", "before", "more", "under", "between"))
            or word in APPROXIMATION
            or (number_in_words(word) and word != "one")
            or is_part(word)
            or word in ("and", "plus", "minus", "short", "half")
            or (word == "more" and words[place + 1 : place + 2] == ["than"])
            or word in NUMERAL_SYSTEMS
            or (word in _FORMER and words[place - 1] == "the")
        ):
            return False
    return (
        not words or words[0] in _ADVERBS or words[0] in (",", "(", "by", "during", "after", "as")
    )
