"""What a comparison found."""

from dataclasses import dataclass

from ...verdict import Status


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the answer is the gold, why, and which stage found it."""

    status: Status
    reason: str
    stage: str
