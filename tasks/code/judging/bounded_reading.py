"""A bound on the time that the judge spends on making one value of a reply.

A match is made by its pattern and a power by its parts, and the program chose both. The timer
counts CPU time, so that nothing depends on the load of the machine.
"""

import signal
import threading
from collections.abc import Callable
from typing import Any

from .notation import (  # not in the sandbox: there that text stands before this one
    MalformedError,
)

SECONDS_OF_READING = 1.0


def _too_long(number: int, frame: Any) -> None:
    raise MalformedError("a value that takes too long to make")


def in_time(read: Callable[..., Any], *given: Any) -> Any:
    """What `read` gives. Raises MalformedError when it takes longer than the bound."""
    armed = signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0  # for a value around this one
    if armed or threading.current_thread() is not threading.main_thread():
        return read(*given)
    before = signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_OF_READING)
    try:
        return read(*given)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
