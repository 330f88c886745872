"""Any causal LM of transformers as a policy, optionally with LoRA.

Shapes: B rows, T tokens, V vocabulary.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ....sandbox.errors import UsageError
from ....tasks.hub import go_offline_if_unreachable
from ..codec import Codec, load_codec
from ..settings import ModelSettings
from .contract import Draws, Policy, Sample

_ROWS = 64
"""Rows generated at once."""


class HfPolicy(Policy):
    """An `AutoModelForCausalLM`, sampled by transformers' generate."""

    def __init__(
        self, model: Any, codec: Codec, device: torch.device, precision: torch.dtype
    ) -> None:
        self.model = model.to(device)
        self.codec = codec
        self.context = int(getattr(model.config, "max_position_embeddings", 1 << 30))
        self.device = device
        self.precision = precision

    @torch.no_grad()
    def sample(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int]
    ) -> Iterator[Sample]:
        training = self.model.training
        self.model.eval()
        try:
            for first in range(0, len(prompts), _ROWS):
                rows = range(first, min(first + _ROWS, len(prompts)))
                yield from self._sample(rows, prompts, draws, seeds[first])
        finally:
            self.model.train(training)

    def _sample(
        self, rows: range, prompts: Sequence[list[int]], draws: Draws, seed: int
    ) -> Iterator[Sample]:
        width = max(len(prompts[i]) for i in rows)
        fill = self.codec.end
        ids = [[fill] * (width - len(prompts[i])) + prompts[i] for i in rows]
        real = [[0] * (width - len(prompts[i])) + [1] * len(prompts[i]) for i in rows]
        # generate uses the global generator, whose state training must not lose.
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices), self.autocast():
            torch.manual_seed(seed & 0x7FFFFFFFFFFFFFFF)
            model: Any = self.model
            out = model.generate(
                input_ids=torch.tensor(ids, device=self.device),
                attention_mask=torch.tensor(real, device=self.device),
                max_new_tokens=draws.max_tokens,
                do_sample=draws.temperature > 0,
                temperature=draws.temperature or 1.0,
                top_p=draws.top_p,
                top_k=0,
                eos_token_id=self.codec.end,
                pad_token_id=fill,
                return_dict_in_generate=True,
                output_logits=True,
            )
        new_BT = out.sequences[:, width:]
        logits_BTV = torch.stack(out.logits, dim=1).float() / (draws.temperature or 1.0)
        logprobs_BT = logits_BTV.log_softmax(-1).gather(2, new_BT.unsqueeze(2)).squeeze(2)
        for row, tokens, logprobs in zip(rows, new_BT.tolist(), logprobs_BT.tolist(), strict=True):
            finished = self.codec.end in tokens
            length = tokens.index(self.codec.end) + 1 if finished else len(tokens)
            yield Sample(row, tokens[:length], logprobs[:length], finished)

    def hidden(self, tokens_BT: Tensor, real_BT: Tensor) -> Tensor:
        body = self._base().get_decoder() if hasattr(self._base(), "get_decoder") else None
        if body is None:
            raise UsageError(f"{type(self.model).__name__} has no get_decoder(): not a causal LM")
        states: Tensor = body(input_ids=tokens_BT, attention_mask=real_BT.long()).last_hidden_state
        return states

    def head(self, states: Tensor) -> Tensor:
        logits: Tensor = self._base().get_output_embeddings()(states)
        return logits

    def save(self, folder: Path, dtype: torch.dtype | None = None) -> None:
        model: Any = self.model
        model.save_pretrained(str(folder))
        self.codec.tokenizer.save_pretrained(str(folder))

    def _base(self) -> Any:
        model: Any = self.model
        return model.get_base_model() if hasattr(model, "get_base_model") else model


def load_hf(settings: ModelSettings, device: torch.device, precision: torch.dtype) -> HfPolicy:
    """The policy of `hf/PATH`. Raises UsageError when it cannot be loaded."""
    from transformers import AutoModelForCausalLM

    assert settings.checkpoint is not None
    name = settings.checkpoint.removeprefix("hf/")
    unreachable = None if Path(name).exists() else go_offline_if_unreachable()
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
    except (OSError, ValueError) as error:
        reason = unreachable or str(error).partition("\n")[0]
        raise UsageError(f"model {name!r} cannot be loaded: {reason}") from None
    if settings.lora_rank is not None:
        model = _with_lora(model, settings)
    return HfPolicy(model, load_codec(name), device, precision)


def _with_lora(model: Any, settings: ModelSettings) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise UsageError('model.lora_rank needs peft: pip install "assay[trl]"') from None
    rank = settings.lora_rank or 1
    return get_peft_model(
        model,
        LoraConfig(
            r=rank, lora_alpha=2 * rank, target_modules=settings.lora_targets, task_type="CAUSAL_LM"
        ),
    )
