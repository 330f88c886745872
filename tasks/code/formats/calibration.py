"""What a reference solution tells of its task: limits that fit, and whose fault a failure is.

The limits are a multiple of what the reference needs, as EvalPlus does it.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from ....sandbox.types import Limits
from ...verdict import Verdict, checker_error, wrong
from ..judging.failures import IN_DOUBT

HEADROOM = 4.0
"""A program gets this many times the limits under which the reference passes."""
_STEPS = (1 / HEADROOM, 1.0, HEADROOM)
_LIMITED = frozenset({"timeout", "memory"})
_NOTHING_RAN = frozenset({"correct", "no_answer", "truncated"})


@lru_cache(maxsize=64)
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
        field: str = "canonical_solution",
    ) -> Verdict:
        """The verdict under limits that the reference fits in with room to spare.

        A completion fails only where the reference passes: what the reference (the row's `field`)
        meets too is the task's fault, `checker_error`. `check(completion, factor)` judges under
        the suite's limits times the factor; `meta["limits_factor"]` records it where it is not 1.
        The reference is run only where a completion fails.
        """
        verdict = check(completion, 1.0)
        if gold is None or verdict.status in _NOTHING_RAN:
            return verdict
        if verdict.status in _LIMITED:
            factor = self._factor(problem_id, gold, check)
            if factor > 1.0:
                again = check(completion, factor)
                verdict = again.model_copy(update={"meta": {**again.meta, "limits_factor": factor}})
        if verdict.correct or _ours(verdict):
            return verdict
        return _settled(verdict, self._reference(problem_id, gold, check), field)

    def _reference(
        self, problem_id: str, gold: str, check: Callable[[str, float], Verdict]
    ) -> Verdict:
        """The verdict on the reference, under more room if it meets a limit."""
        with self._lock:
            known = self._references.get(problem_id)
        if known is None:
            known = check(gold, 1.0)
            if known.status in _LIMITED:
                known = check(gold, HEADROOM)
            if _ours(known):
                return known
            with self._lock:
                self._references[problem_id] = known
        return known

    def _factor(self, problem_id: str, gold: str, check: Callable[[str, float], Verdict]) -> float:
        with self._lock:
            known = self._factors.get(problem_id)
        if known is None:
            known = 1.0
            for step in _STEPS:
                reference = check(gold, step)
                if reference.correct:
                    known = HEADROOM * step
                if reference.status not in _LIMITED:
                    break
            if not _ours(reference):
                with self._lock:
                    self._factors[problem_id] = known
                    self._references[problem_id] = reference
        return known


def _settled(verdict: Verdict, reference: Verdict, field: str) -> Verdict:
    """The verdict on a completion that fails, after the verdict on the reference solution."""
    if reference.correct:
        if verdict.score is not None:
            return verdict
        reason = (
            "The tests work with the reference solution, but not with this program: "
            f"{verdict.meta[IN_DOUBT]}."
        )
        return wrong("incorrect", verdict.extracted, reason, **verdict.meta)
    if verdict.score is None or _ours(reference):
        return verdict
    return checker_error(
        f"the reference solution (field {field!r}) fails too: {reference.reason}", **verdict.meta
    )


def _ours(verdict: Verdict) -> bool:
    """Whether a verdict only says that our machinery failed, and nothing about the task."""
    return verdict.status == "checker_error" and IN_DOUBT not in verdict.meta
