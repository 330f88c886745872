"""Policy losses by name; one small file each."""

from .cispo import cispo
from .common import Denominators, Loss, LossBatch, LossSettings, LossTerms
from .dapo import dapo
from .dr_grpo import dr_grpo
from .grpo import grpo
from .gspo import gspo

LOSSES: dict[str, Loss] = {
    "grpo": grpo,
    "dr_grpo": dr_grpo,
    "dapo": dapo,
    "gspo": gspo,
    "cispo": cispo,
}

__all__ = [
    "LOSSES",
    "Denominators",
    "Loss",
    "LossBatch",
    "LossSettings",
    "LossTerms",
    "cispo",
    "dapo",
    "dr_grpo",
    "grpo",
    "gspo",
]
