"""Parameters and cache bytes from the formulas, and from the tensors themselves."""

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
    """Of these, the ones that one token passes through: K of the routed experts."""
    prediction_modules: int
    """The modules' own, without the shared embedding and head."""


def count_parameters(config: ModelConfig) -> ParameterCounts:
    """Count on the meta device, so that no size of model takes any memory."""
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
    """Bytes per token if every head's key and value were cached, as multi-head attention does."""
    per_layer = config.num_attention_heads * (config.qk_head_dim + config.v_head_dim)
    return config.num_hidden_layers * per_layer * bits / 8


def grouped_cache_bytes(layers: int, key_value_heads: int, head_dim: int, bits: float) -> float:
    """Bytes per token of grouped-query attention: a key and a value per key-value head."""
    return layers * 2 * key_value_heads * head_dim * bits / 8
