"""Amounts in the words of any known language: "15个苹果", "5 тысяч рублей", "百分之五".

`quantity(text)` is the amount in mathematical text, when one language's table derives the whole
phrase; two languages that read different amounts out of it refuse it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from .languages import LANGUAGES, Language, changes_number, scripts_of
from .languages.number_words import GENITIVES, POWERS, TYING
from .languages.table import SYMBOLS
from .nouns import is_open
from .phrase_index import VOICES, spoken, voices_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:/\d+)?")
_EDGES = " \t\n.!*_`,;:：。！、，$"


def quantity(text: str, language: Language | None = None) -> str | None:
    """The amount that a phrase or plain sentence states, in digits, LaTeX and English units."""
    if len(text) > 300:
        return None
    text = _plain_digits(text)
    if language is not None and language.code != "en":
        return _Phrase(text, language, hinted=True).read()
    scripts = scripts_of(text)
    digits = len(_NUMBER.findall(text))
    if not scripts or "other" in scripts or digits > 1:
        return None
    words = frozenset(text.casefold().split())
    known: set[str] = set()
    guessed: set[str] = set()
    for one in LANGUAGES[1:]:
        if not scripts <= one.scripts or (
            one.spaced and not digits and not words & one.digits.keys()
        ):
            continue
        phrase = _Phrase(text, one, hinted="latin" not in scripts)
        if (amount := phrase.read()) is not None:
            (guessed if phrase.guessed else known).add(amount)
    found = known or guessed
    if len(found) > 1:  # 5分 is five cents or five minutes: the number stands, the unit does not
        found = {amount.split(" \\text", 1)[0] for amount in found}
    return found.pop() if len(found) == 1 else None


def closing_quantity(sentence: str) -> str | None:
    """The amount of a closing sentence in a language whose table has its determiners."""
    if len(_NUMBER.findall(_plain_digits(sentence))) != 1:
        return None
    voices = voices_of(sentence)
    if [voice.language.code for voice in voices] == ["en"]:
        return None
    scripts = scripts_of(sentence)
    if len(scripts) > 1:
        scripts -= {"latin"}  # symbols of units
    found = set()
    for language in LANGUAGES[1:]:
        if language.verbs and scripts <= language.scripts:
            amount = _Phrase(_plain_digits(sentence), language, hinted=True).closing()
            if amount is not None:
                found.add(amount)
    return found.pop() if len(found) == 1 else None


def _is_reported(subject: str, language: Language) -> bool:
    """Whether the subject of a sentence reports or supposes what it says."""
    voice, said = VOICES[language.code], spoken(subject)
    groups = (voice.reports, voice.supposes, voice.conditions, voice.tentative, voice.answers)
    return any(group.within(said) for group in groups)


@lru_cache(maxsize=64)
def _longest_first(code: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The scales of a language, its units, and these with the symbols, the longest first."""
    language = VOICES[code].language
    groups = (language.scales, language.units, (*SYMBOLS, *language.units))
    scales, units, all_units = (tuple(sorted(one, key=len, reverse=True)) for one in groups)
    return scales, units, all_units


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(one)) if unicodedata.category(one) == "Nd" else one for one in text
    )


_RAISED = {"²": 2, "³": 3}
_PER = ("per", "pro", "par", "por", "в", "за", "на", "na", "mỗi", "प्रति", "每")
"""What divides a unit by the one after it: "км в час"."""
_SECONDS = "с"
"""The Cyrillic symbol, which is a preposition unless it divides."""


@lru_cache(maxsize=512)
def _folded(options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.casefold() for one in options if one)


class _Phrase:
    """One phrase, read by the table of one language."""

    def __init__(self, text: str, language: Language, hinted: bool) -> None:
        self.text = text.strip(_EDGES)
        self.language = language
        self.hinted = hinted
        self.guessed = False
        """Whether an unknown word was taken for what is counted."""

    def read(self) -> str | None:
        self._endings()
        amount = self._amount(self.text)
        return amount if amount is not None else self._sentence()

    def _endings(self) -> None:
        text = self.text
        for _ in range(3):
            if not text.endswith(self.language.ending):
                break
            for ending in self.language.ending:
                cut = text[: len(text) - len(ending)]
                if (
                    text.endswith(ending)
                    and cut
                    and (
                        not self.language.spaced or not cut[-1].isalpha() or not ending[0].isalpha()
                    )
                ):
                    text = cut.rstrip(_EDGES)
        self.text = text

    def closing(self) -> str | None:
        """The amount of a sentence whose subject is one plain noun phrase."""
        if len(_NUMBER.findall(self.text)) != 1 or any(mark in self.text for mark in ";:("):
            return None
        lead, comma, rest = self.text.replace("，", ",").replace("、", ",").partition(",")
        if comma and not rest[:1].isdigit():
            said = spoken(lead)
            fillers = (*self.language.ending, *self.language.before_number)
            concludes = VOICES[self.language.code].concludes.derives(said) and said.text.strip()
            if not concludes and lead.strip().casefold() not in fillers:
                return None
            self.text = rest.strip()
        elif (
            size := VOICES[self.language.code].concludes.opens(spoken(self.text))
        ) and self.language.spaced:
            self.text = self.text.split(" ", size)[-1]
        self._endings()
        return self._sentence(self._is_subject)

    def _is_subject(self, text: str) -> bool:
        """Whether the words before a verb are a name, or a determiner and one or two nouns."""
        if not text:
            return True  # "There are 5", of languages that say it with the verb alone
        voice, said = VOICES[self.language.code], spoken(self.text[: len(text)])
        if any(
            group.within(said)
            for group in (voice.answers, voice.otherwise, voice.tentative, voice.against)
        ):
            return False
        if not self.language.spaced:
            return 1 <= len(text) <= 12 and text.isalpha()
        words = self.text[: len(text)].split()
        if not words or not all(word.replace("-", "").isalpha() for word in words):
            return False
        if words[0].casefold() in self.language.determiners:
            return 2 <= len(words) <= 3
        if not self.language.determiners or self.language.nouns == "none":
            return len(words) <= 3
        return len(words) == 1 and words[0][0].isupper()

    def _sentence(self, plain: Callable[[str], bool] | None = None) -> str | None:
        """A subject, a verb whose object is the amount, and the amount."""
        mark = _NUMBER.search(self.text)
        if mark is None:
            return None
        before = self.text[: mark.start()].rstrip(_EDGES).casefold()
        if self._verb(before) is None:
            for filler in self.language.before_number:
                if before.endswith(filler):
                    before = before[: len(before) - len(filler)].rstrip()
        verb = self._verb(before)
        if verb is None:
            return self._inverted(before, mark.start()) if plain is not None else None
        subject = before[: len(before) - len(verb)]
        if _NUMBER.search(subject) or self._doubts(subject) or _is_reported(subject, self.language):
            return None
        if plain is not None and not plain(subject.strip()):
            return None
        return self._amount(self.text[mark.start() :])

    def _inverted(self, before: str, start: int) -> str | None:
        """The amount of "insgesamt hat die Bibliothek 24 Bücher": the verb before the subject."""
        words = before.split()
        place = next((i for i, word in enumerate(words[:2]) if word in self.language.verbs), None)
        lead = set(words[:place]) if place is not None else {""}
        if place is None or not lead <= set(self.language.before_number):
            return None
        subject = words[place + 1 :]
        if len(subject) != 2 or subject[0] not in self.language.determiners:
            return None
        return None if self._doubts(subject[1]) else self._amount(self.text[start:])

    def _verb(self, text: str) -> str | None:
        """The verb that a text ends in."""
        verbs, spaced = self.language.verbs, self.language.spaced
        ending = (one for one in verbs if text.endswith(one)) if text.endswith(verbs) else ()
        return next(
            (one for one in ending if not (spaced and text[: -len(one)][-1:].isalpha())), None
        )

    def _doubts(self, text: str) -> bool:
        if not self.language.spaced:
            text = text.replace("不同", "").replace("的", "")
            return any(one in text for one in self.language.doubt)
        padded = " " + " ".join(re.split(r"[\s.,;:!?()।'\"]+", text.casefold())) + " "
        return any(f" {one} " in padded for one in self.language.doubt)

    def _amount(self, text: str) -> str | None:
        language = self.language
        rest, minus, percent, template = text.strip(_EDGES), False, False, ""
        for _ in range(4):
            if phrase := self._takes(rest, language.percent_before):
                percent = True
            elif (phrase := self._takes(rest, language.minus)) and not minus:
                minus = True
            elif phrase := self._takes(rest, tuple(language.operators_before)):
                template = language.operators_before[phrase]
            else:
                phrase = self._takes(rest, language.before_number)
            if not phrase:
                break
            rest = rest[len(phrase) :].lstrip(_EDGES)
        if rest[:1] in ("-", "－", "−") and rest[1:2].isdigit():
            minus, rest = not minus, rest[1:]
        number, rest = self._number(rest)
        if not number:
            return None
        value = self._followed(number, rest.lstrip(" *_$"), percent, template, minus)
        return value

    def _number(self, text: str) -> tuple[str, str]:
        if mark := _NUMBER.match(text):
            return self._separated(mark[0]), text[mark.end() :]
        numerals = self.language.digits
        for length in (2, 1) if not self.language.spaced else ():
            for word, value in numerals.items():
                if len(word) == length and text.startswith(word):
                    if text.startswith("十"):
                        break
                    return str(value), text[length:]
        if self.language.spaced:
            first = text.split(" ", 1)[0]
            if first.casefold() in numerals:
                return str(numerals[first.casefold()]), text[len(first) :]
        elif text[:1] in self.language.scales:
            return "1", text
        return "", text

    def _separated(self, digits: str) -> str:
        """Digits with a decimal point: a comma followed by one or two digits is one in Europe."""
        if "/" in digits:
            return f"({digits})"
        whole, comma, part = digits.rpartition(",")
        if comma and "," not in whole and (len(part) < 3 or whole == "0"):
            return f"{whole.replace('.', '')}.{part}"
        return digits.replace(",", "")

    def _followed(
        self, number: str, rest: str, percent: bool, template: str, minus: bool
    ) -> str | None:
        language = self.language
        value = number
        scales, units, _ = _longest_first(language.code)
        scaled = False
        for _ in range(2):
            phrase = self._takes(rest, scales)
            unit = self._takes(rest, units)
            if phrase and len(unit or "") <= len(phrase):
                value, scaled = f"{value}\\cdot {language.scales[phrase]}", True
                rest = rest[len(phrase) :].lstrip()
        if scaled:
            digit, after = self._number(rest) if not language.spaced else ("", rest)
            if digit:
                return None  # 五百二十: a numeral of several places is not read
            rest = after
        value = f"({value})" if scaled else value
        if phrase := self._takes(rest, tuple(language.operators)):
            template = template or language.operators[phrase]
            value, rest = language.operators[phrase].format(value), rest[len(phrase) :]
            template = ""
        if template:
            value = template.format(value)
        if phrase := self._takes(rest, language.percent):
            percent, rest = True, rest[len(phrase) :]
        elif rest[:1] in ("%", "％", "٪"):
            percent, rest = True, rest[1:]
        value = f"-{value}" if minus else value
        if percent:
            return f"{value}\\%" if not rest.strip(_EDGES) else None
        return self._counted(value, rest.strip())

    def _counted(self, value: str, rest: str) -> str | None:
        """The unit, or what is counted, after a number; None when the words are something else."""
        language = self.language
        if not rest.strip(_EDGES):
            return value
        if rest[0] in "'’":
            return None  # a case ending ties the number to the words after it
        if rest[0] in "(（" and rest[-1] in ")）":
            rest = rest[1:-1].strip() or "-"
        if not language.spaced and self._takes(rest, language.doubt):
            return None
        units = SYMBOLS | dict(language.units)
        unit = self._takes(rest, _longest_first(language.code)[2])
        if not unit and (low := rest.split(" ", 1)[0]) and low in language.units:
            unit = low
        counter = self._takes(rest, language.counters)
        if unit and len(unit) >= len(counter or ""):
            name, after = self._compound(units[unit], rest[len(unit) :].strip(_EDGES), units)
            if after[:1] == "/" and after[1:].isalpha() and len(after) <= 6:
                return f"{value} \\text{{ {name}{after}}}"
            if after and not self._noun(after, language.spaced):
                return None
            return f"{value} \\text{{ {name}}}" if name else value
        if counter:
            after = rest[len(counter) :].strip(_EDGES)
            return value if not after or self._noun(after, False) else None
        if rest[:1] in ("€", "£", "¥", "₹"):
            return value if not rest[1:].strip(_EDGES) else None
        return value if language.spaced and self._noun(rest, True) else None

    def _compound(self, name: str, after: str, units: Mapping[str, str]) -> tuple[str, str]:
        """A unit with its power and the unit that divides it, and the words after these."""
        if name and after[:1] in _RAISED:
            name, after = f"{name}^{_RAISED[after[0]]}", after[1:].strip(_EDGES)
        rest = after[1:].strip() if after[:1] == "/" else ""
        if not rest and (word := self._takes(after, _PER)):
            rest = after[len(word) :].strip()
        if not (name and rest):
            return name, after
        below = self._takes(rest, _longest_first(self.language.code)[2])
        if below is not None and units[below]:
            return f"{name}/{units[below]}", rest[len(below) :].strip(_EDGES)
        if rest.rstrip("²") == _SECONDS:
            return f"{name}/seconds{'^2' * rest.endswith('²')}", ""
        return name, after

    def _noun(self, text: str, alone: bool) -> bool:
        """Whether words are nothing but the name of what is counted."""
        language, words = self.language, text.split()
        if any(one.isdigit() for one in text) or self._doubts(text) or len(text) > 40:
            return False
        if not language.spaced:
            return (
                len(text) <= 12
                and not any(numeral in text.replace("一", "") for numeral in language.digits)
                and text.replace("的", "").isalpha()
            )
        if any(changes_number(word) or not (is_open(word) or not word.isascii()) for word in words):
            return False
        if any(word.casefold() in POWERS for word in words):
            return False
        if words[0].casefold() in TYING or (
            len(words) > 2 and words[1].casefold() not in GENITIVES
        ):
            return False
        if not alone or (language.nouns == "none" and self.hinted):
            fits = len(words) <= 3
        elif language.nouns == "plural":
            fits = len(words) <= 2 and words[0][-1:] in ("s", "x")
        elif language.nouns == "capital":
            fits = words[-1][:1].isupper() and len(words) <= 2
        else:
            fits = language.nouns == "any" and self.hinted and len(words) <= 3
        self.guessed = self.guessed or fits
        return fits

    def _takes(self, text: str, options: tuple[str, ...]) -> str | None:
        low = text.casefold()
        if not low.startswith(_folded(options)):
            return None
        for phrase in options:
            if phrase and low.startswith(phrase.casefold()):
                following = low[len(phrase) : len(phrase) + 1]
                if not self.language.spaced or not following.isalpha():
                    return phrase
        return None
