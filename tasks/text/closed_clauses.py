r"""Clauses that may give a value which nothing else in the response derives.

An equation of the response that ends in the value derives it. Without one the answer rests on its
own clause, so every word of that clause must be of a closed class (`languages.clause_words`), a
name that a verb follows, or a word that the response has used before: "Therefore the area is
\boxed{12}", but not "My shoe size is \boxed{12}".
"""

import unicodedata
from functools import lru_cache

from .languages import scripts_of
from .languages.clause_words import CLAUSE_WORDS
from .numerals import number_in_words
from .phrase_index import VOICES, Voice, spoken
from .sentences import TEXTS
from .verbs import AMOUNT_VERBS, COPULAS
from .vocabulary import vocabulary
from .words import Token, tokens

_DRESSING = str.maketrans("", "", " \t\n\r$*{}\\,!;:&`_")
_REACH = 8_000
_EQUALS = "=≈→⇒>"


_RELATIONS = ("=", "<", ">", "≤", "≥", "≈", "\\equiv", "\\le", "\\ge", "\\approx", "\\to")
_OPERATIONS = ("+", "^", "*", "×", "÷", "·", "\\cdot", "\\times", "\\div", "\\frac", "\\sqrt")
_WORKED = 6
"""What a worked solution has at least: a relation counts twice, an operation once."""


def derived(text: str, content: str) -> bool:
    """Whether a text calculates a value: it works with formulas, or an equation ends in it."""
    work = text[-_REACH:]
    done = 2 * sum(map(work.count, _RELATIONS)) + sum(map(work.count, _OPERATIONS))
    if done >= _WORKED or _is_formula(content):
        return True
    value = _plain(content).rpartition("=")[2].rstrip(".")
    if not value:
        return False
    shown = _plain(text[-_REACH:]).replace("equiv", "=")
    if any(one in value for one in "<>≤≥") and value in shown:
        return True  # an inequality is its own derivation
    place = shown.find(value)
    while place >= 0:
        after = shown[place + len(value) : place + len(value) + 1]
        if place and shown[place - 1] in _EQUALS and not after.isdigit():
            return True
        place = shown.find(value, place + 1)
    return False


def _is_formula(content: str) -> bool:
    """Whether a value is no plain number: letters and intervals measure nothing."""
    plain = _plain(content)
    symbols = sum(one in plain for one in ("x", "y", "n", "^", "[", "sqrt", "pi", "infty", "pm"))
    return symbols > 0 and not plain.isalpha() and "\\text" not in content


def _plain(text: str) -> str:
    """The text without spaces, markup, and the commands that only dress a value."""
    plain = text.translate(_DRESSING).casefold()
    for command in ("text", "dfrac", "tfrac", "left", "right", "mathrm", "mbox"):
        plain = plain.replace(command, "frac" if command.endswith("frac") else "")
    return plain


_SUFFIXED = ("ko", "th")
"""Languages that write particles without a space behind their words."""


class _Words:
    """The closed words of one language: whole ones, and stems."""

    def __init__(self, entries: tuple[str, ...], voice: Voice) -> None:
        language = voice.language
        phrases = (
            *language.lead, *language.link, *language.after, *language.answer,
            *language.determiners, *language.before_number, *language.ending,
            *language.choice, *language.counters, *language.units,
            *language.scales, *language.percent,
        )  # fmt: skip
        self.spaced = language.spaced and language.code not in _SUFFIXED
        self.whole = frozenset(one.casefold() for one in entries if not one.endswith("*")) | {
            word.casefold() for phrase in phrases for word in phrase.split()
        }
        self.stems = tuple(one[:-1].casefold() for one in entries if one.endswith("*"))
        self.longest = tuple(sorted((*self.whole, *phrases), key=len, reverse=True))

    def knows(self, word: str) -> bool:
        """Whether a word is of the closed class."""
        return word in self.whole or word.startswith(self.stems)


@lru_cache(maxsize=64)
def _words_of(code: str) -> _Words:
    return _Words(CLAUSE_WORDS[code], VOICES[code])


def is_closed(clause: str, earlier: str) -> bool:
    """Whether one language derives a clause from its closed classes, names, and used words."""
    scripts = scripts_of(clause) - {"greek"}
    if not scripts:
        return True
    used = _used(earlier[-4_000:])
    for code in CLAUSE_WORDS:
        if not scripts & VOICES[code].language.scripts:
            continue
        words = _words_of(code)
        if not words.spaced:
            if _derives_unspaced(clause, earlier, words):
                return True
        elif _derives(clause, used, words, code):
            return True
    return False


def is_english(text: str) -> bool:
    """Whether English knows at least half of the words of a text."""
    words = spoken(text).words
    english = _words_of("en")
    return text.isascii() and 2 * sum(map(english.knows, words)) >= len(words)


@lru_cache(maxsize=32)
def _used(earlier: str) -> frozenset[str]:
    """The words of the response before a clause, and their stems."""
    found = set()
    for word in spoken(earlier).words:
        found.add(word)
        found.add(_stem(word))
    return frozenset(found)


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


def _derives(clause: str, used: frozenset[str], words: _Words, code: str) -> bool:
    found = [token for token in tokens(clause) if token.kind == "word"]
    said = spoken(clause).words
    if code == "en" and _is_of_many(said):
        return False
    named = len(said) == len(found)
    for n, word in enumerate(said):
        for part in word.replace("'", "-").replace("’", "-").split("-"):
            if len(part) <= 1 or words.knows(part) or part in used or _stem(part) in used:
                continue
            if code == "en" and (number_in_words(part) or (n < 2 and part.endswith("ing"))):
                continue
            if not (named and _is_name(found, n, code)) and not _is_genitive(said, n):
                return False
    return True


_OF = vocabulary("of de del des du d der des von van di della dei dello da do dos das")
_ARTICLES = vocabulary(
    "the a an its this each these all der die das le la les el los las un une het"
)


_DOCUMENTS = TEXTS | vocabulary(
    "page pages line lines chapter chapters character characters letter letters word words book "
    "exercises problems questions seite aufgabe zeile ligne exercice problème página ejercicio "
    "problema línea linha exercício pagina esercizio riga bladzijde opgave regel"
)
"""What a number of tells no value of the problem: pages, lines, exercises."""


def _is_genitive(said: tuple[str, ...], place: int) -> bool:
    """Whether a word is the noun that a known one belongs to: "the number of games"."""
    head = place - 1
    while head > 0 and said[head] in _ARTICLES:
        head -= 1
    return head > 0 and said[head] in _OF and said[place] not in _DOCUMENTS


def _is_of_many(said: tuple[str, ...]) -> bool:
    """Whether English words tell what others find: "most people get", "some students write"."""
    return any(
        (word in ("most", "least") and said[n - 1 : n] not in (("at",), ("the",)))
        or (word in _FINDS and n and said[n - 1].removesuffix("s") in _SOLVERS)
        for n, word in enumerate(said)
    )  # fmt: skip


_FINDS = vocabulary("get got find found obtain obtained conclude give gave see")
_SOLVERS = vocabulary(
    "people student pupil solver person teacher friend boy girl man men woman women children some "
    "many other all few expert reader player"
)
_PERSONS = vocabulary(
    "everyone everybody someone somebody anyone anybody nobody people most some many few others "
    "all none another whoever çoğu herkes bazıları birçok muchos algunos todos muitos alguns molti "
    "alcuni tutti beaucoup certains viele manche alle veel velen wielu многие некоторые все "
    "большинство nhiều hầu banyak kebanyakan"
)


def _is_name(found: list[Token], place: int, code: str) -> bool:
    """Whether a capitalised word is the name of somebody, of whom a verb says an amount."""
    text = found[place].text
    if not text[:1].isupper() or text.casefold() in _PERSONS or code == "de":
        return False
    following = found[place + 1].text.casefold() if place + 1 < len(found) else ""
    if place:
        return True
    if code != "en":
        language = VOICES[code].language
        return any(following == one.split(" ")[0] for one in (*language.verbs, *language.link))
    if text.endswith("s") and not following.endswith(("s", "ed")):
        return False
    return following in COPULAS | AMOUNT_VERBS and not following.endswith("ing")


def _is_written(one: str) -> bool:
    """Whether a character is of a script without spaces, vowel signs included."""
    return not one.isascii() and (one.isalpha() or unicodedata.category(one)[0] == "M")


def _derives_unspaced(clause: str, earlier: str, words: _Words) -> bool:
    rest = "".join(one if _is_written(one) else " " for one in clause)
    for phrase in words.longest:
        if len(phrase) > 1 and phrase in rest:
            rest = rest.replace(phrase, " ")
    for run in rest.split():
        if run in earlier:
            continue
        if not all(one in words.whole or one in earlier for one in run):
            return False
    return True
