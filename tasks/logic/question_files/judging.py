"""When an answer equals the gold, one rule a kind. Strict: the whole answer or nothing.

Every judge takes (answer, gold, meta), both tidied, and returns what is wrong in one sentence,
or None when the answer is right.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from ..generating.answers import parse_grid, tidy

Judge = Callable[[str, str, Mapping[str, Any]], str | None]

_LETTER = re.compile(
    r"(?:(?:option|choice|answer)\s{0,3})?[(\[{]?\s?([A-Za-z])\s?[)\]}.:]{0,2}", re.I
)
_LETTER_AND_TEXT = re.compile(r"[(\[]?([A-Za-z])(?:[)\]][.:]?|[.:,]|\s+-)\s*(\S.*)", re.DOTALL)
_NAMED = re.compile(
    r"\b([B-HJ-Z]|[AI](?!\s[a-z])|A(?=\s(?:is|was|could|would|might|may|can|seems|works|also)\b))"
    r"\b(?!')"
)
_HEDGE = re.compile(
    r"\b(?:or|maybe|perhaps|possibly|possible|alternatively|either|both|wait|actually|however|but|"
    r"although|though|also|could|might|unsure|guess)\b",
    re.IGNORECASE,
)
_LATEX_TEXT = re.compile(r"\\(?:text|textbf|mathrm|mathbf|textit|mbox|operatorname)\{([^{}]*)\}")
_NUMBER = re.compile(r"([+-]?)\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})?(\.[0-9]{1,40})?")
_ARTICLE = re.compile(r"(?:the|a|an)\s+")
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([,;:=()\[\]]) ?")
DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}


def unbracketed(text: str) -> str:
    """The inside of `[[...]]`, as KOR-Bench wraps answers; other text as it is."""
    inner = text[2:-2]
    wrapped = text.startswith("[[") and text.endswith("]]") and "[[" not in inner
    return inner.strip() if wrapped and "]" not in inner and inner.strip() else text


def plain(text: str) -> str:
    """Text without what never changes its meaning: width, case, LaTeX text, article, full stop."""
    text = unicodedata.normalize("NFKC", text)
    for _ in range(3):
        text = _LATEX_TEXT.sub(r"\1", text)
    text = _SPACE.sub(" ", tidy(text)).casefold().strip(" .!,;:")
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    article = _ARTICLE.match(text)
    return text[article.end() :] if article and article.end() + 1 < len(text) else text


def letter_of(answer: str, options: list[str]) -> str | None:
    """The letter that an answer commits to: a letter, a letter with its text, or a text alone."""
    answer = _LATEX_TEXT.sub(r"\1", tidy(answer)).strip()
    legal = [chr(ord("A") + i) for i in range(len(options))]
    alone = _LETTER.fullmatch(answer)
    if alone and alone[1].upper() in legal:
        return alone[1].upper()
    both = _LETTER_AND_TEXT.fullmatch(answer)
    if both and both[1].upper() in legal:
        letter = both[1].upper()
        if plain(both[2]) == plain(options[legal.index(letter)]):
            return letter
        if _is_remark(both[2], letter, options):
            return letter
    texts = [plain(option) for option in options]
    if plain(answer) and texts.count(plain(answer)) == 1:
        return legal[texts.index(plain(answer))]
    return None


def _is_remark(text: str, letter: str, options: list[str]) -> bool:
    """Whether text after `B.` is a sentence of its own ("This is because ...") on no other option.

    It must not name another letter nor hold the text of another option.
    """
    words = text.split()
    if not text[0].isupper() or _HEDGE.search(text):
        return False
    if len(words) < 3 and words[0] not in ("This", "That", "It"):
        return False
    named = {mark[1] for mark in _NAMED.finditer(text)} - {letter}
    told = plain(text)
    others = [plain(option) for i, option in enumerate(options) if chr(ord("A") + i) != letter]
    return not named and not any(len(option) > 2 and option in told for option in others)


def judge_choice(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """A letter among `meta["options"]`; its text counts too, a letter with another's text not.

    `meta["also"]` are further letters that the file scores as highly.
    """
    options = list(meta["options"])
    letter = letter_of(answer, options)
    if letter is None:
        return "the answer is not one of the options"
    if letter in (gold, *meta.get("also", ())):
        return None
    # Some files print one option twice: the two letters then mean the same.
    texts = {chr(ord("A") + i): plain(option) for i, option in enumerate(options)}
    return None if texts[letter] == texts[gold] else "another option is right"


def judge_word(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """One of a few words, as Yes and No; `meta["synonyms"]` maps a word to the one it means."""
    synonyms = meta.get("synonyms", {})
    given, right = plain(answer), plain(gold)
    given, right = synonyms.get(given, given), synonyms.get(right, right)
    if given == right:
        return None
    legal = [plain(option) for option in meta.get("options", ())]
    if legal and given not in legal:
        return "the answer is not one of the legal answers"
    return "another answer is right"


def judge_text(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """Text, equal but for case, article, quotes, final punctuation and spaces at commas.

    `meta["accepted"]` are other texts that are right.
    """
    accepted = {_tight(gold), *(_tight(str(text)) for text in meta.get("accepted", ()))}
    return None if _tight(answer) in accepted else "another answer is right"


def _tight(text: str) -> str:
    """Plain text without spaces around commas, semicolons, colons and inside brackets."""
    return _AROUND.sub(r"\1", plain(text))


def judge_exact(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """Text, equal character by character once spaces around it are gone."""
    accepted = {gold.strip(), *(str(text).strip() for text in meta.get("accepted", ()))}
    return None if answer.strip() in accepted else "another answer is right"


def number(text: str) -> Fraction | None:
    """The exact value of a decimal numeral in ASCII digits, or None."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    digits = f"{found[1]}{(found[2] or '0').replace(',', '')}{found[3] or ''}"
    return Fraction(digits)


def judge_number(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """A number, equal in value."""
    value = number(tidy(answer))
    if value is None:
        return "the answer is not a number"
    return None if value == number(gold) else "another number is right"


def judge_brackets(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """Brackets in order; spaces do not count. The closing ones, or the whole closed sequence."""
    given, right = "".join(answer.split()), "".join(gold.split())
    opened = "".join(str(meta.get("opened", "")).split())
    return None if given in (right, opened + right) else "another sequence is right"


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text.casefold()) if word]


def judge_words(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """Words in order, with spaces, commas or lines between them."""
    return None if _words(answer) == _words(gold) else "other words, or another order, are right"


def _items(text: str) -> list[str]:
    text = tidy(text)
    if len(text) > 1 and (text[0], text[-1]) in (("[", "]"), ("(", ")"), ("{", "}")):
        text = text[1:-1]
    parts = re.split(r"\s*[,;\n]\s*(?:and\s+)?|\s+and\s+", text)
    return [plain(part) for part in parts if plain(part)]


def judge_list(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """Items in order, with commas between them; compass points by name or initial."""
    given = [DIRECTIONS.get(item, item) for item in _items(answer)]
    right = [DIRECTIONS.get(item, item) for item in _items(gold)]
    return None if given == right else "other items, or another order, are right"


def judge_set(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """Items in any order, each as often as in the gold, with commas or `and` between them."""
    return None if Counter(_items(answer)) == Counter(_items(gold)) else "other items are right"


def judge_grid(answer: str, gold: str, meta: Mapping[str, Any]) -> str | None:
    """A table of whole numbers, as JSON or one row a line."""
    right = parse_grid(gold)
    grid = parse_grid(answer, len(right[0]) if right else None)
    if grid is None:
        return "the answer is not a grid of whole numbers"
    if right is not None and [len(row) for row in grid] != [len(row) for row in right]:
        return "the grid has another shape"
    return None if grid == right else "some cells are wrong"


JUDGES: dict[str, Judge] = {
    "choice": judge_choice,
    "word": judge_word,
    "text": judge_text,
    "exact": judge_exact,
    "number": judge_number,
    "brackets": judge_brackets,
    "words": judge_words,
    "list": judge_list,
    "set": judge_set,
    "grid": judge_grid,
}
