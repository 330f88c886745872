"""`hf/PATH-or-hub-id`: any causal language model that transformers loads, a GGUF file included.

Prompts of similar length share a left-padded batch, which keeps padding small; or they are
batched continuously (`continuous.py`), so that no prompt waits for another's long completion.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from ...tasks.hub import go_offline_if_unreachable
from .contract import Completion, Model, ModelIdentity, Request, Sampling
from .encoding import Encoded, Encoder
from .options import JsonObject, NameOrObject
from .weights import fingerprint

with needs("hf"):
    import torch
    import transformers

    from . import continuous
    from .batch_size import BatchSize, memory_of
    from .quantization import quantization_config
    from .seeded import SeededSampler

WINDOW = 16
"""Batches of requests that are sorted by length together."""
CONTINUOUS_WINDOW = 64
"""Requests per continuous run, as a multiple of the batch size."""
LONGEST_CHARACTER = 4
"""Bytes."""
Batching = Literal["padded", "continuous"]


class HfModel:
    """A transformers model with its tokenizer."""

    continues = True

    def __init__(
        self,
        name: str,
        model: Any,
        encoder: Encoder,
        batch_size: int | None,
        batching: Batching = "padded",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """`batch_size` None adapts it to the GPU's memory; `details` go into the manifest."""
        self.model = model
        self.encoder = encoder
        self.tokenizer = encoder.tokenizer
        self.batch = BatchSize(batch_size, memory_of(model.device))
        self.batching = batching
        self.identity = ModelIdentity(
            name=f"hf/{name}",
            backend="hf",
            revision=getattr(model.config, "_commit_hash", None) or fingerprint(Path(name)),
            # Padded batches sample each row from its own seed; continuous ones share one.
            seeded=batching == "padded",
            details={
                "dtype": str(model.dtype),
                "device": str(model.device),
                "batching": batching,
                **(details or {}),
            },
        )

    @property
    def reusable(self) -> bool:
        """Whether an equal request of an earlier run has an equal answer: see evaluation/reuse."""
        return self.identity.revision is not None

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield completions batch by batch, or each as it ends; see `Model.generate`."""
        pending = iter(requests)
        batches, answer = WINDOW, self._padded
        if self.batching == "continuous":
            batches, answer = CONTINUOUS_WINDOW, self._continuous
        while window := list(itertools.islice(pending, batches * self.batch.size)):
            fitting = []
            for request in window:
                encoded = self.encoder.encode(request)
                refusal = self.encoder.misfit(encoded)
                if refusal is None:
                    fitting.append(encoded)
                else:
                    yield Completion(request, "", finish_reason="context_overflow", error=refusal)
            if fitting:
                yield from answer(fitting, sampling)

    def close(self) -> None:
        """Free the weights."""
        self.model = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _padded(self, fitting: Sequence[Encoded], sampling: Sampling) -> Iterator[Completion]:
        """Answer batches of similar length, smaller ones where memory is not enough."""
        left = sorted(fitting, key=lambda encoded: len(encoded.tokens))
        while left:
            batch = left[: self.batch.size]
            rows = self.batch.attempt(partial(self._rows, batch, sampling), len(batch))
            if rows is None and len(batch) > 1:
                continue
            left = left[len(batch) :]
            if rows is None:
                error = "the device's memory is not enough for this prompt alone"
                yield Completion(batch[0].request, "", finish_reason="error", error=error)
                continue
            for encoded, row in zip(batch, rows, strict=True):
                yield self._completion(encoded, row, sampling)

    def _continuous(self, fitting: Sequence[Encoded], sampling: Sampling) -> Iterator[Completion]:
        most = sampling.max_tokens
        prompts = [
            continuous.Prompt(encoded.tokens, self.encoder.room(encoded, most))
            for encoded in fitting
        ]
        serving = continuous.Serving(
            slots=self.batch.size,
            seed=_mixed_seed(fitting),
            ends=frozenset(self._end_tokens()),
            stopped=self._stopped(sampling.stop),
        )
        config = _sampling_config(self.model, self._arguments(sampling, most) | _drawn(sampling))
        for answer in continuous.stream(self.model, config, prompts, serving):
            encoded = fitting[answer.number]
            if answer.error is None:
                yield self._completion(encoded, answer.tokens, sampling)
            else:
                yield Completion(encoded.request, "", finish_reason="error", error=answer.error)

    def _stopped(self, stops: Sequence[str]) -> Callable[[list[int]], bool] | None:
        """A test for a stop string in the last tokens; None without stop strings."""
        if not stops:
            return None
        # Every text token holds at least one byte.
        tail = max(len(stop.encode()) for stop in stops) + LONGEST_CHARACTER

        def stopped(tokens: list[int]) -> bool:
            text = self.tokenizer.decode(tokens[-tail:], skip_special_tokens=True)
            return any(stop in text for stop in stops)

        return stopped

    @torch.inference_mode()
    def _rows(self, batch: Sequence[Encoded], sampling: Sampling) -> list[list[int]]:
        """The new tokens of each prompt of a batch."""
        device = self.model.device
        width = max(len(encoded.tokens) for encoded in batch)
        pad = self.tokenizer.pad_token_id
        tokens_BT = torch.tensor(
            [[pad] * (width - len(e.tokens)) + e.tokens for e in batch], device=device
        )
        mask_BT = torch.tensor(
            [[0] * (width - len(e.tokens)) + [1] * len(e.tokens) for e in batch], device=device
        )
        most = min(self.encoder.room(encoded, sampling.max_tokens) for encoded in batch)
        arguments = self._arguments(sampling, max(1, most))
        if sampling.stop:
            arguments["stop_strings"] = list(sampling.stop)
        if sampling.temperature > 0:
            seeds = [encoded.request.seed for encoded in batch]
            arguments["logits_processor"] = [SeededSampler(seeds, sampling, device)]
        out_BT = self.model.generate(
            tokens_BT, attention_mask=mask_BT, tokenizer=self.tokenizer, **arguments
        )
        rows: list[list[int]] = out_BT[:, width:].tolist()
        return rows

    def _arguments(self, sampling: Sampling, max_tokens: int) -> dict[str, Any]:
        """Arguments of a greedy generation; the sampling that a checkpoint prefers is left out."""
        return {
            "max_new_tokens": max_tokens,
            "pad_token_id": self.tokenizer.pad_token_id,
            "do_sample": False,
            "temperature": None,
            "top_p": None,
            "top_k": None,
        }

    def _completion(self, encoded: Encoded, row: list[int], sampling: Sampling) -> Completion:
        ends = self._end_tokens()
        length = next((at for at, token in enumerate(row) if token in ends), None)
        stopped = length is not None
        kept = row if length is None else row[:length]
        text = self.tokenizer.decode(kept, skip_special_tokens=True)
        for stop in sampling.stop:
            at = text.find(stop)
            if at >= 0:
                text, stopped = text[:at], True
        return Completion(
            encoded.request,
            text,
            prompt_tokens=len(encoded.tokens),
            completion_tokens=len(kept),
            thinking_tokens=self.encoder.thinking(text, encoded, len(kept)),
            finish_reason="stop" if stopped else "length",
        )

    def _end_tokens(self) -> set[int]:
        ends = self.model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        known = {token for token in (*listed, self.tokenizer.eos_token_id) if token is not None}
        return known | {self.tokenizer.pad_token_id}


def _mixed_seed(batch: Sequence[Encoded]) -> int:
    """One seed for a batch, from the seeds of its requests."""
    mixed = 0
    for encoded in batch:
        mixed = (mixed * 1_000_003 + encoded.request.seed) & 0x7FFFFFFFFFFFFFFF
    return mixed


def _drawn(sampling: Sampling) -> dict[str, Any]:
    """Arguments with which transformers samples by itself."""
    if sampling.temperature == 0:
        return {}
    return {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p,
            "top_k": sampling.top_k}  # fmt: skip


def _sampling_config(model: Any, arguments: dict[str, Any]) -> Any:
    """The model's GenerationConfig, updated with these arguments."""
    config = deepcopy(model.generation_config)
    config.update(**arguments)
    return config


def _context(config: Any) -> int | None:
    length = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(length) if length else None


BatchSizeOption = Annotated[int | None, BeforeValidator(lambda v: None if v == "auto" else v)]


class Options(BaseModel):
    """How the model is loaded and batched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: BatchSizeOption = Field(
        default=None, ge=1, le=65_536, description="Sequences per batch; auto fills the GPU."
    )
    device: str | None = Field(default=None, description="Such as cuda or cpu.")
    device_map: NameOrObject = Field(
        default=None, description="auto spreads the weights over several devices (accelerate)."
    )
    quantization: NameOrObject = Field(
        default=None, description="Such as bnb-4bit, torchao-int8, or JSON of a configuration."
    )
    dtype: str | None = Field(default=None, description="Such as bfloat16.")
    attention: str | None = Field(default=None, description="Such as sdpa or flash_attention_2.")
    trust_remote_code: bool = Field(default=False, description="Run the checkpoint's own code.")
    batching: Literal["auto", "padded", "continuous"] = Field(
        default="auto", description="auto, padded or continuous."
    )
    chat_template: bool = Field(default=True, description="Use the tokenizer's chat template.")
    chat_template_kwargs: JsonObject = Field(
        default_factory=dict, description="Arguments of the chat template, as JSON."
    )


def open_model(name: str, options: Options) -> Model:
    """Open a model folder, a `.gguf` file or a hub id; bfloat16 on a GPU, float32 otherwise.

    `batching` is padded, continuous, or auto: continuous when it works and is faster. Raises
    UsageError when the model cannot be loaded, or does not support continuous batching.
    """
    if not name:
        raise UsageError("model 'hf/' has no name: write hf/FOLDER, hf/FILE.gguf or hf/HUB-ID")
    device = _device(options)
    dtype = options.dtype or ("bfloat16" if device.startswith("cuda") else "float32")
    where, extra = name, {}
    if name.endswith(".gguf"):
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"model {name!r}: there is no such file")
        where, extra = str(path.parent), {"gguf_file": path.name}
    unreachable = None if Path(where).exists() else go_offline_if_unreachable()
    common: dict[str, Any] = {"trust_remote_code": options.trust_remote_code, **extra}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(where, padding_side="left", **common)
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(
            where, dtype=dtype, **common, **_placement(options, device, dtype)
        )
    except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else ""
        cause = f"it is no folder here, and {unreachable}" if unreachable else first[:300]
        raise UsageError(f"model {name!r} cannot be loaded: {cause}") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if options.device_map is None and options.quantization is None:
        model = model.to(device)
    chosen, reason = _choose_batching(name, model.eval(), options.batching)
    encoder = Encoder(
        tokenizer, _context(model.config), options.chat_template, options.chat_template_kwargs
    )
    details = {"batching_reason": reason, "quantization": options.quantization}
    kept = {key: value for key, value in details.items() if value is not None}
    return HfModel(name, model, encoder, options.batch_size, chosen, kept)


def _device(options: Options) -> str:
    """Where the model runs. Raises UsageError for a device that is not here."""
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"model option device {device!r}: {first}") from error
    return device


def _placement(options: Options, device: str, dtype: str) -> dict[str, Any]:
    """Where the weights go, how they are quantised and how attention is computed."""
    placed: dict[str, Any] = {
        "device_map": options.device_map, "attn_implementation": options.attention,
    }  # fmt: skip
    if options.quantization is not None:
        placed["quantization_config"] = quantization_config(options.quantization, dtype)
        placed["device_map"] = options.device_map or {"": device}  # it cannot be moved later
    return {key: value for key, value in placed.items() if value is not None}


def _choose_batching(name: str, model: Any, wanted: str) -> tuple[Batching, str | None]:
    """Padded or continuous, and the reason when the user did not choose.

    Raises UsageError when the model does not support the continuous batching asked for.
    """
    if wanted == "padded":
        return "padded", None
    if wanted == "auto" and continuous.flash_attention(model) is None:
        return "padded", "no flash attention here"
    sampled = {"do_sample": True, "temperature": 0.9, "top_p": 0.9, "top_k": 9}
    refusal = continuous.refusal(model, _sampling_config(model, sampled))
    if refusal is None:
        return "continuous", "flash attention is there" if wanted == "auto" else None
    if wanted == "auto":
        return "padded", refusal
    raise UsageError(
        f"model {name!r} cannot be batched continuously: {refusal}; use batching=padded"
    )
