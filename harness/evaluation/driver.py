"""Carry out an evaluation: requests -> completions -> verdicts -> durable records -> numbers.

Checking overlaps generation: while the model works, threads wait for the verdicts of what it
has answered. Each record is written whole before the next one, so what a crash, a Ctrl-C or a
failed request leaves out is exactly what `resume` asks the model for again.
"""

import itertools
import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks.episode import EpisodeSuite
from ..backends.contract import Activity, Completion, Model, Request
from ..checking import Engine, EngineCounts
from ..results import RunFolder, SampleWriter, write_json
from ..tracking import Tracker, check_tracker, open_tracker
from .episodes import TurnJournal, played
from .live import LiveScore, LiveView
from .manifest import config_of, open_folder, widen
from .plan import SampleKey, TaskPlan, refuse_repeated
from .problem_lines import keep_problems
from .recorder import Recorder
from .reuse import Reuse, earlier, wanted
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
    engine: Engine | None = None,
) -> Run:
    """Carry out prepared plans; `extra` goes into the manifest.

    An open `engine` makes the verdicts; without one, that of the settings. Raises UsageError for
    a user's mistake, and KeyboardInterrupt after a clean stop.
    """
    _refuse(model, plans, settings)
    folder = open_folder(model, plans, settings, extra)
    config = config_of(model, plans, settings)
    tracker = _tracker(settings, folder, config)
    started = perf_counter()
    with _nothing_half_written(folder, settings), SampleWriter(folder) as writer:
        keep_problems(folder, plans, _request_settings(config), settings.hide_answers)
        widen(folder, config)
        done = {_key(record) for record in folder.samples()}
        view = LiveView(
            folder, plans, Counter(key[0] for key in done), _activity(model), settings.progress
        )
        if tracker is not None:
            view.watchers.append(lambda tallies: _send(tracker, tallies))
        try:
            with settings.opened() if engine is None else nullcontext(engine) as checking:
                before = replace(checking.counts)
                recorder = Recorder(writer, view, done, checking)
                reused = _reused(model, config, settings, folder)
                try:
                    with _journal(model, folder, plans, done) as journal:
                        failures = _drive(model, plans, settings, recorder, reused, journal)
                finally:
                    _note_engine(checking, before, folder)
        finally:
            view.close()
            _note_changes(model, folder, said=settings.progress)
            if tracker is not None:
                tracker.close()
    summary = summarize_run(folder, plans)
    summary |= {"errors": failures, "seconds": round(perf_counter() - started, 3)}
    write_json(folder.summary_path, summary)
    return Run(folder, summary)


def _tracker(
    settings: EvalSettings, folder: RunFolder, config: Mapping[str, Any]
) -> Tracker | None:
    if settings.track is None:
        return None
    return open_tracker(settings.track, folder.run_id, folder.path, config)


def _send(tracker: Tracker, tallies: Mapping[str, LiveScore]) -> None:
    """Send the numbers so far; the step is the number of samples."""
    values = {}
    for name, tally in tallies.items():
        values[f"{name}/done"] = float(tally.done)
        if tally.scored:
            values[f"{name}/accuracy"] = tally.correct / tally.scored
    tracker.log(values, sum(tally.done for tally in tallies.values()))


@contextmanager
def _nothing_half_written(folder: RunFolder, settings: EvalSettings) -> Iterator[None]:
    """Remove a new run that a user's mistake ends before its first record."""
    try:
        yield
    except UsageError:
        if not settings.resume and folder.samples_path.stat().st_size == 0:
            shutil.rmtree(folder.path, ignore_errors=True)
        raise


def _activity(model: Model) -> Activity | None:
    """What the backend is doing, where it tells."""
    return getattr(model, "activity", None)


def _refuse(model: Model, plans: Sequence[TaskPlan], settings: EvalSettings) -> None:
    """Raises UsageError for what cannot be carried out, before anything is written."""
    refuse_repeated(plans)
    if settings.track is not None:
        check_tracker(settings.track)
    if any(plan.style.prefill for plan in plans) and not getattr(model, "continues", False):
        raise UsageError(
            f"--prefill: model {model.identity.name!r} cannot continue a text; use hf/, bundled or "
            "openai/"
        )


def _request_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent with every prompt, for the lines of `problems.jsonl`."""
    return {**config["sampling"], **config.get("request", {})}


def _reused(
    model: Model, config: Mapping[str, Any], settings: EvalSettings, folder: RunFolder
) -> Reuse:
    """The completions of earlier runs that may stand for new ones."""
    if not wanted(model, settings.cache):
        return Reuse()
    return earlier(settings.out, config, asdict(model.identity), folder)


def _note_changes(model: Model, folder: RunFolder, said: bool) -> None:
    """Keep in the manifest how requests were changed to suit the server, and say it if not yet."""
    activity = _activity(model)
    if activity is None or not activity.changes:
        return
    for change in () if said else activity.changes.values():
        log.warning("%s: %s", model.identity.name, change)
    manifest = folder.manifest()
    known = manifest.get("changed_requests", {})
    write_json(folder.manifest_path, manifest | {"changed_requests": known | activity.changes})


def _note_engine(engine: Engine, before: EngineCounts, folder: RunFolder) -> None:
    """Keep in the manifest what made the verdicts, and the share that the store had."""
    noted = {"kind": engine.name, **engine.counts.since(before).as_dict()}
    write_json(folder.manifest_path, folder.manifest() | {"engine": noted})


def _key(record: Mapping[str, Any]) -> SampleKey:
    return record["suite"], record["problem_id"], record["sample"]


def _default_workers() -> int:
    # These threads only wait for the engine; it makes the most of several checks at a time.
    return 8 * (os.cpu_count() or 1)


def _drive(
    model: Model,
    plans: Sequence[TaskPlan],
    settings: EvalSettings,
    recorder: Recorder,
    reused: Reuse,
    journal: TurnJournal | None,
) -> dict[str, Any]:
    """Generate, verify and record until nothing is left; returns the failed requests, counted."""
    workers = 4 * settings.workers if settings.workers else _default_workers()
    requests: Iterator[Request] = itertools.chain.from_iterable(
        plan.requests(settings.seed, recorder.done) for plan in plans
    )
    failed, last = 0, ""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="verify")
    under_way: set[Future[None]] = set()
    found: list[Completion] = []
    if reused.records:
        found, requests = _divided(requests, reused)
    generated = (
        model.generate(requests, settings.sampling)
        if journal is None
        else played(model, requests, settings.sampling, journal)
    )
    try:
        for completion in itertools.chain(found, map(_whole, generated)):
            if completion.finish_reason == "error":
                failed, last = failed + 1, completion.error or "unknown"
                recorder.skip(completion)
                continue
            if recorder.record_known(completion):
                continue
            under_way.add(pool.submit(recorder.verify, completion))
            if len(under_way) >= 8 * workers:  # in bulk: to wait costs as much as a quick check
                under_way = _settle(under_way, keep=4 * workers)
        _settle(under_way, keep=0)
    finally:
        closing = getattr(generated, "close", None)
        if closing is not None:
            closing()
        # What was generated is verified and stored, also after a Ctrl-C.
        pool.shutdown(wait=True)
    return {"count": failed, "last": last}


@contextmanager
def _journal(
    model: Model, folder: RunFolder, plans: Sequence[TaskPlan], done: set[SampleKey]
) -> Iterator[TurnJournal | None]:
    """Where turns are kept; None for a run without episodes, or whose episodes are recorded."""
    episodes = any(isinstance(plan.suite, EpisodeSuite) for plan in plans)
    if not episodes or getattr(model, "recorded", False):
        yield None
        return
    journal = TurnJournal(folder, done)
    try:
        yield journal
    finally:
        journal.close()


def _divided(
    requests: Iterator[Request], reused: Reuse
) -> tuple[list[Completion], Iterator[Request]]:
    """The completions that are there already, and the requests that are left."""
    found, left = [], []
    for request in requests:
        completion = reused.find(request)
        if completion is None:
            left.append(request)
        else:
            found.append(completion)
    if found:
        log.warning(
            "%d of %d completions are taken from %s, which asked the same; --no-cache asks again",
            len(found), len(found) + len(left), ", ".join(sorted(reused.runs)),
        )  # fmt: skip
    return found, iter(left)


def _whole(completion: Completion) -> Completion:
    """The completion with the beginning that was given to the model."""
    prefix = completion.request.prefix
    if not prefix or completion.finish_reason in ("error", "context_overflow"):
        return completion
    return replace(completion, text=prefix + completion.text)


def _settle(under_way: set[Future[None]], keep: int) -> set[Future[None]]:
    """Wait until at most `keep` checks are under way; raises what a check raised."""
    while len(under_way) > keep:
        finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for check in finished:
            check.result()
    return under_way
