"""Carry out an evaluation: requests -> completions -> verdicts -> durable records -> numbers.

Checking overlaps generation: while the model works, threads wait for the verdicts of what it
has answered. Each record is written whole before the next one, so what a crash, a Ctrl-C or a
failed request leaves out is exactly what `resume` asks the model for again.
"""

import itertools
import logging
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from ..backends.contract import Activity, Model
from ..results import RunFolder, SampleWriter, write_json
from .manifest import open_folder
from .plan import SampleKey, TaskPlan, refuse_repeated
from .recorder import Recorder
from .settings import EvalSettings
from .summary import summarize_run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: where it is stored, and its numbers by suite."""

    folder: RunFolder
    summary: dict[str, Any]

    @property
    def run_id(self) -> str:
        """The name of the run."""
        return self.folder.run_id

    @property
    def accuracy(self) -> dict[str, float | None]:
        """Accuracy by suite; None where nothing was scored."""
        return {name: numbers["accuracy"] for name, numbers in self.summary["suites"].items()}


def run_plans(
    model: Model,
    plans: Sequence[TaskPlan],
    settings: EvalSettings,
    extra: Mapping[str, Any] | None = None,
) -> Run:
    """Carry out prepared plans; `extra` goes into the manifest.

    Raises UsageError for a user's mistake, and KeyboardInterrupt after a clean stop.
    """
    refuse_repeated(plans)
    folder = open_folder(model, plans, settings, extra)
    started = perf_counter()
    with SampleWriter(folder) as writer:
        done = {_key(record) for record in folder.samples()}
        recorder = Recorder(writer, plans, done, settings.progress)
        try:
            failures = _drive(model, plans, settings, recorder)
        finally:
            recorder.close()
            _note_changes(model, folder)
    summary = summarize_run(folder, plans)
    summary |= {"errors": failures, "seconds": round(perf_counter() - started, 3)}
    write_json(folder.summary_path, summary)
    return Run(folder, summary)


def _note_changes(model: Model, folder: RunFolder) -> None:
    """Say, and keep in the manifest, how requests were changed to suit the server."""
    activity: Activity | None = getattr(model, "activity", None)
    if activity is None or not activity.changes:
        return
    for change in activity.changes.values():
        log.warning("%s: %s", model.identity.name, change)
    manifest = folder.manifest()
    known = manifest.get("changed_requests", {})
    write_json(folder.manifest_path, manifest | {"changed_requests": known | activity.changes})


def _key(record: Mapping[str, Any]) -> SampleKey:
    return record["suite"], record["problem_id"], record["sample"]


def _default_workers() -> int:
    # Most checks wait for a sandboxed process, so a few more threads than cores keep both busy.
    return 2 * (os.cpu_count() or 1)


def _drive(
    model: Model, plans: Sequence[TaskPlan], settings: EvalSettings, recorder: Recorder
) -> dict[str, Any]:
    """Generate, verify and record until nothing is left; returns the failed requests, counted."""
    workers = settings.workers or _default_workers()
    requests = itertools.chain.from_iterable(
        plan.requests(settings.seed, recorder.done) for plan in plans
    )
    failed, last = 0, ""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="verify")
    under_way: set[Future[None]] = set()
    completions = model.generate(requests, settings.sampling)
    try:
        for completion in completions:
            if completion.finish_reason == "error":
                failed, last = failed + 1, completion.error or "unknown"
                recorder.skip(completion)
                continue
            under_way.add(pool.submit(recorder.verify, completion))
            under_way = _settle(under_way, keep=4 * workers)
        _settle(under_way, keep=0)
    finally:
        closing = getattr(completions, "close", None)
        if closing is not None:
            closing()
        # What was generated is verified and stored, also after a Ctrl-C.
        pool.shutdown(wait=True)
    return {"count": failed, "last": last}


def _settle(under_way: set[Future[None]], keep: int) -> set[Future[None]]:
    """Wait until at most `keep` checks are under way; raises what a check raised."""
    while len(under_way) > keep:
        finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for check in finished:
            check.result()
    return under_way
