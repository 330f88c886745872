"""The sandboxes that checks share within one process: one for programs, one for judges."""

import atexit
import os
import re
import threading

from .... import sandbox as backends
from ....sandbox.types import Sandbox
from .session import Judges

_IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t][^#\n]*?\b(numpy|scipy|sympy)\b", re.MULTILINE)
_lock = threading.Lock()
_judges: dict[int, Judges] = {}


def imported_libraries(source: str) -> tuple[str, ...]:
    """The libraries beyond the standard one that a program imports and finds everywhere.

    They are dependencies of this package, so that a verdict does not depend on the machine.
    """
    return tuple(sorted(set(_IMPORTED.findall(source))))


def program_sandbox() -> Sandbox:
    """The sandbox that programs run in when the caller gives none."""
    return backends.default_sandbox()


def judges() -> Judges:
    """The judges of this process. They never share a sandbox with programs.

    A child of a fork makes its own: a channel serves one process.
    """
    with _lock:
        found = _judges.get(os.getpid())
        if found is None:
            found = _judges[os.getpid()] = Judges(backends.open_sandbox("auto"))
        return found


def close() -> None:
    """Close what this process opened."""
    with _lock:
        found = _judges.pop(os.getpid(), None)
    if found is not None:
        found.close()


atexit.register(close)
