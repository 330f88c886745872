"""Next-token and multi-token-prediction losses on a `TrainOutput`.

Shapes: B rows, T tokens, V vocabulary.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from .network import TrainOutput


def language_losses(
    output: TrainOutput,
    tokens_BT: Tensor,
    segments_BT: Tensor | None = None,
    loss_mask_BT: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy of the next token, and the mean over the prediction modules'.

    A token is a target when `loss_mask_BT` is true there (None: everywhere), it is not padding,
    and it belongs to the same document as the position that predicts it.
    The second loss is 0 without modules (arXiv:2412.19437, equation 24, without its factor).
    """
    main = _cross_entropy(output.logits_BTV, tokens_BT, segments_BT, loss_mask_BT, 1)
    further = [
        _cross_entropy(logits_BTV, tokens_BT, segments_BT, loss_mask_BT, 1 + depth)
        for depth, logits_BTV in enumerate(output.mtp_logits, start=1)
    ]
    return main, torch.stack(further).mean() if further else main.new_zeros(())


def _cross_entropy(
    logits_BTV: Tensor,
    tokens_BT: Tensor,
    segments_BT: Tensor | None,
    loss_mask_BT: Tensor | None,
    ahead: int,
) -> Tensor:
    # The last positions have no target. The logits are not sliced: a slice would be copied, and
    # its gradient padded with zeros.
    length = tokens_BT.shape[1] - ahead
    counts_BT = torch.zeros(logits_BTV.shape[:2], dtype=torch.bool, device=tokens_BT.device)
    counts_BT[:, :length] = True
    if loss_mask_BT is not None:
        counts_BT[:, :length] &= loss_mask_BT[:, ahead:].bool()
    if segments_BT is not None:
        counts_BT[:, :length] &= segments_BT[:, ahead:] == segments_BT[:, :length]
        counts_BT[:, :length] &= segments_BT[:, ahead:] > 0
    targets_BT = torch.zeros_like(counts_BT, dtype=tokens_BT.dtype)
    targets_BT[:, :length] = tokens_BT[:, ahead:]
    losses_BT = F.cross_entropy(
        logits_BTV.flatten(0, 1).float(), targets_BT.flatten(), reduction="none"
    ).view_as(targets_BT)
    return (losses_BT * counts_BT).sum() / counts_BT.sum().clamp_min(1)
