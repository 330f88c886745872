"""The language model: blocks of latent attention and experts, and multi-token prediction.

Shapes: B rows, T tokens, Q new tokens per row, D hidden, V vocabulary, F rotary frequencies,
A attention layers, L latent_dim, M layers with experts, E experts.
"""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ...sandbox.errors import UsageError
from .cache import LatentCache, additive_mask
from .config import ModelConfig
from .experts import Experts, FeedForward, MixtureOfExperts, Router, RouterStatistics
from .fast.absorbed_weights import AbsorbedAttention
from .fast.fused import RmsNorm
from .latent_attention import LatentAttention
from .prefix_layout import PrefixLayout
from .rope import rope_table


@dataclass(slots=True)
class TrainOutput:
    """The output of `LanguageModel.forward_train`."""

    logits_BTV: Tensor
    """Position i predicts token i + 1."""
    mtp_logits: tuple[Tensor, ...]
    """Module k = 1, 2, ... gives (B, T - k, V): position i predicts token i + 1 + k."""
    aux_loss: Tensor
    """Sequence-wise balance loss, summed over the layers with experts, without its factor."""
    load_ME: Tensor
    """Tokens sent to each expert, int64; a row per layer with experts, then one per module."""


class Block(nn.Module):
    """Attention and feed-forward, each behind a norm and beside a residual."""

    def __init__(self, config: ModelConfig, dense: bool) -> None:
        super().__init__()
        self.input_layernorm = RmsNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.self_attn = LatentAttention(config)
        self.post_attention_layernorm = RmsNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.mlp = (
            FeedForward(config.hidden_size, config.intermediate_size)
            if dense
            else MixtureOfExperts(config)
        )

    def forward(
        self,
        x_BTD: Tensor,
        table_2BTF: Tensor,
        mask_B1TT: Tensor | PrefixLayout | None,
        statistics: list[RouterStatistics] | None = None,
        real_BT: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The block's output (B, T, D) and the latents to cache (B, T, L)."""
        attended_BTD, latents_BTL = self.self_attn(
            self.input_layernorm(x_BTD), table_2BTF, mask_B1TT
        )
        x_BTD = x_BTD + attended_BTD
        h_BTD = self.post_attention_layernorm(x_BTD)
        if isinstance(self.mlp, MixtureOfExperts):
            return x_BTD + self.mlp(h_BTD, statistics, real_BT), latents_BTL
        return x_BTD + self.mlp(h_BTD), latents_BTL

    def decode(
        self,
        x_BQD: Tensor,
        table_2BQF: Tensor,
        cache_BTL: Tensor,
        positions_BQ: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """The output (B, Q, D) for new tokens, whose latents go into the cache."""
        x_BQD = x_BQD + self.self_attn.decode(
            self.input_layernorm(x_BQD), table_2BQF, cache_BTL, positions_BQ, mask
        )
        fed_BQD: Tensor = self.mlp(self.post_attention_layernorm(x_BQD))
        return x_BQD + fed_BQD


class PredictionModule(nn.Module):
    """Multi-token prediction (arXiv:2412.19437, section 2.2): one token further ahead.

    It shares the embedding and the output head with the main model.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.enorm = RmsNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.hnorm = RmsNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.eh_proj = nn.Linear(2 * config.hidden_size, config.hidden_size, bias=False)
        self.block = Block(config, dense=False)
        self.norm = RmsNorm(config.hidden_size, eps=config.rms_norm_eps)

    def join(self, embedded_BTD: Tensor, previous_BTD: Tensor) -> Tensor:
        """Join the next token's embedding with the hidden state of the module before."""
        both_BTX = torch.cat((self.enorm(embedded_BTD), self.hnorm(previous_BTD)), dim=-1)
        joined_BTD: Tensor = self.eh_proj(both_BTX)
        return joined_BTD


def _embedding(config: ModelConfig) -> nn.Embedding:
    """The embedding of the tokens, on the device in force."""
    if torch.get_default_device().type != "meta":
        return nn.Embedding(config.vocab_size, config.hidden_size)
    # Without a weight it would draw normal numbers, for which torch imports its compiler on "meta".
    nothing_VD = torch.empty(config.vocab_size, config.hidden_size)
    return nn.Embedding(config.vocab_size, config.hidden_size, _weight=nothing_VD)


class LanguageModel(nn.Module):
    """A DeepSeek-V3 model. `forward` for logits, `forward_train` for training, `decode` to
    extend a cache; `Engine` in generation.py samples from it.
    """

    def __init__(
        self,
        config: ModelConfig,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Draw random weights (normal, initializer_range); none on device "meta"."""
        super().__init__()
        self.config = config
        self._tables: dict[tuple[torch.device, torch.dtype], Tensor] = {}
        with torch.device(device or "cpu"):
            self.embed_tokens = _embedding(config)
            self.layers = nn.ModuleList(
                Block(config, dense=index < config.first_k_dense_replace)
                for index in range(config.num_hidden_layers)
            )
            self.norm = RmsNorm(config.hidden_size, eps=config.rms_norm_eps)
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
            self.mtp = nn.ModuleList(
                PredictionModule(config) for _ in range(config.num_nextn_predict_layers)
            )
        if config.tie_word_embeddings:
            self.lm_head.weight = self.embed_tokens.weight
        if dtype is not None:
            self.to(dtype)
        if self.embed_tokens.weight.device.type != "meta":
            self.reset_parameters()

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Reinitialize all weights: normal with initializer_range, norms 1, biases 0."""
        std = self.config.initializer_range
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding | Router):
                nn.init.normal_(module.weight, std=std, generator=generator)
                if isinstance(module, nn.Linear) and module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, Experts):
                nn.init.normal_(module.gate_up_proj, std=std, generator=generator)
                nn.init.normal_(module.down_proj, std=std, generator=generator)

    @property
    def blocks(self) -> list[Block]:
        """The layers of the main model."""
        return cast(list[Block], list(self.layers))

    @property
    def modules_ahead(self) -> list[PredictionModule]:
        """The prediction modules, nearest token first."""
        return cast(list[PredictionModule], list(self.mtp))

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return self.embed_tokens.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights."""
        return self.embed_tokens.weight.dtype

    def forward(
        self,
        tokens_BT: Tensor,
        segments_BT: Tensor | None = None,
        positions_BT: Tensor | None = None,
        cache: LatentCache | None = None,
    ) -> Tensor:
        """Logits (B, T, V) in the dtype of the weights.

        `segments_BT` numbers the documents packed into a row 1, 2, ...; a token sees the earlier
        tokens of its own document. 0 is padding, on either side. None means one document per
        row without padding. Positions count from 0 in each document unless given.
        With a cache the tokens are appended to its rows and see what it holds.
        """
        if cache is not None:
            hidden_BTD = self._extend(tokens_BT, cache)
        else:
            hidden_BTD, _ = self.hidden(tokens_BT, segments_BT, positions_BT)
        logits_BTV: Tensor = self.lm_head(hidden_BTD)
        return logits_BTV

    def hidden(
        self,
        tokens_BT: Tensor,
        segments_BT: Tensor | None = None,
        positions_BT: Tensor | None = None,
        statistics: list[RouterStatistics] | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        """The normalized state before the output head (B, T, D), and each layer's latents.

        A loss over some positions needs only their logits: `model.lm_head(hidden[...])`.
        """
        if tokens_BT.shape[1] > self.config.max_position_embeddings:
            raise UsageError(
                f"{tokens_BT.shape[1]} tokens are longer than the context: "
                f"max_position_embeddings is {self.config.max_position_embeddings}"
            )
        table_2BTF, mask_B1TT, real_BT = self._attention_inputs(
            tokens_BT, segments_BT, positions_BT
        )
        x_BTD = self.embed_tokens(tokens_BT)
        latents: list[Tensor] = []
        for layer in self.blocks:
            x_BTD, latents_BTL = layer(x_BTD, table_2BTF, mask_B1TT, statistics, real_BT)
            latents.append(latents_BTL)
        return self.norm(x_BTD), latents

    def forward_train(
        self,
        tokens_BT: Tensor,
        segments_BT: Tensor | None = None,
        positions_BT: Tensor | None = None,
    ) -> TrainOutput:
        """Logits of the model and its prediction modules, with the routers' statistics.

        At the end of a document a module reads the next document's token. Mask the targets whose
        segment differs from that of their position, as losses.py does.
        """
        statistics: list[RouterStatistics] = []
        hidden_BTD, _ = self.hidden(tokens_BT, segments_BT, positions_BT, statistics)
        logits_BTV = self.lm_head(hidden_BTD)
        mtp_logits = []
        for depth, module in enumerate(self.modules_ahead, start=1):
            if tokens_BT.shape[1] <= depth:
                break
            previous_BTD = hidden_BTD[:, : tokens_BT.shape[1] - depth]
            documents = (segments_BT, positions_BT)
            hidden_BTD = self._predict(module, previous_BTD, tokens_BT, documents, statistics)
            mtp_logits.append(self.lm_head(hidden_BTD))
        if statistics:
            aux_loss = torch.stack([layer.balance_loss for layer in statistics]).sum()
            load_ME = torch.stack([layer.load_E for layer in statistics])
        else:
            aux_loss = logits_BTV.new_zeros((), dtype=torch.float32)
            load_ME = torch.zeros(0, self.config.n_routed_experts, dtype=torch.int64)
        return TrainOutput(logits_BTV, tuple(mtp_logits), aux_loss, load_ME)

    @torch.no_grad()
    def update_router_bias(self, load_ME: Tensor, rate: float) -> None:
        """Aux-loss-free balancing: raise the bias of underloaded experts by `rate`, lower the
        others (section 2.1.2). `load_ME` as in TrainOutput, summed over the whole batch.
        """
        routers = [module.gate for module in self.modules() if isinstance(module, MixtureOfExperts)]
        for router, load_E in zip(routers, load_ME.float(), strict=False):
            violation_E = (load_E.mean() - load_E).to(router.e_score_correction_bias.device)
            router.e_score_correction_bias += rate * violation_E.sign()

    def decode(self, tokens_BQ: Tensor, positions_BQ: Tensor, latents_ABTL: Tensor) -> Tensor:
        """The normalized state (B, Q, D) of new tokens at `positions_BQ` of a latent cache.

        Writes their latents into `latents_ABTL`, which may be a view of a longer cache and must
        include the last position. Shapes are static and nothing synchronizes, so a CUDA graph
        can capture it.
        """
        table_2BQF = self.rope_table()[:, positions_BQ]
        mask = additive_mask(positions_BQ, latents_ABTL.shape[2], latents_ABTL.dtype)
        x_BQD = self.embed_tokens(tokens_BQ)
        for layer, cache_BTL in zip(self.blocks, latents_ABTL, strict=False):
            x_BQD = layer.decode(x_BQD, table_2BQF, cache_BTL, positions_BQ, mask)
        return self._normalize(x_BQD)

    def decode_absorbed(
        self,
        tokens_B: Tensor,
        positions_B: Tensor,
        latents_ABTL: Tensor,
        absorbed: list[AbsorbedAttention],
    ) -> Tensor:
        """`decode` for one token per row with absorbed weights: (B, D)."""
        table_2BF = self.rope_table()[:, positions_B]
        mask = additive_mask(positions_B.unsqueeze(1), latents_ABTL.shape[2], latents_ABTL.dtype)
        x_BD = self.embed_tokens(tokens_B)
        for layer, weights, cache_BTL in zip(self.blocks, absorbed, latents_ABTL, strict=False):
            h_BD = layer.input_layernorm(x_BD)
            x_BD = x_BD + weights.decode(h_BD, table_2BF, cache_BTL, positions_B, mask.squeeze(1))
            h_B1D = layer.post_attention_layernorm(x_BD).unsqueeze(1)
            x_BD = x_BD + layer.mlp(h_B1D).squeeze(1)
        return self._normalize(x_BD)

    def decode_prediction(
        self,
        depth: int,
        previous_BQD: Tensor,
        tokens_BQ: Tensor,
        positions_BQ: Tensor,
        cache_BTL: Tensor,
    ) -> Tensor:
        """The state (B, Q, D) of prediction module `depth` (1, 2, ...) for speculative decoding.

        `previous_BQD` is the normalized state at position i, `tokens_BQ` the token at i + depth.
        """
        module = self.modules_ahead[depth - 1]
        table_2BQF = self.rope_table()[:, positions_BQ]
        mask = additive_mask(positions_BQ, cache_BTL.shape[1], cache_BTL.dtype)
        x_BQD = module.join(self.embed_tokens(tokens_BQ), previous_BQD)
        out_BQD: Tensor = module.norm(
            module.block.decode(x_BQD, table_2BQF, cache_BTL, positions_BQ, mask)
        )
        return out_BQD

    def rope_table(self) -> Tensor:
        """Cosines and sines (2, P, F) in the device and dtype of the weights."""
        # Not a buffer: casting a model down and up again must not lose precision of the angles.
        key = (self.device, self.dtype)
        if key not in self._tables:
            self._tables[key] = rope_table(self.config, self.device).to(self.dtype)
        return self._tables[key]

    def _extend(self, tokens_BQ: Tensor, cache: LatentCache) -> Tensor:
        B, Q = tokens_BQ.shape
        if cache.lengths_S.shape[0] != B:
            raise UsageError(f"{B} rows of tokens but {cache.lengths_S.shape[0]} slots of cache")
        longest = int(cache.lengths_S.max()) + Q
        if longest > cache.capacity:
            raise UsageError(f"{longest} tokens do not fit a cache of {cache.capacity}")
        positions_BQ = cache.lengths_S[:, None] + torch.arange(Q, device=tokens_BQ.device)
        hidden_BQD = self.decode(tokens_BQ, positions_BQ, cache.latents_ASTL[:, :, :longest])
        cache.lengths_S += Q
        return hidden_BQD

    def _predict(
        self,
        module: PredictionModule,
        previous_BTD: Tensor,
        tokens_BT: Tensor,
        documents: tuple[Tensor | None, Tensor | None],
        statistics: list[RouterStatistics] | None,
    ) -> Tensor:
        """One prediction module's normalized state; position i has seen tokens up to i + k."""
        T = previous_BTD.shape[1]
        depth = tokens_BT.shape[1] - T
        segments_BT, positions_BT = (None if x is None else x[:, :T] for x in documents)
        table_2BTF, mask_B1TT, real_BT = self._attention_inputs(
            tokens_BT[:, :T], segments_BT, positions_BT
        )
        x_BTD = module.join(self.embed_tokens(tokens_BT[:, depth:]), previous_BTD)
        x_BTD, _ = module.block(x_BTD, table_2BTF, mask_B1TT, statistics, real_BT)
        out_BTD: Tensor = module.norm(x_BTD)
        return out_BTD

    def _normalize(self, x: Tensor) -> Tensor:
        normalized: Tensor = self.norm(x)
        return normalized

    def _attention_inputs(
        self, tokens_BT: Tensor, segments_BT: Tensor | None, positions_BT: Tensor | None
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Angles (2, B or 1, T, F), attention mask (None: causal), and which tokens are real."""
        T = tokens_BT.shape[1]
        table_2PF = self.rope_table()
        if segments_BT is None:
            table = table_2PF[:, None, :T] if positions_BT is None else table_2PF[:, positions_BT]
            return table, None, None
        if positions_BT is None:
            positions_BT = document_positions(segments_BT)
        causal_TT = torch.ones(T, T, dtype=torch.bool, device=tokens_BT.device).tril()
        # Padding is document 0 and sees itself: a row of only -inf would give NaN.
        same_BTT = segments_BT.unsqueeze(1) == segments_BT.unsqueeze(2)
        return table_2PF[:, positions_BT], (same_BTT & causal_TT).unsqueeze(1), segments_BT > 0


def document_positions(segments_BT: Tensor) -> Tensor:
    """Each token's position in its own document: 0 where a new segment number begins."""
    indices_T = torch.arange(segments_BT.shape[1], device=segments_BT.device)
    starts_BT = torch.ones_like(segments_BT, dtype=torch.bool)
    starts_BT[:, 1:] = segments_BT[:, 1:] != segments_BT[:, :-1]
    first_BT = torch.where(starts_BT, indices_T, 0).cummax(dim=1).values
    return indices_T - first_BT
