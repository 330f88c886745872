"""Episodes as a resources server of NeMo-Gym. Contract of nemo-gym 0.5.

    if __name__ == "__main__":
        EpisodeResourcesServer.run_webserver()

A row names the problem by `task` and `problem_id`, and holds the tools of the suite in its
`responses_create_params`: `episode_row` writes such rows. NeMo-Gym's agent seeds a session, posts
each call of the model to the route of its tool, and asks `/verify` at the end. The reward is that
of the session's state; the response that `/verify` is sent is passed through unread.
"""

import asyncio
import threading
from collections import OrderedDict
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem
from ...tasks.episode import EpisodeSuite
from .episode_session import EpisodeSession, load_episodes
from .frameworks import framework_module

_base = framework_module("nemo-gym", "nemo_gym.base_resources_server")
_utils = framework_module("nemo-gym", "nemo_gym.server_utils")
_web = framework_module("nemo-gym", "fastapi")
MOST_SESSIONS = 4096
"""Sessions that are kept; the oldest is closed first."""


class EpisodeSeedRequest(_base.BaseSeedSessionRequest):  # type: ignore[misc, name-defined]
    """The problem that a session plays."""

    task: str
    problem_id: str


class EpisodeVerifyRequest(_base.BaseVerifyRequest):  # type: ignore[misc, name-defined]
    """What NeMo-Gym sends at the end."""

    task: str
    problem_id: str


class EpisodeVerifyResponse(_base.BaseVerifyResponse):  # type: ignore[misc, name-defined]
    """The reward, with the verdict's status and reason."""

    status: str
    reason: str
    moves: int
    illegal: int


class EpisodeResourcesServer(_base.SimpleResourcesServer):  # type: ignore[misc, name-defined]
    """One episode for each session."""

    config: _base.BaseResourcesServerConfig  # type: ignore[name-defined]

    def model_post_init(self, context: Any) -> None:
        """Begin without sessions."""
        super().model_post_init(context)
        self._sessions: OrderedDict[str, EpisodeSession] = OrderedDict()
        self._suites: dict[str, EpisodeSuite] = {}
        self._lock = threading.Lock()

    def setup_webserver(self) -> Any:
        """The routes of a resources server, and one for each tool."""
        app = super().setup_webserver()
        app.post("/{tool}")(self.call_tool)
        return app

    async def seed_session(self, body: EpisodeSeedRequest, request: _web.Request) -> Any:  # type: ignore[name-defined]
        """Begin the episode of a session. Raises UsageError for an unknown problem."""
        session = await asyncio.to_thread(EpisodeSession, self._suite(body.task), body.problem_id)
        with self._lock:
            before = self._sessions.pop(_id(request), None)
            self._sessions[_id(request)] = session
            old = self._sessions.popitem(last=False)[1] if self._full() else None
        for closed in (before, old):
            if closed is not None:
                closed.close()
        return _base.BaseSeedSessionResponse()

    async def call_tool(self, tool: str, request: _web.Request) -> Any:  # type: ignore[name-defined]
        """Call a tool of the session's episode; its observation as the text of the response."""
        session = self._session(request)
        body = (await request.body()).decode("utf-8", "replace")
        seen = await asyncio.to_thread(session.call, tool, body)
        return _web.responses.PlainTextResponse(seen.text)

    async def verify(self, body: EpisodeVerifyRequest, request: _web.Request) -> Any:  # type: ignore[name-defined]
        """The reward of the session's state. Raises CheckerFailedError for a failure of ours."""
        session = self._session(request)
        if session.problem.id != body.problem_id:
            raise UsageError(
                f"the session plays problem {session.problem.id}, not {body.problem_id}"
            )
        value = await asyncio.to_thread(session.required_reward)
        verdict = session.verdict()
        with self._lock:
            self._sessions.pop(_id(request), None)
        return EpisodeVerifyResponse(
            **body.model_dump(), reward=value, status=verdict.status, reason=verdict.reason,
            moves=verdict.meta.get("moves", 0), illegal=verdict.meta.get("illegal", 0),
        )  # fmt: skip

    def _full(self) -> bool:
        return len(self._sessions) > MOST_SESSIONS

    def _session(self, request: Any) -> EpisodeSession:
        session = self._sessions.get(_id(request))
        if session is None:
            raise _web.HTTPException(409, "this session has no episode: POST /seed_session first")
        return session

    def _suite(self, task: str) -> EpisodeSuite:
        with self._lock:
            if task not in self._suites:
                self._suites[task] = load_episodes(task)
            return self._suites[task]


def _id(request: Any) -> str:
    return str(request.session[_utils.SESSION_ID_KEY])


def episode_row(suite: EpisodeSuite, problem: Problem) -> dict[str, Any]:
    """A row of a NeMo-Gym dataset: the prompt and the tools of a problem, and its name."""
    episode = suite.start(problem)
    episode.close()
    tools = [
        {"type": "function", "name": one.name, "description": one.description,
         "parameters": dict(one.parameters), "strict": False}
        for one in episode.tools
    ]  # fmt: skip
    params = {"input": [{"role": "user", "content": problem.prompt}], "tools": tools}
    return {"responses_create_params": params, "task": suite.name, "problem_id": problem.id}
