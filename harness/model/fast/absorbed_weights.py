"""Absorbed attention weights: the products of neighbouring projections, for decoding.

Absorbed decoding (latent_attention.py) maps every query into latent space, and every head's
result out of it, with two small products per head and step. When the latent is about as narrow
as a head, it is cheaper to multiply those maps into the neighbouring projections once per
rollout. One matrix then gives the queries of all heads in latent space and the new latent, as
H + 1 rows of L numbers.

Shapes: B rows, T tokens, D hidden, H heads, N qk_nope_head_dim, R qk_rope_head_dim, V
v_head_dim, C kv_lora_rank, L = C + R, I input width of the query projection (D or q_lora_rank).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig
from ..latent_attention import LatentAttention
from ..rope import rotate


def worth_absorbing(config: ModelConfig) -> bool:
    """Whether the absorbed weights are at most about twice as large as the plain ones.

    They are not for DeepSeek-V3 itself, whose latent is four heads wide.
    """
    return config.kv_lora_rank <= 2 * min(config.qk_nope_head_dim, config.v_head_dim)


class AbsorbedAttention:
    """One layer's absorbed weights. Call `refresh` after the layer's weights change."""

    def __init__(self, attention: LatentAttention) -> None:
        c = attention.config
        weight = attention.o_proj.weight
        self.attention = attention
        self.query_HLI = weight.new_zeros(c.num_attention_heads, c.latent_dim, _inputs(c))
        self.output_DX = weight.new_zeros(c.hidden_size, c.num_attention_heads * c.kv_lora_rank)
        # Without low-rank queries, queries and latent have the same input: one matrix for both.
        self.joined_XD = weight.new_zeros(
            (c.num_attention_heads + 1) * c.latent_dim if c.q_lora_rank is None else c.latent_dim,
            c.hidden_size,
        )
        self.bias_X = weight.new_zeros(self.joined_XD.shape[0]) if c.attention_bias else None
        self.refresh()

    @torch.no_grad()
    def refresh(self) -> None:
        """Recompute the products from the layer's current weights, in place."""
        a, c = self.attention, self.attention.config
        H, N, C = c.num_attention_heads, c.qk_nope_head_dim, c.kv_lora_rank
        up_HXC = a.kv_b_proj.weight.float().view(H, N + c.v_head_dim, C)
        plain = a.q_proj if c.q_lora_rank is None else a.q_b_proj
        query_HKI = plain.weight.float().view(H, c.qk_head_dim, -1) * a.scale
        self.query_HLI[:, :C] = torch.bmm(up_HXC[:, :N].transpose(1, 2), query_HKI[:, :N])
        self.query_HLI[:, C:] = query_HKI[:, N:]
        output_HDV = a.o_proj.weight.float().view(c.hidden_size, H, -1).transpose(0, 1)
        output_HDC = torch.bmm(output_HDV, up_HXC[:, N:])
        self.output_DX.copy_(output_HDC.transpose(0, 1).flatten(1))
        self.joined_XD[-c.latent_dim :] = a.kv_a_proj_with_mqa.weight
        if c.q_lora_rank is None:
            self.joined_XD[: -c.latent_dim] = self.query_HLI.flatten(0, 1)
        if self.bias_X is not None:
            self.bias_X[-c.latent_dim :] = a.kv_a_proj_with_mqa.bias

    def decode(
        self, x_BD: Tensor, table_2BF: Tensor, cache_BTL: Tensor, positions_B: Tensor, mask: Tensor
    ) -> Tensor:
        """`LatentAttention.decode` for one token per row; `mask` is (B, 1, T)."""
        a, c = self.attention, self.attention.config
        H, C = c.num_attention_heads, c.kv_lora_rank
        joined_BX = F.linear(x_BD, self.joined_XD, self.bias_X)
        if c.q_lora_rank is not None:
            low_BI = a.q_a_layernorm(a.q_a_proj(x_BD))
            queries_BX = F.linear(low_BI, self.query_HLI.flatten(0, 1))
            joined_BX = torch.cat((queries_BX, joined_BX), dim=-1)
        rows_BYL = joined_BX.view(-1, H + 1, c.latent_dim)
        turned_BYR = rotate(rows_BYL[..., C:].unsqueeze(1), table_2BF.unsqueeze(2),
                            c.rope_interleave).squeeze(1)  # fmt: skip
        rows_BYL[..., C:] = turned_BYR
        rows_BYL[:, H, :C] = a.kv_a_layernorm(rows_BYL[:, H, :C])
        index_B1L = positions_B.view(-1, 1, 1).expand(-1, 1, c.latent_dim)
        cache_BTL.scatter_(1, index_B1L, rows_BYL[:, H:])
        out_BHC = attend(rows_BYL[:, :H], cache_BTL, mask, C)
        return F.linear(out_BHC.reshape(-1, H * C), self.output_DX, a.o_proj.bias)


def attend(q_BHL: Tensor, cache_BTL: Tensor, mask_B1T: Tensor, values: int) -> Tensor:
    """Attention in latent space; the first `values` columns of the cache are the values.

    Returns (B, H, C).
    """
    if q_BHL.is_cuda and q_BHL.dtype != torch.float32:
        # Fused: scores stay in float32, and the cache is read once.
        out_B1HL = F.scaled_dot_product_attention(
            q_BHL.unsqueeze(1),
            cache_BTL.unsqueeze(1),
            cache_BTL.unsqueeze(1),
            attn_mask=mask_B1T.unsqueeze(1).expand(-1, 1, q_BHL.shape[1], -1),
            scale=1.0,
        )
        return out_B1HL.squeeze(1)[..., :values]
    scores_BHT = torch.baddbmm(mask_B1T, q_BHL, cache_BTL.transpose(1, 2))
    return torch.bmm(scores_BHT.softmax(dim=-1), cache_BTL[..., :values])


def absorb_weights(model: nn.Module) -> list[AbsorbedAttention]:
    """The absorbed weights of every layer of a `LanguageModel`."""
    return [AbsorbedAttention(layer.self_attn) for layer in model.layers]  # type: ignore[union-attr]


def _inputs(config: ModelConfig) -> int:
    return config.hidden_size if config.q_lora_rank is None else config.q_lora_rank
