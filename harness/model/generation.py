"""The generation engine: continuous batching of many completions of many prompts.

A prompt is prefilled once for its whole group, and its latents are copied into the slot of each
row. The last prompt token is the row's first decoding step, so sampling happens in one place. A
step decodes one token for every row. Finished rows free their slots for waiting prompts; when
none wait, the last rows move into the gaps, so the rows in use are always slots 0 to n - 1.

A row may be a conversation: where a turn ends, the caller gives the tokens that follow it, and
the row goes on in its slot. Only those tokens are encoded; the latents before them stay.

On a GPU a step is a CUDA graph, one per (rows, tokens, sampling mode) with rows and tokens
rounded up. The host checks for finished rows only every `check_every` steps.

Shapes: S slots, N rows of a step, T tokens of cache, A attention layers, L latent_dim.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from ...sandbox.errors import UsageError
from .network import LanguageModel
from .sampling import SamplingParams
from .slots import Extension, Slots, StepKey

_PREFILL_TOKENS = 16384
"""Tokens prefilled at once, with padding; bounds the memory of a prefill."""


@dataclass(slots=True)
class Rollout:
    """One sampled completion."""

    prompt: int
    """Index of the prompt."""
    sample: int
    """Index within the prompt's group."""
    tokens: list[int]
    """The completion, including the token that ended it."""
    logprobs: list[float]
    """Of each token under the model: temperature 1, no truncation."""
    sampled_logprobs: list[float]
    """Of each token under the sampled distribution: after temperature, top-k and top-p; 0 if
    greedy."""
    finish_reason: Literal["stop", "length"]


Follow = Callable[[Rollout], Sequence[int] | None]
"""Takes a finished turn; gives the tokens that follow it, or None where the row ends."""


@dataclass(slots=True)
class _Row:
    """A completion in a slot or waiting for one; `tokens` are all before the current turn."""

    prompt: int
    sample: int
    prefix: int
    """The first prompt with the same tokens; they share one prefill."""
    tokens: Sequence[int]
    sampling: SamplingParams
    seed: int
    limit: int
    end: int
    """Tokens that the row may have, the prompt included."""
    begun: int = 0
    """Tokens sampled before the current turn."""
    searched: int = 0
    """Tokens already searched for stop strings."""


class GenerationEngine:
    """Samples from a `LanguageModel`; reuses its buffers and graphs between calls.

    A row's random numbers depend only on its seed, so its completion depends only on its prompt,
    settings and seed, up to rounding: a matrix product may round differently in a batch of
    another shape, which can decide a near tie between tokens.
    The weights are read at every step, so in-place updates (by an optimizer) take effect.
    """

    def __init__(
        self,
        model: LanguageModel,
        tokenizer: Any = None,
        slots: int = 256,
        end_tokens: Sequence[int] | None = None,
        check_every: int | None = None,
        graphs: bool | None = None,
    ) -> None:
        """Decode at most `slots` rows at once.

        `end_tokens` defaults to the tokenizer's end token, else the configuration's. `graphs`
        None uses CUDA graphs on a GPU.
        """
        if slots < 1:
            raise UsageError(f"slots {slots!r}: use a whole number of at least 1")
        self.model = model
        self.tokenizer = tokenizer
        self.slots = slots
        if end_tokens is None:
            end = getattr(tokenizer, "eos_token_id", None)
            end = model.config.eos_token_id if end is None else end
            end_tokens = () if end is None else (end,)
        self.end_tokens = tuple(end_tokens)
        on_gpu = model.device.type == "cuda"
        self.check_every = check_every or (16 if on_gpu else 1)
        self.graphs = on_gpu if graphs is None else graphs
        self._state: Slots | None = None

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        group: int = 1,
        sampling: SamplingParams | Sequence[SamplingParams] | None = None,
        seed: int | Sequence[int] = 0,
    ) -> list[Rollout]:
        """`group` completions of each prompt, ordered by prompt, then sample.

        Give one `sampling`, or one per prompt, or one per row (prompt by prompt). `seed` is a
        number from which each row's seed derives, or one seed per row.
        Raises UsageError for a prompt that is empty or does not fit the context.
        """
        rollouts = list(self.stream(prompts, group, sampling, seed))
        return sorted(rollouts, key=lambda rollout: (rollout.prompt, rollout.sample))

    def stream(
        self,
        prompts: Sequence[Sequence[int]],
        group: int = 1,
        sampling: SamplingParams | Sequence[SamplingParams] | None = None,
        seed: int | Sequence[int] = 0,
    ) -> Iterator[Rollout]:
        """The completions of `generate`, each as soon as it is finished."""
        rows = self._rows(prompts, group, sampling, seed)
        return self._run(deque(rows), None)

    def converse(
        self,
        prompts: Sequence[Sequence[int]],
        follow: Follow,
        room: int,
        group: int = 1,
        sampling: SamplingParams | Sequence[SamplingParams] | None = None,
        seed: int | Sequence[int] = 0,
    ) -> Iterator[Rollout]:
        """Conversations: `follow` is called with each finished turn, and each last turn yielded.

        A conversation may have `room` tokens after its prompt, as far as the context goes;
        `max_tokens` of `sampling` bounds a turn. `follow` must leave room for a token, or give
        None: otherwise UsageError.
        """
        rows = self._rows(prompts, group, sampling, seed)
        context = self.model.config.max_position_embeddings
        for row in rows:
            row.end = min(len(row.tokens) + room, context)
            row.limit = min(row.limit, row.end - len(row.tokens))
        return self._run(deque(rows), follow)

    def reset(self) -> None:
        """Drop buffers and graphs, to free memory or after the weights were replaced."""
        self._state = None

    def _rows(
        self,
        prompts: Sequence[Sequence[int]],
        group: int,
        sampling: SamplingParams | Sequence[SamplingParams] | None,
        seed: int | Sequence[int],
    ) -> list[_Row]:
        """One row per completion. Raises UsageError for invalid input."""
        if group < 1:
            raise UsageError(f"group {group!r}: use a whole number of at least 1")
        context, total = self.model.config.max_position_embeddings, len(prompts) * group
        if sampling is None or isinstance(sampling, SamplingParams):
            settings = [sampling or SamplingParams()] * total
        else:
            settings = _per_row(sampling, len(prompts), group, "sampling")
        if isinstance(seed, int):
            # Rows of different seeds never share a row seed.
            seeds = [(seed << 32) + index for index in range(total)]
        else:
            seeds = _per_row(seed, len(prompts), group, "seed") if total else []
            if group > 1 and len(seed) != total:
                raise UsageError(f"seed: {len(seed)} seeds for {total} rows; give one per row")
        firsts: dict[tuple[int, ...], int] = {}
        rows = []
        for index in range(total):
            prompt, params = prompts[index // group], settings[index]
            _check_prompt(prompt, index // group, self.model.config)
            if params.stop and self.tokenizer is None:
                raise UsageError(
                    "stop: an engine without a tokenizer cannot search for stop strings"
                )
            limit = min(params.max_tokens, context - len(prompt))
            own = (seeds[index] + (1 << 63)) % (1 << 64) - (1 << 63)
            prefix = firsts.setdefault(tuple(prompt), index // group)
            at, end = (index // group, index % group), len(prompt) + limit
            rows.append(_Row(*at, prefix, prompt, params, own, limit, end))
        return rows

    def _run(self, waiting: deque[_Row], follow: Follow | None) -> Iterator[Rollout]:
        if not waiting:
            return
        self.model.rope_table()
        state = self._prepare(waiting)
        active: list[_Row] = []
        prefilled: dict[int, Tensor] = {}
        while waiting or active:
            free = state.slots - len(active)
            if waiting and free:
                admitted = [waiting.popleft() for _ in range(min(free, len(waiting)))]
                self._admit(state, admitted, len(active), prefilled)
                active += admitted
                if waiting:
                    prefilled = {k: v for k, v in prefilled.items() if k == waiting[0].prefix}
                else:
                    prefilled = {}
            state.advance(self.model, self._step_key(active), self.check_every)
            finished = self._finished(state, active)
            if finished:
                yield from self._release(state, active, finished, follow)

    def _prepare(self, rows: Sequence[_Row]) -> Slots:
        """Slots that fit the rows, reused from the last call when possible."""
        length = max(row.end for row in rows)
        stops = max(len(row.sampling.stop_token_ids) for row in rows) + len(self.end_tokens)
        slots = min(self.slots, len(rows))
        state = self._state
        if state is None or not state.fits(slots, length, stops, self.model):
            self._state = None  # free the old buffers before the new ones are taken
            self._state = state = Slots(self.model, slots, length, stops, self.graphs)
        state.clear()
        return state

    @torch.inference_mode()
    def _admit(
        self, state: Slots, rows: list[_Row], first: int, prefilled: dict[int, Tensor]
    ) -> None:
        """Put rows into the slots from `first` on: prefill new prompts and copy latents."""
        new = {row.prefix: row.tokens for row in rows if row.prefix not in prefilled}
        prefilled.update(self._prefill(new))
        members: dict[int, list[int]] = {}
        for slot, row in enumerate(rows, start=first):
            members.setdefault(row.prefix, []).append(slot)
        for prefix, slots in members.items():
            slots_B = torch.tensor(slots, device=self.model.device)
            state.cache.fill(slots_B, prefilled[prefix].unsqueeze(1))
        ends = [self.end_tokens + row.sampling.stop_token_ids for row in rows]
        state.start(
            first,
            tokens=[row.tokens[-1] for row in rows],
            positions=[len(row.tokens) - 1 for row in rows],
            limits=[row.limit for row in rows],
            seeds=[row.seed for row in rows],
            sampling=[row.sampling for row in rows],
            ends=ends,
        )

    def _prefill(self, prompts: dict[int, Sequence[int]]) -> dict[int, Tensor]:
        """The latents (A, T, L) of each prompt without its last token."""
        result: dict[int, Tensor] = {}
        order = sorted(prompts, key=lambda key: len(prompts[key]))
        while order:
            longest = 0
            batch: list[int] = []
            # Longest first, so the first prompt sets the padded width.
            while order and (longest or len(prompts[order[-1]])) * (len(batch) + 1) <= max(
                _PREFILL_TOKENS, len(prompts[order[-1]])
            ):
                batch.append(order.pop())
                longest = longest or len(prompts[batch[0]])
            # Padding comes after the prompt, where causal attention does not look.
            padded = [[*prompts[key][:-1], *[0] * (longest - len(prompts[key]))] for key in batch]
            tokens_BT = torch.tensor(padded, dtype=torch.int64, device=self.model.device)
            if longest == 1:
                latents_BATL = self._empty_latents(len(batch))
            else:
                _, latents = self.model.hidden(tokens_BT)
                latents_BATL = torch.stack(latents, dim=1)
            for key, latents_ATL in zip(batch, latents_BATL, strict=True):
                result[key] = latents_ATL[:, : len(prompts[key]) - 1]
        return result

    def _empty_latents(self, rows: int) -> Tensor:
        c = self.model.config
        return torch.empty(rows, c.num_hidden_layers, 0, c.latent_dim, device=self.model.device)

    def _step_key(self, active: Sequence[_Row]) -> StepKey:
        if any(row.sampling.truncates for row in active):
            return StepKey("truncated")
        if all(row.sampling.temperature == 1 for row in active):
            return StepKey("plain")
        return StepKey("tempered")

    def _finished(self, state: Slots, active: list[_Row]) -> dict[int, int]:
        """Slots whose rows are finished, with the number of tokens each keeps."""
        done, counts = state.progress(len(active))
        finished = {slot: counts[slot] for slot in range(len(active)) if done[slot]}
        for slot, row in enumerate(active):
            if row.sampling.stop:
                kept = self._find_stop(state, slot, row, counts[slot])
                if kept is not None:
                    finished[slot] = kept
        return finished

    def _find_stop(self, state: Slots, slot: int, row: _Row, count: int) -> int | None:
        """The number of tokens up to the first stop string, or None when there is none yet."""
        longest = max(len(text.encode()) for text in row.sampling.stop)
        first = max(row.begun, row.searched - longest - 4)
        tokens = state.tokens_SO[slot, first:count].tolist()
        searched, row.searched = row.searched, count
        if not self._contains_stop(tokens, row.sampling.stop):
            return None
        for kept in range(searched + 1, count + 1):
            if self._contains_stop(tokens[: kept - first], row.sampling.stop):
                return kept
        return count

    def _contains_stop(self, tokens: list[int], stops: tuple[str, ...]) -> bool:
        text = self.tokenizer.decode(tokens, skip_special_tokens=False)
        return any(stop in text for stop in stops)

    def _release(
        self, state: Slots, active: list[_Row], finished: dict[int, int], follow: Follow | None
    ) -> list[Rollout]:
        """Remove rows that have ended and close the gaps; returns their rollouts.

        A row whose turn is followed by other tokens goes on.
        """
        rollouts = []
        more: dict[int, Sequence[int]] = {}
        for slot, columns in state.take(finished).items():
            row = active[slot]
            rollout = self._rollout(row, columns)
            added = None if follow is None else follow(rollout)
            if added is None:
                rollouts.append(rollout)
                continue
            more[slot] = added
            row.tokens = [*row.tokens, *rollout.tokens, *added]
            row.begun = row.searched = finished.pop(slot)
            row.limit = min(row.sampling.max_tokens, row.end - len(row.tokens))
            if row.limit < 1:
                raise UsageError(f"{len(added)} tokens that follow a turn leave no room for more")
        if more:
            state.extend(self.model, [
                Extension(slot, active[slot].tokens, len(added), active[slot].begun,
                          active[slot].limit)
                for slot, added in more.items()
            ])  # fmt: skip
        remaining = len(active) - len(finished)
        gaps = [slot for slot in sorted(finished) if slot < remaining]
        movers = [slot for slot in range(remaining, len(active)) if slot not in finished]
        state.move(movers, gaps)
        for source, target in zip(movers, gaps, strict=True):
            active[target] = active[source]
        del active[remaining:]
        state.free(remaining)
        return rollouts

    def _rollout(self, row: _Row, columns: tuple[list[int], list[float], list[float]]) -> Rollout:
        tokens = columns[0][row.begun :]
        logprobs, sampled = columns[1][row.begun :], columns[2][row.begun :]
        ends = self.end_tokens + row.sampling.stop_token_ids
        stopped = tokens[-1] in ends or (
            bool(row.sampling.stop) and self._contains_stop(tokens, row.sampling.stop)
        )
        reason: Literal["stop", "length"] = "stop" if stopped else "length"
        return Rollout(row.prompt, row.sample, tokens, logprobs, sampled, reason)


def _per_row(values: Sequence[Any], prompts: int, group: int, name: str) -> list[Any]:
    if len(values) == prompts * group:
        return list(values)
    if len(values) == prompts:
        return [value for value in values for _ in range(group)]
    raise UsageError(
        f"{name}: {len(values)} given for {prompts} prompts in groups of {group}; "
        "give one, one per prompt, or one per row"
    )


def _check_prompt(prompt: Sequence[int], index: int, config: Any) -> None:
    if not len(prompt):
        raise UsageError(f"prompt {index} is empty: give at least one token")
    if len(prompt) >= config.max_position_embeddings:
        raise UsageError(
            f"prompt {index} has {len(prompt)} tokens: the context holds "
            f"{config.max_position_embeddings} (max_position_embeddings), the answer included"
        )
    outside = next((t for t in prompt if not 0 <= t < config.vocab_size), None)
    if outside is not None:
        raise UsageError(
            f"prompt {index} has the token {outside}: vocab_size is {config.vocab_size}"
        )
