"""The verdict on a completion, used both as evaluation score and as reward."""

from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

Status = Literal[
    "correct",
    "incorrect",
    "no_answer",
    "truncated",
    "timeout",
    "memory",
    "crashed",
    "rejected",
    "checker_error",
]
STATUSES: tuple[Status, ...] = get_args(Status)


class Verdict(BaseModel):
    """What a checker decided about one completion, and why.

    `score` is None exactly for `checker_error`: a failure of the checker is never scored 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status
    score: float | None = Field(ge=0.0, le=1.0)
    extracted: str | None = None
    """The text taken as the answer, or None."""
    reason: str
    """One sentence for people."""
    seconds: float = 0.0
    """Wall-clock time of the check."""
    meta: dict[str, Any] = Field(default_factory=dict)
    """Details for the log: per-test results, the fraction passed, the rule that decided."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def correct(self) -> bool:
        """True exactly when the score is 1."""
        return self.score == 1.0

    @model_validator(mode="before")
    @classmethod
    def _drop_computed(cls, data: Any) -> Any:
        # A stored verdict includes the computed field; it is derived again, not trusted.
        if isinstance(data, dict) and "correct" in data:
            return {key: value for key, value in data.items() if key != "correct"}
        return data

    @model_validator(mode="after")
    def _score_fits_status(self) -> Self:
        if (self.score is None) != (self.status == "checker_error"):
            raise ValueError(f"score {self.score} does not go with status {self.status}")
        if (self.score == 1.0) != (self.status == "correct"):
            raise ValueError(f"score {self.score} does not go with status {self.status}")
        return self


def correct(extracted: str | None, reason: str, **meta: Any) -> Verdict:
    """Return a verdict with score 1."""
    return Verdict(status="correct", score=1.0, extracted=extracted, reason=reason, meta=meta)


def wrong(status: Status, extracted: str | None, reason: str, **meta: Any) -> Verdict:
    """Return a verdict with score 0 and the status that explains it."""
    return Verdict(status=status, score=0.0, extracted=extracted, reason=reason, meta=meta)


def checker_error(reason: str, **meta: Any) -> Verdict:
    """Return a verdict without a score, for a failure of the checker."""
    return Verdict(status="checker_error", score=None, reason=reason, meta=meta)
