"""Latent attention in latent space for training on a CPU, as one autograd function.

When the latent is no wider than a head, attending in latent space costs less than expanding keys
and values. Neighbouring projections are multiplied together (as absorbed_weights.py does for
decoding, here with gradients), all heads share the latents as keys and values, and causal blocks
skip the keys after their last query. The fused kernels of torch neither share keys between heads
nor are fast on a CPU.

Shapes: B rows, T tokens, D hidden, H heads, N qk_nope_head_dim, R qk_rope_head_dim, V
v_head_dim, C kv_lora_rank, L = C + R, Y = H + 1 (the heads' queries, then the latent), F = R / 2,
I input width of the query projection, t queries of a block, s keys that it may see, S keys of
all queries. In a packed row (prefix_layout.py): N tokens, G prompts of P tokens, R rows of either.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..config import ModelConfig
from ..prefix_layout import PrefixLayout
from .fused import fuses

_BLOCK = 32
"""Queries per block: small enough to skip much work, large enough for fast products."""


def serves(config: ModelConfig, x: Tensor) -> bool:
    """Whether `latent_space_attention` applies here and takes fewer operations."""
    narrow = config.kv_lora_rank <= min(config.qk_nope_head_dim, config.v_head_dim)
    pairs = config.rope_interleave and config.kv_lora_rank % 2 == 0
    return narrow and pairs and fuses(x)


def latent_space_attention(
    rows_BTYL: Tensor, norm_C: Tensor, eps: float, table_2BTF: Tensor,
    mask: Tensor | PrefixLayout | None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Attention of queries in latent space, scaled but not rotated, to the latents beside them.

    `norm_C` is the weight of the latent's norm. A mask (B, 1, T, T) is true where a query may
    attend and never allows a later position; None is causal; a layout says which tokens of the
    one row are prompts and completions. Returns (B, T, H * C) and the latents to cache (B, T, L),
    which carry no gradient.
    """
    turns_BTF = torch.complex(table_2BTF[0], table_2BTF[1])
    out: tuple[Tensor, Tensor] = _LatentSpaceAttention.apply(  # type: ignore[no-untyped-call]
        rows_BTYL, norm_C, eps, turns_BTF, mask
    )
    return out


class _LatentSpaceAttention(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, rows_BTYL: Tensor, norm_C: Tensor, eps: float, turns: Tensor,
        mask: Tensor | PrefixLayout | None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        B, T, Y, L = rows_BTYL.shape
        H, C = Y - 1, norm_C.shape[0]
        q_BXL = rows_BTYL[:, :, :H].reshape(B, T * H, L)
        _pairs(q_BXL.view(B, T, H, L), C).mul_(turns.unsqueeze(2))
        raw_BTC = rows_BTYL[:, :, H, :C]
        rstd_BT1 = (raw_BTC.square().mean(-1, keepdim=True) + eps).rsqrt()
        k_BTL = rows_BTYL[:, :, H].clone()
        k_BTL[..., :C] *= rstd_BT1 * norm_C
        _pairs(k_BTL, C).mul_(turns)
        ctx.layout = mask if isinstance(mask, PrefixLayout) else None
        if isinstance(mask, PrefixLayout):
            out_BXC, weights = _attend_prefix(q_BXL, k_BTL, H, C, mask)
        else:
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
        args = (q_BXL, k_BTL, out_BXC, weights, d_out_BXC, d_rows_BTYL[:, :, :H])
        if ctx.layout is None:
            d_k_BTL = _attend_backward(*args)
        else:
            d_k_BTL = _attend_prefix_backward(*args, ctx.layout)
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
    q_BXL: Tensor, k_BSL: Tensor, H: int, C: int, mask_B1TT: Tensor | None,
    closed_BP: Tensor | None = None,
) -> tuple[Tensor, list[Tensor]]:  # fmt: skip
    """The output (B, T * H, C), and each block's weights (B, t * H, s) for the backward pass.

    The last T of the S keys are the queries' own. Those before them are a prefix that every query
    sees, but for the keys in `closed_BP`.
    """
    B, T = q_BXL.shape[0], q_BXL.shape[1] // H
    before = k_BSL.shape[1] - T
    out_BXC = torch.empty(B, T * H, C)
    weights = []
    for first, end in _blocks(T):
        x, last = slice(first * H, end * H), before + end
        scores_Bxs = torch.bmm(q_BXL[:, x], k_BSL[:, :last].transpose(1, 2))
        scores_BtHs = scores_Bxs.view(B, end - first, H, last)
        if mask_B1TT is None:
            ahead_tt = torch.full((end - first, end - first), float("-inf")).triu_(1)
            scores_BtHs[..., before + first :] += ahead_tt.unsqueeze(1)
        else:
            closed_Bt1s = ~mask_B1TT[:, 0, first:end, :end].unsqueeze(2)
            scores_BtHs.masked_fill_(closed_Bt1s, float("-inf"))
        if closed_BP is not None:
            scores_Bxs[..., :before].masked_fill_(closed_BP.unsqueeze(1), float("-inf"))
        weights_Bxs = scores_Bxs.softmax(dim=-1)
        out_BXC[:, x] = torch.bmm(weights_Bxs, k_BSL[:, :last, :C])
        weights.append(weights_Bxs)
    return out_BXC, weights


def _attend_backward(
    q_BXL: Tensor, k_BSL: Tensor, out_BXC: Tensor, weights: Sequence[Tensor], d_out_BXC: Tensor,
    d_q_BTHL: Tensor,
) -> Tensor:  # fmt: skip
    """Write the queries' gradient to `d_q_BTHL`; return that of the latents (B, S, L)."""
    B, T, H, L = d_q_BTHL.shape
    C, before = out_BXC.shape[2], k_BSL.shape[1] - T
    d_k_BSL = torch.zeros_like(k_BSL)
    drop_BX1 = (d_out_BXC * out_BXC).sum(-1, keepdim=True)
    for (first, end), weights_Bxs in zip(_blocks(T), weights, strict=True):
        x, last = slice(first * H, end * H), before + end
        d_k_BSL[:, :last, :C] += torch.bmm(weights_Bxs.transpose(1, 2), d_out_BXC[:, x])
        d_scores_Bxs = torch.bmm(d_out_BXC[:, x], k_BSL[:, :last, :C].transpose(1, 2))
        d_scores_Bxs.sub_(drop_BX1[:, x]).mul_(weights_Bxs)
        d_q_Bxl = torch.bmm(d_scores_Bxs, k_BSL[:, :last])
        d_q_BTHL[:, first:end] = d_q_Bxl.view(B, end - first, H, L)
        d_k_BSL[:, :last] += torch.bmm(d_scores_Bxs.transpose(1, 2), q_BXL[:, x])
    return d_k_BSL


def _attend_prefix(
    q_1XL: Tensor, k_1NL: Tensor, H: int, C: int, layout: PrefixLayout
) -> tuple[Tensor, list[Tensor]]:
    """`_attend` in a packed row: first the prompts, then the completions after their prompts."""
    N, L = k_1NL.shape[1:]
    q_NX, k_NL = _padded(q_1XL.view(N, H * L)), _padded(k_1NL[0])
    (prompt_q, prompt_k), (own_q, keys_BSL, closed_BP) = _gathered(q_NX, k_NL, H, layout)
    out_prompts, prompt_weights = _attend(prompt_q, prompt_k, H, C, None)
    out_completions, weights = _attend(own_q, keys_BSL, H, C, None, closed_BP)
    out_NX = torch.empty(N + 1, H * C)
    out_NX[layout.prompts_GP] = out_prompts.view(*layout.prompts_GP.shape, H * C)
    out_NX[layout.completions_BC] = out_completions.view(*layout.completions_BC.shape, H * C)
    return out_NX[:N].view(1, N * H, C), [*prompt_weights, *weights]


def _attend_prefix_backward(
    q_1XL: Tensor, k_1NL: Tensor, out_1XC: Tensor, weights: Sequence[Tensor], d_out_1XC: Tensor,
    d_q_1NHL: Tensor, layout: PrefixLayout,
) -> Tensor:  # fmt: skip
    """`_attend_backward` in a packed row; the gradients of a prompt's latents add up."""
    N, H, L = d_q_1NHL.shape[1:]
    C, P = out_1XC.shape[2], layout.prompts_GP.shape[1]
    q_NX, k_NL = _padded(q_1XL.view(N, H * L)), _padded(k_1NL[0])
    (prompt_q, prompt_k), (own_q, keys_BSL, _) = _gathered(q_NX, k_NL, H, layout)
    out_NX, d_out_NX = _padded(out_1XC.view(N, H * C)), _padded(d_out_1XC.view(N, H * C))
    d_q_NX, d_k_NL = torch.empty(N + 1, H * L), torch.empty(N + 1, L)
    blocks = len(list(_blocks(P)))
    d_prompts_GPL = torch.zeros_like(prompt_k)
    for places, q, k, parts in (
        (layout.completions_BC, own_q, keys_BSL, weights[blocks:]),
        (layout.prompts_GP, prompt_q, prompt_k, weights[:blocks]),
    ):
        R, T = places.shape
        d_q = torch.empty(R, T, H, L)
        out, d_out = (x[places].view(R, T * H, C) for x in (out_NX, d_out_NX))
        d_k = _attend_backward(q, k, out, parts, d_out, d_q)
        d_q_NX[places] = d_q.view(R, T, H * L)
        if places is layout.completions_BC:
            d_prompts_GPL.index_add_(0, layout.prompt_B, d_k[:, :P])
            d_k_NL[places] = d_k[:, P:]
        else:
            d_k_NL[places] = d_prompts_GPL + d_k
    d_q_1NHL[0] = d_q_NX[:N].view(N, H, L)
    return d_k_NL[:N].unsqueeze(0)


def _padded(x_NX: Tensor) -> Tensor:
    """One more row, of zeros, which stands for padding."""
    return torch.cat((x_NX, x_NX.new_zeros(1, x_NX.shape[1])))


def _gathered(
    q_NX: Tensor, k_NL: Tensor, H: int, layout: PrefixLayout
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]:
    """Queries and keys of the prompts; of the completions, with the prompt's keys before theirs
    and the padding among these."""
    (G, P), (B, T), L = layout.prompts_GP.shape, layout.completions_BC.shape, k_NL.shape[1]
    prompt_k_GPL = k_NL[layout.prompts_GP]
    prompts = q_NX[layout.prompts_GP].view(G, P * H, L), prompt_k_GPL
    keys_BSL = torch.cat((prompt_k_GPL[layout.prompt_B], k_NL[layout.completions_BC]), dim=1)
    closed_BP = (layout.prompts_GP == len(k_NL) - 1)[layout.prompt_B]
    return prompts, (q_NX[layout.completions_BC].view(B, T * H, L), keys_BSL, closed_BP)
