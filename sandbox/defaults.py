"""Opening a backend by name, and the one that verifiers share when they are given none."""

import atexit
import os
import threading

from .errors import UsageError
from .extras import needs
from .process.backend import ProcessSandbox
from .types import Sandbox

BACKENDS = ("process", "docker", "auto")
_lock = threading.Lock()
_shared: Sandbox | None = None


def open_sandbox(
    name: str = "auto",
    *,
    allow_unsafe: bool | None = None,
    workers: int | None = None,
    runtime: str | None = None,
    check: bool = True,
) -> Sandbox:
    """Open a backend: "process", "docker", or "auto" for the strongest that works here.

    `workers` programs run at a time (default: one per CPU). `runtime` names a container runtime
    for docker ("runsc" for gVisor). `allow_unsafe` accepts what isolation there is (default: only
    where the environment says ASSAY_ALLOW_UNSAFE=1); the backend's `isolation` says what that was.
    `check` proves at the start that limits are enforced.
    Raises UsageError, with the mend, when the backend cannot work here.
    """
    if name not in BACKENDS:
        raise UsageError(f"sandbox {name!r} is unknown: choose one of {', '.join(BACKENDS)}")
    if allow_unsafe is None:
        allow_unsafe = unsafe_allowed()
    if name == "auto":
        return _strongest(workers, allow_unsafe, runtime, check)
    box = _open(name, workers, allow_unsafe, runtime)
    return _proved(box, allow_unsafe) if check else box


def unsafe_allowed() -> bool:
    """Whether the environment accepts less isolation: ASSAY_ALLOW_UNSAFE=1.

    Raises UsageError for a value that says neither yes nor no.
    """
    said = os.environ.get("ASSAY_ALLOW_UNSAFE", "").strip().lower()
    if said not in ("", "0", "false", "no", "1", "true", "yes"):
        raise UsageError(f"ASSAY_ALLOW_UNSAFE={said!r} says neither yes nor no: give 1 or 0")
    return said in ("1", "true", "yes")


def _open(name: str, workers: int | None, allow_unsafe: bool, runtime: str | None) -> Sandbox:
    if name == "process":
        if runtime is not None:
            raise UsageError(f"runtime={runtime!r} is for docker: leave it out")
        return ProcessSandbox(workers, allow_unsafe)
    with needs("docker"):  # the client library is imported only when used
        from .docker.backend import DockerSandbox
    return DockerSandbox(workers, runtime)


def _proved(box: Sandbox, allow_unsafe: bool) -> Sandbox:
    """Refuse a backend that does not enforce its limits, whatever it was configured to do."""
    from .doctor import canaries

    failed = [check for check in canaries(box) if not check.passed]
    if failed and not allow_unsafe:
        box.close()
        raise UsageError(
            f"the {box.name} sandbox does not enforce {failed[0].name} ({failed[0].said}): "
            "see `assay doctor`, or accept less with --allow-unsafe"
        )
    if failed:
        broken = {f"canary {check.name}": check.said for check in failed}
        box.isolation = {**box.isolation, **broken}
    return box


def _strongest(
    workers: int | None, allow_unsafe: bool, runtime: str | None, check: bool
) -> Sandbox:
    """process where every wall stands, else docker; less than that only when it was allowed."""
    reasons = []
    order = ("docker",) if runtime is not None else ("process", "docker")
    for name in order:
        try:
            box = _open(name, workers, False, runtime)
            return _proved(box, False) if check else box
        except UsageError as problem:
            reasons.append(str(problem))
    if allow_unsafe and runtime is None:
        return _open("process", workers, True, None)
    raise UsageError("no sandbox works here: " + "; ".join(reasons))


def default_sandbox(workers: int | None = None) -> Sandbox:
    """The process-wide sandbox, opened at its first use and closed at exit.

    `workers` programs run at a time; it counts at the first use alone. The environment names the
    backend in ASSAY_SANDBOX (default "auto") and accepts less isolation with
    ASSAY_ALLOW_UNSAFE=1. Raises UsageError, with the mend, when nothing works here.
    """
    global _shared
    with _lock:
        if _shared is None:
            _shared = open_sandbox(os.environ.get("ASSAY_SANDBOX", "auto"), workers=workers)
        return _shared


def isolation_in_use() -> dict[str, object]:
    """What stands between a program and the machine in the shared sandbox, for the record.

    `backend`: its name; `unsafe`: whether less than every wall was accepted; `mechanisms`: each
    one -> "present", or why it is not. Opens the shared sandbox if it is not open yet.
    """
    box = default_sandbox()
    return {
        "backend": box.name,
        "unsafe": unsafe_allowed(),
        "mechanisms": dict(box.isolation),
    }


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
