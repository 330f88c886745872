"""The bundled model as a policy, sampled by its own generation engine.

Shapes: B rows, T tokens, D hidden.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...model import GenerationEngine, Rollout, SamplingParams, load_checkpoint, save_checkpoint
from ...model.fast.latent_space import serves
from ...model.shared_prefix import pack_rows, packed_states
from ..codec import Codec, wrap
from ..settings import ModelSettings
from .contract import Draws, FollowTurn, Policy, Sample


@dataclass(slots=True)
class _Play:
    """What follows the prompt of one episode so far."""

    room: int
    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    sampled: list[bool] = field(default_factory=list)
    finished: bool = False

    def say(self, turn: Rollout) -> None:
        self.tokens += turn.tokens
        self.logprobs += turn.sampled_logprobs
        self.sampled += [True] * len(turn.tokens)

    def observe(self, tokens: list[int]) -> bool:
        """Take an observation; False where the budget leaves no token after it."""
        if len(self.tokens) + len(tokens) >= self.room:
            return False
        self.tokens += tokens
        self.logprobs += [0.0] * len(tokens)
        self.sampled += [False] * len(tokens)
        return True


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
        self._engine: GenerationEngine | None = None
        self._sampler: Any = None

    def sample(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int]
    ) -> Iterator[Sample]:
        engine, sampling = self._ready(), _sampling(draws, draws.max_tokens)
        # Equal neighbouring prompts are one group, which the engine prefills once.
        unique, size = _grouped(prompts)
        for rollout in engine.stream(unique, size, sampling, list(seeds)):
            yield Sample(
                rollout.prompt * size + rollout.sample,
                rollout.tokens,
                rollout.sampled_logprobs,
                rollout.finish_reason == "stop",
            )

    def play(
        self, prompts: Sequence[list[int]], draws: Draws, seeds: Sequence[int], follow: FollowTurn
    ) -> Iterator[Sample]:
        plays = [_Play(min(draws.max_tokens, self.context - len(one))) for one in prompts]
        unique, size = _grouped(prompts)

        def next_turn(turn: Rollout) -> list[int] | None:
            row = turn.prompt * size + turn.sample
            play = plays[row]
            play.say(turn)
            observed = follow(row, turn.tokens)
            if observed is None:
                play.finished = True
                return None
            if turn.tokens[-1] != self.codec.end:  # cut: the message ends here all the same
                observed = [self.codec.end, *observed]
            return observed if play.observe(observed) else None

        sampling = _sampling(draws, draws.turn_tokens or draws.max_tokens)
        for last in self._ready().converse(
            unique, next_turn, draws.max_tokens, size, sampling, list(seeds)
        ):
            row = last.prompt * size + last.sample
            play = plays[row]
            yield Sample(row, play.tokens, play.logprobs, play.finished, play.sampled)

    def _ready(self) -> GenerationEngine:
        """The engine, with the current weights."""
        if self._engine is None:
            self._sampler = self.model
            if self.precision != torch.float32:
                self._sampler = copy.deepcopy(self.model).to(self.precision).requires_grad_(False)
            self._engine = GenerationEngine(
                self._sampler, self.codec.tokenizer, slots=self.slots, end_tokens=[self.codec.end]
            )
        if self._sampler is not self.model:
            _copy_weights(self.model, self._sampler)
        return self._engine

    def hidden(self, tokens_BT: Tensor, real_BT: Tensor) -> Tensor:
        states_BTD: Tensor = self.model.hidden(tokens_BT)[0]  # causal, and padding comes last
        return states_BTD

    def states(
        self, tokens_BT: Tensor, real_BT: Tensor, chosen_BT: Tensor, prompts: Sequence[int] | None
    ) -> Tensor:
        if prompts is None or not serves(self.model.config, self.model.embed_tokens.weight):
            return super().states(tokens_BT, real_BT, chosen_BT, prompts)
        packed = pack_rows(tokens_BT, real_BT, prompts)
        return packed_states(self.model, packed)[packed.places_BT[chosen_BT]]

    def samples_exactly(self, draws: Draws) -> bool:
        whole = draws.temperature == 1.0 and draws.top_p == 1.0
        return whole and self.precision == torch.float32

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


def _sampling(draws: Draws, most: int) -> SamplingParams:
    return SamplingParams(max_tokens=most, temperature=draws.temperature, top_p=draws.top_p)


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
