"""verl: `custom_reward_function.path=.../verl.py name=compute_score`. Contract of verl 0.9.

verl calls `compute_score(data_source=, solution_str=, ground_truth=, extra_info=)` from a
thread for each sample and takes a float, or a dict whose `score` it trains on and whose other
entries it logs; the keys must be the same in every sample of a batch.
"""

import math
from typing import Any

from ...tasks import Verdict
from ..lookup import Lookup
from ..rewards import reward
from .ground_truth import verify_row

_LOOKUP = Lookup()


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: dict[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """The reward of one response with what it rests on; the same keys in every case.

    verl has no way to skip a sample, so a `checker_error` (after one retry) gives NaN: verl
    skips an update whose gradient is not finite and says so, where a 0 would be trained on.
    Raises UsageError for a data source that nothing here can verify.
    """
    info = dict(extra_info or {})
    verdict = verify_row(_LOOKUP, data_source, solution_str, ground_truth, info)
    if verdict.score is None:
        verdict = verify_row(_LOOKUP, data_source, solution_str, ground_truth, info)
    return _row(verdict)


def _row(verdict: Verdict) -> dict[str, Any]:
    value = reward(verdict)
    return {
        "score": math.nan if value is None else value,
        "acc": math.nan if value is None else float(verdict.correct),
        "status": verdict.status,
        "pred": verdict.extracted or "",
        "reason": verdict.reason,
        "checker_error": float(verdict.score is None),
    }
