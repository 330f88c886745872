"""Episodes as an agent loop of verl. Contract of verl 0.9.

    # agent_loops.yaml, named by actor_rollout_ref.rollout.agent.agent_loop_config_path
    - name: assay_episode
      _target_: assay.harness.adapters.verl_episodes.EpisodeAgentLoop

A row of the dataset has `agent_name: "assay_episode"`, and `extra_info` with `task` and
`problem_id`: `episode_row` writes such rows. The loop is verl's own loop of tools, which masks
observations out of the loss; its tools are those of the episode, and its reward is that of the
episode's state. verl's tool classes are released after every call, so that they cannot hold an
episode; its interaction classes were removed before 0.9.
"""

import asyncio
from types import SimpleNamespace
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem
from ...tasks.episode import EpisodeSuite
from .episode_session import EpisodeSession, load_episodes
from .frameworks import framework_module

_loops = framework_module("verl", "verl.experimental.agent_loop.tool_agent_loop")
_schemas = framework_module("verl", "verl.tools.schemas")
_SUITES: dict[str, EpisodeSuite] = {}


class EpisodeAgentLoop(_loops.ToolAgentLoop):  # type: ignore[misc, name-defined]
    """One rollout of one episode; verl makes a loop for each."""

    session: EpisodeSession

    async def run(self, sampling_params: dict[str, Any], **kwargs: Any) -> Any:
        """Play the episode of a row.

        Raises UsageError for a row that names no problem, CheckerFailedError for a failure of ours.
        """
        info = kwargs.get("extra_info") or {}
        if not info.get("task") or info.get("problem_id") is None:
            raise UsageError("a row of episodes for verl needs extra_info['task'] and 'problem_id'")
        self.session = await asyncio.to_thread(_session, info["task"], info["problem_id"])
        try:
            self.tool_schemas = self.session.schemas
            self.tools = {one["function"]["name"]: _tool(one) for one in self.tool_schemas}
            output = await super().run(sampling_params, **kwargs)
            output.reward_score = await asyncio.to_thread(self.session.required_reward)
            verdict = self.session.verdict()
        finally:
            self.session.close()
        output.extra_fields.update({
            "reward_extra_info": {
                "acc": float(verdict.correct), "moves": verdict.meta.get("moves", 0),
                "illegal": verdict.meta.get("illegal", 0),
            },
        })  # fmt: skip
        return output

    async def _handle_generating_state(self, agent_data: Any, *rest: Any, **options: Any) -> Any:
        """As verl's; a last message without a call is given to the episode as free text."""
        said = len(agent_data.messages)
        state = await super()._handle_generating_state(agent_data, *rest, **options)
        if len(agent_data.messages) > said and not agent_data.tool_calls:
            text = str(agent_data.messages[-1].get("content") or "")
            await asyncio.to_thread(self.session.episode.say, text)
        return state

    async def _handle_processing_tools_state(self, agent_data: Any) -> Any:
        """As verl's; the rollout ends with the episode."""
        state = await super()._handle_processing_tools_state(agent_data)
        return _loops.AgentState.TERMINATED if self.session.done else state

    async def _call_tool(self, tool_call: Any, tools_kwargs: Any, agent_data: Any) -> Any:
        """Call a tool of the episode, whatever the model wrote as its arguments."""
        seen = await asyncio.to_thread(self.session.call, tool_call.name, tool_call.arguments)
        return _schemas.ToolResponse(text=seen.text), None, {}


def episode_row(suite: EpisodeSuite, problem: Problem) -> dict[str, Any]:
    """A row of a verl dataset: the prompt of a problem, and how the loop finds it."""
    return {
        "data_source": suite.name,
        "agent_name": "assay_episode",
        "prompt": [{"role": "user", "content": problem.prompt}],
        "reward_model": {"style": "rule", "ground_truth": ""},
        "extra_info": {"task": suite.name, "problem_id": problem.id},
    }


def _tool(schema: dict[str, Any]) -> Any:
    """What verl's parsers ask of a tool."""
    return SimpleNamespace(tool_schema=_schemas.OpenAIFunctionToolSchema.model_validate(schema))


def _session(task: str, problem_id: str) -> EpisodeSession:
    if task not in _SUITES:
        _SUITES[task] = load_episodes(task)
    return EpisodeSession(_SUITES[task], str(problem_id))
