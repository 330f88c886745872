"""The models that training can update: the bundled one, and any causal LM of transformers."""

from pathlib import Path

import torch

from ....sandbox.errors import UsageError
from ..settings import ModelSettings
from .contract import Draws, FollowTurn, Policy, Sample

__all__ = ["Draws", "FollowTurn", "Policy", "Sample", "open_policy"]


def open_policy(
    settings: ModelSettings, device: torch.device, precision: torch.dtype, slots: int = 256
) -> Policy:
    """Open the model that a configuration names. Raises UsageError when it does not exist."""
    if settings.checkpoint is None:
        raise UsageError("model.checkpoint is missing: give a checkpoint folder or hf/PATH")
    if settings.checkpoint.startswith("hf/"):
        from .hf import load_hf

        return load_hf(settings, device, precision)
    if settings.lora_rank is not None:
        raise UsageError("model.lora_rank needs an hf/ model; the bundled model trains all weights")
    if not Path(settings.checkpoint).is_dir():
        raise UsageError(f"model.checkpoint {settings.checkpoint!r} is not a folder")
    from .bundled import load_bundled

    return load_bundled(settings, device, precision, slots)
