"""Bounded admission: how many completions may be pending, and the metrics of their checks."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from fastapi import HTTPException
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ...sandbox.errors import UsageError
from ...tasks import Suite, Verdict
from ..checking import Job, open_engine
from .config import ServerConfig


class ServerMetrics:
    """The Prometheus metrics of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.verdicts = Counter(
            "assay_verdicts", "Verdicts by task and status", ["task", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "assay_check_seconds", "Wall time of a check by task", ["task"], registry=self.registry,
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
        )  # fmt: skip
        self.pending = Gauge(
            "assay_pending", "Completions accepted and not answered", registry=self.registry
        )
        self.refused = Counter("assay_refused", "Requests answered 503", registry=self.registry)


class Admission:
    """Lets a bounded number of completions through to the engine."""

    def __init__(self, config: ServerConfig) -> None:
        """Raises UsageError when programs are to be checked and no sandbox works here."""
        self.config = config
        self.engine = open_engine(
            config.engine, workers=config.workers, address=config.ray_address,
            cache=config.cache is not False, long_programs=config.long_programs,
            options=config.load_options,
        )  # fmt: skip
        if not config.no_programs:
            self.engine.checks.prove_programs()
        self.metrics = ServerMetrics()
        self.pending = 0
        self._loading: dict[str, asyncio.Future[Suite]] = {}

    async def verdicts(self, jobs: Sequence[Job]) -> list[Verdict]:
        """Verdicts in the order of `jobs`. Raises HTTPException 413 or 503, and UsageError."""
        if len(jobs) > self.config.max_batch:
            raise HTTPException(413, f"{len(jobs)} items: at most {self.config.max_batch}")
        self._admit(len(jobs))
        try:
            started = await self._submitted(jobs)
            # All checks end before the count goes down, even when one of them fails.
            found = await asyncio.gather(*map(asyncio.wrap_future, started), return_exceptions=True)
        finally:
            self._admit(-len(jobs))
        verdicts: list[Verdict] = []
        for job, result in zip(jobs, found, strict=True):
            if isinstance(result, BaseException):
                raise result
            self._count(job.task or "get_reward", result)
            verdicts.append(result)
        return verdicts

    async def _loaded(self, tasks: set[str]) -> None:
        """Load the tasks; requests that wait for the same task share one thread."""
        for task in tasks:
            if self.engine.lookup.knows(task, None, {}):
                continue
            loading = self._loading.get(task)
            if loading is None:
                loop = asyncio.get_running_loop()
                loading = loop.run_in_executor(None, self.engine.lookup.suite, task)
                self._loading[task] = loading
                loading.add_done_callback(partial(self._forget, task))
            await asyncio.shield(loading)

    def _forget(self, task: str, loading: "asyncio.Future[Suite]") -> None:
        self._loading.pop(task, None)
        if not loading.cancelled():
            loading.exception()  # retrieved, even if every client has gone

    async def _submitted(self, jobs: Sequence[Job]) -> "list[Future[Verdict]]":
        """Begin the jobs; in a thread where a task has to be loaded or a problem found."""
        await self._loaded({job.task for job in jobs if job.task})
        if all(self.engine.knows(job) for job in jobs):
            return self._begun(jobs)
        return await asyncio.get_running_loop().run_in_executor(None, self._begun, jobs)

    def _begun(self, jobs: Sequence[Job]) -> "list[Future[Verdict]]":
        checks = [self.engine.find(job) for job in jobs]  # before any of them begins
        if self.config.no_programs and any(check.runs_program for check in checks):
            raise UsageError("this server checks no programs: start it without --no-programs")
        return [self.engine.start(check) for check in checks]

    def _count(self, task: str, verdict: Verdict) -> None:
        self.metrics.verdicts.labels(task, verdict.status).inc()
        self.metrics.seconds.labels(task).observe(verdict.seconds)

    def _admit(self, count: int) -> None:
        if count > 0 and self.pending + count > self.config.max_pending:
            self.metrics.refused.inc()
            raise HTTPException(
                503, f"{self.pending} checks are pending; try again", {"Retry-After": "1"}
            )
        self.pending += count
        self.metrics.pending.set(self.pending)

    def close(self, patience: float | None = None) -> None:
        """Finish the accepted checks within `patience` seconds, and end the engine."""
        self.engine.close(patience)
