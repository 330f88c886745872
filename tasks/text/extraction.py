"""What the reader finds: the answer's text, how it was found, and why it may not count."""

from dataclasses import dataclass
from typing import Any

from .dressing import strip_dressing
from .languages import Language
from .shapes import Shape
from .vocabulary import vocabulary
from .words import tokens


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text taken as the answer, or None with the reason there is none."""

    text: str | None
    how: str
    """boxed, answer_tag, hashes, json, statement, final_line, whole, closing or none."""
    reason: str
    truncated: bool = False
    candidates: tuple[str, ...] = ()
    """The different answers when several were joined ("5 or 6" as boxes); else empty."""
    unit: str = ""
    """The words behind a box that may name its unit."""
    value: Any = None
    """What the shape read; None when it read nothing, or none was given."""
    doubt: str = ""
    """Why the text is not committed to: it is denied, retracted, or another answer follows."""
    language: Language | None = None
    """The language of the sentence that states the answer."""


class AnyShape:
    """Short values of any kind, for callers without a shape: they tell a second answer."""

    def read(self, text: str) -> str | None:
        bare = strip_dressing(text)
        words = [token for token in tokens(bare) if token.kind == "word" and len(token.text) > 1]
        if not bare or len(bare) > 80:
            return None
        if not words or bare.casefold() in _WORD_ANSWERS:
            return bare.casefold()
        return None


_WORD_ANSWERS = vocabulary("yes no true false unknown uncertain valid invalid")


def concludes(shape: Shape) -> bool:
    """Whether a shape is plain enough that its closing sentence needs no mark."""
    return bool(getattr(shape, "closes", False))
