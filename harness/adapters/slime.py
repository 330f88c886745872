"""A custom reward for slime: `--custom-rm-path assay.harness.adapters.slime.custom_rm`.

Contract of slime 0.3: the function is awaited with `(args, sample)`, or with a list of samples
under `--group-rm`. The ground truth is `sample.label`, or the row in `sample.metadata`. miles calls
the same.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from .row_reward import RowReward, ScoredRow

_REWARD = RowReward()


async def custom_rm(args: Any, sample: Any, **kwargs: Any) -> float | list[float]:
    """The reward of a sample, or the rewards of a list of samples.

    A sample whose check failed is worth the mean of its group and is marked `remove_sample`, so
    that slime leaves it out of the loss. Raises UsageError for a row that cannot be verified.
    """
    if isinstance(sample, list):
        return list(await asyncio.gather(*map(_reward, sample)))
    return await _reward(sample)


async def _reward(sample: Any) -> float:
    row: Mapping[str, Any] = sample.metadata if isinstance(sample.metadata, Mapping) else {}
    # A loss mask with zeros means that text of tools stands between the turns.
    turns = None if sample.loss_mask and 0 in sample.loss_mask else 1
    scored: ScoredRow = await _REWARD.score_async(sample.response, row, sample.label, turns)
    if scored.verdict.score is None:
        sample.remove_sample = True
    return scored.reward
