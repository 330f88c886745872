"""Ask one grader in a process that can be killed, and see what it does beside answering."""

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from ...sandbox.errors import UsageError
from .graders import Grader, GraderFailedError, Place

Ending = Literal["score", "none", "raised", "hung", "died"]
WORKER = Path(__file__).with_name("grader_worker.py")
IN_FLIGHT = 64
PIPE_BYTES = 32_000
"""Questions, and their bytes, that wait for the worker at most."""
START_SECONDS = 300.0
"""A grader that imports torch starts slowly on a busy machine."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a grader did with one case."""

    ending: Ending
    score: float | None = None
    detail: str = ""
    seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        """Whether it paid in full; a grader that gives no score does not."""
        return self.score is not None and self.score >= 1

    def as_json(self) -> dict[str, Any]:
        """As plain data, for the store."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Grade":
        """From what `as_json` gave. Raises KeyError or TypeError for other data."""
        return cls(data["ending"], data["score"], data["detail"], data["seconds"])


class GraderProcess:
    """A grader's worker, started when it is first asked and again after it was killed."""

    def __init__(self, name: str, grader: Grader, place: Place) -> None:
        self.name = name
        self._grader = grader
        self._place = place
        self._home = tempfile.TemporaryDirectory(prefix="assay-grader-", ignore_cleanup_errors=True)
        self._running: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()
        self._home.cleanup()

    @property
    def home(self) -> Path:
        """Its working folder, home and place for temporary files."""
        return Path(self._home.name)

    def files_written(self) -> list[str]:
        """Files that it left in its folder."""
        return sorted(
            str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file()
        )

    def grade(self, gold: str, completion: str) -> Grade:
        """Ask for one case. Raises GraderFailedError when the worker cannot be started."""
        return next(self.grade_all([(gold, completion)]))

    def grade_all(self, pairs: Iterable[tuple[str, str]]) -> Iterator[Grade]:
        """Ask for golds and completions in turn; some wait in the pipe, so that nobody idles.

        Raises GraderFailedError when the worker cannot be started.
        """
        waiting = deque(
            json.dumps({"gold": gold, "completion": completion}).encode() + b"\n"
            for gold, completion in pairs
        )
        sent = 0
        while waiting:
            running = self._started(fresh=sent == 0)
            sent = _send(running, waiting, sent)
            try:
                reply = self._reply(running, self._grader.seconds)
            except TimeoutError:  # before OSError, of which it is a kind
                self.close()
                sent = 0
                grade = Grade("hung", detail=f"no answer within {self._grader.seconds:g} s",
                              seconds=self._grader.seconds)  # fmt: skip
            except (OSError, EOFError):
                self.close()
                sent = 0
                grade = Grade("died", detail=f"exit {running.returncode}")
            else:
                sent -= 1
                grade = _grade_of(reply)
            waiting.popleft()
            yield grade

    def _started(self, fresh: bool) -> subprocess.Popen[bytes]:
        """The worker; one that has died is replaced once all its answers are read."""
        if self._running is not None and not (fresh and self._running.poll() is not None):
            return self._running
        self.close()
        home = str(self.home)
        kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        environment = {
            **kept, "HOME": home, "TMPDIR": home, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        self._unread = b""
        try:
            self._running = subprocess.Popen(
                [str(self._place.python), str(WORKER), str(self._place.glue)], cwd=home,
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise GraderFailedError(f"cannot be started: {error}") from error
        try:
            told = self._reply(self._running, START_SECONDS)
        except (TimeoutError, EOFError) as error:
            self.close()
            raise GraderFailedError("its worker did not start") from error
        if "broken" in told:
            self.close()
            raise GraderFailedError(f"its code cannot be used: {told['broken']}")
        return self._running

    def _reply(self, running: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        assert running.stdout is not None
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as ready:
            ready.register(running.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                left = deadline - time.monotonic()
                if left <= 0 or not ready.select(left):
                    raise TimeoutError
                piece = os.read(running.stdout.fileno(), 65536)
                if not piece:
                    raise EOFError
                self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        reply = json.loads(line)
        if not isinstance(reply, dict):
            raise UsageError(f"grader {self.name}: its worker answered {line[:80]!r}")
        return reply

    def close(self) -> None:
        """Kill the worker and what it started. Idempotent."""
        running, self._running = self._running, None
        if running is None:
            return
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        for stream in (running.stdin, running.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not written has no reader any more
                    continue


def _send(running: "subprocess.Popen[bytes]", waiting: "deque[bytes]", sent: int) -> int:
    """Write as many questions as fit the pipe, the first always; how many are with the worker.

    More than the pipe holds would block this side while the worker hangs on an earlier one.
    """
    stream = running.stdin
    assert stream is not None
    room = PIPE_BYTES - sum(len(waiting[at]) for at in range(sent))
    while sent < min(len(waiting), IN_FLIGHT) and (sent == 0 or len(waiting[sent]) <= room):
        try:
            stream.write(waiting[sent])
            stream.flush()
        except OSError:  # it has died: what it answered before is read first
            return max(sent, 1)
        room -= len(waiting[sent])
        sent += 1
    return sent


def _grade_of(reply: Mapping[str, Any]) -> Grade:
    seconds = float(reply.get("seconds", 0.0))
    if "raised" in reply:
        return Grade("raised", detail=str(reply["raised"]), seconds=seconds)
    score = reply.get("score")
    if not isinstance(score, int | float):
        return Grade("none", seconds=seconds)
    return Grade("score", float(score), seconds=seconds)
