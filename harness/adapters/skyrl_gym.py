"""A SkyRL-Gym environment of one turn. Contract of skyrl-gym 0.4.

    from skyrl_gym.envs import register
    register(id="assay", entry_point="assay.harness.adapters.skyrl_gym:AssayEnv")

A row of the dataset has `env_class: "assay"` and `reward_spec: {"ground_truth": ...}`, or names our
problem by `task` and `problem_id` in `extra_info`.
"""

from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from .frameworks import framework_module
from .row_reward import RowReward, verdict_fields

_base = framework_module("skyrl-gym", "skyrl_gym.envs.base_text_env")
_REWARD = RowReward()


class AssayEnv(_base.BaseTextEnv):  # type: ignore[misc, name-defined]
    """One answer of a model, scored by the verdict."""

    def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        given = dict(extras or {})
        spec = given.get("reward_spec")
        self.truth = spec.get("ground_truth") if isinstance(spec, Mapping) else None
        info = given.get("extra_info")
        self.row = given | dict(info if isinstance(info, Mapping) else {})
        if self.truth is None and self.row.get("problem_id") is None:
            raise UsageError(
                "a row for SkyRL has neither reward_spec['ground_truth'] nor "
                "extra_info['problem_id']: add one of them"
            )

    def step(self, action: str) -> Any:
        """Score the answer; the episode is over. The verdict is in `metadata`."""
        scored = _REWARD.score(action, self.row, self.truth)
        return _base.BaseTextEnvStepOutput(
            observations=[], reward=scored.reward, done=True, metadata=verdict_fields(scored)
        )
