"""Who says an answer, and in which mood, from the words before it.

An answer counts only if its author asserts it. `disowned` derives what stands before it: the line
it is on (a quotation, a speaker's label), the clauses of its sentence (a report, a supposition, an
opening that is not understood), and the sentence that announces it.
"""

from .announcements import adjoining, announced, may_announce, previous_sentence
from .clauses import framed
from .falsity import lied, pretended
from .languages import Language
from .phrase_index import VOICES, Voice, spoken, voices_of
from .speakers import DRESSING, spoken_by_another
from .vocabulary import vocabulary

__all__ = ["CROSSES", "adjoining", "disowned"]

_QUOTES = {"«": "»", "“": "”", "„": "“", "「": "」", "『": "』", "‹": "›", "‟": "”"}

_QUOTE_MARKS = '"«»“”„「『‹'

_ENDS = ".!?。！？।؟\n"

_REACH = 400


def disowned(
    text: str, start: int, opens: int, language: Language | None = None, sentence: bool = False
) -> str:
    """Why the author does not assert the answer at `start`; "" when nothing says so.

    `opens` is where the sentence that states it begins, or the answer itself when a mark does;
    `sentence`: a sentence states it, which a label before it makes the words of a speaker.
    """
    line_start = text.rfind("\n", max(0, opens - _REACH), opens) + 1
    if not line_start:
        line_start = max(0, opens - _REACH)
    line = text[line_start:opens]
    said_at = opens
    while said_at < start and text[said_at] in DRESSING + _QUOTE_MARKS:
        said_at += 1
    whole = line + text[opens : start + 80].partition("\n")[0]
    # "❌ No" only decorates an answer that is itself negative.
    crossed = not whole.isascii() and any(cross in whole for cross in CROSSES)
    if crossed and not set(spoken(whole).words[:3]) & _NEGATIVE:
        return "the answer is marked as wrong"
    if reason := _quoted(text, line_start, said_at, sentence):
        return reason
    begin = _sentence_start(line)
    prefix = line[begin:]
    lead = text[opens:start]
    if _answers_questions(prefix, text[start : start + 60]):
        prefix = ""
    voices = _voices(prefix + lead, language)
    if prefix.rstrip(DRESSING).endswith((":", "：")) and pretended(prefix):
        return "the label before the answer calls it wrong or an example"
    if reason := spoken_by_another(line, voices, sentence) or framed(
        prefix, voices, sentence, language
    ):
        return reason
    previous = previous_sentence(text, line_start + begin)
    if previous and (lied(previous) or (begin == 0 and lied(text[:opens].partition("\n")[0]))):
        return "the author calls what he says untrue"
    if not previous or not may_announce(previous):
        return ""
    return announced(previous, voices_of(previous), prefix + lead)


def _answers_questions(prefix: str, following: str) -> bool:
    """Whether "answered" before a box counts questions: "Frank answered 56 questions"."""
    if spoken(prefix).words[-1:] != ("answered",):
        return False
    return spoken(following.partition("}")[2]).words[:1] in (("questions",), ("problems",))


_NEGATIVE = vocabulary("no false invalid not none")
CROSSES = "✗✘❌❎🚫⛔👎✖"
"""Pictures that mark an answer as wrong."""


def _voices(text: str, language: Language | None) -> tuple[Voice, ...]:
    if language is not None:
        return (VOICES[language.code],)
    return voices_of(text) if any(map(str.isalpha, text)) else ()


def _sentence_start(line: str) -> int:
    """Where the last sentence of a line begins."""
    end = len(line.rstrip(DRESSING + "\"'“«„"))
    if end and line[end - 1] in _ENDS and not line[:end].endswith("..."):
        return len(line)
    for index in range(end - 1, 0, -1):
        if line[index - 1] in _ENDS and (line[index] in " *_\"'”»" or line[index - 1] in "。！？।"):
            before = line[: index - 1]
            if line[index - 1] == "." and (
                before[-1:].isdigit() and line[index : index + 1] != " "
            ):
                continue
            if len(before.split()[-1:] or "") and len(before.split()[-1]) == 1:
                continue
            return index
    return 0


_ENCLOSING = vocabulary(
    "solution response output final result p b i u div center body html strong em span li ul ol td "
    "tr table code message root xml reply math box answer conclusion step h1 h2 h3 br sub sup"
)
"""Tags that only dress an answer."""


def _quoted(text: str, line_start: int, opens: int, sentence: bool) -> str:
    """Whether a quotation is open where the statement begins."""
    line = text[line_start:opens]
    if not line.strip():
        return ""
    for opening, closing in () if line.isascii() else _QUOTES.items():
        place = line.rfind(opening)
        if (
            place >= 0
            and closing not in line[place + 1 :]
            and (sentence or line[place + 1 :].strip(DRESSING))
        ):
            return "the answer stands in a quotation"
    marks = [
        index
        for index, one in enumerate(line if '"' in line else "")
        if one == '"' and not line[:index].rstrip("$").endswith(tuple("0123456789"))
    ]
    if len(marks) % 2 and (sentence or line[marks[-1] + 1 :].strip(DRESSING)):
        return "the answer stands in a quotation"
    if text[opens : opens + 1] == "#" and line.rstrip().endswith(('"', "“", "«", "`")):
        return "the answer stands in a quotation"
    enclosing = line.rstrip().rpartition("<")[2]
    if enclosing.endswith(">") and enclosing[:-1].isalpha() and enclosing[:-1] not in _ENCLOSING:
        return "the answer stands in a part of its own"
    bare = line.lstrip()
    if bare.startswith("%") and not bare[1:2].isdigit():
        return "the answer stands in a comment"
    if bare.startswith(">") and sentence and not bare.strip(DRESSING):
        return "the answer stands in a quotation"
    return ""
