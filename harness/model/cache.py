"""The latent cache: kv_lora_rank + qk_rope_head_dim numbers per token and layer.

Shapes: A attention layers (prediction modules included), S slots, T tokens, L latent_dim.
"""

import torch
from torch import Tensor

from ...sandbox.errors import UsageError
from .config import ModelConfig


class LatentCache:
    """Preallocated latents of `slots` rows, each with its own length."""

    def __init__(
        self,
        config: ModelConfig,
        slots: int,
        length: int,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float32,
        prediction_modules: int = 0,
    ) -> None:
        """Allocate `length` tokens per slot. Raises UsageError when the context is shorter."""
        if length > config.max_position_embeddings:
            raise UsageError(
                f"a cache of {length} tokens is longer than the context: "
                f"max_position_embeddings is {config.max_position_embeddings}"
            )
        layers = config.num_hidden_layers + prediction_modules
        shape = (layers, slots, length, config.latent_dim)
        # Zeros, not empty: a score must be finite before the mask is added.
        self.latents_ASTL = torch.zeros(shape, device=device, dtype=dtype)
        self.lengths_S = torch.zeros(slots, device=device, dtype=torch.int64)

    @property
    def capacity(self) -> int:
        """Tokens that a slot can hold."""
        return self.latents_ASTL.shape[2]

    @property
    def nbytes(self) -> int:
        """Bytes of the cache's tensors that grow with tokens."""
        return self.latents_ASTL.numel() * self.latents_ASTL.element_size()

    @property
    def bytes_per_token(self) -> float:
        """Bytes that one token of one row takes, all layers together."""
        return self.nbytes / (self.latents_ASTL.shape[1] * self.capacity)

    def fill(self, slots_B: Tensor, latents_ABTL: Tensor) -> None:
        """Copy prefilled latents into slots; one prompt's row may go to many slots."""
        tokens = latents_ABTL.shape[2]
        self.latents_ASTL[: latents_ABTL.shape[0], slots_B, :tokens] = latents_ABTL.to(
            self.latents_ASTL.dtype
        )

    def move(self, source: int, target: int, tokens: int) -> None:
        """Move the first `tokens` latents of one slot to another."""
        self.latents_ASTL[:, target, :tokens] = self.latents_ASTL[:, source, :tokens]
        self.lengths_S[target] = self.lengths_S[source]


def additive_mask(positions_BQ: Tensor, tokens: int, dtype: torch.dtype) -> Tensor:
    """0 where a query may see a cached token (at its own position or before), else -inf.

    Shape (B, Q, 1, tokens), ready to be added to scores.
    """
    places_T = torch.arange(tokens, device=positions_BQ.device)
    later_BQT = places_T > positions_BQ.unsqueeze(-1)
    mask_BQT = torch.zeros(later_BQT.shape, dtype=dtype, device=positions_BQ.device)
    return mask_BQT.masked_fill_(later_BQT, float("-inf")).unsqueeze(2)
