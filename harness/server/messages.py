"""The bodies of requests and responses."""

from typing import Any

from pydantic import BaseModel, Field, model_validator

from ...tasks import Verdict

Json = dict[str, Any]


class InlineProblem(BaseModel):
    """A problem given in the request itself."""

    id: str = "inline"
    prompt: str = ""
    answer: str
    meta: Json = Field(default_factory=dict)


class VerifyItem(BaseModel):
    """One completion to verify: for a known `id`, or for the `problem` given."""

    task: str
    id: str | None = None
    problem: InlineProblem | None = None
    completion: str

    @model_validator(mode="after")
    def _one_problem(self) -> "VerifyItem":
        if (self.id is None) == (self.problem is None):
            raise ValueError("give either 'id' or 'problem'")
        return self


class VerifyBatch(BaseModel):
    """Completions to verify together."""

    items: list[VerifyItem]


class Verdicts(BaseModel):
    """One verdict per item, in order."""

    verdicts: list[Verdict]


class RewardBatch(BaseModel):
    """OpenRLHF's remote reward request."""

    query: list[str]
    prompts: list[str]
    labels: list[Any]


class Rewards(BaseModel):
    """OpenRLHF's remote reward response; None where the checker failed."""

    rewards: list[float | None]
    scores: list[float | None]
    extra_logs: dict[str, list[float]]


class Health(BaseModel):
    """The server is alive, and this many completions are pending."""

    status: str
    version: str
    pending: int
