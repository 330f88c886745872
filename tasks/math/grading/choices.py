"""Answers that are choices: a letter, a letter with its text, or several letters."""

import re

from ...text import strip_dressing
from ...text.hedging import ALTERNATIVE, DISBELIEF, NEGATION, POSSIBILITY
from ...text.languages import LANGUAGES
from ...text.vocabulary import vocabulary
from ...text.words import Token, tokens
from .outcome import Decision
from .reading import Reading

_LETTER = re.compile(r"[\s($*{\\]*(?:text\w*\{)?[\s(]*([A-Z])[)\s}.:$*]*")
_GROUP = re.compile(r"\\(?:text\w*|math\w+|mbox|boxed|left|right|quad|qquad)(?![A-Za-z])")
_CHOICES = re.compile(r"(?=A?B?C?D?E?F?G?H?I?J?\Z)[A-J]{2,10}")
_CHOSEN = re.compile(r"\(?[A-J]\)?(?:(?:[\s,;&(){}]|\\?\b(?:and|text)\b){0,12}[A-J]\)?){1,9}")
_CALCULATED = re.compile(r"[)\]\s]*[+/^=]\s*[\d\\(]")
"""What makes a letter a quantity: (E)+10."""
_LEADS = vocabulary(
    "the so thus hence therefore it is it's this we choose option choice answer correct for sure "
    "definitely clearly certainly obviously simply indeed right best : ： , "
    "选 选择 答案 选项 正解 정답 是 为 应 应选 答案是 正确 は 正解は 정답은"
)
_TIES = vocabulary(
    "is the correct right answer choice option best one . ! because since as for it 选项 です 。 "
    "입니다 ) $ ** * ] } true definitely surely certainly"
)
_OFFERS = vocabulary("also too next alternatively either both same likewise or")
_LABELS = frozenset("ABCDEFGHIJ")
_NOUNS = frozenset(
    word
    for language in LANGUAGES
    if language.spaced
    for phrase in (*language.choice, *language.answer)
    for word in phrase.replace("'", "' ").split()
    if len(word) > 1
)
"""Articles and nouns for "option" and "letter" in every language."""
_UNSPACED = tuple(
    sorted(
        (
            phrase
            for language in LANGUAGES
            if not language.spaced
            for phrase in (*language.choice, *language.answer, *language.lead, *language.link)
            if phrase and not phrase[0].isascii()
        ),
        key=len,
        reverse=True,
    )
)
_UNSPACED_ENDINGS = tuple(
    phrase for one in LANGUAGES if not one.spaced for phrase in (*one.ending, "选项", "項", "项")
)


def _plain(text: str) -> str:
    """The text without LaTeX groups, dollars and Markdown."""
    text = _GROUP.sub(" ", text[:500])
    for mark in ("{", "}", "$", "*", "`", "~", "\\\\", "_"):
        text = text.replace(mark, " ")
    return strip_dressing(" ".join(text.replace("\\ ", " ").split()))


def choice_letter(gold: str) -> str:
    """The letter that a gold consists of; "" when it is no choice."""
    found = _LETTER.fullmatch(gold) if len(gold) < 60 else None
    if found and found[1] in "RZNQ" and "\\math" in gold:
        return ""  # a set of numbers in bold
    return found[1] if found else ""


def decide_letters(gold: str, answer: str) -> Decision | None:
    """For a gold of several choices (ABD) and an answer of letters alone; else None."""
    labels = "".join(_capitals(gold))
    if "," in gold or ";" in gold or "and" in gold:
        gold = labels if _CHOSEN.fullmatch(gold) else gold
    if not (_CHOICES.fullmatch(gold) and _CHOSEN.fullmatch(answer)):
        return None
    if _capitals(gold) == _capitals(answer):
        return Decision("correct", "the choices are the same", "letter")
    return Decision("incorrect", "other choices than the gold", "letter")


def _capitals(text: str) -> list[str]:
    return sorted(one for one in text if one.isupper())


def decide_letter(letter: str, gold: Reading, answer: Reading) -> Decision:
    """Whether the answer commits to one letter, the gold's."""
    choice, offered = _chosen(answer.raw)
    if choice is not None and offered:
        return Decision("incorrect", "several choices are offered", "letter")
    if choice == letter:
        return Decision("correct", f"the choice is {letter}", "letter")
    if choice is not None:
        return Decision("incorrect", f"the choice is {choice}, not {letter}", "letter")
    if gold.answer is not None and answer.answer is not None and gold.answer == answer.answer:
        return Decision("correct", "the answer is the gold", "letter")
    return Decision("incorrect", f"the answer is not the choice {letter}", "letter")


def choice_of(text: str) -> str | None:
    """The one letter that a short text chooses, with nothing left open; else None."""
    letter, offered = _chosen(text)
    return None if offered else letter


_COPULAS = frozenset(
    ending for language in LANGUAGES for ending in language.ending if ending[0] == "'"
)
"""Endings that an apostrophe ties to a letter: "C'dir" is "is C"."""


def _chosen(raw: str) -> tuple[str | None, bool]:
    """(the letter that a text chooses, whether it offers another beside it)."""
    text = _plain(raw)
    found = tokens(text)
    place = 0
    while place < len(found) and _leads(found, place):
        place += 1
    if place >= len(found):
        return None, False
    token = found[place]
    label = token.text
    if label[1:] in _COPULAS:
        label = label[0]
    if not label.isascii():
        label = _bare(label)
    if len(label) != 1 or not (label.isascii() and label.isalpha()):
        return None, False
    closed = place + 1 >= len(found)
    following = found[place + 1] if not closed else token
    rest = text[token.end :]
    letter = label.upper()
    if _CALCULATED.match(rest):
        return None, False
    if label.islower() and not closed and following.text not in ")].:":
        return None, False
    if closed:
        return letter, False
    if (following.kind == "mark" and following.text in ")].:,;(-–—。，!/&|?") or rest.startswith(
        "..."
    ):
        spaced = following.text not in "-–—/" or rest[:1] == " "
        if not spaced and following.text != "/":
            return None, False
        return letter, _offers(letter, found[place + 1 :], text)
    if following.text.casefold() in _TIES or following.text.casefold() in (
        ALTERNATIVE | POSSIBILITY | NEGATION | vocabulary("and but vs o y и 和 또는 或 also with")
    ):
        return letter, _offers(letter, found[place + 1 :], text)
    if following.text.endswith("n't"):
        return letter, True
    if len(following.text) == 1 and following.text in _LABELS:
        return letter, True
    return None, False


def _leads(found: list[Token], place: int) -> bool:
    """Whether a token only announces a letter: "the", "option", "la", "选项"."""
    word = found[place].text.casefold()
    if word in _LEADS or word in _NOUNS or found[place].text in "([\"'“‘【《":
        return True
    if found[place].text in ("a", "o"):  # the article of "a letra"
        return found[place + 1 : place + 2] != [] and found[place + 1].text.casefold() in _NOUNS
    return not word.isascii() and not _bare(word)


def _bare(label: str) -> str:
    """A label without the words of a language that spaces do not part: "答案是B" is B."""
    for _ in range(8):
        phrase = next((one for one in _UNSPACED if label.startswith(one)), "")
        label = label[len(phrase) :]
        ending = next((one for one in _UNSPACED_ENDINGS if label.endswith(one)), "")
        label = label[: len(label) - len(ending)]
        if not phrase and not ending:
            break
    return label


def names_another(letter: str, rest: str) -> bool:
    """Whether the text after a choice names another one without rejecting it."""
    text = _plain(rest)
    found = tokens(text)
    return bool(found) and _offers(letter, found, text)


_REASONS = ("because", "since", "as")


def _offers(letter: str, found: list[Token], text: str) -> bool:
    """Whether what follows a letter denies it, or names another choice without denying that."""
    words = [token.text.casefold() for token in found]
    spoken = [word for word in words if word[:1].isalpha()]
    if spoken[:1] and spoken[0] in _REASONS:
        return any(word in ("or", "maybe", "perhaps", "also", "possibly") for word in spoken)
    if (
        spoken[:1] == ["is"]
        and spoken[1:2]
        and (spoken[1] in NEGATION or spoken[1] in DISBELIEF or spoken[1] in ("wrong", "incorrect"))
    ):
        return True
    if any(word in _OFFERS for word in spoken) and not any(word in NEGATION for word in spoken):
        return True
    clause: list[Token] = []
    for token in [*found, Token("mark", ".", len(text), len(text))]:
        if token.kind == "mark" and token.text in ".,;?!。，":
            if _names_another(letter, clause, token.text, text):
                return True
            clause = []
        else:
            clause.append(token)
    return False


def _names_another(letter: str, clause: list[Token], closing: str, text: str) -> bool:
    """Whether a clause names another choice, and does not reject it."""
    words = [token.text.casefold() for token in clause]
    named = any(
        token.text in _LABELS
        and token.text != letter
        and not (
            token.text in "AI"
            and place + 1 < len(clause)
            and words[place + 1].isalpha()
            and words[place + 1] not in ("is", "or", "and", "also", "works", "too", "could")
        )
        for place, token in enumerate(clause)
    )
    if not named:
        return False
    rejected = any(word in NEGATION or word in DISBELIEF or word.endswith("n't") for word in words)
    rejected = rejected or "rather" in words or "不是" in text or words[:1] == ["instead"]
    return not rejected or any(
        word in ("but", "also", "maybe", "might", "possibly") for word in words
    )
