"""The rest of an answer's sentence: whether it changes, denies or disowns the value."""

from .clauses import OTHERNESS, TENTATIVE_NOUNS, reported
from .falsity import pretended, qualified
from .hedging import COMPARISON, DISBELIEF, NEGATION
from .languages import LANGUAGES, Language, scales_number
from .nouns import is_counted, is_open
from .numerals import number_in_words
from .phrase_index import VOICES, Phrases, Spoken, spoken, voices_of
from .retractions import retraction
from .sentences import QUANTITIES
from .verbs import AMOUNT_VERBS
from .vocabulary import vocabulary
from .voices import CROSSES
from .words import tokens

OTHER = "another answer follows"
TAKEN = "the answer is taken back"
UNREAD = "what follows the answer is not understood"
REASONS = vocabulary(
    "because since as so which where thus hence therefore by for with from that giving making "
    "using given i.e namely and but in per of on at when after each to if or though not"
)
TIES = vocabulary("is was are were would could might may should seems looks isn't wasn't will")
_PRAISE = vocabulary(
    "the our my indeed correct right exactly therefore thus then also a true final"
)
_REMARK = vocabulary(
    "guess check checked approximately exact exactly rounded approx about verified"
)


UNITS = frozenset(word.casefold() for one in LANGUAGES for word in one.units)
_TYING = vocabulary("which that this is equals makes gives means i e i.e namely meaning so or it")


def added(first: str, shown: str) -> str:
    """Why a clause after a stated value is no reason: irony, or a second value."""
    said = spoken(first)
    if said.words[:2] == ("and", "i") and not (
        said.has_values or VOICES["en"].approves.derives(said)
    ):
        return UNREAD
    if said.words[:2] == ("so", "far"):
        return UNREAD  # no reason: the answer is not complete
    if said.words and all(word in _TYING for word in said.words):
        bare = shown.strip(" *_.$")
        other = first[said.places[-1] + len(said.words[-1]) :].strip(" *_.,:$\n")
        if other.isdigit() and bare.isdigit() and other != bare:
            return OTHER
    return ""


CONTRADICTS = vocabulary(
    "contradiction contradicts contradictory contradicted violates violated violating absurd "
    "inconsistent disagrees disagree flawed bogus nonsense meaningless wrong incorrect false "
    "mistaken fails failed erroneous invalid rubbish"
)
_CHANCES = vocabulary("probability chance likelihood odds confidence")


def rest_words(first: str) -> bool:
    """Whether more than brackets stands between an answer and the end of its sentence."""
    return bool(spoken(first.partition("(")[0]).words)


def contradicted(first: str, shown: str, boxed: bool) -> str:
    """Why the rest of an answer's sentence contradicts it: ", not.", "fails the check"."""
    if any(cross in first[:40] for cross in CROSSES):
        return "the answer is marked as wrong"
    said = spoken(first)
    tied = shown.casefold().split()[-1:]
    if not said.words or said.words[0] in ("because", "since", "as", "so") or TIES & set(tied):
        return ""
    words = set(said.words)
    relative = [n for n, word in enumerate(said.words) if n and word in ("that", "who", "which")]
    if relative and not shown.isalpha():
        words = set(said.words[: relative[0]])
    apart = "neither" in words and "nor" in words and is_counted([said.words[0]])
    if said.words == ("with", "neither") or apart or _denies_others(said):
        return ""
    if _CHANCES & words and said.words[0] in ("with", "at"):
        return "the answer is one of several"
    turns = said.words[0] in NEGATION or said.words[0] in ("which", "though", "although", "yet")
    if not only_shown(first, shown) or not (boxed or turns):
        return ""
    against = words & (CONTRADICTS | NEGATION)
    return TAKEN if against and "other" not in words and not _states_no_more(said) else ""


def _denies_others(said: Spoken) -> bool:
    """Whether a clause denies values beside the answer: "works and no value less than 4 works"."""
    words = said.words
    if "no" not in words or words[0] in NEGATION:
        return False
    denied = words[words.index("no") + 1 :]
    return not set(words[: words.index("no")]) & (NEGATION | CONTRADICTS) and "than" in denied


def _states_no_more(said: Spoken) -> bool:
    """Whether a denial only closes the answer: "and nothing else", "no more, no less"."""
    return bool({"else", "more", "further", "remainder"} & set(said.words))


def grown(first: str) -> str:
    """Why the rest of a boxed answer's sentence changes or disowns it."""
    text = first.strip(" \t\n*_$`.;").replace("（", "(").replace("）", ")")
    text = text.removeprefix("\\)").removeprefix("\\]").strip(" $*_")
    said = spoken(text)
    if not said.words or text.startswith(("\\", "&", "`", '"', "|")):
        return ""
    word = said.words[0]
    counts = word == "times" and (said.words[1:2] == () or said.words[1] in _COUNTED_IN)
    if (word in _GROWS and not counts) or _compared(text, said) or said.words[:2] in _PARTIAL:
        return "the number is part of another value"
    if said.words[1:3] in (("too", "many"), ("too", "few"), ("too", "much")):
        return "what is said of the answer is not understood"
    if text.startswith("("):
        return aside(text, said)
    if not text[0].isalpha():
        return ""
    if word in TIES or word.endswith("n't"):
        following = said.words[1:]
        mine = following[:2] in (("what", "i"), ("what", "we"))
        named = following[:1] and following[0] in ("the", "our", "my", "a", "indeed", "therefore")
        whole = named or VOICES["en"].approves.derives(said)
        praised = whole and all(one in _PRAISE for one in following[:1]) and not against(said)
        formed = "in" in following[:2] and following[-1:] in (("form",), ("terms",))
        approving = mine or praised or (formed and not against(said))
        english = VOICES["en"]
        other = english.tentative.within(said) or _of_another(said)
        other = other or any(word.endswith("'s") for word in said.words)
        if not approving or other or word in ("would", "could", "might", "may"):
            return "what is said of the answer is not understood"
    return ""


def _of_another(said: Spoken) -> bool:
    """Whether a predicate names another answer: "is the first answer", not "the first term"."""
    following = [said.words[end : end + 1] for _, end in VOICES["en"].otherwise.places(said)]
    named = any(not word or word[0] in TENTATIVE_NOUNS for word in following)
    return named or bool(OTHERNESS & set(said.words))


def _compared(text: str, said: Spoken) -> bool:
    """Whether a comparison right behind an answer makes another value of it: "5 more than 10".

    A difference to a thing is a value of its own: "$10 more than Susan".
    """
    place = next((n for n, word in enumerate(said.words[:4]) if word == "than"), None)
    if place is None:
        return False
    graded = set(said.words[:place]) & COMPARISON or said.words[place - 1][-2:] == "er"
    if not graded or said.words[0] in TIES:
        return True
    compared = said.words[place + 1 : place + 5]
    than = text[said.places[place] + 4 :].lstrip(" $\\({")
    named = [word for word in compared if word not in _ARTICLES]
    if than[:1].isupper() and than[:1].isascii() and named[:1] == list(compared[:1]):
        return bool(number_in_words(named[0])) or named[0] in _MEASURES  # a name
    if than[:1].isdigit() or not named or number_in_words(named[0]):
        return True
    return not is_open(named[0]) or named[0] in _MEASURES


_COUNTED_IN = vocabulary("in per during throughout over on each every daily")
"""What follows "times" when it counts and does not multiply."""
_ARTICLES = vocabulary("the a an his her their its our my your")
_MEASURES = QUANTITIES | vocabulary("answer result value number solution question what")
_GROWS = vocabulary("squared cubed factorial fold times th ish")
_PARTIAL = (("percent", "of"), ("and", "a"), ("or", "so"), ("per", "cent"))


def aside(text: str, said: Spoken) -> str:
    """Why a remark in brackets after an answer disowns it."""
    inner = text[1:].partition(")")[0]
    words = spoken(inner).words
    if not words or any(map(str.isdigit, inner)) or "\\" in inner or "$" in inner:
        return ""
    if spoils(inner):
        return _ASIDE
    if not inner.isascii() or words[0] in REASONS - {"from", "but", "or", "not", "if"}:
        return ""
    if words[0] in _REMARK or words[0] == "the" or is_counted(list(words), one=True):
        return (
            ""
            if not VOICES["en"].tentative.within(spoken(inner)) or words == ("guess",)
            else _ASIDE
        )
    return "" if VOICES["en"].approves.derives(said) else _ASIDE


def spoils(inner: str, language: Language | None = None) -> bool:
    """Whether a remark of any language denies a number, or multiplies it: "in thousands"."""
    if language is not None and language.spaced and language.code != "en":
        voice, said = VOICES[language.code], spoken(inner)
        doubtful = Phrases(language.doubt, True)
        if any(group.within(said) for group in (voice.against, voice.tentative, doubtful)):
            return True
    words = set(spoken(inner).words) - UNITS - VOICES["en"].known
    scaled = any(scales_number(word) and not number_in_words(word) for word in words)
    return scaled or bool(qualified(inner)) or pretended(inner)


def remark(text: str) -> str:
    """Why an English remark in brackets after a stated number disowns it."""
    said = spoken(text)
    words, voice = said.words, VOICES["en"]
    if not words:
        return ""
    if spoils(text.strip(" ()")):
        return _ASIDE
    if words[:2] == ("to", "be") or words[0] in AMOUNT_VERBS - _TAKING:
        return _ASIDE  # "24 (to be corrected)"
    numerals = [bool(number_in_words(word)) for word in words]
    if sum(numerals) > 1 and all(one or words[n] in _SIGNS for n, one in enumerate(numerals)):
        return ""  # a calculation: "14 (seven plus seven)"
    first = is_open(words[0]) or words[0] in COMPARISON | _DESCRIBING
    described = len(words) > 1 and all(
        is_open(word) or word in _DESCRIBING or (not n and first) for n, word in enumerate(words)
    )
    if described or (len(words) == 1 and words[0] in _MEASURES | {"minimum", "maximum"}):
        disowned = voice.tentative.within(said) or voice.persons.within(said)
        disowned = disowned or bool(retraction(text.strip(" ()"), ""))
        whose = any(word.endswith("'s") for word in words) and TENTATIVE_NOUNS & {*words}
        return _ASIDE if disowned or whose or OTHERNESS & {*words} else ""
    return aside(text, said)


_TAKING = vocabulary("using taking giving making")
_SIGNS = vocabulary("plus minus times and")
_DESCRIBING = vocabulary(
    "above below per over the of positive squared cubed root roots is at in a an and for to from on"
)
_ASIDE = "the remark after the answer is not understood"


def reported_by(first: str) -> str:
    """Whether the rest of the answer's sentence gives it to somebody else: "5, says Bob"."""
    text = first.partition("(")[0]
    said = spoken(text)
    if said.words and any(reported(voice, said) for voice in voices_of(text)):
        return "the answer is only reported"
    return ""


def against(said: Spoken) -> bool:
    """Whether English words deny or disbelieve."""
    return any(word in NEGATION or word in DISBELIEF or word.endswith("n't") for word in said.words)


def only_shown(text: str, shown: str) -> bool:
    """Whether the numbers of a sentence are those of the answer, or stand in a calculation."""
    numbers = [token.text for token in tokens(text) if token.kind in ("number", "math", "price")]
    return "=" in text or all(number.strip("$") in shown for number in numbers)
