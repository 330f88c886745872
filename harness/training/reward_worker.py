"""The reward worker: a separate process that computes the rewards of completions.

Started as `python -m assay.harness.training.reward_worker`. It reads pickled requests from its
parent on stdin and replies with one JSON line each on the original stdout. What a reward function
prints goes to stderr, so it cannot be read as a reply. The parent kills a worker that hangs,
because nothing else reliably ends a check.
"""

import importlib
import json
import os
import pickle
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, load

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


def compute_reward(request: RewardRequest, suites: dict[str, Suite]) -> dict[str, Any]:
    """The verdict's status and score, or the callable's value, or why there is no score."""
    if request.reward != "verdict":
        value = load_callable(request.reward)(request.problem, request.completion)
        if value is None:
            return {"status": "none", "score": None, "reason": f"{request.reward} returned None"}
        score = float(value)
        if score != score or score in (float("inf"), float("-inf")):
            return {"status": "not_finite", "score": None, "reason": f"{request.reward}: {score}"}
        return {"status": "reward", "score": score, "reason": ""}
    key = json.dumps(request.suite, sort_keys=True, default=str)
    if key not in suites:
        suites[key] = load(**request.suite)
    verdict = suites[key].verify(request.problem, request.completion)
    return {"status": verdict.status, "score": verdict.score, "reason": verdict.reason}


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Reply to requests until the parent closes the pipe."""
    suites: dict[str, Suite] = {}
    while header := source.read(4):
        (size,) = struct.unpack("<I", header)
        request: RewardRequest = pickle.loads(source.read(size))  # from our own parent only
        try:
            reply = compute_reward(request, suites)
        except Exception as error:  # reported as "raised", without a reward
            reply = {
                "status": "raised",
                "score": None,
                "reason": f"{type(error).__name__}: {error}",
            }
        sink.write(json.dumps(reply).encode() + b"\n")
        sink.flush()


def _end_with(parent: int) -> None:
    """Exit when the parent has ended, even during a check."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def main() -> None:
    """Serve replies on the real stdout; reward functions get stderr as their stdout."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    sys.path.insert(0, os.getcwd())
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
