"""DAPO (2503.14476): clip-higher and the token-level loss.

Its other parts are elsewhere: dynamic sampling in `grpo.py`, overlong punishment in
`harness/rewards.py`.
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


def dapo(batch: LossBatch, settings: LossSettings, over: Denominators) -> LossTerms:
    """Eq. 8: 1/sum_i |o_i| sum_i sum_t min(r A, clip(r, 1 - e_low, 1 + e_high) A), negated."""
    ratio_BT = torch.exp(log_ratio(batch))
    policy_BT, clipped_BT = clipped_surrogate(ratio_BT, batch.advantages_B, settings)
    scale_B1 = torch.full_like(ratio_BT[:, :1], 1.0 / max(over.tokens, 1))
    return finish(
        weigh(policy_BT, batch),
        k3(batch, settings),
        clipped_BT,
        scale_B1,
        batch.mask_BT,
        settings.beta,
    )
