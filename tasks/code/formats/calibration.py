"""What a reference solution tells of its task: limits that fit, and whose fault a failure is.

The limits are a multiple of what the reference needs, as EvalPlus does it.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from ....sandbox.types import Limits
from ...verdict import Verdict, checker_error, wrong
from ..judging.failures import IN_DOUBT

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
    """What one suite has learned from its reference solutions; each is asked once."""

    def __init__(self) -> None:
        self._factors: dict[str, float] = {}
        self._references: dict[str, Verdict] = {}
        self._lock = threading.Lock()

    def verdict(
        self,
        problem_id: str,
        gold: str | None,
        check: Callable[[str, float], Verdict],
        completion: str,
    ) -> Verdict:
        """The verdict under limits that the reference fits in with room to spare.

        A failure that may be the tests' own is theirs if the reference meets it too, and the
        completion's if the reference passes. `check(completion, factor)` judges under the
        suite's limits times the factor. The reference is measured only where a completion meets
        a limit; `meta["limits_factor"]` records the factor where it is not 1.
        """
        verdict = check(completion, 1.0)
        if IN_DOUBT in verdict.meta and gold is not None:
            return _settled(verdict, self._reference(problem_id, gold, check))
        if verdict.status not in _LIMITED or gold is None:
            return verdict
        factor = self._factor(problem_id, gold, check)
        if factor <= 1.0:
            return verdict
        again = check(completion, factor)
        return again.model_copy(update={"meta": {**again.meta, "limits_factor": factor}})

    def _reference(
        self, problem_id: str, gold: str, check: Callable[[str, float], Verdict]
    ) -> Verdict:
        with self._lock:
            known = self._references.get(problem_id)
        if known is None:
            known = check(gold, 1.0)
            with self._lock:
                self._references[problem_id] = known
        return known

    def _factor(self, problem_id: str, gold: str, check: Callable[[str, float], Verdict]) -> float:
        with self._lock:
            known = self._factors.get(problem_id)
        if known is None:
            passing = next((step for step in _STEPS if check(gold, step).correct), 1 / HEADROOM)
            known = HEADROOM * passing
            with self._lock:
                self._factors[problem_id] = known
        return known


def _settled(verdict: Verdict, reference: Verdict) -> Verdict:
    """A verdict in doubt, after the verdict on the reference solution."""
    doubt = verdict.meta[IN_DOUBT]
    if reference.correct and verdict.score is None:
        reason = f"The tests work with the reference solution, but not with this program: {doubt}."
        return wrong("incorrect", verdict.extracted, reason, **verdict.meta)
    if IN_DOUBT in reference.meta and verdict.score is not None:
        return checker_error(f"the reference solution meets it too: {doubt}", **verdict.meta)
    return verdict
