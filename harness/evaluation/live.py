"""What is shown of a run in progress: a line per suite, and what it waits for."""

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from ...tasks import Verdict
from ..backends.contract import Activity, Completion
from ..metrics import wilson_interval
from ..results import RunFolder, write_json
from .plan import TaskPlan

REFRESH = 0.5
"""Seconds between two looks on a terminal."""
SPARSE = 20.0
"""Seconds between two lines where standard error is no terminal."""
SILENT = 10.0
"""Seconds without an answer after which is said what is waited for."""
STORED = 2.0
"""Seconds between two states that `assay watch` can read."""


@dataclass(slots=True)
class LiveScore:
    """The numbers of one suite so far."""

    name: str
    wanted: int
    done: int = 0
    scored: int = 0
    correct: int = 0
    tokens: int = 0
    failed: int = 0
    started: float | None = None
    """When the first sample of this process came."""
    before: int = 0
    """Samples that were done when this process began."""

    def add(self, tokens: int | None, verdict: Verdict) -> None:
        """Count one sample."""
        self._begin()
        self.done += 1
        self.scored += verdict.score is not None
        self.correct += verdict.correct
        self.tokens += tokens or 0

    def fail(self) -> None:
        """Count one request without an answer."""
        self._begin()
        self.failed += 1

    def line(self, now: float) -> str:
        """Done and wanted, accuracy with its 95% interval, tokens per second, time left."""
        parts = [f"{self.name}  {self.done}/{self.wanted}"]
        if self.scored:
            share = self.correct / self.scored
            low, high = wilson_interval(share, self.scored)
            parts.append(f"{share:.1%} [{low:.1%}, {high:.1%}]")
        seconds = 0.0 if self.started is None else now - self.started
        if self.tokens and seconds > 0:
            parts.append(f"{self.tokens / seconds:.0f} tok/s")
        if self.failed:
            parts.append(f"{self.failed} failed")
        fresh = self.done - self.before
        if fresh > 0 and self.done + self.failed < self.wanted and seconds > 0:
            left = (self.wanted - self.done - self.failed) * seconds / fresh
            parts.append(f"{duration(left)} left")
        return "  ".join(parts)

    def _begin(self) -> None:
        if self.started is None:
            self.started = time.monotonic()


@dataclass(slots=True)
class Screen:
    """Where lines go: on a terminal the last line is replaced, elsewhere lines are few."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    drawn: bool = False

    @property
    def lively(self) -> bool:
        """Whether a line can be replaced."""
        return self.stream.isatty()

    def replace(self, text: str) -> None:
        """Show a line that will change."""
        if self.lively:
            self.stream.write(f"\r\033[K{text[:200]}")
            self.stream.flush()
            self.drawn = True
        else:
            self.say(text)

    def say(self, text: str) -> None:
        """Show a line that stays."""
        self.clear()
        self.stream.write(f"{text}\n")
        self.stream.flush()

    def clear(self) -> None:
        """Take away a line that would have changed."""
        if self.drawn:
            self.stream.write("\r\033[K")
            self.drawn = False


class LiveView:
    """Counts samples, shows them, and leaves the state for other processes in `live.json`."""

    def __init__(
        self,
        folder: RunFolder,
        plans: Sequence[TaskPlan],
        done: Mapping[str, int],
        activity: Activity | None,
        show: bool,
    ) -> None:
        """`done` counts the samples that are stored already, by suite."""
        self.tallies = {
            plan.suite.name: LiveScore(
                plan.suite.name, plan.size(), done.get(plan.suite.name, 0),
                before=done.get(plan.suite.name, 0),
            )
            for plan in plans
        }  # fmt: skip
        self.watchers: list[Callable[[Mapping[str, LiveScore]], None]] = []
        """Called at every stored state, such as by a tracker."""
        self._folder, self._activity, self._show = folder, activity, show
        self._screen = Screen()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._last = time.monotonic()
        self._told = 0.0
        self._finished: set[str] = set()
        self._changes: set[str] = set()
        if show:
            total = sum(tally.wanted for tally in self.tallies.values())
            kept = sum(tally.done for tally in self.tallies.values())
            known = f", {kept} of them stored already" if kept else ""
            self._screen.say(f"run {folder.run_id} in {folder.path}: {total} samples{known}")
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def add(self, completion: Completion, verdict: Verdict) -> None:
        """Count one verdict."""
        with self._lock:
            self._last = time.monotonic()
            tally = self.tallies[completion.request.suite.name]
            tally.add(completion.completion_tokens, verdict)
            if tally.done == tally.wanted:
                self._finish(tally)

    def fail(self, completion: Completion) -> None:
        """Count one request without an answer."""
        with self._lock:
            self.tallies[completion.request.suite.name].fail()

    def close(self) -> None:
        """Stop showing; the state is no longer there for others."""
        self._ended.set()
        self._thread.join()
        with self._lock:
            self._say_changes()
            for tally in self.tallies.values():
                if tally.started is not None:
                    self._finish(tally)
            self._screen.clear()
            for watcher in self.watchers:
                watcher(self.tallies)
        self._folder.live_path.unlink(missing_ok=True)

    def _finish(self, tally: LiveScore) -> None:
        if self._show and tally.name not in self._finished:
            self._finished.add(tally.name)
            self._screen.say(tally.line(time.monotonic()))

    def _run(self) -> None:
        stored = shown = time.monotonic()
        while not self._ended.wait(REFRESH):
            now = time.monotonic()
            with self._lock:
                if self._show and (self._screen.lively or now - shown >= SPARSE):
                    shown = now
                    self._draw(now)
                if self._show:
                    self._say_changes()
                    self._say_silence(now)
                if now - stored >= STORED:
                    stored = now
                    for watcher in self.watchers:
                        watcher(self.tallies)
                    write_json(self._folder.live_path, self._state(now))

    def _draw(self, now: float) -> None:
        current = [
            tally for tally in self.tallies.values()
            if tally.started is not None and tally.name not in self._finished
        ]  # fmt: skip
        if current:
            self._screen.replace("  ".join([current[-1].line(now), *self._air()]))

    def _air(self) -> list[str]:
        """Requests under way, and repeated ones with their causes."""
        if self._activity is None:
            return []
        causes = ", ".join(f"{n} {why}" for why, n in self._activity.retries.most_common(3))
        retried = [f"repeated: {causes}"] if causes else []
        return [f"{self._activity.in_flight} in the air", *retried]

    def _say_changes(self) -> None:
        """Say once how requests were changed to suit the server."""
        if self._activity is None or not self._show:
            return
        for name, change in list(self._activity.changes.items()):
            if name not in self._changes:
                self._changes.add(name)
                self._screen.say(change)

    def _say_silence(self, now: float) -> None:
        """After a while without an answer, say what is waited for; then ever less often."""
        since = self._last if self._activity is None else self._activity.last_answer
        silence = now - max(since, self._last)
        if silence < SILENT:
            self._told = 0.0
        elif silence >= 2 * self._told:
            self._told = silence
            waited = "the model"
            if self._activity is not None:
                waited = f"{self._activity.in_flight} requests to {self._activity.waiting_for}"
            air = self._air()[1:]
            said = f"no answer for {silence:.0f} s: waiting for {waited}"
            self._screen.say("  ".join([said, *air]))

    def _state(self, now: float) -> dict[str, Any]:
        activity = self._activity
        return {
            "written": time.time(),
            "silent_seconds": round(now - self._last, 1),
            "in_flight": None if activity is None else activity.in_flight,
            "waiting_for": None if activity is None else activity.waiting_for,
            "retries": {} if activity is None else dict(activity.retries),
            "failed": {name: tally.failed for name, tally in self.tallies.items()},
        }


def duration(seconds: float) -> str:
    """Hours, minutes and seconds."""
    whole = round(min(seconds, 3600.0 * 24 * 365))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
