"""Environments for the Tinker cookbook's RL loop. Contract of tinker-cookbook 0.6.

group = group_builder(suite, suite[0], renderer, num_envs=8)
"""

from functools import partial
from typing import Any

from ...tasks import Problem, Suite
from ..rewards import format_reward
from .frameworks import framework_module
from .row_reward import RowReward

_problem_env = framework_module("tinker-cookbook", "tinker_cookbook.rl.problem_env")


class AssayTinkerEnv(_problem_env.ProblemEnv):  # type: ignore[misc, name-defined]
    """One problem of a suite; the reward is the verdict's, plus the cookbook's format term.

    With `format_coef=0.0` the format counts nothing, which is the default here.
    """

    def __init__(
        self,
        suite: Suite,
        problem: Problem,
        renderer: Any,
        reward: RowReward | None = None,
        format_coef: float = 0.0,
    ) -> None:
        super().__init__(renderer, format_coef=format_coef)
        self.suite = suite
        self.problem = problem
        self.reward = reward or _shared(suite)

    def get_question(self) -> str:
        return self.problem.prompt

    def check_answer(self, sample_str: str) -> float:
        """The reward of the response: the verdict's score, or what a failed check is worth."""
        row = {"task": self.suite.name, "problem_id": self.problem.id}
        return self.reward.score(sample_str, row).reward

    def check_format(self, sample_str: str) -> bool:
        return bool(format_reward(sample_str))

    def get_reference_answer(self) -> str:
        return self.problem.answer


def _shared(suite: Suite) -> RowReward:
    made = RowReward()
    made.lookup.keep(suite)
    return made


def group_builder(suite: Suite, problem: Problem, renderer: Any, num_envs: int) -> Any:
    """A `ProblemGroupBuilder` of `num_envs` environments that share one reward."""
    make = partial(AssayTinkerEnv, suite, problem, renderer, _shared(suite))
    return _problem_env.ProblemGroupBuilder(make, num_envs, dataset_name=suite.name)
