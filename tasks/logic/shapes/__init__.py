"""The shapes of answers that logic suites take, and what models write around each.

A shape is what `tasks.text` calls one: `read(text)` gives the value that a text states, or None
unless the whole text is an answer of that kind. Nothing is searched for inside a text: a word
that a shape does not know makes it no answer.
"""

from .base import LogicShape, verdict_on

__all__ = ["LogicShape", "verdict_on"]
