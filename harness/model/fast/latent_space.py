"""Latent attention in latent space for training on a CPU, as one autograd function.

When the latent is no wider than a head, attending in latent space costs less than expanding keys
and values. Neighbouring projections are multiplied together (as absorbed_weights.py does for
decoding, here with gradients), all heads share the latents as keys and values, and causal blocks
skip the keys after their last query. The fused kernels of torch neither share keys between heads
nor are fast on a CPU.

Shapes: B rows, T tokens, D hidden, H heads, N qk_nope_head_dim, R qk_rope_head_dim, V
v_head_dim, C kv_lora_rank, L = C + R, Y = H + 1 (the heads' queries, then the latent), F = R / 2,
I input width of the query projection, t queries of a block, s keys that it may see.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..config import ModelConfig
from .fused import fuses

_BLOCK = 32
"""Queries per block: small enough to skip much work, large enough for fast products."""


def serves(config: ModelConfig, x: Tensor) -> bool:
    """Whether `latent_space_attention` applies here and takes fewer operations."""
    narrow = config.kv_lora_rank <= min(config.qk_nope_head_dim, config.v_head_dim)
    pairs = config.rope_interleave and config.kv_lora_rank % 2 == 0
    return narrow and pairs and fuses(x)


def latent_space_attention(
    rows_BTYL: Tensor, norm_C: Tensor, eps: float, table_2BTF: Tensor, mask_B1TT: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Attention of queries in latent space, scaled but not rotated, to the latents beside them.

    `norm_C` is the weight of the latent's norm. The mask is true where a query may attend and
    never allows a later position; None is causal. Returns (B, T, H * C) and the latents to cache
    (B, T, L), which carry no gradient.
    """
    turns_BTF = torch.complex(table_2BTF[0], table_2BTF[1])
    out: tuple[Tensor, Tensor] = _LatentSpaceAttention.apply(  # type: ignore[no-untyped-call]
        rows_BTYL, norm_C, eps, turns_BTF, mask_B1TT
    )
    return out


class _LatentSpaceAttention(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, rows_BTYL: Tensor, norm_C: Tensor, eps: float, turns: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        B, T, Y, L = rows_BTYL.shape
        H, C = Y - 1, norm_C.shape[0]
        q_BXL = rows_BTYL[:, :, :H].reshape(B, T * H, L)
        _pairs(q_BXL.view(B, T, H, L), C).mul_(turns.unsqueeze(2))
        raw_BTC = rows_BTYL[:, :, H, :C]
        rstd_BT1 = (raw_BTC.square().mean(-1, keepdim=True) + eps).rsqrt()
        k_BTL = rows_BTYL[:, :, H].clone()
        k_BTL[..., :C] *= rstd_BT1 * norm_C
        _pairs(k_BTL, C).mul_(turns)
        out_BXC, weights = _attend(q_BXL, k_BTL, H, C, mask)
        ctx.save_for_backward(q_BXL, k_BTL, out_BXC, rstd_BT1, norm_C, turns, raw_BTC, *weights)
        latents_BTL = torch.cat((k_BTL[..., :C], k_BTL[..., C::2], k_BTL[..., C + 1 :: 2]), dim=-1)
        ctx.mark_non_differentiable(latents_BTL)
        return out_BXC.view(B, T, H * C), latents_BTL

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        q_BXL, k_BTL, out_BXC, rstd_BT1, norm_C, turns, raw_BTC, *weights = ctx.saved_tensors
        B, T, L = k_BTL.shape
        H, C = q_BXL.shape[1] // T, norm_C.shape[0]
        d_rows_BTYL = torch.empty(B, T, H + 1, L)
        d_out_BXC = grads[0].reshape(B, T * H, C)
        d_k_BTL = _attend_backward(q_BXL, k_BTL, out_BXC, weights, d_out_BXC, d_rows_BTYL[:, :, :H])
        d_rows_BTYL[:, :, H, C:] = d_k_BTL[..., C:]
        _pairs(d_rows_BTYL, C).mul_(turns.conj().unsqueeze(2))
        unit_BTC = raw_BTC * rstd_BT1
        d_norm_BTC = d_k_BTL[..., :C] * unit_BTC
        d_unit_BTC = d_k_BTL[..., :C] * norm_C
        share_BT1 = (d_unit_BTC * unit_BTC).mean(-1, keepdim=True)
        d_rows_BTYL[:, :, H, :C] = (d_unit_BTC - unit_BTC * share_BT1) * rstd_BT1
        return d_rows_BTYL, d_norm_BTC.sum((0, 1)), None, None, None


def _pairs(x: Tensor, C: int) -> Tensor:
    """The rotated part of the last dimension as complex numbers: neighbours are a pair."""
    part = x[..., C:]
    return torch.view_as_complex(part.view(*part.shape[:-1], -1, 2))


def _blocks(T: int) -> Iterator[tuple[int, int]]:
    for first in range(0, T, _BLOCK):
        yield first, min(first + _BLOCK, T)


def _attend(
    q_BXL: Tensor, k_BTL: Tensor, H: int, C: int, mask_B1TT: Tensor | None
) -> tuple[Tensor, list[Tensor]]:
    """The output (B, T * H, C), and each block's weights (B, t * H, s) for the backward pass."""
    B, T, _ = k_BTL.shape
    out_BXC = torch.empty(B, T * H, C)
    weights = []
    for first, end in _blocks(T):
        x = slice(first * H, end * H)
        scores_Bxs = torch.bmm(q_BXL[:, x], k_BTL[:, :end].transpose(1, 2))
        scores_BtHs = scores_Bxs.view(B, end - first, H, end)
        if mask_B1TT is None:
            ahead_tt = torch.full((end - first, end - first), float("-inf")).triu_(1)
            scores_BtHs[..., first:] += ahead_tt.unsqueeze(1)
        else:
            closed_Bt1s = ~mask_B1TT[:, 0, first:end, :end].unsqueeze(2)
            scores_BtHs.masked_fill_(closed_Bt1s, float("-inf"))
        weights_Bxs = scores_Bxs.softmax(dim=-1)
        out_BXC[:, x] = torch.bmm(weights_Bxs, k_BTL[:, :end, :C])
        weights.append(weights_Bxs)
    return out_BXC, weights


def _attend_backward(
    q_BXL: Tensor, k_BTL: Tensor, out_BXC: Tensor, weights: list[Tensor], d_out_BXC: Tensor,
    d_q_BTHL: Tensor,
) -> Tensor:  # fmt: skip
    """Write the queries' gradient to `d_q_BTHL`; return that of the latents (B, T, L)."""
    B, T, L = k_BTL.shape
    H, C = d_q_BTHL.shape[2], out_BXC.shape[2]
    d_k_BTL = torch.zeros_like(k_BTL)
    drop_BX1 = (d_out_BXC * out_BXC).sum(-1, keepdim=True)
    for (first, end), weights_Bxs in zip(_blocks(T), weights, strict=True):
        x = slice(first * H, end * H)
        d_k_BTL[:, :end, :C] += torch.bmm(weights_Bxs.transpose(1, 2), d_out_BXC[:, x])
        d_scores_Bxs = torch.bmm(d_out_BXC[:, x], k_BTL[:, :end, :C].transpose(1, 2))
        d_scores_Bxs.sub_(drop_BX1[:, x]).mul_(weights_Bxs)
        d_q_Bxl = torch.bmm(d_scores_Bxs, k_BTL[:, :end])
        d_q_BTHL[:, first:end] = d_q_Bxl.view(B, end - first, H, L)
        d_k_BTL[:, :end] += torch.bmm(d_scores_Bxs.transpose(1, 2), q_BXL[:, x])
    return d_k_BTL
