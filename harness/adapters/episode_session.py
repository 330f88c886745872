"""One play of an episode for a trainer or an agent: what the adapters of episodes share.

A framework hands over either calls that its own parser read, or the model's whole message. Both act
on one `Episode`, and the reward is made from the state that it is in, never from what a transcript
says. Observations come from here alone: text of a model that looks like one is not read.
"""

from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Verdict, load
from ...tasks.acting import OVER, Call, Observation
from ...tasks.episode import EpisodeSuite
from ...tasks.verdict import checker_error
from ..backends.tool_text import calls_in, described, said_by_model
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from .checker_errors import CheckerFailedError


def load_episodes(task: str, options: Mapping[str, Any] | None = None) -> EpisodeSuite:
    """A suite that is played in turns.

    `tools="python"` among the options gives a task of single answers an interpreter. Raises
    UsageError for a task of single answers, an unknown one or an unknown option.
    """
    suite = load(task, **dict(options or {}))
    if not isinstance(suite, EpisodeSuite):
        raise UsageError(
            f"task {task!r} is one of single answers: use the reward of single answers, or give "
            "tools='python'"
        )
    return suite


class EpisodeSession:
    """A problem of a suite while it is played. Close it; reading the reward closes it too."""

    def __init__(
        self,
        suite: EpisodeSuite,
        problem_id: str,
        seed: int = 0,
        rules: RewardRules = CORRECTNESS_ONLY,
    ) -> None:
        """Raises UsageError for a problem that the suite does not have."""
        self.problem = suite.find(problem_id)
        self.episode = suite.start(self.problem, seed)
        self._suite, self._rules = suite, rules
        self._failure = ""
        """What failed on our side, after which the state means nothing."""

    @property
    def done(self) -> bool:
        """Whether no action has an effect any more."""
        return self.episode.done or bool(self._failure)

    @property
    def schemas(self) -> list[dict[str, Any]]:
        """The tools as the field's APIs and chat templates take them."""
        return [tool.schema() for tool in self.episode.tools]

    @property
    def text_prompt(self) -> str:
        """The prompt for a model that calls tools in its text: the tools are described first."""
        return f"{described(self.episode.tools)}\n\n{self.problem.prompt}"

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> Observation:
        """Call one tool, as a turn of its own.

        Raises CheckerFailedError when a tool fails on our side; the play then has no reward.
        """
        return self._acted([Call(name, arguments)], "")[0]

    def reply(self, text: str) -> str:
        """Act on a model's whole message; what it is answered.

        Calls are JSON in <tool_call> tags. From a <tool_response> that the model wrote itself on,
        nothing is read. Raises CheckerFailedError as `call` does.
        """
        said = said_by_model(text)
        calls = [Call(one.name, one.arguments) for one in calls_in(said)]
        seen = self._acted(calls, said)
        if not calls:
            return seen[0].text
        return "\n".join(f"<tool_response>\n{one.text}\n</tool_response>" for one in seen)

    def verdict(self) -> Verdict:
        """The verdict on the state as it is; a `checker_error` where something failed here."""
        self.close()
        if self._failure:
            return checker_error(self._failure)
        try:
            return self._suite.judge(self.problem, self.episode)
        except Exception as error:  # our failure is data, never the model's 0
            return checker_error(f"the verdict failed: {type(error).__name__}: {error}")

    def reward(self) -> float | None:
        """The reward of the state as it is; None for a failure of ours."""
        return reward(self.verdict(), "", None, self._rules)

    def required_reward(self) -> float:
        """The reward, for frameworks that drop a rollout which raises.

        Raises CheckerFailedError for a failure of ours, which must not be trained on.
        """
        verdict = self.verdict()
        value = reward(verdict, "", None, self._rules)
        if value is None:
            raise CheckerFailedError(f"checker_error: {verdict.reason}")
        return value

    def close(self) -> None:
        """Free what the episode holds outside of this process. Idempotent."""
        self.episode.close()

    def _acted(self, calls: list[Call], text: str) -> list[Observation]:
        if self._failure:
            return [Observation(OVER, True, False)] * max(1, len(calls))
        try:
            return self.episode.respond(calls, text)
        except Exception as error:
            self._failure = f"a tool failed: {type(error).__name__}: {error}"
            self.close()
            raise CheckerFailedError(self._failure) from error
