"""Norms, SwiGLU and experts as one autograd function each, for training on a CPU.

They save memory traffic: each gradient is written once, where autograd's chain of small
operations fills, copies and adds. On other devices and dtypes, under autocast and torch.compile,
the plain operations run.

Shapes: N tokens, D width, F inner width, E experts, K experts per token, S = N * K pairs of
token and expert in the order of the experts.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

_silu_backward = torch.ops.aten.silu_backward


def fuses(x: Tensor) -> bool:
    """Whether the fused functions apply to `x`."""
    plain = x.device.type == "cpu" and x.dtype == torch.float32
    return plain and not (torch.is_autocast_enabled("cpu") or torch.compiler.is_compiling())


def rms_norm(x: Tensor, weight_D: Tensor, eps: float) -> Tensor:
    """x / sqrt(mean(x^2) + eps) * weight, over the last dimension (arXiv:1910.07467)."""
    if not fuses(x):
        plain: Tensor = F.rms_norm(x, weight_D.shape, weight_D, eps)
        return plain
    out: Tensor = _RmsNorm.apply(x, weight_D, eps)  # type: ignore[no-untyped-call]
    return out


class RmsNorm(nn.RMSNorm):
    """torch's RMSNorm, computed by `rms_norm`."""

    def forward(self, x: Tensor) -> Tensor:
        assert self.eps is not None
        return rms_norm(x, self.weight, self.eps)


def swiglu(x: Tensor, gate_FD: Tensor, up_FD: Tensor, down_DF: Tensor) -> Tensor:
    """down(silu(gate(x)) * up(x)) (arXiv:2002.05202)."""
    if not fuses(x):
        return F.linear(F.silu(F.linear(x, gate_FD)) * F.linear(x, up_FD), down_DF)
    out: Tensor = _SwiGlu.apply(x, gate_FD, up_FD, down_DF)  # type: ignore[no-untyped-call]
    return out


class Pairs(NamedTuple):
    """The (token, expert) pairs in the order of their experts."""

    order_S: Tensor
    """Each pair's index in the flattened (N, K) choice of experts."""
    inverse_S: Tensor
    """The inverse permutation of `order_S`."""
    ends_E: Tensor
    """One past each expert's last pair, int32."""


def mix_experts(
    x_ND: Tensor, weights_NK: Tensor, pairs: Pairs, gate_up_EXD: Tensor, down_EDF: Tensor
) -> Tensor:
    """The sum over each token's K experts of weight * SwiGLU, (N, D); X = 2 * F.

    For tensors that `fuses`, where torch has a grouped matmul.
    """
    out: Tensor = _Experts.apply(  # type: ignore[no-untyped-call]
        x_ND, weights_NK, *pairs, gate_up_EXD, down_EDF
    )
    return out


class _RmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight_D: Tensor, eps: float) -> Tensor:
        norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        rstd = norm.square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        ctx.save_for_backward(x, weight_D, rstd)
        normed: Tensor = (x * rstd).mul_(weight_D)
        return normed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight_D, rstd = ctx.saved_tensors
        unit = x * rstd
        along = grads[0] * unit
        share = (along @ weight_D).div_(-x.shape[-1]).unsqueeze(-1)
        d_weight_D = along.flatten(0, -2).sum(0)
        return (grads[0] * weight_D).addcmul_(unit, share).mul_(rstd), d_weight_D, None


class _SwiGlu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, gate_FD: Tensor, up_FD: Tensor, down_DF: Tensor) -> Tensor:
        x_ND = x.reshape(-1, x.shape[-1])
        gated_NF, up_NF = x_ND @ gate_FD.t(), x_ND @ up_FD.t()
        inner_NF = F.silu(gated_NF).mul_(up_NF)
        ctx.save_for_backward(x_ND, gate_FD, up_FD, down_DF, gated_NF, up_NF, inner_NF)
        return (inner_NF @ down_DF.t()).view_as(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x_ND, gate_FD, up_FD, down_DF, gated_NF, up_NF, inner_NF = ctx.saved_tensors
        d_out_ND = grads[0].reshape(x_ND.shape)
        d_inner_NF = d_out_ND @ down_DF
        d_up_NF = F.silu(gated_NF).mul_(d_inner_NF)
        d_gated_NF = _silu_backward(d_inner_NF.mul_(up_NF), gated_NF)
        d_x_ND = torch.addmm(d_gated_NF @ gate_FD, d_up_NF, up_FD)
        d_weights = (d_gated_NF.t() @ x_ND, d_up_NF.t() @ x_ND, d_out_ND.t() @ inner_NF)
        return d_x_ND.view_as(grads[0]), *d_weights


class _Experts(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x_ND: Tensor, weights_NK: Tensor, order_S: Tensor, inverse_S: Tensor,
        ends_E: Tensor, gate_up_EXD: Tensor, down_EDF: Tensor,
    ) -> Tensor:  # fmt: skip
        K = weights_NK.shape[1]
        x_SD = x_ND.index_select(0, order_S // K)
        h_SX = torch._grouped_mm(x_SD, gate_up_EXD.transpose(1, 2), offs=ends_E)
        gated_SF, up_SF = h_SX.chunk(2, dim=-1)
        weights_S1 = weights_NK.reshape(-1, 1).index_select(0, order_S)
        plain_SF = F.silu(gated_SF) * up_SF
        # Weighting before the down projection takes fewer products than after it.
        inner_SF = plain_SF * weights_S1
        y_SD = torch._grouped_mm(inner_SF, down_EDF.transpose(1, 2), offs=ends_E)
        ctx.save_for_backward(
            x_SD, h_SX, plain_SF, weights_S1, order_S, inverse_S, ends_E, gate_up_EXD, down_EDF
        )
        return _gathered(y_SD, inverse_S, K)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x_SD, h_SX, plain_SF, weights_S1, order_S, inverse_S, ends_E, gate_up, down = (
            ctx.saved_tensors
        )
        K = order_S.numel() // grads[0].shape[0]
        d_y_SD = grads[0].index_select(0, order_S // K)
        d_down = torch._grouped_mm(d_y_SD.t(), plain_SF * weights_S1, offs=ends_E)
        d_inner_SF = torch._grouped_mm(d_y_SD, down, offs=ends_E)
        d_weights_S = (d_inner_SF * plain_SF).sum(-1)
        d_plain_SF = d_inner_SF.mul_(weights_S1)
        gated_SF, up_SF = h_SX.chunk(2, dim=-1)
        d_h_SX = torch.empty_like(h_SX)
        d_gated_SF, d_up_SF = d_h_SX.chunk(2, dim=-1)
        torch.mul(d_plain_SF, F.silu(gated_SF), out=d_up_SF)
        d_gated_SF.copy_(_silu_backward(d_plain_SF.mul_(up_SF), gated_SF))
        d_gate_up = torch._grouped_mm(d_h_SX.t(), x_SD, offs=ends_E)
        d_x_ND = _gathered(torch._grouped_mm(d_h_SX, gate_up, offs=ends_E), inverse_S, K)
        d_weights_NK = d_weights_S.index_select(0, inverse_S).view(-1, K)
        return d_x_ND, d_weights_NK, None, None, None, d_gate_up, d_down


def _gathered(y_SD: Tensor, inverse_S: Tensor, K: int) -> Tensor:
    """Each token's sum over its pairs, (N, D)."""
    return F.embedding_bag(inverse_S.view(-1, K), y_SD, mode="sum")
