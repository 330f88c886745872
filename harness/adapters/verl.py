"""verl: `compute_score` as its custom reward function. Contract of verl 0.9.

    reward.custom_reward_function.path=pkg://assay.harness.adapters.verl
    reward.custom_reward_function.name=compute_score

verl calls `compute_score(data_source=, solution_str=, ground_truth=, extra_info=)` from a
thread for each sample and takes a float, or a dict whose `score` it trains on and whose other
entries it logs; the keys must be the same in every sample of a batch.
"""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...sandbox.errors import UsageError
from ..lookup import Lookup
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from .ground_truth import verify_row

_LOOKUP = Lookup()


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """The reward of one response with what it rests on; the same keys in every case.

    `rules` are fields of `RewardRules`, from `custom_reward_function.reward_kwargs`; the length
    is shaped by verl's own manager, which alone knows the tokens. verl has no way to skip a
    sample, so a `checker_error` (after one retry) gives NaN: verl skips an update whose gradient
    is not finite and says so, where a 0 would be trained on.
    Raises UsageError for a data source that nothing here can verify, and for unknown rules.
    """
    info = dict(extra_info or {})
    verdict = verify_row(_LOOKUP, data_source, solution_str, ground_truth, info)
    value = reward(verdict, solution_str, rules=_rules(rules))
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
    try:
        return RewardRules(**{str(key): value for key, value in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"rules.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
