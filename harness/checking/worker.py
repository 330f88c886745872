"""The side of a worker process: make the calls of each batch, and answer each of them at once.

Only trusted functions run here, named as "module:function"; their data may be hostile. The kernel
ends this process when a call has used up its processor time, and when the caller has ended.
"""

import contextlib
import fcntl
import importlib
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, BinaryIO

from ...tasks.forks import run_in_forks

_HEADER = 4


def serve(settings: tuple[int, str, bool], life: int) -> None:
    """Serve until the caller closes the pipe. `life` is a pipe whose other end the caller holds."""
    memory_mb, preload, shows_output = settings
    _end_with_caller(life)
    _limit_memory(memory_mb)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    # What a library prints must not enter the pipe.
    os.dup2(2 if shows_output else os.open(os.devnull, os.O_WRONLY), 1)
    sys.set_int_max_str_digits(20_000)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    run_in_forks()
    if preload:
        importlib.import_module(preload)
    _reply(replies, ("ready", None))
    while header := requests.read(_HEADER):
        calls = pickle.loads(requests.read(int.from_bytes(header, "big")))
        for target, argument, cpu_seconds in calls:
            _reply(replies, _made(target, argument, cpu_seconds))


def _made(target: str, argument: Any, cpu_seconds: float) -> tuple[str, Any]:
    try:
        function = _function(target)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        try:
            return "ok", function(argument)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except MemoryError:
        return "memory", "the check needed more memory than a worker may have"
    except Exception as error:
        return "error", f"{type(error).__name__}: {str(error)[:500]}"


@cache
def _function(target: str) -> Callable[[Any], Any]:
    """The function "module:name"; attributes may be nested."""
    module, _, name = target.partition(":")
    function: Any = importlib.import_module(module)
    for part in name.split("."):
        function = getattr(function, part)
    return function  # type: ignore[no-any-return]


def _reply(replies: BinaryIO, reply: tuple[str, Any]) -> None:
    try:
        body = pickle.dumps(reply, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # a result that cannot be sent is the function's failure
        body = pickle.dumps(("error", f"{type(error).__name__}: {error}"))
    replies.write(len(body).to_bytes(_HEADER, "big") + body)
    replies.flush()


def _end_with_caller(life: int) -> None:
    """Have the kernel end this process, even during a call, when the caller closes the pipe."""
    with contextlib.suppress(OSError, AttributeError):  # not on every system; the end of stdin is
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)


def _limit_memory(memory_mb: int) -> None:
    limit = memory_mb * 1024 * 1024
    with contextlib.suppress(ValueError, OSError):  # a lower limit stands already
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
