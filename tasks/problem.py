"""A problem: the prompt for the model, and the data that only the checker sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One question with its answer, which the prompt does not contain.

    `meta` holds JSON data for the verifier and the log (level, subject, tests, puzzle).
    """

    id: str
    suite: str
    prompt: str
    answer: str
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.suite, self.id))
