"""The engine's state on the device: every slot, and one decoding step over all of them.

Only `progress` and `take` read values back to the host. A step has static shapes, so a CUDA graph
can capture it.

Shapes: S slots, N rows of a step, T tokens of cache, O tokens a completion may have,
X end tokens a row may have, V vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from .cache import LatentCache
from .fast.absorbed_weights import absorb_weights, worth_absorbing
from .network import LanguageModel
from .sampling import SamplingParams, sample, sample_plain, uniforms

_ROUND_TOKENS = 128
"""CUDA graphs are captured for multiples of this cache length."""
_NO_TOKEN = -1


@dataclass(frozen=True, slots=True)
class StepKey:
    """How a step samples: "plain" is temperature 1 without top-k and top-p for all rows."""

    way: Literal["plain", "tempered", "truncated"]


@dataclass(frozen=True, slots=True)
class Extension:
    """Tokens that were not sampled, for a row to go on from."""

    slot: int
    tokens: Sequence[int]
    """All tokens of the row, those added at the end."""
    added: int
    count: int
    """Tokens sampled so far."""
    limit: int
    """Tokens to sample from here on."""


class Slots:
    """Preallocated rows; the rows in use come first."""

    def __init__(
        self, model: LanguageModel, slots: int, length: int, ends: int, graphs: bool
    ) -> None:
        device = model.device
        length = min(_round_up(length, _ROUND_TOKENS), model.config.max_position_embeddings)
        self.slots = slots
        self.graphs = graphs
        self.cache = LatentCache(model.config, slots, length, device, model.dtype)
        self.position_S = torch.zeros(slots, dtype=torch.int64, device=device)
        self.token_S = torch.zeros_like(self.position_S)
        self.count_S = torch.zeros_like(self.position_S)
        self.limit_S = torch.zeros_like(self.position_S)
        self.seed_S = torch.zeros_like(self.position_S)
        self.top_k_S = torch.zeros_like(self.position_S)
        self.done_S = torch.ones(slots, dtype=torch.bool, device=device)
        self.temperature_S = torch.ones(slots, device=device)
        self.top_p_S = torch.ones(slots, device=device)
        self.ends_SX = torch.full((slots, max(1, ends)), _NO_TOKEN, device=device)
        # One extra column: a finished row that is still decoded writes after its completion.
        self.tokens_SO = torch.zeros(slots, length + 1, dtype=torch.int64, device=device)
        self.logprobs_SO = torch.zeros(slots, length + 1, device=device)
        self.sampled_SO = torch.zeros(slots, length + 1, device=device)
        self.absorbed = absorb_weights(model) if worth_absorbing(model.config) else []
        self._bounds: list[int] = []
        self._graphs: dict[tuple[int, int, StepKey], torch.cuda.CUDAGraph] = {}
        self._pool: Any = None
        self._weights = model.embed_tokens.weight.data_ptr()

    def fits(self, slots: int, length: int, ends: int, model: LanguageModel) -> bool:
        """Whether these slots can hold that many rows of that length, for the same weights."""
        weight = model.embed_tokens.weight
        return (
            slots <= self.slots
            and length <= self.cache.capacity
            and ends <= self.ends_SX.shape[1]
            and self._weights == weight.data_ptr()
            and self.cache.latents_ASTL.dtype == weight.dtype
        )

    @property
    def _per_row(self) -> tuple[Tensor, ...]:
        return (
            self.position_S, self.token_S, self.count_S, self.limit_S, self.seed_S, self.top_k_S,
            self.done_S, self.temperature_S, self.top_p_S, self.ends_SX,
        )  # fmt: skip

    def clear(self) -> None:
        """Free all slots and recompute what is derived from the model's weights."""
        self.free(0)
        for weights in self.absorbed:
            weights.refresh()

    def free(self, first: int) -> None:
        """Free the slots from `first` on."""
        self.done_S[first:] = True
        self.position_S[first:] = 0
        self.count_S[first:] = 0
        del self._bounds[first:]

    def start(
        self,
        first: int,
        tokens: Sequence[int],
        positions: Sequence[int],
        limits: Sequence[int],
        seeds: Sequence[int],
        sampling: Sequence[SamplingParams],
        ends: Sequence[tuple[int, ...]],
    ) -> None:
        """Put new rows into the slots from `first` on."""
        rows = slice(first, first + len(tokens))
        width = self.ends_SX.shape[1]
        padded = [[*row, *[_NO_TOKEN] * (width - len(row))] for row in ends]
        whole = torch.tensor(
            [tokens, positions, limits, seeds, [s.top_k for s in sampling]], dtype=torch.int64
        ).to(self.position_S.device)
        self.token_S[rows], self.position_S[rows], self.limit_S[rows] = whole[0], whole[1], whole[2]
        self.seed_S[rows], self.top_k_S[rows] = whole[3], whole[4]
        self.ends_SX[rows] = torch.tensor(padded, dtype=torch.int64).to(self.position_S.device)
        real = torch.tensor([[s.temperature for s in sampling], [s.top_p for s in sampling]])
        self.temperature_S[rows], self.top_p_S[rows] = real.to(self.position_S.device)
        self.count_S[rows] = 0
        self.done_S[rows] = False
        self._bounds += positions

    @torch.inference_mode()
    def advance(self, model: LanguageModel, key: StepKey, steps: int) -> None:
        """Decode `steps` tokens for every row in use, fewer for a row that finishes."""
        for _ in range(steps):
            rows, tokens = len(self._bounds), max(self._bounds) + 1
            tokens = min(tokens, self.cache.capacity)
            if self.graphs:
                rows = min(_round_rows(rows), self.slots)
                tokens = min(_round_up(tokens, _ROUND_TOKENS), self.cache.capacity)
                self._graph(model, rows, tokens, key).replay()
            else:
                self._step(model, rows, tokens, key)
            self._bounds = [bound + 1 for bound in self._bounds]

    @torch.inference_mode()
    def extend(self, model: LanguageModel, rows: Sequence[Extension]) -> None:
        """Encode the added tokens on top of what the slots hold; the rows are not done any more.

        The last token that was read is read again: a finished row may have been decoded further.
        """
        device = self.position_S.device
        firsts = [len(row.tokens) - row.added - 2 for row in rows]
        widths = [row.added + 1 for row in rows]  # all but the last, which is decoded next
        width = max(widths)
        fed = [
            [*row.tokens[first : first + size], *[0] * (width - size)]
            for row, first, size in zip(rows, firsts, widths, strict=True)
        ]
        tokens_BQ = torch.tensor(fed, device=device)
        # Padding writes to positions that are written again before they are read.
        steps_Q = torch.arange(width, device=device)
        positions_BQ = (torch.tensor(firsts, device=device).unsqueeze(1) + steps_Q).clamp(
            max=self.cache.capacity - 1
        )
        slots_B = torch.tensor([row.slot for row in rows], device=device)
        used = min(max(firsts) + width, self.cache.capacity)
        latents_ABTL = self.cache.latents_ASTL[:, slots_B, :used].clone()
        model.decode(tokens_BQ, positions_BQ, latents_ABTL)
        self.cache.latents_ASTL[:, slots_B, :used] = latents_ABTL
        values = [
            [row.tokens[-1], len(row.tokens) - 1, row.count, row.count + row.limit] for row in rows
        ]
        whole = torch.tensor(values, device=device).t()
        self.token_S[slots_B], self.position_S[slots_B] = whole[0], whole[1]
        self.count_S[slots_B], self.limit_S[slots_B] = whole[2], whole[3]
        self.done_S[slots_B] = False
        for row in rows:
            self._bounds[row.slot] = len(row.tokens) - 1

    def progress(self, rows: int) -> tuple[list[bool], list[int]]:
        """Which rows are finished, and how many tokens each has."""
        both = torch.stack((self.done_S[:rows].to(torch.int64), self.count_S[:rows])).tolist()
        return [bool(done) for done in both[0]], both[1]

    def take(
        self, finished: dict[int, int]
    ) -> dict[int, tuple[list[int], list[float], list[float]]]:
        """Tokens, log-probabilities and sampled log-probabilities of finished slots.

        `finished` maps a slot to the number of tokens it keeps.
        """
        slots = list(finished)
        index = torch.tensor(slots, device=self.position_S.device)
        longest = max(finished.values())
        columns = [
            buffer.index_select(0, index)[:, :longest].tolist()
            for buffer in (self.tokens_SO, self.logprobs_SO, self.sampled_SO)
        ]
        return {
            slot: (
                columns[0][i][: finished[slot]],
                columns[1][i][: finished[slot]],
                columns[2][i][: finished[slot]],
            )
            for i, slot in enumerate(slots)
        }

    @torch.inference_mode()
    def move(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        """Move rows to other slots."""
        if not sources:
            return
        source = torch.tensor(sources, device=self.position_S.device)
        target = torch.tensor(targets, device=self.position_S.device)
        used = min(max(self._bounds[slot] for slot in sources) + 1, self.cache.capacity)
        latents = self.cache.latents_ASTL
        latents[:, target, :used] = latents[:, source, :used]
        for buffer in (self.tokens_SO, self.logprobs_SO, self.sampled_SO):
            buffer[target, :used] = buffer[source, :used]
        for state in self._per_row:
            state[target] = state[source]
        for old, new in zip(sources, targets, strict=True):
            self._bounds[new] = self._bounds[old]

    def _step(self, model: LanguageModel, rows: int, tokens: int, key: StepKey) -> None:
        """Decode and sample one token for the first `rows` slots."""
        position_N, token_N, count_N = (
            self.position_S[:rows],
            self.token_S[:rows],
            self.count_S[:rows],
        )
        latents_ANTL = self.cache.latents_ASTL[:, :rows, :tokens]
        if self.absorbed:
            hidden_ND = model.decode_absorbed(token_N, position_N, latents_ANTL, self.absorbed)
        else:
            hidden_N1D = model.decode(token_N.unsqueeze(1), position_N.unsqueeze(1), latents_ANTL)
            hidden_ND = hidden_N1D[:, 0]
        logits_NV = model.lm_head(hidden_ND)
        uniform_N = uniforms(self.seed_S[:rows], count_N)
        if key.way == "plain":
            drawn_N, logprob_N = sample_plain(logits_NV, uniform_N)
            sampled_N = logprob_N
        else:
            limits = (self.top_p_S[:rows], self.top_k_S[:rows])
            drawn_N, logprob_N, sampled_N = sample(
                logits_NV,
                self.temperature_S[:rows],
                uniform_N,
                limits if key.way == "truncated" else None,
            )
        column_N1 = count_N.unsqueeze(1)
        self.tokens_SO[:rows].scatter_(1, column_N1, drawn_N.unsqueeze(1))
        self.logprobs_SO[:rows].scatter_(1, column_N1, logprob_N.unsqueeze(1))
        self.sampled_SO[:rows].scatter_(1, column_N1, sampled_N.unsqueeze(1))
        done_N = self.done_S[:rows]
        count_N += ~done_N
        done_N |= (drawn_N.unsqueeze(1) == self.ends_SX[:rows]).any(dim=1)
        done_N |= count_N >= self.limit_S[:rows]
        position_N += ~done_N
        token_N.copy_(drawn_N)

    def _graph(
        self, model: LanguageModel, rows: int, tokens: int, key: StepKey
    ) -> torch.cuda.CUDAGraph:
        """The CUDA graph of this step, captured on first use."""
        name = (rows, tokens, key)
        if name not in self._graphs:
            saved = [state.clone() for state in self._per_row]
            # A warm-up step writes a latent and a token per row, which the captured step writes
            # again; the rest of the state is restored.
            stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                for _ in range(2):
                    self._step(model, rows, tokens, key)
                    for state, before in zip(self._per_row, saved, strict=True):
                        state.copy_(before)
            torch.cuda.current_stream().wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, pool=self._pool):
                self._step(model, rows, tokens, key)
            self._pool = self._pool or graph.pool()
            self._graphs[name] = graph
        return self._graphs[name]


def _round_up(value: int, unit: int) -> int:
    return (value + unit - 1) // unit * unit


def _round_rows(rows: int) -> int:
    """Round up to 16, 32, 64, ...: the row counts that graphs are captured for."""
    return max(16, 1 << (rows - 1).bit_length())
