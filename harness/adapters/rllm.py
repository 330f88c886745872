"""A reward function for rLLM: `reward_fn(task_info, action) -> RewardOutput`. Contract of 0.3."""

from collections.abc import Mapping
from typing import Any

from .frameworks import framework_module
from .row_reward import RowReward, verdict_fields

_REWARD = RowReward()


def reward_fn(task_info: Mapping[str, Any], action: Any) -> Any:
    """The `RewardOutput` of an action, which is text or rLLM's `Action`.

    `task_info` names our problem, or holds a `ground_truth` and optionally its `data_source`. A
    failed check is worth the mean of its group. Raises UsageError for a row that cannot be
    verified, and when rLLM is not installed.
    """
    types = framework_module("rllm", "rllm.rewards.reward_types")
    scored = _REWARD.score(getattr(action, "action", action), task_info)
    return types.RewardOutput(
        reward=scored.reward,
        metadata=verdict_fields(scored),
        is_correct=scored.verdict.correct if scored.verdict.score is not None else None,
    )
