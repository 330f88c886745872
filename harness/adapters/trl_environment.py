"""Episodes for TRL: `GRPOTrainer(environment_factory=trl_environment("hanoi"))`. TRL 1.16.

TRL calls `reset(**row)` before a rollout, the other methods as tools during it, and
`get_reward()` when it has ended. The reward is made from the state of the episode.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from ...tasks.episode import EpisodeSuite, Tool
from ..rewards import CORRECTNESS_ONLY, RewardRules
from .episode_session import EpisodeSession, load_episodes

if TYPE_CHECKING:
    from datasets import Dataset

TYPES: dict[str, Any] = {
    "string": str, "integer": int, "number": float, "boolean": bool, "object": dict,
}  # fmt: skip


class EpisodeEnvironment:
    """One rollout at a time of a suite of episodes; the suite's tools are methods of a subclass."""

    _suite: EpisodeSuite
    _rules: RewardRules

    def __init__(self) -> None:
        self._session: EpisodeSession | None = None

    def reset(self, problem_id: str, **row: Any) -> None:
        """Begin the episode of a row."""
        if self._session is not None:
            self._session.close()
        self._session = EpisodeSession(self._suite, problem_id, rules=self._rules)

    def get_reward(self) -> float | None:
        """The reward of the state; None for a failure of ours, which TRL leaves out."""
        if self._session is None:
            raise UsageError("reset() comes before the reward of an episode")
        return self._session.reward()

    def _call(self, name: str, arguments: Mapping[str, Any]) -> str:
        if self._session is None:
            raise UsageError("reset() comes before the first call")
        return self._session.call(name, arguments).text


def trl_environment(
    task: str, rules: RewardRules = CORRECTNESS_ONLY, **options: Any
) -> Callable[[], EpisodeEnvironment]:
    """What makes environments of a task, for `GRPOTrainer(environment_factory=...)`.

    `options` load the task; `tools="python"` gives any task of one answer an interpreter. Train
    on the rows of `trl_episodes` with the same options. Raises UsageError for a task of one
    answer, an unknown one or an unknown option.
    """
    suite = load_episodes(task, options)
    methods = {one.name: _method(one) for one in suite.start(suite[0]).tools}
    name = "Assay" + "".join(part.title() for part in suite.name.replace("+", "_").split("_"))
    return type(name, (EpisodeEnvironment,), {"_suite": suite, "_rules": rules, **methods})


def trl_episodes(task: str, **options: Any) -> "Dataset":
    """The rows of a task for TRL: the prompt as a message, and the id of the problem."""
    suite = load_episodes(task, options)
    with needs("data"):
        from datasets import Dataset
    return Dataset.from_list([
        {"prompt": [{"role": "user", "content": problem.prompt}], "problem_id": problem.id}
        for problem in suite
    ])  # fmt: skip


def _method(tool: Tool) -> Callable[..., str]:
    """A method that calls the tool, with the signature and docstring that TRL reads."""
    properties: Mapping[str, Any] = tool.parameters["properties"]

    def call(self: EpisodeEnvironment, **arguments: Any) -> str:
        return self._call(tool.name, arguments)

    kinds = {name: _type(schema) for name, schema in properties.items()}
    parameters = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=kind)
        for name, kind in kinds.items()
    ]
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    call.__name__ = call.__qualname__ = tool.name
    call.__signature__ = inspect.Signature([own, *parameters], return_annotation=str)  # type: ignore[attr-defined]
    call.__annotations__ = {**kinds, "return": str}
    told = "\n".join(f"    {name}: {_told(schema)}" for name, schema in properties.items())
    call.__doc__ = f"{tool.description}\n\nArgs:\n{told}\n\nReturns:\n    What the tool gave."
    return call


def _type(schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return list[_type(schema.get("items", {}))]  # type: ignore[misc]
    return Any if kind is None else TYPES[kind]


def _told(schema: Mapping[str, Any]) -> str:
    """An argument in words."""
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "minimum" in schema and "maximum" in schema:
        return f"from {schema['minimum']} to {schema['maximum']}"
    if schema.get("type") == "array":
        return f"a list, each {_told(schema.get('items', {}))}"
    return "as the task says"
