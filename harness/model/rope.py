"""Rotary position embedding of the decoupled key, with YaRN as DeepSeek-V3 uses it.

Shapes: B rows, T tokens, H heads, P positions, R = qk_rope_head_dim, F = R / 2 frequencies.
"""

import math

import torch
from torch import Tensor

from .config import ModelConfig


def rope_table(config: ModelConfig, device: torch.device | str | None = None) -> Tensor:
    """Cosines and sines of every position, float32, shape (2, P, F).

    The table includes YaRN's attention factor (arXiv:2309.00071), so a rotation also scales.
    """
    inverse_F, factor = _frequencies(config)
    positions_P = torch.arange(config.max_position_embeddings, dtype=torch.float32)
    angles_PF = positions_P[:, None] * inverse_F
    return (torch.stack((angles_PF.cos(), angles_PF.sin())) * factor).to(device)


def rotate(x: Tensor, table_2BTF: Tensor, interleaved: bool) -> Tensor:
    """Rotate the last dimension of x_BTR, or of x_BTHR, by the angles of each position.

    DeepSeek's weights store a pair as neighbours (interleaved). The output has all first halves
    before all second halves; queries and keys are permuted alike, so scores are the same.
    """
    cos, sin = table_2BTF[0], table_2BTF[1]
    if x.dim() == 4:
        cos, sin = cos.unsqueeze(2), sin.unsqueeze(2)
    if interleaved:
        first, second = x[..., 0::2], x[..., 1::2]
    else:
        first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def softmax_scale(config: ModelConfig) -> float:
    """The factor of the attention scores: 1/sqrt(d), times YaRN's mscale squared."""
    scale: float = config.qk_head_dim**-0.5
    scaling = config.rope_scaling
    if scaling and scaling.get("mscale_all_dim"):
        scale *= _mscale(_factor(config), scaling["mscale_all_dim"]) ** 2
    return scale


def _factor(config: ModelConfig) -> float:
    assert config.rope_scaling is not None
    factor = config.rope_scaling.get("factor")
    if factor is not None:
        return float(factor)
    return config.max_position_embeddings / int(
        config.rope_scaling["original_max_position_embeddings"]
    )


def _mscale(factor: float, mscale: float = 1.0) -> float:
    return 1.0 if factor <= 1 else 0.1 * mscale * math.log(factor) + 1.0


def _frequencies(config: ModelConfig) -> tuple[Tensor, float]:
    """Inverse frequencies (F) and the attention factor."""
    width, base = config.qk_rope_head_dim, config.rope_theta
    powers_F = base ** (torch.arange(0, width, 2, dtype=torch.float32) / width)
    if config.rope_scaling is None:
        return 1.0 / powers_F, 1.0
    scaling, factor = config.rope_scaling, _factor(config)
    # Dimensions that turn more than beta_fast times within the original context keep their
    # frequency, those below beta_slow are interpolated, with a linear ramp in between.
    first = _turning_dimension(config, scaling.get("beta_fast") or 32)
    last = _turning_dimension(config, scaling.get("beta_slow") or 1)
    if scaling.get("truncate", True):
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, width - 1)
    if first == last:
        last += 0.001
    steps_F = torch.arange(width // 2, dtype=torch.float32)
    ramp_F = ((steps_F - first) / (last - first)).clamp(0, 1)
    inverse_F = ramp_F / (factor * powers_F) + (1 - ramp_F) / powers_F
    return inverse_F, _attention_factor(config)


def _turning_dimension(config: ModelConfig, turns: float) -> float:
    """The dimension that makes `turns` full turns within the original context."""
    assert config.rope_scaling is not None
    original = config.rope_scaling["original_max_position_embeddings"]
    return (
        config.qk_rope_head_dim
        * math.log(original / (turns * 2 * math.pi))
        / (2 * math.log(config.rope_theta))
    )


def _attention_factor(config: ModelConfig) -> float:
    scaling = config.rope_scaling
    assert scaling is not None
    if scaling.get("attention_factor") is not None:
        return float(scaling["attention_factor"])
    factor = _factor(config)
    if scaling.get("mscale") and scaling.get("mscale_all_dim"):
        return _mscale(factor, scaling["mscale"]) / _mscale(factor, scaling["mscale_all_dim"])
    return _mscale(factor)
