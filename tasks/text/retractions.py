"""Retraction in words: clauses that speak of the answer and call it wrong, in any known language.

A clause takes an answer back when it is derived whole up to its predicate: an opener ("wait",
"no"), what refers to the answer ("that", "the above", "my answer", the value itself), a copula, and
a predicate that calls it wrong. An imperative ("Strike that.") is derived the same way. Before an
answer, the words are read backwards over those that only speak of it.
"""

import re
from collections.abc import Mapping
from functools import cache

from .languages import LANGUAGES, Language, scripts_of
from .vocabulary import by_last_letter, vocabulary
from .words import sentences, tokens

_OPENERS = vocabulary(
    "wait no nope hmm hm actually sorry oh oops so but and well ok okay please just now however "
    "yet still unfortunately honestly psych edit correction update note ps because "
    "though although apologies to be clear in fact i we you they must should have hereby would "
    "will do want need can let me us ah uh um also then therefore thus first only was am were"
)
"""What may stand before the predicate or the imperative of a retraction."""
TAKES_BACK = vocabulary(
    "strike scratch ignore disregard forget retract withdraw delete erase discard scrap cancel "
    "undo void nix reject dismiss revoke rescind recant redact remove disavow distrust"
)
_ANAPHORS = vocabulary("that this it everything above previous all those these")
_NOUNS = vocabulary(
    "answer answers result results solution value response box line statement conclusion number "
    "option choice letter calculation claim output thing one message sentence submission guess"
)
_ABOUT = _ANAPHORS | _NOUNS | vocabulary(
    "the my our your a an which real true actual correct right final last first boxed given "
    "stated earlier i gave wrote said you see here in of box said written"
)  # fmt: skip
_COPULAS = vocabulary("is was are were seems looks isn't wasn't aren't will would should must be")
_ADVERBS = vocabulary(
    "only just simply totally completely entirely clearly obviously definitely merely actually "
    "really certainly of course all a an the my pure complete total utter also now still in fact "
    "very quite plainly probably known to be itself"
)
_WRONG = vocabulary(
    "wrong incorrect false mistaken rejected untrue invalid impossible erroneous inaccurate bogus "
    "nonsense void fabricated fake unknown nonsensical placeholder error mistake lie joke hoax "
    "decoy typo bluff fabrication prank blunder retracted withdrawn undetermined unsound "
    "bad off inconsistent rubbish garbage misprint filler dummy flawed"
)
_RIGHT = vocabulary(
    "right correct true it the my our answer so valid accurate what final real actual"
)
_FAILS = vocabulary("fails failed")
_WORKS = vocabulary("work satisfy fit check add hold stand count")
_TRUSTED = vocabulary(
    "trusted counted used taken graded considered accepted read believed relied submitted"
)
_SPLIT = re.compile(r"[,;:—–()]|\s-\s|\.\s|\b(?:and|but|because|since|so)\b")
_CONTRACTIONS = (("that's", "that is"), ("it's", "it is"), ("this's", "this is"), ("i'm", "i am"),
                 ("there's", "there is"), ("cannot", "can not"), ("n't", " not"),
                 ("i've", "i have"), ("what's", "what is"))  # fmt: skip


def retraction(sentence: str, answer: str) -> str:
    """Why a sentence after an answer takes it back; "" when it does not. `answer` is its text."""
    if len(sentence) > 400:
        return ""
    plain = sentence.replace("’", "'").casefold()
    for short, full in _CONTRACTIONS:
        plain = plain.replace(short, full)
    shown = answer.strip(" $*.").casefold()
    for clause in _SPLIT.split(plain)[:12]:
        words = [one.strip("*_`\"'.!?$()[]{}") for one in clause.split()]
        words = [word for word in words if word]
        if words and (_english(words, shown) or _ignorance(words)):
            return "the answer is taken back"
    return "the answer is taken back" if _abroad(sentence) else ""


def _english(words: list[str], answer: str) -> bool:
    """Whether a clause retracts: an imperative, or a predicate on what refers to the answer."""
    place = 0
    while place < len(words) and words[place] in _OPENERS and words[place] not in _ABOUT:
        place += 1
    rest = words[place:]
    if rest and rest[0] in TAKES_BACK:
        return _is_object(rest[1:]) or rest[1:2] == [answer]
    if rest and rest[0] in ("joking", "kidding", "lying"):
        return True
    place, named = 0, False
    while place < len(words) and (
        words[place] in _OPENERS or words[place] in _ABOUT or words[place] == answer
    ):
        if words[place] in _COPULAS:
            break
        named = named or words[place] in _ANAPHORS | _NOUNS or words[place] == answer
        place += 1
    if place >= len(words) or not named:
        return False
    return _predicate(words[place:])


def _predicate(words: list[str]) -> bool:
    """Whether a predicate calls its subject wrong: "is not right", "fails", "does not work"."""
    if words[0] in _FAILS:
        return True
    if words[:2] in (["does", "not"], ["did", "not"], ["can", "not"]):
        return words[2:3] != [] and (words[2] in _WORKS or words[2:4] == ["be", "right"])
    if words[0] not in _COPULAS:
        return False
    denied, place = False, 1
    while place < len(words) and (words[place] in _ADVERBS or words[place] in ("not", "be")):
        denied = denied or words[place] == "not"
        if denied and words[place] in ("the", "my"):
            return words[place + 1 : place + 2] != [] and words[place + 1] in _RIGHT
        place += 1
    if place >= len(words):
        return False
    if denied:
        return words[place] in _RIGHT or words[place] in _TRUSTED
    return words[place] in _WRONG and words[place + 1 : place + 2] not in (["for"], ["if"])


def _is_object(words: list[str]) -> bool:
    """Whether words are an object that refers to the answer: "that", "my last answer"."""
    if not words or words[0] not in _ABOUT | {"everything", "what"}:
        return False
    following = words[1:]
    if words[0] in ("that", "this", "it", "everything", "all", "these", "those"):
        return not following or following[0] in _ABOUT | {
            "please",
            "from",
            "entirely",
            "completely",
        }
    return any(
        word in _NOUNS or word in ("above", "previous", "said", "wrote") for word in following[:4]
    )


_UNKNOWING = re.compile(
    r"\b(?:i|we) (?:really |honestly |actually )?"
    r"(?:do not|have no|did not|can not|could not) (?:really |actually )?"
    r"(know|idea|clue|solve|have an answer)\b(.*)"
)


def _ignorance(words: list[str]) -> bool:
    """Whether a clause says that its writer has no answer: "I do not know the answer"."""
    found = _UNKNOWING.search(" ".join(words))
    if found is None:
        return False
    after = found[2].split()
    return not after or after[0] in ("the", "what", "it", "this", "how", "at", "of")


_SAYING = vocabulary(
    "end ends ended ending with give gives yield yields write writes wrote put box boxed report "
    "submit conclude state states say says read reads be would will could should you your one to "
    "do does did let us now for a an the moment sake of argument contradiction briefly that this "
    "it is was answer answers result solution solutions value final response output conclusion "
    "students student model solver might get gets got obtain obtains produce and ever just also "
    "claim claims following these those here by in any way please simply merely only guess as my "
    "our temporarily instance example"
)
"""Words that speak of stating an answer: a denial before them reaches it."""
_DENIES = vocabulary(
    "not never don't doesn't didn't cannot can't won't shouldn't isn't wasn't wouldn't nobody "
    "wrong incorrect false mistaken erroneous invalid bad faulty flawed bogus fake untrue "
    "suppose supposing assume assuming imagine pretend hypothetically placeholder dummy avoid "
    "refuse nonsense"
)


def _denied_in_english(prefix: str) -> str:
    """Why the words right before an answer deny or suppose it; "" for none.

    They are read backwards, also over a colon right before the answer: "A wrong answer: ".
    """
    last = (sentences(prefix[-400:].rstrip(" \n:*$\\([")) or [""])[-1]
    for token in reversed(tokens(last)):
        word = token.text.casefold()
        if word in _DENIES:
            return f"the answer is denied ({word!r})"
        if word not in _SAYING and word not in ("$", "*", "**", "\\", '"', "_"):
            return ""
    return ""


def denied_before(prefix: str) -> str:
    """Why words right before an answer deny or suppose it, in any language; "" for none."""
    clause = _STOP.split(prefix[-200:].rstrip(" \t\n:：*$"))[-1]
    clause = clause.casefold().rstrip(" \t*_$\\(:：")
    if any(_denies(clause, language) for language in _abroad_in(scripts_of(clause))):
        return "the answer is denied or supposed"
    return _denied_in_english(prefix)


_STOP = re.compile(r"[.!?。！？\n]")


@cache
def _abroad_in(scripts: frozenset[str]) -> tuple[Language, ...]:
    """The languages but English that are written in one of the scripts and can deny."""
    return tuple(one for one in LANGUAGES[1:] if one.denial and scripts & one.scripts)


def _denies(text: str, language: Language) -> bool:
    denials, talk = _DENIALS[language.code], _TALK[language.code]
    consumed = False
    for _ in range(12):
        text = text.rstrip(" \t*_$:：\"'「」『』“”,，")
        if phrase := _suffix(text, denials, language.spaced):
            rest = text[: len(text) - len(phrase)].strip()
            if consumed or not rest or (not language.spaced and len(phrase) > 1):
                return True
        phrase = _suffix(text, talk, language.spaced)
        if not phrase:
            return False
        consumed = True
        text = text[: len(text) - len(phrase)]
    return False


_DENIALS = {one.code: by_last_letter(one.denial) for one in LANGUAGES}
_TALK = {
    one.code: by_last_letter((*one.anaphors, *one.link, *one.after, *one.answer, *one.lead))
    for one in LANGUAGES
}
"""What stands around a denial without taking it back, by language."""


def only_supposed(clause: str, language: Language) -> bool:
    """Whether a clause before a statement is nothing but a supposition: "Angenommen, ..."."""
    return clause.casefold().strip(" ,，:：*") in language.denial


def _suffix(text: str, phrases: Mapping[str, tuple[str, ...]], spaced: bool) -> str:
    ending = phrases.get(text[-1:], ())
    if not text.endswith(ending):
        return ""
    for phrase in ending:
        before = text[: len(text) - len(phrase)][-1:]
        whole = not spaced or not (before.isalnum() or before == "'")
        if whole and text.endswith(phrase):
            return phrase
    return ""


def _abroad(sentence: str) -> bool:
    scripts = scripts_of(sentence)
    if not scripts or len(sentence) > 160:
        return False
    clauses = [
        one for one in re.split(r"[,，;；:：!！.。।、—–?？\n]", sentence.casefold()) if one.strip()
    ]
    for language in LANGUAGES[1:]:
        if not language.wrong or not scripts & language.scripts:
            continue
        turned = False
        for clause in clauses[:6]:
            opened, rest = _after_all(clause, language.turns, language.spaced)
            turned = turned or opened
            if _takes_back(rest, language) or (turned and _is_verdict(rest, language)):
                return True
    return False


def _is_verdict(text: str, language: Language) -> bool:
    phrase = _prefix(text, language.wrong, language.spaced)
    return bool(phrase) and not text[len(phrase) :].strip(" *_\"'")


def _takes_back(text: str, language: Language) -> bool:
    """Whether a clause is what refers to the answer, and a predicate that calls it wrong."""
    about = (*language.anaphors, *language.answer)
    spaced = language.spaced
    if phrase := _prefix(text, language.wrong, spaced):
        rest = text[len(phrase) :].lstrip()
        return bool(_prefix(rest, about, spaced)) or bool(
            _prefix(rest, language.lead, spaced) and _after_all(rest, language.lead, spaced)[1]
            and _prefix(_after_all(rest, language.lead, spaced)[1], about, spaced)
        )  # fmt: skip
    rest = _after_all(text, language.lead, spaced)[1]
    if not _prefix(rest, about, spaced):
        rest = text
    seen, rest = _after_all(rest, (*about, *language.lead, *language.after), spaced)
    if not seen:
        return False
    _, rest = _after_all(
        rest, (*language.link, *language.after, *language.lead, *_PARTICLES), spaced
    )
    return bool(_prefix(rest, language.wrong, spaced))


_PARTICLES = ("的", "は", "が", "을", "를", "은", "는", "이", "가", "답", "を", "est", "ist", "war",
              "está", "estaba", "era", "était", "là", "adalah", "đã")  # fmt: skip


def _after_all(text: str, phrases: tuple[str, ...], spaced: bool) -> tuple[bool, str]:
    """(whether any phrase opened the text, the text after all that did)."""
    text, found = text.lstrip(" *_\"'"), False
    for _ in range(8):
        phrase = _prefix(text, phrases, spaced)
        if not phrase:
            break
        text, found = text[len(phrase) :].lstrip(" *_\"'"), True
    return found, text


def _prefix(text: str, phrases: tuple[str, ...], spaced: bool) -> str:
    for phrase in phrases:
        whole = not spaced or not text[len(phrase) : len(phrase) + 1].isalnum()
        if phrase and whole and text.startswith(phrase):
            return phrase
    return ""
