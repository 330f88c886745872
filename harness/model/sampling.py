"""Samples one token per row; each row has its own settings, seed and counter.

Shapes: N rows, V vocabulary.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...sandbox.errors import UsageError

_BLOCK = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingParams:
    """How to sample one completion. Raises UsageError that names the invalid field."""

    max_tokens: int = 256
    temperature: float = 1.0
    """0 is greedy."""
    top_p: float = 1.0
    top_k: int = 0
    """0 disables top-k."""
    stop: tuple[str, ...] = ()
    """Strings that end a completion; their tokens are kept."""
    stop_token_ids: tuple[int, ...] = ()
    """Tokens that end a completion besides the engine's end tokens; they are kept."""

    def __post_init__(self) -> None:
        whole = isinstance(self.max_tokens, int) and not isinstance(self.max_tokens, bool)
        if not whole or self.max_tokens < 1:
            raise UsageError(f"max_tokens {self.max_tokens!r}: use a whole number of at least 1")
        if not _is_number(self.temperature) or self.temperature < 0:
            raise UsageError(f"temperature {self.temperature!r}: use a number of at least 0")
        if not _is_number(self.top_p) or not 0 < self.top_p <= 1:
            raise UsageError(f"top_p {self.top_p!r}: use a number above 0 and up to 1")
        if not isinstance(self.top_k, int) or self.top_k < 0:
            raise UsageError(f"top_k {self.top_k!r}: use a whole number of at least 0")
        if isinstance(self.stop, str):
            raise UsageError(f"stop {self.stop!r}: use a tuple of strings")
        if any(not text for text in self.stop):
            raise UsageError("stop: an empty string would end every completion at once")

    @property
    def truncates(self) -> bool:
        """Whether top-k or top-p may exclude tokens."""
        return self.top_k > 0 or self.top_p < 1


def uniforms(seeds_N: Tensor, counters_N: Tensor) -> Tensor:
    """A float32 number in [0, 1) per row, a pure function of its seed and counter.

    Applies the finalizer of SplitMix64 (Steele, Lea, Flood 2014) to both. A row draws the same
    numbers whatever else is in the batch.
    """
    mixed_N = _mix(_mix(seeds_N) + counters_N * _signed(0x9E3779B97F4A7C15))
    return (_shift(mixed_N, 40)).to(torch.float32) * 2.0**-24


def sample(
    logits_NV: Tensor,
    temperature_N: Tensor,
    uniform_N: Tensor,
    truncation: tuple[Tensor, Tensor] | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw a token per row by inverting the cumulative distribution at `uniform_N`.

    `truncation` is (top_p_N, top_k_N); top-k is applied first, then top-p to the rest.
    Returns the tokens, their log-probabilities under the model (temperature 1, no truncation),
    and those under the sampled distribution, which are 0 for greedy rows.
    """
    logits_NV = logits_NV.float()
    model_NV = logits_NV.log_softmax(dim=-1)
    greedy_N = temperature_N == 0
    scaled_NV = logits_NV / torch.where(greedy_N, 1.0, temperature_N).unsqueeze(1)
    if truncation is not None:
        scaled_NV = _truncate(scaled_NV, *truncation)
    sampled_NV = scaled_NV.log_softmax(dim=-1)
    token_N1 = _invert(scaled_NV.softmax(dim=-1), uniform_N)
    token_N1 = torch.where(greedy_N.unsqueeze(1), logits_NV.argmax(-1, keepdim=True), token_N1)
    drawn_N = sampled_NV.gather(1, token_N1).squeeze(1).masked_fill(greedy_N, 0.0)
    return token_N1.squeeze(1), model_NV.gather(1, token_N1).squeeze(1), drawn_N


def sample_plain(logits_NV: Tensor, uniform_N: Tensor) -> tuple[Tensor, Tensor]:
    """`sample` for temperature 1 without truncation: a single softmax."""
    model_NV = logits_NV.float().softmax(dim=-1)
    token_N1 = _invert(model_NV, uniform_N)
    return token_N1.squeeze(1), model_NV.gather(1, token_N1).squeeze(1).log()


def _invert(probabilities_NV: Tensor, uniform_N: Tensor) -> Tensor:
    """The first index (N, 1) where the cumulative sum exceeds uniform times the total.

    Searches blocks first, then within one block, because a long cumulative sum is slow.
    """
    padding = -probabilities_NV.shape[1] % _BLOCK
    rows = probabilities_NV.shape[0]
    blocks_NYZ = F.pad(probabilities_NV, (0, padding)).view(rows, -1, _BLOCK)
    sums_NY = blocks_NYZ.sum(dim=-1).cumsum(dim=-1)
    wanted_N1 = uniform_N.unsqueeze(1) * sums_NY[:, -1:]
    block_N1 = torch.searchsorted(sums_NY, wanted_N1, right=True).clamp_(max=sums_NY.shape[1] - 1)
    before_N1 = sums_NY.gather(1, (block_N1 - 1).clamp_min(0)).masked_fill(block_N1 == 0, 0.0)
    inner_NZ = blocks_NYZ.gather(1, block_N1.unsqueeze(-1).expand(-1, -1, _BLOCK)).squeeze(1)
    within_NZ = inner_NZ.cumsum(dim=-1)
    # Rounding may put the target at the very end of the block: stay at its last possible token.
    rest_N1 = torch.minimum(wanted_N1 - before_N1, within_NZ[:, -1:] * (1 - 2.0**-22))
    place_N1 = torch.searchsorted(within_NZ, rest_N1, right=True).clamp_(max=_BLOCK - 1)
    return block_N1 * _BLOCK + place_N1


def _truncate(scores_NV: Tensor, top_p_N: Tensor, top_k_N: Tensor) -> Tensor:
    """Set scores outside top-k and top-p to -inf; ties with the last kept score stay.

    The scores keep their order, so a row without truncation draws the same token whether or not
    other rows are truncated.
    """
    sorted_NV = scores_NV.sort(dim=-1, descending=True).values
    ranks_V = torch.arange(sorted_NV.shape[1], device=sorted_NV.device)
    kept_N1 = torch.where(top_k_N > 0, top_k_N, sorted_NV.shape[1]).unsqueeze(1)
    by_k_NV = sorted_NV.masked_fill(ranks_V >= kept_N1, float("-inf"))
    probabilities_NV = by_k_NV.softmax(dim=-1)
    before_NV = probabilities_NV.cumsum(dim=-1) - probabilities_NV
    # A top_p of 1 must exclude nothing, although rounding may push the sum above 1 early.
    out_NV = (before_NV >= top_p_N.unsqueeze(1)) & (top_p_N < 1).unsqueeze(1) & (ranks_V > 0)
    least_N1 = sorted_NV.masked_fill(out_NV | (ranks_V >= kept_N1), float("inf")).amin(-1, True)
    return scores_NV.masked_fill(scores_NV < least_N1, float("-inf"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _shift(x: Tensor, bits: int) -> Tensor:
    """A logical right shift of int64; torch's own shift is arithmetic."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: Tensor) -> Tensor:
    x = (x ^ _shift(x, 30)) * _signed(0xBF58476D1CE4E5B9)
    x = (x ^ _shift(x, 27)) * _signed(0x94D049BB133111EB)
    return x ^ _shift(x, 31)
