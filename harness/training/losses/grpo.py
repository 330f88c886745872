"""GRPO: DeepSeekMath (2402.03300) eq. 3, the mean over completions of each one's token mean."""

import torch

from .common import (
    Denominators,
    LossBatch,
    LossSettings,
    LossTerms,
    clipped_surrogate,
    finish,
    k3,
    log_ratio,
    weigh,
)


def grpo(batch: LossBatch, settings: LossSettings, over: Denominators) -> LossTerms:
    """1/G sum_i 1/|o_i| sum_t { min(r A, clip(r) A) - beta KL }, negated."""
    ratio_BT = torch.exp(log_ratio(batch))
    policy_BT, clipped_BT = clipped_surrogate(ratio_BT, batch.advantages_B, settings)
    lengths_B1 = batch.mask_BT.sum(1, keepdim=True).clamp(min=1)
    scale_B1 = 1.0 / (lengths_B1 * over.sequences)
    return finish(
        weigh(policy_BT, batch),
        k3(batch, settings),
        clipped_BT,
        scale_B1,
        batch.mask_BT,
        settings.beta,
    )
