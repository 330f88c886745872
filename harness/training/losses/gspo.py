"""GSPO (2507.18071): one importance ratio per sequence, the geometric mean over its tokens."""

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


def gspo(batch: LossBatch, settings: LossSettings, over: Denominators) -> LossTerms:
    """Eq. 5 and 7: 1/G sum_i min(s_i A_i, clip(s_i) A_i), s = (pi/pi_old)^(1/|o|), negated."""
    lengths_B1 = batch.mask_BT.sum(1, keepdim=True).clamp(min=1)
    ratio_B1 = torch.exp(log_ratio(batch).sum(1, keepdim=True) / lengths_B1)
    policy_B1, clipped_B1 = clipped_surrogate(ratio_B1, batch.advantages_B, settings)
    scale_B1 = 1.0 / (lengths_B1 * over.sequences)
    policy_BT = policy_B1.expand_as(batch.logps_BT)
    return finish(
        weigh(policy_BT, batch),
        k3(batch, settings),
        clipped_B1.expand_as(policy_BT),
        scale_B1,
        batch.mask_BT,
        settings.beta,
    )
