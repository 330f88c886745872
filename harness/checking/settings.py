"""Which engine, and how large: the same fields in Python, on the command line and in TOML."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ..validation import validated
from .engine import Engine, engine_of, open_engine


class EngineSettings(BaseModel):
    """What makes the verdicts. In TOML: `[engine]` with kind, address, workers, cache."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["local", "ray"] = Field(
        default="local", validation_alias=AliasChoices("engine", "kind"),
        description="Where checks are made: on this machine, or by a Ray cluster.",
    )  # fmt: skip
    ray_address: str | None = Field(
        default=None,
        validation_alias=AliasChoices("ray_address", "address"),
        description="The cluster (default: $RAY_ADDRESS, else auto).",
    )
    workers: int | None = Field(
        default=None, ge=1, le=1024,
        description="Checks that run at a time, on each node (default: $ASSAY_WORKERS, or cores).",
    )  # fmt: skip
    cache: bool | None = Field(
        default=None, description="Use the verdicts of checks made before (the default)."
    )

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        """The engine: the one that this process shares, or one of these settings, closed after."""
        if self.ray_address is None and self.workers is None and self.cache is not False:
            engine = engine_of(self.engine)
            try:
                yield engine
            finally:
                engine.flush()
            return
        with open_engine(
            self.engine,
            workers=self.workers,
            address=self.ray_address,
            cache=self.cache is not False,
        ) as engine:
            yield engine


EngineChoice = str | Engine | EngineSettings
"""An engine by its kind, an open one, or settings to open it by."""


def opened_engine(choice: EngineChoice) -> AbstractContextManager[Engine]:
    """The engine of a choice; one that is opened for it is closed after."""
    if isinstance(choice, EngineSettings):
        return choice.opened()
    if isinstance(choice, Engine):
        return nullcontext(choice)
    return validated(EngineSettings, {"engine": choice}).opened()
