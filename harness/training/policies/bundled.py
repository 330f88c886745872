"""The bundled model as a policy, sampled by its own generation engine.

Shapes: B rows, T tokens, D hidden.
"""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...model import GenerationEngine, SamplingParams, load_checkpoint, save_checkpoint
from ..codec import Codec, wrap
from ..settings import ModelSettings
from .contract import Draws, Policy, Sample


class BundledPolicy(Policy):
    """A `LanguageModel`, sampled by its own engine."""

    def __init__(
        self, model: Any, codec: Codec, device: torch.device, precision: torch.dtype, slots: int
    ) -> None:
        self.model = model.to(device)
        self.codec = codec
        self.context = model.config.max_position_embeddings
        self.device = device
        self.precision = precision
        self.slots = slots
        self._engine: Any = None
        self._sampler: Any = None

    def sample(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int]
    ) -> Iterator[Sample]:
        if self._engine is None:
            self._sampler = self.model
            if self.precision != torch.float32:
                self._sampler = copy.deepcopy(self.model).to(self.precision).requires_grad_(False)
            self._engine = GenerationEngine(
                self._sampler, self.codec.tokenizer, slots=self.slots, end_tokens=[self.codec.end]
            )
        if self._sampler is not self.model:
            _copy_weights(self.model, self._sampler)
        sampling = SamplingParams(
            max_tokens=draws.max_tokens, temperature=draws.temperature, top_p=draws.top_p
        )
        # Equal neighbouring prompts are one group, which the engine prefills once.
        unique, size = _grouped(prompts)
        for rollout in self._engine.stream(unique, size, sampling, list(seeds)):
            yield Sample(
                rollout.prompt * size + rollout.sample,
                rollout.tokens,
                rollout.sampled_logprobs,
                rollout.finish_reason == "stop",
            )

    def hidden(self, tokens_BT: Tensor, real_BT: Tensor) -> Tensor:
        states_BTD: Tensor = self.model.hidden(tokens_BT)[0]  # causal, and padding comes last
        return states_BTD

    def head(self, states: Tensor) -> Tensor:
        logits: Tensor = self.model.lm_head(states)
        return logits

    def save(self, folder: Path, dtype: torch.dtype | None = None) -> None:
        model: Any = self.model
        if dtype is not None and dtype != model.dtype:
            model = copy.deepcopy(model).to(dtype)
        save_checkpoint(model, self.codec.tokenizer, folder)

    def reference(self) -> "BundledPolicy":
        other = super().reference()
        assert isinstance(other, BundledPolicy)
        other._engine = other._sampler = None
        return other


def load_bundled(
    settings: ModelSettings, device: torch.device, precision: torch.dtype, slots: int
) -> BundledPolicy:
    """The bundled model from a checkpoint folder."""
    assert settings.checkpoint is not None
    model, tokenizer = load_checkpoint(settings.checkpoint)
    codec = wrap(tokenizer, settings.checkpoint)
    return BundledPolicy(model.float(), codec, device, precision, slots)


def _copy_weights(source: nn.Module, target: nn.Module) -> None:
    with torch.no_grad():
        ours = [*source.parameters(), *source.buffers()]
        theirs = [*target.parameters(), *target.buffers()]
        for a, b in zip(ours, theirs, strict=True):
            b.copy_(a)


def _grouped(prompts: Sequence[list[int]]) -> tuple[list[list[int]], int]:
    """Runs of equal prompts and their common length; (prompts, 1) when lengths differ."""
    runs: list[tuple[list[int], int]] = []
    for prompt in prompts:
        if runs and runs[-1][0] == prompt:
            runs[-1] = (prompt, runs[-1][1] + 1)
        else:
            runs.append((prompt, 1))
    sizes = {size for _, size in runs}
    if len(sizes) == 1:
        return [prompt for prompt, _ in runs], sizes.pop()
    return list(prompts), 1
