"""Episodes as an OpenEnv environment, with its server and its client. Contract of OpenEnv 0.10.

    app = episode_app("hanoi", difficulty=2)                 # uvicorn MODULE:app
    with EpisodeClient(base_url="http://localhost:8000").sync() as client: ...

`reset(problem_id=...)` or `reset(index=...)` begins an episode; a step calls a tool, or takes the
model's whole message. Each observation holds the reward of the state so far once the episode is
over, and None before.
"""

from typing import Any

from pydantic import Field

from ...sandbox.errors import UsageError
from ...tasks.episode import EpisodeSuite
from .episode_session import EpisodeSession, load_episodes
from .frameworks import framework_module

_server = framework_module("openenv", "openenv.core.env_server")
_client = framework_module("openenv", "openenv.core.env_client")
_results = framework_module("openenv", "openenv.core.client_types")


class EpisodeAction(_server.Action):  # type: ignore[misc, name-defined]
    """A call of a tool, or else a whole message with its calls in <tool_call> tags."""

    tool: str | None = None
    arguments: dict[str, Any] | str = Field(default_factory=dict)
    message: str | None = None


class EpisodeObservation(_server.Observation):  # type: ignore[misc, name-defined]
    """What an action led to; after `reset` the prompt and the tools."""

    text: str = ""
    legal: bool = True
    tools: list[dict[str, Any]] = Field(default_factory=list)


class EpisodeState(_server.State):  # type: ignore[misc, name-defined]
    """Where the episode stands; nothing that is hidden from the model."""

    problem_id: str | None = None
    moves: int = 0
    illegal: int = 0
    ended: str = ""


class ServedEpisodes(_server.Environment):  # type: ignore[misc, name-defined]
    """The environment of one session of the server."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, suite: EpisodeSuite) -> None:
        super().__init__()
        self._suite = suite
        self._session: EpisodeSession | None = None
        self._episode_id: str | None = None

    def reset(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        problem_id: str | None = None,
        index: int | None = None,
        **options: Any,
    ) -> EpisodeObservation:
        """Begin an episode of a problem, by id or by place; the first problem where none is named.

        Raises UsageError for a problem that the suite does not have.
        """
        self.close()
        if problem_id is None:
            place = index or 0
            if not 0 <= place < len(self._suite):
                raise UsageError(f"index {place}: the suite has {len(self._suite)} problems")
            problem_id = self._suite[place].id
        self._episode_id = episode_id
        self._session = session = EpisodeSession(self._suite, problem_id, seed or 0)
        return EpisodeObservation(text=session.problem.prompt, tools=session.schemas)

    def step(
        self, action: EpisodeAction, timeout_s: float | None = None, **options: Any
    ) -> EpisodeObservation:
        """Act. Raises UsageError before a reset, CheckerFailedError for a failure of ours."""
        session = self._session
        if session is None:
            raise UsageError("reset() comes before the first step")
        illegal = session.episode.illegal
        if action.tool is not None:
            text = session.call(action.tool, action.arguments).text
        else:
            text = session.reply(action.message or "")
        return EpisodeObservation(
            text=text, legal=session.episode.illegal == illegal, done=session.done,
            reward=session.required_reward() if session.done else None,
        )  # fmt: skip

    @property
    def state(self) -> EpisodeState:
        """Where the episode stands."""
        if self._session is None:
            return EpisodeState(episode_id=self._episode_id)
        episode = self._session.episode
        return EpisodeState(
            episode_id=self._episode_id, step_count=len(episode.turns),
            problem_id=episode.problem_id, moves=episode.world.moves, illegal=episode.illegal,
            ended=episode.ended,
        )  # fmt: skip

    def close(self) -> None:
        """Free what the episode holds. Idempotent."""
        if self._session is not None:
            self._session.close()


class EpisodeClient(_client.EnvClient):  # type: ignore[misc, name-defined]
    """The client of such a server, with its types."""

    def _step_payload(self, action: EpisodeAction) -> dict[str, Any]:
        payload: dict[str, Any] = action.model_dump(exclude_none=True)
        return payload

    def _parse_result(self, payload: dict[str, Any]) -> Any:
        ended = {"reward": payload.get("reward"), "done": payload.get("done", False)}
        seen = EpisodeObservation(**payload["observation"] | ended)
        return _results.StepResult(observation=seen, **ended)

    def _parse_state(self, payload: dict[str, Any]) -> EpisodeState:
        return EpisodeState(**payload)


def episode_app(task: str, sessions: int = 64, **options: Any) -> Any:
    """The FastAPI application of OpenEnv's server for a task; `options` load the task.

    Raises UsageError for a task of single answers, an unknown one or an unknown option.
    """
    suite = load_episodes(task, options)
    return _server.create_app(
        lambda: ServedEpisodes(suite), EpisodeAction, EpisodeObservation, env_name=suite.name,
        max_concurrent_envs=sessions, state_cls=EpisodeState,
    )  # fmt: skip
