"""Computes rewards in worker processes during generation.

Verdicts come from the checking engine. A user's callable runs in worker processes of its own, so
that what it changes never reaches a verifier. A worker that hangs or dies is replaced. Its
completion has no reward: training drops and counts it, and never uses 0 instead.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from ...sandbox.errors import UsageError
from ...tasks import Verdict
from ...tasks.workers import WorkerError, WorkerStallError, WorkerTimeoutError
from ..checking import Engine, EngineChoice, EngineSettings, Job, opened_engine
from ..checking.local import worker_count
from ..checking.processes import ProcessPool
from ..checking.worker_process import WorkerSettings
from .reward_worker import RewardRequest, load_callable
from .settings import RewardSettings

NO_REWARD = ("none", "raised", "hung", "died", "not_finite", "checker_error")
"""Statuses that carry no reward."""
_TARGET = f"{__package__}.reward_worker:answer"


@dataclass(frozen=True, slots=True)
class RewardOutcome:
    """The result for one completion; `score` is None exactly when there is no reward."""

    status: str
    score: float | None
    reason: str
    seconds: float


def open_rewards(reward: RewardSettings, engine: EngineSettings) -> "RewardPool":
    """The pool of a training configuration. Raises UsageError as RewardPool does."""
    workers = engine.workers or reward.workers
    chosen = engine.model_copy(update={"workers": workers})
    return RewardPool(reward.source, workers, reward.timeout, chosen)


class RewardPool:
    """Rewards completions: by the verdict, or by a callable. Close it to stop its workers."""

    def __init__(
        self,
        source: str = "verdict",
        workers: int | None = None,
        timeout: float = 60,
        engine: EngineChoice = "local",
    ) -> None:
        """Raises UsageError when `source` names no callable."""
        self.source = source
        self.timeout = timeout
        self.workers = worker_count(workers)
        self.busy_seconds = 0.0
        """Time spent on checks since the pool opened, over all workers."""
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._engine: Engine | None = None
        self._callables: ProcessPool | None = None
        if source == "verdict":
            self._engine = self._opened.enter_context(opened_engine(engine))
            return
        sys.path.insert(0, os.getcwd())
        try:
            load_callable(source)
        finally:
            sys.path.remove(os.getcwd())
        settings = WorkerSettings(shows_output=True, current_folder=True)
        self._callables = ProcessPool(self.workers, 0, settings, "reward")

    def submit(self, request: RewardRequest) -> Future[RewardOutcome]:
        """Queue one completion; the future never raises for what the reward does.

        Raises UsageError for a suite that cannot be loaded, and for programs without a sandbox.
        """
        outcome: Future[RewardOutcome] = Future()
        started = time.perf_counter()
        if self._engine is not None:
            self._answer(self._engine.submit(_job(request)), outcome, _of_verdict, started)
        else:
            assert self._callables is not None
            try:
                made = self._callables.submit(_TARGET, request, self.timeout, self.timeout)
            except WorkerError as error:
                raise UsageError(f"reward source {self.source!r}: {error}") from error
            self._answer(made, outcome, _of_callable, started)
        return outcome

    def _answer(
        self,
        made: "Future[Any]",
        outcome: Future[RewardOutcome],
        read: "Callable[[Future[Any], float], RewardOutcome]",
        started: float,
    ) -> None:
        def done(future: "Future[Any]") -> None:
            found = read(future, time.perf_counter() - started)
            with self._lock:
                self.busy_seconds += found.seconds
            outcome.set_result(found)

        made.add_done_callback(done)

    def close(self) -> None:
        """Stop the workers of a callable; the engine stays, if others share it."""
        if self._callables is not None:
            self._callables.close()
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _job(request: RewardRequest) -> Job:
    options = dict(request.suite)
    name = options.pop("name")
    return Job(name, request.completion, problem=request.problem, options=options)


def _of_verdict(future: "Future[Verdict]", seconds: float) -> RewardOutcome:
    try:
        verdict = future.result()
    except Exception as error:  # the engine was closed, or the cluster is gone
        return RewardOutcome("died", None, f"{type(error).__name__}: {error}", seconds)
    return RewardOutcome(verdict.status, verdict.score, verdict.reason, verdict.seconds)


def _of_callable(future: "Future[Any]", wait: float) -> RewardOutcome:
    try:
        return RewardOutcome(*future.result())
    except (WorkerTimeoutError, WorkerStallError) as error:
        return RewardOutcome("hung", None, str(error), wait)
    except WorkerError as error:
        return RewardOutcome("died", None, str(error), wait)
