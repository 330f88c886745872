"""Play a match: every grader on every case, each in its own killable worker."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from ..stopping import StoppedError
from .cases import CANARY, LabelledCompletion, canaries
from .graders import Grader, GraderFailedError, prepare
from .grading import Grade, GraderProcess
from .store import GradeStore, identity

FEWEST_DEATHS = 50
"""A grader that ended its worker so often in a row is given up."""
LOADED = 100
"""Cases that are asked a second time while the processors are busy."""


@dataclass(slots=True)
class Played:
    """What one grader did in a match."""

    name: str
    grades: dict[str, Grade] = field(default_factory=dict)
    """By the key of the case."""
    failed: str = ""
    """Why it could not play, or not to the end."""
    ran_code: list[str] = field(default_factory=list)
    """Answers that it ran as Python."""
    wrote: list[str] = field(default_factory=list)
    """Files that it left behind."""
    under_load: tuple[int, int] | None = None
    """Grades that differ beside busy processes, of how many."""


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """How a match is played."""

    folder: Path
    """The file of grades, from which a stopped match resumes."""
    environments: Path
    workers: int = 2
    quiet: bool = False


def play(
    graders: Mapping[str, Grader], cases: Sequence[LabelledCompletion], settings: MatchSettings
) -> list[Played]:
    """Ask every grader about every case. A grader that cannot be had is named, not fatal.

    Raises StoppedError on Ctrl-C, with every grade so far in the store.
    """
    unique = list({case.key: case for case in cases}.values())
    store = GradeStore(settings.folder / "grades.jsonl")
    stop = threading.Event()
    with tqdm(total=len(graders) * len(unique), desc="match", disable=settings.quiet) as bar:
        match = _Match(store, unique, settings, bar, stop)
        pool = ThreadPoolExecutor(min(settings.workers, len(graders)))
        futures = [pool.submit(match.one, name, grader) for name, grader in graders.items()]
        try:
            return [future.result() for future in futures]
        except KeyboardInterrupt:
            raise StoppedError(
                "stopped: the grades so far are stored; the same command resumes from there"
            ) from None
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


class _Match:
    """What all graders of one match share."""

    def __init__(
        self, store: GradeStore, cases: Sequence[LabelledCompletion], settings: MatchSettings,
        bar: "tqdm[None]", stop: threading.Event,
    ) -> None:  # fmt: skip
        self._store, self._cases, self._settings = store, cases, settings
        self._bar, self._stop, self._lock = bar, stop, threading.Lock()

    def one(self, name: str, grader: Grader) -> Played:
        """Everything that one grader is asked."""
        played, who = Played(name), identity(name, grader)
        try:
            place = prepare(name, grader, self._settings.environments)
            with GraderProcess(name, grader, place) as process:
                self._grades(process, who, played)
                if not played.failed and not self._stop.is_set():
                    played.wrote = process.files_written()
                    self._canaries(process, played)
                    self._loaded(process, played)
        except GraderFailedError as error:
            played.failed = str(error)
        return played

    def _grades(self, process: GraderProcess, who: str, played: Played) -> None:
        new = [case for case in self._cases if self._store.known(who, case.key) is None]
        for case in self._cases:
            if (grade := self._store.known(who, case.key)) is not None:
                played.grades[case.key] = grade
        self._advance(len(self._cases) - len(new))
        deaths = 0
        grades = process.grade_all((case.gold, case.completion) for case in new)
        for case, grade in zip(new, grades, strict=True):
            with self._lock:
                self._store.keep(who, case.key, grade)
            played.grades[case.key] = grade
            deaths = deaths + 1 if grade.ending == "died" else 0
            self._advance(1)
            if self._stop.is_set():
                return
            if deaths >= FEWEST_DEATHS:
                played.failed = f"its worker ended {deaths} times in a row: {grade.detail}"
                return

    def _advance(self, count: int) -> None:
        with self._lock:
            self._bar.update(count)

    def _canaries(self, process: GraderProcess, played: Played) -> None:
        for completion in canaries():
            process.grade("assay", completion)  # one at a time, to see which one runs
            for path in process.home.glob(f"{CANARY}*"):
                path.unlink()
                played.ran_code.append(completion)

    def _loaded(self, process: GraderProcess, played: Played) -> None:
        """Ask some cases again with four busy threads of this process's own workers beside."""
        chosen = self._cases[:: max(1, len(self._cases) // LOADED)][:LOADED]
        with busy():
            again = list(process.grade_all((case.gold, case.completion) for case in chosen))
        differing = sum(
            played.grades[case.key].accepted != grade.accepted
            for case, grade in zip(chosen, again, strict=True)
        )
        played.under_load = differing, len(chosen)


class busy:  # noqa: N801 (used as a with-block)
    """Processes that keep every processor busy."""

    def __enter__(self) -> None:
        count = 2 * (os.cpu_count() or 1)
        self._running = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)
        ]
        time.sleep(0.2)

    def __exit__(self, *raised: object) -> None:
        for process in self._running:
            process.kill()
            process.wait()
