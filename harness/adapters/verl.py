"""A custom reward function for verl: `compute_score`. Contract of verl 0.9.

    reward.custom_reward_function.path=pkg://assay.harness.adapters.verl
    reward.custom_reward_function.name=compute_score

verl calls `compute_score(data_source=, solution_str=, ground_truth=, extra_info=)` from a
thread for each sample. It expects a float, or a dict: it trains on `score` and logs the other
entries, whose keys must be the same for every sample of a batch. `compute_score_async` is the
coroutine that the rate-limited manager wants, `compute_scores` the form of the batch manager,
and `prime_score` that of the manager of PRIME.
"""

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Verdict
from ..checking import Engine, Job, engine_of
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from ..validation import validated
from . import inputs
from .checker_errors import CheckerErrors, Choice, refused_choice
from .ground_truth import row_job
from .messages import assistant_text

Result = dict[str, Any]


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    on_checker_error: Choice = "group_mean",
    engine: str | Engine = "local",
    **kwargs: Any,
) -> Result:
    """The reward of one response, with status, extracted answer and reason; always the same keys.

    `rules` are fields of `RewardRules`, from `custom_reward_function.reward_kwargs`. Length is
    shaped by verl's own reward manager, since only it knows the tokens. verl cannot skip a
    sample, so `on_checker_error` says what a `checker_error` (after one retry) is worth:
    "group_mean", "nan", 0.0, or "raise" (see `CheckerErrors`). `engine` is "local" or "ray".
    Raises UsageError for a data source that nothing here can verify, for a ground truth that
    cannot be read, for unknown rules, and for a program where no sandbox works.
    """
    row = (data_source, solution_str, ground_truth, extra_info)
    made, job, checking = _settings(_frozen(rules), on_checker_error), _job(row), engine_of(engine)
    verdict = checking.verdict(checking.find(job))
    return _single(row, job, verdict, *made)


async def compute_score_async(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    on_checker_error: Choice = "group_mean",
    engine: str | Engine = "local",
    **kwargs: Any,
) -> Result:
    """As `compute_score`, awaiting the engine: the event loop is free meanwhile."""
    row = (data_source, solution_str, ground_truth, extra_info)
    made, job = _settings(_frozen(rules), on_checker_error), _job(row)
    verdict = await engine_of(engine).verdict_async(job)
    return _single(row, job, verdict, *made)


def compute_scores(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    rules: Mapping[str, Any] | None = None,
    on_checker_error: Choice = "group_mean",
    engine: str | Engine = "local",
    **kwargs: Any,
) -> list[Result]:
    """As `compute_score` for a batch, in order: the call of verl's batch reward manager.

    Raises UsageError when the lists differ in length.
    """
    if extra_infos is None:
        extra_infos = [None] * len(data_sources)
    infos = list(inputs.column(extra_infos, "extra_infos"))
    lengths = [len(data_sources), len(solution_strs), len(ground_truths), len(infos)]
    if len(set(lengths)) != 1:
        raise UsageError(
            f"{lengths[0]} data sources, {lengths[1]} solutions, {lengths[2]} ground truths and "
            f"{lengths[3]} extra infos: the four lists must have one length"
        )
    rows = list(zip(data_sources, solution_strs, ground_truths, infos, strict=True))
    made, jobs = _settings(_frozen(rules), on_checker_error), list(map(_job, rows))
    return _results(rows, jobs, engine_of(engine).map(jobs), *made)


def prime_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
) -> float:
    """The bare reward, as the manager of PRIME calls for it; it reads no dict."""
    score: float = compute_score(data_source, solution_str, ground_truth, extra_info)["score"]
    return score


Row = tuple[str, str, Any, Mapping[str, Any] | None]


def _single(
    row: Row, job: Job, verdict: Verdict, rules: RewardRules, errors: CheckerErrors
) -> Result:
    value = reward(verdict, job.completion, None, rules)
    return _result(errors.replaced(value, _group(row), row[0], verdict.reason), verdict)


def _results(
    rows: Sequence[Row],
    jobs: Sequence[Job],
    verdicts: Sequence[Verdict],
    rules: RewardRules,
    errors: CheckerErrors,
) -> list[Result]:
    checked = zip(jobs, verdicts, strict=True)
    values = [reward(verdict, job.completion, rules=rules) for job, verdict in checked]
    scores = errors.all_replaced(
        values, [_group(row) for row in rows], [row[0] for row in rows],
        [verdict.reason for verdict in verdicts],
    )  # fmt: skip
    return list(map(_result, scores, verdicts))


def _job(row: Row) -> Job:
    source, solution, truth, extra_info = row
    inputs.text(source, "data_source")
    info = {} if extra_info is None else dict(inputs.mapping(extra_info, "extra_info"))
    turns = inputs.count(info["num_turns"], "num_turns", 1) if "num_turns" in info else 1
    text = assistant_text(solution, turns)
    where = f"data source {source!r}, row {info['index']}" if "index" in info else ""
    return row_job(source, text, truth, info, where)


def _group(row: Row) -> Hashable:
    """What the samples of one prompt share."""
    source, _, truth, info = row
    place = None if info is None else info.get("problem_id", info.get("index"))
    return source, str(place) if place is not None else repr(truth)[:500]


def _result(score: float, verdict: Verdict) -> Result:
    return {
        "score": score,
        "acc": math.nan if verdict.score is None else float(verdict.correct),
        "status": verdict.status,
        "pred": verdict.extracted or "",
        "reason": verdict.reason,
        "checker_error": float(verdict.score is None),
    }


def _frozen(rules: Mapping[str, Any] | None) -> str:
    given = inputs.mapping(rules, "rules") if rules is not None else None
    return json.dumps({str(key): value for key, value in given.items()}) if given else ""


def _settings(rules: str, choice: Choice) -> tuple[RewardRules, CheckerErrors]:
    try:
        return _made(rules, choice)
    except TypeError:  # it cannot be hashed
        raise refused_choice(choice) from None


@lru_cache(32)
def _made(rules: str, choice: Choice) -> tuple[RewardRules, CheckerErrors]:
    if not rules:
        return CORRECTNESS_ONLY, CheckerErrors(choice)
    made = validated(RewardRules, json.loads(rules), lambda name: f"rules.{name}")
    return made, CheckerErrors(choice, made.correctness + made.format)
