"""Labels and headings before an answer: whether they give it to somebody else."""

from .hedging import DISBELIEF, NEGATION
from .phrase_index import VOICES, Spoken, Voice, spoken, voices_of
from .retractions import TAKES_BACK
from .sentences import QUANTITIES
from .vocabulary import vocabulary

DRESSING = " \t*_#>`~$|•·-–—✅✔☑🎯💡📌👉⭐🔑➡☞▶\\([{（【\ufe0f"
"""What may dress the start of a line or an answer."""


def spoken_by_another(line: str, voices: tuple[Voice, ...], sentence: bool) -> str:
    """Whether a label such as "Student A:" gives what follows it to a speaker."""
    first = line.replace("：", ":").find(":")
    if first < 0 or "http" in line:
        return ""
    label = line[:first].strip(DRESSING + "]})")
    rest = line[first + 1 :].strip(DRESSING)
    if not label or len(label) > 40 or any(one in label for one in "=\\$"):
        return ""
    said = spoken(label)
    if rest.strip(DRESSING) == "" and disowns(spoken(label.rpartition(",")[2]), voices):
        return "the label before the answer disowns it"
    if not said.words or len(said.words) > 4:
        return ""
    for voice in (*voices, VOICES["en"]):
        if voice.persons.places(said) and not voice.labels.opens(said) and not rest:
            return "a speaker other than the author says it"
        if voice.labels.derives(said):
            return ""
        if voice.language.spaced and voice.labels.within(said):
            return ""
    for voice in (*voices, VOICES["en"]):
        if voice.persons.within(said):
            return "a speaker other than the author says it"
        if voice.labels.opens(said):
            return ""
    if any(map(str.isdigit, label)) or (rest and not sentence):
        return ""
    if _is_name(label, said):
        return "a speaker other than the author says it"
    return "the label before the answer is not understood" if sentence and not rest else ""


def disowns(said: Spoken, voices: tuple[Voice, ...]) -> bool:
    """Whether a label or a heading names a wrong or another answer."""
    for voice in (*voices, VOICES["en"]):
        if voice.tentative.within(said) or voice.against.within(said):
            return True
        if voice.answers.within(said) and (
            voice.otherwise.within(said) or voice.persons.within(said)
        ):
            return not {"final", "correct", "right"} & set(said.words)
    possessed = any(word.endswith(("'s", "s'")) for word in said.words)
    against = NEGATION | DISBELIEF | WRONGNESS | TAKES_BACK
    return (possessed and "answer" in said.words) or any(word in against for word in said.words)


def labelled_by_another(text: str) -> str:
    """Why a text such as "Student A: 5" is the answer of somebody else; "" when it is not."""
    line = text.split("\n", 1)[0].replace("：", ":")
    label, colon, rest = line.partition(":")
    if not colon or not rest.strip() or label.strip().isdigit():
        return ""
    return spoken_by_another(label + ":", voices_of(label), True)


def _is_name(label: str, said: Spoken) -> bool:
    """Whether a label looks like a name: one or two capitalised words that are no known noun."""
    words = label.split()
    if len(words) > 2 or any(word in QUANTITIES for word in said.words):
        return False
    capital = all(word[:1].isupper() for word in words)
    return capital and (len(words) > 1 or len(label) <= 8) and not label.isupper()


WRONGNESS = vocabulary(
    "mistake error bad wrongly lie lies placeholder example nonsense bogus fabricated invented"
)
