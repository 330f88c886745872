"""The settings of an evaluation: what decides its content, and where and how it is run."""

from pathlib import Path
from typing import Any, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from ..backends.contract import Sampling

WHOLE = 2**63 - 1
"""The largest whole number that a manifest holds."""


class EvalFields(TypedDict, total=False):
    """The fields of `EvalSettings` that `evaluate` takes by name, for type checkers."""

    sampling: Sampling
    seed: int
    limit: int | None
    out: str | Path
    run_id: str | None
    resume: bool
    workers: int | None
    progress: bool


class EvalSettings(BaseModel):
    """How a model is evaluated. The first four fields must be equal to resume a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int = Field(default=1, ge=1, le=1_000_000, description="Completions per problem.")
    sampling: Sampling = Field(default=Sampling(), description="Temperature, token limit, ...")
    seed: int = Field(default=0, ge=-WHOLE, le=WHOLE, description="Seed of the sampling.")
    limit: int | None = Field(
        default=None, ge=1, le=10_000_000, description="Use the first N problems of a task."
    )
    out: Path = Field(default=Path("results"), description="Folder of runs and leaderboards.")
    run_id: str | None = Field(default=None, description="Name of the run.")
    resume: bool = Field(default=False, description="Continue the run named by --run-id.")
    workers: int | None = Field(
        default=None, ge=1, le=10_000, description="Checks that run at a time."
    )
    progress: bool = Field(default=True, description="Show progress bars.")

    def content(self) -> dict[str, Any]:
        """The fields that decide what a run contains, in the order of the manifest."""
        return {
            "samples": self.samples,
            "sampling": self.sampling,
            "seed": self.seed,
            "limit": self.limit,
        }
