"""The final answer of a completion: what was committed to, after any thinking."""

from dataclasses import dataclass
from typing import Literal

How = Literal["boxed", "answer_tag", "hashes", "json", "statement", "whole", "none"]


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text taken as the answer, or None with the reason there is none."""

    text: str | None
    how: How
    reason: str
    truncated: bool = False


def final_answer(completion: str) -> Extraction:
    """Take the last committed answer of a completion; see docs/verdicts.md for the rules."""
    raise NotImplementedError
