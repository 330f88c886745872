"""`hf/PATH-or-hub-id`: any causal language model that transformers loads, a GGUF file included.

Prompts of similar length share a left-padded batch, which keeps padding small; or they are
batched continuously (`continuous.py`), so that no prompt waits for another's long completion.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from ...tasks.hub import go_offline_if_unreachable
from .contract import Completion, Model, ModelIdentity, Request, Sampling
from .servers.requests import sendable
from .thoughts import OPEN, thought_of

with needs("hf"):
    import torch
    import transformers

    from . import continuous

END_BYTES = 1 << 20
WINDOW = 16
"""Batches of requests that are sorted by length together."""
CONTINUOUS_WINDOW = 64
"""Requests per continuous run, as a multiple of the batch size."""
LONGEST_CHARACTER = 4
"""Bytes."""
Batching = Literal["padded", "continuous"]


@dataclass(frozen=True, slots=True)
class _Encoded:
    request: Request
    tokens: list[int]
    thinks: bool
    """Whether the prompt ends inside an open thought."""


class HfModel:
    """A transformers model with its tokenizer."""

    continues = True

    def __init__(
        self,
        name: str,
        model: Any,
        tokenizer: Any,
        batch_size: int,
        batching: Batching = "padded",
        reason: str | None = None,
    ) -> None:
        """`reason` explains the choice of batching in the manifest."""
        self.model = model
        self.tokenizer = tokenizer
        self.batch_size = batch_size
        self.batching = batching
        self.template = True
        self.template_arguments: dict[str, Any] = {}
        self.context = _context(model.config)
        self.identity = ModelIdentity(
            name=f"hf/{name}",
            backend="hf",
            revision=getattr(model.config, "_commit_hash", None) or _fingerprint(Path(name)),
            # Sampling is seeded per batch: the same request list gives the same completions.
            seeded=False,
            details={
                "dtype": str(model.dtype),
                "device": str(model.device),
                "batching": batching,
                **({} if reason is None else {"batching_reason": reason}),
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
        while window := list(itertools.islice(pending, batches * self.batch_size)):
            fitting = []
            for request in window:
                encoded = self._encode(request)
                refusal = self._too_long(encoded, sampling)
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

    def _encode(self, request: Request) -> _Encoded:
        template = self.template and self.tokenizer.chat_template is not None
        if template:
            messages = [
                {"role": one.role, "content": sendable(one.content)}
                for one in request.conversation()
            ]
            prompt = self.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, **self.template_arguments
            )
        else:
            prompt = sendable(request.plain_text())
        text = prompt + request.prefix
        tokens = list(self.tokenizer(text, add_special_tokens=not template)["input_ids"])
        return _Encoded(request, tokens, template and prompt.rstrip().endswith(OPEN))

    def _too_long(self, encoded: _Encoded, sampling: Sampling) -> str | None:
        if not encoded.tokens:
            return "the prompt is empty"
        if self.context is None or len(encoded.tokens) < self.context:
            return None
        return f"the prompt of {len(encoded.tokens)} tokens fills the context of {self.context}"

    def _padded(self, fitting: Sequence[_Encoded], sampling: Sampling) -> Iterator[Completion]:
        by_length = sorted(fitting, key=lambda encoded: len(encoded.tokens))
        for start in range(0, len(by_length), self.batch_size):
            yield from self._batch(by_length[start : start + self.batch_size], sampling)

    def _continuous(self, fitting: Sequence[_Encoded], sampling: Sampling) -> Iterator[Completion]:
        most = sampling.max_tokens
        prompts = [
            continuous.Prompt(
                encoded.tokens,
                most if self.context is None else min(most, self.context - len(encoded.tokens)),
            )
            for encoded in fitting
        ]
        serving = continuous.Serving(
            slots=self.batch_size,
            seed=_mixed_seed(fitting),
            ends=frozenset(self._end_tokens()),
            stopped=self._stopped(sampling.stop),
        )
        config = _sampling_config(self.model, self._arguments(sampling, most))
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
    def _batch(self, batch: Sequence[_Encoded], sampling: Sampling) -> Iterator[Completion]:
        width = max(len(encoded.tokens) for encoded in batch)
        pad = self.tokenizer.pad_token_id
        tokens_BT = torch.tensor(
            [[pad] * (width - len(e.tokens)) + e.tokens for e in batch], device=self.model.device
        )
        mask_BT = torch.tensor(
            [[0] * (width - len(e.tokens)) + [1] * len(e.tokens) for e in batch],
            device=self.model.device,
        )
        room = sampling.max_tokens if self.context is None else self.context - width
        arguments = self._arguments(sampling, max(1, min(sampling.max_tokens, room)))
        if sampling.stop:
            arguments["stop_strings"] = list(sampling.stop)
        torch.manual_seed(_mixed_seed(batch))
        out_BT = self.model.generate(
            tokens_BT, attention_mask=mask_BT, tokenizer=self.tokenizer, **arguments
        )
        for encoded, row in zip(batch, out_BT[:, width:].tolist(), strict=True):
            yield self._completion(encoded, row, sampling)

    def _arguments(self, sampling: Sampling, max_tokens: int) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "max_new_tokens": max_tokens,
            "pad_token_id": self.tokenizer.pad_token_id,
            "do_sample": sampling.temperature > 0,
        }
        if sampling.temperature > 0:
            arguments |= {
                "temperature": sampling.temperature,
                "top_p": sampling.top_p,
                "top_k": sampling.top_k,
            }
        else:
            # The checkpoint's sampling defaults would only cause warnings in greedy decoding.
            arguments |= {"temperature": None, "top_p": None, "top_k": None}
        return arguments

    def _completion(self, encoded: _Encoded, row: list[int], sampling: Sampling) -> Completion:
        ends = self._end_tokens()
        length = next((at for at, token in enumerate(row) if token in ends), None)
        stopped = length is not None
        kept = row if length is None else row[:length]
        text = self.tokenizer.decode(kept, skip_special_tokens=True)
        for stop in sampling.stop:
            at = text.find(stop)
            if at >= 0:
                text, stopped = text[:at], True
        thought = thought_of(text, encoded.thinks)
        counted = None if thought is None else self._count(thought)
        return Completion(
            encoded.request,
            text,
            prompt_tokens=len(encoded.tokens),
            completion_tokens=len(kept),
            thinking_tokens=None if counted is None else min(counted, len(kept)),
            finish_reason="stop" if stopped else "length",
        )

    def _count(self, text: str) -> int:
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _end_tokens(self) -> set[int]:
        ends = self.model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        known = {token for token in (*listed, self.tokenizer.eos_token_id) if token is not None}
        return known | {self.tokenizer.pad_token_id}


def _mixed_seed(batch: Sequence[_Encoded]) -> int:
    """One seed for a batch, from the seeds of its requests."""
    mixed = 0
    for encoded in batch:
        mixed = (mixed * 1_000_003 + encoded.request.seed) & 0x7FFFFFFFFFFFFFFF
    return mixed


def _sampling_config(model: Any, arguments: dict[str, Any]) -> Any:
    """The model's GenerationConfig, updated with these arguments."""
    config = deepcopy(model.generation_config)
    config.update(**arguments)
    return config


def _fingerprint(path: Path) -> str | None:
    """16 hex digits over a local model's files; None for a hub id.

    Hashes each file's name, size and both ends, to avoid reading gigabytes of weights.
    """
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    kept = [
        f for f in files if f.suffix in (".gguf", ".safetensors", ".bin", ".json") and f.is_file()
    ]
    if not kept:
        return None
    digest = hashlib.sha256()
    for file in kept:
        size = file.stat().st_size
        digest.update(f"{file.name}\0{size}\0".encode())
        with file.open("rb") as opened:
            digest.update(opened.read(END_BYTES))
            opened.seek(max(0, size - END_BYTES))
            digest.update(opened.read(END_BYTES))
    return digest.hexdigest()[:16]


def _context(config: Any) -> int | None:
    length = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(length) if length else None


class Options(BaseModel):
    """How the model is loaded and batched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: int = Field(default=16, ge=1, le=65_536, description="Sequences per batch.")
    device: str | None = Field(default=None, description="Such as cuda or cpu.")
    device_map: str | None = Field(
        default=None, description="auto spreads the weights over several devices (accelerate)."
    )
    dtype: str | None = Field(default=None, description="Such as bfloat16.")
    attention: str | None = Field(default=None, description="Such as sdpa or flash_attention_2.")
    trust_remote_code: bool = Field(default=False, description="Run the checkpoint's own code.")
    batching: Literal["auto", "padded", "continuous"] = Field(
        default="auto", description="auto, padded or continuous."
    )
    chat_template: bool = Field(default=True, description="Use the tokenizer's chat template.")
    chat_template_kwargs: dict[str, Any] = Field(
        default_factory=dict, description="Arguments of the chat template."
    )


def open_model(name: str, options: Options) -> Model:
    """Open a model folder, a `.gguf` file or a hub id; bfloat16 on a GPU, float32 otherwise.

    `batching` is padded, continuous, or auto: continuous when it works and is faster. Raises
    UsageError when the model cannot be loaded, or does not support continuous batching.
    """
    if not name:
        raise UsageError("model 'hf/' has no name: write hf/FOLDER, hf/FILE.gguf or hf/HUB-ID")
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
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
            where, dtype=dtype, **common, **_placement(options)
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else ""
        cause = f"it is no folder here, and {unreachable}" if unreachable else first[:300]
        raise UsageError(f"model {name!r} cannot be loaded: {cause}") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = (model if options.device_map else model.to(device)).eval()
    chosen, reason = _choose_batching(name, model, options.batching)
    opened = HfModel(name, model, tokenizer, options.batch_size, chosen, reason)
    opened.template = options.chat_template
    opened.template_arguments = options.chat_template_kwargs
    return opened


def _placement(options: Options) -> dict[str, Any]:
    """Where the weights go and how attention is computed, for `from_pretrained`."""
    placed = {"device_map": options.device_map, "attn_implementation": options.attention}
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
