"""Rewards for TRL: `GRPOTrainer(reward_funcs=trl_reward("gsm8k"))`. Contract of TRL 1.16.

`math_reward()` verifies a dataset of your own against its column `solution`.

TRL calls `f(prompts=, completions=, completion_ids=, **columns)` with one entry per completion,
expects one float per completion, and skips a None.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, Verdict
from ..checking import Engine, Job, engine_of
from ..lookup import Lookup
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from . import inputs
from .golds import Listed, accepted_answers, type_name
from .messages import Completion, assistant_text, prompt_text


def _lengths(completion_ids: Sequence[Sequence[int]] | None, rows: int) -> Sequence[int | None]:
    """The number of tokens of each completion, where TRL passes them."""
    if completion_ids is None or (isinstance(completion_ids, Sequence) and not completion_ids):
        return [None] * rows
    given = inputs.column(completion_ids, "completion_ids", rows)
    return [len(ids) if hasattr(ids, "__len__") else None for ids in given]


def log_verdicts(name: str, verdicts: Sequence[Verdict], columns: dict[str, Any]) -> None:
    """Add status and extracted answer to TRL's table of completions, and log the error rate."""
    log_extra: Callable[[str, list[Any]], None] | None = columns.get("log_extra")
    log_metric: Callable[[str, float], None] | None = columns.get("log_metric")
    if log_extra is not None:
        log_extra(f"{name}/status", [verdict.status for verdict in verdicts])
        log_extra(f"{name}/extracted", [verdict.extracted for verdict in verdicts])
    if log_metric is not None and verdicts:
        failed = sum(verdict.score is None for verdict in verdicts)
        log_metric(f"{name}/checker_errors", failed / len(verdicts))


class TrlReward:
    """A TRL reward function for one or more tasks; can be pickled and shared between threads."""

    def __init__(
        self,
        tasks: tuple[str, ...],
        rules: RewardRules,
        lookup: Lookup,
        engine: str | Engine = "local",
    ) -> None:
        self.tasks = tasks
        self.rules = rules
        self.lookup = lookup
        self.engine = engine
        self.__name__ = "assay_" + "_".join(task.replace(":", "_") for task in tasks)

    def __call__(
        self,
        prompts: Sequence[Completion],
        completions: Sequence[Completion],
        completion_ids: Sequence[Sequence[int]] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """One reward per completion, in order; None where the checker failed.

        The problem is found by the column `problem_id` (or `id`) and, with several tasks, the
        column `task`; without ids by the text of the prompt. Raises UsageError when a row
        names no known problem, which is a mistake in the dataset and not a wrong answer.
        """
        texts = [assistant_text(completion, 1) for completion in completions]
        found = [self._problem(row, prompts, columns) for row in range(len(texts))]
        verdicts = self._verify(found, texts)
        log_verdicts(self.__name__, verdicts, columns)
        lengths = _lengths(completion_ids, len(texts))
        return [
            reward(verdict, text, tokens, self.rules)
            for verdict, text, tokens in zip(verdicts, texts, lengths, strict=True)
        ]

    def _problem(
        self, row: int, prompts: Sequence[Completion], columns: dict[str, Any]
    ) -> tuple[Suite, Problem]:
        named = columns.get("task")
        task = named[row] if named else self.tasks[0]
        if task not in self.tasks:
            raise UsageError(f"row {row}: task {task!r} is not one of {', '.join(self.tasks)}")
        if not named and len(self.tasks) > 1:
            raise UsageError("a reward of several tasks needs a dataset column named 'task'")
        ids = columns.get("problem_id") or columns.get("id")
        if ids:
            return self.lookup.by_id(task, str(inputs.column(ids, "column 'problem_id'")[row]))
        prompt = inputs.column(prompts, "prompts")[row]
        if isinstance(prompt, str | Sequence | Mapping):
            return self.lookup.by_prompt(task, prompt_text(prompt))
        raise UsageError(f"row {row}: a prompt is text or messages, not {type_name(prompt)}")

    def _verify(self, found: list[tuple[Suite, Problem]], texts: list[str]) -> list[Verdict]:
        """Verdicts in order."""
        engine = engine_of(self.engine)
        begun = [engine.begin(*one, text) for one, text in zip(found, texts, strict=True)]
        return [verdict.result() for verdict in begun]


class AsyncTrlReward(TrlReward):
    """The same as a coroutine, which TRL awaits together with its other asynchronous rewards."""

    async def __call__(self, *args: Any, **columns: Any) -> list[float | None]:  # type: ignore[override]
        """As TrlReward, in a thread, so that the event loop stays free."""
        return await asyncio.to_thread(super().__call__, *args, **columns)


class MathReward:
    """Verifies math answers against a column; can be pickled and shared between threads."""

    def __init__(
        self, column: str, rules: RewardRules, listed: Listed, engine: str | Engine = "local"
    ) -> None:
        self.column = inputs.text(column, "column")
        self.rules = rules
        self.listed = listed
        self.engine = engine
        self.__name__ = "assay_math"

    def __call__(
        self,
        completions: Sequence[Completion],
        completion_ids: Sequence[Sequence[int]] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """One reward per completion, in order; None where the checker failed.

        Raises UsageError when the dataset has no such column, or a value that is no answer.
        """
        if self.column not in columns:
            raise _no_column(self.column, columns)
        named = f"column {self.column!r}"
        answers = self.answers(inputs.column(columns[self.column], named, len(completions)))
        texts = [assistant_text(completion, 1) for completion in completions]
        verdicts = engine_of(self.engine).map(
            Job(completion=text, answers=tuple(accepted))
            for accepted, text in zip(answers, texts, strict=True)
        )
        log_verdicts(self.__name__, verdicts, columns)
        lengths = _lengths(completion_ids, len(texts))
        return [
            reward(verdict, text, tokens, self.rules)
            for verdict, text, tokens in zip(verdicts, texts, lengths, strict=True)
        ]

    def answers(self, golds: Sequence[Any]) -> list[list[str]]:
        """The accepted answers of each row. Raises UsageError for a value that is no answer."""
        return [
            accepted_answers(gold, f"row {row}, column {self.column!r}", self.listed)
            for row, gold in enumerate(golds)
        ]


def _no_column(column: str, columns: Iterable[str]) -> UsageError:
    return UsageError(
        f"the dataset has no column {column!r} but {', '.join(columns) or 'none at all'}: name "
        "the one with the answers, math_reward(column=...)"
    )


def math_reward(
    column: str = "solution",
    rules: RewardRules = CORRECTNESS_ONLY,
    dataset: Any = None,
    listed: Listed = "any",
    engine: str | Engine = "local",
) -> MathReward:
    """A reward like TRL's `accuracy_reward`, for any dataset that has a column of math answers.

    Given the `dataset`, each of its answers is read now. `listed` says what a list of several
    answers means: "any" of them is right, or "all" of them are the answer. Raises UsageError for
    a dataset without the column and for an answer that cannot be read, naming its row.
    """
    made = MathReward(column, rules, listed, engine)
    if dataset is not None:
        if column not in dataset.column_names:
            raise _no_column(column, dataset.column_names)
        made.answers(dataset[column])
    return made


def trl_reward(
    *tasks: str,
    rules: RewardRules = CORRECTNESS_ONLY,
    asynchronous: bool = False,
    engine: str | Engine = "local",
    **options: Any,
) -> TrlReward:
    """A reward function for `GRPOTrainer(reward_funcs=...)`.

    `engine` is "local", "ray", or an open engine. `options` go to `load` (data_dir, split, seed,
    ...). Raises UsageError for an unknown task, and for a task of programs where no sandbox works.
    """
    if not tasks:
        raise UsageError("trl_reward needs the name of at least one task")
    lookup = Lookup(options, episodes=False)
    if any(lookup.suite(task).domain == "code" for task in tasks):
        engine_of(engine).checks.prove_programs()
    kind = AsyncTrlReward if asynchronous else TrlReward
    return kind(tasks, rules, lookup, engine)
