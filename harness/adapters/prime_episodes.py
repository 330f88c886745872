"""Episodes for Prime Intellect's `verifiers` v1, in both of its forms. Contract of verifiers 0.4.

A tool environment: verifiers starts the tools of each episode as an MCP server, and the model calls
them. Save as a module on the path:

    from assay.harness.adapters.prime_episodes import tool_taskset
    HanoiTaskset = tool_taskset("hanoi", difficulty=2)
    __all__ = ["HanoiTaskset"]

A multi-turn environment: the model writes its calls in <tool_call> tags, and the episode answers as
the user:

    from assay.harness.adapters.prime_episodes import TextEpisodes, text_taskset
    HanoiTaskset = text_taskset("hanoi", difficulty=2)
    __all__ = ["HanoiTaskset", "TextEpisodes"]

The reward is made from the state of the episode. The tools run in a process of their own, and hand
on the record of what was called; the reward plays it again. Nothing is read from the trace.
"""

import asyncio
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

import orjson

from ...tasks import Verdict
from ...tasks.episode import EpisodeSuite
from ..rewards import reward
from .checker_errors import CheckerFailedError
from .episode_session import EpisodeSession, load_episodes
from .frameworks import framework_module

vf = framework_module("verifiers", "verifiers.v1")
_toolsets = framework_module("verifiers", "verifiers.v1.mcp.toolset")
_mcp_types = framework_module("verifiers", "mcp.types")


class EpisodeData(vf.TaskData):  # type: ignore[misc, name-defined]
    """What verifiers knows of a problem: its prompt, and how to find it."""

    suite: str
    options: dict[str, Any]


class PlayedState(vf.State):  # type: ignore[misc, name-defined]
    """What the tools hand on to the reward."""

    record: str = ""
    failure: str = ""


class EpisodeTools(vf.Toolset[_toolsets.ToolsetConfig, PlayedState]):  # type: ignore[misc, name-defined]
    """The tools of one episode, in a process of their own."""

    TOOL_PREFIX = None
    session: EpisodeSession

    async def setup_task(self, task: EpisodeData) -> None:
        """Begin the episode."""
        self.session = _session(task)

    def register(self, mcp: Any) -> None:
        """Serve the tools of this episode, which are known only now."""
        server = cast(Any, mcp)
        server.list_tools = self.list_tools
        server.call_tool = self._with_state(self.call_tool)

    async def list_tools(self) -> list[Any]:
        """The tools as MCP has them."""
        return [
            _mcp_types.Tool(
                name=one.name, description=one.description, input_schema=dict(one.parameters)
            )
            for one in self.session.episode.tools
        ]

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Call a tool, and hand on the record so far."""
        try:
            seen = await asyncio.to_thread(self.session.call, name, arguments)
        except CheckerFailedError as error:
            self.state.failure = str(error)
            raise
        self.state.record = self.session.episode.record()
        content = [_mcp_types.TextContent(type="text", text=seen.text)]
        return _mcp_types.CallToolResult(content=content, is_error=not seen.legal)


class ToolEpisode(vf.Task[EpisodeData, PlayedState]):  # type: ignore[misc, name-defined]
    """A problem whose tools the model calls."""

    @property
    def key(self) -> str:
        """The id of the problem."""
        return f"{self.data.suite}/{self.data.id}"

    @classmethod
    def toolsets(cls, config: Any) -> list[Any]:
        """The tools of the episode."""
        return [EpisodeTools(_toolsets.ToolsetConfig())]

    @vf.reward  # type: ignore[untyped-decorator]
    async def verdict(self, trace: vf.Trace) -> float:  # type: ignore[name-defined]
        """The reward of the state that the recorded calls lead to.

        Raises CheckerFailedError for a failure of ours, which verifiers drops.
        """
        played = trace.state
        suite = _suite(self.data.suite, orjson.dumps(self.data.options))
        if played.failure:
            raise CheckerFailedError(played.failure)
        found = await asyncio.to_thread(suite.verify, suite.find(self.data.id), played.record)
        return _rewarded(trace, found)

    async def validate(self, runtime: Any) -> bool | None:
        """Whether the best play is judged correct; None where there is none."""
        suite = _suite(self.data.suite, orjson.dumps(self.data.options))
        problem = suite.find(self.data.id)
        gold = await asyncio.to_thread(suite.gold, problem)
        return (
            None if gold is None else (await asyncio.to_thread(suite.verify, problem, gold)).correct
        )


class TextEpisode(vf.Task[EpisodeData]):  # type: ignore[misc, name-defined]
    """A problem that `TextEpisodes` plays."""

    @property
    def key(self) -> str:
        """The id of the problem."""
        return f"{self.data.suite}/{self.data.id}"


class TextEpisodesConfig(vf.EnvConfig):  # type: ignore[misc, name-defined]
    """The one agent."""

    player: vf.AgentConfig = vf.AgentConfig()  # type: ignore[name-defined]


class TextEpisodes(vf.Env[TextEpisodesConfig]):  # type: ignore[misc, name-defined]
    """The episode plays the user: it answers each message of the model, to its end."""

    async def run(self, task: Any, agents: Any) -> None:
        """Play one episode. Raises CheckerFailedError for a failure of ours, which is dropped."""
        session = await asyncio.to_thread(_session, task.data)
        try:
            async with agents.player.interaction(task) as interaction:
                segment = await interaction.turn()
                while not segment.terminated:
                    seen = await asyncio.to_thread(session.reply, segment.last_reply)
                    if session.done:
                        break
                    segment = await interaction.turn(seen)
            verdict = await asyncio.to_thread(session.verdict)
        finally:
            session.close()
        trace = interaction.trace
        trace.record_reward("verdict", _rewarded(trace, verdict))


def tool_taskset(task: str, **options: Any) -> type[Any]:
    """The taskset of a tool environment; `options` load the task.

    Raises UsageError for a task of single answers, an unknown one or an unknown option.
    """
    suite = _suite(task, orjson.dumps(options))

    class ToolEpisodes(vf.Taskset[ToolEpisode, vf.TasksetConfig]):  # type: ignore[misc, name-defined]
        """The problems, in order."""

        def load(self) -> Iterator[Any]:
            for problem in suite:
                data = _data(task, options, problem.id, problem.prompt)
                yield ToolEpisode(data, self.config.task)

    return ToolEpisodes


def text_taskset(task: str, **options: Any) -> type[Any]:
    """The taskset of a multi-turn environment, for `TextEpisodes`; `options` load the task.

    Raises UsageError for a task of single answers, an unknown one or an unknown option.
    """
    suite = _suite(task, orjson.dumps(options))

    class TextTaskset(vf.Taskset[TextEpisode, vf.TasksetConfig]):  # type: ignore[misc, name-defined]
        """The problems, in order, with the tools described in the prompt."""

        def load(self) -> Iterator[Any]:
            for problem in suite:
                session = EpisodeSession(suite, problem.id)
                session.close()
                data = _data(task, options, problem.id, session.text_prompt)
                yield TextEpisode(data, self.config.task)

    return TextTaskset


def _data(task: str, options: dict[str, Any], problem_id: str, prompt: str) -> EpisodeData:
    return EpisodeData(id=problem_id, name=problem_id, prompt=prompt, suite=task, options=options)


def _session(data: EpisodeData) -> EpisodeSession:
    return EpisodeSession(_suite(data.suite, orjson.dumps(data.options)), str(data.id))


@lru_cache(16)
def _suite(task: str, options: bytes) -> EpisodeSuite:
    return load_episodes(task, orjson.loads(options))


def _rewarded(trace: Any, verdict: Verdict) -> float:
    trace.info["assay"] = verdict.model_dump()
    value = reward(verdict)
    if value is None:
        raise CheckerFailedError(f"checker_error: {verdict.reason}")
    return value


if __name__ == "__main__":
    # verifiers starts the tools of an episode as `python -m` of their module; the classes that it
    # then names are those of the module itself, not of `__main__`.
    from assay.harness.adapters.prime_episodes import EpisodeTools as Served

    Served.run()
