"""Call somebody else's checker in a process that can be killed; a hang is a finding."""

import json
import os
import pickle
import resource
import selectors
import signal
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from .signatures import Checker

_SIZE = struct.Struct(">I")
_GREW_MB = 64.0


class CheckerHungError(RuntimeError):
    """The checker did not answer before the deadline; its process was killed."""


class CheckerDiedError(RuntimeError):
    """The checker raised, or its process ended during a check."""


@dataclass(frozen=True, slots=True)
class GuardedCall:
    """What one call of a checker showed."""

    score: float | None
    lines: frozenset[int] = frozenset()
    """Numbers of the lines that ran, in the files that were asked for."""
    megabytes: float = 0.0
    """How much the call raised the peak of the process's memory."""


class GuardedChecker:
    """Calls a checker in a forked process, with a deadline in seconds for each call.

    The process serves one call after another, and is replaced when it was killed or died.
    On a system without fork the checker is called in this process, without a deadline.
    """

    def __init__(self, checker: Checker, seconds: float) -> None:
        self._checker = checker
        self._seconds = seconds
        self._child: tuple[int, BinaryIO, BinaryIO] | None = None

    def __call__(self, prompt: str, answer: str, completion: str) -> float | None:
        """The score. Raises CheckerHungError or CheckerDiedError."""
        return self.observe(prompt, answer, completion, frozenset()).score

    def observe(
        self, prompt: str, answer: str, completion: str, files: frozenset[str]
    ) -> GuardedCall:
        """The score, the lines of `files` that ran, and the memory that was taken.

        Raises CheckerHungError or CheckerDiedError.
        """
        if not hasattr(os, "fork"):
            return GuardedCall(self._checker(prompt, answer, completion))
        if self._child is None:
            self._child = self._start()
        _, questions, answers = self._child
        try:
            _send(questions, pickle.dumps(((prompt, answer, completion), files)))
            kind, value, lines, megabytes = _receive(answers, time.monotonic() + self._seconds)
        except TimeoutError:
            self.close()
            raise CheckerHungError(f"no answer within {self._seconds:g} s") from None
        except (EOFError, OSError):
            self.close()
            raise CheckerDiedError("the checker ended its process") from None
        if kind == "raised":
            raise CheckerDiedError(value)
        if megabytes > _GREW_MB:  # the peak of a process never falls: measure the next in a new one
            self.close()
        return GuardedCall(value, frozenset(lines), megabytes)

    def _start(self) -> tuple[int, BinaryIO, BinaryIO]:
        their_questions, questions = os.pipe()
        answers, their_answers = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(questions)
            os.close(answers)
            _serve(self._checker, their_questions, their_answers)
        os.close(their_questions)
        os.close(their_answers)
        return pid, os.fdopen(questions, "wb"), os.fdopen(answers, "rb", buffering=0)

    def close(self) -> None:
        """End the process. Idempotent; the next call starts a new one."""
        child, self._child = self._child, None
        if child is None:
            return
        pid, questions, answers = child
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        answers.close()
        try:
            questions.close()
        except OSError:  # buffered data has no reader any more
            return


def _send(stream: BinaryIO, body: bytes) -> None:
    stream.write(_SIZE.pack(len(body)) + body)
    stream.flush()


def _receive(stream: BinaryIO, deadline: float) -> Any:
    size = _SIZE.unpack(_take(stream, _SIZE.size, deadline))[0]
    return json.loads(_take(stream, size, deadline))


def _take(stream: BinaryIO, size: int, deadline: float) -> bytes:
    pieces = b""
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while len(pieces) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.select(left):
                raise TimeoutError
            piece = stream.read(size - len(pieces))
            if not piece:
                raise EOFError
            pieces += piece
    return pieces


def _serve(checker: Callable[..., Any], questions: int, answers: int) -> None:
    """The child: answer until the parent closes the pipe; never return."""
    try:
        with os.fdopen(questions, "rb") as requests, os.fdopen(answers, "wb") as replies:
            while header := requests.read(_SIZE.size):
                arguments, files = pickle.loads(requests.read(_SIZE.unpack(header)[0]))
                before = _peak_megabytes()
                with _Lines(files) as lines:
                    kind, value = _answer(checker, arguments)
                reply = kind, value, sorted(lines.seen), _peak_megabytes() - before
                # Not pickle: a checker's answer must not run code in the process that reads it.
                _send(replies, json.dumps(reply).encode())
    finally:
        os._exit(0)


def _answer(checker: Callable[..., Any], arguments: Any) -> tuple[str, float | str | None]:
    try:
        score = checker(*arguments)
        return "score", None if score is None else float(score)
    except (Exception, SystemExit) as error:  # what a checker raises is a finding
        return "raised", f"{type(error).__name__}: {error}"[:300]


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Lines:
    """Notes the lines that run in some files, while it is entered."""

    def __init__(self, files: frozenset[str]) -> None:
        self.files = files
        self.seen: set[int] = set()

    def __enter__(self) -> "_Lines":
        if self.files:
            sys.settrace(self._called)
        return self

    def __exit__(self, *raised: object) -> None:
        if self.files:
            sys.settrace(None)

    def _called(self, frame: Any, event: str, argument: Any) -> Any:
        return self._line if frame.f_code.co_filename in self.files else None

    def _line(self, frame: Any, event: str, argument: Any) -> Any:
        if event == "line":
            self.seen.add(frame.f_lineno)
        return self._line
