"""A suite as a reasoning-gym dataset: entries, and `score_answer(answer, entry)`."""

from collections.abc import Iterator
from typing import Any

from ...tasks import Suite, load
from ..rewards import reward


class ReasoningGymDataset:
    """A suite as reasoning-gym's `ProceduralDataset`: entries of question, answer, metadata."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite

    def __len__(self) -> int:
        return len(self.suite)

    def __getitem__(self, index: int) -> dict[str, Any]:
        problem = self.suite[index]
        metadata = {"source_dataset": problem.suite, "source_index": index, "id": problem.id}
        return {
            "question": problem.prompt,
            "answer": problem.answer,
            "metadata": metadata | dict(problem.meta),
        }

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[index] for index in range(len(self)))

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float | None:
        """The reward of an answer to an entry in [0, 1]; None when the checker failed."""
        problem = self.suite.find(entry["metadata"]["id"])
        return reward(self.suite.verify(problem, answer or ""))


def as_dataset(task: str, **options: Any) -> ReasoningGymDataset:
    """The suite `task`, loaded with `options`, as a reasoning-gym dataset."""
    return ReasoningGymDataset(load(task, **options))
