"""A suite as a reasoning-gym dataset: entries, and `score_answer(answer, entry)`."""

from collections.abc import Iterator
from typing import Any

from ...tasks import Suite
from ..checking import Engine, engine_of
from ..lookup import load_answers
from ..rewards import reward
from .messages import assistant_text


class ReasoningGymDataset:
    """A suite as reasoning-gym's `ProceduralDataset`: entries of question, answer, metadata."""

    def __init__(self, suite: Suite, engine: str | Engine = "local") -> None:
        self.suite = suite
        self.engine = engine

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
        begun = engine_of(self.engine).begin(self.suite, problem, assistant_text(answer or "", 1))
        return reward(begun.result())


def as_dataset(task: str, engine: str | Engine = "local", **options: Any) -> ReasoningGymDataset:
    """The suite `task`, loaded with `options`, as a reasoning-gym dataset."""
    return ReasoningGymDataset(load_answers(task, **options), engine)
