"""Counts of parameters, and bytes of the cache by formula."""

from dataclasses import dataclass

from .config import ModelConfig
from .experts import Experts
from .network import LanguageModel


@dataclass(frozen=True, slots=True)
class ParameterCounts:
    """Parameters of the main model and of its prediction modules."""

    total: int
    """Without prediction modules, as DeepSeek counts its 671B."""
    active: int
    """The parameters that one token uses: K of the routed experts, and all the rest."""
    prediction_modules: int
    """The modules' own, without the shared embedding and head."""


def count_parameters(config: ModelConfig) -> ParameterCounts:
    """Count on the meta device, which takes no memory for any model size."""
    model = LanguageModel(config, device="meta")
    modules = sum(p.numel() for p in model.mtp.parameters())
    total = sum(p.numel() for p in model.parameters()) - modules
    idle = sum(
        (config.n_routed_experts - config.num_experts_per_tok)
        * sum(p[0].numel() for p in layer.parameters())
        for layer in model.layers.modules()
        if isinstance(layer, Experts)
    )
    return ParameterCounts(total, total - idle, modules)


def latent_cache_bytes(config: ModelConfig, bits: float = 16) -> float:
    """Bytes per token of the latent cache: layers * (kv_lora_rank + qk_rope_head_dim)."""
    return config.num_hidden_layers * config.latent_dim * bits / 8


def multi_head_cache_bytes(config: ModelConfig, bits: float = 16) -> float:
    """Bytes per token of multi-head attention, which caches every head's key and value."""
    per_layer = config.num_attention_heads * (config.qk_head_dim + config.v_head_dim)
    return config.num_hidden_layers * per_layer * bits / 8


def grouped_cache_bytes(layers: int, key_value_heads: int, head_dim: int, bits: float) -> float:
    """Bytes per token of grouped-query attention: a key and a value per key-value head."""
    return layers * 2 * key_value_heads * head_dim * bits / 8
