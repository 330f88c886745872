"""Doubt: what makes a stated answer no commitment. Math, letters and logic judge by this alone.

An answer is not committed to when the words that govern it deny it, suppose it, compare it or
qualify it, or when what follows retracts it, attaches a condition, or offers another.
"""

from collections.abc import Callable
from typing import Any

from .retractions import retraction
from .vocabulary import vocabulary
from .words import Token, sentences, tokens

NEGATION = vocabulary(
    "not no never none neither nor cannot without nothing nobody isn't aren't wasn't weren't "
    "don't doesn't didn't can't couldn't won't wouldn't shouldn't hasn't haven't hadn't ain't "
    "unlikely hardly"
)
ALTERNATIVE = vocabulary(
    "or either else otherwise alternatively versus vs instead unless except but however "
    "although though resp respectively whereas and/or"
)
HYPOTHESIS = vocabulary(
    "if suppose supposing assume assuming unless provided whether imagine pretend "
    "hypothetically were"
)
POSSIBILITY = vocabulary(
    "maybe perhaps possibly might may could presumably conceivably guess unsure"
)
COMPARISON = vocabulary(
    "than more less fewer greater larger smaller bigger higher lower over under above below "
    "past beyond between within exceeding exceeds upto least most minimum maximum min max "
    "before after until till"
)
APPROXIMATION = vocabulary(
    "about around roughly nearly almost approximately approx circa near close somewhere ish"
)
DISBELIEF = vocabulary(
    "fails failed refuse refuses refused decline doubt deny reject refute wrong incorrect "
    "false untrue mistaken impossible fake lie joke "
    "ruled excluded rejected invalid tempting"
)
_TALK = vocabulary(
    "the a an my our your this that it its is are was be been answer answers result solution "
    "value final correct right true case to of as say said claim think believe equal equals x "
    "n = given by option choice exactly simply"
)
"""Words that only speak of the answer: a denial before them reaches it."""
_JUDGES = vocabulary("wrong incorrect false mistaken rejected untrue invalid impossible")
_TURNS = (
    "or", "and", "but", "maybe", "perhaps", "possibly", "alternatively", "however", "otherwise",
    "although", "though", "ou", "oder", "wait", "actually", "sorry", "hmm", "hm", "correction",
    "rather", "scratch that", "i mean", "i meant", "no", "nope", "edit", "update", "oops", "else",
    "also", "on second thought", "just kidding", "kidding", "jk", "p.s.", "ps", "psst", "or else",
    "equivalently", "unless", "if", "then", "next", "instead", "never mind", "nevermind",
    "in reality", "in fact", "in truth", "the truth is", "change of mind", "let me correct",
    "erratum", "errata", "fix", "fixed", "revised", "after all", "to be honest",
    "honestly", "come to think of it", "и", "или", "o", "y", "和", "或", "或者", "不对", "更正",
)  # fmt: skip
"""What opens a second thought."""
_FILLERS = vocabulary(
    "it this that the my answer could might may can also be is equal equals maybe perhaps "
    "possibly probably even as well value option choice final correct should would "
    "alternatively either otherwise instead i think guess believe to actually mean no rather "
    "it's make was must real true right one an a so let's go with say that's wait but is: you "
    "want see prefer pick choose now here updated new proper on upon reflection sorry because"
)
_AFTERS = vocabulary(
    "also too is are could may might can would be works work correct right possible valid "
    "true as well acceptable plausible instead then likely fine ok okay"
)
BACK = vocabulary("wait actually sorry hmm hm correction scratch oops edit update nope no kidding")
"""Turns after which the sentences that follow are second thoughts."""
_JUDGING = vocabulary("is was isn't wasn't seems cannot")
_RETRACTIONS = (
    ("made", "a", "mistake"), ("made", "an", "error"), ("made", "a", "slip"),
    ("retract",), ("withdraw",), ("disregard",), ("take", "back"), ("take", "that", "back"),
    ("take", "it", "back"), ("take", "this", "back"), ("changed", "my", "mind"),
    ("change", "my", "mind"), ("scratch", "that"), ("never", "mind"), ("nevermind",),
    ("just", "kidding"), ("i", "lied"), ("ignore", "the", "above"), ("ignore", "that"),
    ("ignore", "this"), ("ignore", "my"), ("made", "that", "up"), ("don't", "trust"),
    ("do", "not", "trust"), ("only", "joking"), ("was", "joking"), ("opposite", "is"),
    ("is", "a", "lie"), ("was", "a", "lie"), ("not", "my", "answer"), ("i", "recant"),
)  # fmt: skip
"""Phrases that take an answer back."""
_SUBJECTS = vocabulary(
    "it this that answer above result box statement choice option claim last previous "
    "first thing one"
)


def doubt_in(words: list[str]) -> str:
    """Why words around a value keep it from being stated plainly; "" when they do not."""
    for word in words:
        if word in NEGATION or word.endswith("n't"):
            return f"the statement is denied ({word!r})"
        if word in ALTERNATIVE or word in POSSIBILITY:
            return f"an alternative is left open ({word!r})"
        if word in HYPOTHESIS:
            return f"the statement is conditional ({word!r})"
        if word in DISBELIEF:
            return f"the statement is called wrong ({word!r})"
    return ""


def doubt_before(prefix: str) -> str:
    """Why the words right before a marked answer deny or suppose it; "" when they do not.

    The words are read backwards, over those that only speak of the answer; the first other word
    decides: "It is false that the answer is", "Suppose it is", "The answer is not".
    """
    last = sentences(prefix[-400:])[-1:] or [""]
    for token in reversed(tokens(last[0])):
        word = token.text.casefold()
        if word in NEGATION or word.endswith("n't") or word in DISBELIEF:
            return f"the answer is denied ({word!r})"
        if word == "were" and token.start > len(last[0]) - len(last[0].lstrip()):
            return ""  # "there were 5 matches"
        if word in HYPOTHESIS or word == "unless":
            return f"the answer is only supposed ({word!r})"
        if token.kind != "word" and word in ",;:—–":
            return ""
        if token.kind == "word" and word not in _TALK:
            return ""
        if token.kind in ("number", "math"):
            return ""
    return ""


Reads = Callable[[str], Any | None]


def doubt_after(tail: str, reads: Reads, value: Any, shown: str = "") -> tuple[str, str]:
    """(why what follows an answer takes it back, the other answer if one is named).

    `reads` is the shape's reader; what it reads differently from `value` is another answer. Once a
    sentence turns back ("Wait, ..."), the sentences after it are read as second thoughts too.
    """
    parts = sentences(tail[:4_000].removeprefix("$").removeprefix("$"))
    turned = False
    for index, part in enumerate(parts[:60]):
        found = tokens(part)
        if index and _speaks_of_another(found, shown):
            continue
        words = [token.text.casefold() for token in found if token.text[:1].isalpha()]
        if not words:
            continue
        after_label = words[1:] if len(found) > 1 and found[1].text == ":" else words
        if reason := _retracted(words, index == 0) or _retracted(after_label, False):
            return reason, ""
        if reason := retraction(part, shown):
            return reason, ""
        if _denies(part, found, reads, value):
            return "the answer is denied", ""
        other, turned = _second(part, found, reads, value, turned)
        if other := other or _approved_too(part, found, reads, value):
            return "another answer follows", other
    return "", ""


def _speaks_of_another(found: list[Token], shown: str) -> bool:
    """Whether a sentence is about another choice: "A is wrong because ..." after B."""
    said = [token for token in found if token.kind == "word"]
    if said[:1] and said[0].text.casefold() in ("option", "choice", "answer", "statement"):
        said = said[1:]
    label = said[0].text if said else ""
    return (
        len(label) == 1
        and "A" <= label <= "J"
        and label not in shown.upper()
        and len(said) > 1
        and said[1].text in ("is", "fails", "cannot", "contradicts")
        and not any(token.text == shown.strip(" $*().") for token in found[1:])
    )


def _retracted(words: list[str], first: bool) -> str:
    """Whether a sentence judges the answer wrong, or takes it back."""
    spoken = f" {' '.join(words)} "
    for phrase in _RETRACTIONS:
        if f" {' '.join(phrase)} " in spoken:
            return "the answer is taken back"
    place = next((index for index, word in enumerate(words[:8]) if word in _JUDGING), None)
    if place is None or not all(
        word in _TALK or word in _FILLERS or word in _SUBJECTS or word in _TURNS
        for word in words[:place]
    ):
        return ""
    if place == 0 and not first:
        return ""
    if first and not place and words[0] not in ("is", "was", "isn't", "wasn't", "seems", "cannot"):
        return ""
    if any(word in ("because", "since", "as") for word in words[:place]):
        return ""
    rest = [word for word in words[place + 1 : place + 6] if not word.endswith("ly")]
    if words[place].endswith("n't") or words[place] == "cannot" or rest[:1] == ["not"]:
        after = rest[1:] if rest[:1] == ["not"] else rest
        article = after[:1] == ["a"] and len(after) > 1  # and not the option A
        if not after or article or after[0] in _DENIED:
            return "the answer is denied"
    return "the answer is called wrong" if rest[:1] and rest[0] in _JUDGES else ""


def _denies(part: str, found: list[Token], reads: Reads, value: Any) -> bool:
    """Whether a second thought denies the very value: "no, not 5", "Actually, never 5"."""
    for place, token in enumerate(found[:-1]):
        word = token.text.casefold()
        turns = word in _FILLERS or token.text in "$*_`.,:;(-—–" or _turn(found, place) > 0
        if word in NEGATION and not turns:
            return bool(reads(part[found[place + 1].start :].strip(" .!;")) == value)
        if not turns:
            return False
    return False


def _second(
    part: str, found: list[Token], reads: Reads, value: Any, turned: bool
) -> tuple[str, bool]:
    """(a further answer that a sentence offers, whether it is a second thought).

    "or 6", "Wait, no: 6" and, after a second thought, "So it is 6".
    """
    place = 0
    while place < len(found) and found[place].text in "$*_`.,;:!?)]}(\\-—–":
        place += 1
    opens = turned
    while place < len(found):
        if turn := _turn(found, place):
            opens = True
            turned = turned or found[place].text.casefold() in BACK
        elif not opens or not (
            found[place].text.casefold() in _FILLERS or found[place].text in ",:.;(-—–"
        ):
            break
        if opens and (other := _offered(part, found, place, reads, value)):
            return other, turned
        place += turn or 1
    if not opens or place >= len(found):
        return "", turned
    if other := _offered(part, found, place, reads, value):
        return other, turned
    ties = [index for index, token in enumerate(found) if token.text.casefold() in _TIES]
    if not turned or not ties or ties[-1] + 1 >= len(found):
        return "", turned
    return _offered(part, found, ties[-1] + 1, reads, value), turned


def _approved_too(part: str, found: list[Token], reads: Reads, value: Any) -> str:
    """The other answer of a sentence that calls it right as well: "Red is also fine"."""
    words = [token.text.casefold() for token in found]
    tie = next((index for index, word in enumerate(words[:24]) if word in _APPROVES), None)
    if not tie or not any(word in _TOO for word in words[tie:]):
        return ""
    if any(word in NEGATION for word in words) or not any(w in _AFTERS for w in words[tie + 1 :]):
        return ""
    text = part[found[0].start : found[tie - 1].end].strip()
    other = reads(text)
    return text if other is not None and other != value else ""


_APPROVES = frozenset(("is", "are", "works", "would", "could", "can", "may", "seems", "looks"))
_TOO = frozenset(("also", "too", "equally", "likewise", "well"))
_DENIED = frozenset(("the", "my", "our", "right", "correct", "true", "it"))
"""What "this is not" denies the answer itself with."""
_TIES = frozenset(("is", "be", "was"))
"""What ties a value to the end of a second thought: "Hmm, that fails, so it must be 6"."""


def _turn(found: list[Token], place: int) -> int:
    """How many tokens from `place` are a turn; 0 for none."""
    for length in (4, 3, 2, 1):
        words = " ".join(token.text.casefold() for token in found[place : place + length])
        if words in _TURNS:
            return length
    return 0


def _offered(part: str, found: list[Token], place: int, reads: Reads, value: Any) -> str:
    """The text from `place` on that the shape reads as another answer; "" for none."""
    ends = [len(found)]
    while ends[-1] > place + 1 and (
        found[ends[-1] - 1].text.casefold() in _AFTERS or found[ends[-1] - 1].text in ".,!?;)$*"
    ):
        ends.append(ends[-1] - 1)
    stops = [
        index
        for index in range(place + 1, len(found))
        if found[index].text in ",;:.)!?" or found[index].text.casefold() in _AFTERS
    ]
    for end in dict.fromkeys([*ends, *stops[:3]]):
        text = part[found[place].start : found[end - 1].end].strip()
        denied = any(token.text.casefold() in NEGATION for token in found[end:])
        other = None if denied or not text else reads(text)
        if other is not None and other != value:
            return "" if text.casefold() in _TURNS else text
        if other is not None:
            return ""
    return ""
