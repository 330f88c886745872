"""The settings of the stages that measure a model: `gate` and `measure`."""

from typing import Literal

from pydantic import Field

from ..checking import EngineSettings
from .settings import MixEntry, ModelSettings, RewardSettings, Strict


class GateSettings(Strict):
    """`gate`: whether a base checks its attempts well enough for RL; see `gate.py`."""

    out: str
    seed: int = Field(default=0, ge=0)
    model: ModelSettings = ModelSettings()
    mix: list[MixEntry] = Field(min_length=1)
    problems: int = Field(default=100, ge=1)
    """Per suite and level, of the test split."""
    values: float = Field(default=0.98, ge=0, le=1)
    """Floor of the share of attempts whose written check is right."""
    verdicts: float = Field(default=0.9, ge=0, le=1)
    """Floor of the mean share of right verdicts, over yes and no."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int | None = Field(default=None, ge=1)


class MeasureSettings(Strict):
    """`measure`: greedy and sampled answers of a model to held-out problems."""

    out: str
    seed: int = Field(default=0, ge=0)
    model: ModelSettings = ModelSettings()
    mix: list[MixEntry] = Field(min_length=1)
    problems: int = Field(default=64, ge=2)
    """Per suite and level, of the test split."""
    samples: int = Field(default=16, ge=1)
    """Per problem, at `temperature`; pass@k is estimated for every k up to it."""
    max_tokens: int = Field(default=256, ge=1)
    """Of a completion; of an episode, all that follows the prompt, observations included."""
    turn_tokens: int | None = Field(default=None, ge=1)
    """Tokens of one message of an episode; None for `max_tokens`."""
    max_turns: int | None = Field(default=None, ge=1)
    """Messages of an episode; None for the limit of its suite."""
    temperature: float = Field(default=1.0, gt=0)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int | None = Field(default=None, ge=1)
    reward: RewardSettings = RewardSettings()
    engine: EngineSettings = EngineSettings()
