"""Call somebody else's checker in a process that can be killed; a hang is a finding."""

import json
import os
import pickle
import selectors
import signal
import struct
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from .signatures import Checker

_SIZE = struct.Struct(">I")


class CheckerHungError(RuntimeError):
    """The checker did not answer before the deadline; its process was killed."""


class CheckerDiedError(RuntimeError):
    """The checker raised, or its process ended during a check."""


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
        if not hasattr(os, "fork"):
            return self._checker(prompt, answer, completion)
        if self._child is None:
            self._child = self._start()
        _, questions, answers = self._child
        try:
            _send(questions, pickle.dumps((prompt, answer, completion)))
            kind, value = _receive(answers, time.monotonic() + self._seconds)
        except TimeoutError:
            self.close()
            raise CheckerHungError(f"no answer within {self._seconds:g} s") from None
        except (EOFError, OSError):
            self.close()
            raise CheckerDiedError("the checker ended its process") from None
        if kind == "raised":
            raise CheckerDiedError(value)
        return value  # type: ignore[no-any-return]

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
                arguments = pickle.loads(requests.read(_SIZE.unpack(header)[0]))
                reply: tuple[str, float | str | None]
                try:
                    score = checker(*arguments)
                    reply = ("score", None if score is None else float(score))
                except (Exception, SystemExit) as error:  # what a checker raises is a finding
                    reply = ("raised", f"{type(error).__name__}: {error}"[:300])
                # Not pickle: a checker's answer must not run code in the process that reads it.
                _send(replies, json.dumps(reply).encode())
    finally:
        os._exit(0)
