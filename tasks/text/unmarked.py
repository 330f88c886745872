"""Answers without any mark: a bare last line, a short response, a closing sentence."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .derived_closings import derived_closing, is_doubtful
from .extraction import AnyShape, Extraction, concludes
from .hedging import doubt_in
from .phrase_index import spoken, voices_of
from .sentences import QUANTITIES
from .shapes import Shape
from .speakers import labelled_by_another
from .stated_spans import BOLD
from .voices import disowned
from .words import sentences, tokens

SHORT = 400
"""A response of at most this many characters can be nothing but an answer."""
SHORT_WORDS = 12
_SPAN = 20_000
_LONG = 400

_BOLD_LINE = re.compile(r"\*\*[^*\n]{1,60}\*\*\.?")
_CHAIN = re.compile(r"=\s*\*\*([^*\n]{1,60})\*\*\.?\Z")
_LAST_FENCE = re.compile(r"(?:\A|\n)```[ \t]{0,4}\n([^\n`]{1,120})\n```\Z")


def unmarked(text: str, shape: Shape, strict: bool) -> Extraction:
    """The answer of a text that marks none: a closing sentence, a bare line, a short response."""
    stripped = text.strip()
    bold = bool(_BOLD_LINE.fullmatch(stripped.rpartition("\n")[2].strip()))
    if fenced := _LAST_FENCE.search(stripped[-400:]):
        # A block that holds only the answer, unless it names a language.
        stripped = stripped[: len(stripped) - len(fenced[0])] + "\n" + fenced[1]
    lines = [line.strip() for line in stripped[-2000:].split("\n") if line.strip(" -*_")]
    if concludes(shape):
        for content in _closings(stripped):
            value = shape.read(content)
            if value is not None:
                return Extraction(content, "closing", "the response closes with it", value=value)
    if (closing := _closing(stripped, shape)) is not None:
        return closing
    concluding = bold and lines[-2:-1] and "=" in lines[-2]
    if len(lines) >= 2 and _is_bare_line(lines[-1]) and (concluding or _words(lines[-2]) >= 3):
        place = stripped.rfind(lines[-1])
        found = _owned(lines[-1], "final_line", "the last line is only a short answer")
        doubt = found.doubt or disowned(stripped, place, place)
        return replace(found, doubt=doubt)
    if lines and (len(lines) == 1 or (len(lines) == 2 and lines[0] == lines[1])):
        stripped = lines[0]  # the same answer twice is one
    if (total := _CHAIN.search(lines[-1] if lines else "")) and _is_sum(lines[-1]):
        return Extraction(total[1], "final_line", "the last line computes it")
    if len(stripped) <= SHORT and _words(stripped) <= SHORT_WORDS:
        shown = BOLD.sub(r"\1", stripped)
        return _owned(shown, "whole", "the response is only a short answer")
    for content in _closings(stripped) if not isinstance(shape, AnyShape) else ():
        value = None if strict and not concludes(shape) else shape.read(content)
        if value is not None:
            return Extraction(content, "closing", "the response closes with it", value=value)
    return Extraction(None, "none", "no final answer is stated")


def _owned(text: str, how: str, reason: str) -> Extraction:
    """A short text without any mark, unless a label gives it to somebody else."""
    return Extraction(text, how, reason, doubt=labelled_by_another(text))


def _closing(text: str, shape: Shape) -> Extraction | None:
    """The amount of a closing sentence, of a shape that reads one."""
    amount_of = getattr(shape, "closing", None)
    if amount_of is None:
        return None
    for content in (*_closings(text), *_last_sentence(text)):
        amount = amount_of(content, text[: len(text) - len(content)])
        if amount is not None and not is_doubtful(text[: len(text) - len(content)]):
            return Extraction(amount, "closing", "the response closes with it")
    if (amount := derived_closing(text)) is not None:
        return Extraction(amount, "closing", "the response derives it and closes with it")
    return None


def _closings(text: str) -> Iterator[str]:
    """The last paragraph, the last line and the whole response."""
    paragraph = text.rpartition("\n\n")[2].strip()
    yield paragraph[:_SPAN]
    yield text.rpartition("\n")[2].strip()[:_SPAN]
    if len(text) <= _SPAN:
        yield text


def _last_sentence(text: str) -> Iterator[str]:
    """The sentence that closes a last line of several, when none before it frames it."""
    line = text.rpartition("\n")[2].strip()
    parts = sentences(line[-_LONG:]) if ". " in line else []
    if len(parts) > 1 and len(line) <= _LONG and not _frames(" ".join(parts[:-1])):
        yield parts[-1].strip()


def _frames(before: str) -> bool:
    """Whether sentences before another deny, suppose, report or ask."""
    said = spoken(before)
    return (
        "?" in before
        or bool(doubt_in(list(said.words)))
        or any(
            group.within(said)
            for voice in voices_of(before)
            for group in (voice.supposes, voice.reports, voice.against, voice.selves)
        )
    )


def _is_sum(line: str) -> bool:
    """Whether a line is a calculation of a quantity: "Total = 250 + 150 = **400**"."""
    words = spoken(line).words
    return all(word in QUANTITIES or word in ("the", "so") for word in words) and bool(words)


def _is_bare_line(line: str) -> bool:
    return len(line) <= 120 and _words(line) <= 2 and not line.startswith(("=", "+", "#", "-  "))


def _words(text: str) -> int:
    """How many words of prose; LaTeX commands do not count."""
    return sum(token.kind == "word" and len(token.text) > 1 for token in tokens(text))
