"""What a logic shape is, and the verdict on a completion whose answer has one."""

from collections.abc import Callable
from typing import Any, Protocol

from ...text import final_answer
from ...verdict import Verdict, correct, wrong

_SHOWN = 4000
"""Longest answer, in characters, that a verdict keeps whole."""


class LogicShape(Protocol):
    """A shape that can say what it takes.

    A shape with a true `closes` is so strict that a response may close with such an answer
    without any mark: no accidental sentence has the shape.
    """

    @property
    def form(self) -> str:
        """The form of an answer in a few words, after "the answer is not"."""
        ...

    def read(self, text: str) -> Any | None:
        """The value that `text` states; None unless the text is, whole, an answer of this kind."""
        ...


def verdict_on(completion: str, shape: LogicShape, fault: Callable[[Any], str | None]) -> Verdict:
    """The verdict on the final answer of a completion; `fault` says what is wrong with its value.

    Several joined boxes are read as one text: the parts of one answer may each have a box.
    """
    found = final_answer(completion, shape)
    if found.text is None:
        return wrong("truncated" if found.truncated else "no_answer", None, found.reason)
    shown = found.text if len(found.text) <= _SHOWN else found.text[:200]
    if found.doubt:
        return wrong("incorrect", shown, found.doubt)
    value = found.value
    if len(found.candidates) > 1:
        value = shape.read(", ".join(found.candidates))
    if value is None:
        return wrong("incorrect", shown, f"the answer is not {shape.form}")
    reason = fault(value)
    if reason is None:
        return correct(shown, "the answer is right")
    return wrong("incorrect", shown, reason)
