"""DeepSeekMoE: routing (DeepSeek-V3, arXiv:2412.19437, section 2.1.2) and the experts.

Shapes: B rows, T tokens, N = B * T tokens, D hidden, E routed experts, G groups, K experts per
token, S = N * K (token, expert) pairs sorted by expert, F moe_intermediate_size.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig
from .fast.fused import Pairs, fuses, mix_experts, swiglu


@dataclass(slots=True)
class RouterStatistics:
    """One layer's routing of a batch, without padding."""

    load_E: Tensor
    """Tokens sent to each expert, int64."""
    balance_loss: Tensor
    """The sequence-wise balance loss before its factor, averaged over the rows."""


class FeedForward(nn.Module):
    """SwiGLU: the dense layers' feed-forward and the shared experts."""

    def __init__(self, hidden_size: int, intermediate_size: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return swiglu(x, self.gate_proj.weight, self.up_proj.weight, self.down_proj.weight)


class Router(nn.Module):
    """Sigmoid scores; the bias affects which experts are selected, never their weights."""

    e_score_correction_bias: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.weight = nn.Parameter(torch.empty(config.n_routed_experts, config.hidden_size))
        self.register_buffer(
            "e_score_correction_bias", torch.zeros(config.n_routed_experts, dtype=torch.float32)
        )

    def _apply(self, fn: Any, recurse: bool = True) -> "Router":
        # The bias moves in steps of 0.001, so it stays float32 when the model is cast.
        bias = self.e_score_correction_bias
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        if not bias.is_meta:
            self.e_score_correction_bias = bias.to(self.e_score_correction_bias.device)
        return self

    def forward(self, x_ND: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The experts of each token (N, K), their weights (N, K), and all scores (N, E)."""
        c = self.config
        with torch.autocast(x_ND.device.type, enabled=False):
            scores_NE = F.linear(x_ND.float(), self.weight.float()).sigmoid()
        choice_NE = scores_NE.detach() + self.e_score_correction_bias
        if c.topk_group < c.n_group:
            choice_NGe = choice_NE.view(-1, c.n_group, c.n_routed_experts // c.n_group)
            best_NG = choice_NGe.topk(2, dim=-1).values.sum(dim=-1)
            kept_NG = best_NG.topk(c.topk_group, dim=-1, sorted=False).indices
            excluded_NG = torch.ones_like(best_NG, dtype=torch.bool).scatter_(1, kept_NG, False)
            choice_NGe = choice_NGe.masked_fill(excluded_NG.unsqueeze(-1), float("-inf"))
            choice_NE = choice_NGe.flatten(1)
        experts_NK = choice_NE.topk(c.num_experts_per_tok, dim=-1, sorted=False).indices
        weights_NK = scores_NE.gather(1, experts_NK)
        if c.norm_topk_prob:
            weights_NK = weights_NK / (weights_NK.sum(dim=-1, keepdim=True) + 1e-20)
        return experts_NK, weights_NK * c.routed_scaling_factor, scores_NE


class Experts(nn.Module):
    """The routed experts' weights, one tensor per projection."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        E, D, F_ = config.n_routed_experts, config.hidden_size, config.moe_intermediate_size
        self.gate_up_proj = nn.Parameter(torch.empty(E, 2 * F_, D))
        self.down_proj = nn.Parameter(torch.empty(E, D, F_))

    def forward(self, x_ND: Tensor, experts_NK: Tensor, weights_NK: Tensor) -> Tensor:
        """The weighted sum of the chosen experts' outputs, (N, D)."""
        gate_up: Tensor = self.gate_up_proj
        down: Tensor = self.down_proj
        if torch.is_autocast_enabled(x_ND.device.type):
            dtype = torch.get_autocast_dtype(x_ND.device.type)
            x_ND, gate_up, down = x_ND.to(dtype), gate_up.to(dtype), down.to(dtype)
        if not has_grouped_matmul(x_ND, gate_up, down):
            return _every_expert(x_ND, experts_NK, weights_NK, gate_up, down)
        N, K = experts_NK.shape
        pairs = sort_pairs(experts_NK, gate_up.shape[0])
        if fuses(x_ND):
            return mix_experts(x_ND, weights_NK, pairs, gate_up, down)
        x_SD = _dispatch(x_ND, pairs.order_S, pairs.inverse_S, K)
        h_SF = torch._grouped_mm(x_SD, gate_up.transpose(1, 2), offs=pairs.ends_E)
        gate_SF, up_SF = h_SF.chunk(2, dim=-1)
        y_SD = torch._grouped_mm(F.silu(gate_SF) * up_SF, down.transpose(1, 2), offs=pairs.ends_E)
        y_NKD = _permute(y_SD, pairs.inverse_S, pairs.order_S).view(N, K, -1)
        return torch.bmm(weights_NK.to(y_NKD.dtype).unsqueeze(1), y_NKD).squeeze(1)


def sort_pairs(experts_NK: Tensor, experts: int) -> Pairs:
    """Sort the (token, expert) pairs by expert, without synchronizing with the host."""
    flat_S = experts_NK.flatten()
    order_S = flat_S.argsort(stable=True)
    indices_S = torch.arange(flat_S.numel(), device=flat_S.device)
    inverse_S = torch.empty_like(indices_S).scatter_(0, order_S, indices_S)
    return Pairs(order_S, inverse_S, count_tokens(flat_S, experts).cumsum(0).to(torch.int32))


class MixtureOfExperts(nn.Module):
    """Shared experts for every token and K routed experts chosen per token."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate = Router(config)
        self.experts = Experts(config)
        self.shared_experts = FeedForward(
            config.hidden_size, config.moe_intermediate_size * config.n_shared_experts
        )

    def forward(
        self,
        x_BTD: Tensor,
        statistics: list[RouterStatistics] | None = None,
        real_BT: Tensor | None = None,
    ) -> Tensor:
        """(B, T, D) to (B, T, D). Appends to `statistics`, counting only real tokens."""
        x_ND = x_BTD.reshape(-1, x_BTD.shape[-1])
        experts_NK, weights_NK, scores_NE = self.gate(x_ND)
        if statistics is not None:
            statistics.append(_statistics(experts_NK, scores_NE, x_BTD.shape[:2], real_BT))
        routed_ND = self.experts(x_ND, experts_NK, weights_NK)
        out_BTD: Tensor = routed_ND.view_as(x_BTD) + self.shared_experts(x_BTD)
        return out_BTD


def count_tokens(experts_S: Tensor, experts: int) -> Tensor:
    """Count each expert, int64 (E). Unlike bincount it never waits for the device."""
    counts_E = torch.zeros(experts, dtype=torch.int64, device=experts_S.device)
    return counts_E.scatter_add_(0, experts_S, torch.ones_like(experts_S))


def has_grouped_matmul(x: Tensor, *weights: Tensor) -> bool:
    """Whether torch has a grouped matmul for these tensors.

    A GPU needs bfloat16, compute capability 8 or higher, and rows aligned to 16 bytes.
    """
    if not hasattr(torch, "_grouped_mm"):
        return False
    if x.device.type == "cpu":
        return True
    if x.device.type != "cuda" or x.dtype != torch.bfloat16:
        return False
    aligned = all(size % 8 == 0 for weight in weights for size in weight.shape[1:])
    return aligned and torch.cuda.get_device_capability(x.device) >= (8, 0)


def _every_expert(
    x_ND: Tensor, experts_NK: Tensor, weights_NK: Tensor, gate_up_EXD: Tensor, down_EDF: Tensor
) -> Tensor:
    """Run every expert on every token, most with weight 0: static shapes, no synchronization."""
    E = gate_up_EXD.shape[0]
    weights_NE = weights_NK.new_zeros(x_ND.shape[0], E).scatter(1, experts_NK, weights_NK)
    h_ENX = torch.matmul(x_ND, gate_up_EXD.transpose(1, 2))
    gate_ENF, up_ENF = h_ENX.chunk(2, dim=-1)
    h_ENF = F.silu(gate_ENF) * up_ENF * weights_NE.t().unsqueeze(-1).to(x_ND.dtype)
    h_NX = h_ENF.transpose(0, 1).flatten(1)
    return h_NX @ down_EDF.transpose(1, 2).flatten(0, 1)


def _statistics(
    experts_NK: Tensor, scores_NE: Tensor, shape: torch.Size, real_BT: Tensor | None
) -> RouterStatistics:
    """Load, and the sequence-wise balance loss of section 2.1.2 (equations 17 to 20).

    As in equation 18, the fractions f count the top K of the scores without the bias.
    """
    N, E = scores_NE.shape
    K = experts_NK.shape[1]
    real_BT1 = torch.ones(*shape, 1, device=scores_NE.device)
    if real_BT is not None:
        real_BT1 = real_BT.unsqueeze(-1).to(real_BT1.dtype)
    with torch.no_grad():
        real_NK = real_BT1.view(N, 1).expand(-1, K).reshape(-1).to(torch.int64)
        load_E = torch.zeros(E, dtype=torch.int64, device=scores_NE.device)
        load_E.scatter_add_(0, experts_NK.flatten(), real_NK)
        chosen_NE = torch.zeros_like(scores_NE).scatter_(1, scores_NE.topk(K, dim=-1).indices, 1.0)
        tokens_B1 = real_BT1.sum(dim=1).clamp_min(1.0)
        f_BE = (chosen_NE.view(*shape, E) * real_BT1).sum(dim=1) * (E / K) / tokens_B1
    share_NE = scores_NE / (scores_NE.sum(dim=-1, keepdim=True) + 1e-20)
    p_BE = (share_NE.view(*shape, E) * real_BT1).sum(dim=1) / tokens_B1
    return RouterStatistics(load_E, (f_BE * p_BE).sum(dim=-1).mean())


class _Dispatch(torch.autograd.Function):
    """Copy each token to its pairs. The gradient is a gather, not a scatter."""

    @staticmethod
    def forward(ctx: Any, x_ND: Tensor, order_S: Tensor, inverse_S: Tensor, K: int) -> Tensor:
        ctx.save_for_backward(inverse_S)
        ctx.K = K
        return x_ND.index_select(0, order_S // K)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        (inverse_S,) = ctx.saved_tensors
        grad_SD = grads[0].index_select(0, inverse_S)
        return grad_SD.view(-1, ctx.K, grad_SD.shape[-1]).sum(dim=1), None, None, None


class _Permute(torch.autograd.Function):
    """Permute rows; the gradient applies the inverse permutation."""

    @staticmethod
    def forward(ctx: Any, x_SD: Tensor, take_S: Tensor, back_S: Tensor) -> Tensor:
        ctx.save_for_backward(back_S)
        return x_SD.index_select(0, take_S)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (back_S,) = ctx.saved_tensors
        return grads[0].index_select(0, back_S), None, None


def _dispatch(x_ND: Tensor, order_S: Tensor, inverse_S: Tensor, K: int) -> Tensor:
    x_SD: Tensor = _Dispatch.apply(x_ND, order_S, inverse_S, K)  # type: ignore[no-untyped-call]
    return x_SD


def _permute(x_SD: Tensor, take_S: Tensor, back_S: Tensor) -> Tensor:
    y_SD: Tensor = _Permute.apply(x_SD, take_S, back_S)  # type: ignore[no-untyped-call]
    return y_SD
