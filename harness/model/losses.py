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
    wanted_BT: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy of the next token, and the mean over the prediction modules'.

    A token counts as a target when `wanted_BT` is true there (None: everywhere), it is no
    padding, and it belongs to the document of the position that predicts it.
    The second is 0 without modules (arXiv:2412.19437, equation 24, without its factor).
    """
    main = _cross_entropy(output.logits_BTV, tokens_BT, segments_BT, wanted_BT, 1)
    further = [
        _cross_entropy(logits_BTV, tokens_BT, segments_BT, wanted_BT, 1 + depth)
        for depth, logits_BTV in enumerate(output.mtp_logits, start=1)
    ]
    return main, torch.stack(further).mean() if further else main.new_zeros(())


def _cross_entropy(
    logits_BTV: Tensor,
    tokens_BT: Tensor,
    segments_BT: Tensor | None,
    wanted_BT: Tensor | None,
    ahead: int,
) -> Tensor:
    targets_BT = tokens_BT[:, ahead:]
    length = targets_BT.shape[1]
    counts_BT = torch.ones_like(targets_BT, dtype=torch.bool)
    if wanted_BT is not None:
        counts_BT = counts_BT & wanted_BT[:, ahead:].bool()
    if segments_BT is not None:
        counts_BT = counts_BT & (segments_BT[:, ahead:] == segments_BT[:, :length])
        counts_BT = counts_BT & (segments_BT[:, ahead:] > 0)
    losses_BT = F.cross_entropy(
        logits_BTV[:, :length].flatten(0, 1).float(), targets_BT.flatten(), reduction="none"
    ).view_as(targets_BT)
    return (losses_BT * counts_BT).sum() / counts_BT.sum().clamp_min(1)
