"""DAPO (2503.14476): clip-higher, token-level loss, and the overlong reward shaping.

Dynamic sampling, its fourth part, is the rollout's business (`grpo.py` of training): groups
whose rewards are all equal are drawn again.
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


def overlong_penalty(length: int, max_tokens: int, buffer: int) -> float:
    """Eq. 13, soft overlong punishment: 0 up to max - buffer, then linearly down to -1."""
    if buffer <= 0 or length <= max_tokens - buffer:
        return 0.0
    if length > max_tokens:
        return -1.0
    return ((max_tokens - buffer) - length) / buffer
