"""Limits that fit a task: a multiple of what its reference solution needs, as EvalPlus does."""

import threading
from collections.abc import Callable
from dataclasses import replace

from ....sandbox.types import Limits
from ...verdict import Verdict

HEADROOM = 4.0
"""A program gets this many times the limits under which the reference passes."""
_STEPS = (1 / HEADROOM, 1.0, 4.0)
_LIMITED = frozenset({"timeout", "memory"})


def scaled(limits: Limits, factor: float) -> Limits:
    """The limits with CPU and wall time times a factor, and at most 4 GiB of memory."""
    memory = min(4096, int(limits.memory_mb * max(1.0, factor)))
    return replace(
        limits,
        cpu_seconds=limits.cpu_seconds * factor,
        wall_seconds=limits.wall_seconds * max(1.0, factor),
        memory_mb=memory,
    )


class Calibration:
    """The factors of one suite's limits, found on the reference solutions and remembered."""

    def __init__(self) -> None:
        self._factors: dict[str, float] = {}
        self._lock = threading.Lock()

    def verdict(
        self,
        problem_id: str,
        gold: str | None,
        check: Callable[[str, float], Verdict],
        completion: str,
    ) -> Verdict:
        """The verdict under limits that the reference fits in with room to spare.

        `check(completion, factor)` judges under the suite's limits times the factor. The
        reference is measured only where a completion meets a limit; `meta["limits_factor"]`
        records the factor where it is not 1.
        """
        verdict = check(completion, 1.0)
        if verdict.status not in _LIMITED or gold is None:
            return verdict
        factor = self._factor(problem_id, gold, check)
        if factor <= 1.0:
            return verdict
        again = check(completion, factor)
        return again.model_copy(update={"meta": {**again.meta, "limits_factor": factor}})

    def _factor(self, problem_id: str, gold: str, check: Callable[[str, float], Verdict]) -> float:
        with self._lock:
            known = self._factors.get(problem_id)
        if known is None:
            passing = next((step for step in _STEPS if check(gold, step).correct), 1 / HEADROOM)
            known = HEADROOM * passing
            with self._lock:
                self._factors[problem_id] = known
        return known
