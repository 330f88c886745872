"""The interface of the policy losses, and the terms they share.

Shape suffixes: B sequences, T completion tokens (right-padded).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class LossBatch:
    """The tensors of one micro-batch of completions."""

    logps_BT: Tensor
    """Log-probability of each completion token under the policy; carries the gradient."""
    advantages_B: Tensor
    mask_BT: Tensor
    """1 for a token of the completion, 0 for padding."""
    old_logps_BT: Tensor | None = None
    """Under the policy before this batch's first update; None: the current policy, detached."""
    ref_logps_BT: Tensor | None = None
    """Under the reference model; required when `beta` is not 0."""
    weights_BT: Tensor | None = None
    """Truncated sampler-trainer importance weights, multiplied into the policy term."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LossSettings:
    """Hyperparameters of the losses."""

    epsilon_low: float = 0.2
    epsilon_high: float = 0.2
    """PPO-style losses clip the ratio to [1 - epsilon_low, 1 + epsilon_high]."""
    ratio_cap: float = 5.0
    """CISPO's upper bound of the importance weight."""
    beta: float = 0.0
    """Weight of the KL divergence to the reference model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Denominators:
    """Counts over the whole optimizer batch, so that micro-batch losses add up."""

    sequences: int
    tokens: int
    max_tokens: int
    """The token limit of sampling (Dr. GRPO's constant)."""


@dataclass(frozen=True, slots=True)
class LossTerms:
    """The loss to backpropagate, and sums over tokens (or sequences) for the log."""

    loss: Tensor
    kl_sum: Tensor
    clipped_sum: Tensor
    """Tokens whose gradient the clip removed (GSPO: the tokens of such sequences)."""


Loss = Callable[[LossBatch, LossSettings, Denominators], LossTerms]


def log_ratio(batch: LossBatch) -> Tensor:
    """log(pi / pi_old) per token, 0 where masked: padding may hold any value, even inf."""
    old = batch.logps_BT.detach() if batch.old_logps_BT is None else batch.old_logps_BT
    ratio_BT = batch.logps_BT - old
    return torch.where(batch.mask_BT.bool(), ratio_BT, torch.zeros_like(ratio_BT))


def k3(batch: LossBatch, settings: LossSettings) -> Tensor:
    """The k3 estimator of KL(pi || ref) per token: exp(d) - d - 1 with d = log ref - log pi.

    Schulman, "Approximating KL divergence" (2020); DeepSeekMath (2402.03300) eq. 4.
    """
    if settings.beta == 0.0:
        return torch.zeros_like(batch.logps_BT)
    if batch.ref_logps_BT is None:
        raise ValueError(f"beta is {settings.beta}, so the batch needs ref_logps_BT")
    delta_BT = batch.ref_logps_BT - batch.logps_BT
    delta_BT = torch.where(batch.mask_BT.bool(), delta_BT, torch.zeros_like(delta_BT))
    return torch.exp(delta_BT) - delta_BT - 1.0


def clipped_surrogate(
    ratio: Tensor, advantages_B: Tensor, settings: LossSettings
) -> tuple[Tensor, Tensor]:
    """-min(r A, clip(r) A), and 1 where the clip removed the gradient; `ratio` is BT or B1."""
    advantages_B1 = advantages_B.unsqueeze(1)
    bounded = torch.clamp(ratio, 1.0 - settings.epsilon_low, 1.0 + settings.epsilon_high)
    loss = -torch.minimum(ratio * advantages_B1, bounded * advantages_B1)
    low = (ratio < 1.0 - settings.epsilon_low) & (advantages_B1 < 0)
    high = (ratio > 1.0 + settings.epsilon_high) & (advantages_B1 > 0)
    return loss, (low | high).to(ratio.dtype)


def weigh(loss_BT: Tensor, batch: LossBatch) -> Tensor:
    """Multiply by the sampler-trainer importance weights, if any."""
    return loss_BT if batch.weights_BT is None else loss_BT * batch.weights_BT


def finish(
    policy_BT: Tensor,
    kl_BT: Tensor,
    clipped_BT: Tensor,
    scale_B1: Tensor,
    mask_BT: Tensor,
    beta: float,
) -> LossTerms:
    """Sum the masked per-token loss with one scale per sequence."""
    total_BT = policy_BT + beta * kl_BT if beta else policy_BT
    total_BT = torch.where(mask_BT.bool(), total_BT, torch.zeros_like(total_BT))
    return LossTerms(
        loss=(total_BT * scale_B1).sum(),
        kl_sum=(kl_BT.detach() * mask_BT).sum(),
        clipped_sum=(clipped_BT.detach() * mask_BT).sum(),
    )
