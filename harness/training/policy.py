"""The policy: one interface for the bundled model and for any causal LM of transformers.

Shapes: B rows, T tokens, N completion tokens of all rows together, V vocabulary.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...sandbox.errors import UsageError
from .codec import Codec, load_codec, save_codec
from .settings import ModelSettings


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled completion of prompt `prompt`."""

    prompt: int
    tokens: list[int]
    logprobs: list[float]
    """Under the distribution that was sampled from."""
    finished: bool
    """False when the limit of tokens cut it off."""


@dataclass(frozen=True, slots=True)
class Draws:
    """How to sample."""

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0


class Policy(ABC):
    """A model that samples completions and gives log-probabilities with gradients."""

    model: Any
    """The torch module."""
    codec: Codec
    context: int
    """The longest prompt and completion together."""
    device: torch.device
    precision: torch.dtype

    @abstractmethod
    def sample(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int]
    ) -> Iterator[Sample]:
        """One completion for each prompt, in any order, each as soon as it is finished.

        The same prompt many times in a row is a group. One seed per row.
        """

    @abstractmethod
    def hidden(self, tokens_BT: Tensor, real_BT: Tensor) -> Tensor:
        """The last states (B, T, D) of right-padded rows; `real_BT` is false at padding."""

    @abstractmethod
    def head(self, states: Tensor) -> Tensor:
        """Logits of states."""

    @abstractmethod
    def save(self, folder: Path, dtype: torch.dtype | None = None) -> None:
        """Write a Hugging Face folder."""

    def autocast(self) -> AbstractContextManager[Any]:
        """The context of a forward in this policy's precision."""
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.precision)

    def logprobs(
        self, tokens_BT: Tensor, real_BT: Tensor, wanted_BT: Tensor, temperature: float
    ) -> tuple[Tensor, Tensor]:
        """Log-probability and entropy (B, T) of the tokens where `wanted_BT`; 0 elsewhere.

        Logits are only made for the positions that predict a wanted token.
        """
        with self.autocast():
            states_BTD = self.hidden(tokens_BT, real_BT)
            chosen_BT = wanted_BT[:, 1:]
            logits_NV = self.head(states_BTD[:, :-1][chosen_BT])
        logprobs_NV = (logits_NV.float() / temperature).log_softmax(-1)
        picked_N = logprobs_NV.gather(1, tokens_BT[:, 1:][chosen_BT].unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            entropy_N = -(logprobs_NV.exp() * logprobs_NV).sum(-1)
        empty_BT = picked_N.new_zeros(tokens_BT.shape)
        places_BT = torch.zeros_like(wanted_BT)
        places_BT[:, 1:] = chosen_BT
        return (
            empty_BT.masked_scatter(places_BT, picked_N),
            empty_BT.masked_scatter(places_BT, entropy_N),
        )

    def reference(self) -> "Policy":
        """A frozen copy of this policy as it is now."""
        other = copy.copy(self)
        other.model = copy.deepcopy(self.model).eval().requires_grad_(False)
        return other


class BundledPolicy(Policy):
    """The model of harness/model, sampled by its own engine."""

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
        from ..model import Engine, SamplingParams

        if self._engine is None:
            self._sampler = self.model
            if self.precision != torch.float32:
                self._sampler = copy.deepcopy(self.model).to(self.precision).requires_grad_(False)
            self._engine = Engine(
                self._sampler, self.codec.tokenizer, slots=self.slots, end_tokens=[self.codec.end]
            )
        if self._sampler is not self.model:
            _copy_weights(self.model, self._sampler)
        sampling = SamplingParams(
            max_tokens=draws.max_tokens, temperature=draws.temperature, top_p=draws.top_p
        )
        # Equal prompts side by side are one group: the engine prefills each group once.
        unique, size = _grouped(prompts)
        for rollout in self._engine.stream(unique, size, sampling, list(seeds)):
            yield Sample(
                rollout.prompt * size + rollout.sample,
                rollout.tokens,
                rollout.sampled_logprobs,
                rollout.finish_reason == "stop",
            )

    def hidden(self, tokens_BT: Tensor, real_BT: Tensor) -> Tensor:
        states_BTD: Tensor = self.model.hidden(tokens_BT)[0]  # causal: padding is behind
        return states_BTD

    def head(self, states: Tensor) -> Tensor:
        logits: Tensor = self.model.lm_head(states)
        return logits

    def save(self, folder: Path, dtype: torch.dtype | None = None) -> None:
        from ..model import save_checkpoint

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
    from ..model import load_checkpoint

    assert settings.checkpoint is not None
    model, tokenizer = load_checkpoint(settings.checkpoint)
    from .codec import wrap

    codec = wrap(tokenizer, settings.checkpoint)
    return BundledPolicy(model.float(), codec, device, precision, slots)


def _copy_weights(source: nn.Module, target: nn.Module) -> None:
    with torch.no_grad():
        ours = [*source.parameters(), *source.buffers()]
        theirs = [*target.parameters(), *target.buffers()]
        for a, b in zip(ours, theirs, strict=True):
            b.copy_(a)


def _grouped(prompts: Sequence[list[int]]) -> tuple[list[list[int]], int]:
    """Distinct runs of equal prompts and their common length; (prompts, 1) if it is not one."""
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


def open_policy(
    settings: ModelSettings, device: torch.device, precision: torch.dtype, slots: int = 256
) -> Policy:
    """The model that a configuration names. Raises UsageError when there is none."""
    if settings.checkpoint is None:
        raise UsageError("model.checkpoint is missing: give a checkpoint folder or hf/PATH")
    if settings.checkpoint.startswith("hf/"):
        from .hf_policy import load_hf

        return load_hf(settings, device, precision)
    if settings.lora_rank is not None:
        raise UsageError("model.lora_rank is for hf/ models; the bundled model is trained whole")
    if not Path(settings.checkpoint).is_dir():
        raise UsageError(f"model.checkpoint {settings.checkpoint!r} is not a folder")
    return load_bundled(settings, device, precision, slots)


__all__ = ["BundledPolicy", "Draws", "Policy", "Sample", "load_codec", "open_policy", "save_codec"]
