"""Group-relative advantages."""

from collections.abc import Sequence

from .settings import Method

_EPSILON = 1e-4


def group_advantages(rewards: Sequence[float], method: Method) -> list[float]:
    """The advantage of each completion over its group.

    (r - mean) / (std + 1e-4) with the sample deviation (DeepSeekMath section 4.1.2);
    Dr. GRPO (2503.20783) does not divide by the deviation. Equal rewards give zeros.
    """
    count = len(rewards)
    if count < 2:
        raise ValueError(f"a group of {count} has no baseline")
    mean = sum(rewards) / count
    centred = [reward - mean for reward in rewards]
    if method == "dr_grpo":
        return centred
    deviation = (sum(x * x for x in centred) / (count - 1)) ** 0.5
    return [x / (deviation + _EPSILON) for x in centred]


def has_mixed_rewards(rewards: Sequence[float]) -> bool:
    """Whether the rewards of a group differ: otherwise its advantages are all 0."""
    return max(rewards) - min(rewards) > 1e-9
