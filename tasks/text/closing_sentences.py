"""The sentence that closes a response and states its answer: "Each child received 5 books."

It needs no mark when every word of it is derived: one plain subject, a verb that takes an amount
as its object, the amount, what it counts, and plain circumstances. It is read more strictly than a
sentence behind a mark, because nothing else says that it is the answer.
"""

import re

from .hedging import APPROXIMATION, COMPARISON, DISBELIEF, doubt_in
from .languages.table import SYMBOLS
from .nouns import is_counted, is_open, is_part
from .numerals import number_in_words
from .quantities import closing_quantity
from .sentences import QUANTITIES, TEXTS, stated_amount
from .verbs import AMOUNT_VERBS
from .vocabulary import vocabulary
from .words import Token, tokens

_CONCLUSIONS = vocabulary("so thus hence therefore finally consequently altogether overall")
"""What may open the sentence, before a comma or the subject."""
_DETERMINERS = vocabulary("the a an his her its their our your this each every")
_PRONOUNS = vocabulary("he she it they everyone everybody")
_QUANTIFIERS = vocabulary(
    "few some many most several others other another any neither either all both enough much "
    "someone somebody anyone anybody people let say picture"
)
"""Words that no plain subject begins with."""
REPORTS = vocabulary(
    "claim claims claimed claiming want wants wanted wanting crave craves craved bet bets like "
    "likes liked call calls called guess start starts started begin begins began said thought "
    "told heard knew felt says thinks lose loses lost want lie lies"
)
"""Verbs whose amount is only said, wanted, or lost."""
_JOINING = vocabulary("of in on at from for")
_AUXILIARIES = vocabulary("will has have had can needs need must is are to was were")
IS = vocabulary("is are was were equals")
_FOUND = vocabulary("are is were was remain remains will")
_BEFORE = vocabulary("exactly just only total of a in all now")
_AFTER = vocabulary(
    "left remaining altogether together total overall each apiece now daily weekly monthly "
    "yearly annually hourly per a an every in all"
)
_PREPOSITIONS = vocabulary("for on in at from per to during with of each every a")
_EARLIER = vocabulary(
    "first beginning start outset initially originally previously once hypothetically theory "
    "error dream example mistake fiction contradiction"
)
_HEADS = QUANTITIES | vocabulary(
    "digit number value remainder probability product quotient difference"
)
"""Nouns of which "is" states the amount."""
MEASURED = _HEADS | vocabulary(
    "slope mean median mode range period ratio degree determinant angle side integer multiple "
    "divisor factor count speed earnings interest payment decrease increase percentage mark "
    "term exponent limit integral derivative prime intercept diagonal hypotenuse "
    "circumference proportion"
)
"""Nouns of which "is" states the value where a calculation ends in it."""
_MEASURING = vocabulary(
    "final required average mean maximum minimum greatest least smallest largest surface remaining "
    "combined new same whole entire units ones tens hundreds last"
)
"""Adjectives of a measured quantity that leave it the one asked for."""
_ENDING_AT = vocabulary(
    "ends end ended finishes finished arrives arrived closes closed returns returned lands landed "
    "gets"
)
_TIME = re.compile(r"\b\d{1,2}:[0-5]\d(?:\s?[ap]\.?m\b\.?)?", re.IGNORECASE)
_LONGEST = 200


def closing_amount(text: str, before: str = "") -> str | None:
    """The amount of a closing sentence, in mathematical text; None for any other text.

    `before` is the text that stands before it, which may only suppose or deny it.
    """
    sentence = text.strip().strip("*_ ").strip()
    if not sentence or len(sentence) > _LONGEST or "\n" in sentence:
        return None
    if sentence[-1] not in ".!。" and not text.strip().endswith("**"):
        return None
    sentence = sentence.replace("**", "")
    amount = _english(sentence) or closing_quantity(sentence)
    if amount is None or not _follows(before, amount, sentence):
        return None
    return amount


def closing_time(text: str, before: str = "") -> str | None:
    """The time of day of a closing sentence: "The movie ends at 4:30 PM."."""
    sentence = text.strip().strip("*_ ").strip()
    clock = _TIME.search(sentence) if len(sentence) <= _LONGEST and "\n" not in sentence else None
    if clock is None or not _follows(before, clock[0], sentence):
        return None
    return _clock(sentence, clock)


def _follows(before: str, amount: str, sentence: str) -> bool:
    """Whether the text before a closing sentence leaves it a statement of its own."""
    last = before.strip().rpartition("\n")[2].strip()
    if not last:
        return True
    if last[-1] in ":,;-—–…：，；" or last.endswith("..."):
        return False
    words = [token.text.casefold() for token in tokens(last.rpartition(". ")[2])]
    announced = any(word in ("following", "next", "below") for word in words)
    if announced and (doubt_in(words) or any(word in DISBELIEF for word in words)):
        return False
    if sentence.split()[0].casefold().strip(",") in _CONCLUSIONS:
        return True
    other = _english(last.strip("*_ ")) or closing_quantity(last.strip("*_ "))
    return other is None or other == amount


def _english(sentence: str) -> str | None:
    if (clock := _TIME.search(sentence)) is not None:
        return _clock(sentence, clock)
    found = [token for token in tokens(sentence) if token.text not in ("*", "**", "_")]
    while found and found[-1].kind == "mark" and found[-1].text in ".!":
        found.pop()
    found = _concluded(found)
    place = next(
        (
            index
            for index, token in enumerate(found)
            if token.kind in ("number", "price", "math") or number_in_words(token.text.casefold())
        ),
        None,
    )
    if place is None:
        return None
    if (unit := _symbols(sentence[found[place].end :])) and found[place].kind != "price":
        plain = not any(token.kind == "mark" for token in found[:place])
        stated = plain and _states([token.text for token in found[:place]])
        return f"{found[place].text.strip('$')} \\text{{ {unit}}}" if stated else None
    if any(token.kind == "mark" and token.text != "%" for token in found):
        return None
    before, after = found[:place], found[place + 1 :]
    if after and [token.text for token in after[1:]] == ["old"] and _is_aged(before, after):
        return f"{found[place].text} \\text{{ years}}"
    if not _states([token.text for token in before]) or not _tail(after):
        return None
    return stated_amount(sentence)


def _symbols(tail: str) -> str:
    """The unit that symbols alone spell behind a number: "24 cm²", "60 km/h"; "" for none."""
    parts = tail.strip(" .!*").split("/")
    known = len(parts) <= 2 and all(part.strip() in SYMBOLS for part in parts)
    return "/".join(SYMBOLS[part.strip()] for part in parts) if known else ""


def _is_aged(before: list[Token], after: list[Token]) -> bool:
    """Whether a sentence gives an age: "Ann is 12 years old."."""
    words = [token.text for token in before]
    aged = words[-1:] == ["is"] and after[0].text in ("years", "year")
    return aged and len(words) == 2 and is_subject(words[:-1])


def _concluded(found: list[Token]) -> list[Token]:
    """The tokens without "So," or "Therefore," before them."""
    if found and found[0].text.casefold() in _CONCLUSIONS:
        found = found[1:]
        if found and found[0].text == ",":
            found = found[1:]
    return found


def _clock(sentence: str, clock: re.Match[str]) -> str | None:
    """The time of "The movie ends at 4:30 PM."."""
    rest = sentence[clock.end() :].strip(" .*!")
    before = [token.text for token in _concluded(tokens(sentence[: clock.start()]))]
    before = [word for word in before if word not in ("*", "**")]
    if rest or len(before) < 3 or before[-1] != "at" or before[-2].casefold() not in _ENDING_AT:
        return None
    return clock[0].rstrip(".") if is_subject(before[:-2]) else None


def _states(words: list[str]) -> bool:
    """Whether the words before an amount are a plain subject and a verb whose object it is."""
    low = [word.casefold() for word in words]
    spoken = [word for word in low if word != "is" and not (word == "were" and low[0] == "there")]
    if doubt_in(spoken) or not words:
        return False
    if low[0] == "there":
        return len(low) > 1 and all(
            word in _FOUND or word in _BEFORE or word == "be" for word in low[1:]
        )
    end = len(low)
    while end and low[end - 1] in _BEFORE and low[end - 1] not in IS:
        end -= 1
    if not end:
        return False
    if low[:2] in (["it", "will"], ["it", "would"]):
        return _states(["it", "takes", *words[3:]]) if low[2:3] == ["take"] else False
    if low[0] == "it" and low[1:2] and low[1] in ("takes", "took", "costs", "cost"):
        return end == 2 or is_subject(words[2:end])
    verb = low[end - 1]
    if verb in IS:
        return _measures(words[: end - 1])
    if verb not in AMOUNT_VERBS or verb in REPORTS:
        return False
    end -= 1
    while end and low[end - 1] in _AUXILIARIES and low[end - 1] not in IS:
        end -= 1
    return is_subject(words[:end])


def _measures(words: list[str]) -> bool:
    """Whether a subject names a quantity: "the perimeter of the rectangle"."""
    low = [word.casefold() for word in words]
    head = low.index("of") if "of" in low else len(low)
    if not 1 < head <= 4 or low[0] not in _DETERMINERS or low[head - 1] not in _HEADS:
        return False
    if any(word not in _HEADS and word not in _MEASURING for word in low[1 : head - 1]):
        return False
    counted = words[head + 1 :]
    return head == len(low) or is_subject(counted) or _is_phrase(counted, False)


def is_subject(words: list[str]) -> bool:
    """Whether words are one plain noun phrase, with at most two more behind a preposition."""
    phrases: list[list[str]] = [[]]
    for word in words:
        if word.casefold() in _JOINING:
            phrases.append([])
        else:
            phrases[-1].append(word)
    if len(phrases) > 3 or not all(phrases):
        return False
    return _is_phrase(phrases[0], True) and all(_is_phrase(one, False) for one in phrases[1:])


def _is_phrase(words: list[str], first: bool) -> bool:
    low = [word.casefold() for word in words]
    if low[-1] in TEXTS:
        return False
    if len(low) == 1 and low[0] in _PRONOUNS:
        return first
    if low[0] in _QUANTIFIERS or any(unsafe(word) for word in low):
        return False
    if "and" in low:
        place = low.index("and")
        parts = (words[:place], words[place + 1 :])
        return all(parts) and all(_is_phrase(part, first) for part in parts)
    if low[0] in _DETERMINERS or low[0].endswith("'s"):
        names = low[1:]
        return 1 <= len(names) <= 4 and _is_name(names)
    if words[0][:1].isupper():
        return len(words) == 1 and is_open(low[0])
    return not first and len(words) <= 2 and _is_name(low)


def _is_name(names: list[str]) -> bool:
    """Whether words after a determiner only name something; no verb hides among them."""
    return all(is_open(word) or word.endswith("'s") for word in names) and not any(
        word in AMOUNT_VERBS and word.endswith(("s", "ed")) and not word.endswith("'s")
        for word in names[:-1]
    )


def unsafe(word: str) -> bool:
    """Whether a word compares, approximates, reports, or names a part or an earlier amount."""
    return (
        word in APPROXIMATION
        or word in COMPARISON
        or word in REPORTS
        or word in _EARLIER
        or word in ("different", "another", "other", "unnamed")
        or is_part(word)
        or bool(number_in_words(word) and word != "one")
    )


def _tail(after: list[Token]) -> bool:
    """Whether what follows an amount is its noun, and adverbs or plain circumstances."""
    words = [token.text.casefold() for token in after]
    if words[:1] == ["%"] or words[:1] == ["percent"]:
        words = words[1:]
    if any(not word.replace("-", "").replace("'", "").isalpha() for word in words):
        return False
    end = 0
    while end < len(words) and words[end] not in _AFTER | _PREPOSITIONS:
        end += 1
    if end > 4 or any(unsafe(word) for word in words[end:] if word not in ("over", "under")):
        return False
    if end > 1 and not is_counted(words[:end], one=True):
        return False
    return not doubt_in(words) and all(
        word in _AFTER or word in _PREPOSITIONS or word in _DETERMINERS or is_open(word)
        for word in words[end:]
    )
