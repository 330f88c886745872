"""Many completions of few prompts in one forward pass: each prompt is computed once.

The rows of a policy update come in groups with the same prompt. Their tokens are packed without
padding into one row; a completion attends to its prompt and to itself. The states are those of
computing every row on its own, up to rounding.

Shapes: B rows, T tokens of a padded row, G different prompts, P tokens of the longest prompt,
C tokens of the longest completion, N packed tokens, D hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .network import LanguageModel
from .prefix_layout import PrefixLayout


@dataclass(frozen=True, slots=True)
class PackedRows:
    """The packed tokens of padded rows, and where each token of a row went."""

    tokens_N: Tensor
    positions_N: Tensor
    layout: PrefixLayout
    places_BT: Tensor
    """The packed place of each token; N for padding."""


def pack_rows(tokens_BT: Tensor, real_BT: Tensor, prompts: Sequence[int]) -> PackedRows:
    """Pack right-padded rows whose first `prompts[b]` tokens are the prompt."""
    rows: list[list[int]] = tokens_BT.tolist()
    lengths: list[int] = real_BT.sum(1).tolist()
    known: dict[tuple[int, ...], int] = {}
    starts: list[int] = []
    flat: list[int] = []
    positions: list[int] = []
    prompt_of = []
    for row, length in zip(rows, prompts, strict=True):
        prompt = tuple(row[:length])
        if prompt not in known:
            known[prompt] = len(known)
            starts.append(len(flat))
            flat += prompt
            positions += range(length)
        prompt_of.append(known[prompt])
    firsts = []
    for row, begin, end in zip(rows, prompts, lengths, strict=True):
        firsts.append(len(flat))
        flat += row[begin:end]
        positions += range(begin, end)
    N, device = len(flat), tokens_BT.device
    completions = [end - begin for begin, end in zip(prompts, lengths, strict=True)]
    prompts_GP = _places(starts, [len(prompt) for prompt in known], N)
    completions_BC = _places(firsts, completions, N)
    prompt_B = torch.tensor(prompt_of)
    places_BT = torch.full(tokens_BT.shape, N)
    for b, (begin, end) in enumerate(zip(prompts, lengths, strict=True)):
        places_BT[b, :begin] = prompts_GP[prompt_of[b], :begin]
        places_BT[b, begin:end] = completions_BC[b, : end - begin]
    layout = PrefixLayout(prompts_GP.to(device), completions_BC.to(device), prompt_B.to(device))
    return PackedRows(
        torch.tensor(flat, device=device), torch.tensor(positions, device=device), layout,
        places_BT.to(device),
    )  # fmt: skip


def packed_states(model: LanguageModel, packed: PackedRows) -> Tensor:
    """The normalized states (N, D) of packed tokens, where `latent_space.serves` the model."""
    table_21NF = model.rope_table()[:, packed.positions_N].unsqueeze(1)
    x_1ND = model.embed_tokens(packed.tokens_N).unsqueeze(0)
    for block in model.blocks:
        x_1ND, _ = block(x_1ND, table_21NF, packed.layout)
    states_1ND: Tensor = model.norm(x_1ND)
    return states_1ND[0]


def _places(starts: Sequence[int], lengths: Sequence[int], padding: int) -> Tensor:
    """Consecutive places from each start, (rows, longest); `padding` after the last one."""
    offsets = torch.arange(max(lengths))
    places = torch.tensor(starts).unsqueeze(1) + offsets
    return places.masked_fill(offsets >= torch.tensor(lengths).unsqueeze(1), padding)
