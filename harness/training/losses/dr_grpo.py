"""Dr. GRPO (2503.20783): a constant denominator instead of the length.

The other half of the method, advantages without division by the standard deviation, is in
`advantages.py`.
"""

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


def dr_grpo(batch: LossBatch, settings: LossSettings, over: Denominators) -> LossTerms:
    """1/G sum_i 1/L_max sum_t min(r A, clip(r) A), negated: no bias for long completions."""
    ratio_BT = torch.exp(log_ratio(batch))
    policy_BT, clipped_BT = clipped_surrogate(ratio_BT, batch.advantages_B, settings)
    scale_B1 = torch.full_like(ratio_BT[:, :1], 1.0 / (over.sequences * over.max_tokens))
    return finish(
        weigh(policy_BT, batch),
        k3(batch, settings),
        clipped_BT,
        scale_B1,
        batch.mask_BT,
        settings.beta,
    )
