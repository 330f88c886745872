"""The sandboxes that checks share within one process: one for programs, one for judges."""

import atexit
import os
import re
import threading
from functools import cache
from importlib.util import find_spec

from .... import sandbox as backends
from ....sandbox.pool import PooledSandbox
from ....sandbox.types import Sandbox
from .session import Judges

_LIBRARIES = ("mpmath", "numpy", "pandas", "scipy", "sympy")
_IMPORTED = re.compile(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([^#\n]*)", re.MULTILINE)
_LIBRARY = re.compile(rf"\b(?:{'|'.join(_LIBRARIES)})\b")
_lock = threading.Lock()
_judges: dict[int, Judges] = {}


def _renew_lock() -> None:
    """A child of a fork has no thread that would release the lock."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def imported_libraries(source: str) -> tuple[str, ...]:
    """The libraries beyond the standard one that a program imports, of those that it may."""
    if not any(name in source for name in _LIBRARIES):
        return ()
    named = (name for line in _IMPORTED.findall(source) for name in _LIBRARY.findall(line))
    found = {name for name in named if is_installed(name)}
    if "pandas" in found:
        found.add("numpy")
    return tuple(sorted(found))


@cache
def is_installed(library: str) -> bool:
    """Whether a library is there to be imported; it is not imported for that."""
    return find_spec(library) is not None


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
            box = backends.open_sandbox("auto")
            if isinstance(box, PooledSandbox):
                box.standing = 0  # a judge that nobody needs ends, and its server too
            found = _judges[os.getpid()] = Judges(box)
        return found


def close() -> None:
    """Close what this process opened."""
    with _lock:
        found = _judges.pop(os.getpid(), None)
    if found is not None:
        found.close()


atexit.register(close)
