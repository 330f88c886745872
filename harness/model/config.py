"""The model's configuration, with DeepSeek-V3's field names, validated on construction."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from ...sandbox.errors import UsageError

PresetName = Literal["nano", "small", "deepseek-v3"]

_POSITIVE = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "moe_intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "kv_lora_rank",
    "qk_nope_head_dim",
    "qk_rope_head_dim",
    "v_head_dim",
    "n_routed_experts",
    "n_shared_experts",
    "num_experts_per_tok",
    "n_group",
    "topk_group",
    "max_position_embeddings",
)
_NOT_NEGATIVE = ("first_k_dense_replace", "num_nextn_predict_layers")
_NUMBERS = ("rope_theta", "rms_norm_eps", "routed_scaling_factor", "initializer_range")
# Fields of published configs for which this architecture has a single legal value.
_ONLY: dict[str, object] = {
    "hidden_act": "silu",
    "scoring_func": "sigmoid",
    "topk_method": "noaux_tc",
    "moe_layer_freq": 1,
}
_YARN_KEYS = {
    "type",
    "rope_type",
    "rope_theta",
    "factor",
    "original_max_position_embeddings",
    "beta_fast",
    "beta_slow",
    "mscale",
    "mscale_all_dim",
    "attention_factor",
    "truncate",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelConfig:
    """A DeepSeek-V3 model. Defaults of the shape fields are the preset `small`.

    Raises UsageError that names the field when the values are inconsistent.
    """

    vocab_size: int = 768
    hidden_size: int = 256
    num_hidden_layers: int = 6
    num_attention_heads: int = 8
    q_lora_rank: int | None = None
    """Rank of the low-rank queries; None for full-rank queries."""
    kv_lora_rank: int = 64
    """Rank of the latent that keys and values are computed from; stored in the cache."""
    qk_nope_head_dim: int = 64
    qk_rope_head_dim: int = 16
    """Width of the decoupled key that carries the position; stored in the cache."""
    v_head_dim: int = 64
    attention_bias: bool = False
    intermediate_size: int = 768
    """Feed-forward width of the first, dense layers."""
    moe_intermediate_size: int = 64
    n_routed_experts: int = 16
    n_shared_experts: int = 1
    num_experts_per_tok: int = 4
    n_group: int = 4
    """Groups of experts; a token is routed within the best `topk_group` of them."""
    topk_group: int = 2
    norm_topk_prob: bool = True
    routed_scaling_factor: float = 2.5
    first_k_dense_replace: int = 1
    """Number of initial layers with a dense feed-forward instead of experts."""
    num_nextn_predict_layers: int = 1
    """Multi-token prediction modules; each predicts one token further ahead."""
    max_position_embeddings: int = 2048
    rope_theta: float = 10000.0
    rope_scaling: dict[str, Any] | None = None
    """None, or YaRN: {"type": "yarn", "factor", "original_max_position_embeddings", ...}."""
    rope_interleave: bool = True
    rms_norm_eps: float = 1e-6
    initializer_range: float = 0.02
    tie_word_embeddings: bool = False
    bos_token_id: int | None = 0
    eos_token_id: int | None = 1
    pad_token_id: int | None = None

    def __post_init__(self) -> None:
        for name in _POSITIVE:
            _check_whole(name, getattr(self, name), 1)
        for name in _NOT_NEGATIVE:
            _check_whole(name, getattr(self, name), 0)
        for name in _NUMBERS:
            _check_number(name, getattr(self, name))
        if self.q_lora_rank is not None:
            _check_whole("q_lora_rank", self.q_lora_rank, 1)
        _check_experts(self)
        _check_rope(self)
        for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
            token = getattr(self, name)
            if token is not None and not (isinstance(token, int) and 0 <= token < self.vocab_size):
                raise UsageError(
                    f"config field {name} is {token!r}: use a token below "
                    f"vocab_size {self.vocab_size}, or null"
                )

    @property
    def qk_head_dim(self) -> int:
        """Width of a query or key: the part without and the part with position."""
        return self.qk_nope_head_dim + self.qk_rope_head_dim

    @property
    def latent_dim(self) -> int:
        """Numbers cached per token and layer."""
        return self.kv_lora_rank + self.qk_rope_head_dim

    @property
    def num_moe_layers(self) -> int:
        """Layers with experts in the main model, without the prediction modules."""
        return max(0, self.num_hidden_layers - self.first_k_dense_replace)

    def replace(self, **changes: Any) -> "ModelConfig":
        """The same configuration with some fields changed. Raises UsageError."""
        unknown = sorted(set(changes) - {field.name for field in dataclasses.fields(self)})
        if unknown:
            raise UsageError(f"config field {unknown[0]!r} is not known")
        return dataclasses.replace(self, **changes)

    @classmethod
    def preset(cls, name: str, **changes: Any) -> "ModelConfig":
        """A named configuration: "nano", "small" or "deepseek-v3". Raises UsageError."""
        if name not in _PRESETS:
            raise UsageError(f"model preset {name!r}: use one of {', '.join(_PRESETS)}")
        return cls(**_PRESETS[name]).replace(**changes)

    @classmethod
    def from_hf(cls, config: dict[str, Any]) -> "ModelConfig":
        """From the content of a config.json of model type deepseek_v3. Raises UsageError."""
        if config.get("model_type") != "deepseek_v3":
            raise UsageError(
                f"config field model_type is {config.get('model_type')!r}: "
                "only 'deepseek_v3' can be read"
            )
        for name, only in _ONLY.items():
            if config.get(name, only) != only:
                raise UsageError(f"config field {name} is {config[name]!r}: use {only!r}")
        heads = config.get("num_key_value_heads")
        if heads is not None and heads != config.get("num_attention_heads", heads):
            raise UsageError(
                f"config field num_key_value_heads is {heads!r}: latent attention has as many "
                f"as num_attention_heads ({config.get('num_attention_heads')!r})"
            )
        values = dict(_HF_DEFAULTS)
        names = {field.name for field in dataclasses.fields(cls)}
        values |= {name: value for name, value in config.items() if name in names}
        if "num_mtp_layers" in config:
            values["num_nextn_predict_layers"] = config["num_mtp_layers"]
        if isinstance(values["eos_token_id"], list):
            values["eos_token_id"] = values["eos_token_id"][0] if values["eos_token_id"] else None
        rope = config.get("rope_parameters") or {}
        if not isinstance(rope, dict):
            raise UsageError(f"config field rope_parameters is {rope!r}: use an object")
        if "rope_theta" in rope:
            values["rope_theta"] = rope["rope_theta"]
        if rope and not values.get("rope_scaling"):
            values["rope_scaling"] = {k: v for k, v in rope.items() if k != "rope_theta"}
        scaling = values.get("rope_scaling")
        if isinstance(scaling, dict) and _rope_type(scaling) == "default":
            values["rope_scaling"] = None
        return cls(**values)

    def to_hf(self) -> dict[str, Any]:
        """The content of config.json, in the layout of DeepSeek-V3's published one."""
        values = dataclasses.asdict(self)
        return {
            "architectures": ["DeepseekV3ForCausalLM"],
            "model_type": "deepseek_v3",
            "hidden_act": "silu",
            "num_key_value_heads": self.num_attention_heads,
            "moe_layer_freq": 1,
            "scoring_func": "sigmoid",
            "topk_method": "noaux_tc",
            "attention_dropout": 0.0,
            "use_cache": True,
            **values,
        }


_V3: dict[str, Any] = {
    "vocab_size": 129280,
    "hidden_size": 7168,
    "num_hidden_layers": 61,
    "num_attention_heads": 128,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "n_routed_experts": 256,
    "num_experts_per_tok": 8,
    "n_group": 8,
    "topk_group": 4,
    "first_k_dense_replace": 3,
    "max_position_embeddings": 163840,
    "rope_scaling": {
        "type": "yarn",
        "factor": 40,
        "original_max_position_embeddings": 4096,
        "beta_fast": 32,
        "beta_slow": 1,
        "mscale": 1.0,
        "mscale_all_dim": 1.0,
    },
}

# The defaults of transformers for fields that a config.json leaves out.
_HF_DEFAULTS: dict[str, Any] = {
    **{name: value for name, value in _V3.items() if name != "rope_scaling"},
    "max_position_embeddings": 4096,
    "eos_token_id": 1,
    "bos_token_id": 0,
}

_PRESETS: dict[str, dict[str, Any]] = {
    "nano": {
        "hidden_size": 128,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "kv_lora_rank": 32,
        "intermediate_size": 384,
        "moe_intermediate_size": 64,
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "n_group": 1,
        "topk_group": 1,
        "max_position_embeddings": 1024,
    },
    "small": {},
    "deepseek-v3": _V3,
}


def _check_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(
            f"config field {name} is {value!r}: use a whole number of at least {least}"
        )


def _check_number(name: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:  # type: ignore[operator,arg-type]
        raise UsageError(f"config field {name} is {value!r}: use a number above 0")


def _check_experts(config: ModelConfig) -> None:
    experts, groups = config.n_routed_experts, config.n_group
    if experts % groups:
        raise UsageError(
            f"config field n_group is {groups}: it does not divide n_routed_experts {experts}"
        )
    if experts // groups < 2:
        raise UsageError(
            f"config field n_group is {groups}: a group needs two of the {experts} "
            "n_routed_experts at least, since it is scored by its best two"
        )
    if config.topk_group > groups:
        raise UsageError(f"config field topk_group is {config.topk_group}: above n_group {groups}")
    if config.num_experts_per_tok > config.topk_group * (experts // groups):
        raise UsageError(
            f"config field num_experts_per_tok is {config.num_experts_per_tok}: topk_group "
            f"{config.topk_group} of n_group {groups} leaves only "
            f"{config.topk_group * (experts // groups)} experts to choose from"
        )


def _rope_type(scaling: dict[str, Any]) -> Any:
    return scaling.get("rope_type", scaling.get("type", "default"))


def _check_rope(config: ModelConfig) -> None:
    if config.qk_rope_head_dim % 2:
        raise UsageError(
            f"config field qk_rope_head_dim is {config.qk_rope_head_dim}: use an even number"
        )
    scaling = config.rope_scaling
    if scaling is None:
        return
    if not isinstance(scaling, dict) or _rope_type(scaling) != "yarn":
        raise UsageError(f"config field rope_scaling is {scaling!r}: use null or type 'yarn'")
    unknown = sorted(set(scaling) - _YARN_KEYS)
    if unknown:
        raise UsageError(f"config field rope_scaling.{unknown[0]} is not known for yarn")
    _check_whole(
        "rope_scaling.original_max_position_embeddings",
        scaling.get("original_max_position_embeddings"),
        1,
    )
    for name in ("factor", "beta_fast", "beta_slow", "attention_factor"):
        if scaling.get(name) is not None:
            _check_number(f"rope_scaling.{name}", scaling[name])
