"""What a policy is: a model that samples completions and gives differentiable log-probabilities.

Shapes: B rows, T tokens, N completion tokens of all rows together, V vocabulary, D hidden.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ....sandbox.errors import UsageError
from ..codec import Codec


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled completion of prompt `prompt`; of an episode, all that follows the prompt."""

    prompt: int
    tokens: list[int]
    logprobs: list[float]
    """Under the sampled distribution; 0 for a token that was not sampled."""
    finished: bool
    """False when the token limit truncated it."""
    sampled: list[bool] | None = None
    """Which tokens the policy sampled; the others are observations. None: all."""

    @property
    def mask(self) -> list[bool]:
        """Which tokens the policy sampled."""
        return [True] * len(self.tokens) if self.sampled is None else self.sampled

    @property
    def messages(self) -> int:
        """How many messages the policy wrote: the runs of sampled tokens."""
        return sum(own for own, _ in groupby(self.mask))


@dataclass(frozen=True, slots=True)
class Draws:
    """How to sample."""

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    turn_tokens: int | None = None
    """Limit of one message of an episode; None for `max_tokens`."""
    max_turns: int | None = None
    """Limit of an episode's messages; None for the suite's own."""


FollowTurn = Callable[[int, list[int]], list[int] | None]
"""Takes the prompt's number and a message; gives the observation's tokens, None at the end."""


class Policy(ABC):
    """A model that samples completions and computes log-probabilities with gradients."""

    model: Any
    """The torch module."""
    codec: Codec
    context: int
    """Maximum tokens of prompt and completion together."""
    device: torch.device
    precision: torch.dtype

    @abstractmethod
    def sample(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int]
    ) -> Iterator[Sample]:
        """Yield one completion per prompt, in any order, each as soon as it is finished.

        Equal neighbouring prompts form a group. `seeds` has one seed per prompt.
        """

    def play(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int], follow: FollowTurn
    ) -> Iterator[Sample]:
        """Yield one episode per prompt, as `sample` does; `follow` is called after each message.

        Raises UsageError for a policy that cannot go on with a conversation.
        """
        raise UsageError(
            f"{type(self).__name__} samples one answer per prompt: train on episodes with the "
            "bundled model, or leave them out of the mix"
        )

    @abstractmethod
    def hidden(self, tokens_BT: Tensor, real_BT: Tensor) -> Tensor:
        """The last hidden states (B, T, D) of right-padded rows; `real_BT` is false at padding."""

    @abstractmethod
    def head(self, states: Tensor) -> Tensor:
        """Logits (..., V) of hidden states."""

    @abstractmethod
    def save(self, folder: Path, dtype: torch.dtype | None = None) -> None:
        """Write a Hugging Face folder."""

    def autocast(self) -> AbstractContextManager[Any]:
        """The context manager for a forward pass in this policy's precision."""
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.precision)

    def states(
        self, tokens_BT: Tensor, real_BT: Tensor, chosen_BT: Tensor, prompts: Sequence[int] | None
    ) -> Tensor:
        """The last hidden states (N, D) at the chosen places of right-padded rows.

        `prompts` says how many first tokens of each row are its prompt: rows with the same prompt
        may share its computation.
        """
        return self.hidden(tokens_BT, real_BT)[chosen_BT]

    def samples_exactly(self, draws: Draws) -> bool:
        """Whether `sample` gives the log-probabilities that `logprobs` computes, up to rounding.

        Then those of the sampler are the old ones of an update.
        """
        return False

    def logprobs(
        self,
        tokens_BT: Tensor,
        real_BT: Tensor,
        loss_mask_BT: Tensor,
        temperature: float,
        prompts: Sequence[int] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Log-probability and entropy (B, T) of the tokens where `loss_mask_BT`; 0 elsewhere.

        Logits are computed only for the positions that predict those tokens. `prompts` as in
        `states`.
        """
        with self.autocast():
            chosen_BT = loss_mask_BT[:, 1:]
            before_BT = F.pad(chosen_BT, (0, 1))
            logits_NV = self.head(self.states(tokens_BT, real_BT, before_BT, prompts))
        logprobs_NV = (logits_NV.float() / temperature).log_softmax(-1)
        picked_N = logprobs_NV.gather(1, tokens_BT[:, 1:][chosen_BT].unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            entropy_N = -(logprobs_NV.exp() * logprobs_NV).sum(-1)
        empty_BT = picked_N.new_zeros(tokens_BT.shape)
        target_BT = torch.zeros_like(loss_mask_BT)
        target_BT[:, 1:] = chosen_BT
        return (
            empty_BT.masked_scatter(target_BT, picked_N),
            empty_BT.masked_scatter(target_BT, entropy_N),
        )

    def reference(self) -> "Policy":
        """A frozen copy of the current policy."""
        other = copy.copy(self)
        other.model = copy.deepcopy(self.model).eval().requires_grad_(False)
        return other
