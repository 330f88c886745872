"""A custom reward function for verl: `compute_score`. Contract of verl 0.9.

    reward.custom_reward_function.path=pkg://assay.harness.adapters.verl
    reward.custom_reward_function.name=compute_score

verl calls `compute_score(data_source=, solution_str=, ground_truth=, extra_info=)` from a
thread for each sample. It expects a float, or a dict: it trains on `score` and logs the other
entries, whose keys must be the same for every sample of a batch.
"""

import math
from collections.abc import Mapping
from typing import Any

from ..lookup import Lookup
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from ..validation import validated
from .ground_truth import verify_row
from .messages import assistant_text

_LOOKUP = Lookup()


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """The reward of one response, with status, extracted answer and reason; always the same keys.

    `rules` are fields of `RewardRules`, from `custom_reward_function.reward_kwargs`. Length is
    shaped by verl's own reward manager, since only it knows the tokens. verl cannot skip a
    sample, so a `checker_error` (after one retry) gives NaN: verl skips an update whose gradient
    is not finite and reports it, whereas it would train on a 0.
    Raises UsageError for a data source that nothing here can verify, for a ground truth that
    cannot be read, and for unknown rules.
    """
    info = dict(extra_info or {})
    text = assistant_text(solution_str, info.get("num_turns") or 1)
    where = f"data source {data_source!r}, row {info['index']}" if "index" in info else ""
    verdict = verify_row(_LOOKUP, data_source, text, ground_truth, info, where)
    value = reward(verdict, text, rules=_rules(rules))
    return {
        "score": math.nan if value is None else value,
        "acc": math.nan if verdict.score is None else float(verdict.correct),
        "status": verdict.status,
        "pred": verdict.extracted or "",
        "reason": verdict.reason,
        "checker_error": float(verdict.score is None),
    }


def _rules(given: Mapping[str, Any] | None) -> RewardRules:
    if not given:
        return CORRECTNESS_ONLY
    values = {str(key): value for key, value in given.items()}
    return validated(RewardRules, values, lambda name: f"rules.{name}")
