"""Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1).

The keys and values of all heads are linear maps of one small latent per token; one further key
of R numbers carries the position and is shared by the heads. There are two ways to compute it:

- `forward` expands the latents to keys and values and runs ordinary attention. It is for training
  and prefill, where every key serves many queries. (On a CPU with a narrow latent it stays in
  latent space; see fast/latent_space.py.)
- `decode` applies the latent-to-key map to the query and the latent-to-value map to the output
  ("absorbed"). It is for decoding, since it reads only the latents.

Shapes: B rows, T tokens, Q new tokens per row, D hidden, H heads, N qk_nope_head_dim,
R qk_rope_head_dim, K = N + R, V v_head_dim, C kv_lora_rank, L = C + R (what the cache holds),
F = R / 2 rotary frequencies.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig
from .fast.fused import RmsNorm
from .fast.latent_space import latent_space_attention, serves
from .prefix_layout import PrefixLayout
from .rope import rotate, softmax_scale

# transformers normalizes the two latents with this epsilon whatever rms_norm_eps says.
# DeepSeek's own weights have the same value as rms_norm_eps.
_LATENT_EPS = 1e-6


class LatentAttention(nn.Module):
    """One layer's attention; parameter names are those of DeepSeek-V3's checkpoints."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.scale = softmax_scale(config)
        width, heads, bias = config.hidden_size, config.num_attention_heads, config.attention_bias
        queries = heads * config.qk_head_dim
        if config.q_lora_rank is None:
            self.q_proj = nn.Linear(width, queries, bias=False)
        else:
            self.q_a_proj = nn.Linear(width, config.q_lora_rank, bias=bias)
            self.q_a_layernorm = RmsNorm(config.q_lora_rank, eps=_LATENT_EPS)
            self.q_b_proj = nn.Linear(config.q_lora_rank, queries, bias=False)
        self.kv_a_proj_with_mqa = nn.Linear(width, config.latent_dim, bias=bias)
        self.kv_a_layernorm = RmsNorm(config.kv_lora_rank, eps=_LATENT_EPS)
        self.kv_b_proj = nn.Linear(
            config.kv_lora_rank, heads * (config.qk_nope_head_dim + config.v_head_dim), bias=False
        )
        self.o_proj = nn.Linear(heads * config.v_head_dim, width, bias=bias)

    def forward(
        self, x_BTD: Tensor, table_2BTF: Tensor, mask_B1TT: Tensor | PrefixLayout | None
    ) -> tuple[Tensor, Tensor]:
        """Attend within the given tokens; causal where the mask is None.

        Returns the output (B, T, D) and the latents to cache (B, T, L).
        """
        c = self.config
        if serves(c, x_BTD):
            return self._absorbed(x_BTD, table_2BTF, mask_B1TT)
        assert not isinstance(mask_B1TT, PrefixLayout), "packed prompts need latent space"
        B, T, _ = x_BTD.shape
        q_BTHN, q_BTHR = self._queries(x_BTD, table_2BTF)
        c_BTC, k_BTR = self._latents(x_BTD, table_2BTF)
        kv_BTHX = self.kv_b_proj(c_BTC).view(B, T, c.num_attention_heads, -1)
        k_BTHN, v_BTHV = kv_BTHX.split((c.qk_nope_head_dim, c.v_head_dim), dim=-1)
        k_BTHR = k_BTR.unsqueeze(2).expand(-1, -1, c.num_attention_heads, -1)
        q_BHTK = torch.cat((q_BTHN, q_BTHR), dim=-1).transpose(1, 2)
        k_BHTK = torch.cat((k_BTHN, k_BTHR), dim=-1).transpose(1, 2)
        out_BHTV = self._attend(q_BHTK, k_BHTK, v_BTHV.transpose(1, 2), mask_B1TT)
        out_BTD = self.o_proj(out_BHTV.transpose(1, 2).reshape(B, T, -1))
        return out_BTD, torch.cat((c_BTC, k_BTR), dim=-1)

    def decode(
        self,
        x_BQD: Tensor,
        table_2BQF: Tensor,
        cache_BTL: Tensor,
        positions_BQ: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """Write the new tokens' latents at `positions_BQ`, then attend to the cache.

        `mask` (B, Q, 1, T) is added to the scores: 0 or -inf. `cache_BTL` is changed in place.
        Returns (B, Q, D).
        """
        c = self.config
        B, Q, _ = x_BQD.shape
        H, N, C = c.num_attention_heads, c.qk_nope_head_dim, c.kv_lora_rank
        q_BQHN, q_BQHR = self._queries(x_BQD, table_2BQF)
        latent_BQL = torch.cat(self._latents(x_BQD, table_2BQF), dim=-1)
        index_BQL = positions_BQ.unsqueeze(-1).expand(-1, -1, c.latent_dim)
        cache_BTL.scatter_(1, index_BQL, latent_BQL.to(cache_BTL.dtype))

        up_HXC = self.kv_b_proj.weight.view(H, N + c.v_head_dim, C)
        q_HBN = q_BQHN.reshape(B * Q, H, N).transpose(0, 1)
        q_HBC = torch.bmm(q_HBN, up_HXC[:, :N])
        q_BHC = q_HBC.transpose(0, 1).reshape(B, Q * H, C)
        q_BHL = torch.cat((q_BHC, q_BQHR.reshape(B, Q * H, -1)), dim=-1)
        scores_BHT = torch.bmm(q_BHL * self.scale, cache_BTL.transpose(1, 2))
        scores_BHT = (scores_BHT.view(B, Q, H, -1) + mask).view(B, Q * H, -1)
        weights_BHT = scores_BHT.softmax(dim=-1, dtype=torch.float32).to(cache_BTL.dtype)
        out_BHC = torch.bmm(weights_BHT, cache_BTL[..., :C])
        out_HBC = out_BHC.reshape(B * Q, H, C).transpose(0, 1)
        out_HBV = torch.bmm(out_HBC, up_HXC[:, N:].transpose(1, 2))
        out_BQD: Tensor = self.o_proj(out_HBV.transpose(0, 1).reshape(B, Q, -1))
        return out_BQD

    def _absorbed(
        self, x_BTD: Tensor, table_2BTF: Tensor, mask_B1TT: Tensor | PrefixLayout | None
    ) -> tuple[Tensor, Tensor]:
        """Compute `forward` in latent space: the product of the weights, with gradients."""
        c = self.config
        B, T, D = x_BTD.shape
        H, N, C = c.num_attention_heads, c.qk_nope_head_dim, c.kv_lora_rank
        up_HXC = self.kv_b_proj.weight.view(H, N + c.v_head_dim, C)
        plain = self.q_proj if c.q_lora_rank is None else self.q_b_proj
        query_HKI = plain.weight.view(H, c.qk_head_dim, -1)
        query_HCI = torch.bmm(up_HXC[:, :N].transpose(1, 2), query_HKI[:, :N])
        query_HLI = torch.cat((query_HCI, query_HKI[:, N:]), dim=1) * self.scale
        latent = self.kv_a_proj_with_mqa
        if c.q_lora_rank is None and latent.bias is None:
            joined_XD = torch.cat((query_HLI.flatten(0, 1), latent.weight))
            rows_BTX = F.linear(x_BTD, joined_XD)
        else:
            low_BTI = x_BTD
            if c.q_lora_rank is not None:
                low_BTI = self.q_a_layernorm(self.q_a_proj(x_BTD))
            queries_BTX = F.linear(low_BTI, query_HLI.flatten(0, 1))
            rows_BTX = torch.cat((queries_BTX, latent(x_BTD)), dim=-1)
        out_BTX, latents_BTL = latent_space_attention(
            rows_BTX.view(B, T, H + 1, c.latent_dim), self.kv_a_layernorm.weight, _LATENT_EPS,
            table_2BTF, mask_B1TT,
        )  # fmt: skip
        output_HVD = self.o_proj.weight.view(D, H, c.v_head_dim).permute(1, 2, 0)
        output_HCD = torch.bmm(up_HXC[:, N:].transpose(1, 2), output_HVD)
        out_BTD = F.linear(out_BTX, output_HCD.flatten(0, 1).t(), self.o_proj.bias)
        return out_BTD, latents_BTL

    def _queries(self, x_BTD: Tensor, table_2BTF: Tensor) -> tuple[Tensor, Tensor]:
        """The queries without (B, T, H, N) and with position (B, T, H, R)."""
        c = self.config
        if c.q_lora_rank is None:
            q_BTX = self.q_proj(x_BTD)
        else:
            q_BTX = self.q_b_proj(self.q_a_layernorm(self.q_a_proj(x_BTD)))
        q_BTHK = q_BTX.view(*x_BTD.shape[:2], c.num_attention_heads, c.qk_head_dim)
        q_BTHN, q_BTHR = q_BTHK.split((c.qk_nope_head_dim, c.qk_rope_head_dim), dim=-1)
        return q_BTHN, rotate(q_BTHR, table_2BTF, c.rope_interleave)

    def _latents(self, x_BTD: Tensor, table_2BTF: Tensor) -> tuple[Tensor, Tensor]:
        """The normalized latent (B, T, C) and the rotated shared key (B, T, R)."""
        c = self.config
        both_BTL = self.kv_a_proj_with_mqa(x_BTD)
        c_BTC, k_BTR = both_BTL.split((c.kv_lora_rank, c.qk_rope_head_dim), dim=-1)
        return self.kv_a_layernorm(c_BTC), rotate(k_BTR, table_2BTF, c.rope_interleave)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        """Scaled dot-product attention of (B, H, T, K) with values (B, H, T, V)."""
        # The fused kernels need values as wide as keys; padding is cheaper than not using them.
        missing = q.shape[-1] - v.shape[-1]
        if missing > 0:
            padded = F.pad(v, (0, missing))
            return F.scaled_dot_product_attention(
                q, k, padded, attn_mask=mask, is_causal=mask is None, scale=self.scale
            )[..., : v.shape[-1]]
        return F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=mask is None, scale=self.scale
        )
