"""A rubric for OpenEnv: `AssayRubric()(action, observation)`. Contract of OpenEnv 0.10.

The text of an action is its `message`, `text`, `content` or `answer`. What is correct for it stands
in the `metadata` of the observation, as long as no `row` is given.
"""

from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from .frameworks import framework_module
from .row_reward import RowReward

_rubrics = framework_module("openenv", "openenv.core.rubrics")
TEXT_FIELDS = ("message", "text", "content", "answer")


class AssayRubric(_rubrics.Rubric):  # type: ignore[misc, name-defined]
    """Scores an action by the verdict; `last_verdict` explains the last score."""

    def __init__(
        self, row: Mapping[str, Any] | None = None, reward: RowReward | None = None
    ) -> None:
        super().__init__()
        self.row = row
        self.reward = reward or RowReward()
        self.last_verdict: Any = None

    def forward(self, action: Any, observation: Any) -> float:
        """The reward of an action. Raises UsageError for a row that cannot be verified."""
        scored = self.reward.score(_text_of(action), self._row_of(observation))
        self.last_verdict = scored.verdict
        return scored.reward

    def _row_of(self, observation: Any) -> Mapping[str, Any]:
        row = self.row if self.row is not None else getattr(observation, "metadata", None)
        if not isinstance(row, Mapping) or not row:
            raise UsageError(
                "the observation has no metadata that says what is correct: put 'task' and "
                "'problem_id', or 'answer', into it, or make AssayRubric(row=...)"
            )
        return row


def _text_of(action: Any) -> Any:
    if isinstance(action, str | list | Mapping):
        return action
    for name in TEXT_FIELDS:
        if (text := getattr(action, name, None)) is not None:
            return text
    raise UsageError(
        f"an action of type {type(action).__name__} has no text: name it {', '.join(TEXT_FIELDS)}"
    )
