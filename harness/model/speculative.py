"""Speculative decoding with the model's own prediction modules (arXiv:2412.19437, 5.4.3).

The modules draft k tokens. The model verifies them in one pass and keeps the longest prefix that
it would have produced itself, so the output is exactly the model's greedy output.

Shapes: Q tokens of a pass, D hidden, V vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...sandbox.errors import UsageError
from .cache import LatentCache
from .network import LanguageModel


@dataclass(slots=True)
class Speculation:
    """A greedy completion and its acceptance counts."""

    tokens: list[int]
    passes: int
    """Passes of the main model after the prompt."""
    drafted: int
    accepted: int

    @property
    def acceptance(self) -> float:
        """Share of drafted tokens that the model kept."""
        return self.accepted / self.drafted if self.drafted else 0.0


class _Drafter:
    """The prediction modules and their caches, kept in sync with the accepted tokens.

    Module k at place i reads the state of module k - 1 (the model's for k = 1) at place i and
    the token at i + k, and predicts the token at i + k + 1. Its cache at place i is final once
    the tokens up to i + k are.
    """

    def __init__(self, model: LanguageModel, cache: LatentCache) -> None:
        self.model = model
        self.caches = cache.latents_ASTL[model.config.num_hidden_layers :]

    def draft(self, tokens: Sequence[int], state_1QD: Tensor, first: int) -> list[int]:
        """One token per module after `tokens`.

        `state_1QD` is the model's at places first, first + 1, ..., up to the last but one token.
        """
        drafts: list[int] = []
        known = list(tokens)
        for depth in range(1, len(self.model.mtp) + 1):
            places = range(first, first + state_1QD.shape[1])
            follow = torch.tensor([[known[p + depth] for p in places]], device=state_1QD.device)
            slots = torch.tensor([list(places)], device=state_1QD.device)
            cache_1TL = self.caches[depth - 1][:, : places.stop]
            state_1QD = self.model.decode_prediction(depth, state_1QD, follow, slots, cache_1TL)
            drafts.append(int(self.model.lm_head(state_1QD[:, -1]).argmax()))
            known.append(drafts[-1])
        return drafts


@torch.no_grad()
def generate_speculative(
    model: LanguageModel, prompt: Sequence[int], max_tokens: int, end_tokens: Sequence[int] = ()
) -> Speculation:
    """Greedy completion of one prompt, drafted by all of the model's prediction modules.

    Raises UsageError when the model has none, or prompt and completion exceed the context.
    """
    depth = len(model.mtp)
    if depth == 0:
        raise UsageError("config field num_nextn_predict_layers is 0: nothing drafts tokens")
    if not prompt:
        raise UsageError("prompt 0 is empty: give at least one token")
    room = min(len(prompt) + max_tokens + depth, model.config.max_position_embeddings)
    if len(prompt) + max_tokens > room:
        raise UsageError(
            f"prompt of {len(prompt)} and {max_tokens} new tokens: the context holds "
            f"{room} (max_position_embeddings)"
        )
    cache = LatentCache(model.config, 1, room, model.device, model.dtype, depth)
    drafter = _Drafter(model, cache)
    tokens = list(prompt)
    state_1QD = _pass(model, cache, tokens, 0)
    tokens.append(int(model.lm_head(state_1QD[:, -1]).argmax()))
    result = Speculation(tokens[len(prompt) :], 0, 0, 0)
    first = 0  # the place of state_1QD's first token
    while len(result.tokens) < max_tokens and result.tokens[-1] not in end_tokens:
        drafts = drafter.draft(tokens, state_1QD, first)
        # The pass reads the last token and the drafts; drafts beyond the context are dropped.
        drafts = drafts[: min(max_tokens - len(result.tokens), room - len(tokens))]
        checked_1QD = _pass(model, cache, [tokens[-1], *drafts], len(tokens) - 1)
        own = model.lm_head(checked_1QD[0]).argmax(dim=-1).tolist()
        agreed = next((i for i, t in enumerate(drafts) if t != own[i]), len(drafts))
        result.passes += 1
        result.drafted += len(drafts)
        result.accepted += agreed
        new = own[: agreed + 1]
        # A module's cache holds guesses for its last `depth` positions: recompute them.
        back = max(0, len(tokens) - 1 - (depth - 1))
        kept_1QD = state_1QD[:, max(0, back - first) :][:, : len(tokens) - 1 - back]
        first = len(tokens) - 1 - kept_1QD.shape[1]
        state_1QD = torch.cat((kept_1QD, checked_1QD[:, : agreed + 1]), dim=1)
        tokens += new
        result.tokens = _until_end(tokens[len(prompt) :][:max_tokens], end_tokens)
        tokens = [*prompt, *result.tokens] if result.tokens[-1] in end_tokens else tokens
    return result


def _pass(model: LanguageModel, cache: LatentCache, tokens: Sequence[int], first: int) -> Tensor:
    """The model's states (1, Q, D) for tokens at places first, first + 1, ..."""
    row = torch.tensor([list(tokens)], device=model.device)
    slots = torch.arange(first, first + len(tokens), device=model.device).unsqueeze(0)
    return model.decode(row, slots, cache.latents_ASTL[:, :, : first + len(tokens)])


def _until_end(tokens: list[int], end_tokens: Sequence[int]) -> list[int]:
    ends = [i for i, token in enumerate(tokens) if token in end_tokens]
    return tokens[: ends[0] + 1] if ends else tokens
