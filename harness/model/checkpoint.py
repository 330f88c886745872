"""Reads and writes checkpoints: Hugging Face folders in DeepSeek-V3's layout.

Tensor names differ from ours in three ways: everything but the head is under `model.`, every
expert has its own tensors, and prediction module k is layer num_hidden_layers + k, with copies
of the embedding and the head.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ...sandbox.errors import UsageError
from .config import ModelConfig
from .network import LanguageModel

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"


def save_checkpoint(
    model: LanguageModel,
    tokenizer: Any,
    folder: str | os.PathLike[str],
    dtype: torch.dtype | None = None,
) -> Path:
    """Write a folder that transformers, vLLM and SGLang load, atomically.

    `tokenizer` may be None; `dtype` None keeps the model's. An existing folder is replaced.
    Raises OSError when it cannot be written; an existing folder is then unchanged.
    """
    target = Path(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fresh.chmod(0o755)
        tensors = {
            name: tensor.detach().to(device="cpu", dtype=_stored_dtype(name, tensor, dtype))
            for name, tensor in to_hf_tensors(model)
        }
        kept = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
        save_file(kept, str(fresh / WEIGHTS), metadata={"format": "pt"})
        stored = dtype or model.dtype
        config = model.config.to_hf() | {"torch_dtype": str(stored).removeprefix("torch.")}
        _write_json(fresh / "config.json", config)
        _write_json(fresh / "generation_config.json", _generation_config(model.config))
        if tokenizer is not None:
            tokenizer.save_pretrained(str(fresh))
        for path in fresh.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        _put_in_place(fresh, target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return target


def load_checkpoint(
    folder: str | os.PathLike[str],
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> tuple[LanguageModel, Any]:
    """The model and tokenizer of a folder; the tokenizer is None when the folder has none.

    `dtype` None keeps the stored dtype. A folder without any weights of prediction modules
    (transformers does not save them) gives a model without modules.
    Raises UsageError that names the file, field or tensor at fault.
    """
    source = Path(folder)
    config = read_config(source)
    files = _weight_files(source)
    shapes = _stored_shapes(files)
    config = _without_absent_modules(config, shapes)
    model = LanguageModel(config, device="meta")
    expected = dict(to_hf_tensors(model))
    _check_names(source, set(expected) - set(_shared_names(config)), set(expected), shapes)
    for name, (shape, path) in shapes.items():
        if tuple(expected[name].shape) != shape:
            raise UsageError(
                f"{path.name}: tensor {name!r} has shape {list(shape)}, "
                f"the config wants {list(expected[name].shape)}"
            )
    stored = _read_tensors(files)
    _check_shared(config, stored)
    model.to_empty(device=device)
    if config.tie_word_embeddings:
        model.lm_head.weight = model.embed_tokens.weight
    model.to(dtype or stored["model.embed_tokens.weight"].dtype)
    with torch.no_grad():
        for name, tensor in to_hf_tensors(model):
            if name in stored:
                tensor.copy_(stored[name])
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return model, _read_tokenizer(source, config)


def to_hf_tensors(model: LanguageModel) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of the model with its DeepSeek-V3 name; each expert is a view."""
    config = model.config
    for name, tensor in model.state_dict(keep_vars=False).items():
        if name == "lm_head.weight":
            if not config.tie_word_embeddings:
                yield name, tensor
        elif ".experts." in name:
            yield from _expert_tensors(_hf_name(name, config), tensor)
        else:
            yield _hf_name(name, config), tensor
    for index in range(config.num_nextn_predict_layers):
        prefix = f"model.layers.{config.num_hidden_layers + index}."
        yield prefix + "embed_tokens.weight", model.embed_tokens.weight.detach()
        yield prefix + "shared_head.head.weight", model.lm_head.weight.detach()


def read_config(folder: Path) -> ModelConfig:
    """The configuration of a checkpoint folder. Raises UsageError."""
    path = folder / "config.json"
    if not path.is_file():
        raise UsageError(f"{folder}: no checkpoint: config.json is missing")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"{path}: expected an object, not {type(values).__name__}")
    if values.get("quantization_config"):
        raise UsageError(f"{path}: field quantization_config: quantized weights cannot be read")
    return ModelConfig.from_hf(values)


def _hf_name(name: str, config: ModelConfig) -> str:
    if not name.startswith("mtp."):
        return "model." + name
    _, index, rest = name.split(".", 2)
    rest = rest.removeprefix("block.")
    rest = "shared_head." + rest if rest == "norm.weight" else rest
    return f"model.layers.{config.num_hidden_layers + int(index)}.{rest}"


def _expert_tensors(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    stem, projection = name.rsplit(".", 1)
    for expert, matrix in enumerate(tensor):
        if projection == "gate_up_proj":
            gate, up = matrix.chunk(2)
            yield f"{stem}.{expert}.gate_proj.weight", gate
            yield f"{stem}.{expert}.up_proj.weight", up
        else:
            yield f"{stem}.{expert}.down_proj.weight", matrix


def _stored_dtype(name: str, tensor: Tensor, dtype: torch.dtype | None) -> torch.dtype:
    return tensor.dtype if dtype is None or name.endswith("e_score_correction_bias") else dtype


def _generation_config(config: ModelConfig) -> dict[str, Any]:
    names = ("bos_token_id", "eos_token_id", "pad_token_id")
    tokens = {name: getattr(config, name) for name in names}
    return {"do_sample": True, "temperature": 1.0} | {
        k: v for k, v in tokens.items() if v is not None
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _put_in_place(fresh: Path, target: Path) -> None:
    """Rename onto the target; an old folder is moved aside first and deleted last."""
    if not target.exists():
        fresh.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(aside / target.name)
    try:
        fresh.rename(target)
    except OSError:
        (aside / target.name).rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _weight_files(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        raise UsageError(f"{folder}: no weights: neither {WEIGHTS} nor {INDEX} is there")
    try:
        names = sorted(set(json.loads((folder / INDEX).read_text())["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder / INDEX}: cannot be read: {error}") from error
    for name in names:
        if not (folder / name).is_file():
            raise UsageError(f"{folder / INDEX}: file {name!r} is missing")
    return [folder / name for name in names]


def _stored_shapes(files: list[Path]) -> dict[str, tuple[tuple[int, ...], Path]]:
    shapes = {}
    for path in files:
        try:
            with safe_open(str(path), framework="pt") as file:
                for name in file.keys():  # noqa: SIM118 - no mapping, has no __iter__
                    shapes[name] = (tuple(file.get_slice(name).get_shape()), path)
        except (OSError, SafetensorError) as error:
            raise UsageError(f"{path}: damaged or truncated: {error}") from error
    return shapes


def _read_tensors(files: list[Path]) -> dict[str, Tensor]:
    tensors = {}
    for path in files:
        try:
            with safe_open(str(path), framework="pt") as file:
                for name in file.keys():  # noqa: SIM118
                    tensors[name] = file.get_tensor(name)
                    if tensors[name].dtype not in (torch.float32, torch.bfloat16, torch.float16):
                        raise UsageError(
                            f"{path.name}: tensor {name!r} is {tensors[name].dtype}: "
                            "only float32, bfloat16 and float16 can be read"
                        )
        except (OSError, SafetensorError) as error:
            raise UsageError(f"{path}: damaged or truncated: {error}") from error
    return tensors


def _without_absent_modules(config: ModelConfig, stored: dict[str, Any]) -> ModelConfig:
    first = config.num_hidden_layers
    prefixes = [f"model.layers.{first + k}." for k in range(config.num_nextn_predict_layers)]
    if any(name.startswith(prefix) for prefix in prefixes for name in stored):
        return config
    return config.replace(num_nextn_predict_layers=0)


def _shared_names(config: ModelConfig) -> list[str]:
    """Copies of the main model's tensors, which a folder may omit."""
    return [
        f"model.layers.{config.num_hidden_layers + index}.{name}"
        for index in range(config.num_nextn_predict_layers)
        for name in ("embed_tokens.weight", "shared_head.head.weight")
    ]


def _check_names(folder: Path, needed: set[str], known: set[str], stored: dict[str, Any]) -> None:
    missing, extra = sorted(needed - set(stored)), sorted(set(stored) - known)
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UsageError(f"{folder}: tensor {missing[0]!r}{others} is missing")
    if extra:
        others = f" and {len(extra) - 1} more" if len(extra) > 1 else ""
        raise UsageError(f"{folder}: tensor {extra[0]!r}{others} is not part of this architecture")


def _check_shared(config: ModelConfig, stored: dict[str, Tensor]) -> None:
    head = "model.embed_tokens.weight" if config.tie_word_embeddings else "lm_head.weight"
    for name in _shared_names(config):
        main = "model.embed_tokens.weight" if "embed_tokens" in name else head
        if name in stored and not torch.equal(stored[name], stored[main]):
            raise UsageError(f"tensor {name!r} differs from {main!r}, which it must repeat")


def _read_tokenizer(folder: Path, config: ModelConfig) -> Any:
    if not (folder / "tokenizer.json").is_file():
        return None
    from transformers import PreTrainedTokenizerFast

    try:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # the tokenizers library raises bare Exceptions
        raise UsageError(f"{folder / 'tokenizer.json'}: cannot be read: {error}") from error
    if len(tokenizer) > config.vocab_size:
        raise UsageError(
            f"{folder / 'tokenizer.json'}: {len(tokenizer)} tokens, but config field vocab_size "
            f"is {config.vocab_size}"
        )
    return tokenizer
