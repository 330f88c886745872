"""A problem: what a model is asked, and what only the checker may know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One question with its answer. The answer never appears in the prompt by construction.

    `meta` holds plain JSON data for the verifier and the log (level, subject, tests, puzzle).
    """

    id: str
    suite: str
    prompt: str
    answer: str
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.suite, self.id))
