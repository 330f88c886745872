"""A check in a fork of a warm process, ended by the kernel when it has used its processor time.

Nothing here knows what a check is: a fork calls a trusted function named as "module:function" on
plain JSON data, and its answer is JSON: a kind ("ok", "memory", "timeout", "stall" or "error") and
a value.
"""

import gc
import importlib
import json
import os
import selectors
import signal
from typing import Any

_MAX_REPLY = 16 * 1024 * 1024
_forks_here = False
"""Whether this process is a worker, of one thread, that makes its calls in forks of itself."""
_prepared: set[str] = set()


def run_in_forks() -> None:
    """Declare this process to be a worker: every pool in it forks it instead of starting more.

    For a process of one thread that may be killed at any time. Calls without `cpu_seconds` are
    made in workers as before.
    """
    global _forks_here
    _forks_here = True


def forks_here() -> bool:
    """Whether this process was declared to be a worker of one thread."""
    return _forks_here


def prepare(preload: str) -> None:
    """Import a module and warm it up, once; a fork shares what it never writes to."""
    if not preload or preload in _prepared:
        return
    module = importlib.import_module(preload)
    if warm_up := getattr(module, "warm_up", None):
        warm_up()
        gc.freeze()
    _prepared.add(preload)


def answer_of_a_fork(
    target: str,
    arguments: list[Any],
    cpu_seconds: float,
    wall_seconds: float | None = None,
    memory_mb: int | None = None,
) -> bytes:
    """The answer of a fork that the kernel ends after `cpu_seconds` of CPU time.

    It may have `memory_mb` beyond what this process has; past `wall_seconds` it is killed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            if memory_mb is not None:
                limit_memory(memory_mb + _memory_in_use())
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            with os.fdopen(writing, "wb") as reply:
                reply.write(answer(target, arguments))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as reply:
        in_time = _wait_for(reading, wall_seconds)
        if not in_time:
            os.kill(child, signal.SIGKILL)
        body = reply.read()
    _, status = os.waitpid(child, 0)
    if not in_time:
        return b'["stall", "the machine is too busy for the check"]'
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        return b'["timeout", "the check used up its processor time"]'
    return body if body and status == 0 else b'["error", "the fork died"]'


def _wait_for(descriptor: int, seconds: float | None) -> bool:
    """Whether there is something to read, or the end of it, within `seconds`."""
    with selectors.DefaultSelector() as ready:
        ready.register(descriptor, selectors.EVENT_READ)
        return bool(ready.select(seconds))


def _memory_in_use() -> int:
    """Megabytes of address space of this process; 0 where the kernel does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") >> 20
    except OSError:
        return 0


def limit_memory(memory_mb: int) -> None:
    """Let this process have at most so much address space."""
    try:
        import resource
    except ImportError:  # Windows has no rlimit; the deadline still holds
        return
    limit = memory_mb * 1024 * 1024
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(target: str, arguments: list[Any]) -> bytes:
    """Call the function here; its answer as JSON."""
    try:
        module, _, name = target.partition(":")
        result = getattr(importlib.import_module(module), name)(*arguments)
        body = json.dumps(["ok", result]).encode("ascii")
        if len(body) > _MAX_REPLY:
            raise ValueError("the reply is too long")
        return body
    except MemoryError:
        return b'["memory", "the check needed more memory than a worker may have"]'
    except (Exception, RecursionError) as error:
        message = f"{type(error).__name__}: {str(error)[:500]}"
        return json.dumps(["error", message]).encode("ascii")
