"""CISPO (MiniMax-M1, 2506.13585): the clipped importance weight is a constant, so every
token keeps its gradient."""

import torch

from .common import Denominators, LossBatch, LossSettings, LossTerms, finish, k3, log_ratio, weigh


def cispo(batch: LossBatch, settings: LossSettings, over: Denominators) -> LossTerms:
    """Eq. 4 and 5: 1/sum_i |o_i| sum_i sum_t sg(min(r, cap)) A log pi, negated."""
    ratio_BT = torch.exp(log_ratio(batch)).detach()
    advantages_B1 = batch.advantages_B.unsqueeze(1)
    policy_BT = -torch.clamp(ratio_BT, max=settings.ratio_cap) * advantages_B1 * batch.logps_BT
    clipped_BT = ((ratio_BT > settings.ratio_cap) & (advantages_B1 > 0)).to(ratio_BT.dtype)
    scale_B1 = torch.full_like(ratio_BT[:, :1], 1.0 / max(over.tokens, 1))
    return finish(
        weigh(policy_BT, batch),
        k3(batch, settings),
        clipped_BT,
        scale_B1,
        batch.mask_BT,
        settings.beta,
    )
