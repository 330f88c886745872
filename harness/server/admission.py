"""Bounded admission: how many completions may be pending, and the metrics of their checks."""

import asyncio
from collections.abc import Sequence

from fastapi import HTTPException
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ...tasks import Verdict
from ..checking import Checks, Job
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
    """Lets a bounded number of completions through to the checks."""

    def __init__(self, config: ServerConfig) -> None:
        self.config = config
        self.checks = Checks(config.load_options, config.workers, config.long_programs)
        self.metrics = ServerMetrics()
        self.pending = 0

    async def verdicts(self, jobs: Sequence[Job]) -> list[Verdict]:
        """Verdicts in the order of `jobs`. Raises HTTPException 413 or 503, and UsageError."""
        if len(jobs) > self.config.max_batch:
            raise HTTPException(413, f"{len(jobs)} items: at most {self.config.max_batch}")
        self._admit(len(jobs))
        try:
            # All checks end before the count goes down, even when one of them fails.
            results = await asyncio.gather(*map(self._verdict, jobs), return_exceptions=True)
        finally:
            self._admit(-len(jobs))
        verdicts: list[Verdict] = []
        for result in results:
            if isinstance(result, BaseException):
                raise result
            verdicts.append(result)
        return verdicts

    async def _verdict(self, job: Job) -> Verdict:
        verdict = await self.checks.verdict_of(job)
        task = job.get("task", "get_reward")
        self.metrics.verdicts.labels(task, verdict.status).inc()
        self.metrics.seconds.labels(task).observe(verdict.seconds)
        return verdict

    def _admit(self, count: int) -> None:
        if count > 0 and self.pending + count > self.config.max_pending:
            self.metrics.refused.inc()
            raise HTTPException(
                503, f"{self.pending} checks are pending; try again", {"Retry-After": "1"}
            )
        self.pending += count
        self.metrics.pending.set(self.pending)

    def close(self) -> None:
        """Finish the accepted checks and end the workers."""
        self.checks.close()
