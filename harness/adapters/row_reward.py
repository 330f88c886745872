"""The reward of one row of a dataset, for adapters that pass rows one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...tasks import Verdict
from ..checking import Engine, Job, check_of, engine_of
from ..lookup import Lookup
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from . import inputs
from .checker_errors import CheckerErrors, Choice
from .golds import ANSWER_KEYS, Listed
from .ground_truth import row_job
from .messages import Completion, assistant_text

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """A reward, and the verdict and the text that it comes from."""

    reward: float
    verdict: Verdict
    text: str


def source_of(row: Row, truth: Any = None) -> tuple[str, Any, Row]:
    """(data source, ground truth, info) of a row.

    A row with `task` and `problem_id` is ours; one with `data_source` is read as verl's, its
    `extra_info` included; any other holds a math answer, which is `truth`, or else what stands
    under one of `ANSWER_KEYS`.
    """
    if row.get("task") and row.get("problem_id") is not None:
        return str(row["task"]), None, row
    if truth is None:
        named = [key for key in ANSWER_KEYS if row.get(key) is not None]
        truth = row[named[0]] if len(named) == 1 else {key: row[key] for key in named} or None
    if row.get("data_source"):
        extra = row.get("extra_info")
        info = dict(row) | dict(extra if isinstance(extra, Mapping) else {})
        return str(row["data_source"]), truth, info
    return "math", truth, {"ability": "math"}


class RowReward:
    """The reward of a completion for a row; can be pickled and shared between threads.

    `on_checker_error` says what a failed check is worth (see `CheckerErrors`), `options` go to
    `load` for each task that a row names, and `engine` makes the verdicts.
    """

    def __init__(
        self,
        on_checker_error: Choice = "group_mean",
        rules: RewardRules = CORRECTNESS_ONLY,
        listed: Listed = "any",
        options: Mapping[str, Any] | None = None,
        engine: str | Engine = "local",
    ) -> None:
        self.rules = rules
        self.engine = engine
        self.listed = listed
        self.lookup = Lookup(options, episodes=False)
        self.errors = CheckerErrors(on_checker_error, rules.correctness + rules.format)

    def score(
        self,
        completion: Completion,
        row: Row,
        truth: Any = None,
        turns: int | None = 1,
        tokens: int | None = None,
    ) -> ScoredRow:
        """The reward of a completion. `turns` is that of `assistant_text`.

        Raises UsageError for a row that cannot be verified, CheckerFailedError by choice.
        """
        asked = self._asked(completion, row, truth, turns)
        check = check_of(asked.job, self.lookup)
        return self._scored(asked, engine_of(self.engine).verdict(check), tokens)

    async def score_async(
        self, completion: Completion, row: Row, truth: Any = None, turns: int | None = 1
    ) -> ScoredRow:
        """As `score`, awaiting the engine: the event loop is free meanwhile."""
        asked = self._asked(completion, row, truth, turns)
        verdict = await engine_of(self.engine).verdict_async(asked.job, self.lookup)
        return self._scored(asked, verdict, None)

    def _asked(self, completion: Completion, row: Row, truth: Any, turns: int | None) -> "_Asked":
        row = inputs.mapping(row, "a row")
        source, answer, info = source_of(row, truth)
        text = assistant_text(completion, turns)
        place = info.get("problem_id", row.get("id", row.get("index")))
        where = f"row {place!r}" if place is not None else ""
        job = row_job(source, text, answer, info, where, self.listed)
        return _Asked(job, source, str(place) if place is not None else repr(answer)[:500])

    def _scored(self, asked: "_Asked", verdict: Verdict, tokens: int | None) -> ScoredRow:
        text = asked.job.completion
        value = reward(verdict, text, tokens, self.rules)
        group = (asked.source, asked.group)
        given = self.errors.replaced(value, group, asked.source, verdict.reason)
        return ScoredRow(given, verdict, text)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The job of a row, and what the samples of its prompt share."""

    job: Job
    source: str
    group: str


def verdict_fields(scored: ScoredRow) -> dict[str, Any]:
    """What an adapter logs of a verdict, as plain data."""
    verdict = scored.verdict
    return {
        "status": verdict.status,
        "extracted": verdict.extracted or "",
        "reason": verdict.reason,
        "correct": verdict.correct,
        "checker_error": verdict.score is None,
    }
