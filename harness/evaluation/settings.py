"""The settings of an evaluation: what decides its content, and where and how it is run."""

from pathlib import Path
from typing import Any, Self, TypedDict

from pydantic import Field, model_validator

from ..backends.contract import Sampling
from ..checking import Engine, EngineSettings
from .plan import Extent
from .prompts import PromptSettings

WHOLE = 2**63 - 1
"""The largest whole number that a manifest holds."""


class EvalFields(TypedDict, total=False):
    """The fields of `EvalSettings` that `evaluate` takes by name, for type checkers."""

    sampling: Sampling
    prompts: PromptSettings
    seed: int
    limit: int | None
    first: int | None
    limit_seed: int
    cache: bool | None
    hide_answers: bool
    track: str | None
    command: str | None
    out: str | Path
    run_id: str | None
    resume: bool
    workers: int | None
    progress: bool
    engine: str | Engine
    ray_address: str | None


class EvalSettings(EngineSettings):
    """How a model is evaluated.

    A run is resumed with the same sampling, prompts and seed; samples and problems may grow.
    """

    samples: int = Field(default=1, ge=1, le=1_000_000, description="Completions per problem.")
    sampling: Sampling = Field(default=Sampling(), description="Temperature, token limit, ...")
    prompts: PromptSettings = Field(default=PromptSettings(), description="System prompt, ...")
    seed: int = Field(default=0, ge=-WHOLE, le=WHOLE, description="Seed of the sampling.")
    limit: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="Use a sample of N problems of a task, from all of its parts.",
    )
    first: int | None = Field(
        default=None, ge=1, le=10_000_000, description="Use the first N problems of a task."
    )
    limit_seed: int = Field(
        default=0, ge=-WHOLE, le=WHOLE, description="Seed of the sample that --limit takes."
    )
    cache: bool | None = Field(
        default=None,
        description="Take completions that an earlier run has for the same request (default: for "
        "local checkpoints and hosted models), and verdicts of checks made before (default).",
    )
    hide_answers: bool = Field(
        default=False, description="Store only hashes of the golds, for private data."
    )
    track: str | None = Field(
        default=None, description="Send the numbers to trackio, wandb or tensorboard."
    )
    command: str | None = Field(
        default=None, description="The options as TOML, kept in the run as run.toml."
    )
    out: Path = Field(default=Path("results"), description="Folder of runs and leaderboards.")
    run_id: str | None = Field(default=None, description="Name of the run.")
    resume: bool = Field(default=False, description="Continue the run named by --run-id.")
    progress: bool = Field(default=True, description="Show progress bars.")

    @model_validator(mode="after")
    def _one_selection(self) -> Self:
        if self.limit is not None and self.first is not None:
            raise ValueError("--limit and --first exclude each other")
        return self

    def extent(self) -> Extent:
        """How much of each task is covered."""
        return Extent(self.samples, self.limit, self.first, self.limit_seed)

    def content(self) -> dict[str, Any]:
        """The fields that decide what a run contains, in the order of the manifest."""
        shown: dict[str, Any] = {
            "samples": self.samples,
            "sampling": self.sampling,
            "seed": self.seed,
            "limit": self.limit,
        }
        if self.first is not None:
            shown["first"] = self.first
        if self.limit is not None:
            shown["limit_seed"] = self.limit_seed
        prompts = self.prompts.content()
        return shown | ({"prompts": prompts} if prompts else {})
