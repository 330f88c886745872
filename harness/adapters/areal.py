"""A reward function for AReaL's RLVR workflows. Contract of AReaL 1.0.

    RLVRWorkflow(reward_fn="assay.harness.adapters.areal.reward_fn", ...)

AReaL calls `reward_fn(prompt, completions, prompt_ids, completion_ids, **row)` in a process of its
own, where `row` is the rest of the dataset's row, and expects a float. It cannot skip a sample.
A call that takes longer than 15 s is worth 0 to AReaL: that limit is its `timeout_seconds`.
"""

from collections.abc import Sequence
from typing import Any

from .row_reward import RowReward

_REWARD = RowReward()


def reward_fn(
    prompt: str,
    completions: str,
    prompt_ids: Sequence[int],
    completion_ids: Sequence[int],
    **row: Any,
) -> float:
    """The reward of one completion; the row names our problem, or holds an `answer`.

    A failed check is worth the mean of its group (see `CheckerErrors`). Raises UsageError for a
    row that cannot be verified.
    """
    return _REWARD.score(completions, row, tokens=len(completion_ids)).reward
