"""Episodes as a SkyRL-Gym environment of many turns. Contract of skyrl-gym 0.4.

    from skyrl_gym.envs import register
    register(id="assay_episodes", entry_point="assay.harness.adapters.skyrl_episodes:SkyRLEpisode")

A row of the dataset has `env_class: "assay_episodes"` and names the problem by `task` and
`problem_id` in `extra_info`; options of the task stand in `extra_info["options"]`. The model calls
tools in <tool_call> tags. The reward comes with the last step, from the state of the episode.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from ...sandbox.errors import UsageError
from ...tasks.episode import EpisodeSuite
from .episode_session import EpisodeSession, load_episodes
from .frameworks import framework_module

_base = framework_module("skyrl-gym", "skyrl_gym.envs.base_text_env")
Messages = list[dict[str, str]]


class SkyRLEpisode(_base.BaseTextEnv):  # type: ignore[misc, name-defined]
    """One episode. A checker_error raises CheckerFailedError, since SkyRL would train on a 0."""

    def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None) -> None:
        """Raises UsageError for a row that names no problem of a task played in turns."""
        super().__init__()
        given = extras or {}
        info = given.get("extra_info")
        row = dict(given) | dict(info if isinstance(info, Mapping) else {})
        if not row.get("task") or row.get("problem_id") is None:
            raise UsageError(
                "a row of episodes for SkyRL needs extra_info['task'] and 'problem_id'"
            )
        suite = _suite(str(row["task"]), orjson.dumps(row.get("options") or {}))
        self.session = EpisodeSession(suite, str(row["problem_id"]))
        self.max_turns = self.session.episode.limits.turns

    def init(self, prompt: Messages) -> tuple[Messages, dict[str, Any]]:
        """The prompt of the problem with its tools, after the system messages of the row."""
        system = [one for one in prompt if one.get("role") == "system"]
        return [*system, {"role": "user", "content": self.session.text_prompt}], {}

    def step(self, action: str) -> Any:
        """Act on a message of the model. The verdict is in the `metadata` of the last step."""
        self.turns += 1
        seen = self.session.reply(action)
        if not self.session.done:
            told = [{"role": "user", "content": seen}]
            return _base.BaseTextEnvStepOutput(
                observations=told, reward=0.0, done=False, metadata={}
            )
        value, verdict = self.session.required_reward(), self.session.verdict()
        metadata = {"status": verdict.status, "reason": verdict.reason} | verdict.meta
        return _base.BaseTextEnvStepOutput(
            observations=[], reward=value, done=True, metadata=metadata
        )

    def get_metrics(self) -> dict[str, Any]:
        """What SkyRL logs of an episode: its turns, moves and illegal actions."""
        episode = self.session.episode
        return {
            "turns": len(episode.turns), "moves": episode.world.moves, "illegal": episode.illegal,
        }  # fmt: skip

    def close(self) -> None:
        """Free what the episode holds. Idempotent."""
        self.session.close()


@lru_cache(16)
def _suite(task: str, options: bytes) -> EpisodeSuite:
    return load_episodes(task, orjson.loads(options))
