"""Packs tokenized examples into rows, with segment numbers and a loss mask.

Shapes: R rows, T tokens per row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...sandbox.errors import UsageError


@dataclass(frozen=True, slots=True)
class Tokens:
    """Concatenated tokenized examples: prompt, completion, end token."""

    ids: np.ndarray
    lengths: np.ndarray
    """Tokens of each example."""
    prompts: np.ndarray
    """Prompt tokens of each example."""
    observed: np.ndarray
    """Whether each token of `ids` is part of an observation within an episode."""

    def __len__(self) -> int:
        return len(self.lengths)

    @staticmethod
    def build(
        examples: Iterable[tuple[Sequence[int], Sequence[int], Sequence[bool]]],
    ) -> "Tokens":
        """From prompt ids, completion ids, and which of the latter are observed."""
        flat: list[int] = []
        seen: list[bool] = []
        pairs: list[tuple[int, int]] = []
        for prompt, completion, observed in examples:
            flat += [*prompt, *completion]
            seen += [False] * len(prompt) + list(observed)
            pairs.append((len(prompt), len(completion)))
        return Tokens(
            np.asarray(flat, dtype=np.int32),
            np.asarray([p + c for p, c in pairs], dtype=np.int32),
            np.asarray([p for p, _ in pairs], dtype=np.int32),
            np.asarray(seen, dtype=bool),
        )

    @staticmethod
    def join(parts: Sequence["Tokens"]) -> "Tokens":
        """Concatenate several sets of examples."""
        return Tokens(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.lengths for part in parts]),
            np.concatenate([part.prompts for part in parts]),
            np.concatenate([part.observed for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """Packed rows on the CPU."""

    tokens_RT: Tensor
    segments_RT: Tensor
    """Number of the example within the row, from 1; 0 is padding."""
    loss_mask_RT: Tensor
    """Whether the token is a target of the loss."""
    dropped: int
    """Examples longer than a row."""

    def __len__(self) -> int:
        return self.tokens_RT.shape[0]

    def to(self, device: torch.device) -> "Rows":
        """The rows on a device."""
        return Rows(
            self.tokens_RT.to(device),
            self.segments_RT.to(device),
            self.loss_mask_RT.to(device),
            self.dropped,
        )


def pack(tokens: Tokens, row_tokens: int, completions_only: bool, seed: int) -> Rows:
    """Pack examples in random order into rows of `row_tokens`, first fit over a few open rows.

    Raises UsageError when no example fits.
    """
    order = np.random.default_rng(seed).permutation(len(tokens))
    starts = np.concatenate([[0], np.cumsum(tokens.lengths)[:-1]]).astype(np.int64)
    rows, dropped = _assign(order, tokens.lengths, row_tokens)
    if not rows:
        raise UsageError(
            f"row_tokens {row_tokens}: every example is longer; the shortest has "
            f"{int(tokens.lengths.min())} tokens"
        )
    ids = np.zeros((len(rows), row_tokens), dtype=np.int32)
    segments = np.zeros((len(rows), row_tokens), dtype=np.int16)
    wanted = np.zeros((len(rows), row_tokens), dtype=bool)
    for r, members in enumerate(rows):
        place = 0
        for segment, example in enumerate(members, start=1):
            start, length = starts[example], int(tokens.lengths[example])
            ids[r, place : place + length] = tokens.ids[start : start + length]
            segments[r, place : place + length] = segment
            first = int(tokens.prompts[example]) if completions_only else 0
            wanted[r, place + first : place + length] = True
            if completions_only:
                wanted[r, place : place + length] &= ~tokens.observed[start : start + length]
            place += length
    return Rows(
        torch.from_numpy(ids), torch.from_numpy(segments), torch.from_numpy(wanted), dropped
    )


def _assign(
    order: np.ndarray, lengths: np.ndarray, row_tokens: int, open_rows: int = 8
) -> tuple[list[list[int]], int]:
    """The examples of each row, and how many did not fit."""
    done: list[list[int]] = []
    waiting: list[tuple[int, list[int]]] = []  # room left, members
    dropped = 0
    for example in order.tolist():
        length = int(lengths[example])
        if length > row_tokens:
            dropped += 1
            continue
        for i, (room, members) in enumerate(waiting):
            if length <= room:
                members.append(example)
                waiting[i] = (room - length, members)
                break
        else:
            waiting.append((row_tokens - length, [example]))
            if len(waiting) > open_rows:
                fullest = min(range(len(waiting)), key=lambda i: waiting[i][0])
                done.append(waiting.pop(fullest)[1])
    return done + [members for _, members in waiting], dropped
