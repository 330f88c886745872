"""Calls a user's reward in a worker process of `checking`, and says why it gave no score."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem

RewardFunction = Callable[[Problem, str], float | None]


@dataclass(frozen=True, slots=True)
class RewardRequest:
    """One completion to reward. `suite` holds the keyword arguments of `load`."""

    suite: dict[str, Any]
    problem: Problem
    completion: str
    reward: str
    """"verdict" or `module:function`."""


def load_callable(name: str) -> RewardFunction:
    """Import the user's reward `module:function`. Raises UsageError when it does not exist."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise UsageError(f"reward source {name!r}: use 'verdict' or 'module:function'")
    try:
        function: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            function = getattr(function, part)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"reward source {name!r} cannot be imported: {error}") from None
    if not callable(function):
        raise UsageError(f"reward source {name!r} is not callable")
    return function  # type: ignore[no-any-return]


def answer(request: RewardRequest) -> tuple[str, float | None, str, float]:
    """Runs in a worker: status, score, reason and seconds of a callable's reward."""
    started = time.perf_counter()
    try:
        status, score, reason = _reward(request)
    except Exception as error:  # reported, without a reward
        status, score, reason = "raised", None, f"{type(error).__name__}: {error}"
    return status, score, reason, time.perf_counter() - started


def _reward(request: RewardRequest) -> tuple[str, float | None, str]:
    value = load_callable(request.reward)(request.problem, request.completion)
    if value is None:
        return "none", None, f"{request.reward} returned None"
    score = float(value)
    if score != score or score in (float("inf"), float("-inf")):
        return "not_finite", None, f"{request.reward}: {score}"
    return "reward", score, ""
