"""What a policy is: a model that samples completions and gives differentiable log-probabilities.

Shapes: B rows, T tokens, N completion tokens of all rows together, V vocabulary, D hidden.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..codec import Codec


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
        self, tokens_BT: Tensor, real_BT: Tensor, loss_mask_BT: Tensor, temperature: float
    ) -> tuple[Tensor, Tensor]:
        """Log-probability and entropy (B, T) of the tokens where `loss_mask_BT`; 0 elsewhere.

        Logits are only made for the positions that predict a wanted token.
        """
        with self.autocast():
            states_BTD = self.hidden(tokens_BT, real_BT)
            chosen_BT = loss_mask_BT[:, 1:]
            logits_NV = self.head(states_BTD[:, :-1][chosen_BT])
        logprobs_NV = (logits_NV.float() / temperature).log_softmax(-1)
        picked_N = logprobs_NV.gather(1, tokens_BT[:, 1:][chosen_BT].unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            entropy_N = -(logprobs_NV.exp() * logprobs_NV).sum(-1)
        empty_BT = picked_N.new_zeros(tokens_BT.shape)
        places_BT = torch.zeros_like(loss_mask_BT)
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
