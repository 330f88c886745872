"""Quantisation of a transformers model: a short name, or a configuration as transformers has it."""

import importlib.util
from collections.abc import Mapping
from typing import Any

import torch
import transformers

from ...sandbox.errors import UsageError

BITSANDBYTES: dict[str, dict[str, Any]] = {
    "bnb-8bit": {"load_in_8bit": True},
    "bnb-4bit": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"},
}
TORCHAO = {
    "torchao-int8": "Int8WeightOnlyConfig",
    "torchao-int4": "Int4WeightOnlyConfig",
    "torchao-float8": "Float8WeightOnlyConfig",
}
"""By our name, the class of torchao.quantization."""
NAMES = (*BITSANDBYTES, *TORCHAO)


def quantization_config(wanted: str | Mapping[str, Any], dtype: str) -> Any:
    """A quantisation configuration for `from_pretrained`; `dtype` is that of the computation.

    A mapping is one of transformers' own configurations, with its `quant_method`. Raises
    UsageError for an unknown name, a bad configuration or a missing package.
    """
    if not isinstance(wanted, str):
        return _given(wanted)
    if wanted in BITSANDBYTES:
        _need("bitsandbytes", wanted)
        compute = {"bnb_4bit_compute_dtype": getattr(torch, dtype)} if "4bit" in wanted else {}
        maker: Any = transformers.BitsAndBytesConfig
        return maker(**BITSANDBYTES[wanted], **compute)
    if wanted in TORCHAO:
        _need("torchao", wanted)
        kinds = importlib.import_module("torchao.quantization")
        return transformers.TorchAoConfig(quant_type=getattr(kinds, TORCHAO[wanted])())
    raise UsageError(
        f"model option quantization {wanted!r}: use one of {', '.join(NAMES)}, or the JSON of a "
        'configuration of transformers, with its "quant_method"'
    )


def _given(wanted: Mapping[str, Any]) -> Any:
    from transformers.quantizers.auto import AutoQuantizationConfig

    try:
        return AutoQuantizationConfig.from_dict(dict(wanted))
    except (ValueError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise UsageError(f"model option quantization: {' '.join(str(error).split())}") from error


def _need(package: str, wanted: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise UsageError(f"model option quantization {wanted!r} needs the package {package}; "
                         f"run: pip install {package}")  # fmt: skip
