"""Admission: requests get room, their jobs go to the engine, and their verdicts are counted."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

from fastapi import HTTPException
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ...sandbox.errors import UsageError
from ...tasks import Suite, Verdict
from ..checking import Job, open_engine
from .config import ServerConfig
from .room import Room


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
        self.refused = Counter("assay_refused", "Requests answered 503", registry=self.registry)

    def watch(self, room: Room) -> None:
        """Show what is in the room, at the time when the metrics are asked for."""
        shown: dict[tuple[str, str], Callable[[], float]] = {
            ("assay_pending", "Completions accepted and not answered"): lambda: room.pending,
            ("assay_held", "Completions that wait for room"): lambda: room.held,
            ("assay_oldest_seconds", "Age of the oldest request not answered"): lambda: room.age,
        }
        for (name, told), value in shown.items():
            Gauge(name, told, registry=self.registry).set_function(value)


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
        self.room = Room(config.max_pending, config.max_held, config.hold_seconds)
        self.metrics.watch(self.room)
        self._loading: dict[tuple[str, bool], asyncio.Future[Suite]] = {}

    async def verdicts(self, jobs: Sequence[Job]) -> list[Verdict]:
        """Verdicts in the order of `jobs`. Raises HTTPException 413 or 503, and UsageError."""
        if len(jobs) > self.config.max_batch:
            raise HTTPException(413, f"{len(jobs)} items: at most {self.config.max_batch}")
        try:
            ticket = await self.room.enter(len(jobs))
        except HTTPException as refused:
            if refused.status_code == 503:
                self.metrics.refused.inc()
            raise
        try:
            started = await self._submitted(jobs)
            # All checks end before the room is free, even when one of them fails.
            found = await asyncio.gather(*map(asyncio.wrap_future, started), return_exceptions=True)
        finally:
            self.room.leave(ticket, len(jobs))
        verdicts: list[Verdict] = []
        for job, result in zip(jobs, found, strict=True):
            if isinstance(result, BaseException):
                raise result
            self._count(job.task or "get_reward", result)
            verdicts.append(result)
        return verdicts

    async def _loaded(self, job: Job) -> None:
        """Load the task of a job; requests that wait for the same task share one thread."""
        given = job.id is None
        key = job.task, given
        loading = self._loading.get(key)
        if loading is None:
            lookup = self.engine.lookup
            load = lookup.for_given if given else lookup.suite
            loading = asyncio.get_running_loop().run_in_executor(None, load, job.task)
            self._loading[key] = loading
            loading.add_done_callback(partial(self._forget, key))
        await asyncio.shield(loading)

    def _forget(self, key: tuple[str, bool], loading: "asyncio.Future[Suite]") -> None:
        self._loading.pop(key, None)
        if not loading.cancelled():
            loading.exception()  # retrieved, even if every client has gone

    async def _submitted(self, jobs: Sequence[Job]) -> "list[Future[Verdict]]":
        """Begin the jobs; in a thread where a task has to be loaded or a problem found."""
        lookup = self.engine.lookup
        for job in {(job.task, job.id is None): job for job in jobs if job.task}.values():
            known = lookup.knows_for_given if job.id is None else lookup.knows_task
            if not known(job.task):
                await self._loaded(job)
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

    def close(self, patience: float | None = None) -> None:
        """Finish the accepted checks within `patience` seconds, and end the engine."""
        self.engine.close(patience)
